//! The test of own faults on made fleets: what it finds, whom it spares.

mod fleet;

use fleet::{Fleet, Tail, World, draw};
use posmortem_diagnose::{Day, Flags, Mark, OwnTest, Signatures};

/// How well the blamed are the faulty, over several days.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
    named: usize,
    overlap: f64,
}

impl Score {
    fn add(&mut self, fleet: &Fleet, test: &OwnTest) {
        let signatures = Signatures::built_in();
        for suspect in test.own() {
            match fleet.faults.iter().find(|fault| fault.terminal == suspect.terminal) {
                None => self.wrong += 1,
                Some(fault) => {
                    self.right += 1;
                    self.named += usize::from(signatures.get(suspect.signature).name == fault.signature);
                    self.overlap += overlap(fleet, fault, suspect.window);
                }
            }
        }
        // Nobody can find what hardly shows.
        let findable = fleet.faults.iter().filter(|fault| fault.attempts >= 40 && fault.hits >= 5.0);
        let is_own = |terminal: u32| test.own().any(|suspect| suspect.terminal == terminal);
        self.missed += findable.filter(|fault| !is_own(fault.terminal)).count();
    }

    fn precision(self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / (self.right + self.missed).max(1) as f64
    }
}

/// Attempts in both windows over attempts in either: no window is known better than its attempts are.
fn overlap(fleet: &Fleet, fault: &fleet::Fault, found: (i64, i64)) -> f64 {
    let attempts = &fleet.day.attempts[fleet.day.sequences[fault.terminal as usize].clone()];
    let inside = |window: (i64, i64), at: i64| window.0 <= at && at <= window.1;
    let count = |of: &dyn Fn(i64) -> bool| attempts.iter().filter(|attempt| of(attempt.at)).count();
    let both = count(&|at| inside(fault.window, at) && inside(found, at));
    let either = count(&|at| inside(fault.window, at) || inside(found, at));
    both as f64 / either as f64
}

fn score(tail: Tail, effect: f64) -> Score {
    let mut score = Score::default();
    for seed in 0..4 {
        let fleet = draw(World { tail, effect, faults: 5, ..World::of(seed) });
        score.add(&fleet, &fleet.test());
    }
    score
}

/// Faults with five expected hits and more are counted; of those at the margin chance hides some.
#[test]
fn faults_of_every_kind_and_size_are_found() {
    for (tail, precision, recall) in [(Tail::Lognormal, 0.95, 0.80), (Tail::Heavy, 0.90, 0.80)] {
        let mut all = Score::default();
        for effect in [1.0, 0.5, 0.25] {
            let score = score(tail, effect);
            assert!(score.right >= 15 && score.recall() >= 0.7, "{tail:?} {effect}: {score:?}");
            assert!(score.named * 100 >= score.right * 95, "{tail:?} {effect}: {score:?}");
            all.right += score.right;
            all.wrong += score.wrong;
            all.missed += score.missed;
        }
        assert!(all.precision() >= precision && all.recall() >= recall, "{tail:?}: {all:?}");
    }
}

#[test]
fn strong_faults_are_hardly_ever_missed() {
    let mut score = Score::default();
    for seed in 40..44 {
        let fleet = draw(World { effect: 2.0, attempts: 250.0, faults: 5, ..World::of(seed) });
        score.add(&fleet, &fleet.test());
    }
    assert!(score.recall() >= 0.95 && score.precision() >= 0.97, "{score:?}");
}

