//! JSON of one line, taken apart without building a tree: values stay raw until they are wanted, and
//! numbers as they are written.

mod scanner;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::value::Value;
pub(crate) use scanner::{Scanner, Written, unescape};

/// A name, borrowed unless something is escaped in it, and a value as it is written.
pub(crate) type Member<'b> = (Cow<'b, [u8]>, &'b RawValue);

/// The members of a whole object in their order.
pub(crate) fn members(object: &[u8]) -> Option<Vec<Member<'_>>> {
    let mut members = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(object);
    Members(&mut members).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(members)
}

/// A string, a number or a truth value as text.
pub(crate) fn scalar<'b>(value: &'b RawValue, rewritten: &mut Vec<u8>) -> Option<Value<'b>> {
    let text = value.get();
    match text.as_bytes() {
        [b'{' | b'[', ..] | b"null" => None,
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => Some(Value::AsLogged(inner)),
        [b'"', ..] => {
            let string: String = serde_json::from_str(text).ok()?;
            Some(Value::rewritten(rewritten, |out| out.extend_from_slice(string.as_bytes())))
        }
        plain => Some(Value::AsLogged(plain)),
    }
}

/// Takes an object's members apart without reading their values.
struct Members<'v, 'b>(&'v mut Vec<Member<'b>>);

impl<'b> DeserializeSeed<'b> for Members<'_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'b> Visitor<'b> for Members<'_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            self.0.push((name, map.next_value()?));
        }
        Ok(())
    }
}

/// A member's name, borrowed unless something is escaped in it.
struct Name;

impl<'b> DeserializeSeed<'b> for Name {
    type Value = Cow<'b, [u8]>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Name {
    type Value = Cow<'b, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'b str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name.as_bytes()))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.as_bytes().to_vec()))
    }
}
