//! The result of a run: what the crate `report` prints and nothing else.

use crate::{AmountTally, Counts, Ledger, Names, Symbol, Tally, TerminalTally};
use posmortem_classify::{Actions, Dialect, Reason};
use posmortem_iso8583::{Currency, ResponseCode, Timestamp};
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::fmt;

/// How much of each exchange the input shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// Requests and answers.
    #[default]
    Paired,
    /// Rows that hold a whole exchange.
    Complete,
    /// Answers alone: time-outs cannot be seen, and the network is never acquitted.
    ResponsesOnly,
}

impl Coverage {
    /// What a ledger shows.
    pub fn of(ledger: &Ledger) -> Self {
        let Ledger { paired, request_only, complete, response_only, .. } = *ledger;
        match (paired + request_only, complete, response_only) {
            (0, complete, answers) if complete > 0 && complete >= answers => Self::Complete,
            (0, _, 1..) => Self::ResponsesOnly,
            _ => Self::Paired,
        }
    }

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paired => "paired",
            Self::Complete => "complete",
            Self::ResponsesOnly => "responses_only",
        }
    }
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// Its path as given, `-` for standard input.
    pub path: String,
    /// The log format; empty when none was recognised.
    pub format: Cow<'static, str>,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Frames with a message, readable or not.
    pub frames: u64,
    /// Frames that could not be read.
    pub rejected: u64,
    /// The first frame that could not be read.
    pub first_reject: Option<FirstReject>,
    /// How far the file could be read.
    pub state: FileState,
}

/// Where a file first could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstReject {
    /// The line of its first byte, counted from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for FirstReject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, reason } = self;
        write!(f, "line {line}: {reason}")
    }
}

/// How far a file could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// To its end.
    #[default]
    Whole,
    /// To its end, and there is no message in it: a note beside good files.
    Empty,
    /// Not at all, and why: it cannot be opened, or no format fits.
    Unreadable(String),
    /// To a point, and why no further: a truncated gzip, a read error.
    BrokenOff(String),
}

/// Attempts of one issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerCount {
    /// The issuer, absent where the log does not tell it.
    pub issuer: Symbol,
    /// Attempts.
    pub count: u64,
}

/// A code that was no approval, and who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSummary {
    /// The table in which it was looked up.
    pub dialect: Option<Dialect>,
    /// The code; `None` is an answer without DE39.
    pub code: Option<ResponseCode>,
    /// The reason that it stood for most often; `None` where the dialect lists no decision.
    pub reason: Option<Reason>,
    /// Attempts that failed with it.
    pub count: u64,
    /// Issuers, the most frequent first.
    pub issuers: Vec<IssuerCount>,
}

/// Everything that a report says.
#[derive(Default)]
pub struct Summary {
    /// The input files, sorted by path.
    pub files: Vec<FileSummary>,
    /// Where every frame went.
    pub ledger: Ledger,
    /// The first moment in the input.
    pub first: Option<Timestamp>,
    /// The last moment in the input.
    pub last: Option<Timestamp>,
    /// How much of each exchange the input shows.
    pub coverage: Coverage,
    /// The fleet.
    pub totals: Counts,
    /// Money by currency.
    pub amounts: Vec<(Currency, AmountTally)>,
    /// Codes that were no approval, the most frequent first.
    pub codes: Vec<CodeSummary>,
    /// Terminals, the worst first.
    pub terminals: Vec<TerminalTally>,
    /// What operations should do about each reason.
    pub actions: Actions,
    /// Reversals without an original within the horizon.
    pub orphan_reversals: u64,
    /// What makes the numbers doubtful, in sentences: worth saying wherever the report goes.
    pub warnings: Vec<String>,
    /// What else helps to judge the numbers, in sentences.
    pub notes: Vec<String>,
    /// The texts behind the symbols.
    pub names: Names,
}

