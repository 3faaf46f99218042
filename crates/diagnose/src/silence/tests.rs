//! The chances of gaps, where they begin and end, and what sites have in common: each limit by its last value.

use super::*;

#[test]
fn few_are_as_likely_as_the_law_says() {
    // A wide size is Poisson: e^-5, and e^-5 (1 + 5).
    assert!((ln_at_most(0, 1e9, 5.0) + 5.0).abs() < 1e-6);
    assert!((ln_at_most(1, 1e9, 5.0) - (libm::log(6.0) - 5.0)).abs() < 1e-6);
    // Size 1 is geometric.
    assert!((ln_at_most(0, 1.0, 3.0) - libm::log(0.25)).abs() < 1e-12);
}

/// Chances of a negative binomial count of size 2 and mean 4: 1/9, 4/27, 4/27, 32/243.
#[test]
fn the_chance_of_few_is_the_sum_of_all_up_to_them() {
    for (most, chance) in [(0, 27.0), (1, 63.0), (2, 99.0), (3, 131.0)] {
        assert!((ln_at_most(most, 2.0, 4.0) - f64::ln(chance / 243.0)).abs() < 1e-12, "{most}");
    }
    let shoulder = Shoulder { size: 2.0, expected: 4.0 };
    // A stray costs 1.5.
    assert!((shoulder.ln_p(2) - (f64::ln(99.0 / 243.0) + 3.0)).abs() < 1e-12);
    // What is spared is likelier than e^-3 for certain.
    let is_usual = |expected, strays| Shoulder { size: 2.0, expected }.is_usual(strays);
    assert_eq!([is_usual(2.98, 0), is_usual(3.0, 0)], [true, false]);
    assert_eq!([is_usual(5.98, 2), is_usual(6.0, 2)], [true, false]);
}

const MINUTE_MS: i64 = 60_000;

fn gap(terminal: u32, start: i64, end: i64, ln_p: f64) -> Silence {
    Silence {
        terminal,
        start,
        end,
        strays: 0,
        expected: 9.0,
        ln_p,
        margin: 1.0,
        signed_on: false,
        restarted: false,
    }
}

#[test]
fn the_first_sign_on_of_a_day_is_routine() {
    assert_eq!(
        reboots(&[-DAY_MS, -1, 0, DAY_MS - 1, DAY_MS, DAY_MS + 5, 5 * DAY_MS]),
        [-1, DAY_MS - 1, DAY_MS + 5]
    );
    assert_eq!((of(&[vec![1], vec![2, 3]], 1), of(&[vec![1]], 1)), (&[2, 3][..], &[][..]));
}

#[test]
fn the_worst_three_in_a_hundred_tell_how_customers_come() {
    let fleet = |terminals: usize, worst: &[f64]| {
        let of_one = |terminal: usize| {
            let ln_p = worst.get(terminal).copied().unwrap_or(-3.9);
            vec![gap(1, 0, 1, -0.5), gap(1, 2, 3, ln_p), gap(1, 4, 5, -1.0)]
        };
        (0..terminals).map(of_one).collect::<Vec<_>>()
    };
    // Six of 200 are the worst 3 %; the next one tells.
    let worst = |many: usize| [vec![-78.0; many], vec![-15.6]].concat();
    assert_eq!(burstiness(&fleet(200, &worst(6))), 2.0);
    assert_eq!(burstiness(&fleet(200, &worst(7))), 10.0);
    assert_eq!(burstiness(&fleet(199, &worst(7))), 1.0, "too few terminals");
    assert_eq!(burstiness(&fleet(200, &[])), 1.0, "nobody is asked for less than usual");
    assert_eq!(burstiness(&fleet(231, &worst(7))), 2.0, "seven of 231");
}

#[test]
fn of_gaps_that_overlap_the_least_likely_is_kept() {
    let gaps = vec![
        gap(1, 50, 60, -4.0),
        gap(1, 10, 30, -9.0),
        gap(1, 0, 11, -8.0),
        gap(1, 29, 40, -8.0),
        gap(1, 30, 50, -7.0),
        gap(1, 0, 10, -6.0),
    ];
    let kept: Vec<_> = apart(gaps).iter().map(|gap| (gap.start, gap.end)).collect();
    assert_eq!(kept, [(0, 10), (10, 30), (30, 50), (50, 60)]);
    // Of equal ones the first.
    let kept = apart(vec![gap(1, 20, 40, -9.0), gap(1, 10, 30, -9.0)]);
    assert_eq!((kept.len(), kept[0].start), (1, 10));
}

#[test]
fn what_comes_within_a_minute_is_one_visit() {
    let attempt = |(at, flags)| Attempt { at, leaf: 0, count: 1, mark: crate::Mark::NONE, flags };
    let attempts = [
        (0, Flags::NONE),
        (59_999, Flags::NONE),
        (60_000, Flags::NONE),
        (119_999, Flags::NONE),
        (200_000, Flags::NEUTRAL),
        (300_000, Flags::ATTACK),
        (400_000, Flags::OWN),
    ]
    .map(attempt);
    assert_eq!(visits(&attempts), [0, 60_000, 400_000]);
}

