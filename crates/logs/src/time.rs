//! Times of one input: the shapes they are written in, and the zone and year that they leave out.

mod cursor;
mod date_hint;
mod shapes;
mod zone;

use jiff::tz::TimeZone;
use posmortem_iso8583::Timestamp;

use crate::column::Column;
use crate::record::Cells;

pub use date_hint::DateHint;
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

/// Reads the times of one block under its rules.
pub(crate) struct TimeReader<'r> {
    rules: &'r TimeRules,
    zone: Option<ZoneCache<'r>>,
}

impl<'r> TimeReader<'r> {
    pub(crate) fn new(rules: &'r TimeRules) -> Self {
        Self { rules, zone: rules.time_zone.as_ref().map(ZoneCache::new) }
    }

    /// A whole time, as a log prints it.
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8]) -> Option<Timestamp> {
        let at = parse_time(text)?;
        self.settle(at)
    }

    /// The time of a row: its time column, else DE12 with DE13, else DE7.
    #[inline]
    pub(crate) fn read_row(&mut self, cells: &Cells<'_>) -> Option<Timestamp> {
        let cell = |column: Column| cells[column as usize].trim_ascii();
        match parse_time(cell(Column::Time)) {
            Some(at) => self.settle(at),
            None => {
                let hint = self.rules.date_hint;
                let local = local_time(cell(Column::LocalDate), cell(Column::LocalTime), hint);
                let at = local.or_else(|| transmission_time(cell(Column::TransmissionTime), hint))?;
                self.settle(at)
            }
        }
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
