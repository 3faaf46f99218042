//! What is in a log, beside what became of its attempts: what the crate `report` prints of an
//! inspection and nothing else. It is filled by the crate `posmortem`.
//!
//! Counts and names that may be shown. No value of a field is in it, card data least of all.

use posmortem_classify::Dialect;
use posmortem_iso8583::{Mti, ResponseCode};

/// Everything that an inspection found which the [`Summary`](crate::Summary) of the same run does not
/// say already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The inputs, in the order of [`Summary::files`](crate::Summary::files).
    pub files: Vec<InspectedFile>,
    /// Messages that were read.
    pub messages: u64,
    /// Messages by type, rows without one first.
    pub types: Vec<(Option<Mti>, u64)>,
    /// Every field that some message fills: elements by number, then columns and other names.
    pub fields: Vec<FieldCoverage>,
    /// Why messages could not be read and how many, the most frequent first.
    pub rejects: Vec<(String, u64)>,
    /// Links, by name.
    pub links: Vec<InspectedLink>,
    /// Messages that were seen more than once, by links.
    pub hops: Vec<Hop>,
    /// Codes that the table in force lacks, the most frequent first.
    pub unlisted: Vec<UnlistedCode>,
    /// The zone of the log's times, where they tell none and DE7 gives it away.
    pub zone: Option<ZoneGuess>,
}

/// One input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectedFile {
    /// The log format; `None` when none was recognised.
    pub format: Option<Choice>,
    /// The wire profile, where messages are bytes.
    pub profile: Option<Choice>,
    /// How it is compressed; empty when it could not be opened.
    pub compression: &'static str,
    /// Columns whose names mean nothing, and what their content looks like.
    pub columns: Vec<ColumnGuess>,
    /// Card data in clear, by where it stands; fields first, what is outside of fields last.
    pub leaks: Vec<Leaks>,
}

/// What was chosen, how sure that is, and what came next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The name of what was chosen.
    pub name: String,
    /// Which of its kinds: the name of a listing, framing and header of wire messages. Empty where it has
    /// one kind alone.
    pub variant: String,
    /// Whether what reads it was held against real files.
    pub is_verified: bool,
    /// How sure, in thousandths.
    pub confidence: u16,
    /// What else was possible, the likeliest first.
    pub runners_up: Vec<RunnerUp>,
}

/// What was possible and was not chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunnerUp {
    /// Its name.
    pub name: String,
    /// How sure, in thousandths.
    pub confidence: u16,
    /// Whether every value comes out as with what was chosen, so that it does not matter.
    pub agrees: bool,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A data element; 0 is the MTI.
    Element(u8),
    /// A part of a data element: what stands behind its number, without the dot.
    Part(u8, String),
    /// A column that is no data element.
    Column(&'static str),
    /// Another name that the log has.
    Other(String),
    /// Names that do not look like names, all together: they may hold card data.
    Unshown,
    /// In no field at all: free text, stack traces, messages that could not be read.
    Outside,
}

/// How many messages fill a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCoverage {
    /// Which.
    pub field: Field,
    /// The column that a data element fills.
    pub column: Option<&'static str>,
    /// Messages that fill it.
    pub filled: u64,
}

/// What a column looks like whose name means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGuess {
    /// Its name in the log.
    pub name: String,
    /// What it holds most likely.
    pub column: Option<&'static str>,
    /// The share of its values that fit, in thousandths.
    pub confidence: u16,
    /// Whether the log could not be read without it, so that it has been read by this guess.
    pub in_force: bool,
    /// What it would be as the link, where it could be and no column tells the link.
    pub link: Option<LinkGuess>,
}

/// What speaks for a column as the one that tells the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkGuess {
    /// Different texts in it.
    pub texts: u64,
    /// Whether a quarter of the terminals that were looked at show several: a terminal's model and region do not change,
    /// links do. `false` where the log tells no terminals.
    pub is_chosen_anew: bool,
    /// Whether requests and answers have it alike. Where the log has one of them alone, it may as well tell what
    /// became of an attempt.
    pub is_on_both_sides: bool,
}

/// Card data in one place of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaks {
    /// Where.
    pub field: Field,
    /// Digits that begin like a card number and are as long.
    pub alike: u64,
    /// Those among them whose check digit is right. Chance alone gives one in ten.
    pub numbers: u64,
    /// Tracks 1.
    pub tracks_1: u64,
    /// Tracks 2.
    pub tracks_2: u64,
    /// The line of the first message that has it, counted from 1; `None` outside of fields.
    pub first_line: Option<u64>,
}

impl Leaks {
    /// Fewer than so many alike tell nothing about chance.
    const ENOUGH: u64 = 20;

    /// Whether no more numbers pass the check than ids that begin like cards would: one in ten, and up
    /// to twice as many by luck.
    pub fn are_chance(&self) -> bool {
        let tracks = self.tracks_1 + self.tracks_2;
        tracks == 0 && self.alike >= Self::ENOUGH && self.numbers * 5 <= self.alike
    }
}

