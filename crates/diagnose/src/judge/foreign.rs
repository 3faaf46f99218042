//! A terminal id that somebody else may use, too: a second stream of attempts between its own.
//!
//! A suspicion and never a cause (`data/foreign-streams.tsv`): no code tells it, and a terminal that was
//! exchanged during the day or fails over to another link looks alike in part. One that fails over
//! counts on, and so does not show STANs of its own on either link.

use super::Judge;
use crate::{Attribute, Evidence, Flags, Thousandths, Value};
use posmortem_exchange::Symbol;
use posmortem_iso8583::{EntryMode, TableRow};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A row of `data/foreign-streams.tsv`.
struct Rule {
    attribute: Attribute,
    least_falls: u64,
    least_told: usize,
    least_percent: u64,
    times: u64,
    evidence: &'static str,
}

/// What came by one link, or from one site.
#[derive(Default)]
struct Stream {
    attempts: u64,
    /// Read by stripe or keyed.
    without_chip: u64,
    /// STANs of those that failed, in the order of time.
    stans: Vec<u64>,
    /// Of all its attempts, ascending.
    times: Vec<i64>,
}

impl Judge<'_, '_> {
    /// What speaks for another user of a terminal's id.
    pub(super) fn foreign_stream(&self, terminal: u32) -> Option<Evidence> {
        let falls = self.fleet.restarts(terminal).count() as u64;
        rules().iter().filter(|rule| falls >= rule.least_falls).find_map(|rule| {
            let streams = self.streams(terminal, rule.attribute);
            // Of two as large the first by name is its own.
            let mut by_size: Vec<_> = streams.values().collect();
            by_size.sort_by_key(|(_, stream)| std::cmp::Reverse(stream.attempts));
            let &[(_, own), (of, other), ..] = by_size.as_slice() else { return None };
            if !rule.holds(own, other) {
                return None;
            }
            let falls = falls_between(self.fleet.restarts(terminal), own, other);
            (falls >= rule.least_falls).then(|| {
                let counts = [falls, other.without_chip, other.attempts].map(Value::Count);
                let elsewhere = own.without_chip as f64 / own.attempts.max(1) as f64;
                let mut values = vec![Value::Name(*of)];
                values.extend(counts);
                values.push(Value::Share(Thousandths::round(elsewhere)));
                Evidence::new(rule.evidence, values)
            })
        })
    }

    /// By name.
    fn streams(&self, terminal: u32, attribute: Attribute) -> BTreeMap<&str, (Symbol, Stream)> {
        let fleet = self.fleet;
        let mut streams: BTreeMap<&str, (Symbol, Stream)> = BTreeMap::new();
        for at in self.range(terminal) {
            let of = match attribute {
                Attribute::Site => fleet.site(at),
                _ => fleet.link(at),
            };
            if of.is_absent() {
                continue;
            }
            let attempt = &fleet.day.attempts[at];
            let (_, stream) = streams.entry(fleet.names.text(of)).or_insert((of, Stream::default()));
            let mode = fleet.day.leaves.value(Attribute::EntryMode.dimension(), attempt.leaf);
            let mode = fleet.entry_modes[mode as usize];
            let without_chip = attempt.flags.has(Flags::FELL_BACK)
                || matches!(mode, EntryMode::Stripe | EntryMode::Fallback | EntryMode::Manual);
            stream.attempts += 1;
            stream.without_chip += u64::from(without_chip);
            stream.times.push(attempt.at);
            stream.stans.extend(fleet.table.detail(fleet.rows[at]).and_then(|detail| detail.stan));
        }
        streams
    }
}

/// How many of the `falls` of the STAN, in the order of time, came after both streams were heard since the
/// one before.
fn falls_between(falls: impl Iterator<Item = i64>, own: &Stream, other: &Stream) -> u64 {
    let mut since = i64::MIN;
    let between = falls.filter(|at| {
        let both = own.is_heard(since, *at) && other.is_heard(since, *at);
        since = *at;
        both
    });
    between.count() as u64
}

