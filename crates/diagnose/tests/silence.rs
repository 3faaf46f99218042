//! Silent terminals on made fleets: the dead are found, the closed are not.

use posmortem_diagnose::{Attempt, Attribute, Day, Flags, Leaves, Mark, silences};
use rand::rngs::Xoshiro256PlusPlus as Random;
use rand::{RngExt, SeedableRng};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Terminals of which each fourth is at one site with the three before it.
fn day(times: impl Fn(u32, &mut Random) -> Vec<i64>, terminals: u32, seed: u64) -> Day {
    let mut random = Random::seed_from_u64(seed);
    let mut day = Day { span: (0, 24 * HOUR), ..Day::default() };
    // Nothing without a terminal.
    day.sequences.push(0..0);
    let mut leaves =
        Leaves { columns: vec![Vec::new(); Attribute::ALL.len()], cells: Vec::new(), ..Leaves::default() };
    for terminal in 1..=terminals {
        leaves.columns.iter_mut().for_each(|column| column.push(1));
        leaves.columns[Attribute::Terminal.dimension()][terminal as usize - 1] = terminal;
        leaves.columns[Attribute::Site.dimension()][terminal as usize - 1] = site(terminal);
        leaves.cells.push(0);
        let begin = day.attempts.len();
        let mut times = times(terminal, &mut random);
        times.sort_unstable();
        day.attempts.extend(times.into_iter().map(|at| Attempt {
            at,
            leaf: terminal - 1,
            count: 1,
            mark: Mark::NONE,
            flags: Flags::default(),
        }));
        day.sequences.push(begin..day.attempts.len());
    }
    day.leaves = leaves;
    day
}

fn site(terminal: u32) -> u32 {
    (terminal - 1) / 4 + 1
}

/// So many times between both hours, even.
fn busy(random: &mut Random, from: i64, to: i64, count: usize) -> Vec<i64> {
    (0..count).map(|_| random.random_range(from * HOUR..to * HOUR)).collect()
}

/// A shop of that many payments: open from 8 to 20, with a crowd at noon and a quiet hour after it, as
/// the whole fleet has them.
fn shop(random: &mut Random, count: usize) -> Vec<i64> {
    let quiet = |at: &i64| (14 * HOUR..15 * HOUR).contains(at);
    let mut times = busy(random, 8, 20, count);
    times.retain(|at| !quiet(at) || at % 5 == 0);
    times.extend(busy(random, 11, 13, count / 6));
    times
}

fn cut(times: &mut Vec<i64>, window: (i64, i64)) {
    times.retain(|at| !(window.0..window.1).contains(at));
}

#[test]
fn dead_terminals_are_found_with_their_windows() {
    let dead = |terminal: u32| terminal % 40 == 3;
    let window = (15 * HOUR + 10 * MINUTE, 17 * HOUR);
    let day = day(
        |terminal, random| {
            let count = random.random_range(250..700);
            let mut times = shop(random, count);
            if dead(terminal) {
                cut(&mut times, window);
                // What was stored while it was dead comes in at an odd hour.
                times.extend((terminal % 80 == 3).then_some(16 * HOUR));
            }
            times
        },
        400,
        1,
    );
    let found = silences(&day, &[], &[]);
    assert_eq!(
        found.gaps.iter().map(|gap| gap.terminal).collect::<Vec<_>>(),
        (1..=400).filter(|&t| dead(t)).collect::<Vec<_>>()
    );
    assert_eq!(found.sites, []);
    for gap in &found.gaps {
        assert!((gap.start - window.0).abs() < 20 * MINUTE && (gap.end - window.1).abs() < 20 * MINUTE);
        assert_eq!(gap.strays > 0, gap.terminal % 80 == 3, "{gap:?}");
        assert!(gap.expected > 15.0 && !gap.signed_on);
    }
}

#[test]
fn closing_time_and_lunch_are_no_silence() {
    for seed in 0..5 {
        let day = day(
            |terminal, random| {
                let count = random.random_range(20..500);
                let mut times = shop(random, count);
                match terminal % 4 {
                    // Closes early, opens late, or has a quiet hour of its own, with its slopes.
                    0 => cut(&mut times, (16 * HOUR, 24 * HOUR)),
                    1 => cut(&mut times, (0, 11 * HOUR)),
                    2 => times.retain(|at| !(10 * HOUR..11 * HOUR).contains(at) || at % 3 == 0),
                    _ => {}
                }
                times
            },
            500,
            seed,
        );
        let found = silences(&day, &[], &[]);
        assert_eq!(found.gaps, [], "seed {seed}");
    }
}

