//! How long ago terminals last signed on or changed keys, as far as this log and those of earlier days
//! tell (`data/key-age.tsv` says how long is too long).
//!
//! A log of one day cannot tell: what it does not show may have been the evening before. So earlier logs
//! count only as far back as they leave no gap.

use crate::fleet::Fleet;
use crate::history::History;
use std::sync::OnceLock;

const HOUR_MS: i64 = 3_600_000;
/// A night in which nobody trades is no gap; a day that is missing is one.
const GAP_MS: i64 = 12 * HOUR_MS;

/// The row of `data/key-age.tsv`.
struct Policy {
    hours: i64,
    peers_percent: u64,
}

/// Keys that are out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overdue {
    /// Whole hours without a sign-on or key change, at least.
    pub(crate) hours: u64,
    /// Terminals that signed on as they should, of all with attempts.
    pub(crate) peers: (u64, u64),
    /// What is too long, in hours.
    pub(crate) policy: u64,
}

/// When the terminals of a fleet signed on.
#[derive(Default)]
pub(crate) struct KeyAges {
    /// By terminal, in no order.
    signed_on: Vec<Vec<i64>>,
    /// From when on the logs leave no gap.
    covered_from: i64,
    /// Terminals that signed on as they should, of all with attempts.
    peers: (u64, u64),
}

impl KeyAges {
    pub(crate) fn of(fleet: &Fleet<'_>, history: &History) -> Self {
        let of_terminal = |terminal: u32| {
            let id = fleet.names.text(fleet.terminals[terminal as usize]);
            fleet.sign_ons(terminal).chain(history.sign_ons(id).iter().copied()).collect::<Vec<i64>>()
        };
        let signed_on: Vec<_> = (0..fleet.terminals.len() as u32).map(of_terminal).collect();
        let (begin, end) = fleet.day.span;
        let recent = end - policy().hours * HOUR_MS..end;
        let with_attempts =
            || fleet.day.sequences.iter().zip(&signed_on).skip(1).filter(|(range, _)| !range.is_empty());
        let signing = with_attempts().filter(|(_, times)| times.iter().any(|at| recent.contains(at))).count();
        Self {
            peers: (signing as u64, with_attempts().count() as u64),
            covered_from: covered_from(begin, history.spans().collect()),
            signed_on,
        }
    }

    /// Whether a terminal's keys were out of date at a moment, in a fleet that keeps its own in order.
    pub(crate) fn overdue(&self, terminal: u32, at: i64) -> Option<Overdue> {
        let Policy { hours, peers_percent } = policy();
        let (signing, all) = self.peers;
        let times = self.signed_on.get(terminal as usize)?.iter().copied();
        let since = times
            .filter(|time| *time <= at)
            .max()
            .map_or(self.covered_from, |last| last.max(self.covered_from));
        let age = (at - since) / HOUR_MS;
        (age >= *hours && signing * 100 >= all * peers_percent).then_some(Overdue {
            hours: age as u64,
            peers: self.peers,
            policy: *hours as u64,
        })
    }
}

/// How far back from `begin` the spans of other logs reach without a gap.
fn covered_from(begin: i64, mut spans: Vec<(i64, i64)>) -> i64 {
    spans.sort_by_key(|(_, end)| std::cmp::Reverse(*end));
    spans.into_iter().fold(begin, |from, span| if from - span.1 <= GAP_MS { from.min(span.0) } else { from })
}

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| read_policy().expect("the table is checked by a test"))
}

/// None where the table has another number of rows than one.
fn read_policy() -> Option<Policy> {
    let rows =
        posmortem_iso8583::rows(include_str!("../data/key-age.tsv"), ["hours", "peers_percent"]).ok()?;
    let [row] = rows.as_slice() else { return None };
    let [hours, percent] = row.fields;
    Some(Policy { hours: hours.parse().ok()?, peers_percent: percent.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_longer_than_a_day() {
        let Policy { hours, peers_percent } = read_policy().expect("one row of two numbers");
        // Else every terminal would be overdue just before its daily sign-on.
        assert!(hours > 24);
        assert!((50..=100).contains(&peers_percent));
    }

    #[test]
    fn logs_count_as_far_back_as_they_leave_no_gap() {
        let day = |number: i64| (number * 24 * HOUR_MS + 7 * HOUR_MS, number * 24 * HOUR_MS + 22 * HOUR_MS);
        assert_eq!(covered_from(day(9).0, vec![]), day(9).0);
        assert_eq!(covered_from(day(9).0, vec![day(7), day(8)]), day(7).0);
        assert_eq!(covered_from(day(9).0, vec![day(5), day(6), day(8)]), day(8).0);
        // Days after the one that is judged, and that day itself.
        assert_eq!(covered_from(day(9).0, vec![day(8), day(9), day(10)]), day(8).0);
        // A table of several days, within which lies another.
        assert_eq!(covered_from(day(9).0, vec![(day(4).0, day(8).1), day(6)]), day(4).0);
    }
}
