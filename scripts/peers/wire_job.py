"""Messages as they stand on a wire, as hex lines and as frames: every peer decodes every message into its own values and counts by
DE39, in one thread. posmortem does it with `report --no-diagnosis --threads 1`: it finds the profile out, decodes what bears on an
attempt, pairs, finds causes and writes its report. Nobody told posmortem the profile; peers are told the elements of these days.
"""
import pathlib, tempfile

from . import counts, race, tools
from .race import Tool, say

VERSIONS = {"pyiso8583": "4.0.1"}
ATTEMPTS, SEED, TERMINALS = 500_000, 7, 20_000
CRATES = {"iso8583-rs": "iso8583_rs 0.1.10", "codec-rs": "iso8583-codec-rs 0.1.0"}
RIVALS = ["pyiso8583", *CRATES.values()]
# The profile that all of them have words for: text, and the bitmap as bytes.
PROFILE = "iso87-ascii-binary"

PYISO8583 = """
import sys
from collections import Counter
import iso8583
from iso8583.specs import default_ascii as spec
spec["p"] |= {"data_enc": "b", "max_len": 8}
def messages(file, form):
    with open(file, "rb") as input:
        if form == "hexlines":
            for line in input:
                yield bytes.fromhex(line.rsplit(b" ", 1)[1].decode("ascii"))
        else:
            while length := input.read(2):
                yield input.read(int.from_bytes(length, "big"))
codes = Counter(iso8583.decode(message, spec)[0].get("39", "") for message in messages(*sys.argv[1:3]))
for code, count in codes.items():
    print(code, count, sep="\\t")
"""


def run(options):
    """Compares, and measures; whether all counts agree."""
    python = tools.python_with(VERSIONS)
    posmortem, synth = tools.binaries(options)
    programs = {name: path for name in CRATES if (path := tools.program(name))}
    attempts = options.rows or ATTEMPTS
    agreed = True
    for form in ("hexlines", "frames"):
        how = [*f"--plain --bare --profile {PROFILE} --form {form} --seed".split(), SEED, "--attempts", attempts, "--terminals", TERMINALS]
        file = tools.made(synth, f"day-{attempts}.{form}", how)
        peers = {"pyiso8583": (python, "-c", PYISO8583, file, form)}
        for name, path in programs.items():
            peers[CRATES[name]] = ("env", f"SPEC_FILE={tools.PROGRAMS / 'iso87.yaml'}", path, file, form)
        tools.has_byte(file, b"\0")
        agreed = (options.no_check or race.in_a_child(lambda: agree(posmortem, form, file, peers))) and agreed
        measure(options, posmortem, python, form, file, 2 * attempts, peers)
    for name, crate in CRATES.items():
        if name not in programs:
            options.figures.unknown(f"wire, beside {crate}", "the crate could not be built")
    return agreed


def agree(posmortem, form, file, peers):
    check = counts.Check()
    with tempfile.TemporaryDirectory(dir=tools.KEPT) as scratch:
        ours = counts.codes_of(posmortem, file, pathlib.Path(scratch))
    for name, command in peers.items():
        codes = counts.by_code(race.told(command))
        requests = codes.pop("", 0)
        check.compare(f"{name}, {form}, code", ours, codes)
        say(f"{form}, {name}: {requests} messages without a code, {sum(codes.values())} with one of {len(codes)}")
    say(f"{form}, posmortem classify: {sum(ours.values())} answered exchanges of {len(ours)} codes, {len(check.wrong)} mismatches")
    return check.conclude()


def measure(options, posmortem, python, form, file, messages, peers):
    race.headline(1, options.runs)
    size = file.stat().st_size
    say(f"{form}: {messages} messages, {size / 1e6:.0f} MB")
    ours = (posmortem, "report", "--quiet", "--no-diagnosis", "--threads", 1, "--format", "tsv", file)
    racers = [Tool("posmortem", "", ours)]
    for name, command in peers.items():
        racers.append(Tool(name, "", command, "import pyiso8583" if name == "pyiso8583" else None))
    racers.append(Tool("import pyiso8583", "", (python, "-c", "import iso8583, iso8583.specs")))
    results = race.race(racers, options.runs, race.cpus_for(1))
    net = race.show(results, {"to best": RIVALS}, ("messages/s", messages))
    race.tell_of_other_work(results)
    cpu = net[racers[0]][0]
    if form == "hexlines":
        options.figures.at_least("wire, hex lines, a core", size / cpu / 1e9, 2.5, " GB/s")
    else:
        options.figures.at_least("wire, frames, a core", messages / cpu / 1e6, 12, " M messages/s")
