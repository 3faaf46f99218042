//! What a run tells beside its exchanges.
//!
//! Plain sums and spans, so that the facts of several runs add up to those of one run over all their
//! inputs.

use crate::{FileSummary, Ledger};
use posmortem_iso8583::Timestamp;

/// One input file, and what was found about it on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// As the report shows it.
    pub summary: FileSummary,
    /// Whether it was held whole, because its lines are not in the order of time.
    pub is_unsorted: bool,
    /// Columns that nothing here knows, safe to show.
    pub unknown_columns: Vec<String>,
    /// Formats that read messages where its own reads none.
    pub other_formats: Vec<String>,
    /// What tells how it fits to the rest of the file, where it is a part of one.
    pub split: Option<SplitFacts>,
}

/// What a run over a part of a file must tell, so that the parts say together what the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitFacts {
    /// The first byte of the part.
    pub start: u64,
    /// The first byte behind it; none at the end of the file.
    pub end: Option<u64>,
    /// Line ends in its frames.
    pub lines: u64,
    /// Whether a row goes over several lines: whoever begins to read in its midst takes it for several rows.
    pub has_line_ends_in_rows: bool,
    /// The latest times of its legs, as many as it takes to tell how far the file has come, ascending.
    pub latest: Vec<i64>,
    /// Legs behind so many later ones that a few more in the parts before put them out of order.
    pub doubtful: Vec<DoubtfulLeg>,
    /// Of those that are too many to be listed, the earliest time and the most that are ahead of one.
    pub more_doubtful: Option<(i64, u8)>,
}

/// A leg that may be out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoubtfulLeg {
    /// Where it stands in the file.
    pub offset: u64,
    /// When it was.
    pub millis: i64,
    /// How many legs before it in the same part are later by more than the horizon.
    pub ahead: u8,
}

/// Everything that a run found but its exchanges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacts {
    /// The input files, sorted by path.
    pub files: Vec<FileFacts>,
    /// Where every frame went.
    pub ledger: Ledger,
    /// The first moment in the input.
    pub first: Option<Timestamp>,
    /// The last moment in the input.
    pub last: Option<Timestamp>,
    /// Whether some times tell their zone.
    pub zones_told: bool,
    /// Whether some times do not.
    pub zones_untold: bool,
    /// Messages that show their card number masked.
    pub masked_cards: u64,
    /// Reversals without an original within the horizon.
    pub orphan_reversals: u64,
    /// Requests of attempts, copies included.
    pub attempt_requests: u64,
    /// Answers of attempts, copies included.
    pub attempt_answers: u64,
}

impl RunFacts {
    /// Takes note of which moments and zones a leg shows.
    pub fn see(&mut self, at: Timestamp) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(at));
        match at.offset_minutes {
            Some(_) => self.zones_told = true,
            None => self.zones_untold = true,
        }
    }

    /// Adds what another run found; its files stand behind these.
    pub fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.ledger += other.ledger;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.zones_told |= other.zones_told;
        self.zones_untold |= other.zones_untold;
        self.masked_cards += other.masked_cards;
        self.orphan_reversals += other.orphan_reversals;
        self.attempt_requests += other.attempt_requests;
        self.attempt_answers += other.attempt_answers;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64, offset_minutes: Option<i16>) -> Timestamp {
        Timestamp { millis, offset_minutes }
    }

    #[test]
    fn facts_of_two_runs_are_those_of_one_over_both() {
        let ledger = |paired| Ledger { paired, ..Ledger::default() };
        let mut all = RunFacts {
            ledger: ledger(2),
            masked_cards: 3,
            orphan_reversals: 5,
            attempt_requests: 7,
            attempt_answers: 11,
            ..RunFacts::default()
        };
        let other = RunFacts {
            ledger: ledger(13),
            masked_cards: 17,
            orphan_reversals: 19,
            attempt_requests: 23,
            attempt_answers: 29,
            ..RunFacts::default()
        };
        all.add(other);
        let expected = RunFacts {
            ledger: ledger(15),
            masked_cards: 20,
            orphan_reversals: 24,
            attempt_requests: 30,
            attempt_answers: 40,
            ..RunFacts::default()
        };
        assert_eq!(all, expected);
    }

    #[test]
    fn moments_and_zones_are_those_of_all_legs() {
        // Each run as the moments of its legs, with their zones.
        type Moments<'m> = &'m [(i64, Option<i16>)];
        let seen = |moments: Moments<'_>| {
            let mut facts = RunFacts::default();
            moments.iter().for_each(|(millis, zone)| facts.see(at(*millis, *zone)));
            facts
        };
        let runs: [Moments<'_>; 4] =
            [&[], &[(5, None), (-3, None), (9, None)], &[(7, Some(480))], &[(-4, None), (2, Some(0))]];
        for (a, b) in runs.iter().flat_map(|a| runs.iter().map(move |b| (a, b))) {
            let mut joined = seen(a);
            joined.add(seen(b));
            let all = [*a, *b].concat();
            assert_eq!(joined, seen(&all), "{a:?} {b:?}");
            assert_eq!(joined.first.map(|at| at.millis), all.iter().map(|(millis, _)| *millis).min());
            assert_eq!(joined.last.map(|at| at.millis), all.iter().map(|(millis, _)| *millis).max());
            assert_eq!(joined.zones_told, all.iter().any(|(_, zone)| zone.is_some()));
            assert_eq!(joined.zones_untold, all.iter().any(|(_, zone)| zone.is_none()));
        }
    }
}
