//! Classes and lanes against attempts one by one, and what a single hit is worth.

use super::*;
use crate::expectation::Expectation;
use crate::{Finding, MarkCount, Rates};
use proptest::prelude::*;

const LEAVES: u32 = 6;
const MODES: [EntryMode; 5] =
    [EntryMode::Unknown, EntryMode::Chip, EntryMode::Contactless, EntryMode::Stripe, EntryMode::Manual];

fn leaves(parted: bool) -> Leaves {
    let halves: Vec<Half> = Attribute::ALL
        .map(|attribute| if attribute == Attribute::EntryMode { Half::Payment } else { Half::Terminal })
        .to_vec();
    let column = |half: &Half| match half {
        Half::Payment => (0..LEAVES).collect(),
        Half::Terminal => vec![1; if parted { 1 } else { LEAVES as usize }],
    };
    Leaves {
        columns: halves.iter().map(column).collect(),
        cells: (0..LEAVES).map(|leaf| leaf / 2).collect(),
        parts: if parted { (0..LEAVES).map(|leaf| [0, leaf]).collect() } else { Vec::new() },
        halves: if parted { halves } else { Vec::new() },
    }
}

/// Half of the fall backs of one entry mode from the second to the fourth hour.
fn incident() -> Finding {
    Finding {
        scope: vec![(Attribute::EntryMode.dimension(), 2)],
        kind: 0,
        group: 0,
        joined: Vec::new(),
        start: 3_600_000,
        end: 4 * 3_600_000,
        observed: 50,
        attempts: 100,
        expected: 1.0,
        score: 9.0,
        sequences: 9,
        marks: vec![MarkCount { mark: Mark::FELL_BACK, group: 0, observed: 50, expected: 1.0 }],
    }
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let some = ["pin_incorrect", "mac_invalid", "response_timeout", "card_auth_failed"];
    let some = some.map(|name| Mark::from_name(name).expect("a mark of that name"));
    let marks = prop_oneof![2 => Just(Mark::NONE), 1 => prop::sample::select(some.to_vec())];
    let flags = prop_oneof![
        6 => Just(Flags::NONE),
        2 => Just(Flags::FELL_BACK),
        1 => Just(Flags::FELL_BACK.with(Flags::ICC_MISSING)),
        1 => Just(Flags::NEUTRAL),
        1 => Just(Flags::SLOW),
        1 => Just(Flags::AFTER_SIGN_ON),
        1 => Just(Flags::NEUTRAL.with(Flags::AFTER_SIGN_ON)),
    ];
    let attempt = (0..6 * 3_600_000_i64, 0..LEAVES, 1..3_u16, marks, flags);
    let attempt = attempt.prop_map(|(at, leaf, count, mark, flags)| Attempt { at, leaf, count, mark, flags });
    prop::collection::vec(attempt, 0..60)
}

