//! Listings of messages, a line a field: `F39  Response Code..: 05`, `39: [Response code:ALPHA(2)] = '05'`
//! and many more. How the lines of a listing look is data ([`Listing`]), and users add their own.
//!
//! A message begins at a line that the listing's `start` matches and ends before the next; what stands
//! before the first one and has fields is rejected as broken off. What is
//! nested below an element is parts of it; of DE3 and DE22, which some programs print in parts alone,
//! those make up the element. A field that occurs twice with different values is a sign of two messages
//! written into each other, and rejects the message.

mod listing;
mod pattern;

use std::fmt;

use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::format::NamedValues;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::{Frame, Frames, LineStart};
use crate::names::NameCache;
use crate::record::{RecordSink, RejectReason};
use crate::time::TimeReader;
use crate::value::Value;
use listing::Patterns;
pub use listing::{Listing, ListingError};
use pattern::{Finder, Found, Group, Pattern};

/// Elements that their parts make up.
const MADE_OF_PARTS: [u8; 2] = [3, 22];

/// How one input's listings are read.
pub struct Labelled {
    listing: Listing,
    values: NamedValues,
}

impl Labelled {
    pub(crate) fn new(listing: Listing, values: NamedValues) -> Self {
        Self { listing, values }
    }

    /// The kind of listing.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }
}

impl fmt::Debug for Labelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Labelled").field(&self.listing).finish()
    }
}

/// Reads all messages of a block.
pub(crate) fn read_listings(
    labelled: &Labelled,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(labelled.values.times());
    let mut reader = ListingReader::new(labelled, sink.takes_fields());
    rewritten.clear();
    let mut frames = Frames::of(block, LineStart::Listing(labelled.listing.clone()));
    while let Some(Frame { position, bytes, begins }) =
        frames.next_frame(rewritten, |line, rewritten| reader.read(line, rewritten))
    {
        reader.close_parts(rewritten);
        reader.message.finish(rewritten);
        let message = &reader.message;
        if reader.fields == 0 {
            if !bytes.trim_ascii().is_empty() {
                sink.non_message(position);
            }
        } else if !begins {
            message.reject(position, RejectReason::BrokenOff, rewritten, sink);
        } else if let Some(element) = message.contradiction() {
            message.reject(position, RejectReason::FieldTwice(element), rewritten, sink);
        } else {
            let order = labelled.listing.date_order();
            let line_time = |times: &mut TimeReader<'_>| {
                let at = reader.time.and_then(|time| times.read_at_start(time, order));
                at.or_else(|| times.read_at_start(bytes, order))
            };
            let buffers = (&mut times, &rewritten[..]);
            message.tell(position, (false, line_time), WithoutMti::Reject, buffers, sink);
        }
        rewritten.clear();
        reader.clear();
    }
}

/// How far a listing was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Its first line comes next.
    Before,
    Within,
    /// What stands behind its end is none of it.
    Behind,
}

struct ListingReader<'r, 'b> {
    patterns: &'r Patterns,
    start: Finder<'r>,
    lines: Vec<Finder<'r>>,
    close: Option<Finder<'r>>,
    names: NameCache<'r>,
    message: Gathered<'b>,
    stage: Stage,
    /// Fields of the message, without what is said of it as a whole.
    fields: usize,
    time: Option<&'b [u8]>,
    /// Whether the last value goes on.
    is_open: bool,
    /// Nesting, the element that it is below, and the characters of its parts.
    depth: u32,
    composite: Option<u8>,
    parts: Vec<u8>,
}