/// A gap from the last customer before a full hour to the first after another is what closing looks like.
#[test]
fn a_gap_between_full_hours_is_closing_time() {
    let gaps = |window: (i64, i64)| {
        let day = day(
            |terminal, random| {
                let mut times = shop(random, 500);
                if terminal == 7 {
                    cut(&mut times, window);
                    times.extend([window.0 - MINUTE, window.1 + MINUTE]);
                }
                times
            },
            80,
            4,
        );
        silences(&day, &[], &[]).gaps.len()
    };
    assert_eq!(gaps((15 * HOUR, 17 * HOUR)), 0);
    assert_eq!(gaps((15 * HOUR + 12 * MINUTE, 17 * HOUR + 14 * MINUTE)), 1);
}

#[test]
fn a_sign_on_in_the_second_half_confirms_a_shorter_gap() {
    let window = (15 * HOUR + 10 * MINUTE, 15 * HOUR + 50 * MINUTE);
    let dead = |terminal: u32| terminal % 50 == 7;
    let day = day(
        |terminal, random| {
            let mut times = shop(random, 350);
            if dead(terminal) {
                cut(&mut times, window);
            }
            times
        },
        200,
        3,
    );
    assert_eq!(silences(&day, &[], &[]).gaps, [], "too short to tell");
    let sign_on = |terminal: u32, at: i64| if dead(terminal) { vec![8 * HOUR, at] } else { Vec::new() };
    let late: Vec<Vec<i64>> = (0..=200).map(|terminal| sign_on(terminal, window.1 - 2 * MINUTE)).collect();
    let found = silences(&day, &late, &[]);
    assert_eq!(found.gaps.len(), 4);
    assert!(found.gaps.iter().all(|gap| gap.signed_on && dead(gap.terminal)));
    let early: Vec<Vec<i64>> = (0..=200).map(|terminal| sign_on(terminal, window.0 + 2 * MINUTE)).collect();
    assert_eq!(silences(&day, &early, &[]).gaps, []);
    // The only one of the day is the morning's.
    let routine: Vec<Vec<i64>> = late.iter().map(|times| times.iter().skip(1).copied().collect()).collect();
    assert_eq!(silences(&day, &routine, &[]).gaps, []);
}

#[test]
fn a_stan_that_begins_anew_confirms_what_a_sign_on_cannot() {
    let window = (15 * HOUR + 10 * MINUTE, 15 * HOUR + 30 * MINUTE);
    let day = day(
        |terminal, random| {
            let mut times = shop(random, 350);
            if terminal == 7 {
                cut(&mut times, window);
            }
            times
        },
        200,
        3,
    );
    let back = |at: i64| -> Vec<Vec<i64>> {
        (0..=200).map(|terminal| if terminal == 7 { vec![8 * HOUR, at] } else { Vec::new() }).collect()
    };
    let late = back(window.1 - MINUTE);
    assert_eq!(silences(&day, &late, &[]).gaps, [], "too short for a sign-on");
    let found = silences(&day, &late, &late);
    assert!(matches!(found.gaps[..], [gap] if gap.restarted && gap.terminal == 7), "{found:?}");
    let early = back(window.0 + MINUTE);
    assert_eq!(silences(&day, &late, &early).gaps, []);
}

#[test]
fn two_silent_terminals_of_a_site_are_its_power() {
    let window = (15 * HOUR + 12 * MINUTE, 17 * HOUR + 14 * MINUTE);
    let day = day(
        |terminal, random| {
            let mut times = shop(random, 500);
            if site(terminal) == 5 || terminal == 41 {
                cut(&mut times, window);
            }
            times
        },
        80,
        4,
    );
    let found = silences(&day, &[], &[]);
    assert_eq!(found.gaps.len(), 5);
    assert_eq!(found.sites.len(), 1);
    let power = &found.sites[0];
    assert_eq!((power.site, power.terminals.as_slice()), (5, &[17, 18, 19, 20][..]));
    assert!((power.window.0 - window.0).abs() < 5 * MINUTE && (power.window.1 - window.1).abs() < 5 * MINUTE);
}