impl Summary {
    /// Puts a tally into the order of a report: terminals by failures, then by the share of them,
    /// then by id; codes and issuers by count, then by name.
    pub fn set_tally(&mut self, tally: Tally, names: Names) {
        let Tally { totals, terminals, codes, amounts, .. } = tally;
        self.totals = totals;
        self.amounts = amounts.into_iter().collect();
        self.terminals = terminals;
        self.terminals.sort_by_cached_key(|terminal| Rank {
            failed: terminal.counts.failed(),
            exchanges: terminal.counts.exchanges,
            beginning: names.beginning(terminal.terminal),
            text: names.text(terminal.terminal),
        });
        self.codes = codes
            .into_iter()
            .map(|((dialect, code), tally)| CodeSummary {
                dialect,
                code,
                reason: tally
                    .reasons
                    .iter()
                    .max_by_key(|(reason, count)| (*count, Reverse(*reason)))
                    .and_then(|(reason, _)| reason),
                count: tally.count,
                issuers: sorted_issuers(tally.issuers.iter(), &names),
            })
            .collect();
        self.codes.sort_by_key(|code| Reverse(code.count));
        self.names = names;
    }

    /// The text counted most often, and how often; the text decides a tie.
    pub fn most_frequent(&self, counts: impl Iterator<Item = (Symbol, u64)>) -> Option<(&str, u64)> {
        let texts = counts.map(|(symbol, count)| (self.names.text(symbol), count));
        texts.max_by_key(|&(text, count)| (count, Reverse(text)))
    }

    /// The merchant with most of a terminal's attempts; the text decides a tie.
    pub fn merchant_of(&self, terminal: &TerminalTally) -> &str {
        self.most_frequent(terminal.merchants.iter()).map_or("", |(merchant, _)| merchant)
    }
}

/// What terminals are sorted by. A million of them are told apart without a look at their texts, or at their tallies.
struct Rank<'n> {
    failed: u64,
    exchanges: u64,
    /// Of the text.
    beginning: u64,
    text: &'n str,
}

impl Ord for Rank<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // self.failed / self.exchanges against other.failed / other.exchanges, without fractions.
        let share = |failed: u64, of: u64| u128::from(failed) * u128::from(of);
        let by_share = || share(other.failed, self.exchanges).cmp(&share(self.failed, other.exchanges));
        let by_text = || (self.beginning, self.text).cmp(&(other.beginning, other.text));
        other.failed.cmp(&self.failed).then_with(by_share).then_with(by_text)
    }
}

impl PartialEq for Rank<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank<'_> {}

