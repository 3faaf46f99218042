//! Logs of every format in which one place of each message holds what is planted.

use crate::secrets::{Plant, Writing, plants};
use posmortem::iso8583::wire::{Content, Framing, Profile, encode};
use std::fmt::Write;

/// What keeps a value in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wall {
    /// Nothing of it is ever kept or shown: places of card data, free text, what is not read.
    Whole,
    /// Ids and numbers: what its form gives away is covered.
    ByForm,
}

/// Places by data element.
const ELEMENTS: [(u8, Wall); 37] = {
    use Wall::{ByForm, Whole};
    [
        (2, Whole),
        (3, ByForm),
        (4, ByForm),
        (11, ByForm),
        (14, Whole),
        (18, ByForm),
        (22, ByForm),
        (32, ByForm),
        (33, ByForm),
        (34, Whole),
        (35, Whole),
        (36, Whole),
        (37, ByForm),
        (38, ByForm),
        (39, ByForm),
        (41, ByForm),
        (42, ByForm),
        (43, ByForm),
        (44, Whole),
        (45, Whole),
        (48, Whole),
        (52, Whole),
        (53, Whole),
        (55, Whole),
        (57, Whole),
        (60, Whole),
        (62, Whole),
        (63, Whole),
        (90, ByForm),
        (96, Whole),
        (100, ByForm),
        (102, Whole),
        (103, Whole),
        (120, Whole),
        (125, Whole),
        (126, Whole),
        (127, Whole),
    ]
};

/// Places by name, where a format has names. What stands in the place of the time is a time, whatever it says.
const NAMES: [(&str, Wall); 26] = {
    use Wall::{ByForm, Whole};
    [
        ("mti", ByForm),
        ("bin", ByForm),
        ("currency", ByForm),
        ("issuer", ByForm),
        ("link", ByForm),
        ("latency_ms", ByForm),
        ("direction", ByForm),
        ("site", ByForm),
        ("region", ByForm),
        ("model", ByForm),
        ("firmware", ByForm),
        ("dialect", ByForm),
        ("service_code", ByForm),
        ("original_stan", ByForm),
        ("original_rrn", ByForm),
        ("batch", ByForm),
        ("operator_id", ByForm),
        ("advice_code", ByForm),
        ("condition_code", ByForm),
        ("trace_id", ByForm),
        ("network_code", ByForm),
        ("reason_text", Whole),
        ("remark", Whole),
        ("cvv2", Whole),
        ("pin_block", Whole),
        ("cardholder_name", Whole),
    ]
};

/// Elements of every message, beside the planted one.
const USUAL: [(u8, &str); 9] = [
    (0, "0210"),
    (3, "000000"),
    (4, "000000002350"),
    (11, ""),
    (37, ""),
    (39, "05"),
    (41, "10012301"),
    (42, "102911054110011"),
    (49, "840"),
];

/// One planted value.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) plant: Plant,
    pub(crate) place: String,
    /// The number of its place, which stands in its digits.
    pub(crate) id: usize,
}

impl Cell {
    /// The value as it is written.
    pub(crate) fn value(&self) -> Vec<u8> {
        self.plant.writing.write(&self.plant.secret.text(self.id).0)
    }
}

/// A log and what was planted in it.
pub(crate) struct Log {
    pub(crate) format: &'static str,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) cells: Vec<Cell>,
}

/// A message that is to be written.
struct Message {
    at: usize,
    /// By element or name.
    fields: Vec<(String, Vec<u8>)>,
    /// What is planted, among them.
    cell: Cell,
}

impl Message {
    fn of(at: usize, cell: Cell) -> Self {
        let usual = |element: u8, value: &str| match element {
            11 => format!("{:06}", at + 1),
            37 => format!("6325{:08}", at + 1),
            _ => value.to_owned(),
        };
        let mut fields: Vec<(String, Vec<u8>)> = USUAL
            .iter()
            .map(|(element, value)| (element.to_string(), usual(*element, value).into()))
            .collect();
        let place = if cell.place == "mti" { "0" } else { &cell.place };
        fields.retain(|(name, _)| name != place);
        fields.push((place.to_owned(), cell.value()));
        fields.sort_by_key(|(name, _)| name.parse::<u8>().unwrap_or(200));
        Self { at, fields, cell }
    }

