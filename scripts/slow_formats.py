"""Reads logs of every format into cells by canonical name, slowly: the eyes of scripts/count-slowly.

A reader takes a file and yields a dict a message, or None for what cannot be read. It uses the standard library (csv, json, xml, re,
datetime), and for messages in bytes `pyiso8583`, whose specifications are stated here anew. What a log looks like follows
docs/formats.md. Whole messages and well-formed records alone: prefixes of loggers, records that interleave, dumps of
transactions, parts of composite fields, bytes that are no message and detection are not done. A caller names format and profile.
"""
import bz2, csv, gzip, io, json, lzma, os, re
from datetime import date, datetime, timezone
from xml.etree import ElementTree

from slow_wire import messages_of

ELEMENTS = {0: "mti", 2: "pan", 3: "processing_code", 4: "amount", 7: "de7", 11: "stan", 12: "de12", 13: "de13", 22: "pos_entry_mode",
            25: "condition_code", 37: "rrn", 38: "approval", 39: "response_code", 41: "terminal_id", 42: "merchant_id", 49: "currency",
            60: "de60", 70: "de70", 90: "original_data"}
ALIASES = {"timestamp": "time", "ts": "time", "datetime": "time", "txntime": "time", "at": "time", "trace": "stan", "tid": "terminal_id",
           "terminal": "terminal_id", "rc": "response_code", "respcode": "response_code", "actioncode": "response_code", "card": "pan",
           "cardnumber": "pan", "host": "link", "channel": "link", "realm": "link", "route": "link", "rttms": "latency_ms",
           "elapsedms": "latency_ms", "durationms": "latency_ms", "entrymode": "pos_entry_mode"}
NUMBERED = re.compile(r"(?:de|f|field|bit)?0*(\d{1,3})")
CANONICAL = {form: name for name in [*ELEMENTS.values(), "time", "link", "dialect", "latency_ms", "direction", "original_stan", "original_rrn",
                                     "advice_code"] for form in (name, name.replace("_", ""))}
EMPTY = {"NULL", "null", "Null", "(null)", "\\N", "N/A", "n/a", "-"}


def canonical(name):
    """A column's name as count-slowly knows it."""
    if name in CANONICAL:
        return name
    plain = re.sub("[-_ ]", "", name.lower())
    if (number := NUMBERED.fullmatch(plain)) and int(number[1]) in ELEMENTS:
        return ELEMENTS[int(number[1])]
    return ALIASES.get(plain) or CANONICAL.get(plain) or name



def opened(path):
    """A file's bytes, decompressed."""
    with open(path, "rb") as file:
        start = file.read(6)
    by_magic = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
    return by_magic.get(start[:2], open)(path, "rb")


def text(path):
    return io.TextIOWrapper(opened(path), encoding="utf-8-sig", errors="replace", newline="")


def moment(written, shape=None):
    """Milliseconds since 1970 of a time as a log writes it, or None."""
    try:
        at = datetime.strptime(written, shape) if shape else datetime.fromisoformat(written)
    except ValueError:
        return None
    since = (at if at.tzinfo else at.replace(tzinfo=timezone.utc)) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def day_of(path):
    """The day in a file's name, else that of its last change."""
    told = re.search(r"\d{4}-\d\d-\d\d", os.path.basename(path))
    return date.fromisoformat(told[0]) if told else date.fromtimestamp(os.path.getmtime(path))


def dated(cells, day):
    """DE13 with DE12, or DE12 that holds a date, or DE7: the year is that which comes nearest to the file's day."""
    time, date_of = cells.get("de12", ""), cells.get("de13", "")
    digits = time[2:] if len(time) == 12 else date_of + time if len(date_of) == 4 and len(time) == 6 else cells.get("de7", "")
    if len(time) == 12:
        return moment("20" + time, "%Y%m%d%H%M%S")
    if not re.fullmatch(r"\d{10}", digits):
        return None
    found = [moment(f"{day.year + step}{digits}", "%Y%m%d%H%M%S") for step in (-1, 0, 1)]
    noon = moment(day.isoformat() + "T12:00:00")
    return min((at for at in found if at is not None), key=lambda at: abs(at - noon), default=None)