#[test]
fn closing_hours_begin_late_and_end_early_in_a_half_hour() {
    for (start, end, keeps) in [
        (20 * MINUTE_MS, 66 * MINUTE_MS, true),
        (20 * MINUTE_MS - 1, 66 * MINUTE_MS, false),
        (20 * MINUTE_MS, 66 * MINUTE_MS + 1, false),
        (30 * MINUTE_MS - 1, 60 * MINUTE_MS, true),
        (30 * MINUTE_MS, 60 * MINUTE_MS, false),
        (50 * MINUTE_MS, 120 * MINUTE_MS, true),
    ] {
        assert_eq!(keeps_hours(start, end), keeps, "{start} {end}");
    }
}

/// Visits a minute apart before a gap and behind it, in a fleet whose time runs evenly.
struct Paced {
    times: Vec<i64>,
    before: usize,
    after: usize,
}

impl Paced {
    /// A gap from `start` to `end` with `strays` in it, one a minute from its begin on.
    fn new(start: i64, end: i64, strays: i64, shoulder: i64) -> Self {
        let mut times: Vec<i64> = (0..=shoulder).rev().map(|back| start - back * MINUTE_MS).collect();
        let before = times.len() - 1;
        times.extend((1..=strays).map(|stray| start + stray * MINUTE_MS));
        let after = times.len();
        times.extend((0..=shoulder).map(|on| end + on * MINUTE_MS));
        Self { times, before, after }
    }

    fn gap(&self, reboots: &[i64], restarts: &[i64]) -> Option<Silence> {
        let paced = self.times.iter().map(|at| *at as f64 / MINUTE_MS as f64).collect();
        Track { times: &self.times, paced, reboots, restarts }.gap(3, self.before, self.after)
    }
}

/// 25 visits of 25 minutes on either side make 50 of 50: over fifteen minutes the chance of none is that of a
/// negative binomial count of size 50 and mean 15.
#[test]
fn gaps_are_told_from_a_quarter_of_an_hour_to_six_hours() {
    let start = 600 * MINUTE_MS;
    let found = |length: i64| Paced::new(start, start + length, 0, 25).gap(&[], &[]);
    let gap = found(15 * MINUTE_MS).expect("a quarter of an hour");
    assert!((gap.ln_p + 50.0 * f64::ln(1.3)).abs() < 1e-9 && (gap.expected - 15.0).abs() < 1e-9);
    assert_eq!((gap.terminal, gap.start, gap.end), (3, start, start + 15 * MINUTE_MS));
    assert_eq!((gap.strays, gap.signed_on, gap.restarted), (0, false, false));
    assert_eq!(found(15 * MINUTE_MS - 1), None);
    assert!(found(360 * MINUTE_MS).is_some());
    assert_eq!(found(360 * MINUTE_MS + 1), None);
    // Ten visits on either side tell less: size 20.
    let few = Paced::new(start, start + 15 * MINUTE_MS, 0, 10).gap(&[], &[]).expect("ten suffice");
    assert!((few.ln_p + 20.0 * f64::ln(1.75)).abs() < 1e-9);
    assert_eq!(Paced::new(start, start + 15 * MINUTE_MS, 0, 9).gap(&[], &[]), None);
}

#[test]
fn a_terminal_that_came_back_did_so_in_the_second_half_or_within_two_minutes() {
    // From 25 past to 3 past, as closing hours are.
    let (start, end) = (625 * MINUTE_MS, 663 * MINUTE_MS);
    let middle = 644 * MINUTE_MS;
    let gap = |reboots: &[i64], restarts: &[i64]| Paced::new(start, end, 0, 25).gap(reboots, restarts);
    assert_eq!(gap(&[middle], &[]), None, "a sign-on is the morning's");
    for (at, comes_back) in
        [(middle - 1, false), (middle, true), (end + 2 * MINUTE_MS, true), (end + 2 * MINUTE_MS + 1, false)]
    {
        let told = gap(&[], &[at]).map(|gap| (gap.signed_on, gap.restarted));
        assert_eq!(told, comes_back.then_some((true, true)), "{at}");
        let open = Paced::new(start + 5 * MINUTE_MS, end + 5 * MINUTE_MS, 0, 25);
        let later = at + 5 * MINUTE_MS;
        assert_eq!(open.gap(&[later], &[]).map(|gap| gap.signed_on), Some(comes_back), "{at}");
    }
}

/// Strays lie in the gap; whether it keeps hours its longest pause tells.
#[test]
fn strays_are_part_of_a_gap() {
    let start = 630 * MINUTE_MS;
    let gap = |end: i64| Paced::new(start, end, 3, 25).gap(&[], &[]);
    let found = gap(690 * MINUTE_MS).expect("an hour with three strays");
    assert_eq!((found.strays, found.start, found.end), (3, start, 690 * MINUTE_MS));
    let chance = ln_at_most(3, 50.0, 60.0);
    assert!((found.ln_p - (chance + 4.5)).abs() < 1e-9);
    // The last stray comes at 33 past; had it come at 50 past, the pause from there on would keep hours.
    let mut late = Paced::new(start, 690 * MINUTE_MS, 3, 25);
    late.times[late.before + 3] = 650 * MINUTE_MS;
    assert_eq!(late.gap(&[], &[]), None);
}

