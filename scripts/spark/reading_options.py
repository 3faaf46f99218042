"""Options that say how logs are read, and to whom each is said: who plans a job, its tasks, and the report over their tables."""

PLANNER, TASKS, REPORT = {"planner"}, {"tasks"}, {"report"}
READING = {
    **dict.fromkeys(["dialect", "input-format", "profile", "separator", "max-record", "columns"], PLANNER | TASKS),
    **dict.fromkeys(["timezone", "timeout", "horizon", "amount-unit", "max-terminals", "max-memory"], PLANNER | TASKS),
    "bin-digits": TASKS,
    # The report would find other rules than the tables were made by.
    "rules": TASKS | REPORT,
    "config": PLANNER | TASKS | REPORT,
}
REPEATED = ["rules"]


def said_to(who, options):
    """What is said to one of them."""
    stated = ((name, getattr(options, name.replace("-", "_"))) for name, of in READING.items() if of & who)
    return [f"--{name}={value}" for name, values in stated for value in values]
