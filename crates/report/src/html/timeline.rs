//! Failures by cause over the time of the log, with the incidents above them: a chart, and its numbers as a table.
//!
//! Lengths are tenths of a unit of the drawing, as integers, so that every machine draws the same.

use super::lens::{Lens, safe};
use crate::moment::{to_the_minute, to_the_second};
use crate::scope::Scope;
use posmortem_classify::Cause;
use posmortem_exchange::{Counts, Outcome, Timeline};
use posmortem_iso8583::Timestamp;
use serde::{Serialize, Serializer};

/// Slots for which the chart has room.
const SLOTS: usize = 150;
/// Moments written below it.
const TICKS: i64 = 13;
/// Distances between them in minutes; beyond the last, days.
const STEPS: [i64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];
const MINUTE_MS: i64 = 60_000;

const LEFT: u64 = 460;
const WIDTH: u64 = 9_400;
/// Where half of the last moment's text goes.
const MARGIN: u64 = 320;
/// Of one lane of incidents.
const LANE: u64 = 160;
const FAILED: u64 = 1_600;
/// Between failures and attempts.
const GAP: u64 = 160;
const ATTEMPTS: u64 = 360;
/// Below them, for the moments.
const FOOT: u64 = 220;
/// An incident is drawn at least so wide that its number can be read.
const LEAST: u64 = 260;

/// A length in the drawing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Length(u64);

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

#[derive(Serialize)]
pub(super) struct Chart {
    width: Length,
    height: Length,
    left: Length,
    right: Length,
    /// Between bars of failures and the foot of attempts: where they stand.
    failed_base: Length,
    attempts_base: Length,
    attempts_top: Length,
    bands: Vec<Band>,
    series: Vec<Series>,
    attempts: Vec<Bar>,
    most_attempts: u64,
    grid: Vec<Line>,
    ticks: Vec<Tick>,
    slots: Vec<Slot>,
    minutes: i64,
    outside: u64,
}

/// An incident.
#[derive(Serialize)]
struct Band {
    id: u32,
    cause: &'static str,
    told: String,
    /// Whether the page tells it beside the chart.
    is_told: bool,
    x: Length,
    y: Length,
    width: Length,
    text_y: Length,
}

/// Failures of one cause.
#[derive(Serialize)]
struct Series {
    name: &'static str,
    title: &'static str,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    x: Length,
    y: Length,
    width: Length,
    height: Length,
}

#[derive(Serialize)]
struct Line {
    y: Length,
    count: u64,
}

#[derive(Serialize)]
struct Tick {
    x: Length,
    at: String,
}

/// A row of the table, and what the pointer is told.
#[derive(Serialize)]
struct Slot {
    x: Length,
    width: Length,
    begin: String,
    end: String,
    attempts: u64,
    failed: u64,
    causes: [u64; Cause::ALL.len()],
    unclassified: u64,
}

/// Where what lies in the drawing.
struct Plot<'t> {
    timeline: &'t Timeline,
    lanes: u64,
    /// The number at the upper end of the scale.
    most: u64,
    most_attempts: u64,
}

impl Chart {
    /// `None` without an attempt.
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let timeline = lens.judged.breakdown?.minutes.timeline(SLOTS)?;
        let (bands, lanes) = bands(lens, &timeline);
        let most = timeline.slots.iter().map(Counts::failed).max().unwrap_or(0);
        let plot = Plot {
            timeline: &timeline,
            lanes,
            most: round(most),
            most_attempts: timeline.slots.iter().map(|slot| slot.exchanges).max().unwrap_or(0).max(1),
        };
        Some(Self {
            width: Length(LEFT + WIDTH + MARGIN),
            height: Length(plot.attempts_base() + FOOT),
            left: Length(LEFT),
            right: Length(LEFT + WIDTH),
            failed_base: Length(plot.failed_base()),
            attempts_base: Length(plot.attempts_base()),
            attempts_top: Length(plot.attempts_base() - ATTEMPTS),
            bands,
            series: plot.series(lens),
            attempts: plot.attempts(),
            most_attempts: plot.most_attempts,
            grid: plot.grid(),
            ticks: plot.ticks(lens),
            slots: plot.slots(lens),
            minutes: timeline.width / MINUTE_MS,
            outside: timeline.outside,
        })
    }
}

