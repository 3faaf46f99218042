//! What of a result to show, and how. Resolved by the caller; nothing is looked up here.

use posmortem_classify::Language;
use posmortem_exchange::{Summary, TerminalTally};

/// How to look at a result.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// The language of titles, evidence and actions. Names in data columns stay English.
    pub language: Language,
    /// Show this many terminals, and in the table as many codes.
    pub top: Option<usize>,
    /// Show terminals with this many attempts or more.
    pub min_exchanges: u64,
    /// Show terminals without failures too.
    pub all_terminals: bool,
    /// Whether filters have chosen the exchanges that are counted.
    pub filtered: bool,
    /// Columns of the screen; `None` is 100. Only the table asks.
    pub width: Option<u16>,
    /// Colour by cause. Only the table asks.
    pub color: bool,
    /// Marks and names in ASCII. Only the table asks; Chinese wording stays Chinese.
    pub ascii: bool,
    /// The version of the tool.
    pub version: &'a str,
    /// The digest of the rules by which the result was made.
    pub rules_sha256: &'a str,
}

impl View<'_> {
    /// The terminals to show and how many more `top` leaves out.
    pub(crate) fn listed<'s>(&self, summary: &'s Summary) -> Listed<'s> {
        let mut terminals: Vec<_> =
            summary.terminals.iter().filter(|terminal| self.takes(terminal)).collect();
        let left_out = terminals.len().saturating_sub(self.top.unwrap_or(usize::MAX));
        terminals.truncate(terminals.len() - left_out);
        Listed { terminals, left_out }
    }

    /// Whether a terminal is in view, `top` aside.
    pub(crate) fn takes(&self, terminal: &TerminalTally) -> bool {
        let counts = &terminal.counts;
        (self.all_terminals || counts.failed() > 0) && counts.exchanges >= self.min_exchanges
    }
}

/// The terminals of a report.
pub(crate) struct Listed<'s> {
    pub(crate) terminals: Vec<&'s TerminalTally>,
    pub(crate) left_out: usize,
}