#[test]
fn what_an_attack_sends_is_no_sign_of_life() {
    let mut day = day(
        |terminal, random| {
            let mut times = shop(random, 420);
            if terminal == 9 {
                cut(&mut times, (16 * HOUR - 28 * MINUTE, 16 * HOUR + 38 * MINUTE));
                times.extend((0..60).map(|at| 16 * HOUR + at * 10_000));
            }
            times
        },
        60,
        5,
    );
    assert_eq!(silences(&day, &[], &[]).gaps, []);
    for attempt in &mut day.attempts[day.sequences[9].clone()] {
        let in_attack = attempt.at % 10_000 == 0 && (16 * HOUR..16 * HOUR + 600_000).contains(&attempt.at);
        attempt.flags = if in_attack { Flags::ATTACK } else { Flags::default() };
    }
    assert_eq!(silences(&day, &[], &[]).gaps.len(), 1);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let day = day(
        |terminal, random| {
            let mut times = shop(random, 400);
            if terminal % 9 == 0 {
                cut(&mut times, (9 * HOUR + 12 * MINUTE, 11 * HOUR + 14 * MINUTE));
            }
            times
        },
        120,
        6,
    );
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| silences(&day, &[], &[]))
    };
    assert!(!on(1).gaps.is_empty());
    assert_eq!(on(1), on(4));
}

#[test]
fn days_without_terminals_or_attempts_have_no_silence() {
    assert_eq!(silences(&Day::default(), &[], &[]).gaps, []);
    let lone = day(|_, random| shop(random, 30), 1, 1);
    assert_eq!(silences(&lone, &[], &[]).gaps, []);
}

/// Nine of 240 terminals pause for an hour and a half, so that gaps are twice as unlikely in this fleet as their paces
/// tell: none of them is silent then, but one that pauses for six hours, busy as it is.
#[test]
fn where_many_pause_more_is_asked() {
    let found = |pausing: u32| {
        let day = day(
            |terminal, _| {
                let step = if terminal == 100 { 2 } else { 4 };
                let mut times: Vec<i64> = (8 * 60..20 * 60)
                    .step_by(step)
                    .map(|minute| minute * MINUTE + i64::from(terminal))
                    .collect();
                match terminal {
                    100 => cut(&mut times, (10 * HOUR + 13 * MINUTE, 16 * HOUR + 9 * MINUTE)),
                    _ if terminal <= pausing => {
                        cut(&mut times, (12 * HOUR + 13 * MINUTE, 13 * HOUR + 43 * MINUTE));
                    }
                    _ => {}
                }
                times
            },
            240,
            0,
        );
        silences(&day, &[], &[]).gaps
    };
    let least = (1e-5_f64 / 240.0).ln() - 3.4;
    let [few, many] = [found(6), found(9)].map(|gaps| {
        let gap = gaps.iter().find(|gap| gap.terminal == 100).expect("it is silent for hours");
        (gaps.len(), gap.margin + gap.ln_p)
    });
    // Seven of them are the worst 3 %, and tell nothing of the others.
    assert!((few.1 - least).abs() < 1e-9 && few.0 == 1, "{few:?}");
    assert!(many.1 < 2.0 * least && many.0 == 1, "{many:?}");
}

/// Its four terminals serve in turns, so that two hours are nothing to one of them and something to all.
#[test]
fn terminals_that_take_turns_are_missed_together_and_each_is_named() {
    let window = (15 * HOUR + 12 * MINUTE, 17 * HOUR + 14 * MINUTE);
    let times = |terminal: u32, random: &mut Random| {
        let mut times = shop(random, if site(terminal) == 5 { 28 } else { 500 });
        if site(terminal) == 5 {
            cut(&mut times, window);
        }
        times
    };
    let signs_on = |terminal: u32| site(terminal) == 5 && terminal < 19;
    let sign_ons: Vec<Vec<i64>> = (0..=80)
        .map(|terminal| {
            if terminal > 0 && signs_on(terminal) {
                vec![8 * HOUR, window.1 - 2 * MINUTE]
            } else {
                Vec::new()
            }
        })
        .collect();
    let found = silences(&day(times, 80, 4), &sign_ons, &[]);
    let gaps: Vec<(u32, bool)> = found.gaps.iter().map(|gap| (gap.terminal, gap.signed_on)).collect();
    assert_eq!(gaps, [(17, true), (18, true), (19, true), (20, true)]);
}