/// What was heard on one link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectedLink {
    /// Its name, empty where the log has none.
    pub name: String,
    /// Messages.
    pub messages: u64,
    /// Answers with a code.
    pub answers: u64,
    /// How many of these codes the tables in force list.
    pub listed: u64,
    /// The dialect in force: what the user, the configuration or the log tells of all its answers.
    pub told: Option<Dialect>,
    /// The tables that list most of its codes, best first, with how many each lists.
    pub dialects: Vec<(Dialect, u64)>,
    /// Log time less DE7, both taken as they are written.
    pub transmission: Option<Clock>,
    /// Log time less DE12 with DE13, both taken as they are written.
    pub local: Option<Clock>,
}

impl InspectedLink {
    /// The dialect that lists more of what is seen here than those in force do.
    pub fn better_dialect(&self) -> Option<(Dialect, u64)> {
        self.dialects.first().copied().filter(|(_, listed)| *listed > self.listed)
    }
}

/// How far two clocks lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Messages that tell both times.
    pub count: u64,
    /// The median of the differences in milliseconds.
    pub median_ms: i64,
}

/// Messages that were seen on a link and again on the same or another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The links by name; twice the same where a link shows a message twice.
    pub links: [String; 2],
    /// Requests that were seen again.
    pub requests: u64,
    /// Answers that were seen again.
    pub answers: u64,
    /// How much later than on the first link requests are logged on the second one: the median in
    /// milliseconds.
    pub request_ms: Option<i64>,
    /// The same of answers.
    pub answer_ms: Option<i64>,
}

impl Hop {
    /// How far the second link's clock is ahead of the first one's, in milliseconds, if messages take
    /// as long there as back.
    pub fn skew_ms(&self) -> Option<i64> {
        let (request, answer) = self.request_ms.zip(self.answer_ms)?;
        Some((request + answer).div_euclid(2))
    }
}

/// A code that the table in force lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlistedCode {
    /// The link by name.
    pub link: String,
    /// The table.
    pub dialect: Dialect,
    /// The code.
    pub code: ResponseCode,
    /// How often.
    pub count: u64,
}

/// A zone that explains how far log times lie from DE7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneGuess {
    /// Minutes east of UTC.
    pub offset_minutes: i32,
    /// Messages whose times fit.
    pub fitting: u64,
    /// Messages that tell both times.
    pub of: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_both_ways_is_the_skew() {
        let hop = |request_ms, answer_ms| Hop {
            links: [String::new(), String::new()],
            requests: 1,
            answers: 1,
            request_ms,
            answer_ms,
        };
        // Three milliseconds each way, and a clock that is 500 ahead.
        assert_eq!(hop(Some(503), Some(497)).skew_ms(), Some(500));
        assert_eq!(hop(Some(503), None).skew_ms(), None);
        // Four milliseconds each way, and a clock that is 7 behind.
        assert_eq!(hop(Some(-3), Some(-11)).skew_ms(), Some(-7));
    }

    #[test]
    fn one_in_ten_is_chance_and_all_are_not() {
        let leaks = |alike, numbers, tracks_2| Leaks {
            field: Field::Outside,
            alike,
            numbers,
            tracks_1: 0,
            tracks_2,
            first_line: None,
        };
        assert!(leaks(1000, 100, 0).are_chance() && leaks(20, 4, 0).are_chance());
        assert!(!leaks(1000, 900, 0).are_chance() && !leaks(3, 1, 0).are_chance());
        assert!(!leaks(1000, 100, 1).are_chance());
        // From twenty on, and up to one in five.
        assert!(leaks(20, 0, 0).are_chance() && !leaks(19, 0, 0).are_chance());
        assert!(leaks(100, 20, 0).are_chance() && !leaks(100, 21, 0).are_chance());
        // A track of either kind is none by chance.
        for (tracks_1, tracks_2) in [(1, 0), (0, 1), (1, 1), (2, 3)] {
            assert!(!Leaks { tracks_1, ..leaks(1000, 100, tracks_2) }.are_chance());
        }
    }

    #[test]
    fn a_dialect_is_better_when_it_lists_more() {
        let (iso, visa) = (Dialect::from_name("iso1987"), Dialect::from_name("visa"));
        let (iso, visa) = (iso.expect("a dialect"), visa.expect("a dialect"));
        let link = |listed, dialects: &[(Dialect, u64)]| InspectedLink {
            listed,
            dialects: dialects.to_vec(),
            ..InspectedLink::default()
        };
        assert_eq!(link(4, &[(visa, 5), (iso, 4)]).better_dialect(), Some((visa, 5)));
        assert_eq!(link(5, &[(visa, 5), (iso, 4)]).better_dialect(), None);
        assert_eq!(link(6, &[(visa, 5)]).better_dialect(), None);
        assert_eq!(link(0, &[]).better_dialect(), None);
    }
}
