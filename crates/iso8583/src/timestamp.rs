//! A moment as the log tells it: an instant, and the log's own offset from UTC where it has one.
//!
//! Reading the many shapes in which logs write times is the business of the crate `logs`.

use std::fmt;

/// A point in time to the millisecond. Order and equality look at `millis` first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Milliseconds since 1970-01-01: of the UTC instant when the zone is known, else of the civil
    /// time as if it were UTC.
    pub millis: i64,
    /// Minutes east of UTC; `None` when the log tells no zone.
    pub offset_minutes: Option<i16>,
}

impl Timestamp {
    /// Milliseconds of the clock on the wall where the log was written.
    pub fn civil_millis(self) -> i64 {
        self.millis + i64::from(self.offset_minutes.unwrap_or(0)) * 60_000
    }
}

/// The log's own time: `2026-11-21T08:15:30.250`, with `Z` or `+08:00` behind it only when the log
/// had a zone.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil_millis();
        let (days, in_day) = (civil.div_euclid(86_400_000), civil.rem_euclid(86_400_000));
        let (year, month, day) = civil_date(days);
        let (seconds, millis) = (in_day / 1000, in_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}")?;
        match self.offset_minutes {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let offset = offset.unsigned_abs();
                write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60)
            }
        }
    }
}

/// Year, month and day of a day number, 1970-01-01 being 0, in the proleptic Gregorian calendar:
/// eras of 400 years of 146,097 days, years beginning in March so that the leap day comes last.
fn civil_date(day_number: i64) -> (i64, i64, i64) {
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_logs_own_zone() {
        let at = |millis, offset_minutes| Timestamp { millis, offset_minutes }.to_string();
        assert_eq!(at(0, None), "1970-01-01T00:00:00.000");
        assert_eq!(at(951_782_400_250, Some(0)), "2000-02-29T00:00:00.250Z");
        assert_eq!(at(1_763_683_200_000, Some(480)), "2025-11-21T08:00:00.000+08:00");
        assert_eq!(at(1_763_683_200_000, Some(-210)), "2025-11-20T20:30:00.000-03:30");
        assert_eq!(at(-1, None), "1969-12-31T23:59:59.999");
    }
}