impl PartialOrd for Rank<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn sorted_issuers(issuers: impl Iterator<Item = (Symbol, u64)>, names: &Names) -> Vec<IssuerCount> {
    let mut sorted: Vec<_> = issuers.map(|(issuer, count)| IssuerCount { issuer, count }).collect();
    sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| names.text(a.issuer).cmp(names.text(b.issuer))));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_stand_by_failures_then_by_their_share_then_by_id() {
        let (mut tally, mut names) = (Tally::default(), Names::default());
        let mut add = |terminal: &str, exchanges, failed| {
            let terminal = names.intern(terminal);
            let mut of_terminal = TerminalTally::default();
            of_terminal.terminal = terminal;
            of_terminal.counts.exchanges = exchanges;
            of_terminal.counts.causes[0] = failed;
            tally.terminals.push(of_terminal);
        };
        // Ids of which the first eight bytes are alike, and some that begin others.
        add("T12345678", 9, 0);
        add("T12345670", 40, 0);
        add("T1234567", 3, 0);
        add("a", 30, 3);
        add("Z", 20, 2);
        add("b", 10, 1);
        add("c", 20, 2);
        add("d", 10, 2);
        add("", 5, 0);
        let mut summary = Summary::default();
        summary.set_tally(tally, names);
        let ids = summary.terminals.iter().map(|terminal| summary.names.text(terminal.terminal));
        assert_eq!(
            ids.collect::<Vec<_>>(),
            ["a", "d", "Z", "c", "b", "", "T1234567", "T12345670", "T12345678"]
        );
        let rank = |text| Rank { failed: 1, exchanges: 2, beginning: 0, text };
        assert!(rank("a") == rank("a") && rank("a") != rank("b") && rank("a") < rank("b"));
    }

    #[test]
    fn coverage_is_what_most_of_the_log_shows() {
        use Coverage::{Complete, Paired, ResponsesOnly};
        // Frames of pairs, rows, requests alone and answers alone.
        for (paired, complete, request_only, response_only, expected) in [
            (0, 0, 0, 0, Paired),
            (2, 0, 0, 0, Paired),
            (0, 0, 1, 0, Paired),
            (0, 1, 0, 0, Complete),
            (0, 0, 0, 1, ResponsesOnly),
            // A request tells that requests can be seen.
            (1, 5, 0, 9, Paired),
            (0, 5, 1, 9, Paired),
            (1, 0, 1, 9, Paired),
            // Rows and answers: the more frequent.
            (0, 4, 0, 5, ResponsesOnly),
            (0, 5, 0, 5, Complete),
            (0, 6, 0, 5, Complete),
        ] {
            let ledger = Ledger { paired, complete, request_only, response_only, ..Ledger::default() };
            assert_eq!(Coverage::of(&ledger), expected, "{ledger:?}");
        }
        assert_eq!(
            [Paired, Complete, ResponsesOnly].map(Coverage::name),
            ["paired", "complete", "responses_only"]
        );
    }

    #[test]
    fn the_most_frequent_text_is_told_and_of_two_the_first_in_order() {
        let mut summary = Summary::default();
        let [a, b, c] = ["a", "b", "c"].map(|text| summary.names.intern(text));
        for (counts, expected) in [
            (&[(a, 2), (b, 3), (c, 1)][..], Some(("b", 3))),
            (&[(c, 3), (b, 3), (a, 2)], Some(("b", 3))),
            (&[(b, 3), (c, 3)], Some(("b", 3))),
            (&[], None),
        ] {
            assert_eq!(summary.most_frequent(counts.iter().copied()), expected);
        }
        let mut terminal = TerminalTally::default();
        assert_eq!(summary.merchant_of(&terminal), "");
        [(a, 1), (c, 5), (b, 4)]
            .into_iter()
            .for_each(|(merchant, count)| terminal.merchants.add(merchant, count));
        assert_eq!(summary.merchant_of(&terminal), "c");
    }

    #[test]
    fn codes_and_issuers_stand_by_count_then_by_name() {
        let (mut tally, mut names) = (Tally::default(), Names::default());
        let [first, second, third] = ["b", "a", "c"].map(|text| names.intern(text));
        let reason = |name: &str| Reason::from_name(name);
        let (funds, pin) = (reason("insufficient_funds"), reason("pin_incorrect"));
        let mut add =
            |code: &str, count: u64, reasons: &[(Option<Reason>, u64)], issuers: &[(Symbol, u64)]| {
                let of = tally.codes.entry((None, ResponseCode::parse(code.as_bytes()))).or_default();
                of.count = count;
                reasons.iter().for_each(|(reason, count)| of.reasons.add(*reason, *count));
                issuers.iter().for_each(|(issuer, count)| of.issuers.add(*issuer, *count));
            };
        add("05", 3, &[(pin, 1), (funds, 2)], &[(first, 3)]);
        // The reason is the earlier in the taxonomy of two that are as frequent.
        add("51", 9, &[(pin, 4), (funds, 4), (None, 1)], &[(first, 2), (second, 2), (third, 5)]);
        add("8Z", 3, &[(None, 3)], &[]);
        let mut summary = Summary::default();
        summary.set_tally(tally, names);
        let told = |of: &CodeSummary| {
            let issuers = of.issuers.iter().map(|of| (summary.names.text(of.issuer), of.count));
            let code = of.code.map_or(String::new(), |code| code.as_str().to_owned());
            (code, of.count, of.reason, issuers.collect::<Vec<_>>())
        };
        let expected = [
            ("51", 9, funds, vec![("c", 5), ("a", 2), ("b", 2)]),
            ("05", 3, funds, vec![("b", 3)]),
            ("8Z", 3, None, vec![]),
        ]
        .map(|(code, count, reason, issuers)| (code.to_owned(), count, reason, issuers));
        assert_eq!(summary.codes.iter().map(told).collect::<Vec<_>>(), expected);
    }
}
