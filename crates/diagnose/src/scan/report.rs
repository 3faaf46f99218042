//! From accepted incidents to findings: pieces of one become one, groups of one mechanism join, and
//! an incident that holds from the day's begin or to its end is said to.
//!
//! Nothing is searched here, and nothing is worded.

use libm::log;

use super::evidence::{expected, sequences_hit, total, weight_of};
use super::known::Known;
use super::score::kl;
use super::search::{Incident, Search, Subject};
use super::sheet::{Row, Sheet, Tally};
use super::{Finding, MarkCount};
use crate::Mark;

/// Pieces closer than this are one, in milliseconds.
const TOUCH_MS: i64 = 300_000;

/// Pieces further apart are one unless what lies between speaks against half the incident's share by
/// more than this, in nats.
const CONTRADICTED: f64 = -2.0;

/// Another group of the mechanism joins an incident from this much evidence on, in nats.
const JOINS: f64 = 6.0;

/// An incident belongs to another one's scope with this share of its hits there.
const AT_HOME: f64 = 0.75;

/// A finding needs that many hits, whatever the ratio.
const LEAST_HITS: u64 = 5;

/// Findings of a finished search, in the order of time, then of scope and group.
pub(crate) fn findings(search: &Search<'_>) -> Vec<Finding> {
    let merged = merged(search, &search.incidents);
    let moved: Vec<_> = merged.iter().map(|incident| to_edges_of_day(search, &merged, incident)).collect();
    let is_enough = |incident: &Incident| {
        incident.tally.observed >= LEAST_HITS
            && incident.tally.hits() >= search.settings.least_ratio * incident.tally.norm()
    };
    let enough: Vec<bool> = moved.iter().map(is_enough).collect();
    let homes: Vec<_> = moved.iter().zip(&enough).filter(|(_, is)| **is).map(|(home, _)| *home).collect();
    let all: Vec<_> = moved.iter().map(|incident| rehomed(search, &moved, &homes, incident)).collect();
    let mut kept: Vec<_> = all.iter().zip(&enough).filter(|(_, is)| **is).map(|(one, _)| *one).collect();
    kept.sort_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then(one.subject.cmp(&other.subject))
            .then(one.start.cmp(&other.start))
    });
    let mut findings: Vec<Finding> = Vec::new();
    while !kept.is_empty() {
        let leader = kept.remove(0);
        let (followers, others) =
            kept.into_iter().partition::<Vec<_>, _>(|other| is_one(search, &leader, other));
        kept = others;
        findings.push(finding(search, &all, &leader, &followers));
    }
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| {
            (finding.start, finding.kind, finding.scope.clone(), finding.group, finding.end)
        };
        key(one).cmp(&key(other))
    });
    findings
}

/// What explains everything but one subject's own incidents.
fn without(search: &Search<'_>, set: &[Incident], subject: Subject) -> Known {
    let others =
        set.iter().map(|incident| (incident.subject != subject).then_some(*incident)).collect::<Vec<_>>();
    search.all_but(&others, usize::MAX, subject.group)
}

fn merged(search: &Search<'_>, incidents: &[Incident]) -> Vec<Incident> {
    let mut sorted = incidents.to_vec();
    sorted.sort_by_key(|incident| (incident.subject, incident.start, incident.end));
    let mut merged: Vec<Incident> = Vec::new();
    for incident in sorted {
        match merged.last_mut() {
            Some(last)
                if last.subject == incident.subject && are_pieces(search, incidents, last, &incident) =>
            {
                last.end = last.end.max(incident.end);
                last.score = last.score.max(incident.score);
                let adjustments = without(search, incidents, last.subject);
                last.tally = total(&search.rows(last.subject, (last.start, last.end), &adjustments));
            }
            _ => merged.push(incident),
        }
    }
    merged
}

fn are_pieces(search: &Search<'_>, all: &[Incident], one: &Incident, next: &Incident) -> bool {
    if next.start - one.end <= TOUCH_MS {
        return true;
    }
    let mut both = one.tally;
    both.add(next.tally);
    let adjustments = without(search, all, one.subject);
    let between = search.rows(one.subject, (one.end, next.start), &adjustments);
    weight_of(&between, both.hit_share() / 2.0) > CONTRADICTED
}

/// An edge is worth the logarithm of the number of bins. Where moving an edge to that of the day costs
/// less, it is moved, else an all-day fault begins at its first hit; but not over a time that is longer
/// than the incident: one of an hour after opening time did not begin at midnight.
fn to_edges_of_day(search: &Search<'_>, all: &[Incident], incident: &Incident) -> Incident {
    let worth = log(search.sheet.bins() as f64);
    let adjustments = without(search, all, incident.subject);
    let besides = incident.tally.hit_share();
    let longest = incident.end - incident.start;
    let moves = |from: i64, until: i64| {
        let costs = || -weight_of(&search.rows(incident.subject, (from, until), &adjustments), besides);
        (1..=longest).contains(&(until - from)) && costs() < worth
    };
    // The day of a scope that begins later (a firmware rolled out at noon) begins with its first attempt.
    let attempts = search.kinds[incident.subject.kind].attempts(search.sheet.day, incident.subject.value);
    let day = attempts.fold((incident.start, incident.end), |day, attempt| {
        (day.0.min(attempt.at), day.1.max(attempt.at + 1))
    });
    let start = if moves(day.0, incident.start) { day.0 } else { incident.start };
    let end = if moves(incident.end, day.1) { day.1 } else { incident.end };
    let tally = total(&search.rows(incident.subject, (start, end), &adjustments));
    Incident { start, end, tally, ..*incident }
}

