"""Runs tools as processes of their own, in turn, and shows what they took. Knows nothing of what they do."""
import datetime, os, pathlib, platform, statistics, subprocess, sys, time
from collections import namedtuple

MIB = 1 << 20

Run = namedtuple("Run", "cpu wall memory")
# `name` and `variant` say who; `import_only` names the run to be taken off, whose own `name` starts with "import ".
Tool = namedtuple("Tool", "name variant command import_only", defaults=(None,))


def say(*words):
    print(*words, flush=True)


def give_up(why):
    print(f"compare-peers: {why}", file=sys.stderr)
    sys.exit(2)


def call(command, **more):
    done = subprocess.run([str(word) for word in command], **more)
    if done.returncode:
        give_up(f"{pathlib.Path(str(command[0])).name} ended with status {done.returncode}")
    return done


def told(command):
    """What a command prints, as text."""
    return call(command, capture_output=True, text=True, encoding="utf-8").stdout


def in_a_child(check):
    """Runs a check in a process of its own, since what it holds would show in the memory of every process started from here."""
    child = os.fork()
    if not child:
        sys.exit(not check())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status > 1 or status < 0:
        sys.exit(2)
    return status == 0


def measure(command, cpus, to=subprocess.DEVNULL):
    """One run, from the start of the process until it has been waited for; None when it failed."""
    def pin():
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cpus)
    began = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=to, stderr=subprocess.DEVNULL,
                               preexec_fn=pin)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1 if sys.platform == "darwin" else 1024
    return None if process.returncode else Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * scale)


def race(tools, runs, cpus):
    """Results of each tool: the rounds go through all of them in turn, and the first one does not count."""
    results = {tool: [] for tool in tools}
    for round_number in range(runs + 1):
        for tool in tools:
            run = measure(tool.command, cpus) or give_up(f"{tool.name} {tool.variant} failed")
            if round_number:
                results[tool].append(run)
    return results


def net_of(results):
    """Median (CPU, wall) of each tool without what it takes to start and import."""
    imports = {tool.name: runs for tool, runs in results.items() if tool.name.startswith("import ")}
    middle = lambda of, what: statistics.median(getattr(run, what) for run in of)
    net = {}
    for tool, runs in results.items():
        off = imports.get(tool.import_only)
        net[tool] = tuple(max(middle(runs, what) - (middle(off, what) if off else 0), 1e-3) for what in ("cpu", "wall"))
    return net


def best(net, names, at):
    """The tool of these names with the least net CPU (0) or wall (1); None where none of them ran."""
    return min((tool for tool in net if tool.name in names), key=lambda tool: net[tool][at], default=None)


def show(results, against, rate=None):
    """Prints the table. `against` maps a column to the names whose best it is the ratio to; `rate` is (column, amount of work), which
    is divided by the net CPU."""
    net = net_of(results)
    ratios = {column: [best(net, names, at) for at in (0, 1)] for column, names in against.items()}
    ratios = {column: tools for column, tools in ratios.items() if all(tools)}
    two, mib = "{:.2f}".format, lambda value: f"{value / MIB:.0f}"
    rows = [["", "CPU s", "net", *ratios, *([rate[0]] if rate else []), "wall s", "net", *ratios, "peak MiB"]]
    for tool, runs in results.items():
        cells = [f"{tool.name}, {tool.variant}" if tool.variant else tool.name]
        is_import = tool.name.startswith("import ")
        for at, what in enumerate(("cpu", "wall")):
            cells.append(spread([getattr(run, what) for run in runs], two))
            quotients = [net[tool][at] / net[tools[at]][at] for tools in ratios.values()]
            rates = [short(rate[1] / net[tool][0])] if rate and at == 0 else []
            told = [two(net[tool][at]), *("{:.2f}".format(ratio) for ratio in quotients), *rates]
            cells += [""] * len(told) if is_import else told
        rows.append(cells + [spread([run.memory for run in runs], mib)])
    table(rows)
    return net


def spread(values, form):
    return f"{form(statistics.median(values))} ({form(min(values))}–{form(max(values))})"


def short(number):
    """A number with three digits and a unit: 12.3 M."""
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"


def table(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        say("  ".join(cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))).rstrip())


def headline(threads, runs):
    say(f"\n{threads} thread{'s' * (threads > 1)} on {cpu_model()}, {datetime.date.today()}, median (min-max) of {runs} runs")


def tell_of_other_work(results):
    """Warns where processes of one thread took longer than they were at work."""
    wall, cpu = (sum(getattr(run, what) for runs in results.values() for run in runs) for what in ("wall", "cpu"))
    if wall > 1.1 * cpu:
        say(f"the cores had other work: wall times were {wall / cpu:.1f} times the CPU times, and prove little")


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def cpus_for(threads):
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return usable[-threads:]
