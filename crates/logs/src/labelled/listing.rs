//! A kind of listing: the patterns that its lines are known by. `data/labelled.toml` explains the keys.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, OnceLock};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::pattern::{Group, Pattern};
use crate::time::DateOrder;

/// What is wrong with a listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct ListingError {
    /// Bytes of the text before the place.
    pub offset: usize,
    /// A sentence about it.
    why: String,
}

/// A kind of listing of messages, a line a field. Cheap to clone.
#[derive(Clone)]
pub struct Listing {
    shared: Arc<Shared>,
}

struct Shared {
    texts: Texts,
    /// Compiled when a log first looks like it: that takes longer than reading a small log.
    patterns: OnceLock<Patterns>,
}

/// The keys of a listing as they are written.
#[derive(Default)]
struct Texts {
    name: String,
    needles: Vec<String>,
    start: String,
    lines: Vec<String>,
    close: Option<String>,
    opens: Option<String>,
    closes: Option<String>,
    end: Option<String>,
    date_order: DateOrder,
    source: Option<String>,
    is_verified: bool,
}

pub(super) struct Patterns {
    pub(super) start: Pattern,
    pub(super) lines: Vec<Pattern>,
    pub(super) close: Option<Pattern>,
    pub(super) opens: Option<Pattern>,
    pub(super) closes: Option<Pattern>,
    pub(super) end: Option<Pattern>,
}

static BUILT_IN: LazyLock<Vec<Listing>> = LazyLock::new(|| {
    texts_of(include_str!("../../data/labelled.toml"))
        .expect("the embedded listings have the shape that their test checks")
        .into_iter()
        .map(|(_, texts)| Listing::new(texts))
        .collect()
});

impl Listing {
    /// The listings that are built in.
    pub fn built_in() -> &'static [Self] {
        &BUILT_IN
    }

    /// Reads the listings of a TOML text, each a table `[[listing]]`.
    ///
    /// # Errors
    /// When the text is no TOML, a key is unknown or lacks, or a pattern cannot be understood.
    pub fn parse(text: &str) -> Result<Vec<Self>, ListingError> {
        texts_of(text)?.into_iter().map(|(offset, texts)| Self::checked(offset, texts)).collect()
    }

    /// Reads one listing from the keys of its table, which begins at an offset of its text.
    ///
    /// # Errors
    /// As for [`Self::parse`].
    pub fn from_table(table: &DeTable<'_>, offset: usize) -> Result<Self, ListingError> {
        Self::checked(offset, Texts::read(table, offset)?)
    }

    fn new(texts: Texts) -> Self {
        Self { shared: Arc::new(Shared { texts, patterns: OnceLock::new() }) }
    }

    fn checked(offset: usize, texts: Texts) -> Result<Self, ListingError> {
        let patterns = Patterns::compile(&texts).map_err(|why| ListingError { offset, why })?;
        let listing = Self::new(texts);
        listing.shared.patterns.get_or_init(|| patterns);
        Ok(listing)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.texts.name
    }

    /// Where its shape is from, if that is told.
    pub fn source(&self) -> Option<&str> {
        self.shared.texts.source.as_deref()
    }

    /// Whether output of the program that prints it was at hand.
    pub fn is_verified(&self) -> bool {
        self.shared.texts.is_verified
    }

    pub(super) fn date_order(&self) -> DateOrder {
        self.shared.texts.date_order
    }

    /// Whether a sample may have such listings.
    pub(crate) fn may_be_in(&self, sample: &[u8]) -> bool {
        let is_there = |needle: &String| memchr::memmem::find(sample, needle.as_bytes()).is_some();
        self.shared.texts.needles.iter().all(is_there)
    }

    /// Whether a line begins a message.
    pub(crate) fn starts_at(&self, line: &[u8]) -> bool {
        self.patterns().start.is_match(line)
    }

    pub(super) fn patterns(&self) -> &Patterns {
        self.shared.patterns.get_or_init(|| {
            Patterns::compile(&self.shared.texts).expect("a test compiles all that are built in")
        })
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Reads what its `Display` writes.
impl FromStr for Listing {
    type Err = ListingError;

    fn from_str(text: &str) -> Result<Self, ListingError> {
        let mut listings = Self::parse(&format!("listing = [{text}]"))?;
        listings.pop().ok_or_else(|| error(0, "a listing is a table"))
    }
}

/// As a table on one line of TOML.
impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = &self.shared.texts;
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        write!(f, "{{ name = {}, needles = [{}]", quoted(&texts.name), list(&texts.needles))?;
        write!(f, ", start = {}, lines = [{}]", quoted(&texts.start), list(&texts.lines))?;
        for (key, text) in [
            ("close", &texts.close),
            ("opens", &texts.opens),
            ("closes", &texts.closes),
            ("end", &texts.end),
            ("source", &texts.source),
        ] {
            if let Some(text) = text {
                write!(f, ", {key} = {}", quoted(text))?;
            }
        }
        if texts.date_order == DateOrder::DayFirst {
            f.write_str(", date_order = \"day-first\"")?;
        }
        write!(f, ", verified = {} }}", texts.is_verified)
    }
}

