//! Times of one input: the shapes they are written in, and the zone and year that they leave out.

mod cursor;
mod date_hint;
mod line;
mod parts;
mod shapes;
mod zone;

use jiff::tz::TimeZone;
use posmortem_iso8583::Timestamp;

use crate::column::Column;
use crate::delimited::without_bom;
use crate::record::Cells;

pub use date_hint::DateHint;
pub use line::DateOrder;
use line::{KnownLine, LineDay, time_at_start};
use shapes::{civil, date_and_time, day_of, time_of_day};
pub use shapes::{local_time, parse_time, transmission_time};
use zone::ZoneCache;

/// How the times of one input are to be completed.
#[derive(Clone, Debug, Default)]
pub struct TimeRules {
    /// The zone of times that name none; without it they stay civil times.
    pub time_zone: Option<TimeZone>,
    /// When the input was written, for dates without a year.
    pub date_hint: Option<DateHint>,
}

/// Whether a line begins with a time, be it one without a date.
pub(crate) fn begins_with_time(line: &[u8]) -> bool {
    let any_day = DateHint::new(2000, 1, 1);
    time_at_start(line, DateOrder::default(), any_day).is_some()
}

/// Reads the times of one block under its rules.
pub(crate) struct TimeReader<'r> {
    rules: &'r TimeRules,
    zone: Option<ZoneCache<'r>>,
    /// The last DE13 without a year, and its day.
    local_day: Option<([u8; 4], i64)>,
    /// The last DE13 and DE12 of a message, and what they came to.
    local: Option<([u8; 4], [u8; 6], Timestamp)>,
    line_day: LineDay,
    /// The time that a line began with last, up to the space behind it.
    line: KnownLine,
}

impl<'r> TimeReader<'r> {
    pub(crate) fn new(rules: &'r TimeRules) -> Self {
        let zone = rules.time_zone.as_ref().map(ZoneCache::new);
        Self {
            rules,
            zone,
            local_day: None,
            local: None,
            line_day: LineDay::default(),
            line: KnownLine::default(),
        }
    }

    /// A whole time, as a log prints it.
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8]) -> Option<Timestamp> {
        let at = parse_time(text)?;
        self.settle(at)
    }

    /// The time at the begin of a line.
    pub(crate) fn read_at_start(&mut self, line: &[u8], order: DateOrder) -> Option<Timestamp> {
        self.read_front(line, order).map(|(at, _)| at)
    }

    /// The time of a row: its time column, else what its other columns say.
    #[inline]
    pub(crate) fn read_row(&mut self, cells: &Cells<'_>) -> Option<Timestamp> {
        let time = cells[Column::Time as usize].trim_ascii();
        let at = match time {
            // What is pieced together from these two goes before all else where there is no time.
            b"" => self.local(cells[Column::LocalDate as usize], cells[Column::LocalTime as usize]),
            _ => parse_time(time),
        };
        let at = at.or_else(|| pieced_together(cells, self.rules.date_hint))?;
        self.settle(at)
    }

    /// The time of a message that has none but DE13 and DE12, where both are as messages on the wire have them.
    #[inline]
    pub(crate) fn read_local(&mut self, date: &[u8], clock: &[u8]) -> Option<Timestamp> {
        let (date, clock): (&[u8; 4], &[u8; 6]) = (date.try_into().ok()?, clock.try_into().ok()?);
        match self.local {
            Some((known_date, known_clock, at)) if known_date == *date && known_clock == *clock => Some(at),
            _ => {
                let at = self.local(date, clock)?;
                let at = self.settle(at)?;
                self.local = Some((*date, *clock, at));
                Some(at)
            }
        }
    }

    /// The time at the begin of a line, and what is behind it.
    #[inline]
    pub(crate) fn read_front<'b>(
        &mut self,
        line: &'b [u8],
        order: DateOrder,
    ) -> Option<(Timestamp, &'b [u8])> {
        if let Some(known) = self.line.read(line, order) {
            return Some(known);
        }
        let text = without_bom(line);
        let (at, behind) = self.line_day.time_at_start(text, order, self.rules.date_hint)?;
        let at = self.settle(at)?;
        self.line.learn(text, behind, order, at);
        Some((at, behind))
    }

    /// DE13 without a year and DE12 without a date, as messages on the wire have them: many have the same
    /// day one after the other.
    #[inline]
    fn local(&mut self, date: &[u8], clock: &[u8]) -> Option<Timestamp> {
        let (date, clock): (&[u8; 4], &[u8; 6]) = (date.try_into().ok()?, clock.try_into().ok()?);
        let day = match self.local_day {
            Some((known, day)) if known == *date => day,
            _ => self.local_day.insert((*date, day_of(date, self.rules.date_hint)?)).1,
        };
        civil(day, time_of_day(clock)?)
    }

    /// Puts a time without zone into the zone of the rules.
    #[inline]
    fn settle(&mut self, at: Timestamp) -> Option<Timestamp> {
        match &mut self.zone {
            Some(zone) if at.offset_minutes.is_none() => zone.instant_of(at.millis),
            _ => Some(at),
        }
    }
}

/// The time of a row whose time column holds no whole time. In turn: `MMDDhhmmss` in it; the date
/// column with the time of day in it; DE13 with DE12; the date column with DE12; a date column that
/// has a time too; DE13 with the time column, which may lie beyond midnight already and so comes
/// late; DE7.
fn pieced_together(cells: &Cells<'_>, hint: Option<DateHint>) -> Option<Timestamp> {
    let cell = |column: Column| cells[column as usize].trim_ascii();
    let [time, date] = [Column::Time, Column::Date].map(cell);
    let [local_date, local_clock] = [Column::LocalDate, Column::LocalTime].map(cell);
    let without_year = || if time.len() == 10 { transmission_time(time, hint) } else { None };
    without_year()
        .or_else(|| date_and_time(date, time, hint))
        .or_else(|| local_time(local_date, local_clock, hint))
        .or_else(|| date_and_time(local_date, local_clock, hint))
        .or_else(|| date_and_time(date, local_clock, hint))
        .or_else(|| parse_time(date))
        .or_else(|| date_and_time(local_date, time, hint))
        .or_else(|| transmission_time(cell(Column::TransmissionTime), hint))
}