    /// Seconds apart, in an hour that all have.
    fn clock(&self) -> String {
        format!("{:02}:{:02}:{:02}", 8 + self.at / 3600, self.at / 60 % 60, self.at % 60)
    }

    fn time(&self) -> Vec<u8> {
        format!("2026-11-21T{}.125", self.clock()).into()
    }

    /// The fields that are elements.
    fn elements(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.fields.iter().filter_map(|(name, value)| Some((name.parse().ok()?, &value[..])))
    }
}

/// A format, with the places that it has and how it writes a message.
struct Format {
    name: &'static str,
    extension: &'static str,
    has_names: bool,
    /// What stands before all messages.
    head: fn() -> String,
    /// Appends a message; `false` where the value does not fit.
    write: fn(&mut Vec<u8>, &Message) -> bool,
}

const FORMATS: [Format; 13] = [
    Format { name: "delimited", extension: "csv", has_names: true, head: header, write: delimited },
    Format { name: "ndjson", extension: "ndjson", has_names: true, head: nothing, write: ndjson },
    Format { name: "ndjson, nested", extension: "json", has_names: true, head: nothing, write: nested },
    Format { name: "keyvalue", extension: "log", has_names: true, head: nothing, write: keyvalue },
    Format { name: "jpos", extension: "xml", has_names: false, head: nothing, write: jpos },
    Format { name: "jpos-jsonl", extension: "jsonl", has_names: false, head: nothing, write: jpos_jsonl },
    Format { name: "ist", extension: "ist", has_names: false, head: nothing, write: ist },
    Format { name: "table", extension: "tab", has_names: false, head: nothing, write: table },
    Format { name: "labelled", extension: "lst", has_names: false, head: nothing, write: labelled },
    Format { name: "hexlines", extension: "hex", has_names: false, head: nothing, write: hexlines },
    Format { name: "hexdump", extension: "dump", has_names: false, head: nothing, write: hexdump },
    Format { name: "frames", extension: "bin", has_names: false, head: nothing, write: frames },
    Format {
        name: "frames, EBCDIC",
        extension: "ebc",
        has_names: false,
        head: nothing,
        write: frames_of_ebcdic,
    },
];

/// Places of a format, in order, whatever wall they have.
fn places(has_names: bool) -> impl Iterator<Item = (String, Wall)> {
    let names = NAMES.iter().filter(move |_| has_names).map(|(name, wall)| ((*name).to_owned(), *wall));
    ELEMENTS.iter().map(|(element, wall)| (element.to_string(), *wall)).chain(names)
}

/// A log in every format, in which values that the wall can hold stand in places that it guards: each in each, over three formats.
pub(crate) fn logs(wall: Wall) -> Vec<Log> {
    let plants = plants();
    let log = |(format_at, format): (usize, &Format)| {
        let mut bytes = (format.head)().into_bytes();
        let mut cells = Vec::new();
        for (place_at, (place, of_place)) in places(true).enumerate() {
            let is_there = format.has_names || place.parse::<u8>().is_ok();
            if of_place != wall || !is_there {
                continue;
            }
            for (plant_at, plant) in plants.iter().enumerate() {
                let cell = Cell { plant: *plant, place: place.clone(), id: place_at };
                // A third of them in each format, another one in the next.
                let is_chosen = (format_at + place_at + plant_at).is_multiple_of(3);
                if !is_chosen || wall == Wall::ByForm && !plant.secret.shows_by_form() {
                    continue;
                }
                let message = Message::of(cells.len(), cell);
                let before = bytes.len();
                if (format.write)(&mut bytes, &message) {
                    cells.push(message.cell);
                } else {
                    bytes.truncate(before);
                }
            }
        }
        let name = format!("{}-2026-11-21.{}", format.name.replace(", ", "-"), format.extension);
        Log { format: format.name, name, bytes, cells }
    };
    FORMATS.iter().enumerate().map(log).collect()
}

