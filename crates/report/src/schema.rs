//! The schemas of what is written as JSON (draft 2020-12), made of the types that write it.
//!
//! Keys are added within a version and none is renamed, so a schema forbids no further keys. What a text may be,
//! beyond being one, is in the documentation.

use crate::{Question, answer, comparison, decoded, exchange_rows, explain, inspection, json};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use std::io::{self, Write};

/// Something written as JSON that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonDocument {
    /// `report --format json`.
    Report,
    /// A line of `report --format ndjson`.
    Terminal,
    /// `report --ask QUESTION --format json`.
    Answer(Question),
    /// A line of `classify --format ndjson`.
    Exchange,
    /// A line of `decode --format ndjson`.
    Message,
    /// `inspect --format json`.
    Inspection,
    /// `explain --format json`.
    Explanation,
    /// `compare --format json`.
    Comparison,
}

impl JsonDocument {
    /// Every document.
    pub fn all() -> impl Iterator<Item = Self> {
        let answers = Question::ALL.into_iter().map(Self::Answer);
        use JsonDocument::{Comparison, Exchange, Explanation, Inspection, Message, Report, Terminal};
        let others = [Report, Terminal, Comparison, Exchange, Message, Inspection, Explanation];
        others.into_iter().chain(answers)
    }

    /// The name used on the command line; answers have that of their question.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Terminal => "terminal",
            Self::Answer(question) => question.name(),
            Self::Exchange => "exchange",
            Self::Message => "message",
            Self::Inspection => "inspection",
            Self::Explanation => "explanation",
            Self::Comparison => "comparison",
        }
    }

    /// The document of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|document| document.name() == name)
    }

    /// Writes its schema.
    ///
    /// # Errors
    /// When `out` does not take the bytes.
    pub fn write_schema(self, out: &mut dyn Write) -> io::Result<()> {
        let schema = match self {
            Self::Report => of::<json::Report<'_>>(),
            Self::Terminal => of::<json::Terminal<'_>>(),
            Self::Answer(question) => answer::schema(question),
            Self::Exchange => of::<exchange_rows::Row<'_>>(),
            Self::Message => of::<decoded::Object<'_>>(),
            Self::Inspection => of::<inspection::Document<'_>>(),
            Self::Comparison => of::<comparison::Document<'_>>(),
            Self::Explanation => of::<explain::Document<'_>>(),
        };
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        out.write_all(b"\n")
    }
}

/// As it is written, not as it would be read.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_stand_once() {
        let names: Vec<_> = JsonDocument::all().map(JsonDocument::name).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
            assert_eq!(JsonDocument::from_name(name).map(JsonDocument::name), Some(*name));
        }
    }
}