#[test]
fn paces_that_are_alike_are_one_pace() {
    let expected = |step: f64| {
        let paced: Vec<f64> =
            (0..=10).map(f64::from).chain((0..=10).map(|at| 30.0 + step * f64::from(at))).collect();
        let times: Vec<i64> = (0..paced.len() as i64).collect();
        let track = Track { times: &times, paced, reboots: &[], restarts: &[] };
        assert!(track.shoulder(9, 11, 10).is_none() && track.shoulder(10, 12, 10).is_none());
        let Shoulder { size, expected } = track.shoulder(10, 11, 10).expect("ten on either side");
        (size, expected)
    };
    let close = |got: (f64, f64), right: (f64, f64)| {
        assert!((got.0 - right.0).abs() < 1e-9 && (got.1 - right.1).abs() < 1e-9, "{got:?} {right:?}");
    };
    // 20 visits in 10 and 20, and a gap of 20.
    close(expected(2.0), (20.0, 20.0 * 20.0 / 30.0));
    close(expected(3.0), (20.0, 20.0 * 20.0 / 40.0));
    close(expected(0.5), (20.0, 20.0 * 20.0 / 15.0));
    // Else the slower side tells: ten visits in 40, or in the 10 on the left.
    close(expected(4.0), (10.0, 10.0 * 20.0 / 40.0));
    close(expected(0.25), (10.0, 10.0 * 20.0 / 10.0));
}

/// A terminal at each of those sites.
fn day_of_sites(sites: &[u32]) -> Day {
    let mut columns = vec![vec![0; sites.len()]; Attribute::ALL.len()];
    columns[Attribute::Site.dimension()] = sites.to_vec();
    let attempt = |leaf| Attempt { at: 0, leaf, count: 1, mark: crate::Mark::NONE, flags: Flags::default() };
    Day {
        attempts: (0..sites.len() as u32).map(attempt).collect(),
        sequences: (0..sites.len()).map(|at| at..at + 1).collect(),
        leaves: crate::Leaves { columns, cells: vec![0; sites.len()], ..crate::Leaves::default() },
        ..Day::default()
    }
}

#[test]
fn terminals_of_a_site_are_silent_together_while_all_of_them_are() {
    let day = day_of_sites(&[UNTOLD, 1, 1, 1, 2, 2, UNTOLD, UNTOLD]);
    let power = |gaps: &[(u32, i64, i64)]| {
        let gaps: Vec<_> =
            gaps.iter().map(|(terminal, start, end)| gap(*terminal, *start, *end, -20.0)).collect();
        let of_one = |site: SitePower| (site.site, site.window, site.terminals);
        site_power(&day, &gaps).into_iter().map(of_one).collect::<Vec<_>>()
    };
    // From the last that fell silent to the first that came back.
    assert_eq!(power(&[(3, 39, 60), (1, 10, 50), (2, 20, 40)]), [(1, (39, 40), vec![1, 2, 3])]);
    assert_eq!(power(&[(1, 10, 50), (2, 20, 40), (3, 40, 60)]), [(1, (20, 40), vec![1, 2])]);
    assert_eq!(power(&[(1, 10, 50), (2, 50, 60), (4, 10, 50)]), []);
    assert_eq!(power(&[(6, 10, 50), (7, 10, 50)]), [], "no site is told");
    assert_eq!(power(&[(1, 10, 50), (1, 20, 40)]), [], "one terminal twice");
    assert_eq!(
        power(&[(4, 10, 50), (5, 10, 50), (1, 10, 50), (2, 12, 52)]),
        [(1, (12, 50), vec![1, 2]), (2, (10, 50), vec![4, 5])]
    );
}

/// A visit in ten minutes: 3.05 and 3.2 are missing in a gap, whose chances are 5.2 % and 4.5 %.
#[test]
fn gaps_that_are_likelier_than_one_in_twenty_are_not_even_compared() {
    let gap = |minutes: f64| {
        let start = 6_000 * MINUTE_MS;
        let end = start + (minutes * MINUTE_MS as f64) as i64;
        let mut times: Vec<i64> = (0..=25).rev().map(|back| start - back * 10 * MINUTE_MS).collect();
        times.extend((0..=25).map(|on| end + on * 10 * MINUTE_MS));
        let paced = times.iter().map(|at| *at as f64 / MINUTE_MS as f64).collect();
        Track { times: &times, paced, reboots: &[], restarts: &[] }.gap(1, 25, 26)
    };
    assert_eq!([gap(20.0), gap(30.5)], [None, None]);
    let found = gap(32.0).expect("rare enough to be compared");
    assert!((found.ln_p + 50.0 * f64::ln(1.064)).abs() < 1e-9);
}
