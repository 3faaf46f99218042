"""Counts that two sides must agree on before anything is timed."""
import csv, os, subprocess
from collections import Counter

from .race import give_up, say


class Check:
    def __init__(self):
        self.wrong = []

    def compare(self, what, expected, told):
        """Notes every key whose counts differ."""
        self.wrong += [f"{what} {key}: {expected.get(key, 0)} expected, {told.get(key, 0)} told"
                       for key in sorted(expected.keys() | told.keys()) if expected.get(key, 0) != told.get(key, 0)]

    def conclude(self):
        """Names what differs; whether nothing does."""
        for line in self.wrong[:20]:
            say("  " + line)
        if len(self.wrong) > 20:
            say(f"  and {len(self.wrong) - 20} more")
        return not self.wrong


def classified(posmortem, file, scratch):
    """`posmortem classify --all` of a file, as CSV on a pipe, for a `with`."""
    key = scratch / "token.key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(os.urandom(32).hex())
    command = [posmortem, "classify", "--quiet", "--all", "--format", "csv", "--token-key", key, file]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, encoding="utf-8")


def codes_of(posmortem, file, scratch):
    """How many exchanges have each response code, as `posmortem classify` tells."""
    process = classified(posmortem, file, scratch)
    rows = csv.reader(process.stdout)
    at = next(rows).index("response_code")
    codes = Counter(row[at] for row in rows)
    if process.wait():
        give_up(f"posmortem classify ended with status {process.returncode}")
    del codes[""]
    return codes


def by_code(text):
    """Counts that a peer prints, `CODE TAB COUNT` a line; what else it prints is passed over."""
    cells = (line.split("\t") for line in text.splitlines())
    return Counter({row[0]: int(row[1]) for row in cells if len(row) == 2})