impl<'r, 'b> ListingReader<'r, 'b> {
    fn new(labelled: &'r Labelled, keeps_fields: bool) -> Self {
        let patterns = labelled.listing.patterns();
        Self {
            patterns,
            start: patterns.start.finder(),
            lines: patterns.lines.iter().map(Pattern::finder).collect(),
            close: patterns.close.as_ref().map(Pattern::finder),
            names: NameCache::new(labelled.values.names()),
            message: Gathered::with_contradictions(keeps_fields),
            stage: Stage::Before,
            fields: 0,
            time: None,
            is_open: false,
            depth: 0,
            composite: None,
            parts: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.message.clear();
        self.parts.clear();
        (self.stage, self.fields, self.time, self.is_open) = (Stage::Before, 0, None, false);
        (self.depth, self.composite) = (0, None);
    }

    fn read(&mut self, line: &'b [u8], rewritten: &mut Vec<u8>) {
        let line = without_bom(line);
        if self.stage == Stage::Before {
            self.stage = Stage::Within;
            if let Some(found) = self.start.find(line) {
                self.take(&found, rewritten);
            }
        }
        let is_within = self.stage == Stage::Within;
        if is_within && self.patterns.end.as_ref().is_some_and(|end| end.is_match(line)) {
            self.stage = Stage::Behind;
        }
        if self.stage == Stage::Within {
            self.line(line, rewritten);
        }
    }

    fn line(&mut self, line: &'b [u8], rewritten: &mut Vec<u8>) {
        let patterns = self.patterns;
        let found = self.lines.iter_mut().find_map(|pattern| pattern.find(line));
        if self.is_open && found.is_none() {
            let end = self.close.as_mut().and_then(|close| close.find(line));
            self.is_open = end.is_none();
            self.go_on(end.map_or(line, |end| end.get(Group::Value).unwrap_or_default()), rewritten);
            return;
        }
        if patterns.closes.as_ref().is_some_and(|closes| closes.is_match(line)) {
            self.depth = self.depth.saturating_sub(1);
            if self.depth == 0 {
                self.close_parts(rewritten);
            }
        } else if patterns.opens.as_ref().is_some_and(|opens| opens.is_match(line)) {
            self.depth += 1;
        }
        if let Some(found) = found {
            self.take(&found, rewritten);
        }
    }

    /// Adds a line to the value that goes on.
    fn go_on(&mut self, line: &[u8], rewritten: &mut Vec<u8>) {
        if let Some(last) = self.message.last_value() {
            last.go_on(&[b"\n", line], rewritten);
        }
    }

    fn take(&mut self, found: &Found<'b>, rewritten: &[u8]) {
        self.time = self.time.or(found.get(Group::Time));
        for (group, column) in [
            (Group::Direction, Column::Direction),
            (Group::Trace, Column::TraceId),
            (Group::Link, Column::Link),
        ] {
            if let Some(text) = found.get(group) {
                self.message.column(column, Value::AsLogged(text), rewritten);
            }
        }
        if let Some(mti) = found.get(Group::Mti) {
            self.fields += 1;
            self.message.element(0, Value::AsLogged(mti), rewritten);
        }
        if let Some(composite) = found.get(Group::Composite) {
            self.composite = number(composite);
        }
        self.is_open = found.get(Group::Open).is_some();
        let Some(text) = found.get(Group::Value).or(found.get(Group::Open)) else { return };
        let value = Value::AsLogged(text);
        if let Some(name) = found.get(Group::Name) {
            self.fields += 1;
            self.message.named(self.names.read(name), name, value, rewritten);
            return;
        }
        let Some(digits) = found.get(Group::Element) else { return };
        let Some(element) = number(digits) else { return };
        self.fields += 1;
        match (self.depth, self.composite, found.get(Group::Part)) {
            (0, _, None) => self.message.element(element, value, rewritten),
            (0, _, Some(part)) => self.message.part(element, part, value, rewritten),
            (depth, Some(composite), _) => {
                if depth == 1 {
                    self.parts.extend_from_slice(text.trim_ascii());
                }
                self.message.part(composite, digits, value, rewritten);
            }
            // Nested below nothing that is known.
            (_, None, _) => self.fields -= 1,
        }
    }

    fn close_parts(&mut self, rewritten: &mut Vec<u8>) {
        let whole = self.composite.take().filter(|element| MADE_OF_PARTS.contains(element));
        if let (Some(element), false) = (whole, self.parts.is_empty()) {
            let value = Value::rewritten(rewritten, |out| out.extend_from_slice(&self.parts));
            self.message.element(element, value, rewritten);
        }
        self.parts.clear();
    }
}

/// The number of an element, at most 128.
fn number(digits: &[u8]) -> Option<u8> {
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= 128).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_are_built_in_compile() {
        let listings =
            Listing::parse(include_str!("../data/labelled.toml")).expect("listings with good patterns");
        assert_eq!(listings.len(), Listing::built_in().len());
        let mut names: Vec<_> = listings.iter().map(Listing::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listings.len());
        for listing in &listings {
            assert!(listing.source().is_some(), "{listing:?}");
            assert!(!listing.may_be_in(b"time,rc\n"), "{listing:?} has needles");
            let again: Listing = listing.to_string().parse().expect("what was written");
            assert_eq!(again.to_string(), listing.to_string());
        }
    }

    #[test]
    fn what_is_wrong_with_a_listing_is_told_with_its_place() {
        for (keys, complaint) in [
            ("start = 'x'\nlines = ['x']", "a listing needs `name`"),
            ("name = 'a'\nstart = 'x'", "a listing needs `lines`"),
            ("name = 'a'\ncolour = 'x'", "`colour` is no key of a listing"),
            ("name = 1", "name: a text is wanted, not integer"),
            ("lines = 'x'", "lines: a list of texts is wanted, not string"),
            ("name = 'a'\nstart = '('\nlines = ['x']", "start of the listing `a`: unclosed group"),
            ("name = 'a'\nstart = 'x'\nlines = ['x']", "the listing `a`: no group tells what a field is"),
            ("date_order = 'month-first'", "date_order: neither year-first nor day-first"),
        ] {
            let text = format!("[[listing]]\n{keys}\n");
            let error = Listing::parse(&text).expect_err("a complaint");
            assert_eq!(error.to_string(), complaint);
            assert!(error.offset < text.len());
        }
        assert!(Listing::parse("[listing").is_err() && Listing::parse("x = 1").is_err());
    }
}