fn nothing() -> String {
    String::new()
}

/// Columns of the delimited log: every place once.
fn columns() -> Vec<String> {
    let mut columns: Vec<String> = ["time", "mti"].map(str::to_owned).into();
    columns.extend(USUAL[1..].iter().map(|(element, _)| element.to_string()));
    for (place, _) in places(true) {
        if !columns.contains(&place) && place != "currency" {
            columns.push(place);
        }
    }
    columns
}

fn named(place: &str) -> String {
    if place.parse::<u8>().is_ok() { format!("de{place}") } else { place.to_owned() }
}

fn header() -> String {
    columns().iter().map(|name| named(name)).collect::<Vec<_>>().join(",") + "\n"
}

fn delimited(out: &mut Vec<u8>, message: &Message) -> bool {
    for (at, column) in columns().iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let value = match column.as_str() {
            "time" => Some(message.time()),
            "mti" => field(message, "0"),
            "49" => field(message, "currency").or_else(|| field(message, "49")),
            _ => field(message, column),
        };
        let value = value.unwrap_or_default();
        if value.iter().any(|byte| b",\"\n\r".contains(byte)) {
            out.push(b'"');
            out.extend(value.iter().flat_map(|byte| if *byte == b'"' { vec![b'"'; 2] } else { vec![*byte] }));
            out.push(b'"');
        } else {
            out.extend(value);
        }
    }
    out.push(b'\n');
    true
}

fn field(message: &Message, name: &str) -> Option<Vec<u8>> {
    message.fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
}

/// Between quotes of JSON. Escapes that are planted stay escapes.
fn json(value: &[u8], writing: Writing) -> Vec<u8> {
    if writing == Writing::UnicodeEscapes {
        return value.to_vec();
    }
    let escape = |byte: &u8| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        0..b' ' => format!("\\u{byte:04x}").into_bytes(),
        _ => vec![*byte],
    };
    value.iter().flat_map(escape).collect()
}

fn members(out: &mut Vec<u8>, message: &Message) {
    for (name, value) in message.fields.iter().filter(|(name, _)| name != "time") {
        let name = if name == "0" { "mti".to_owned() } else { named(name) };
        out.extend([b",\"", name.as_bytes(), b"\":\""].concat());
        out.extend(json(value, message.cell.plant.writing));
        out.push(b'"');
    }
}

fn ndjson(out: &mut Vec<u8>, message: &Message) -> bool {
    out.extend([b"{\"time\":\"", &json(&message.time(), message.cell.plant.writing)[..], b"\""].concat());
    members(out, message);
    out.extend(b"}\n");
    true
}

fn nested(out: &mut Vec<u8>, message: &Message) -> bool {
    out.extend([b"{\"time\":\"", &json(&message.time(), message.cell.plant.writing)[..], b"\","].concat());
    out.extend(b"\"transaction\":{\"n\":1");
    members(out, message);
    out.extend(b"}}\n");
    true
}

fn keyvalue(out: &mut Vec<u8>, message: &Message) -> bool {
    out.extend([b"time=\"", &message.time()[..], b"\""].concat());
    for (name, value) in message.fields.iter().filter(|(name, _)| name != "time") {
        let name = if name == "0" { "mti".to_owned() } else { named(name) };
        out.extend([b" ", name.as_bytes(), b"=\"", value, b"\""].concat());
    }
    out.push(b'\n');
    true
}

/// Between quotes of XML. Entities that are planted stay entities.
fn xml(value: &[u8], writing: Writing) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'&' if writing != Writing::XmlEntities => b"&amp;".to_vec(),
        b'<' => b"&lt;".to_vec(),
        b'"' => b"&quot;".to_vec(),
        _ => vec![*byte],
    };
    value.iter().flat_map(escape).collect()
}

