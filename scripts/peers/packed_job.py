"""The day of the job csv, compressed: posmortem beside decompression alone, by the libraries that it uses itself (a program of ours
that throws the bytes away) and by `gzip -dc` and `zstd -dc`.
"""
import json, os

from . import counts, csv_job, race, tools
from .race import Tool, call, say

FORMATS = {"gzip": ("gz", ("gzip", "-6", "-c")), "zstd": ("zst", ("zstd", "-3", "-q", "-c"))}


def run(options):
    """Compares, and measures; whether all counts agree."""
    day, posmortem = csv_job.made_day(options)
    unpack = tools.program("unpack")
    agreed = True
    for name, (ending, command) in FORMATS.items():
        if not (tool := tools.packaged(name, name)):
            options.figures.unknown(f"packed, {name}", f"no {name}")
            continue
        file = packed(day, tools.KEPT / f"{day.name}.{ending}", (tool, *command[1:]))
        agreed = (options.no_check or race.in_a_child(lambda: agree(posmortem, unpack, name, day, file))) and agreed
        for threads in options.threads:
            measure(options, posmortem, unpack, tool, name, file, threads)
    return agreed


def packed(day, file, command):
    """The day in compressed form, made once."""
    if not file.exists() or file.stat().st_mtime < day.stat().st_mtime:
        say(f"making {file.relative_to(tools.ROOT)} ...")
        part = file.with_suffix(".part")
        with open(part, "wb") as out:
            call([*command, day], stdout=out)
        os.replace(part, file)
    tools.has_byte(file, b"\0")
    return file


def agree(posmortem, unpack, name, day, file):
    """The report of the compressed day against that of the day, apart from what it says of the file; and the bytes that come out."""
    check = counts.Check()
    reports = {}
    for path in (day, file):
        report = json.loads(race.told([posmortem, "report", "--quiet", "--all-terminals", "--format", "json", path]))
        report["input"].pop("files"), report["input"].pop("bytes")
        text = json.dumps(report).replace(path.name, "DAY").replace(str(path.parent), "")
        reports[path] = text
    check.compare(name, {"report": hash(reports[day])}, {"report": hash(reports[file])})
    if unpack:
        check.compare(f"unpack, {name}", {"bytes": day.stat().st_size}, {"bytes": int(race.told([unpack, file, name]))})
    say(f"{file.name}: {file.stat().st_size / 1e6:.0f} of {day.stat().st_size / 1e6:.0f} MB, {len(check.wrong)} mismatches")
    return check.conclude()


def measure(options, posmortem, unpack, tool, name, file, threads):
    race.headline(threads, options.runs)
    say(file.name)
    ours = (posmortem, "report", "--quiet", "--all-terminals", "--threads", threads, "--format", "tsv", file)
    racers = [Tool("posmortem", "counts", (*ours, "--no-diagnosis")), Tool("posmortem", "diagnosis", ours)]
    if unpack:
        racers.append(Tool("library", "", (unpack, file, name)))
    racers.append(Tool(f"{name} -dc", "", (tool, "-dc", file)))
    net = race.show(race.race(racers, options.runs, race.cpus_for(threads)), {"to library": ["library"], f"to {name}": [f"{name} -dc"]})
    library = race.best(net, ["library"], 0)
    if not library:
        options.figures.unknown(f"packed, {name}", "the libraries could not be built")
        return
    for racer, bound in zip(racers, (1.25, 1.5)):
        cpu, wall = (net[racer][at] / net[library][at] for at in (0, 1))
        options.figures.at_most(f"packed, {name}, {racer.variant}, CPU to decompression on {threads}", cpu, bound)
        if threads == 2:
            options.figures.at_most(f"packed, {name}, {racer.variant}, wall to decompression on 2", wall, 1.15)
