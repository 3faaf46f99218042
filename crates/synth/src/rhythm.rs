//! How a labelled world's customers spread over terminals, hours and weekdays.

use crate::Settings;
use crate::fleet::Fleet;
use crate::random::{Random, normal};
use crate::town::{QUARTER_MS, Town};
use crate::world::DAY_MS;
use rand::RngExt;
use rand::distr::weighted::WeightedIndex;

/// What waited for a sign-on began some seconds before.
const LEEWAY_MS: i64 = 60_000;

impl Town {
    /// Learns how days spread over terminals and hours.
    pub(crate) fn survey(&mut self, settings: &Settings, fleet: &Fleet) {
        // After a week, days are as those of the week before.
        let days = u64::from(settings.days.clamp(1, 7));
        self.shares = vec![0.0; self.tills.len()];
        for (day, quarter) in (0..days).flat_map(|day| (0..96).map(move |quarter| (day, quarter))) {
            let weekday = weekday(settings, day);
            for at in 0..self.tills.len() {
                let visits = self.visits_of(fleet, at, quarter, weekday);
                self.shares[at] += visits;
                self.flow[quarter] += visits;
            }
        }
        let total: f64 = self.flow.iter().sum();
        self.a_day = total / days as f64;
        self.shares.iter_mut().chain(&mut self.flow).for_each(|share| *share /= total);
        // A day's rates are those of the day, however they move in its course.
        for drift in &mut self.drift {
            let mean: f64 =
                self.flow.iter().enumerate().map(|(quarter, flow)| flow * drift[quarter / 4]).sum();
            drift.iter_mut().for_each(|level| *level /= mean);
        }
    }

    /// How many of a day's `attempts` a terminal may expect in a stretch of one day.
    pub(crate) fn expected(
        &self,
        settings: &Settings,
        fleet: &Fleet,
        terminal: u32,
        (start, end): (i64, i64),
        attempts: f64,
    ) -> f64 {
        let day = (start - settings.start()).div_euclid(DAY_MS);
        let midnight = settings.start() + day * DAY_MS;
        let weekday = weekday(settings, day as u64);
        let part = |quarter: usize| {
            let from = midnight + quarter as i64 * QUARTER_MS;
            let overlap = end.min(from + QUARTER_MS) - start.max(from);
            let visits = self.visits_of(fleet, terminal as usize, quarter, weekday);
            visits * overlap.max(0) as f64 / QUARTER_MS as f64
        };
        (0..96).map(part).sum::<f64>() / self.a_day * attempts
    }

    /// How many come in a quarter of an hour, but for gusts; any unit.
    fn visits_of(&self, fleet: &Fleet, at: usize, quarter: usize, weekday: usize) -> f64 {
        let till = &self.tills[at];
        if !fleet.terminals[at].is_open(quarter as u16 * 15) {
            return 0.0;
        }
        let hours = &till.shop.hours;
        let (hour, part) = (quarter / 4, (quarter % 4) as f64 / 4.0);
        let by_hour = f64::from(hours[hour]) * (1.0 - part) + f64::from(hours[(hour + 1) % 24]) * part;
        let by_day = weekday.checked_sub(5).map_or(1.0, |day| till.shop.weekend[day]);
        till.volume * by_hour * by_day
    }

    /// A quarter of an hour begins: how many of a day's `attempts` come in it.
    pub(crate) fn turn(
        &mut self,
        settings: &Settings,
        fleet: &Fleet,
        (day, quarter): (u64, usize),
        attempts: u64,
        random: &mut Random,
    ) -> u64 {
        let (size, memory) = self.make.gusts;
        let fresh = size * libm::sqrt(1.0 - memory * memory);
        for gust in &mut self.gusts {
            *gust = memory * *gust + fresh * normal(random);
        }
        let moment = settings.start() + day as i64 * DAY_MS + quarter as i64 * QUARTER_MS;
        let weekday = weekday(settings, day);
        let until = moment + QUARTER_MS + LEEWAY_MS;
        let is_active = |number: &&u16| {
            let fault = &self.faults[usize::from(**number)];
            fault.start < until && fault.end > moment - LEEWAY_MS
        };
        self.active = self.shared.iter().filter(is_active).copied().collect();
        let visits = |at: usize| {
            let rush = self.tills[at].busy_from.is_some_and(|from| moment >= from);
            let gust = libm::exp(self.gusts[fleet.terminals[at].site as usize] - size * size / 2.0);
            self.visits_of(fleet, at, quarter, weekday) * gust * if rush { 3.0 } else { 1.0 }
        };
        let weights: Vec<f64> = (0..self.tills.len()).map(visits).collect();
        let sum: f64 = weights.iter().sum();
        self.visits = WeightedIndex::new(weights).ok();
        let (party, most) = self.make.parties;
        let company = 1.0 + party * f64::from(1 + most) / 2.0 + self.make.returns;
        let expected = attempts as f64 * (sum / self.a_day) / company;
        (expected + random.random::<f64>()) as u64
    }
}

/// Days since Monday.
fn weekday(settings: &Settings, day: u64) -> usize {
    let first = settings.day.weekday().to_monday_zero_offset();
    (first as u64 + day) as usize % 7
}
