//! The test of own faults on made fleets: what it finds, whom it spares.

mod fleet;

use fleet::{Fleet, Tail, World, draw};
use posmortem_diagnose::{OwnTest, Signatures};

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

fn score(tail: Tail, effect: f64, seeds: std::ops::Range<u64>) -> Score {
    let mut score = Score::default();
    for seed in seeds {
        let fleet = draw(World { tail, effect, faults: 5, ..World::of(seed) });
        let test = fleet.test();
        score.add(&fleet, &test);
    }
    eprintln!(
        "{tail:?} {effect}: {score:?} P {:.3} R {:.3} named {:.3} IoU {:.3}",
        score.precision(),
        score.recall(),
        score.named as f64 / score.right as f64,
        score.overlap / score.right as f64
    );
    score
}

#[test]
fn explore() {
    for tail in [Tail::Lognormal, Tail::Heavy] {
        for effect in [1.0, 0.5, 0.25] {
            score(tail, effect, 0..16);
        }
        let mut n = 0;
        for seed in 100..150 {
            let fleet = draw(World { tail, outage: seed % 2 == 0, ..World::of(seed) });
            let test = fleet.test();
            for s in test.own() {
                n += 1;
                eprintln!(
                    "Score null {seed} {} {:?} {} {}",
                    s.signature, s.inside, s.ln_bayes_factor, s.local_fdr
                );
            }
        }
        eprintln!("nulls {n}");
    }
    let fleet = draw(World { terminals: 20_000, attempts: 400.0, faults: 40, ..World::of(5) });
    let t = std::time::Instant::now();
    let test = fleet.test();
    eprintln!(
        "Score {} attempts {:?} own {} suspects {}",
        fleet.day.attempts.len(),
        t.elapsed(),
        test.own().count(),
        test.suspects.len()
    );
}
