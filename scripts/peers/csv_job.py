"""A day of answers as CSV, counted by terminal and response code: DuckDB, Polars and ClickHouse (chdb) do that bare two-column
GROUP BY and nothing else, and so do mawk and `wc -l` (lines alone). posmortem does it with `report --no-diagnosis --all-terminals`:
every column that bears on an attempt, causes, ledger and all; and once more without the first flag, diagnosis too.

Proves nothing about formats other than plain CSV.
"""
import csv, json, os, pathlib, tempfile
from collections import Counter

import code_tables
from . import counts, race, tools
from .race import Tool, call, give_up, say

VERSIONS = {"duckdb": "2.0.0", "polars": "2.1.0", "chdb": "4.4.0"}
ROWS, SEED, TERMINALS = 9_000_000, 7, 20_000

# Each peer is run as `python -c ... FILE THREADS VARIANT OUT COLUMNS`. With OUT `-` it counts the groups and their rows, so that
# the whole work is done and nothing is spent on handing it over; otherwise it writes the groups as CSV to OUT.
PEERS = {
    "duckdb": ("""
import sys, duckdb
file, threads, variant, out, columns = sys.argv[1:]
told = "{" + ",".join(f"'{name}':'VARCHAR'" for name in columns.split(",")) + "}"
options = {"sniffed": "", "text": ", all_varchar=true", "columns told": f", header=true, auto_detect=false, delim=',', columns={told}",
    "columns told, no quotes": f", header=true, auto_detect=false, delim=',', quote='', escape='', columns={told}",
    "text, lax, no quotes": ", all_varchar=true, quote='', escape='', strict_mode=false"}[variant]
run = duckdb.connect(config={"threads": int(threads)}).execute
run("SET enable_progress_bar = false")
groups = f"SELECT terminal_id, response_code, count(*) AS n FROM read_csv('{file}'{options}) GROUP BY ALL"
if out == "-":
    print(*run(f"SELECT count(*), sum(n) FROM ({groups})").fetchone())
else:
    run(f"COPY ({groups}) TO '{out}' (HEADER false)")
""", ["sniffed", "text", "columns told", "columns told, no quotes", "text, lax, no quotes"]),
    "polars": ("""
import os, sys
file, threads, variant, out, columns = sys.argv[1:]
os.environ["POLARS_MAX_THREADS"] = threads
import polars
options = {} if variant == "sniffed" else {"infer_schema": False}
if "no quotes" in variant:
    options["quote_char"] = None
groups = polars.scan_csv(file, **options).group_by("terminal_id", "response_code").len().collect(engine="in-memory" if "memory" in variant else "streaming")
if out == "-":
    print(groups.height, groups["len"].sum())
else:
    groups.write_csv(out, include_header=False)
""", ["sniffed", "text", "text, no quotes", "text, no quotes, in memory"]),
    "chdb": ("""
import sys, chdb
file, threads, variant, out, columns = sys.argv[1:]
types = {"sniffed": "", "text": ", 'terminal_id String, response_code String'",
    "fixed width": ", 'terminal_id FixedString(8), response_code FixedString(2)'",
    "dictionary": ", 'terminal_id LowCardinality(String), response_code LowCardinality(String)'"}[variant]
groups = f"SELECT terminal_id, response_code, count() AS n FROM file('{file}', 'CSVWithNames'{types}) GROUP BY terminal_id, response_code"
settings = f"SETTINGS max_threads = {threads}"
if out == "-":
    print(*str(chdb.query(f"SELECT count(), sum(n) FROM ({groups}) {settings}", "TSV")).split())
else:
    open(out, "wb").write(chdb.query(f"{groups} {settings}", "CSV").bytes())
""", ["sniffed", "text", "fixed width", "dictionary"]),
}
AWK = """BEGIN { FS = "," } NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "terminal_id") t = i; if ($i == "response_code") c = i } next }
{ seen[$t "," $c]++ } END { if (full) for (k in seen) print k "," seen[k]; else { for (k in seen) { n++; rows += seen[k] } print n, rows } }"""
# What the rows themselves say of every attempt, by DuckDB: an answer that took longer than a minute is late.
EXPECTED = """COPY (SELECT terminal_id, response_code, {dialect} AS dialect, mti, {process} AS process, {late} AS late, count(*)
FROM read_csv('{file}', all_varchar=true) WHERE mti[2] IN ('1', '2') AND mti[3] = '1' GROUP BY ALL) TO '{out}' (HEADER false)"""
CLASSIFIED = """COPY (SELECT terminal_id, response_code, outcome, cause, count(*) FROM read_csv('/dev/stdin', all_varchar=true, header=true)
GROUP BY ALL) TO '{out}' (HEADER false)"""
RIVALS = [*PEERS, "mawk", "gawk", "awk"]