proptest! {
    #[test]
    fn classes_and_lanes_count_as_attempts_one_by_one(
        attempts in attempts(), parted in any::<bool>(), in_incident in any::<bool>(),
    ) {
        let leaves = leaves(parted);
        let all = 0..attempts.len();
        let day = Day { attempts, leaves: leaves.clone(), ..Day::default() };
        // One cell lies beyond what is calm.
        let level = |cell: u32| [0.01, 0.001, 0.03][cell as usize] as f32;
        let by_cell = (0..LEAVES / 2).map(|cell| [level(cell); Mark::COUNT]).collect();
        let rates = Rates::new(by_cell, (0..24).map(|hour| [1.0 + hour as f32 * 0.1; Mark::COUNT]).collect());
        let findings = if in_incident { vec![incident()] } else { Vec::new() };
        let by_class = Expectation::new(&leaves, &rates, &findings, day.attempts.iter(), |_| true);
        let one_by_one = |attempt: &Attempt, mark: Mark| by_class.rate(attempt, mark);
        let signatures = Signatures::built_in();
        let cards = |row: usize| (!row.is_multiple_of(3)).then_some(row as u64 % 7);
        let fast = Reader::new(&day, &signatures, &MODES, &by_class, &cards);
        let slow = Reader::new(&day, &signatures, &MODES, &one_by_one, &cards);
        let mut counts = vec![Shown::default(); signatures.len()];
        let mut expected = counts.clone();
        fast.counts(all.clone(), &mut counts);
        slow.counts(all.clone(), &mut expected);
        for (signature, (counts, expected)) in counts.iter().zip(expected).enumerate() {
            prop_assert_eq!((counts.all, counts.calm), (expected.all, expected.calm));
            let Evidence { sequence, rows } = fast.evidence(all.clone(), signature);
            let is_hit = |(_, trial): &&(usize, Trial)| matches!(trial, Trial::Hit { .. });
            let hits = sequence.shown.iter().filter(is_hit).count();
            prop_assert_eq!((rows.len(), sequence.len), (counts.all.attempts as usize, rows.len()));
            // A sign-on stands before the next attempt that counts, whether or not the first one behind it does.
            let follows = |place: &usize| {
                let from = place.checked_sub(1).map_or(0, |before| rows[before] + 1);
                day.attempts[from..=rows[*place]].iter().any(|one| one.flags.has(Flags::AFTER_SIGN_ON))
            };
            let expected: Vec<usize> = (0..rows.len()).filter(follows).collect();
            prop_assert_eq!(&sequence.after_sign_on, &expected);
            prop_assert_eq!(hits, counts.all.observed as usize);
        }
    }
}

/// Of good readers' fall backs one in twenty tells of missing data, of a broken one's two in five.
struct Told;

impl Expected for Told {
    fn rate(&self, _: &Attempt, mark: Mark) -> f64 {
        match mark.name() {
            "fell_back" => 0.01,
            "stripe_damaged" => 0.03,
            "card_number_wrong" => 0.6,
            _ => 0.0,
        }
    }

    fn icc_missing(&self, _: &Attempt) -> Option<f64> {
        Some(0.05)
    }
}

#[test]
fn a_hit_says_what_its_mark_and_its_messages_are_worth() {
    let signatures = Signatures::built_in();
    let reader = signatures.named("reader").expect("a signature");
    let of = |name: &str| signatures.of_mark(Mark::from_name(name).expect("a mark")).expect("of a signature");
    let (_, fell_back) = of("fell_back");
    let (_, damaged) = of("stripe_damaged");
    let (_, refused) = of("fallback_refused");
    let day = Day { leaves: leaves(false), ..Day::default() };
    let cards = |_| None;
    let by = Reader::new(&day, &signatures, &MODES, &Told, &cards);
    let trial = |mark: &str, flags, place| {
        let mark = Mark::from_name(mark).unwrap_or(Mark::NONE);
        let attempt = Attempt { at: 0, leaf: 1, count: 1, mark, flags };
        let Trial::Hit { place: told, rate, telling, .. } = by.trial(&attempt, reader, place) else {
            panic!("it is a hit");
        };
        assert_eq!(told, place);
        [rate, telling]
    };
    let close = |got: [f64; 2], right: [f64; 2]| {
        assert!(got.iter().zip(right).all(|(got, right)| (got - right).abs() < 1e-12), "{got:?} {right:?}");
    };
    let missing = Flags::FELL_BACK.with(Flags::ICC_MISSING);
    close(trial("", Flags::FELL_BACK, fell_back), [0.01, 0.01 * 0.95 / 0.6]);
    close(trial("", missing, fell_back), [0.01, 0.01 * 0.05 / 0.4]);
    // No fall back tells nothing of missing data, and no rate is below its floor.
    close(trial("stripe_damaged", Flags::NONE, damaged), [0.03, 0.03]);
    close(trial("fallback_refused", Flags::NONE, refused), [0.0001, 0.0001]);
    // A fall back that is refused: a broken reader's is in three of ten, and a likelier one says no less.
    close(trial("stripe_damaged", Flags::FELL_BACK, fell_back), [0.001, 0.001 * 0.95 / 0.6]);
    close(trial("card_number_wrong", missing, fell_back), [0.01, 0.01 * 0.05 / 0.4]);
    close(trial("pin_incorrect", missing, fell_back), [0.01, 0.01 * 0.05 / 0.4]);
}
