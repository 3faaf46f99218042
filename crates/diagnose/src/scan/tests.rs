//! What is counted once, by class or by list, against a walk over all attempts.

use std::ops::Range;

use super::Groups;
use super::scopes::{Kind, ScopeKind, Scopes};
use super::series::{Series, Tables, candidates, failed};
use super::sheet::{Sheet, Tally};
use crate::baseline::{Cells, Slots};
use crate::{Attempt, Day, Flags, Half, Leaves, Mark, Rates, ScanSettings};
use proptest::prelude::*;

const TERMINALS: u32 = 9;
const WARES: u32 = 6;
/// Terminal, two things that terminals have, and two of payments.
const DIMENSIONS: [Half; 5] = [Half::Terminal, Half::Terminal, Half::Terminal, Half::Payment, Half::Payment];
const VALUES: [u32; 5] = [TERMINALS, 4, 4, 4, 3];

/// The value of a leaf; 0 is untold.
fn value(dimension: usize, terminal: u32, ware: u32) -> u32 {
    [terminal, terminal.div_ceil(3), terminal % 4, ware % 4, ware % 3][dimension]
}

fn cell(ware: u32) -> u32 {
    ware / 2
}

fn leaves(parted: bool) -> Leaves {
    let pairs = || (0..TERMINALS).flat_map(|terminal| (0..WARES).map(move |ware| (terminal, ware)));
    if !parted {
        let column = |dimension| pairs().map(|(terminal, ware)| value(dimension, terminal, ware)).collect();
        let columns = (0..DIMENSIONS.len()).map(column).collect();
        let cells = pairs().map(|(_, ware)| cell(ware)).collect();
        return Leaves { columns, cells, ..Leaves::default() };
    }
    let column = |(dimension, half): (usize, Half)| match half {
        Half::Terminal => (0..TERMINALS).map(|terminal| value(dimension, terminal, 0)).collect(),
        Half::Payment => (0..WARES).map(|ware| value(dimension, 0, ware)).collect(),
    };
    Leaves {
        columns: DIMENSIONS.into_iter().enumerate().map(column).collect(),
        cells: (0..WARES).map(cell).collect(),
        parts: pairs().map(|(terminal, ware)| [terminal, ware]).collect(),
        halves: DIMENSIONS.to_vec(),
    }
}

/// A day, and the stretches that are flagged as terminals' own.
#[derive(Debug)]
struct Made {
    day: Day,
    own: Vec<Range<usize>>,
}

/// Days of so many milliseconds.
fn days(length: i64, parted: impl Strategy<Value = bool>) -> impl Strategy<Value = Made> {
    let marks = ["issuer_unavailable", "response_timeout", "pin_incorrect"];
    let marks = marks.map(|name| Mark::from_name(name).expect("a mark of that name"));
    let mark = prop_oneof![Just(Mark::NONE), prop::sample::select(marks.to_vec())];
    let flags = prop_oneof![
        6 => Just(Flags::NONE),
        1 => Just(Flags::NEUTRAL),
        1 => Just(Flags::ATTACK),
        1 => Just(Flags::FELL_BACK),
    ];
    let attempt = (0..TERMINALS, 0..WARES, 0..length, 1..4_u16, mark, flags);
    let own = prop::collection::vec((any::<bool>(), 0.0..1.0_f64, 0.0..1.0_f64), TERMINALS as usize);
    (prop::collection::vec(attempt, 0..200), own, parted).prop_map(move |(mut made, own, parted)| {
        made.sort_by_key(|attempt| (attempt.0, attempt.2));
        let mut day =
            Day { leaves: leaves(parted), values: VALUES.to_vec(), span: (0, length), ..Day::default() };
        for (terminal, ware, at, count, mark, flags) in &made {
            let leaf = terminal * WARES + ware;
            day.attempts.push(Attempt { at: *at, leaf, count: *count, mark: *mark, flags: *flags });
        }
        let begins = |terminal: u32| made.partition_point(|attempt| attempt.0 < terminal);
        day.sequences = (0..TERMINALS).map(|terminal| begins(terminal)..begins(terminal + 1)).collect();
        let mut blamed = Vec::new();
        for (sequence, (_, one, two)) in day.sequences.iter().zip(own).filter(|(_, own)| own.0) {
            let at = |share: f64| sequence.start + (sequence.len() as f64 * share) as usize;
            blamed.push(at(one.min(two))..at(one.max(two)));
        }
        for attempt in blamed.iter().flat_map(Range::clone) {
            day.attempts[attempt].flags = day.attempts[attempt].flags.with(Flags::OWN);
        }
        Made { day, own: blamed }
    })
}

pub(super) fn kinds(dimensions: &[&[usize]]) -> Vec<ScopeKind> {
    let kind = |dimensions: &&[usize]| ScopeKind {
        dimensions: dimensions.to_vec(),
        weight: 1.0,
        concentration: 100.0,
        extra: 0.0,
        level: 1.0,
        blames_sequences: false,
        all_day: true,
    };
    dimensions.iter().map(kind).collect()
}

fn rates() -> Rates {
    let of_mark = |seed: usize| std::array::from_fn(|mark| ((seed * 7 + mark * 3) % 11) as f32);
    let by_cell = (0..WARES.div_ceil(2) as usize).map(|cell| of_mark(cell).map(|part| 0.001 + part * 0.0007));
    let by_hour = (0..24).map(|hour| of_mark(hour).map(|part| 0.5 + part * 0.1));
    Rates::new(by_cell.collect(), by_hour.collect())
}