/// An incident of which nearly all hits lie in the scope and time of another one of its mechanism is that one
/// with another code, and takes its scope: a firmware that breaks reading in two ways, of which one is seen
/// at the whole model; refunds of the cards that an issuer's new rule refuses.
fn rehomed(search: &Search<'_>, all: &[Incident], kept: &[Incident], incident: &Incident) -> Incident {
    let groups = search.sheet.groups;
    let mechanism = |of: &Incident| groups.get(of.subject.group).mechanism();
    let is_elsewhere = |other: &&Incident| {
        let (this, that) = (incident.subject, other.subject);
        (this.kind, this.value) != (that.kind, that.value)
            && mechanism(incident) == mechanism(other)
            && !search.within[that.kind].contains(&this.kind)
            && search.may_be_shared(that.kind, this.group)
            && incident.start < other.end
            && other.start < incident.end
    };
    let homes: Vec<_> = kept.iter().filter(is_elsewhere).collect();
    if homes.is_empty() {
        return *incident;
    }
    let adjustments = without(search, all, incident.subject);
    let rows = search.rows(incident.subject, (incident.start, incident.end), &adjustments);
    let hits: u64 = rows.iter().map(|row| row.hits).sum();
    let inside = |home: &Incident| -> u64 {
        let kind = &search.kinds[home.subject.kind];
        let is_inside = |row: &&Row| {
            (home.start..home.end).contains(&row.at) && kind.value(row.leaf) == home.subject.value
        };
        rows.iter().filter(is_inside).map(|row| row.hits).sum()
    };
    let home = homes
        .into_iter()
        .map(|home| (inside(home), home.subject))
        .max_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    match home {
        Some((inside, home)) if inside as f64 >= AT_HOME * hits as f64 => {
            Incident { subject: Subject { group: incident.subject.group, ..home }, ..*incident }
        }
        _ => *incident,
    }
}

/// Whether another incident is the same with another code: one scope and mechanism, and most of the
/// shorter lies within the longer.
fn is_one(search: &Search<'_>, leader: &Incident, other: &Incident) -> bool {
    let groups = search.sheet.groups;
    let (one, two) = (leader.subject, other.subject);
    let common = leader.end.min(other.end) - leader.start.max(other.start);
    let shorter = (leader.end - leader.start).min(other.end - other.start);
    one.kind == two.kind
        && one.value == two.value
        && groups.get(one.group).mechanism() == groups.get(two.group).mechanism()
        && common * 2 >= shorter
}

fn finding(search: &Search<'_>, all: &[Incident], leader: &Incident, followers: &[Incident]) -> Finding {
    let subject = leader.subject;
    let start = followers.iter().fold(leader.start, |start, other| start.min(other.start));
    let end = followers.iter().fold(leader.end, |end, other| end.max(other.end));
    let joined = joined(search, all, subject, (start, end), followers);
    let mut marks = Vec::new();
    let mut sum = Tally::default();
    let mut hits: Vec<Row> = Vec::new();
    for group in std::iter::once(subject.group).chain(joined.iter().copied()) {
        let of_group = Subject { group, ..subject };
        let rows = search.rows(of_group, (start, end), &without(search, all, of_group));
        let tally = total(&rows);
        sum = Tally {
            attempts: sum.attempts.max(tally.attempts),
            observed: sum.observed + tally.observed,
            expected: sum.expected + tally.expected,
        };
        marks.extend(by_mark(search, of_group, (start, end), tally));
        hits.extend(rows.iter().filter(|row| row.hits > 0));
    }
    marks.sort_by_key(|count| count.mark);
    let kind = &search.described[subject.kind];
    let sequences = search
        .settings
        .terminal
        .map_or(0, |terminal| sequences_hit(&hits, terminal, &search.sheet.day.leaves));
    Finding {
        scope: kind
            .dimensions
            .iter()
            .copied()
            .zip(search.kinds[subject.kind].told(subject.value).iter().copied())
            .collect(),
        kind: subject.kind,
        group: subject.group,
        joined,
        start,
        end,
        observed: sum.observed,
        attempts: sum.attempts,
        expected: expected(sum),
        score: leader.score,
        sequences,
        marks,
    }
}

