//! Days of a world: its lines in the order of writing, and what they show.

use crate::clock::Clock;
use crate::fleet::{Link, Terminal};
use crate::flight::{Flight, Part, Role};
use crate::message::message;
use crate::pen::Pen;
use crate::plan::{People, Planner};
use crate::town::QUARTER_MS;
use crate::verdict::Verdicts;
use crate::{Form, Labels, Settings, Truth};
use jiff::ToSpan;
use rand::RngExt;
use std::io::{self, Write};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// How full the buffer may be before it is written.
const BUFFER: usize = 1 << 18;

/// Customers in each quarter of an hour, from midnight.
const QUARTERS: [u32; 96] = {
    let hours =
        [2, 1, 1, 1, 2, 5, 15, 35, 60, 75, 85, 100, 115, 105, 90, 90, 100, 115, 110, 85, 60, 35, 15, 6];
    let mut quarters = [0; 96];
    let mut at = 0;
    while at < 96 {
        quarters[at] = hours[at / 4];
        at += 1;
    }
    quarters
};

/// What a world wrote, beside the bytes.
pub struct Written {
    /// What a report must say.
    pub truth: Truth,
    /// Links and their dialects: logs without a column for the dialect need to be told.
    pub links: Vec<Link>,
    /// The terminals of the world.
    pub terminals: Vec<Terminal>,
    /// What a diagnosis should say; empty for the plain world.
    pub labels: Labels,
}

/// Writes the days that `settings` ask for to `out`, and one line an attempt to `attempts`.
///
/// The same settings give the same bytes. Memory follows what is under way at a time.
///
/// # Errors
/// When one of the two cannot be written.
pub fn write<'o>(
    settings: &Settings,
    out: &'o mut dyn Write,
    attempts: Option<&'o mut dyn Write>,
) -> io::Result<Written> {
    let mut planner = Planner::new(settings);
    let verdicts = Verdicts::new(settings, &planner, attempts)?;
    let start = settings.start();
    let mut scribe = Scribe {
        pen: Pen::new(settings),
        every_card: settings.form == Form::Responses,
        is_whole: settings.bare,
        window: settings.cut.map_or((i64::MIN, i64::MAX), |(from, to)| (start + from, start + to)),
        buffer: Vec::with_capacity(2 * BUFFER),
        out,
        verdicts,
    };
    scribe.pen.head(&mut scribe.buffer)?;
    let days = u64::from(settings.days.max(1));
    for (day, date) in (0..days).zip(settings.day.series(1.day())) {
        let midnight = start + day as i64 * DAY_MS;
        // The last digit of the year and the day of the year, as hosts number their references.
        let julian = date.year().rem_euclid(10) * 1000 + date.day_of_year();
        planner.rrn = julian as u64 * 100_000_000;
        let count = settings.attempts * (day + 1) / days - settings.attempts * day / days;
        planner.open_day(midnight);
        let mut arrivals = Arrivals::new(midnight, count);
        if let People::Plain(_) = planner.people {
            while let Some(at) = arrivals.next(&mut planner) {
                scribe.write_until(at, &mut planner)?;
                planner.arrive(at);
            }
            continue;
        }
        for quarter in 0..96 {
            let begin = midnight + quarter as i64 * QUARTER_MS;
            scribe.write_until(begin, &mut planner)?;
            let visits = planner.turn(settings, (day, quarter), count);
            for number in 0..visits {
                let share = (number as f64 + planner.random.random::<f64>()) / visits as f64;
                let at = begin + (share * QUARTER_MS as f64) as i64;
                scribe.write_until(at, &mut planner)?;
                planner.arrive(at);
            }
        }
    }
    scribe.write_until(i64::MAX, &mut planner)?;
    scribe.pen.tail(&mut scribe.buffer)?;
    scribe.flush()?;
    let truth = scribe.verdicts.finish(&planner)?;
    let Planner { fleet, people, .. } = planner;
    let labels = match people {
        People::Plain(_) => Labels::default(),
        People::Town(town) => town.labels(&fleet, settings.form),
    };
    Ok(Written { truth, links: fleet.links, terminals: fleet.terminals, labels })
}

/// The moments of one day at which customers come.
struct Arrivals {
    midnight: i64,
    count: u64,
    made: u64,
    quarter: usize,
    /// Weight of the quarters before.
    before: f64,
    total: f64,
}

impl Arrivals {
    fn new(midnight: i64, count: u64) -> Self {
        let total = QUARTERS.iter().map(|weight| f64::from(*weight)).sum();
        Self { midnight, count, made: 0, quarter: 0, before: 0.0, total }
    }

    fn next(&mut self, planner: &mut Planner) -> Option<i64> {
        if self.made == self.count {
            return None;
        }
        let share = (self.made as f64 + planner.random.random::<f64>()) / self.count as f64 * self.total;
        self.made += 1;
        while self.quarter < 95 && share >= self.before + f64::from(QUARTERS[self.quarter]) {
            self.before += f64::from(QUARTERS[self.quarter]);
            self.quarter += 1;
        }
        let within = (share - self.before) / f64::from(QUARTERS[self.quarter]) * 900_000.0;
        Some(self.midnight + self.quarter as i64 * 900_000 + (within as i64).clamp(0, 899_999))
    }
}

/// Writes what is due.
struct Scribe<'o> {
    pen: Pen,
    /// Whether answers print the card of every link.
    every_card: bool,
    /// Whether times are whole seconds.
    is_whole: bool,
    /// Lines are kept from the first moment and before the second.
    window: (i64, i64),
    buffer: Vec<u8>,
    out: &'o mut dyn Write,
    verdicts: Verdicts<'o>,
}

impl Scribe<'_> {
    fn write_until(&mut self, moment: i64, planner: &mut Planner) -> io::Result<()> {
        while let Some(due) = planner.queue.pop_until(moment) {
            let place = due.flight;
            planner.queue.flight(place).left -= 1;
            if due.part == Part::Begin {
                planner.begin_at(place);
                continue;
            }
            let mut flight = *planner.queue.flight(place);
            let is_kept = (self.window.0..self.window.1).contains(&due.written);
            if is_kept && self.pen.writes(due.part == Part::Answer || due.part == Part::UndoAnswer) {
                flight.seen.see(due.part, (due.at - flight.begin) as u32);
                planner.queue.flight(place).seen = flight.seen;
                self.line(planner, &flight, due.part, due.at)?;
            }
            if flight.left == 0 {
                self.verdicts.settle(&flight, planner)?;
                planner.queue.release(place);
            }
        }
        Ok(())
    }

    fn line(&mut self, planner: &Planner, flight: &Flight, part: Part, at: i64) -> io::Result<()> {
        let clock = Clock { millis: at, is_whole: self.is_whole };
        let message = message(&planner.fleet, &planner.facts, flight, part, clock, self.every_card);
        self.pen.message(&mut self.buffer, &message)?;
        let is_request = matches!(part, Part::Request | Part::Repeat | Part::HopRequest)
            && matches!(flight.role, Role::Attempt | Role::Retry);
        self.verdicts.heard(planner.fleet.terminals[flight.terminal as usize].link, at, is_request);
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.verdicts.written(self.buffer.len());
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