fn isomsg(message: &Message, between: &str) -> Vec<u8> {
    let mut out = b"<isomsg direction=\"incoming\">".to_vec();
    for (at, (element, value)) in message.elements().enumerate() {
        let value = xml(value, message.cell.plant.writing);
        let tag =
            [format!("{between}<field id=\"{element}\" ").as_bytes(), b"value=\"", &value, b"\"/>"].concat();
        let is_planted = element.to_string() == message.cell.place;
        match at % 4 {
            _ if !is_planted => out.extend(tag),
            // In the attribute, as a part, in a section, and once more in a comment.
            1 if element > 47 => {
                out.extend(format!("{between}<isomsg id=\"{element}\"><field id=\"2\" value=\"").bytes());
                out.extend([&value[..], b"\"/></isomsg>"].concat());
            }
            2 => {
                out.extend(format!("{between}<field id=\"{element}\">").bytes());
                out.extend([b"<![CDATA[", &value[..], b"]]></field>"].concat());
            }
            _ => out.extend([&tag[..], b"<!-- ", &value, b" -->"].concat()),
        }
    }
    [&out[..], between.as_bytes(), b"</isomsg>"].concat()
}

fn jpos(out: &mut Vec<u8>, message: &Message) -> bool {
    let time = format!("2026-11-21T{}.125", message.clock());
    out.extend(format!("<log realm=\"visa-east\" at=\"{time}\" lifespan=\"1ms\">\n  <receive>\n").bytes());
    out.extend(isomsg(message, "\n    "));
    out.extend(b"\n  </receive>\n</log>\n");
    if message.cell.place == "2" {
        let value = xml(&message.cell.value(), message.cell.plant.writing);
        let exception = b"  <exception name=\"No route for ";
        out.extend(format!("<log realm=\"channel\" at=\"{time}\"><receive>\n").bytes());
        out.extend([&exception[..], &value, b"\">\n  at org.jpos.iso: ", &value, b"\n"].concat());
        out.extend(b"  </exception></receive></log>\n");
    }
    true
}

fn jpos_jsonl(out: &mut Vec<u8>, message: &Message) -> bool {
    out.extend(format!("{{\"ts\":\"2026-11-21T{}.125Z\",\"kind\":\"receive\",", message.clock()).bytes());
    out.extend(b"\"tags\":{\"realm\":\"visa-east\"},\"payload\":[{\"t\":\"msg\",\"m\":\"");
    out.extend(json(&isomsg(message, ""), Writing::Plain));
    out.extend(b"\"}]}\n");
    true
}

fn ist(out: &mut Vec<u8>, message: &Message) -> bool {
    let head = "[ FromIso:2024952]************** INBOUND MESSAGE ID[] ***************";
    out.extend(format!("26.11.21 {} {head}\nmsgno[  0]<210>\n", message.clock()).bytes());
    for (element, value) in message.elements().filter(|(element, _)| *element > 0) {
        out.extend([format!(" in[{element:3}: ]<").as_bytes(), value, b">\n"].concat());
    }
    true
}

fn table(out: &mut Vec<u8>, message: &Message) -> bool {
    let at = message.at;
    let channel = "[ch: /10.1.0.9:51730 => /10.1.0.2:7001]";
    out.extend(format!("21-11-26 {}.135 [t] INFO  OMNIPAY {channel} ", message.clock()).bytes());
    out.extend(format!("[id: {at:010}] - Response IN -- {at:010}\n").bytes());
    let parts = "0210".chars().zip(1..).map(|(digit, part)| format!("OMNIPAY | 1.{part} | \"{digit}\"\n"));
    out.extend(parts.collect::<String>().bytes());
    for (element, value) in message.elements().filter(|(element, _)| *element > 0) {
        out.extend([format!("OMNIPAY | {element} | \"").as_bytes(), value, b"\"\n"].concat());
    }
    true
}