/// The keys of all listings of a text, each with the place of its table.
fn texts_of(text: &str) -> Result<Vec<(usize, Texts)>, ListingError> {
    let broken = |error: toml::de::Error| ListingError {
        offset: error.span().map_or(0, |span| span.start),
        why: error.message().to_owned(),
    };
    let table = DeTable::parse(text).map_err(broken)?;
    let mut listings = Vec::new();
    for (name, value) in table.get_ref() {
        let offset = name.span().start;
        let (true, DeValue::Array(tables)) = (name.get_ref() == "listing", value.get_ref()) else {
            return Err(error(offset, "only `[[listing]]` tables are read here"));
        };
        for table in tables {
            let offset = table.span().start;
            let DeValue::Table(keys) = table.get_ref() else {
                return Err(error(offset, "a listing is a table"));
            };
            listings.push((offset, Texts::read(keys, offset)?));
        }
    }
    Ok(listings)
}

fn error(offset: usize, why: impl Into<String>) -> ListingError {
    ListingError { offset, why: why.into() }
}

impl Texts {
    fn read(table: &DeTable<'_>, offset: usize) -> Result<Self, ListingError> {
        let mut texts = Self::default();
        for (key, value) in table {
            let (key, at) = (key.get_ref().as_ref(), value.span().start);
            match key {
                "name" => texts.name = string(key, value)?,
                "needles" => texts.needles = strings(key, value)?,
                "start" => texts.start = string(key, value)?,
                "lines" => texts.lines = strings(key, value)?,
                "close" => texts.close = Some(string(key, value)?),
                "opens" => texts.opens = Some(string(key, value)?),
                "closes" => texts.closes = Some(string(key, value)?),
                "end" => texts.end = Some(string(key, value)?),
                "source" => texts.source = Some(string(key, value)?),
                "date_order" => {
                    texts.date_order = match &*string(key, value)? {
                        "year-first" => DateOrder::YearFirst,
                        "day-first" => DateOrder::DayFirst,
                        _ => return Err(error(at, "date_order: neither year-first nor day-first")),
                    }
                }
                "verified" => match value.get_ref() {
                    DeValue::Boolean(is_verified) => texts.is_verified = *is_verified,
                    _ => return Err(error(at, "verified: true or false is wanted")),
                },
                _ => return Err(error(at, format!("`{key}` is no key of a listing"))),
            }
        }
        for (key, is_missing) in [
            ("name", texts.name.is_empty()),
            ("start", texts.start.is_empty()),
            ("lines", texts.lines.is_empty()),
        ] {
            if is_missing {
                return Err(error(offset, format!("a listing needs `{key}`")));
            }
        }
        Ok(texts)
    }
}

fn string(key: &str, value: &Spanned<DeValue<'_>>) -> Result<String, ListingError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err(error(value.span().start, format!("{key}: a text is wanted, not {}", other.type_str()))),
    }
}

fn strings(key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ListingError> {
    match value.get_ref() {
        DeValue::Array(texts) => texts.iter().map(|text| string(key, text)).collect(),
        other => Err(error(
            value.span().start,
            format!("{key}: a list of texts is wanted, not {}", other.type_str()),
        )),
    }
}

impl Patterns {
    fn compile(texts: &Texts) -> Result<Self, String> {
        let one = |key: &str, text: &String| {
            Pattern::new(text).map_err(|why| format!("{key} of the listing `{}`: {why}", texts.name))
        };
        let maybe = |key: &str, text: &Option<String>| text.as_ref().map(|text| one(key, text)).transpose();
        let patterns = Self {
            start: one("start", &texts.start)?,
            lines: texts.lines.iter().map(|text| one("lines", text)).collect::<Result<_, _>>()?,
            close: maybe("close", &texts.close)?,
            opens: maybe("opens", &texts.opens)?,
            closes: maybe("closes", &texts.closes)?,
            end: maybe("end", &texts.end)?,
        };
        let has = |group| patterns.start.has(group) || patterns.lines.iter().any(|line| line.has(group));
        for (is_there, what) in [
            (has(Group::Mti) || has(Group::Element) || has(Group::Name), "no group tells what a field is"),
            (has(Group::Value) || has(Group::Open), "no line has the group `value`"),
            (!has(Group::Open) || patterns.close.is_some(), "values that are opened need `close`"),
            (patterns.opens.is_some() == patterns.closes.is_some(), "`opens` and `closes` go together"),
        ] {
            if !is_there {
                return Err(format!("the listing `{}`: {what}", texts.name));
            }
        }
        Ok(patterns)
    }
}
