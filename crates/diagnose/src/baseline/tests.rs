use super::*;
use crate::day::{Day, Flags, Leaves};
use crate::{Attempt, UNTOLD};

/// A world of issuers by manners over a day: `rate` gives hits per thousand of each slot.
fn day(issuers: u32, manners: u32, rate: impl Fn(u32, u32, i64) -> u32) -> (Day, Cells) {
    let mark = Mark::from_name("issuer_unavailable").expect("a reason");
    let manner = |_| MannerKey { entry_mode: EntryMode::Chip, kind: Kind::Sale, dialect: None };
    let mut cells = Cells {
        of: Vec::new(),
        issuers: (0..issuers).map(|issuer| issuer.to_string()).collect(),
        manners: (0..manners).map(manner).collect(),
    };
    let mut attempts = Vec::new();
    for issuer in 0..issuers {
        for manner in 0..manners {
            let leaf = cells.of.len() as u32;
            cells.of.push((issuer, manner));
            for hour in 0..24 {
                let hits = rate(issuer, manner, hour);
                let each = |count: u32, mark| Attempt {
                    at: hour * 3_600_000,
                    leaf,
                    count: count as u16,
                    mark,
                    flags: Flags::default(),
                };
                // Terminals of ten attempts, so that none has too many hits to count.
                attempts.extend((0..hits).map(|_| each(1, mark)));
                attempts.push(each(1000 - hits, Mark::NONE));
            }
        }
    }
    let sequences = (0..attempts.len()).map(|at| at..at + 1).collect();
    let leaves = Leaves {
        columns: vec![vec![UNTOLD; cells.of.len()]],
        cells: (0..cells.of.len() as u32).collect(),
        ..Leaves::default()
    };
    (Day { attempts, sequences, leaves, values: vec![1], span: (0, 86_400_000) }, cells)
}

fn rates(day: &Day, cells: &Cells) -> Rates {
    fit(cells, &Slots::of(day, cells, day.attempts.iter(), |_| true, None), None)
}

fn rate(rates: &Rates, cell: u32, hour: usize) -> f64 {
    rates.rate(cell, hour, Mark::from_name("issuer_unavailable").expect("a reason"))
}

#[test]
fn issuers_and_manners_have_levels_of_their_own() {
    let (day, cells) = day(6, 3, |issuer, manner, _| (issuer + 1) * 2 * (manner + 1));
    let rates = rates(&day, &cells);
    for (cell, (issuer, manner)) in (0..).zip(&cells.of) {
        let truth = f64::from((issuer + 1) * 2 * (manner + 1)) / 1000.0;
        let got = rate(&rates, cell, 12);
        assert!((got / truth - 1.0).abs() < 0.1, "issuer {issuer} manner {manner}: {got} for {truth}");
    }
}

#[test]
fn an_outage_does_not_raise_its_issuers_level() {
    let calm = |issuer: u32, _: u32, _: i64| if issuer == 2 { 4 } else { 2 };
    let (quiet, cells) = day(6, 3, calm);
    let (down, _) = day(6, 3, |issuer, manner, hour| match (issuer, hour) {
        (2, 9..=10) => 700,
        _ => calm(issuer, manner, hour),
    });
    let (before, after) = (rates(&quiet, &cells), rates(&down, &cells));
    for cell in 0..cells.of.len() as u32 {
        let (before, after) = (rate(&before, cell, 9), rate(&after, cell, 9));
        assert!(after < 1.5 * before, "cell {cell}: {before} became {after}");
    }
}

#[test]
fn a_policy_of_one_issuer_does_not_raise_an_entry_mode() {
    let (day, cells) = day(8, 3, |issuer, manner, hour| match (issuer, manner, hour) {
        (0, 2, 14..) => 400,
        _ => 2,
    });
    let rates = rates(&day, &cells);
    for (cell, _) in (0..).zip(&cells.of).filter(|(_, (issuer, _))| *issuer != 0) {
        assert!(rate(&rates, cell, 15) < 0.004, "{}", rate(&rates, cell, 15));
    }
}

#[test]
fn one_terminal_does_not_teach_the_fleet() {
    let (mut day, cells) = day(6, 3, |_, _, _| 2);
    let before = rate(&rates(&day, &cells), 0, 12);
    let broken = day.attempts.len();
    let mark = Mark::from_name("issuer_unavailable").expect("a reason");
    let hit = Attempt { at: 43_200_000, leaf: 0, count: 1, mark, flags: Flags::default() };
    day.attempts.extend((0..5_000).map(|_| hit));
    day.sequences.push(broken..day.attempts.len());
    let after = rate(&rates(&day, &cells), 0, 12);
    assert!(after < 1.6 * before, "{before} became {after}");
}

#[test]
fn what_never_occurs_has_the_least_rate() {
    let (day, cells) = day(2, 2, |_, _, _| 0);
    assert!(rate(&rates(&day, &cells), 0, 0) < 1.01 * LEAST_RATE);
}

#[test]
fn earlier_days_know_that_an_issuer_is_down_all_day() {
    let (quiet, cells) = day(6, 3, |_, _, _| 2);
    let (down, _) = day(6, 3, |issuer, _, _| if issuer == 1 { 300 } else { 2 });
    let before = rates(&quiet, &cells);
    let alone = rates(&down, &cells);
    let after = fit(&cells, &Slots::of(&down, &cells, down.attempts.iter(), |_| true, None), Some(&before));
    let of_issuer = cells.of.iter().position(|(issuer, _)| *issuer == 1).expect("it is there") as u32;
    assert!(rate(&alone, of_issuer, 12) > 0.1, "one day alone takes it for its level");
    assert!(rate(&after, of_issuer, 12) < 0.01, "{}", rate(&after, of_issuer, 12));
}
