//! Terminals that fell silent between two busy stretches, and sites that lost their power.
//!
//! A gap is judged by the terminal's own pace on either side of it, in the operational time of the fleet.
//! Neither the day's mean nor an hourly profile would do: closing time and lunch look the same to them.
//! So a terminal that never comes back is not found, nor a gap next to opening or closing.

mod operational;

use crate::{Attempt, Attribute, Day, Flags, UNTOLD};
use operational::OperationalTime;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Shorter gaps are not looked at.
const LEAST_GAP_MS: i64 = 15 * 60_000;
/// Longer ones cannot be told from closing hours.
const MOST_GAP_MS: i64 = 6 * 3_600_000;
/// A dead terminal still leaves stored or late messages: so many may lie in a gap.
const STRAYS: [usize; 3] = [0, 1, 3];
/// What each stray costs.
const STRAY_PRICE: f64 = 1.5;
/// How many attempts on either side tell the pace.
const SHOULDERS: [usize; 2] = [10, 25];
/// Paces that differ by less than this are one pace.
const SAME_PACE: f64 = 3.0;
/// Attempts this close to the one before count as one visit: parties and queues come in bursts.
const SAME_PARTY_MS: i64 = 60_000;
/// Likelier gaps are not even compared.
const LEAST_LN_P: f64 = -3.0;
/// What one terminal in 33 is below on a day of evenly coming customers.
const USUAL_LN_P: f64 = -7.8;
/// Fewer terminals cannot tell their customers' habits.
const FEWEST_TO_COMPARE: usize = 200;
/// Terminals that lost their power are back so soon after the first of their site.
const BACK_MS: i64 = 15 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
const HALF_HOUR_MS: i64 = 30 * 60_000;
/// Shops close so soon after their last customer, and have their first so soon after opening.
const LAST_CUSTOMER_MS: i64 = 10 * 60_000;
const FIRST_CUSTOMER_MS: i64 = 6 * 60_000;
/// False silences a day, over the fleet.
const FALSE_SILENCES: f64 = 1e-5;
/// The price of having looked at gaps with strays and at two shoulders.
const SEARCH_PRICE: f64 = 3.4;
/// What suffices where the terminal signed on in the second half of the gap.
const SIGNED_ON_LN_P: f64 = -9.0;
/// What suffices where its STAN began anew there: no routine does that in the middle of a day.
const RESTARTED_LN_P: f64 = -4.0;
/// A terminal that came back signs on so soon.
const BOOT_MS: i64 = 2 * 60_000;

/// A gap in the attempts of a terminal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silence {
    /// Its value in the dimension of terminals.
    pub terminal: u32,
    /// The last attempt before the gap, in milliseconds.
    pub start: i64,
    /// The first one after it.
    pub end: i64,
    /// Attempts inside nevertheless.
    pub strays: usize,
    /// How many attempts its pace before and after would have had there.
    pub expected: f64,
    /// The logarithm of the probability of so few.
    pub ln_p: f64,
    /// By how much it lies below what would have sufficed with such traces, in nats.
    pub margin: f64,
    /// Whether it signed on in the second half or just after.
    pub signed_on: bool,
    /// Whether its STAN began anew then.
    pub restarted: bool,
}

/// Terminals of one site that were silent at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePower {
    /// The value in the dimension of sites.
    pub site: u32,
    /// When the last of them fell silent, and when the first came back, in milliseconds.
    pub window: (i64, i64),
    /// The silent terminals, ascending.
    pub terminals: Vec<u32>,
}

/// What was found silent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silences {
    /// By terminal, then time.
    pub gaps: Vec<Silence>,
    /// By site, then time.
    pub sites: Vec<SitePower>,
}

