"""What response codes mean, read from crates/classify/data for the scripts that check posmortem.

Left out: ranges (they only reserve codes), rows bound to one MTI (none is an attempt's) and
codes that a gateway or spreadsheet spelled otherwise.
"""
import functools, pathlib, re

CAUSES = "network account card key operator".split()


def table(name):
    lines = (pathlib.Path(__file__).resolve().parent.parent / "crates/classify/data" / name).read_text(encoding="utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [dict(zip(head, row)) for row in rows]


DIALECTS = {row["dialect"]: row for row in table("dialects.tsv")}
CODES = {(row["dialect"], row["code"]): "approved" if row["reason"] == "stand_in" else row["cause"]
         for row in table("response-codes.tsv") if row["mti"] == "-"}
RULES = table("qualified-codes.tsv")
RULES.sort(key=lambda row: (row["dialect"] == "*", "*" in row["dialect"]))  # a name before a beginning before any
KINDS = table("kinds.tsv")
# The first two digits of DE22, where rules ask for them.
MODES = {"02": "stripe", "90": "stripe", "79": "fallback", "80": "fallback", "09": "ecommerce", "81": "ecommerce"}
REVERSALS = {(row["where"], row["code"]): row["cause"] for row in table("reversal-reasons.tsv")}


@functools.cache
def kind_of(mti, process, condition):
    process = process.zfill(6)[:2] if len(process) > 2 else process.zfill(2)
    told = {"class": mti[1:2], "processing_code": process, "condition": condition.zfill(2), "unionpay_type": ""}
    return next((row["kind"] for row in KINDS if all(row[name] == "-" or told[name] in row[name].split("|") for name in told)), "sale")


def named(row, dialect):
    names = row["dialect"].split("|")
    return any(re.fullmatch(name.replace("*", ".*"), dialect) for name in names if name != "*") or (
        "*" in names and len(row["code"]) == int(DIALECTS[dialect]["length"]))


def holds(row, mti, kind, mode):
    right_mti = row["mti"] == "-" or any(re.match(one[:3].replace("x", "."), mti) for one in row["mti"].split("|"))
    return right_mti and all(row[name] == "-" or told in row[name].split("|") for name, told in (("kind", kind), ("entry_mode", mode)))


@functools.cache
def cause_of(dialect, code, mti="", kind="sale", mode="unknown"):
    """A cause, `approved`, or `none` for what the dialect does not list as a decision."""
    if dialect not in DIALECTS:
        longer = {3: "iso2003" if mti[:1] == "2" else "iso1993", 4: "iso2003", 5: "iso2003"}
        dialect = longer.get(len(code), "iso1987") if code.isdigit() else "iso1987"
    while dialect != "-":
        for row in RULES:
            if row["code"] == code and named(row, dialect) and holds(row, mti, kind, mode):
                return row["cause"]
        if (dialect, code) in CODES:
            return CODES[dialect, code]
        dialect = DIALECTS[dialect]["base"]
    return "none"