impl Stream {
    /// Whether it was heard between two moments, both included.
    fn is_heard(&self, from: i64, until: i64) -> bool {
        let next = self.times.partition_point(|at| *at < from);
        self.times.get(next).is_some_and(|at| *at <= until)
    }
}

impl Rule {
    fn holds(&self, own: &Stream, other: &Stream) -> bool {
        let counts_on = |stream: &Stream| stream.stans.len() >= self.least_told && stream.stans.is_sorted();
        let is_sudden = other.without_chip * own.attempts >= self.times * own.without_chip * other.attempts;
        counts_on(own)
            && counts_on(other)
            && other.without_chip * 100 >= self.least_percent * other.attempts
            && is_sudden
    }
}

fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| read_rules().expect("the table of foreign streams is checked by a test"))
}

const COLUMNS: [&str; 6] = ["attribute", "least_falls", "least_told", "least_percent", "times", "evidence"];

fn read_rules() -> Option<Vec<Rule>> {
    let rows = posmortem_iso8583::rows(include_str!("../../data/foreign-streams.tsv"), COLUMNS).ok()?;
    let rule = |row: TableRow<'static, 6>| {
        let [attribute, falls, told, percent, times, evidence] = row.fields;
        Some(Rule {
            attribute: Attribute::from_name(attribute)?,
            least_falls: falls.parse().ok()?,
            least_told: told.parse().ok()?,
            least_percent: percent.parse().ok()?,
            times: times.parse().ok()?,
            evidence,
        })
    };
    rows.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let rules = read_rules().expect("every row is well formed");
        assert!(!rules.is_empty());
        for rule in rules {
            assert!(matches!(rule.attribute, Attribute::Link | Attribute::Site));
            assert!(rule.least_falls >= 2, "one fall may be a restart");
            assert!(rule.least_told >= 2 && rule.least_percent <= 100 && rule.times >= 1);
            Evidence::new(rule.evidence, []);
        }
    }

    #[test]
    fn streams_count_on_their_own_and_one_is_sudden() {
        let rule = &rules()[0];
        let stream = |attempts, without_chip, stans: &[u64]| Stream {
            attempts,
            without_chip,
            stans: stans.to_vec(),
            times: Vec::new(),
        };
        let own = || stream(200, 20, &[5, 90, 200]);
        assert!(rule.holds(&own(), &stream(20, 12, &[7000, 7001, 7008])));
        assert!(!rule.holds(&own(), &stream(20, 12, &[7000, 7008])), "too few to tell");
        assert!(!rule.holds(&own(), &stream(20, 12, &[7000, 91, 7008])), "it does not count on its own");
        assert!(!rule.holds(&own(), &stream(20, 9, &[7000, 7001, 7008])), "mostly by chip");
        assert!(
            !rule.holds(&stream(200, 100, &[5, 90, 200]), &stream(20, 12, &[7000, 7001, 7008])),
            "as ever"
        );
    }

    #[test]
    fn a_fall_counts_after_both_streams_were_heard() {
        let heard = |times: &[i64]| Stream { times: times.to_vec(), ..Stream::default() };
        let (own, other) = (heard(&[10, 20, 30, 70, 80]), heard(&[15, 40, 41, 75]));
        let falls = |falls: &[i64]| falls_between(falls.iter().copied(), &own, &other);
        assert_eq!(falls(&[20, 45, 90]), 3);
        assert_eq!(falls(&[12]), 0, "the other not yet");
        assert_eq!(falls(&[12, 16]), 0, "its own not since");
        assert_eq!(falls(&[25, 35, 60]), 1, "one of them each");
        // Both edges count.
        assert_eq!(falls(&[15, 20]), 2);
        assert_eq!(falls(&[70, 75]), 2);
    }
}
