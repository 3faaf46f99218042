//! What a cell of a sheet holds, and how data formats write it.

use crate::decimal::Decimal;
use crate::labels::owner;
use crate::percent::Percent;
use crate::scope::Scope;
use posmortem_classify::{Cause, Language, Reason};
use posmortem_diagnose::Thousandths;
use posmortem_iso8583::{Currency, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'s> {
    /// Nothing is known, or there is nothing.
    Nothing,
    /// A name from the log.
    Text(Cow<'s, str>),
    /// A word of the product: its name in data formats, and in both languages.
    Word(&'static str, [&'static str; 2]),
    /// Where an incident is.
    Scope(Scope),
    Cause(Cause),
    Reason(Reason),
    /// Who acts, by the name in data formats.
    Owner(&'static str),
    Count(u64),
    /// A number that counts nothing, such as an hour: 0 is one like others.
    Number(u64),
    /// An amount of a currency, where it is told: minor units in data formats.
    Amount(u128, Option<Currency>),
    /// Thousandths, shown with three places.
    Thousandths(u64),
    /// A part of a whole: in data formats as a number from 0 to 1 with five places.
    Share(u64, u64),
    Milliseconds(u64),
    Moment(Timestamp),
    Flag(bool),
}

impl<'s> Value<'s> {
    pub(super) fn text(text: &'s str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(Cow::Borrowed(text)) }
    }

    pub(super) fn milliseconds(ms: Option<u64>) -> Self {
        ms.map_or(Self::Nothing, Self::Milliseconds)
    }

    pub(super) fn moment(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Moment)
    }

    pub(super) fn reason(reason: Option<Reason>) -> Self {
        reason.map_or(Self::Nothing, Self::Reason)
    }

    /// Of nothing there is no share.
    pub(super) fn share(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::Nothing } else { Self::Share(part, whole) }
    }

    /// As data formats without types write it; nothing is empty.
    pub(crate) fn plain(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => "".into(),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Word(name, _) => (*name).into(),
            // Words of data stay English.
            Self::Scope(scope) => scope.text(Language::En).into(),
            Self::Cause(cause) => cause.name().into(),
            Self::Reason(reason) => reason.name().into(),
            Self::Owner(name) => (*name).into(),
            Self::Count(count) | Self::Number(count) | Self::Milliseconds(count) => count.to_string().into(),
            Self::Amount(minor, _) => minor.to_string().into(),
            Self::Thousandths(number) => Thousandths(*number).to_string().into(),
            Self::Share(part, whole) => Percent::of(*part, *whole).number(5).into(),
            Self::Moment(at) => at.to_string().into(),
            Self::Flag(flag) => flag.to_string().into(),
        }
    }

    /// A word of the product in a language; the names of the log are no words.
    pub(crate) fn in_words(&self, language: Language) -> Option<Cow<'static, str>> {
        match self {
            Self::Word(_, words) => Some(words[language as usize].into()),
            Self::Scope(scope) => Some(scope.text(language).into()),
            Self::Cause(cause) => Some(cause.title(language).into()),
            Self::Reason(reason) => Some(reason.title(language).into()),
            Self::Owner(name) => Some(owner(name, language).into()),
            _ => None,
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Count(count) | Self::Number(count) | Self::Milliseconds(count) => {
                serializer.serialize_u64(*count)
            }
            Self::Amount(minor, _) => serializer.serialize_u128(*minor),
            Self::Thousandths(number) => Decimal::from(Thousandths(*number)).serialize(serializer),
            Self::Share(part, whole) => {
                let number = RawValue::from_string(Percent::of(*part, *whole).number(5));
                number.map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(_)
            | Self::Word(..)
            | Self::Scope(_)
            | Self::Cause(_)
            | Self::Reason(_)
            | Self::Owner(_)
            | Self::Moment(_) => serializer.serialize_str(&self.plain()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_formats_tell_the_same() {
        let at = Timestamp { millis: 0, offset_minutes: Some(0) };
        for (value, plain, json) in [
            (Value::Nothing, "", "null"),
            (Value::text("\"a"), "\"a", "\"\\\"a\""),
            (Value::Word("over", ["over", "超限"]), "over", "\"over\""),
            (Value::Cause(Cause::Key), "key", "\"key\""),
            (Value::Owner("key management"), "key management", "\"key management\""),
            (Value::Count(7), "7", "7"),
            (Value::Amount(u128::from(u64::MAX) + 1, None), "18446744073709551616", "18446744073709551616"),
            (Value::Thousandths(12_500), "12.500", "12.500"),
            (Value::Share(1, 8), "0.12500", "0.12500"),
            (Value::Moment(at), "1970-01-01T00:00:00.000Z", "\"1970-01-01T00:00:00.000Z\""),
            (Value::Flag(true), "true", "true"),
        ] {
            assert_eq!(value.plain(), plain);
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }
}