/// Other groups of the mechanism with an excess in the same scope and window, at two sequences or
/// more.
fn joined(
    search: &Search<'_>,
    all: &[Incident],
    subject: Subject,
    window: (i64, i64),
    followers: &[Incident],
) -> Vec<usize> {
    let groups = search.sheet.groups;
    let price = &search.prices[subject.kind];
    let joins = |&group: &usize| {
        if group == subject.group || groups.get(group).mechanism() != groups.get(subject.group).mechanism() {
            return false;
        }
        if followers.iter().any(|follower| follower.subject.group == group) {
            return true;
        }
        let of_group = Subject { group, ..subject };
        let rows = search.rows(of_group, window, &without(search, all, of_group));
        let tally = total(&rows);
        let several = search
            .settings
            .terminal
            .is_none_or(|terminal| sequences_hit(&rows, terminal, &search.sheet.day.leaves) >= 2);
        several
            && tally.hits() >= search.settings.least_ratio * tally.norm()
            && kl(tally.hits(), tally.norm(), price.concentration) > JOINS
    };
    (0..groups.len()).filter(joins).collect()
}

/// Hits and expected hits of each mark of a group. Expected values are the norm's, scaled to what
/// else is known about the group in the window.
fn by_mark(search: &Search<'_>, subject: Subject, window: (i64, i64), tally: Tally) -> Vec<MarkCount> {
    let marks = search.sheet.groups.get(subject.group).marks();
    let mut counts: Vec<_> = marks
        .iter()
        .map(|&mark| MarkCount { mark, group: subject.group, observed: 0, expected: 0.0 })
        .collect();
    let mut norms = vec![0u64; marks.len()];
    let attempts = search.kinds[subject.kind].attempts_within(search.sheet.day, subject.value, window);
    let inside = attempts.filter(|attempt| Sheet::counts(attempt));
    for attempt in inside {
        for ((count, norm), &mark) in counts.iter_mut().zip(&mut norms).zip(marks) {
            *norm += search.sheet.norm(attempt, mark) * u64::from(attempt.count);
            let fell = mark == Mark::FELL_BACK && attempt.flags.has(crate::Flags::FELL_BACK);
            count.observed += if fell || attempt.mark == mark { u64::from(attempt.count) } else { 0 };
        }
    }
    let whole = norms.iter().sum::<u64>().max(1) as f64;
    for (count, norm) in counts.iter_mut().zip(norms) {
        count.expected = tally.norm() * norm as f64 / whole;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::{Groups, Scan, ScanSettings};
    use super::*;
    use crate::scan::tests::kinds;
    use crate::{Attempt, Day, Flags, Leaves, Rates};

    /// The groups that join an incident without answers on the only link, where one in a hundred of all attempts is to
    /// be expected to say that an issuer is down, and each of two terminals had so many that do.
    fn joining(attempts: u16, hits: [u16; 2]) -> Vec<&'static str> {
        let mark = Mark::from_name("issuer_unavailable").expect("a mark");
        let mut day = Day {
            leaves: Leaves { columns: vec![vec![1, 2], vec![1, 1]], cells: vec![0; 2], ..Leaves::default() },
            values: vec![3, 2],
            span: (0, 3_600_000),
            ..Day::default()
        };
        day.sequences.push(0..0);
        for (leaf, hits) in (0..).zip(hits) {
            let begin = day.attempts.len();
            for (count, mark) in [(attempts - hits, Mark::NONE), (hits, mark)] {
                day.attempts.push(Attempt { at: 60_000, leaf, count, mark, flags: Flags::NONE });
            }
            day.sequences.push(begin..day.attempts.len());
        }
        let groups = Groups::payments();
        let group = |name: &str| groups.from_name(name).expect("a group of that name");
        let down = groups.get(group("issuer_down")).marks().len() as f32;
        let rates = Rates::new(vec![[0.01 / down; Mark::COUNT]], vec![[1.0; Mark::COUNT]]);
        let kinds = kinds(&[&[1]]);
        let scan = Scan::new(&day, &rates, &groups, &kinds, ScanSettings::day(0));
        let search =
            Search::new(&scan.sheet, &scan.kinds, scan.described, &scan.prices, &scan.within, &scan.settings);
        let subject = Subject { kind: 0, value: 1, group: group("no_answer") };
        let found = joined(&search, &[], subject, (0, 3_600_000), &[]);
        found.into_iter().map(|group| groups.get(group).name()).collect()
    }

    #[test]
    fn groups_of_the_mechanism_join_with_an_excess_that_is_large_certain_and_of_several() {
        // Nine where two were expected are worth 6.3 nats, eight 4.9.
        assert_eq!(joining(100, [5, 4]), ["issuer_down"]);
        assert_eq!(joining(100, [4, 4]), Vec::<&str>::new());
        assert_eq!(joining(100, [9, 0]), Vec::<&str>::new(), "one terminal is no incident");
        // However sure it is, less than 1.6 times a thousand is drift.
        assert_eq!(joining(50_000, [800, 800]), ["issuer_down"]);
        assert_eq!(joining(50_000, [800, 798]), Vec::<&str>::new());
    }
}