/// Weak faults, found with and without their slow answers: one answer in five in the window, one in fifty
/// elsewhere.
#[test]
fn slow_answers_find_weak_signals_and_blame_nobody_else() {
    let (mut plain, mut slowed) = (Score::default(), Score::default());
    for seed in 60..64 {
        let mut fleet = draw(World { effect: 0.3, faults: 20, attempts: 250.0, ..World::of(seed) });
        fleet.faults.retain(|fault| fault.signature == "signal");
        plain.add(&fleet, &fleet.test());
        let mut turn = 0_usize;
        for (terminal, range) in fleet.day.sequences.iter().enumerate() {
            let fault = fleet.faults.iter().find(|fault| fault.terminal as usize == terminal);
            for attempt in &mut fleet.day.attempts[range.clone()] {
                let is_inside =
                    fault.is_some_and(|fault| (fault.window.0..=fault.window.1).contains(&attempt.at));
                turn += 1;
                if turn.is_multiple_of(if is_inside { 5 } else { 50 }) {
                    attempt.flags = attempt.flags.with(Flags::SLOW);
                }
            }
        }
        slowed.add(&fleet, &fleet.test());
    }
    assert!(plain.missed >= 8, "weak enough to be missed: {plain:?}");
    assert!(slowed.missed * 3 <= plain.missed, "{plain:?} {slowed:?}");
    // Other faults of the day count as wrong here, and are the same.
    assert!(slowed.wrong <= plain.wrong + 1, "{plain:?} {slowed:?}");
}

#[test]
fn windows_of_key_faults_are_known_to_the_attempt() {
    let (mut overlaps, mut effects) = (Vec::new(), 0.0);
    for seed in 0..4 {
        let fleet = draw(World { faults: 5, ..World::of(seed) });
        for suspect in fleet.test().own() {
            let fault = fleet.faults.iter().find(|fault| fault.terminal == suspect.terminal);
            if let Some(fault) = fault.filter(|fault| ["mac", "pin"].contains(&fault.signature)) {
                overlaps.push(overlap(&fleet, fault, suspect.window));
                let attempts = &fleet.day.attempts[suspect.rows.clone()];
                assert_eq!(suspect.window, (attempts[0].at, attempts[attempts.len() - 1].at));
                effects += suspect.effect;
            }
        }
    }
    assert!((0.5..0.75).contains(&(effects / overlaps.len() as f64)), "faults hit 60 % there");
    overlaps.sort_by(f64::total_cmp);
    assert!(overlaps[overlaps.len() / 2] >= 0.93, "{overlaps:?}");
}

/// Good fleets blame nobody: one terminal in ten thousand days of one is what chance may take.
#[test]
fn nobody_is_blamed_without_a_fault() {
    let mut blamed = Vec::new();
    for seed in 200..210 {
        let test = draw(World::of(seed)).test();
        blamed.extend(test.own().cloned());
        assert!(!test.health.null_is_off() && test.health.crowded().next().is_none());
        let below: usize = test.health.ln_factors[..4].iter().sum();
        assert!(below * 10 > test.health.ln_factors.iter().sum::<usize>() * 8, "{:?}", test.health);
    }
    assert!(blamed.len() <= 1, "{blamed:?}");
    assert!(blamed.iter().all(|suspect| suspect.local_fdr > 0.2), "{blamed:?}");
}

#[test]
fn incidents_that_are_known_blame_nobody() {
    let mut blamed = 0;
    for seed in 300..303 {
        let fleet = draw(World { outage: true, ..World::of(seed) });
        let test = fleet.test();
        blamed += test.own().count();
        let known = test.health.upper_ln_factor;
        let unknown = Fleet { outages: Vec::new(), ..fleet };
        let test = unknown.test();
        assert!(test.own().count() >= 5, "without the incidents their victims look faulty");
        assert!(test.health.upper_ln_factor > known, "{:?}", test.health);
    }
    assert!(blamed <= 1, "{blamed} of 3,000 terminals");
}

#[test]
fn a_storm_of_one_card_is_no_evidence() {
    let mut fleet = draw(World::of(1));
    let storm = fleet.day.sequences[7].clone();
    let pin = fleet::mark("pin_incorrect");
    for row in storm.clone().take(30) {
        fleet.day.attempts[row].mark = pin;
        fleet.cards[row] = 77;
    }
    let test = fleet.test();
    assert!(test.own().all(|suspect| suspect.terminal != 7));
    let signatures = Signatures::built_in();
    assert!(test.counts(7, signatures.named("pin").unwrap()).observed <= 3);
}