/// Those that count and have the value.
fn of_value<'d>(day: &'d Day, kind: &Kind<'_>, value: u32) -> Vec<&'d Attempt> {
    let attempts = day.attempts.iter().filter(|attempt| Sheet::counts(attempt));
    attempts.filter(|attempt| kind.value(attempt.leaf) == value).collect()
}

/// In an order that is the same for all who have the same attempts.
fn sorted(mut attempts: Vec<&Attempt>) -> Vec<&Attempt> {
    attempts.sort_by_key(|attempt| std::ptr::from_ref(*attempt));
    attempts
}

/// Everything that a search asks for, by its short cuts and without any.
fn check(made: &Made, kinds: &[ScopeKind], groups: &Groups, bin_ms: u32, window: (i64, i64)) {
    let Made { day, own } = made;
    let settings = ScanSettings { bin_ms, terminal: None, ..ScanSettings::day(0) };
    let rates = rates();
    let scopes = Scopes::of(day, kinds, bin_ms);
    let on_day = scopes.on_but(day, own);
    for (one, other) in on_day.iter().zip(scopes.on(day)) {
        assert_eq!(one.occurring, other.occurring);
    }
    let mut sheet = Sheet::new(day, &rates, groups, None, &settings);
    sheet.payments = scopes.payments_but(day, own);
    let failed = failed(&sheet);
    let candidates = candidates(&sheet, &on_day, &failed, 1, |_, _| true);
    let tables = Tables::new(&sheet, &on_day, &candidates, &failed);
    let mut listed = candidates.iter();
    // Used again and again, as by one worker.
    let mut scratch = Series::default();
    for (number, kind) in on_day.iter().enumerate() {
        for value in 1..kind.values() {
            let attempts = of_value(day, kind, value);
            let within = attempts.iter().copied().filter(|one| (window.0..window.1).contains(&one.at));
            let found = kind.attempts_within(day, value, window).filter(|attempt| Sheet::counts(attempt));
            assert_eq!(sorted(found.collect()), sorted(within.collect()));
            let hit = |group: &usize| attempts.iter().any(|attempt| sheet.is_hit(attempt, *group));
            let hit: Vec<usize> = (0..groups.len()).filter(hit).collect();
            if hit.is_empty() {
                continue;
            }
            let candidate = listed.next().expect("it has hits");
            assert_eq!((candidate.kind, candidate.value, &candidate.groups), (number, value, &hit));
            let columns = tables.columns(&sheet, kind, candidate, &mut scratch);
            assert_eq!(columns.len(), hit.len());
            for (column, group) in columns.iter().zip(hit) {
                let mut slow = vec![Tally::default(); sheet.bins()];
                for attempt in &attempts {
                    let (bin, count) = (sheet.bin(attempt.at), u64::from(attempt.count));
                    let share = sheet.share_in(sheet.slot_of_leaf(attempt.leaf, bin), group);
                    let observed = if sheet.is_hit(attempt, group) { count } else { 0 };
                    slow[bin].add(Tally { attempts: count, observed, expected: share * count });
                }
                assert!(*column == slow, "kind {number}, value {value}, group {group}");
            }
        }
    }
    assert!(listed.next().is_none(), "no other has hits");
}

/// Attempts of a day by slot, counted beforehand or not.
fn check_slots(Made { day, own }: &Made, bin_ms: u32) {
    let cells = Cells { of: (0..WARES.div_ceil(2)).map(|cell| (cell, 0)).collect(), ..Cells::default() };
    let counts = |attempt: &Attempt| Sheet::counts(attempt);
    let slots = |attempts| Slots::of(day, &cells, day.attempts.iter(), counts, attempts);
    let counted = Scopes::of(day, &[], bin_ms).slots_but(day, own);
    assert_eq!(counted.is_some(), !day.leaves.parts.is_empty());
    let (slow, fast) = (slots(None), slots(counted));
    assert_eq!(slow.attempts(), fast.attempts());
    assert!(Mark::all().all(|mark| slow.hits(mark) == fast.hits(mark)));
}

const HOUR: i64 = 3_600_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sums_and_lists_are_those_of_the_attempts_one_by_one(
        made in days(30 * HOUR, any::<bool>()),
        of_several_halves in any::<bool>(),
        window in (0..30 * HOUR, 0..30 * HOUR),
    ) {
        let all: [&[usize]; 8] = [&[0], &[1], &[1, 2], &[2], &[3], &[3, 4], &[4], &[2, 4]];
        let kinds = kinds(if of_several_halves { &all } else { &all[..7] });
        check(&made, &kinds, &Groups::payments(), 300_000, window);
        check_slots(&made, 300_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    /// So many bins that nothing is counted by class, by entry and bin or listed by bin, and terminals one by one: 864,000.
    #[test]
    fn where_tables_would_be_too_large_sums_and_lists_are_the_same(
        made in days(240 * HOUR, Just(true)),
        window in (0..240 * HOUR, 0..240 * HOUR),
    ) {
        let mark = Mark::from_name("response_timeout").expect("a mark of that name");
        let kinds = kinds(&[&[0], &[1], &[3], &[4]]);
        check(&made, &kinds, &Groups::of_one("timeout", mark), 1_000, window);
    }
}
