//! A message as one JSON object on one line. Masked values are text in brackets.

use super::DecodeView;
use posmortem_iso8583::{Fault, FieldLabel, MaskedField, MaskedMessage, Shown};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

pub(super) fn write(message: &MaskedMessage, view: &DecodeView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let object = Object {
        line: message.line,
        offset: message.offset,
        mti: message.mti.map(|mti| mti.to_string()),
        profile: view.profile,
        bytes: message.bytes,
        fields: Fields(&message.fields),
        error: message.fault.as_ref().map(Error::of),
    };
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Object<'m> {
    line: u64,
    offset: u64,
    mti: Option<String>,
    profile: Option<&'m str>,
    bytes: Option<usize>,
    fields: Fields<'m>,
    error: Option<Error<'m>>,
}

#[derive(Serialize)]
struct Error<'m> {
    field: Option<u8>,
    offset: Option<u32>,
    message: &'m str,
}

impl<'m> Error<'m> {
    fn of(fault: &'m Fault) -> Self {
        Self { field: fault.element, offset: fault.offset, message: &fault.message }
    }
}

/// In the order of the message.
struct Fields<'m>(&'m [MaskedField]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for field in self.0 {
            let key = match &field.label {
                FieldLabel::Element(element) => element.to_string(),
                FieldLabel::Part(element, part) => format!("{element}.{part}"),
                FieldLabel::Name(name) => name.clone(),
            };
            map.serialize_entry(&key, &Value(&field.shown))?;
        }
        map.end()
    }
}

struct Value<'m>(&'m Shown);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Shown::Text(text) => serializer.serialize_str(text),
            Shown::Card { issuer, digits } => {
                let covered = "*".repeat(digits.saturating_sub(issuer.len()));
                serializer.serialize_str(&format!("{issuer}{covered}"))
            }
            Shown::Length(length) => serializer.serialize_str(&format!("[{length} characters]")),
            Shown::Tags(tags) => {
                let mut map = serializer.serialize_map(Some(tags.len()))?;
                for tag in tags {
                    let length = || format!("[{} bytes]", tag.bytes);
                    map.serialize_entry(
                        &format!("{:X}", tag.tag),
                        &tag.value.clone().unwrap_or_else(length),
                    )?;
                }
                map.end()
            }
        }
    }
}