/// Finds silent terminals and sites.
///
/// `sign_ons` holds, by value of the dimension of terminals, the times of sign-ons, ascending; a terminal
/// beyond its end has none. The first of a day is routine; a later one is what follows a reboot.
/// `restarts` holds in the same way when STANs began anew.
pub fn silences(day: &Day, sign_ons: &[Vec<i64>], restarts: &[Vec<i64>]) -> Silences {
    let time = OperationalTime::of(day);
    let busy = day.sequences.iter().skip(1).filter(|range| !range.is_empty()).count();
    let reboots: Vec<Vec<i64>> = sign_ons.iter().map(|times| reboots(times)).collect();
    let candidates: Vec<Vec<Silence>> = day
        .sequences
        .par_iter()
        .enumerate()
        .skip(UNTOLD as usize + 1)
        .map(|(terminal, range)| {
            let times = visits(&day.attempts[range.clone()]);
            let (reboots, restarts) = (of(&reboots, terminal), of(restarts, terminal));
            Track { times: &times, paced: time.paced(&times), reboots, restarts }.gaps(terminal as u32)
        })
        .collect();
    let threshold = libm::log(FALSE_SILENCES / busy.max(1) as f64) - SEARCH_PRICE;
    let needed = threshold * burstiness(&candidates);
    let judged = |gap: Silence| {
        let of_traces = match (gap.restarted, gap.signed_on) {
            (true, _) => RESTARTED_LN_P,
            (_, true) => SIGNED_ON_LN_P,
            _ => f64::NEG_INFINITY,
        };
        Silence { margin: needed.max(of_traces) - gap.ln_p, ..gap }
    };
    let is_silent = |gap: &Silence| gap.margin > 0.0;
    let of_terminal = |gaps: Vec<Silence>| apart(gaps.into_iter().map(judged).filter(is_silent).collect());
    let mut gaps: Vec<Silence> = candidates.into_iter().flat_map(of_terminal).collect();
    gaps.extend(of_whole_sites(day, &time, &reboots, &gaps));
    gaps.sort_by_key(|gap| (gap.terminal, gap.start));
    let sites = site_power(day, &gaps);
    Silences { gaps, sites }
}

fn of(times: &[Vec<i64>], terminal: usize) -> &[i64] {
    times.get(terminal).map_or(&[], Vec::as_slice)
}

/// The sign-ons of a terminal that follow another one on the same day.
fn reboots(sign_ons: &[i64]) -> Vec<i64> {
    let pairs = sign_ons.windows(2).filter(|pair| pair[0].div_euclid(DAY_MS) == pair[1].div_euclid(DAY_MS));
    pairs.map(|pair| pair[1]).collect()
}

/// By how much gaps are likelier in this fleet than paces tell: customers who come in gusts leave stretches
/// that look like silence. Told by the worst 3 % of the terminals, more than fall silent on ordinary days.
fn burstiness(candidates: &[Vec<Silence>]) -> f64 {
    let worst = |gaps: &Vec<Silence>| gaps.iter().map(|gap| gap.ln_p).fold(0.0, f64::min);
    let mut worst: Vec<f64> = candidates.iter().map(worst).collect();
    if worst.len() < FEWEST_TO_COMPARE {
        return 1.0;
    }
    worst.sort_by(f64::total_cmp);
    (worst[worst.len() / 33] / USUAL_LN_P).max(1.0)
}

/// Gaps that do not overlap, the least likely first, in the order of time.
fn apart(mut gaps: Vec<Silence>) -> Vec<Silence> {
    gaps.sort_by(|a, b| a.ln_p.total_cmp(&b.ln_p).then(a.start.cmp(&b.start)));
    let mut kept: Vec<Silence> = Vec::new();
    for gap in gaps {
        if kept.iter().all(|other| gap.end <= other.start || other.end <= gap.start) {
            kept.push(gap);
        }
    }
    kept.sort_by_key(|gap| gap.start);
    kept
}

