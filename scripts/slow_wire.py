"""Messages in bytes, read and written with `pyiso8583` from PyPI: framings, headers and specifications stated anew.

Of each profile the elements that a generated day tells, and no others. Left out: third bitmaps, nested fields, lengths that
count the bytes of hexadecimal text.
"""
import re, struct

FIELDS = {2: ("n", 19, 2), 3: ("n", 6), 4: ("n", 12), 7: ("n", 10), 11: ("n", 6), 12: ("n", 6), 13: ("n", 4), 22: ("n", 3), 37: ("an", 12), 39: ("an", 2),
          41: ("an", 8), 42: ("an", 15), 49: ("an", 3), 70: ("n", 3), 90: ("n", 42)}
# What digits, text and lengths are made of, then the MTI, bitmaps, header and framing, and fields of another shape.
PROFILES = {
    "iso87-ascii": ("ascii", "ascii", "ascii", "ascii", "hex", "none", "ascii-4", {}),
    "iso87-ascii-binary": ("ascii", "ascii", "ascii", "ascii", "binary", "none", "binary-2", {}),
    "spec87-fixed128": ("ascii", "ascii", "ascii", "ascii", "hex-16", "none", "binary-2", {}),
    "iso87-ebcdic": ("cp037", "cp037", "cp037", "cp037", "hex-cp037", "none", "binary-4", {}),
    "iso87-bcd": ("b", "ascii", "bcd", "b", "binary", "tpdu", "binary-2", {}),
    "unionpay-pos": ("b", "ascii", "bcd", "b", "binary", "tpdu-unionpay", "binary-2", {22: ("right", 3)}),
    "visa-base1": ("b", "cp037", "b", "b", "binary", "visa", "visa", {22: ("n", 4), 49: ("n", 3)}),
    "mastercard-cis": ("cp037", "cp037", "cp037", "cp037", "binary", "none", "binary-2", {}),
    "postbridge": ("ascii", "ascii", "ascii", "ascii", "binary", "none", "binary-2", {}),
    "base24": ("ascii", "ascii", "ascii", "ascii", "hex", "base24", "base24-tcp", {41: ("an", 16)}),
    "smartvista": ("ascii", "ascii", "ascii", "ascii", "binary", "none", "ascii-4", {12: ("n", 12)}),
}
DIALECTS = {"unionpay-pos": "unionpay-pos", "visa-base1": "visa", "mastercard-cis": "mastercard", "postbridge": "postbridge", "base24": "base24"}
# What stands before a message.
HEADERS = {"none": b"", "tpdu": bytes.fromhex("6000030000"), "tpdu-unionpay": bytes.fromhex("6000030000603100310000"),
           "visa": bytes.fromhex("1601020000") + bytes(17), "base24": b"ISO016000015"}
# Bytes before the message, how its length is found there, and bytes behind it that the length counts.
FRAMINGS = {"binary-2": (2, lambda at: struct.unpack(">H", at)[0], 0), "binary-4": (4, lambda at: struct.unpack(">I", at)[0], 0),
            "ascii-4": (4, int, 0), "visa": (4, lambda at: struct.unpack(">H", at[:2])[0], 0), "base24-tcp": (2, lambda at: struct.unpack(">H", at)[0], 1)}
FRAMED = {"binary-2": lambda data: struct.pack(">H", len(data)) + data, "binary-4": lambda data: struct.pack(">I", len(data)) + data,
          "ascii-4": lambda data: b"%04d" % len(data) + data, "visa": lambda data: struct.pack(">H2x", len(data)) + data,
          "base24-tcp": lambda data: struct.pack(">H", len(data) + 1) + data + b"\x03"}


def specification(profile):
    """The peer's words for a profile."""
    digits, letters, lengths, mti, bitmap, _, _, other = PROFILES[profile]
    plain = lambda encoding, length: {"data_enc": encoding, "len_enc": "ascii", "len_type": 0, "max_len": length, "desc": ""}
    bits = {"binary": plain("b", 8), "hex": plain("ascii", 16), "hex-16": plain("ascii", 16), "hex-cp037": plain("cp037", 16)}[bitmap]
    spec = {"h": plain("ascii", 0), "t": plain(mti, 2 if mti == "b" else 4), "p": bits, "1": bits}
    for number, (kind, length, *prefix) in {**FIELDS, **other}.items():
        field = plain(letters if kind == "an" else digits, length)
        if field["data_enc"] == "b":
            # Fixed lengths are filled up in front; card numbers behind.
            field |= {"len_count": "nibbles", "right_pad" if kind == "right" or prefix else "left_pad": "0"}
        if prefix:
            field |= {"len_enc": lengths, "len_type": 1 if lengths in ("bcd", "b") else prefix[0]}
        spec[str(number)] = field
    return spec


def packed(elements, at, name):
    """A message with its header, of values by number."""
    import iso8583

    fields, bitmap, header, message = {**FIELDS, **PROFILES[name][7]}, PROFILES[name][4], HEADERS[PROFILES[name][5]], {"t": elements[0]}
    for number, value in elements.items():
        if number:
            kind, length, *prefix = fields[number]
            # A time of twelve digits begins with its date; as Visa has it, DE22 has a fourth digit behind three that mean something.
            value = re.sub(r"\D", "", at)[2:14] if number == 12 and length == 12 else value.ljust(length, "0") if number == 22 else value
            message[str(number)] = value if prefix else value.ljust(length) if kind == "an" else value.zfill(length)
    data = bytes(iso8583.encode(message, specification(name))[0])
    has_second = max(elements) > 64
    return header + (data if bitmap != "hex-16" or has_second else data[:20] + b"0" * 16 + data[20:])


def framed(data, name):
    return FRAMED[PROFILES[name][6]](data)


def messages_of(data, settings):
    """A time or None, a direction and the elements by number, of each message."""
    import iso8583

    spec, profile = specification(settings.profile), PROFILES[settings.profile]
    parts = {"hexlines": of_lines, "hexdump": of_dumps, "frames": of_frames}[settings.format](data, profile[6])
    for at, way, body in parts:
        message = second_bitmap_told(body[len(HEADERS[profile[5]]):], profile[4])
        try:
            decoded, _ = iso8583.decode(message, spec)
        except iso8583.DecodeError:
            yield at, way, None
            continue
        yield at, way, {int(key.replace("t", "0")): value.strip() for key, value in decoded.items() if key not in ("h", "p", "1")}


def second_bitmap_told(message, bitmap):
    """Where two bitmaps always stand, the peer wants to hear of the second."""
    if bitmap != "hex-16":
        return message
    return message[:4] + b"%X" % (int(message[4:5], 16) | 8) + message[5:]


def of_lines(data, _):
    for line in data.decode("ascii").splitlines():
        at, way, digits = line.rsplit(" ", 2)
        yield at, {"received": "in", "sent": "out"}[way], bytes.fromhex(digits)


def of_dumps(data, _):
    """Offset, sixteen bytes and their text a line, below a line that tells time and direction."""
    for part in re.split(r"^(?=\d{4}-\d\d-\d\d[ T])", data.decode("ascii"), flags=re.MULTILINE)[1:]:
        head, *lines = part.splitlines()
        at, way = head.rsplit(" ", 1)
        yield at, {"received": "in", "sent": "out"}[way], bytes.fromhex("".join(line[6:54] for line in lines))


def of_frames(data, framing):
    width, length_of, behind = FRAMINGS[framing]
    at = 0
    while at < len(data):
        end = at + width + length_of(data[at:at + width])
        yield None, "", data[at + width:end - behind]
        at = end
