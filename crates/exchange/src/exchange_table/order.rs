//! Rows into their order.
//!
//! Pairing settles attempts nearly in the order of time: what waited for its link to be heard again
//! comes late, and so do the edges of saved tables. So the rows that are out of place are few, and are
//! merged with the others. Chunks before the first of them stay as they are.

use super::{Chunk, Detail, Dictionary, ExchangeTable, Place};
use crate::{Conclusion, Names, Symbol};
use posmortem_classify::Dialect;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::hash::Hash;
use std::ops::Range;

/// A row by its chunk and its place there.
type At = (usize, usize);

/// What rows are compared by: each dimension's values by their rank.
struct Ranks<'n> {
    names: &'n Names,
    places: Vec<u32>,
    issuers: Vec<u32>,
    links: Vec<u32>,
    manners: Vec<u32>,
    endings: Vec<u32>,
}

impl<'n> Ranks<'n> {
    fn of(table: &ExchangeTable, names: &'n Names) -> Self {
        let text = |symbol: &Symbol| names.text(*symbol);
        let by_text = |a: &Symbol, b: &Symbol| text(a).cmp(text(b));
        // Most places differ in their terminal: no other text is looked up.
        let by_place = |a: &Place, b: &Place| {
            let then = |a, b| by_text(&a, &b);
            then(a.terminal, b.terminal)
                .then_with(|| then(a.site, b.site))
                .then_with(|| then(a.equipment, b.equipment))
        };
        Self {
            names,
            places: ranks(&table.places, by_place),
            issuers: ranks(&table.issuers, by_text),
            links: ranks(&table.links, by_text),
            manners: ranks(&table.manners, Ord::cmp),
            endings: ranks(&table.endings, |a, b| ending(a).cmp(&ending(b))),
        }
    }

    /// The order of two rows of `chunks`. Cards have none that two runs could share.
    #[inline]
    fn compare(&self, chunks: &[Chunk], a: At, b: At) -> Ordering {
        let millis = |at: At| chunks[at.0].millis(at.1);
        millis(a).cmp(&millis(b)).then_with(|| self.compare_content(chunks, a, b))
    }

    /// The same of rows of one moment.
    #[inline(never)]
    fn compare_content(&self, chunks: &[Chunk], a: At, b: At) -> Ordering {
        self.content(chunks, a).cmp(&self.content(chunks, b)).then_with(|| {
            let detail = |at: At| chunks[at.0].details.of_row(at.1);
            match (detail(a), detail(b)) {
                (Some(a), Some(b)) => self.detail(&a).cmp(&self.detail(&b)),
                (a, b) => a.is_some().cmp(&b.is_some()),
            }
        })
    }

    fn content(&self, chunks: &[Chunk], at: At) -> impl Ord + use<> {
        let core = chunks[at.0].core(at.1);
        let rank = |ranks: &[u32], id: u64| ranks[id as usize];
        (
            rank(&self.places, core.place),
            core.stan,
            rank(&self.issuers, core.issuer),
            rank(&self.links, core.link),
            rank(&self.manners, core.manner),
            rank(&self.endings, core.ending),
            (core.minor, core.latency),
        )
    }

    fn detail(&self, detail: &Detail) -> impl Ord + use<'n> {
        let Detail { stan, rrn, source, merchant, switch_reason, operator, latency_ms } = *detail;
        let texts = [merchant, switch_reason, operator].map(|name| self.names.text(name));
        ((stan, rrn), texts, latency_ms, source)
    }
}

fn ending(conclusion: &Conclusion) -> impl Ord + use<> {
    let Conclusion { outcome, reason, code, dialect, partial, stand_in, approval_lost } = *conclusion;
    (outcome, reason, code, dialect.map(Dialect::name), [partial, stand_in, approval_lost])
}

