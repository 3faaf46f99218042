//! Messages field by field, for eyes or one JSON object a line.
//!
//! Values come masked; here they are only laid out, with the names of fields and what codes mean.

mod json;
mod meaning;

use crate::wrap::width;
pub(crate) use json::Object;
use posmortem_classify::{CodeTables, Language};
use posmortem_iso8583::{FieldLabel, MaskedField, MaskedMessage, Shown, element_name, emv_tag_name};
use std::io::{self, Write};

/// How decoded messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeFormat {
    /// For eyes.
    Text,
    /// A JSON object a line.
    Ndjson,
}

impl DecodeFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Text, Self::Ndjson];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What all messages of an input have in common.
#[derive(Clone, Copy)]
pub struct DecodeView<'v> {
    /// The profile that read them, where they stand in wire bytes.
    pub profile: Option<&'v str>,
    /// The language of names and meanings.
    pub language: Language,
    /// Where codes are looked up.
    pub tables: &'v CodeTables,
}

/// Writes one message.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_decoded(
    message: &MaskedMessage,
    format: DecodeFormat,
    view: &DecodeView<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DecodeFormat::Text => write_text(message, view, out),
        DecodeFormat::Ndjson => json::write(message, view, out),
    }
}

/// Columns that the value of a field takes before its meaning.
const VALUE_WIDTH: usize = 24;

fn write_text(message: &MaskedMessage, view: &DecodeView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let zh = view.language == Language::Zh;
    let mti = message.mti.map(|mti| mti.to_string());
    let head = [
        Some(if zh { format!("第 {} 行", message.line) } else { format!("line {}", message.line) }),
        Some(if zh { format!("字节 {}", message.offset) } else { format!("byte {}", message.offset) }),
        mti,
        view.profile.map(str::to_owned),
        message.bytes.map(|bytes| if zh { format!("{bytes} 字节") } else { format!("{bytes} bytes") }),
    ];
    writeln!(out, "{}", head.into_iter().flatten().collect::<Vec<_>>().join(" · "))?;
    let rows: Vec<Row> = message.fields.iter().flat_map(|field| rows(field, message, view)).collect();
    let name_width = rows.iter().map(|row| width(&row.name)).max().unwrap_or(0);
    for row in rows {
        let name = pad(&row.name, name_width);
        let line = match row.meaning.as_str() {
            "" => format!("{}  {name}  {}", row.label, row.value),
            meaning => format!("{}  {name}  {}  {meaning}", row.label, pad(&row.value, VALUE_WIDTH)),
        };
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some(fault) = &message.fault {
        writeln!(out, "  ! {}", fault.message)?;
    }
    writeln!(out)
}

/// A line of a message.
struct Row {
    label: String,
    name: String,
    value: String,
    meaning: String,
}

/// A field and, behind it, the tags in it.
fn rows(field: &MaskedField, message: &MaskedMessage, view: &DecodeView<'_>) -> Vec<Row> {
    let zh = view.language == Language::Zh;
    let (label, name) = match &field.label {
        FieldLabel::Element(element) => {
            (element.to_string(), element_name(*element, message.version, zh).unwrap_or_default().to_owned())
        }
        FieldLabel::Part(element, part) => (format!("{element}.{part}"), String::new()),
        FieldLabel::Name(name) => (String::new(), name.clone()),
    };
    let value = match &field.shown {
        Shown::Text(text) => text.clone(),
        Shown::Card { issuer, digits } if zh => format!("{issuer}…，{digits} 位"),
        Shown::Card { issuer, digits } => format!("{issuer}…, {digits} digits"),
        Shown::Length(length) if zh => format!("[{length} 个字符]"),
        Shown::Length(length) => format!("[{length} characters]"),
        Shown::Tags(_) => String::new(),
    };
    let meaning = meaning::of(field, message, view).unwrap_or_default();
    let mut rows = vec![Row { label: format!("{label:>7}"), name, value, meaning }];
    if let Shown::Tags(tags) = &field.shown {
        for tag in tags {
            let name = emv_tag_name(tag.tag, zh).unwrap_or_default();
            let length =
                || if zh { format!("[{} 字节]", tag.bytes) } else { format!("[{} bytes]", tag.bytes) };
            rows.push(Row {
                label: format!("{:>7X}", tag.tag),
                name: format!("  {name}"),
                value: tag.value.clone().unwrap_or_else(length),
                meaning: String::new(),
            });
        }
    }
    rows
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}