def run(options):
    """Compares, and measures; whether all counts agree."""
    day = CsvDay(options)
    agreed = options.no_check or race.in_a_child(day.agree)
    figures, walls = options.figures, {}
    for threads in options.threads:
        race.headline(threads, options.runs)
        results = race.race(day.racers(threads), options.runs, race.cpus_for(threads))
        net = race.show(results, {"to best": RIVALS, "to wc": ["wc -l"]})
        if threads == 1:
            race.tell_of_other_work(results)
        ours = {tool.variant: times for tool, times in net.items() if tool.name == "posmortem"}
        on = f"on {threads}"
        for variant, what, bounds in (("counts", "counts", (0.2, 0.25)), ("diagnosis", "full diagnosis", (0.8, 0.8))):
            for at, (name, bound) in enumerate(zip(("CPU", "wall"), bounds)):
                rival = race.best(net, PEERS, at)
                figures.at_most(f"csv, {what}, {name} to {rival.name} {on}", ours[variant][at] / net[rival][at], bound)
            walls[variant, threads] = ours[variant][1]
        if threads == 1 and (lines := race.best(net, ["wc -l"], 0)):
            figures.at_most("csv, counts, CPU to wc -l", ours["counts"][0] / net[lines][0], 4)
    for variant in ("counts", "diagnosis"):
        if {(variant, 1), (variant, 2)} <= walls.keys():
            figures.at_least(f"csv, {variant}, two threads to one", walls[variant, 1] / walls[variant, 2], 1.8)
    return agreed


def made_day(options):
    """The day of a run, the one that is told or one of our own; and posmortem."""
    posmortem, synth = tools.binaries(options)
    if options.input:
        return options.input.resolve(), posmortem
    rows = options.rows or ROWS
    how = [*"--plain --form responses --seed".split(), SEED, "--attempts", rows, "--terminals", TERMINALS]
    return tools.made(synth, f"day-{rows}.csv", how), posmortem