/// The place of each value of a dictionary among all of them.
fn ranks<T: Copy + Eq + Hash>(of: &Dictionary<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<u32> {
    let values = of.values();
    let mut sorted: Vec<u32> = (0..).take(values.len()).collect();
    sorted.sort_by(|a, b| compare(&values[*a as usize], &values[*b as usize]));
    let mut ranks = vec![0; values.len()];
    for (rank, id) in (0..).zip(sorted) {
        ranks[id as usize] = rank;
    }
    ranks
}

impl ExchangeTable {
    /// Puts the rows into the order of time, terminal, STAN and content.
    pub(super) fn sort(&mut self, names: &Names) {
        let ranks = Ranks::of(self, names);
        let astray = astray(&self.chunks, &ranks);
        let Some(first) = astray.front().copied() else { return };
        let mut sorted: Vec<At> = astray.iter().copied().collect();
        sorted.sort_by(|a, b| ranks.compare(&self.chunks, *a, *b));
        let earliest = sorted[0];
        let is_before = |(number, chunk): &(usize, &Chunk)| {
            let last = (*number, chunk.len() - 1);
            *number < first.0 && ranks.compare(&self.chunks, last, earliest).is_le()
        };
        let stay = self.chunks.iter().enumerate().take_while(is_before).count();
        let old = self.chunks.split_off(stay);
        let moved = |(chunk, row): At| (chunk - stay, row);
        let astray = astray.into_iter().map(moved).collect();
        self.merge(old, astray, sorted.into_iter().map(moved).collect(), &ranks);
    }

    /// Lays rows down anew: those in place (all but `astray`) and `sorted`, which are the same as `astray`. Each of
    /// these precedes one in place, so that none is left at the end. Rows that stay together are taken over together.
    fn merge(
        &mut self,
        mut old: Vec<Chunk>,
        mut astray: VecDeque<At>,
        sorted: VecDeque<At>,
        ranks: &Ranks<'_>,
    ) {
        let lens: Vec<usize> = old.iter().map(Chunk::len).collect();
        let mut left = lens.clone();
        let mut sorted = sorted.into_iter().peekable();
        for (chunk, len) in lens.into_iter().enumerate() {
            let mut begin = 0;
            for row in 0..len {
                let at = (chunk, row);
                if astray.pop_front_if(|next| *next == at).is_some() {
                    self.take(&mut old, &mut left, chunk, begin..row);
                    begin = row + 1;
                    continue;
                }
                while let Some(next) = sorted.next_if(|next| ranks.compare(&old, *next, at).is_lt()) {
                    self.take(&mut old, &mut left, chunk, std::mem::replace(&mut begin, row)..row);
                    self.take(&mut old, &mut left, next.0, next.1..next.1 + 1);
                }
            }
            self.take(&mut old, &mut left, chunk, begin..len);
        }
        debug_assert!(sorted.next().is_none(), "a row astray precedes one in place");
    }

    /// Takes over rows of a chunk, of which so many are left: one whose rows have all been moved is let go.
    fn take(&mut self, old: &mut [Chunk], left: &mut [usize], chunk: usize, mut rows: Range<usize>) {
        left[chunk] -= rows.len();
        while !rows.is_empty() {
            rows.start += self.room().take(&old[chunk], rows.clone());
        }
        if left[chunk] == 0 {
            old[chunk] = Chunk::default();
        }
    }
}

/// The rows that stand behind one that they precede, in the order in which they stand.
fn astray(chunks: &[Chunk], ranks: &Ranks<'_>) -> VecDeque<At> {
    let mut astray = VecDeque::new();
    let mut latest = (i64::MIN, None);
    for (number, chunk) in chunks.iter().enumerate() {
        for row in 0..chunk.len() {
            let (at, millis) = ((number, row), chunk.millis(row));
            let precedes = |latest: At| ranks.compare(chunks, at, latest).is_lt();
            // Most rows are later than the one before.
            if millis <= latest.0 && latest.1.is_some_and(precedes) {
                astray.push_back(at);
            } else {
                latest = (millis, Some(at));
            }
        }
    }
    astray
}
