//! Whether a column whose name means nothing could tell the link: few texts, on requests and answers alike, each at
//! several terminals.
//!
//! Texts are kept as hashes, and of terminals a sample: those of the smallest hashes, so that the same ones are in
//! it however a log is cut. What is drawn from it is a proposal, for a model or a region looks much the same.

use posmortem_exchange::LinkGuess;
use posmortem_iso8583::Side;
use posmortem_logs::stable_hash;
use std::collections::{BTreeMap, BTreeSet};

/// A column with more texts than this is not asked: networks have some links, and sites are many.
const MOST: usize = 32;

/// Terminals that are looked at.
const SAMPLE: usize = 64;

/// Fewer messages of a side tell nothing.
const ENOUGH: u64 = 20;

/// Names of links are not longer.
const LONGEST: usize = 40;

/// Messages by side: requests, answers.
pub(super) type Sides = [u64; 2];

/// What the texts of one column are like.
#[derive(Clone, Default)]
pub(super) struct Texts {
    /// The text in the message that is being told.
    told: Option<u64>,
    texts: BTreeMap<u64, Sides>,
    /// Texts by terminals of the sample.
    terminals: BTreeMap<u64, BTreeSet<u64>>,
    /// More than [`MOST`]: nothing is kept of them.
    are_many: bool,
}

/// Where the place of a message in [`Sides`] is.
pub(super) fn place(side: Side) -> usize {
    match side {
        Side::Request => 0,
        Side::Response => 1,
    }
}

impl Texts {
    /// A value of the current message. What has no letter is a number, and names no link.
    pub(super) fn see(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
        let is_text = value.len() <= LONGEST && value.iter().any(is_letter);
        self.told = (is_text && !self.are_many).then(|| stable_hash(value));
    }

    /// The current message is read, at the terminal of that id, if it tells one.
    pub(super) fn keep(&mut self, side: Side, terminal: &str) {
        let Some(text) = self.told.take() else { return };
        self.texts.entry(text).or_default()[place(side)] += 1;
        if !terminal.is_empty() {
            self.terminals.entry(stable_hash(terminal.as_bytes())).or_default().insert(text);
        }
        self.cut();
    }

    /// The current message could not be read.
    pub(super) fn forget(&mut self) {
        self.told = None;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.are_many |= other.are_many;
        for (text, theirs) in &other.texts {
            let own = self.texts.entry(*text).or_default();
            own.iter_mut().zip(theirs).for_each(|(own, theirs)| *own += theirs);
        }
        for (terminal, texts) in &other.terminals {
            self.terminals.entry(*terminal).or_default().extend(texts);
        }
        self.cut();
    }

    fn cut(&mut self) {
        self.are_many |= self.texts.len() > MOST;
        if self.are_many {
            self.texts.clear();
            self.terminals.clear();
        }
        while self.terminals.len() > SAMPLE {
            self.terminals.pop_last();
        }
    }

