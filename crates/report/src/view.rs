//! What of a result to show, and how. Resolved by the caller; nothing is looked up here.

use crate::Question;
use posmortem_classify::Language;
use std::time::SystemTime;

/// How to look at a result.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// The language of titles, evidence and actions. Names in data columns stay English.
    pub language: Language,
    /// Answer this question, in place of the one for the terminals at fault. JSON holds the answers to all of
    /// them anyway, and answers one alone where it is asked; Prometheus is told the same whatever the question.
    pub question: Option<Question>,
    /// Show this many terminals, and in the table as many codes.
    pub top: Option<usize>,
    /// Show terminals with this many attempts or more.
    pub min_exchanges: u64,
    /// Show terminals without failures too, and those of which a diagnosis has nothing to say.
    pub all_terminals: bool,
    /// Whether filters have chosen the exchanges that are counted.
    pub filtered: bool,
    /// Columns of the screen; `None` is 100. Only the table asks.
    pub width: Option<u16>,
    /// Colour by cause. Only the table asks.
    pub color: bool,
    /// Marks and names in ASCII. Only the table asks; Chinese wording stays Chinese.
    pub ascii: bool,
    /// When the report is made. Only Prometheus asks.
    pub now: Option<SystemTime>,
    /// The version of the tool.
    pub version: &'a str,
    /// The digest of the rules by which the result was made.
    pub rules_sha256: &'a str,
}