def by_element(elements):
    """Cells of a message's values by number."""
    return {ELEMENTS.get(number, f"de{number}"): value for number, value in elements.items()}


def delimited(path, _):
    with text(path) as file:
        separator = max(",\t|;", key=file.readline().count)
        file.seek(0)
        rows = csv.reader(file, delimiter=separator)
        header = next(rows)
        names = [canonical(name) for name in header]
        for row in rows:
            if row == header or not any("" if cell.strip() in EMPTY else cell.strip() for cell in row):
                continue
            yield dict(zip(names, row)) if len(row) == len(header) else None


def ndjson(path, _):
    with text(path) as file:
        for line in file:
            cells = {}
            for name, value in json.loads(line, parse_float=str, parse_int=str).items():
                cells |= {canonical(inner): one for inner, one in value.items()} if isinstance(value, dict) else {canonical(name): value}
            yield {name: value for name, value in cells.items() if isinstance(value, str)}


PAIR = re.compile(r"""([\w.-]+)=("(?:[^"]|"")*"|\d{4}-\d\d-\d\d[ T][\d:.]+|[^\s,;|]*)""")
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?")


def keyvalue(path, _):
    with text(path) as file:
        for line in file:
            at = TIME.match(line)
            cells = {"time": at[0].replace(",", ".")} if at else {}
            yield cells | {canonical(name): value.strip('"') for name, value in PAIR.findall(line)}


def of_isomsg(xml):
    message = ElementTree.fromstring(xml)
    cells = by_element({int(field.get("id")): field.get("value") or field.text or "" for field in message.findall("field")})
    return {"direction": message.get("direction", ""), **cells}


LOG = re.compile(r'<log realm="([^"]*)" at="([^"]*)".*?(<isomsg.*?</isomsg>)\s*</\w+>\s*</log>', re.DOTALL)


def jpos(path, _):
    with text(path) as file:
        for realm, at, message in LOG.findall(file.read()):
            yield {"time": at, "link": realm, **of_isomsg(message)}


def jpos_jsonl(path, _):
    with text(path) as file:
        for line in file:
            event = json.loads(line)
            tags, messages = event["tags"], [part["m"] for part in event["payload"] if part["t"] == "msg"]
            for message in messages:
                tagged = {"mti": tags.get("mti", ""), "terminal_id": tags.get("tid", "")} if len(messages) == 1 else {}
                yield {"time": event["ts"], "link": tags["realm"], **tagged, **of_isomsg(message)}


IST_HEAD = re.compile(r"(\d\d\.\d\d\.\d\d \d\d:\d\d:\d\d(?:\.\d+)?) +\[ *(From|To)([^:\]]*):\d+\]\*+ ?(INBOUND|OUTBOUND)")
IST_LINE = re.compile(r" *(?:in|out|msgno) *\[ *(\d+)(?:: *)?\]<(.*)>")
DIGITS = {0: 4, 3: 6, 4: 12, 11: 6, 12: 6, 13: 4, 22: 3, 49: 3, 70: 3}


def ist(path, _):
    cells = None
    with text(path) as file:
        for line in file:
            if head := IST_HEAD.match(line):
                if cells:
                    yield cells
                shape = "%y.%m.%d %H:%M:%S" + (".%f" if "." in head[1][9:] else "")
                cells = {"time": moment(head[1], shape), "link": head[3], "direction": "in" if head[4] == "INBOUND" else "out"}
            elif (told := IST_LINE.match(line)) and cells:
                number = 0 if told[1] == "257" else int(told[1])
                name = ELEMENTS.get(number, "")
                if name and name not in cells:
                    cells[name] = unhexed(told[2], {4: 12, 37: 12}.get(number)).zfill(DIGITS.get(number, 0))
    if cells:
        yield cells


def unhexed(value, width):
    """What digits of characters spell, where a value is twice as long as it should be."""
    return bytes.fromhex(value).decode("ascii") if width and len(value) == 2 * width else value


