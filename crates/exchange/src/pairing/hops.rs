//! What one message looks like on several links: how often each shows it again, and when.

use crate::{Hop, Leg, Names, Offsets, Symbol};
use posmortem_iso8583::Side;
use std::collections::BTreeMap;

/// Copies of messages by the links of the first one and of the copy.
#[derive(Default)]
pub(super) struct Hops {
    by_links: BTreeMap<(usize, usize), Copies>,
    /// The symbols behind the numbers above.
    symbols: BTreeMap<usize, Symbol>,
}

/// How often, and how much later than the first, messages were seen again.
#[derive(Default)]
struct Copies {
    requests: u64,
    answers: u64,
    request_ms: Offsets,
    answer_ms: Offsets,
}

impl Hops {
    /// Counts a copy of a message that was first seen in `first`.
    pub(super) fn count(&mut self, first: &Leg, copy: &Leg) {
        *self.count_of(first, copy) += 1;
    }

    /// Takes a copy back: it turned out to be a message of its own.
    pub(super) fn forget(&mut self, first: &Leg, copy: &Leg) {
        let count = self.count_of(first, copy);
        *count = count.saturating_sub(1);
    }

    /// Takes note of when a message was seen on two links. On one link nothing is told of its clock.
    pub(super) fn time(&mut self, first: &Leg, copy: &Leg) {
        if first.link == copy.link {
            return;
        }
        let copies = self.copies(first, copy);
        let offsets = match copy.side() {
            Side::Request => &mut copies.request_ms,
            Side::Response => &mut copies.answer_ms,
        };
        offsets.see(copy.at.millis - first.at.millis);
    }

    fn count_of(&mut self, first: &Leg, copy: &Leg) -> &mut u64 {
        let copies = self.copies(first, copy);
        match copy.side() {
            Side::Request => &mut copies.requests,
            Side::Response => &mut copies.answers,
        }
    }

    fn copies(&mut self, first: &Leg, copy: &Leg) -> &mut Copies {
        for link in [first.link, copy.link] {
            self.symbols.insert(link.index(), link);
        }
        self.by_links.entry((first.link.index(), copy.link.index())).or_default()
    }

    /// All of it by name, both directions of a pair of links together.
    pub(super) fn named(self, names: &Names) -> Vec<Hop> {
        let mut named: BTreeMap<[String; 2], Copies> = BTreeMap::new();
        for ((first, copy), copies) in self.by_links {
            let [first, copy] = [first, copy].map(|link| names.text(self.symbols[&link]).to_owned());
            let (links, copies) = match first <= copy {
                true => ([first, copy], copies),
                false => ([copy, first], copies.reversed()),
            };
            named.entry(links).or_default().merge(copies);
        }
        let hop = |(links, copies): ([String; 2], Copies)| Hop {
            links,
            requests: copies.requests,
            answers: copies.answers,
            request_ms: copies.request_ms.median(),
            answer_ms: copies.answer_ms.median(),
        };
        let some = |hop: &Hop| hop.requests + hop.answers > 0;
        named.into_iter().map(hop).filter(some).collect()
    }
}

impl Copies {
    fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.answers += other.answers;
        self.request_ms.merge(other.request_ms);
        self.answer_ms.merge(other.answer_ms);
    }

    fn reversed(self) -> Self {
        let Self { requests, answers, request_ms, answer_ms } = self;
        Self { requests, answers, request_ms: request_ms.negated(), answer_ms: answer_ms.negated() }
    }
}