class CsvDay:
    def __init__(self, options):
        self.python = tools.python_with(VERSIONS)
        self.file, self.posmortem = made_day(options)
        if "'" in str(self.file):
            give_up("a path with an apostrophe cannot be told to the peers")
        self.report = [self.posmortem, "report", "--all-terminals"]
        with open(self.file, newline="", encoding="utf-8") as rows:
            self.columns = next(csv.reader(rows))
        self.quoted = tools.has_byte(self.file, b'"')
        say(f"{self.file.name}: {self.file.stat().st_size / 1e6:.0f} MB, {len(self.columns)} columns")

    # --- Agreement ---------------------------------------------------------------------------------

    def agree(self):
        """Whether all tools count alike: peers against DuckDB by terminal and code, posmortem by that, outcome and cause."""
        check = counts.Check()
        tools.KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=tools.KEPT) as scratch:
            scratch = pathlib.Path(scratch)
            rows = self.peers_agree(check, scratch / "out.csv")
            by_terminal, by_code = self.expected(scratch / "out.csv")
            for more in ([], ["--no-diagnosis"]):
                self.report_agrees(check, by_terminal, more)
            self.classify_agrees(check, by_code, scratch)
        if left_out := rows - sum(by_code.values()):
            say(f"{left_out} rows are no answers of attempts and were left out of posmortem's part")
        return check.conclude()

    def peers_agree(self, check, out):
        written = {}
        for peer, (code, _) in PEERS.items():
            call([self.python, "-c", code, self.file, os.cpu_count(), "text", out, ",".join(self.columns)])
            written[peer] = groups_in(out)
        if (found := tools.awk()) and not self.quoted:
            with open(out, "wb") as to:
                call([found[1], "-v", "full=1", AWK, self.file], stdout=to)
            written[found[0]] = groups_in(out)
        for peer, groups in written.items():
            check.compare(f"{peer}, terminal and code", written["duckdb"], groups)
        rows = sum(written["duckdb"].values())
        say(f"{' = '.join(written)}: {len(written['duckdb'])} terminals and codes, {rows} rows, {len(check.wrong)} mismatches")
        return rows

    def query(self, sql, **more):
        call([self.python, "-c", "import sys, duckdb; duckdb.execute('SET enable_progress_bar = false'); duckdb.execute(sys.argv[1])",
              sql], **more)

    def expected(self, out):
        """What the rows themselves say, by terminal, and by terminal, code, outcome and cause."""
        has = lambda name, text, otherwise: text if name in self.columns else otherwise
        late = has("latency_ms", "coalesce(try_cast(latency_ms AS BIGINT) > 60000, false)", "false")
        self.query(EXPECTED.format(file=self.file, out=out, dialect=has("dialect", "dialect", "''"),
                                   process=has("processing_code", "processing_code", "''"), late=late))
        by_terminal, by_code = {}, Counter()
        with open(out, newline="", encoding="utf-8") as rows:
            for terminal, code, dialect, mti, process, late, count in csv.reader(rows):
                terminal, count = key_of(terminal), int(count)
                cause = code_tables.cause_of(dialect, code, mti, code_tables.kind_of(mti, process, "")) if code else "none"
                outcome = "approved" if cause == "approved" else "declined" if cause in code_tables.CAUSES else "unclassified"
                outcome, cause = ("late", "network") if late == "true" else (outcome, cause if outcome == "declined" else "")
                told = {"exchanges": count, outcome: count, **({cause: count} if cause else {})}
                by_terminal.setdefault(terminal, Counter()).update(told)
                by_code[terminal, code, outcome, cause] += count
        return by_terminal, by_code

    def report_agrees(self, check, by_terminal, more):
        told = json.loads(race.told([*self.report, *more, "--quiet", "--format", "json", self.file]))["terminals"]
        told = {key_of(row["terminal_id"]): {**row, **row["causes"]} for row in told}
        names = "exchanges approved declined unanswered late reversed unclassified open".split() + code_tables.CAUSES
        before = len(check.wrong)
        terminals = by_terminal.keys() | told.keys()
        for terminal in terminals:
            expected, row = by_terminal.get(terminal, {}), told.get(terminal, {})
            of = lambda counts: {name: counts.get(name, 0) for name in names}
            check.compare(f"report, {terminal}", of(expected), of(row))
        say(f"posmortem report {' '.join(more)}: {len(terminals)} terminals by outcome and cause, "
            f"{len(check.wrong) - before} mismatches")

    def classify_agrees(self, check, by_code, scratch):
        out = scratch / "out.csv"
        process = counts.classified(self.posmortem, self.file, scratch)
        self.query(CLASSIFIED.format(out=out), stdin=process.stdout)
        process.stdout.close()
        if process.wait():
            give_up(f"posmortem classify ended with status {process.returncode}")
        classified = Counter()
        with open(out, newline="", encoding="utf-8") as rows:
            for terminal, code, outcome, cause, count in csv.reader(rows):
                classified[key_of(terminal), code, outcome, cause] += int(count)
        before = len(check.wrong)
        check.compare("classify", by_code, classified)
        pairs = {key[:2] for key in by_code} | {key[:2] for key in classified}
        say(f"posmortem classify: {len(pairs)} terminals and codes by outcome and cause, {len(check.wrong) - before} mismatches")

    # --- Speed -------------------------------------------------------------------------------------

    def racers(self, threads):
        """The tools to be measured, each peer in the variants that took least CPU and least wall in one try."""
        ours = (*self.report, "--quiet", "--threads", threads, "--format", "tsv", self.file)
        racers = [Tool("posmortem", "counts", (*ours, "--no-diagnosis")), Tool("posmortem", "diagnosis", ours)]
        right = None
        for peer, (code, variants) in PEERS.items():
            tried = {}
            for variant in variants:
                if self.quoted and "no quotes" in variant:
                    continue
                command = (self.python, "-c", code, self.file, threads, variant, "-", ",".join(self.columns))
                with tempfile.TemporaryFile() as out:
                    run = race.measure(command, race.cpus_for(threads), out)
                    out.seek(0)
                    counted = out.read()
                right = right or counted
                if run and counted == right:
                    tried[variant] = run, command
                else:
                    say(f"  {peer}, {variant}: left out, it {'counts otherwise' if run else 'cannot read this file'}")
            say(f"  tried {peer}: " + ", ".join(f"{variant} {run.cpu:.2f} s CPU {run.wall:.2f} s" for variant, (run, _) in tried.items()))
            least = {min(tried, key=lambda variant: getattr(tried[variant][0], what)) for what in ("cpu", "wall")}
            racers += [Tool(peer, variant, tried[variant][1], f"import {peer}") for variant in variants if variant in least]
            racers.append(Tool(f"import {peer}", "", (self.python, "-c", f"import {peer}")))
        if (found := tools.awk()) and not self.quoted:
            racers.append(Tool(found[0], "", (found[1], AWK, self.file)))
        else:
            say("  no mawk, gawk or awk, or the file has quotes: skipped")
        if wc := tools.on_path("wc"):
            racers.append(Tool("wc -l", "", (wc, "-l", self.file)))
        return racers


def groups_in(path):
    with open(path, newline="", encoding="utf-8") as file:
        return Counter({(terminal, code): int(count) for terminal, code, count in csv.reader(file)})


def key_of(terminal):
    return terminal.strip().lstrip("0") or terminal.strip()