/// Gaps of sites whose terminals take turns, so that none of them is missed alone. Half of them must have
/// signed on anew: a shop that closes at noon does not reboot. Each terminal gets the gap, unless it has
/// one of its own in it.
fn of_whole_sites(
    day: &Day,
    time: &OperationalTime,
    reboots: &[Vec<i64>],
    known: &[Silence],
) -> Vec<Silence> {
    let mut by_site: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (terminal, range) in (0_u32..).zip(&day.sequences).skip(UNTOLD as usize + 1) {
        if let Some(first) = day.attempts[range.clone()].first() {
            let site = day.leaves.value(Attribute::Site.dimension(), first.leaf);
            by_site.entry(site).or_default().push(terminal);
        }
    }
    by_site.retain(|site, terminals| *site != UNTOLD && terminals.len() > 1);
    let sites: Vec<Vec<u32>> = by_site.into_values().collect();
    let of_site = |terminals: &Vec<u32>| {
        let needed = terminals.len().div_ceil(2).max(2);
        let reboots_of = |terminal: &u32| of(reboots, *terminal as usize);
        // Most sites end here: no gap of theirs could hold.
        if terminals.iter().filter(|terminal| !reboots_of(terminal).is_empty()).count() < needed {
            return Vec::new();
        }
        let signed_on = |gap: &Silence, terminal: &u32| {
            let (middle, after) = (gap.start + (gap.end - gap.start) / 2, gap.end + BACK_MS);
            reboots_of(terminal).iter().any(|at| (middle..after).contains(at))
        };
        let back = |gap: &Silence| terminals.iter().filter(|terminal| signed_on(gap, terminal)).count();
        let ranges = terminals.iter().map(|terminal| day.sequences[*terminal as usize].clone());
        let mut attempts: Vec<Attempt> =
            ranges.flat_map(|range| day.attempts[range].iter().copied()).collect();
        attempts.sort_by_key(|attempt| attempt.at);
        let times = visits(&attempts);
        let gaps =
            Track { times: &times, paced: time.paced(&times), reboots: &[], restarts: &[] }.gaps(UNTOLD);
        let is_power = |gap: &Silence| gap.ln_p < SIGNED_ON_LN_P && back(gap) >= needed;
        let gaps = apart(gaps.into_iter().filter(is_power).collect());
        let each = gaps.into_iter().flat_map(|gap| {
            let margin = SIGNED_ON_LN_P - gap.ln_p;
            terminals.iter().map(move |terminal| Silence {
                terminal: *terminal,
                signed_on: true,
                margin,
                ..gap
            })
        });
        let is_new = |gap: &Silence| {
            let mut own = known.iter().filter(|own| own.terminal == gap.terminal);
            own.all(|own| own.end <= gap.start || gap.end <= own.start)
        };
        each.filter(is_new).collect::<Vec<_>>()
    };
    sites.par_iter().map(of_site).collect::<Vec<_>>().into_iter().flatten().collect()
}

/// When customers came: repeats of a payment are none, and what follows within a minute is the same party.
fn visits(attempts: &[Attempt]) -> Vec<i64> {
    let mut times: Vec<i64> = Vec::new();
    for attempt in attempts.iter().filter(|one| !one.flags.has_any(Flags::ATTACK.with(Flags::NEUTRAL))) {
        if times.last().is_none_or(|last| attempt.at - last >= SAME_PARTY_MS) {
            times.push(attempt.at);
        }
    }
    times
}

/// The attempts of one terminal.
struct Track<'a> {
    times: &'a [i64],
    /// The same in operational time.
    paced: Vec<f64>,
    /// Sign-ons that are no routine.
    reboots: &'a [i64],
    /// When its STAN began anew.
    restarts: &'a [i64],
}

impl Track<'_> {
    /// Gaps that are worth comparing, in any order.
    fn gaps(&self, terminal: u32) -> Vec<Silence> {
        let mut found: Vec<Silence> = Vec::new();
        for strays in STRAYS {
            for end in strays + 1..self.times.len() {
                found.extend(self.gap(terminal, end - strays - 1, end));
            }
        }
        found
    }

    /// The gap between two attempts, if it is one.
    fn gap(&self, terminal: u32, before: usize, after: usize) -> Option<Silence> {
        let (start, end) = (self.times[before], self.times[after]);
        if !(LEAST_GAP_MS..=MOST_GAP_MS).contains(&(end - start)) {
            return None;
        }
        let strays = after - before - 1;
        let [few, many] = SHOULDERS;
        let shoulders = [self.shoulder(before, after, few), self.shoulder(before, after, many)];
        let is_usual = |shoulder: Option<Shoulder>| shoulder.is_none_or(|known| known.is_usual(strays));
        if is_usual(shoulders[0]) && is_usual(shoulders[1]) {
            return None;
        }
        let middle = start + (end - start) / 2;
        // The first attempt may be quicker than the sign-on.
        let came_back = |times: &[i64]| times.iter().any(|at| (middle..=end + BOOT_MS).contains(at));
        let restarted = came_back(self.restarts);
        let longest = (before..after).max_by_key(|at| self.times[at + 1] - self.times[*at])?;
        if !restarted && keeps_hours(self.times[longest], self.times[longest + 1]) {
            return None;
        }
        let (ln_p, expected) = shoulders
            .into_iter()
            .flatten()
            .map(|shoulder| (shoulder.ln_p(strays), shoulder.expected))
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        let signed_on = restarted || came_back(self.reboots);
        let margin = 0.0;
        let gap = Silence { terminal, start, end, strays, expected, ln_p, margin, signed_on, restarted };
        (ln_p < LEAST_LN_P).then_some(gap)
    }

    /// What the attempts on both sides of a gap let expect in it. `None` where a shoulder is too short.
    fn shoulder(&self, before: usize, after: usize, shoulder: usize) -> Option<Shoulder> {
        let left = self.paced[before] - self.paced[before.checked_sub(shoulder)?];
        let right = self.paced.get(after + shoulder)? - self.paced[after];
        let (short, long) = (left.min(right), left.max(right));
        let shoulder = shoulder as f64;
        let (size, span) =
            if long <= SAME_PACE * short { (2.0 * shoulder, left + right) } else { (shoulder, long) };
        let expected = size * (self.paced[after] - self.paced[before]) / span.max(f64::MIN_POSITIVE);
        Some(Shoulder { size, expected })
    }
}