TABLE_HEAD = re.compile(r"(\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) .* (\w+) \[ch: .*- (?:Request|Response) (IN|OUT) ")
TABLE_ROW = re.compile(r'\S+ \| ([\d.]+) +\| (?:"(.*)"|(\d+))')


def table(path, _):
    cells = None
    with text(path) as file:
        for line in file:
            if head := TABLE_HEAD.match(line):
                if cells:
                    yield cells
                cells = {"time": moment(head[1], "%d-%m-%y %H:%M:%S.%f"), "link": head[2], "direction": head[3].lower()}
            elif (row := TABLE_ROW.match(line)) and cells:
                element, quoted, bare = row.groups()
                number, _, part = element.partition(".")
                number = 0 if number == "1" or number == "0" else int(number)
                name = ELEMENTS.get(number, f"de{number}")
                value = quoted if quoted is not None else bare.zfill(DIGITS.get(number, 0))
                cells[name] = cells.get(name, "") + value if part else value
    if cells:
        yield cells


NEVER = "(?!)"
# Listings: what begins a message (or else its element 0 does) and tells its time, and what a line of one looks like.
LISTINGS = {
    "moov": (r"(?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?) ISO 8583 Message:$", r"(?:F(?P<number>\d+) .*?|MTI)\.+: (?P<value>.*)$"),
    "jreactive": (r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+) .*MTI: 0x(?P<mti>\d{4})", r" +(?P<number>\d+): \[.*\] = '(?P<value>.*)'$"),
    "postilion-trace": (r"(?P<at>\S+ \S+) (?P<mti>\d{4}):$", r"\s*\[.*\] (?P<number>\d{3}) +\[(?P<value>.*)\]$"),
    "dotted": (r"(?P<at>\S+ \S+) - info:", r"\s+.* \[(?P<number>\d+)\]\.+(?P<value>.*)$"),
    "named-elements": (r"(?P<at>\S+ \S+):ISS: F00_\w+ *: (?P<mti>\d{4})$", r"\S+ \S+:ISS: F(?P<number>\d+)_\w+ *: (?P<value>.*)$"),
    "bracketed": (r"(?P<at>\S+ \S+) \[000\] (?P<mti>\d{4})$", r"\[(?P<number>\d{3})\] (?P<value>.*)$"),
    "iso8583tool": (r"MTI +(?P<mti>\d{4})$", r"F(?P<number>\d+)  \S+  (?P<value>.*)$"),
    "pyiso8583": (NEVER, r"'?(?:t|(?P<number>\d+))'?\s+\S.*?\s*: '(?P<value>.*)'$"),
}


def labelled(path, settings):
    begin, line_of = map(re.compile, LISTINGS[settings.listing])
    message, day = None, day_of(path)
    with text(path) as file:
        for line in map(str.rstrip, file):
            head, told = begin.match(line), line_of.match(line)
            number = told and int(told["number"] or 0)
            if head or begin.pattern == NEVER and number == 0:
                if message:
                    yield listed(*message, day)
                said = (head or told).groupdict()
                message = said.get("at"), {0: said["mti"]} if said.get("mti") else {}
            if told and message:
                message[1][number] = told["value"].rstrip()
    if message:
        yield listed(*message, day)


def listed(at, elements, day):
    cells = by_element(elements)
    told = re.sub(r"(?<=\d),(?=\d)|:(?=\d{3}$)", ".", at.replace("/", "-")) if at else ""
    told = "20" + told if re.match(r"\d\d-", told) else told
    return {**cells, "time": told or dated(cells, day)}


def in_bytes(path, settings):
    """Messages behind a line's time and direction, in dumps of lines, or in frames."""
    day = day_of(path)
    with opened(path) as file:
        for at, way, elements in messages_of(file.read(), settings):
            cells = by_element(elements) if elements else None
            yield cells and {"direction": way, **cells, "time": at or dated(cells, day)}


READERS = {"delimited": delimited, "ndjson": ndjson, "keyvalue": keyvalue, "jpos": jpos, "jpos-jsonl": jpos_jsonl, "ist": ist, "table": table,
           "labelled": labelled, "hexlines": in_bytes, "hexdump": in_bytes, "frames": in_bytes}