#[test]
fn what_does_not_count_counts_neither_way() {
    let fleet = draw(World { faults: 5, ..World::of(2) });
    let terminal = fleet.test().own().next().expect("there are faults").terminal;
    for flag in [Flags::NEUTRAL, Flags::ATTACK] {
        let mut day = fleet.day.clone();
        let range = day.sequences[terminal as usize].clone();
        day.attempts[range].iter_mut().for_each(|attempt| attempt.flags = attempt.flags.with(flag));
        let flagged = Fleet { day, cards: fleet.cards.clone(), faults: Vec::new(), outages: Vec::new() };
        let test = flagged.test();
        assert!(test.suspects.iter().all(|suspect| suspect.terminal != terminal));
        assert_eq!(test.counts(terminal, 0).attempts, 0);
        assert_eq!(test.least_effect(terminal, 0), None);
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let fleet = draw(World { faults: 5, ..World::of(3) });
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| fleet.test()))
    };
    let alone = on(1);
    assert!(alone.contains("own: true"));
    for threads in [2, 3, 7] {
        assert!(on(threads) == alone, "{threads} threads differ");
    }
}

#[test]
fn the_least_effect_shrinks_with_the_attempts() {
    let fleet = draw(World::of(4));
    let test = fleet.test();
    let signatures = Signatures::built_in();
    let operator = signatures.named("operator").unwrap();
    let least = |from: u32, to: u32| {
        let terminals = 1..=1_000;
        let counts = terminals.map(|terminal| (terminal, test.counts(terminal, operator).attempts));
        let of_size = counts.filter(|one| (from..to).contains(&one.1));
        let effects: Vec<f64> = of_size.filter_map(|one| test.least_effect(one.0, operator)).collect();
        assert!(!effects.is_empty());
        effects.iter().sum::<f64>() / effects.len() as f64
    };
    let (few, many) = (least(30, 60), least(300, 2_000));
    assert!(few > 0.08 && many < 0.05 && many > 0.005, "{few} {many}");
}

/// With few terminals nothing is learned, and a plain fault is found nevertheless.
#[test]
fn small_fleets_go_by_the_priors() {
    let fleet = draw(World { terminals: 60, faults: 1, effect: 2.0, attempts: 250.0, ..World::of(6) });
    let test = fleet.test();
    assert!(test.prevalence.iter().all(|&prevalence| prevalence == 1.0 / 800.0));
    let found = fleet.faults.iter().filter(|fault| test.own().any(|own| own.terminal == fault.terminal));
    assert!(found.count() >= 4);
}

/// A terminal that is refused every time stands out however few its attempts are.
#[test]
fn standing_states_need_three_payments_two_cards_and_no_approval() {
    let mut fleet = draw(World::of(8));
    let small = (1..1_000).find(|&at| (8..25).contains(&fleet.day.sequences[at].len())).expect("a small one");
    let rows = fleet.day.sequences[small].clone();
    let attempts = &mut fleet.day.attempts[rows.clone()];
    attempts.iter_mut().for_each(|attempt| {
        attempt.mark = Mark::NONE;
        attempt.flags = Flags::default();
    });
    let from = attempts.len() - 4;
    attempts[from..].iter_mut().for_each(|attempt| attempt.mark = fleet::mark("terminal_not_registered"));
    attempts[from + 3].mark = fleet::mark("issuer_refused");
    let found = fleet.test().standing;
    let found: Vec<_> = found.iter().filter(|one| one.terminal as usize == small).collect();
    assert_eq!((found.len(), found[0].episodes, found[0].cards), (1, 3, 3));
    assert_eq!(found[0].rows, rows.end - 4..rows.end - 1);
    assert_eq!(found[0].reason.name(), "terminal_not_registered");

    let stands = |fleet: &Fleet| fleet.test().standing.iter().any(|one| one.terminal as usize == small);
    let mut approved =
        Fleet { day: fleet.day.clone(), cards: fleet.cards.clone(), faults: vec![], outages: vec![] };
    approved.day.attempts[rows.end - 1].mark = Mark::NONE;
    assert!(!stands(&approved));
    fleet.cards[rows.end - 4..rows.end].fill(5);
    assert!(!stands(&fleet));
}

#[test]
fn an_empty_day_blames_nobody() {
    let fleet = Fleet { day: Day::default(), cards: vec![], faults: vec![], outages: vec![] };
    let test = fleet.test();
    assert!(test.suspects.is_empty() && test.standing.is_empty());
    assert_eq!(test.health.upper_ln_factor, None);
}