/// What the pace around a gap would have had in it, and how many attempts tell the pace.
#[derive(Clone, Copy)]
struct Shoulder {
    size: f64,
    expected: f64,
}

impl Shoulder {
    /// The logarithm of the probability of so few attempts at that pace, with the price of strays.
    fn ln_p(self, strays: usize) -> f64 {
        ln_at_most(strays, self.size, self.expected) + STRAY_PRICE * strays as f64
    }

    /// Whether so few are certainly too likely to compare: a negative binomial count is 0 with a
    /// probability of e^-mean at least. Spares most gaps their logarithms.
    fn is_usual(self, strays: usize) -> bool {
        const ROUNDING: f64 = 0.01;
        STRAY_PRICE * strays as f64 - self.expected > LEAST_LN_P + ROUNDING
    }
}

/// Whether a gap begins just before a full or half hour and ends just after one, as closing hours do: the
/// morning's sign-on would pass for a reboot. One gap in thirty does so by chance.
fn keeps_hours(start: i64, end: i64) -> bool {
    HALF_HOUR_MS - start.rem_euclid(HALF_HOUR_MS) <= LAST_CUSTOMER_MS
        && end.rem_euclid(HALF_HOUR_MS) <= FIRST_CUSTOMER_MS
}

/// The logarithm of the probability of at most so many, negative binomial with that size and mean.
fn ln_at_most(most: usize, size: f64, mean: f64) -> f64 {
    let ratio = mean / (size + mean);
    let mut term = 1.0;
    let mut sum = 1.0;
    for count in 0..most {
        term *= (size + count as f64) / (count as f64 + 1.0) * ratio;
        sum += term;
    }
    libm::log(sum) - size * libm::log1p(mean / size)
}

/// Sites of which two terminals and more were silent in overlapping windows.
fn site_power(day: &Day, gaps: &[Silence]) -> Vec<SitePower> {
    let site = |terminal: u32| {
        let first = day.attempts[day.sequences[terminal as usize].start];
        day.leaves.value(Attribute::Site.dimension(), first.leaf)
    };
    let mut by_site: Vec<(u32, Silence)> = gaps.iter().map(|gap| (site(gap.terminal), *gap)).collect();
    by_site.retain(|one| one.0 != UNTOLD);
    by_site.sort_by_key(|(site, gap)| (*site, gap.start, gap.terminal));
    let mut found: Vec<SitePower> = Vec::new();
    for (site, gap) in by_site {
        match found.last_mut().filter(|last| last.site == site && gap.start < last.window.1) {
            Some(last) => {
                last.window = (gap.start, last.window.1.min(gap.end));
                last.terminals.push(gap.terminal);
            }
            None => {
                let window = (gap.start, gap.end);
                found.push(SitePower { site, window, terminals: vec![gap.terminal] });
            }
        }
    }
    found.iter_mut().for_each(|one| {
        one.terminals.sort_unstable();
        one.terminals.dedup();
    });
    found.retain(|one| one.terminals.len() > 1);
    found
}

#[cfg(test)]
mod tests;
