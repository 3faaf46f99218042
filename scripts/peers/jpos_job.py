"""A jPOS log: the bare event loop of quick-xml, which makes nothing of what it reads; `rg -c 'field id="39"'`, which looks for one
text; `wc -l`. posmortem does it with `report --no-diagnosis --threads 1`.
"""
import pathlib, tempfile

from . import counts, race, tools
from .race import Tool, say

ATTEMPTS, SEED, TERMINALS = 500_000, 7, 20_000
WANTED = 'field id="39"'


def run(options):
    """Compares, and measures; whether all counts agree."""
    posmortem, synth = tools.binaries(options)
    attempts = options.rows or ATTEMPTS
    how = [*"--plain --bare --form jpos --seed".split(), SEED, "--attempts", attempts, "--terminals", TERMINALS]
    file = tools.made(synth, f"day-{attempts}.jpos", how)
    events, rg = tools.program("xml-events"), tools.packaged("rg", "ripgrep")
    tools.has_byte(file, b"\0")
    agreed = options.no_check or race.in_a_child(lambda: agree(posmortem, events, rg, file))

    race.headline(1, options.runs)
    size = file.stat().st_size
    say(f"{file.name}: {2 * attempts} messages, {size / 1e6:.0f} MB")
    ours = Tool("posmortem", "", (posmortem, "report", "--quiet", "--no-diagnosis", "--threads", 1, "--format", "tsv", file))
    racers = [ours]
    if events:
        racers += [Tool("quick-xml", way, (events, file, way)) for way in ("stream", "memory")]
    if rg:
        racers.append(Tool("rg -c", "", (rg, "--no-config", "-c", WANTED, file)))
    if wc := tools.on_path("wc"):
        racers.append(Tool("wc -l", "", (wc, "-l", file)))
    results = race.race(racers, options.runs, race.cpus_for(1))
    net = race.show(results, {"to quick-xml": ["quick-xml"], "to rg": ["rg -c"], "to wc": ["wc -l"]}, ("bytes/s", size))
    race.tell_of_other_work(results)

    figures, cpu = options.figures, net[ours][0]
    figures.at_least("jpos, a core", size / cpu / 1e9, 3, " GB/s")
    if other := race.best(net, ["quick-xml"], 0):
        figures.at_least("jpos, times as fast as quick-xml's events", net[other][0] / cpu, 8)
    if other := race.best(net, ["rg -c"], 0):
        figures.at_most("jpos, CPU to rg -c", cpu / net[other][0], 3)
    return agreed


def agree(posmortem, events, rg, file):
    """Answers that posmortem found against lines that ripgrep did, elements of quick-xml against lines with one."""
    check = counts.Check()
    with tempfile.TemporaryDirectory(dir=tools.KEPT) as scratch:
        answered = sum(counts.codes_of(posmortem, file, pathlib.Path(scratch)).values())
    lines = lambda wanted: int(race.told([rg, "--no-config", "-c", wanted, file]))
    if rg:
        check.compare("rg -c", {WANTED: answered}, {WANTED: lines(WANTED)})
        if events:
            for way in ("stream", "memory"):
                check.compare(f"quick-xml, {way}", {"elements": lines("<field .*/>$")}, {"elements": int(race.told([events, file, way]))})
    say(f"{file.name}: {answered} answers by posmortem classify, {len(check.wrong)} mismatches")
    return check.conclude()