impl Plot<'_> {
    fn failed_base(&self) -> u64 {
        self.lanes * LANE + 80 + FAILED
    }

    fn attempts_base(&self) -> u64 {
        self.failed_base() + GAP + ATTEMPTS
    }

    /// Where a slot begins.
    fn x(&self, at: usize) -> u64 {
        LEFT + WIDTH * at as u64 / self.timeline.slots.len() as u64
    }

    /// A bar of a slot, that leaves a gap to the next one where there is room.
    fn bar(&self, at: usize, y: u64, height: u64) -> Bar {
        let width = self.x(at + 1) - self.x(at);
        let gap = (width / 8).min(30);
        Bar { x: Length(self.x(at)), y: Length(y), width: Length(width - gap), height: Length(height) }
    }

    fn failed_height(&self, count: u64) -> u64 {
        FAILED * count / self.most
    }

    fn series(&self, lens: &Lens<'_>) -> Vec<Series> {
        let causes = Cause::ALL.map(|cause| (cause.name(), cause.title(lens.language)));
        let titles = causes.into_iter().chain([("unclassified", lens.labels.unclassified)]);
        let series =
            titles.enumerate().map(|(at, (name, title))| Series { name, title, bars: self.bars(at) });
        series.filter(|series| !series.bars.is_empty()).collect()
    }

    /// The bars of a cause stand on those of the causes before it.
    fn bars(&self, cause: usize) -> Vec<Bar> {
        let slots = self.timeline.slots.iter().enumerate();
        let bar = |(at, slot): (usize, &Counts)| {
            let counts = by_cause(slot);
            let below: u64 = counts[..cause].iter().sum();
            let (bottom, top) = (self.failed_height(below), self.failed_height(below + counts[cause]));
            // What came is seen, however little it is.
            let height = (top - bottom).max(6);
            (counts[cause] > 0).then(|| self.bar(at, self.failed_base() - bottom - height, height))
        };
        slots.filter_map(bar).collect()
    }

    fn attempts(&self) -> Vec<Bar> {
        let slots = self.timeline.slots.iter().enumerate().filter(|(_, slot)| slot.exchanges > 0);
        let height = |slot: &Counts| (ATTEMPTS * slot.exchanges / self.most_attempts).max(6);
        slots.map(|(at, slot)| self.bar(at, self.attempts_base() - height(slot), height(slot))).collect()
    }

    fn grid(&self) -> Vec<Line> {
        let parts = if self.most.is_multiple_of(4) { 4 } else { self.most.min(5) };
        let counts = (1..=parts).map(|part| self.most * part / parts);
        counts
            .map(|count| Line { y: Length(self.failed_base() - self.failed_height(count)), count })
            .collect()
    }

    fn ticks(&self, lens: &Lens<'_>) -> Vec<Tick> {
        let Timeline { begin, width, ref slots, .. } = *self.timeline;
        let span = width * slots.len() as i64;
        let fits = |minutes: &i64| span / (minutes * MINUTE_MS) < TICKS;
        let step =
            STEPS.into_iter().find(fits).unwrap_or((span / TICKS / MINUTE_MS / 1440 + 1) * 1440) * MINUTE_MS;
        let first = begin.div_euclid(step) + i64::from(begin.rem_euclid(step) > 0);
        let moments = (first..).map(|nth| nth * step).take_while(|at| *at <= begin + span);
        // Of several days each is told once.
        let day = |at: i64| at.div_euclid(1440 * MINUTE_MS);
        let mut last = None;
        let tick = |at: i64| Tick {
            x: Length(LEFT + (WIDTH as i64 * (at - begin) / span) as u64),
            at: to_the_minute(civil(at), lens.with_day && last.replace(day(at)) != Some(day(at))),
        };
        moments.map(tick).collect()
    }

    fn slots(&self, lens: &Lens<'_>) -> Vec<Slot> {
        let Timeline { begin, width, ref slots, .. } = *self.timeline;
        let slot = |(at, counts): (usize, &Counts)| {
            let start = begin + width * at as i64;
            Slot {
                x: Length(self.x(at)),
                width: Length(self.x(at + 1) - self.x(at)),
                begin: to_the_minute(civil(start), lens.with_day),
                end: to_the_minute(civil(start + width), lens.with_day),
                attempts: counts.exchanges,
                failed: counts.failed(),
                causes: counts.causes,
                unclassified: counts.with(Outcome::Unclassified),
            }
        };
        slots.iter().enumerate().map(slot).filter(|slot| slot.attempts > 0).collect()
    }
}

