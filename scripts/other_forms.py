"""Writes the rows of a day in forms that posmortem-synth has no word for, for scripts/check-counts.

Rows are those of its form `lean`: what a message on the wire tells, and its link. Messages in bytes are packed by `pyiso8583`.
"""
import csv, io, json

from slow_formats import ELEMENTS, canonical
from slow_wire import framed, packed

ALIASED = {"time": "Timestamp", "mti": "F0", "stan": "Trace", "rrn": "DE37", "terminal_id": "TID", "pan": "Card-Number", "processing_code": "de3",
           "amount": "Field 4", "response_code": "resp code", "link": "Channel", "pos_entry_mode": "Entry Mode", "de90": "bit90"}
NAMES = {0: "MessageTypeIndicator", 2: "PrimaryAccountNumber", 3: "ProcessingCode", 4: "AmountTransaction", 7: "TransmissionDateTime",
         11: "SystemTraceAuditNumber", 12: "LocalTime", 13: "LocalDate", 22: "PosEntryMode", 37: "RetrievalReferenceNumber", 39: "ResponseCode",
         41: "TerminalId", 42: "MerchantId", 49: "Currency", 70: "NetworkManagementCode", 90: "OriginalData"}


def rows(log):
    return list(csv.DictReader(io.StringIO(log)))


def elements(row):
    """A row's data elements by number, without those that it does not tell."""
    numbers = {name: number for number, name in ELEMENTS.items()}
    told = {numbers[canonical(name)]: value for name, value in row.items() if canonical(name) in numbers and value}
    if 4 in told:
        told[4] = told[4].zfill(12)
    return dict(sorted(told.items()))


def delimited(separator, quoting=csv.QUOTE_MINIMAL, names=None):
    def write(log, _):
        out, day = io.StringIO(), rows(log)
        writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\r\n" if names else "\n")
        writer.writerow([(names or {}).get(name, name) for name in day[0]])
        writer.writerows(row.values() for row in day)
        return out.getvalue()
    return write


def flat_json(log, _):
    return "".join(json.dumps({name: value for name, value in row.items() if value}) + "\n" for row in rows(log))


def pairs(separator):
    def write(log, _):
        return "".join(separator.join(f'{name}="{value}"' if name == "terminal_id" else f"{name}={value}" for name, value in row.items() if value) + "\n"
                       for row in rows(log))
    return write


def listing(head, line, tail=""):
    """A listing: a line that begins a message, one for each element but the MTI, and what ends it."""
    def write(log, _):
        out = []
        for row in rows(log):
            at, told = row["time"].replace("T", " "), elements(row)
            out.append(head.format(at=at, short=at[2:], mti=told.pop(0)))
            out += [line.format(number=number, name=NAMES[number], value=value, length=len(value), short=at[2:]) for number, value in told.items()]
            out.append(tail)
        return "".join(out)
    return write


def peer_listing(log, _):
    """What the peer prints of a message. It tells no time but those of the message."""
    import iso8583
    from iso8583.specs import default_ascii
    out = io.StringIO()
    for row in rows(log):
        message = {"t" if number == 0 else str(number): value.ljust(8) if number == 41 else value for number, value in elements(row).items()}
        iso8583.encode(message, default_ascii)
        iso8583.pp(message, default_ascii, stream=out, line_width=160)
    return out.getvalue()


def dumps(log, profile):
    """A line with time and direction, and the message's bytes below it as jPOS dumps them."""
    out = []
    for number, row in enumerate(rows(log)):
        data = packed(elements(row), row["time"], profile)
        out.append(f"{row['time']} {'sent' if number % 2 else 'received'}\n")
        for at in range(0, len(data), 16):
            line = data[at:at + 16]
            digits = "  ".join(line[half:half + 8].hex(" ").upper() for half in (0, 8) if line[half:])
            out.append(f"{at:04X}  {digits:<48}  {''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in line)}\n")
    return "".join(out)


def frames(log, profile):
    return b"".join(framed(packed(elements(row), row["time"], profile), profile) for row in rows(log))


# Name: format, listing, and what writes it.
OTHER_FORMS = {
    "tab": ("delimited", None, delimited("\t")),
    "pipe": ("delimited", None, delimited("|")),
    "semicolon": ("delimited", None, delimited(";")),
    "quoted": ("delimited", None, delimited(",", csv.QUOTE_ALL)),
    "aliased": ("delimited", None, delimited(",", names=ALIASED)),
    "flat-json": ("ndjson", None, flat_json),
    "pairs-pipe": ("keyvalue", None, pairs(" | ")),
    "pairs-comma": ("keyvalue", None, pairs(", ")),
    "pairs-semicolon": ("keyvalue", None, pairs(";")),
    "postilion-trace": ("labelled", "postilion-trace", listing("{at} {mti}:\n", "   [Fixed  n      {length} {length:03}] {number:03} [{value}]\n")),
    "dotted": ("labelled", "dotted", listing("{at} - info: Client sent data\n     Message Type Indicator [0].....{mti}\n", "     {name} [{number}].........{value}\n")),
    "named-elements": ("labelled", "named-elements", listing("{short}:000:ISS: F00_MessageTypeIndicator : {mti}\n", "{short}:000:ISS: F{number:02}_{name} : {value}\n")),
    "bracketed": ("labelled", "bracketed", listing("{at} [000] {mti}\n", "[{number:03}] {value}\n")),
    "iso8583tool": ("labelled", "iso8583tool", listing("{at} decoded\nMTI  {mti}\n", "F{number}  {name}  {value}\n")),
    "pyiso8583": ("labelled", "pyiso8583", peer_listing),
    "hexdump": ("hexdump", None, dumps),
    "packed-frames": ("frames", None, frames),
}
