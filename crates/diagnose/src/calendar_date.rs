//! A day of the log's own calendar.

use posmortem_iso8583::Timestamp;
use std::fmt;

const DAY_MS: i64 = 24 * 3_600_000;

/// A day of the log's own calendar: what the clock on the wall showed, whatever its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarDate(i64);

impl CalendarDate {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.civil_millis().div_euclid(DAY_MS))
    }

    /// The day in the middle of a stretch of time. A day's log that begins some minutes early or late is of that
    /// day all the same.
    pub fn amid(first: Timestamp, last: Timestamp) -> Self {
        let (first, last) = (first.civil_millis(), last.civil_millis());
        Self((first + (last - first) / 2).div_euclid(DAY_MS))
    }

    /// So many days before.
    pub fn before(self, days: u32) -> Self {
        Self(self.0 - i64::from(days))
    }
}

/// `2026-11-21`
impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let midnight = Timestamp { millis: self.0 * DAY_MS, offset_minutes: None }.to_string();
        f.write_str(midnight.split_once('T').map_or(&*midnight, |(date, _)| date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_clock_on_the_wall() {
        let at = |millis, offset_minutes| Timestamp { millis, offset_minutes };
        let utc_evening = 20 * 3_600_000;
        assert_eq!(CalendarDate::of(at(utc_evening, None)).to_string(), "1970-01-01");
        assert_eq!(CalendarDate::of(at(utc_evening, Some(480))).to_string(), "1970-01-02");
        assert_eq!(CalendarDate::of(at(0, None)).before(1).to_string(), "1969-12-31");
    }

    #[test]
    fn the_middle_decides_for_a_log_that_leaps_over_midnight() {
        let hour = |hour: i64| Timestamp { millis: hour * 3_600_000, offset_minutes: None };
        for (first, last, day) in
            [(0, 23, "1970-01-01"), (-1, 23, "1970-01-01"), (6, 29, "1970-01-01"), (23, 27, "1970-01-02")]
        {
            assert_eq!(CalendarDate::amid(hour(first), hour(last)).to_string(), day, "{first} to {last}");
        }
    }
}