fn labelled(out: &mut Vec<u8>, message: &Message) -> bool {
    let channel = "[id: 0xa72cc005, /127.0.0.1:50853 => /127.0.0.1:9876]";
    out.extend(
        format!("2026-11-21 {},125 [n] DEBUG IsoMessageLoggingHandler - {channel} ", message.clock()).bytes(),
    );
    out.extend(b"MTI: 0x0210\n");
    for (element, value) in message.elements().filter(|(element, _)| *element > 0) {
        out.extend([format!("  {element}: [Name:ALPHA(8)] = '").as_bytes(), value, b"'\n"].concat());
    }
    true
}

/// The message in wire bytes, with its own date and time.
fn wire_bytes(message: &Message, profile: &str) -> Option<Vec<u8>> {
    let profile = Profile::built_in(profile).unwrap();
    let (time, mut bytes) = (message.clock().replace(':', ""), Vec::new());
    let mut elements: Vec<(u8, &[u8])> = message.elements().collect();
    elements.extend([(12, time.as_bytes()), (13, b"1121")]);
    elements.sort_by_key(|(element, _)| *element);
    let padded: Vec<(u8, Vec<u8>)> =
        elements.into_iter().map(|(number, value)| (number, padded(profile, number, value))).collect();
    let elements: Vec<(u8, &[u8])> = padded.iter().map(|(number, value)| (*number, &value[..])).collect();
    encode(profile, &elements, &mut bytes).ok().map(|()| bytes)
}

/// Text of a fixed width, filled up with spaces.
fn padded(profile: &Profile, number: u8, value: &[u8]) -> Vec<u8> {
    let element = profile.element(number).filter(|element| element.prefix().is_none());
    let is_text =
        element.is_some_and(|element| !matches!(element.content(), Content::Numeric | Content::Binary));
    let width = if is_text { element.map_or(0, |element| element.max_len() as usize) } else { 0 };
    let fill = vec![b' '; width.saturating_sub(value.len())];
    [value, &fill].concat()
}

fn hexlines(out: &mut Vec<u8>, message: &Message) -> bool {
    let Some(bytes) = wire_bytes(message, "iso87-ascii") else { return false };
    let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02X}").unwrap();
        digits
    });
    out.extend(format!("2026-11-21 {}.125 received {digits}\n", message.clock()).bytes());
    true
}

fn hexdump(out: &mut Vec<u8>, message: &Message) -> bool {
    let Some(bytes) = wire_bytes(message, "iso87-ascii") else { return false };
    out.extend(format!("2026-11-21 {}.125 received\n", message.clock()).bytes());
    for (at, line) in bytes.chunks(16).enumerate() {
        let digits: String = line.iter().map(|byte| format!("{byte:02X} ")).collect();
        let text = line.iter().map(|byte| if byte.is_ascii_graphic() { *byte } else { b'.' });
        out.extend(format!("{:04X}  {digits:<48}  ", 16 * at).bytes().chain(text).chain(*b"\n"));
    }
    out.push(b'\n');
    true
}

fn frames(out: &mut Vec<u8>, message: &Message) -> bool {
    let bytes = wire_bytes(message, "iso87-ascii");
    bytes.is_some_and(|bytes| Framing::named("binary-2").unwrap().wrap(&bytes, out))
}

fn frames_of_ebcdic(out: &mut Vec<u8>, message: &Message) -> bool {
    let bytes = wire_bytes(message, "iso87-ebcdic");
    bytes.is_some_and(|bytes| Framing::named("binary-4").unwrap().wrap(&bytes, out))
}

/// What does not fit a place of a fixed width is left out, which must not be all.
#[test]
fn every_format_has_enough_places() {
    for (wall, fewest) in [(Wall::Whole, 50), (Wall::ByForm, 2)] {
        for log in logs(wall) {
            assert!(log.cells.len() >= fewest, "{}, {wall:?}: {}", log.format, log.cells.len());
        }
    }
}
