//! The keys of one table of a file of rules, and what is wrong with them.
//!
//! Tables are walked by hand instead of deserialised, so that every fault is told with its place.

use std::ops::Range;

use posmortem_iso8583::screen;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{RuleFault, WrongRule};

/// Takes note of faults of one file.
pub(super) struct Faults {
    pub(super) file: usize,
    pub(super) found: Vec<RuleFault>,
}

impl Faults {
    pub(super) fn add(&mut self, span: Range<usize>, what: WrongRule) {
        self.found.push(RuleFault { file: self.file, span, what });
    }

    pub(super) fn unknown<'k>(
        &mut self,
        text: &Text,
        what: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let (found, known) = (text.text.clone(), known.into_iter().map(str::to_owned).collect());
        self.add(text.span.clone(), WrongRule::Unknown { what, found, known });
    }
}

/// A text and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

impl Text {
    pub(super) fn wrong(&self, what: &'static str, example: &'static str) -> WrongRule {
        WrongRule::Value { what, found: self.text.clone(), example }
    }
}

/// One `[[rule]]` or `[[test]]`.
pub(super) struct Table<'t> {
    /// `rule` or `test`.
    pub(super) name: &'static str,
    /// Where it begins.
    pub(super) span: Range<usize>,
    keys: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// The table, whose keys are no others than the known ones.
    pub(super) fn of(
        name: &'static str,
        value: &'t Spanned<DeValue<'t>>,
        known: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let DeValue::Table(keys) = value.get_ref() else {
            wrong_type("a table", value, faults);
            return None;
        };
        for key in keys.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let text = Text { text: key.get_ref().to_string(), span: key.span() };
                let what = if name == "rule" { "key of a rule" } else { "key of a test" };
                faults.unknown(&text, what, known.iter().copied());
            }
        }
        Some(Self { name, span: value.span(), keys })
    }

    pub(super) fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.keys.get(key)
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str, faults: &mut Faults) -> Option<Text> {
        text(self.value(key)?, "a text", faults)
    }

    /// A text that a report can show on one line.
    pub(super) fn line(&self, key: &str, faults: &mut Faults) -> Option<Text> {
        let text = self.text(key, faults)?;
        if text.text.trim().is_empty() || text.text.contains(char::is_control) {
            faults.add(text.span.clone(), text.wrong("line of text", "some words without line breaks"));
            return None;
        }
        shown(text, faults)
    }

    /// One text under a key, or a list of them.
    pub(super) fn texts(&self, key: &str, faults: &mut Faults) -> Vec<Text> {
        let wanted = "a text or a list of texts";
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(list) if list.is_empty() => {
                wrong_type_named(wanted, "an empty list", value.span(), faults);
                Vec::new()
            }
            DeValue::Array(list) => list.iter().filter_map(|value| text(value, "a text", faults)).collect(),
            _ => text(value, wanted, faults).into_iter().collect(),
        }
    }

    /// The same of texts that reports show.
    pub(super) fn lines(&self, key: &str, faults: &mut Faults) -> Vec<Text> {
        self.texts(key, faults).into_iter().filter_map(|text| shown(text, faults)).collect()
    }

    /// Takes note that a key is missing.
    pub(super) fn lacks(&self, key: &'static str, faults: &mut Faults) {
        faults.add(self.span.clone(), WrongRule::Missing { table: self.name, key });
    }
}

/// A text that may be shown as it stands.
fn shown(text: Text, faults: &mut Faults) -> Option<Text> {
    if screen(text.text.as_bytes()) == text.text {
        return Some(text);
    }
    faults.add(text.span, WrongRule::NotToBeShown);
    None
}

fn text(value: &Spanned<DeValue<'_>>, wanted: &'static str, faults: &mut Faults) -> Option<Text> {
    match value.get_ref() {
        DeValue::String(text) => Some(Text { text: text.to_string(), span: value.span() }),
        _ => {
            wrong_type(wanted, value, faults);
            None
        }
    }
}

pub(super) fn wrong_type(wanted: &'static str, value: &Spanned<DeValue<'_>>, faults: &mut Faults) {
    wrong_type_named(wanted, value.get_ref().type_str(), value.span(), faults);
}

fn wrong_type_named(wanted: &'static str, found: &'static str, span: Range<usize>, faults: &mut Faults) {
    faults.add(span, WrongRule::Type { wanted, found });
}
