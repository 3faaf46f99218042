//! Incidents that look planned: at night, begun and ended by the clock, and nearly nothing goes through.
//!
//! Rows of `data/planned.tsv`. An incident whose codes say most often that it is planned (an issuer that
//! signed off) needs no clock. Nothing is found here that the scan did not find.

use crate::fleet::Fleet;
use crate::scan::{Finding, Group};
use crate::{Attempt, Attribute, Day, Dimension, Evidence, Flags, Thousandths, Value};
use posmortem_classify::Reason;
use posmortem_iso8583::{TableRow, Timestamp};
use std::sync::OnceLock;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A row of `data/planned.tsv`; times in milliseconds.
struct Rule {
    group: &'static str,
    scopes: Vec<Vec<Dimension>>,
    from: i64,
    until: i64,
    clock: i64,
    off: i64,
    sharp: i64,
    least: i64,
    least_percent: u64,
    reason: Reason,
    evidence: &'static str,
}

/// The reason of a planned incident, and what shows the plan beside its codes.
pub(crate) fn planned(
    fleet: &Fleet<'_>,
    finding: &Finding,
    group: &Group,
) -> Option<(Reason, Option<Evidence>)> {
    let is_about =
        |rule: &&Rule| rule.group == group.name() && rule.scopes.iter().any(|scope| is_scope(finding, scope));
    let mut rules = rules().iter().filter(is_about).peekable();
    let first = rules.peek()?;
    let told = finding.marks.iter().max_by_key(|count| (count.observed, std::cmp::Reverse(count.mark)));
    if told.and_then(|count| count.mark.reason()) == Some(first.reason) {
        return Some((first.reason, None));
    }
    let edges = Edges::of(&fleet.day, finding)?;
    let rule = rules.find(|rule| rule.holds(&edges, |millis| fleet.moment(millis)))?;
    let share = Thousandths::round(edges.hits as f64 / edges.attempts.max(1) as f64);
    let moment = |millis| Value::Time(fleet.moment(millis));
    let values = [moment(edges.first), moment(edges.last), Value::Share(share)];
    Some((rule.reason, Some(Evidence::new(rule.evidence, values))))
}

fn is_scope(finding: &Finding, scope: &[Dimension]) -> bool {
    finding.scope.iter().map(|(dimension, _)| *dimension).eq(scope.iter().copied())
}

/// How an incident begins and ends.
struct Edges {
    /// The first and the last hit.
    first: i64,
    last: i64,
    /// The last attempt of the scope before that was no hit, and the first one after.
    good_before: Option<i64>,
    good_after: Option<i64>,
    /// From the first hit to the last.
    hits: u64,
    attempts: u64,
}

impl Edges {
    fn of(day: &Day, finding: &Finding) -> Option<Self> {
        let left_out = Flags::NEUTRAL.with(Flags::ATTACK).with(Flags::OWN);
        let counted = day.attempts.iter().filter(|attempt| !attempt.flags.has_any(left_out));
        let about = counted.filter(|attempt| finding.is_about(&day.leaves, attempt.leaf));
        let is_hit = |attempt: &Attempt| finding.marks.iter().any(|count| count.mark == attempt.mark);
        // The day is walked once: a scope is a small part of it.
        let of_scope: Vec<(i64, bool)> = about.map(|attempt| (attempt.at, is_hit(attempt))).collect();
        let window = finding.start..finding.end;
        let hits =
            || of_scope.iter().filter(|(at, is_hit)| *is_hit && window.contains(at)).map(|(at, _)| *at);
        let (first, last) = (hits().min()?, hits().max()?);
        let good = || of_scope.iter().filter(|(_, is_hit)| !is_hit).map(|(at, _)| *at);
        Some(Self {
            first,
            last,
            good_before: good().filter(|at| *at < first).max(),
            good_after: good().filter(|at| *at > last).min(),
            hits: hits().count() as u64,
            attempts: of_scope.iter().filter(|(at, _)| (first..=last).contains(at)).count() as u64,
        })
    }
}

impl Rule {
    fn holds(&self, edges: &Edges, moment: impl Fn(i64) -> Timestamp) -> bool {
        let civil = |millis| moment(millis).civil_millis();
        // Nobody knows when between a good attempt and a bad one it began: the hour may lie in between.
        let is_by_the_clock = |(from, until): (i64, i64)| {
            let (from, until) = (civil(from) - self.off, civil(until) + self.off);
            until.rem_euclid(self.clock) <= until - from
        };
        let is_in_hours = |millis| {
            let hour = civil(millis).rem_euclid(24 * HOUR_MS);
            match self.from <= self.until {
                true => self.from <= hour && hour < self.until,
                false => self.from <= hour || hour < self.until,
            }
        };
        let Some((before, after)) = edges.good_before.zip(edges.good_after) else { return false };
        let (begin, end) = ((before, edges.first), (edges.last, after));
        [begin, end].into_iter().all(|edge| edge.1 - edge.0 <= self.sharp && is_by_the_clock(edge))
            && is_in_hours(edges.first)
            && is_in_hours(edges.last)
            && edges.last - edges.first >= self.least
            && edges.hits * 100 >= edges.attempts * self.least_percent
    }
}

fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| read_rules().expect("the table of plans is checked by a test"))
}

const COLUMNS: [&str; 11] = [
    "group",
    "scopes",
    "from",
    "until",
    "clock_min",
    "off_min",
    "sharp_min",
    "least_min",
    "least_percent",
    "reason",
    "evidence",
];

