//! A message as one JSON object on one line. Masked values are text in brackets.

use super::DecodeView;
use posmortem_iso8583::{Fault, FieldLabel, MaskedField, MaskedMessage, Shown};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
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

#[derive(Serialize, JsonSchema)]
pub(crate) struct Object<'m> {
    line: u64,
    offset: u64,
    mti: Option<String>,
    profile: Option<&'m str>,
    bytes: Option<usize>,
    fields: Fields<'m>,
    error: Option<Error<'m>>,
}

#[derive(Serialize, JsonSchema)]
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

/// In the order of the message. What stands there again has its number behind its name: `note`, `note#2`.
struct Fields<'m>(&'m [MaskedField]);

impl JsonSchema for Fields<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let tags = json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
        json_schema!({ "type": "object", "additionalProperties": { "anyOf": [{ "type": "string" }, tags] } })
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        let mut keys = Keys::default();
        for field in self.0 {
            let name = match &field.label {
                FieldLabel::Element(element) => element.to_string(),
                FieldLabel::Part(element, part) => format!("{element}.{part}"),
                FieldLabel::Name(name) => name.clone(),
            };
            map.serialize_entry(&keys.of(name), &Value(&field.shown))?;
        }
        map.end()
    }
}

/// The keys of an object so far, each with the number that its name has come to.
#[derive(Default)]
struct Keys(BTreeMap<String, u32>);

impl Keys {
    fn of(&mut self, name: String) -> String {
        let Some(&known) = self.0.get(&name) else {
            self.0.insert(name.clone(), 1);
            return name;
        };
        let numbered = |number: &u32| format!("{name}#{number}");
        // The log may have such a name by itself.
        let number = (known + 1..).find(|number| !self.0.contains_key(&numbered(number))).unwrap_or(u32::MAX);
        let key = numbered(&number);
        self.0.insert(name, number);
        self.0.insert(key.clone(), 1);
        key
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
                let mut keys = Keys::default();
                for tag in tags {
                    let length = || format!("[{} bytes]", tag.bytes);
                    let key = keys.of(format!("{:X}", tag.tag));
                    map.serialize_entry(&key, &tag.value.clone().unwrap_or_else(length))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_twice_in_an_object() {
        let mut keys = Keys::default();
        let told = ["note", "note", "rc", "note#3", "note", "note"].map(|name| keys.of(name.to_owned()));
        assert_eq!(told, ["note", "note#2", "rc", "note#3", "note#4", "note#5"]);
    }
}
