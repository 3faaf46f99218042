"""Inputs that try to be slow, for `check-adversarial`: one function each, by format, and nothing that runs or measures.

Each gets the size that it must reach and gives bytes. What `FORMATS` tells as a format's typical day (a form of `posmortem-synth`)
stands before them, as much as is looked at to find the format out, unless they bring a header of their own. Card numbers come from a
test range.
"""
import gzip, itertools, json, random

HOSTILE = {}
HEADER = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,pos_entry_mode,response_code,link,merchant_name\n"
# Format: the form that is typical for it. Attempts are no format, but rows that are judged, too; what is to be slow to read is only
# counted, so that a diagnosis does not hide it.
FORMATS = {"attempts": "both", "delimited": "both", "jpos": "jpos", "ndjson": "ndjson", "keyvalue": "keyvalue", "ist": "ist",
           "table": "table", "labelled": "moov", "jpos-jsonl": "jpos-jsonl", "hexlines": "hexlines", "frames": "frames", "gzip": "both"}


def hostile(of, own_header=False):
    """Registers an input of a format; its name is that of the function."""
    def register(make):
        HOSTILE.setdefault(of, {})[make.__name__.replace("_", " ")] = (make, own_header)
        return make
    return register


def fill(size, *pieces):
    """The pieces in turn, again and again, cut at the size."""
    unit = b"".join(pieces)
    return (unit * (size // len(unit) + 1))[:size]


def rows(size, of, header=HEADER):
    """Rows of a delimited day until the size is reached: `of(number)` gives the cells that differ from an approved answer."""
    out, length = [header.encode()], 0
    for number in itertools.count():
        cells = {"half": 2 * number, "mti": "0210", "stan": f"{number % 1000000:06}", "rrn": f"3263{number:08}", "code": "00",
                 "terminal": f"{10000000 + number * 7919 % 500}", "merchant": f"898310154110{number % 300:03}",
                 "name": "Cafe Nord Oslo"} | of(number)
        at = cells["half"]
        time = f"2026-11-21T{at // 7200 % 24:02}:{at // 120 % 60:02}:{at // 2 % 60:02}.{at % 2 * 500:03}"
        row = (f"{time},{cells['mti']},{cells['stan']},{cells['rrn']},{cells['terminal']},{cells['merchant']},"
               f"41111111{number % 100000:08},000000,{100 + number % 50000:012},156,051,{cells['code']},link-{number % 4},"
               f"{cells['name']}\n").encode()
        out.append(row)
        length += len(row)
        if length >= size:
            return b"".join(out)


# --- Attempts: rows that are read with ease, for pairing and diagnosis -----------------------------

@hostile("attempts", own_header=True)
def one_giant_terminal(size):
    return rows(size, lambda number: {"terminal": "10000001"})


@hostile("attempts", own_header=True)
def every_terminal_another(size):
    return rows(size, lambda number: {"terminal": f"T{number:07}"})


@hostile("attempts", own_header=True)
def every_word_another(size):
    return rows(size, lambda number: {"terminal": f"T{number:07}", "merchant": f"M{number:014}", "name": f"Cafe {number}"})


@hostile("attempts", own_header=True)
def every_attempt_declined(size):
    return rows(size, lambda number: {"code": ("05", "51", "55", "91", "14", "54", "ZZ", "Q1")[number % 8]})


@hostile("attempts", own_header=True)
def out_of_order_within_the_horizon(size):
    return rows(size, lambda number: {"half": 2000 + 2 * number - number * 7919 % 600})


@hostile("attempts", own_header=True)
def out_of_order_beyond_the_horizon(size):
    return rows(size, lambda number: {"half": number * 104729 % 172800})


@hostile("attempts", own_header=True)
def backwards_in_time(size):
    return rows(size, lambda number: {"half": 172799 - number % 172800})


@hostile("attempts", own_header=True)
def all_at_one_second(size):
    return rows(size, lambda number: {"half": 7200})


@hostile("attempts", own_header=True)
def the_same_stan_and_rrn_everywhere(size):
    return rows(size, lambda number: {"stan": "000001", "rrn": "326300000001", "mti": "0200" if number % 2 else "0210"})


@hostile("attempts", own_header=True)
def one_key_at_one_terminal(size):
    return rows(size, lambda number: {"stan": "000001", "rrn": "326300000001", "terminal": "10000001", "half": number // 50,
                                      "mti": "0200" if number % 2 else "0210"})


@hostile("attempts", own_header=True)
def requests_that_nobody_answers(size):
    return rows(size, lambda number: {"mti": "0200", "code": ""})


@hostile("attempts", own_header=True)
def reversals_alone(size):
    return rows(size, lambda number: {"mti": "0420" if number % 2 else "0430"})


@hostile("attempts", own_header=True)
def reversals_of_one_attempt(size):
    return rows(size, lambda number: {"stan": "000001", "rrn": "326300000001", "terminal": "10000001", "half": number // 50,
                                      "mti": "0420" if number else "0200"})


# --- Delimited: rows ------------------------------------------------------------------------------

@hostile("delimited", own_header=True)
def long_fields(size):
    return rows(size, lambda number: {"name": "Cafe Nord Oslo " * 40})


@hostile("delimited", own_header=True)
def a_column_too_many(size):
    return rows(size, lambda number: {"name": "Cafe,Nord"})


@hostile("delimited", own_header=True)
def a_quoted_field_in_every_row(size):
    return rows(size, lambda number: {"name": '"Cafe ""Nord"", Oslo"'})


@hostile("delimited", own_header=True)
def a_quote_in_the_middle_of_every_row(size):
    return rows(size, lambda number: {"merchant": '8983"0154'})


@hostile("delimited", own_header=True)
def a_million_columns(size):
    names = HEADER.strip() + "," + ",".join(f"c{number}" for number in range(size // 40))
    return rows(size // 2, lambda number: {}, names + "\n")


# --- Delimited: no rows ----------------------------------------------------------------------------

@hostile("delimited")
def quotes_everywhere(size):
    return fill(size, b'"')


@hostile("delimited")
def quotes_and_line_ends(size):
    return fill(size, b'"\n')


@hostile("delimited")
def quotes_and_separators(size):
    return fill(size, b'"",""\n')


@hostile("delimited", own_header=True)
def a_quote_that_never_closes(size):
    day = rows(size, lambda number: {})
    at = day.index(b"\n", 70_000) + 1
    return day[:at] + b'2026-11-21T05:00:00,0210,"' + day[at:]


@hostile("delimited")
def separators_everywhere(size):
    return fill(size, b",")


@hostile("delimited")
def rows_of_separators(size):
    return fill(size, b"," * 17 + b"\n")


@hostile("delimited")
def empty_lines(size):
    return fill(size, b"\n")


@hostile("delimited")
def carriage_returns(size):
    return fill(size, b"\r")


@hostile("delimited")
def one_line(size):
    return fill(size, b"x")


@hostile("delimited")
def digits_in_one_line(size):
    return fill(size, b"0123456789")


@hostile("delimited")
def zero_bytes(size):
    return bytes(size)


@hostile("delimited")
def noise(size):
    return random.Random(1).randbytes(size)


# --- jPOS ------------------------------------------------------------------------------------------

EVENT = b'<log realm="link-0/10.0.0.1:4321" at="2026-11-21T10:00:00.000">\n  <receive>\n'


@hostile("jpos")
def deep_nesting(size):
    return EVENT + fill(size, b"<a>")


@hostile("jpos")
def deep_nesting_of_messages(size):
    return EVENT + fill(size, b'<isomsg id="48">\n')


@hostile("jpos")
def less_than_everywhere(size):
    return EVENT + fill(size, b"<")


@hostile("jpos")
def greater_than_everywhere(size):
    return EVENT + fill(size, b">")


@hostile("jpos")
def unclosed_cdata(size):
    return EVENT + b"<![CDATA[" + fill(size, b"]]< ]] <log <isomsg> ")


@hostile("jpos")
def beginnings_of_cdata(size):
    return EVENT + fill(size, b"<![CDATA[")


@hostile("jpos")
def beginnings_of_comments(size):
    return EVENT + fill(size, b"<!-- ")


@hostile("jpos")
def beginnings_of_records(size):
    return fill(size, b"<log \n")


@hostile("jpos")
def empty_records(size):
    return fill(size, b'<log at="2026-11-21T10:00:00">\n</log>\n')


@hostile("jpos")
def one_message_of_many_fields(size):
    return EVENT + b"<isomsg>\n" + fill(size, b'<field id="39" value="00"/>\n')


@hostile("jpos")
def fields_without_an_end(size):
    return EVENT + b"<isomsg>\n" + fill(size, b'<field id="39" value="')


@hostile("jpos")
def attributes_without_an_end(size):
    return EVENT + b"<isomsg>\n<field " + fill(size, b"a=b c=\"d\" ")


@hostile("jpos")
def references_everywhere(size):
    return EVENT + b'<isomsg>\n<field id="43" value="' + fill(size, b"&amp;")


@hostile("jpos")
def traces_of_errors(size):
    return fill(size, EVENT, b"    <exception name=\"I/O\">\n", b"      at org.example.Channel<init>(Channel.java:42)\n" * 20, b"  </receive>\n</log>\n")


# --- JSON ------------------------------------------------------------------------------------------

@hostile("ndjson")
def nested_lists(size):
    return fill(size, b"[")


@hostile("ndjson")
def nested_objects(size):
    return fill(size, b'{"a":')


@hostile("ndjson")
def nesting_in_every_line(size):
    return fill(size, b'{"time":"2026-11-21T10:00:00","a":' + b"[" * 500 + b"]" * 500 + b"}\n")


@hostile("ndjson")
def a_million_keys(size):
    return b"{" + ",".join(f'"k{number}":{number}' for number in range(size // 16)).encode() + b"}\n"


@hostile("ndjson")
def many_keys_in_every_line(size):
    return fill(size, json.dumps({f"k{number}": number for number in range(1000)}).encode() + b"\n")


@hostile("ndjson")
def backslashes(size):
    return b'{"a":"' + fill(size, b"\\\\")


@hostile("ndjson")
def backslashes_in_every_line(size):
    return fill(size, b'{"time":"2026-11-21T10:00:00","terminal_id":"' + b"\\\\" * 60 + b'"}\n')


@hostile("ndjson")
def escapes_in_every_value(size):
    return fill(size, b'{"time":"2026-11-21T10:00:00","mti":"\\u0030210","terminal_id":"\\u0031\\u0032\\u0033\\u0034",'
                b'"stan":"\\u0031","response_code":"\\u0030\\u0030"}\n')


@hostile("ndjson")
def open_quotes(size):
    return fill(size, b'{"\n')


@hostile("ndjson")
def braces_alone(size):
    return fill(size, b"{}\n")


# --- Other text ------------------------------------------------------------------------------------

@hostile("keyvalue")
def equals_everywhere(size):
    return fill(size, b"=")


@hostile("keyvalue")
def words_everywhere(size):
    return fill(size, b"a=b ")


@hostile("keyvalue")
def quotes_without_an_end(size):
    return fill(size, b'mti="0200 \n')


@hostile("keyvalue")
def a_million_words_in_lines(size):
    return fill(size, b"2026-11-21T00:00:02 " + b"mti=0200 " * 200 + b"\n")


@hostile("ist")
def brackets(size):
    return fill(size, b"in[")


@hostile("ist")
def fields_of_no_message(size):
    return fill(size, b" in[ 11: ]<257942>\n")


@hostile("ist")
def heads_alone(size):
    return fill(size, b"26.11.21 00:00:02 [ FromIso:19923250]************** INBOUND MESSAGE ID[] ***************\n")


@hostile("table")
def bars(size):
    return fill(size, b"|")


@hostile("table")
def lines_of_no_message(size):
    return fill(size, b'OMNIPAY | 4 | "449"\n')


@hostile("labelled")
def dots(size):
    return fill(size, b".")


@hostile("labelled")
def dotted_lines(size):
    return fill(size, b"F2 " + b"." * 60 + b"\n")


@hostile("labelled")
def fields_without_a_message(size):
    return fill(size, b"F11  System trace audit number..............: 643562\n")


@hostile("jpos-jsonl")
def escapes(size):
    return fill(size, b'{"ts":"2026-11-21T10:30:31Z","kind":"receive","payload":[{"t":"msg","m":"' + b"\\\"\\n" * 200 + b'"}]}\n')


@hostile("jpos-jsonl")
def an_open_message(size):
    return b'{"ts":"2026-11-21T10:30:31Z","kind":"receive","payload":[{"t":"msg","m":"' + fill(size, b"<isomsg>")


# --- The wire --------------------------------------------------------------------------------------

AT = b"2026-11-21T00:00:02 received "


@hostile("hexlines")
def almost_hex(size):
    return fill(size, AT + b"30323030" * 30 + b"G\n")


@hostile("hexlines")
def an_odd_digit(size):
    return fill(size, AT + b"30323030" * 30 + b"3\n")


@hostile("hexlines")
def one_endless_message(size):
    return AT + fill(size, b"30323030")


@hostile("hexlines")
def messages_of_one_byte(size):
    return fill(size, AT + b"30\n")


@hostile("hexlines")
def every_element_at_once(size):
    return fill(size, AT + b"0200FFFFFFFFFFFFFFFF".hex().encode() + b"30" * 90 + b"\n")


@hostile("hexlines")
def lengths_beyond_the_end(size):
    return fill(size, AT + b"02004000000000000000" .hex().encode() + b"99".hex().encode() + b"31" * 10 + b"\n")


@hostile("hexlines")
def hex_words(size):
    return fill(size, b"ABCD ")


@hostile("frames")
def lengths_that_lie(size):
    return fill(size, b"99990200")


@hostile("frames")
def lengths_of_one(size):
    return fill(size, b"0001x")


@hostile("frames")
def lengths_of_nothing(size):
    return fill(size, b"0000")


@hostile("frames")
def frames_of_zero_bytes(size):
    return bytes(size)


@hostile("frames")
def noise_in_frames(size):
    return random.Random(2).randbytes(size)


@hostile("frames")
def frames_of_all_elements(size):
    return fill(size, b"0110" + b"0200FFFFFFFFFFFFFFFF" + b"0" * 90)


# --- Compressed: sizes are of what comes out -------------------------------------------------------

@hostile("gzip")
def a_bomb_of_zeros(size):
    return bytes(size)


@hostile("gzip")
def a_bomb_of_line_ends(size):
    return b"\n" * size


def pack(of, content):
    return gzip.compress(content, 6) if of == "gzip" else content