/// Failures in the order in which they are stacked.
fn by_cause(counts: &Counts) -> [u64; Cause::ALL.len() + 1] {
    let mut all = [0; Cause::ALL.len() + 1];
    all[..Cause::ALL.len()].copy_from_slice(&counts.causes);
    all[Cause::ALL.len()] = counts.with(Outcome::Unclassified);
    all
}

/// The next number with which a scale ends well.
fn round(most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for number in [1, 2, 4, 5, 8] {
            match unit.saturating_mul(number) {
                end if end >= most.max(1) => return end,
                _ => {}
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A moment of the log's own clock.
fn civil(millis: i64) -> Timestamp {
    Timestamp { millis, offset_minutes: None }
}

/// The incidents in as few lanes as let each be seen, and how many lanes these are.
fn bands(lens: &Lens<'_>, timeline: &Timeline) -> (Vec<Band>, u64) {
    let span = timeline.width * timeline.slots.len() as i64;
    let x = |at: i64| LEFT + (WIDTH as i64 * (at - timeline.begin).clamp(0, span) / span) as u64;
    let mut incidents = lens.judged.incidents(lens.view);
    // Filters choose hours, and incidents are those of the whole fleet.
    incidents.retain(|incident| {
        incident.end.civil_millis() > timeline.begin && incident.start.civil_millis() < timeline.begin + span
    });
    incidents.sort_by_key(|incident| (incident.start.civil_millis(), incident.id));
    // Where the last band of each lane ends.
    let mut lanes: Vec<u64> = Vec::new();
    let mut bands = Vec::new();
    for incident in incidents {
        let (start, end) = (x(incident.start.civil_millis()), x(incident.end.civil_millis()));
        let start = start.min(LEFT + WIDTH - LEAST);
        let end = end.max(start + LEAST);
        let lane = lanes.iter().position(|taken| *taken <= start).unwrap_or(lanes.len());
        match lanes.get_mut(lane) {
            Some(taken) => *taken = end + 20,
            None => lanes.push(end + 20),
        }
        let y = lane as u64 * LANE;
        let scope = safe(&Scope::of(incident).text(lens.language));
        let (from, to) = (to_the_second(incident.start), to_the_second(incident.end));
        bands.push(Band {
            id: incident.id,
            cause: incident.cause.name(),
            told: format!(
                "#{} {scope}: {}, {from} {} {to}",
                incident.id,
                incident.reason.title(lens.language),
                lens.labels.to
            ),
            is_told: lens.is_told(incident.id),
            x: Length(start),
            y: Length(y),
            width: Length(end - start),
            text_y: Length(y + 115),
        });
    }
    (bands, lanes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_with_round_numbers_that_hold_the_most() {
        for (most, end) in
            [(0, 1), (1, 1), (3, 4), (6, 8), (9, 10), (11, 20), (41, 50), (401, 500), (1_000, 1_000)]
        {
            assert_eq!(round(most), end);
        }
        assert!(round(u64::MAX) >= u64::MAX / 2);
    }
}
