//! The least effect that would be blamed, and the order of counts.

use super::*;

/// One of whom nothing is asked but whether it is blamed.
pub(crate) fn suspect(terminal: u32, own: bool) -> Suspect {
    Suspect {
        terminal,
        own,
        signature: 1,
        reason: Reason::PIN_INCORRECT,
        family: Family::WholeDay,
        rows: 0..1,
        window: (0, 0),
        inside: Counts::default(),
        effect: 0.1,
        cards: 2,
        ln_bayes_factor: 0.0,
        local_fdr: 0.1,
        marks: Vec::new(),
        runner_up: None,
    }
}

fn test_of(counts: Vec<Counts>, prevalence: Vec<f64>) -> OwnTest {
    OwnTest {
        suspects: Vec::new(),
        standing: Vec::new(),
        spreads: vec![Spread { mean: 1.0, tau2: 0.1 }; prevalence.len()],
        health: Health { ln_factors: [0; 10], upper_ln_factor: None, blamed: Vec::new() },
        prevalence,
        counts,
    }
}

/// Hits times one less than the logarithm of their excess must pay the price of ln 800 and ln 18, 9.575 nats.
#[test]
fn the_least_effect_is_the_first_half_percent_that_pays_its_price() {
    let of = |attempts: u32, expected: f64| {
        let counts = vec![Counts { attempts, observed: 0, expected }];
        test_of(counts, vec![1.0 / 800.0]).least_effect(0, 0)
    };
    // 12 hits of 6 % pay 9.50, 13 of 6.5 % pay 11.33.
    assert_eq!(of(200, 2.0), Some(0.065));
    // 5.6 hits of 14 % pay 9.18, 5.8 pay 9.71.
    assert_eq!(of(40, 0.4), Some(0.145));
    // Two hits at least: 67 % of three attempts, and of two attempts never.
    assert_eq!([of(3, 3e-6), of(2, 2e-6), of(0, 0.0)], [Some(0.67), None, None]);
    // 3 % is the least that is looked for, 95 % the most.
    assert_eq!([of(100_000, 100.0), of(30, 15.0)], [Some(0.03), None]);
    // One fault in 80 terminals costs 7.27: 11 hits of 5.5 % pay 7.75.
    let common = test_of(vec![Counts { attempts: 200, observed: 0, expected: 2.0 }], vec![1.0 / 80.0]);
    assert_eq!(common.least_effect(0, 0), Some(0.055));
}

#[test]
fn counts_stand_by_terminal_and_signature() {
    let counts = (0..6).map(|observed| Counts { attempts: 9, observed, expected: 1.0 }).collect();
    let test = test_of(counts, vec![0.1; 2]);
    let told = |terminal| [0, 1].map(|signature| test.counts(terminal, signature).observed);
    assert_eq!([told(0), told(1), told(2)], [[0, 1], [2, 3], [4, 5]]);
}

#[test]
fn the_largest_is_the_first_of_equal_ones() {
    let values = [2.0, 5.0, 5.0, 1.0];
    assert_eq!([largest(&values, None), largest(&values, Some(1))], [Some(1), Some(2)]);
    assert_eq!([largest(&[7.0], Some(0)), largest(&[], None)], [None, None]);
}
