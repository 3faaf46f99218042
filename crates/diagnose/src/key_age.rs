//! How long ago terminals last signed on or changed keys, as far as this log and those of earlier days
//! tell (`data/key-age.tsv` says how long is too long).
//!
//! A log of one day cannot tell: what it does not show may have been the evening before. So earlier logs
//! count only as far back as they leave no gap (`coverage.rs`).

use crate::coverage::{covered, joined};
use crate::fleet::Fleet;
use crate::history::Since;
use std::sync::OnceLock;

const HOUR_MS: i64 = 3_600_000;

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
    /// By terminal: when it was first seen in each stretch that a log covers, in no order.
    first_seen: Vec<Vec<i64>>,
    /// What all logs cover without a gap, in the order of time.
    covered: Vec<(i64, i64)>,
    /// Terminals that signed on as they should, of all with attempts.
    peers: (u64, u64),
}

impl KeyAges {
    pub(crate) fn of(fleet: &Fleet<'_>, history: &Since<'_>) -> Self {
        let of_terminal = |terminal: u32| {
            let id = fleet.names.text(fleet.terminals[terminal as usize]);
            fleet.sign_ons(terminal).chain(history.sign_ons(id)).collect::<Vec<i64>>()
        };
        let signed_on: Vec<_> = (0..fleet.terminals.len() as u32).map(of_terminal).collect();
        let of_day = covered(&fleet.day);
        let seen = |terminal: u32| {
            let id = fleet.names.text(fleet.terminals[terminal as usize]);
            first_seen(fleet, terminal, &of_day).chain(history.first_seen(id)).collect::<Vec<i64>>()
        };
        let (_, end) = fleet.day.span;
        let recent = end - policy().hours * HOUR_MS..end;
        let with_attempts =
            || fleet.day.sequences.iter().zip(&signed_on).skip(1).filter(|(range, _)| !range.is_empty());
        let signing = with_attempts().filter(|(_, times)| times.iter().any(|at| recent.contains(at))).count();
        Self {
            peers: (signing as u64, with_attempts().count() as u64),
            first_seen: (0..fleet.terminals.len() as u32).map(seen).collect(),
            covered: joined(history.covered().chain(of_day.iter().copied()).collect()),
            signed_on,
        }
    }

    /// Whether a terminal's keys were out of date at a moment, in a fleet that keeps its own in order.
    pub(crate) fn overdue(&self, terminal: u32, at: i64) -> Option<Overdue> {
        let Policy { hours, peers_percent } = policy();
        let (signing, all) = self.peers;
        let (covered_from, _) = self.covered.iter().rfind(|(begin, _)| *begin <= at)?;
        let times = self.signed_on.get(terminal as usize)?.iter().copied();
        let last = times.filter(|time| *time <= at).max();
        // One that was not there before owed no sign-on.
        let seen = self.first_seen[terminal as usize].iter().copied();
        let first_seen = seen.filter(|time| (*covered_from..=at).contains(time)).min()?;
        let since = last.map_or(first_seen, |last| last.max(first_seen));
        let age = (at - since) / HOUR_MS;
        (age >= *hours && signing * 100 >= all * peers_percent).then_some(Overdue {
            hours: age as u64,
            peers: self.peers,
            policy: *hours as u64,
        })
    }
}

/// When a terminal was first seen, by an attempt or a sign-on, in each of these stretches of time.
pub(crate) fn first_seen(
    fleet: &Fleet<'_>,
    terminal: u32,
    stretches: &[(i64, i64)],
) -> impl Iterator<Item = i64> {
    stretches.iter().filter_map(move |(begin, end)| {
        let sequence = fleet.day.sequences[terminal as usize].clone();
        let attempt = fleet.day.within(sequence, *begin..*end).first().map(|attempt| attempt.at);
        let sign_on = fleet.sign_ons(terminal).find(|at| (*begin..*end).contains(at));
        attempt.into_iter().chain(sign_on).min()
    })
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

    /// A log from hour 0 to 100, in which the terminals signed on as told.
    fn ages(signed_on: &[i64], first_seen: &[i64], peers: (u64, u64)) -> KeyAges {
        KeyAges {
            signed_on: vec![Vec::new(), signed_on.iter().map(|hour| hour * HOUR_MS).collect()],
            first_seen: vec![Vec::new(), first_seen.iter().map(|hour| hour * HOUR_MS).collect()],
            covered: vec![(-90 * HOUR_MS, -50 * HOUR_MS), (0, 100 * HOUR_MS)],
            peers,
        }
    }

    #[test]
    fn keys_are_overdue_after_thirty_hours_in_a_fleet_that_signs_on_daily() {
        let at = |ages: &KeyAges, millis: i64| ages.overdue(1, millis).map(|overdue| overdue.hours);
        let since = |signed_on: &[i64], first_seen: &[i64]| ages(signed_on, first_seen, (80, 100));
        // The last sign-on before counts, in whatever order they come.
        let three = since(&[40, 20, 60, 95], &[5]);
        assert_eq!(at(&three, 90 * HOUR_MS - 1), None);
        assert_eq!(at(&three, 90 * HOUR_MS), Some(30));
        assert_eq!(at(&three, 92 * HOUR_MS - 1), Some(31));
        assert_eq!(at(&three, 95 * HOUR_MS), None, "it has just signed on");
        // Without one the first that was seen of it counts, in the stretch without a gap.
        let none = since(&[], &[-80, 5, 7]);
        assert_eq!([at(&none, 35 * HOUR_MS - 1), at(&none, 35 * HOUR_MS)], [None, Some(30)]);
        assert_eq!(at(&since(&[], &[-80]), 90 * HOUR_MS), None, "it was not seen since the gap");
        // A sign-on from before the gap tells nothing of what was signed on since.
        assert_eq!(at(&since(&[-70], &[-80, 5]), 35 * HOUR_MS), Some(30));
        // In a fleet of which fewer do, and before any log.
        let peers = |signing| at(&ages(&[], &[0], (signing, 100)), 50 * HOUR_MS);
        assert_eq!([peers(80), peers(79)], [Some(50), None]);
        assert_eq!(at(&none, -95 * HOUR_MS), None);
        let told = none.overdue(1, 35 * HOUR_MS).expect("overdue");
        assert_eq!((told.peers, told.policy), ((80, 100), 30));
    }
}