    /// What speaks for it, and the share of messages that have such a text in thousandths; `None` where it is no link.
    pub(super) fn link(&self, messages: Sides) -> Option<(LinkGuess, u16)> {
        let is_there = messages.map(|count| count >= ENOUGH);
        let is_everywhere = |sides: &&Sides| (0..2).all(|at| sides[at] > 0 || !is_there[at]);
        let sum = |[requests, answers]: Sides, sides: &Sides| [requests + sides[0], answers + sides[1]];
        let filled = self.texts.values().filter(is_everywhere).fold([0; 2], sum);
        // Nine of ten, as with every guess of a column.
        let fits = (0..2).all(|at| !is_there[at] || filled[at] * 10 >= messages[at] * 9);
        let texts = self.texts.len();
        let pairs: usize = self.terminals.values().map(BTreeSet::len).sum();
        let are_shared = self.terminals.len() < 2 || pairs >= 2 * texts;
        if is_there == [false; 2] || !fits || texts < 2 || !are_shared {
            return None;
        }
        let moving = self.terminals.values().filter(|texts| texts.len() > 1).count();
        let guess = LinkGuess {
            texts: texts as u64,
            // A terminal is given another firmware once in a while; links change from card to card.
            is_chosen_anew: moving > 0 && moving * 4 >= self.terminals.len(),
            is_on_both_sides: is_there == [true; 2],
        };
        let share = (filled[0] + filled[1]) * 1000 / (messages[0] + messages[1]);
        Some((guess, u16::try_from(share).unwrap_or(1000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column by what stands in the nth pair of request and answer.
    fn column(pairs: u64, text: impl Fn(u64, Side) -> String) -> Texts {
        let mut column = Texts::default();
        for at in 0..pairs {
            for side in [Side::Request, Side::Response] {
                column.see(text(at, side).as_bytes());
                column.keep(side, &format!("T{}", at % 7));
            }
        }
        column
    }

    #[track_caller]
    fn link(pairs: u64, text: impl Fn(u64, Side) -> String) -> Option<(u64, bool, u16)> {
        let (guess, share) = column(pairs, text).link([pairs; 2])?;
        Some((guess.texts, guess.is_chosen_anew, share))
    }

    #[test]
    fn few_texts_at_many_terminals_on_both_sides_may_be_a_link() {
        let leased = |at, _| format!("leitung-{}", at % 3);
        assert_eq!(link(90, leased), Some((3, true, 1000)));
        let model = |at, _| ["S80", "A920"][(at % 7 % 2) as usize].to_owned();
        assert_eq!(link(90, model), Some((2, false, 1000)));
        let gaps = |at, side| if at % 20 == 0 { String::new() } else { leased(at, side) };
        assert_eq!(link(100, gaps), Some((3, true, 950)));
    }

    #[test]
    fn numbers_states_and_ids_are_no_link() {
        for (why, text) in [
            ("digits", (|at, _| format!("{}", 70 + at % 3)) as fn(u64, Side) -> String),
            ("one text", |_, _| "north".to_owned()),
            ("a text of answers", |at, side| match side {
                Side::Request => String::new(),
                Side::Response => ["approved", "declined"][(at % 2) as usize].to_owned(),
            }),
            ("other texts on answers", |_, side| format!("{side:?}")),
            ("a text a terminal", |at, _| format!("till-{}", at % 7)),
            ("many texts", |at, _| format!("remark {at}")),
            ("half filled", |at, _| if at % 2 == 0 { format!("l{}", at % 3) } else { String::new() }),
        ] {
            assert_eq!(link(90, text), None, "{why}");
        }
        assert_eq!(link(19, |at, _| format!("leitung-{}", at % 3)), None, "few messages");
    }

    /// What became of an attempt looks like that, too.
    #[test]
    fn answers_alone_are_told_apart() {
        let mut answers = Texts::default();
        for at in 0..90 {
            answers.see([&b"approved"[..], b"declined"][at % 2]);
            answers.keep(Side::Response, &format!("T{}", at % 7));
        }
        let of = |messages| answers.link(messages).map(|(guess, share)| (guess.is_on_both_sides, share));
        assert_eq!((of([0, 90]), of([90, 90])), (Some((false, 1000)), None));
    }

    #[test]
    fn what_was_rejected_does_not_count() {
        let mut texts = Texts::default();
        texts.see(b"north");
        texts.forget();
        texts.keep(Side::Request, "T1");
        assert!(texts.texts.is_empty());
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let text = |at: u64| format!("line {}", at % 5);
        let part = |from: u64, to: u64| {
            let mut part = Texts::default();
            for at in from..to {
                part.see(text(at).as_bytes());
                part.keep(Side::Request, &format!("T{}", at * 7919 % 300));
            }
            part
        };
        let (whole, mut first) = (part(0, 900), part(0, 333));
        first.merge(&part(333, 900));
        assert_eq!((&first.texts, &first.terminals), (&whole.texts, &whole.terminals));
        assert_eq!(whole.terminals.len(), SAMPLE);
    }
}