fn read_rules() -> Option<Vec<Rule>> {
    let rows = posmortem_iso8583::rows(include_str!("../data/planned.tsv"), COLUMNS).ok()?;
    let dimensions = |scope: &str| {
        let attributes = scope.split('+').map(Attribute::from_name);
        attributes.map(|attribute| Some(attribute?.dimension())).collect::<Option<Vec<_>>>()
    };
    let rule = |row: TableRow<'static, 11>| {
        let [group, scopes, from, until, clock, off, sharp, least, percent, reason, evidence] = row.fields;
        let times = |unit: i64| move |cell: &str| cell.parse::<i64>().ok().map(|number| number * unit);
        let (hours, minutes) = (times(HOUR_MS), times(MINUTE_MS));
        Some(Rule {
            group,
            scopes: scopes.split(';').map(dimensions).collect::<Option<_>>()?,
            from: hours(from)?,
            until: hours(until)?,
            clock: minutes(clock)?,
            off: minutes(off)?,
            sharp: minutes(sharp)?,
            least: minutes(least)?,
            least_percent: percent.parse().ok()?,
            reason: Reason::from_name(reason)?,
            evidence,
        })
    };
    rows.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Groups, MarkCount};
    use crate::{Leaves, Mark};

    #[test]
    fn the_table_is_whole() {
        let (rules, groups) = (read_rules().expect("every row is well formed"), Groups::payments());
        assert!(!rules.is_empty());
        for rule in rules {
            let group = groups.from_name(rule.group).map(|at| groups.get(at)).expect("a group of that name");
            for scope in &rule.scopes {
                assert!(scope.is_sorted() && group.may_be_shared(scope), "{}", rule.group);
            }
            assert!([rule.from, rule.until].iter().all(|hour| (0..=24 * HOUR_MS).contains(hour)));
            let widest = rule.sharp + 2 * rule.off;
            assert!(0 < rule.off && 2 * widest < rule.clock, "{}: else most edges lie there", rule.group);
            assert!((1..=100).contains(&rule.least_percent));
            Evidence::new(rule.evidence, []);
        }
    }

    #[test]
    fn edges_are_those_of_the_scope() {
        let (mark, other) = (Mark::from_name("issuer_unavailable"), Mark::from_name("response_timeout"));
        let (mark, other) = (mark.expect("a mark"), other.expect("a mark"));
        let with = |at, leaf, mark, flags| Attempt { at, leaf, count: 1, mark, flags };
        let attempt = |at, leaf, mark| with(at, leaf, mark, Flags::default());
        let attempts = vec![
            // Two terminals: the second leaf is of another issuer.
            attempt(50, 0, mark),
            attempt(80, 0, Mark::NONE),
            attempt(95, 1, Mark::NONE),
            attempt(110, 0, mark),
            with(120, 0, mark, Flags::NEUTRAL),
            attempt(150, 0, mark),
            attempt(210, 0, Mark::NONE),
            attempt(90, 0, other),
            attempt(120, 0, Mark::NONE),
            attempt(130, 1, mark),
            attempt(190, 0, mark),
            attempt(250, 0, mark),
        ];
        let leaves = Leaves { columns: vec![vec![1, 2]], cells: vec![0, 0], ..Leaves::default() };
        let day = Day { attempts, sequences: vec![0..7, 7..12], leaves, ..Day::default() };
        let finding = |start, end| Finding {
            scope: vec![(0, 1)],
            kind: 0,
            group: 0,
            joined: Vec::new(),
            start,
            end,
            observed: 3,
            attempts: 4,
            expected: 0.1,
            score: 9.0,
            sequences: 2,
            marks: vec![MarkCount { mark, group: 0, observed: 3, expected: 0.1 }],
        };
        let edges = Edges::of(&day, &finding(100, 200)).expect("hits");
        assert_eq!((edges.first, edges.last), (110, 190));
        assert_eq!((edges.good_before, edges.good_after), (Some(90), Some(210)));
        assert_eq!((edges.hits, edges.attempts), (3, 4));
        assert!(Edges::of(&day, &finding(200, 250)).is_none(), "no hit");
    }

    type Change = fn(&mut Edges);

    /// From 02:00 to 04:00, and what takes the plan out of it.
    #[test]
    fn a_plan_is_at_night_by_the_clock_sharp_and_whole() {
        let rule = &rules()[0];
        let plan = || Edges {
            first: 2 * HOUR_MS + MINUTE_MS,
            last: 4 * HOUR_MS - MINUTE_MS,
            good_before: Some(2 * HOUR_MS - MINUTE_MS),
            good_after: Some(4 * HOUR_MS + MINUTE_MS),
            hits: 95,
            attempts: 100,
        };
        let holds =
            |edges: &Edges, offset_minutes| rule.holds(edges, |millis| Timestamp { millis, offset_minutes });
        assert!(holds(&plan(), None));
        assert!(!holds(&plan(), Some(480)), "at ten in the morning");
        assert!(!holds(&plan(), Some(-210)), "begins at half past ten");
        let changes: [(&str, Change); 7] = [
            ("begins at 02:05", |edges| {
                edges.first += 4 * MINUTE_MS;
                edges.good_before = Some(edges.first - MINUTE_MS);
            }),
            ("ends at 03:55", |edges| {
                edges.last -= 4 * MINUTE_MS;
                edges.good_after = Some(edges.last + MINUTE_MS);
            }),
            ("comes by and by", |edges| edges.good_before = Some(HOUR_MS)),
            ("goes by and by", |edges| edges.good_after = Some(5 * HOUR_MS)),
            ("the log ends with it", |edges| edges.good_after = None),
            ("a part goes through", |edges| edges.hits = 80),
            ("is over at once", |edges| edges.last = edges.first + MINUTE_MS),
        ];
        for (what, change) in changes {
            let mut edges = plan();
            change(&mut edges);
            assert!(!holds(&edges, None), "{what}");
        }
    }
}
