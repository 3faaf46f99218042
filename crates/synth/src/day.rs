//! Days of the calendar and the way a moment is written.

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

pub(crate) const DAY_MS: i64 = 86_400_000;

impl Day {
    /// A day of the Gregorian calendar.
    pub fn new(year: i64, month: i64, day: i64) -> Self {
        // Years begin in March, so that the leap day comes last.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Reads `2026-11-21`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let read = Self::new(year, month, day);
        let is_real = (1970..=9999).contains(&year) && read.civil() == (year, month, day);
        (parts.next().is_none() && is_real).then_some(read)
    }

    /// The day of a moment.
    pub(crate) fn of(millis: i64) -> Self {
        Self(millis.div_euclid(DAY_MS))
    }

    /// Its first millisecond since 1970.
    pub(crate) fn start(self) -> i64 {
        self.0 * DAY_MS
    }

    /// Year, month and day.
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The last digit of the year and the day of the year: `6325`.
    pub(crate) fn julian(self) -> u64 {
        let (year, ..) = self.civil();
        (year % 10 * 1000 + self.0 - Self::new(year, 1, 1).0 + 1) as u64
    }
}

/// A moment as logs write it: `2026-11-21T08:15:30.250`.
pub fn moment(millis: i64) -> String {
    let (year, month, day) = Day::of(millis).civil();
    let of_day = millis.rem_euclid(DAY_MS);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back() {
        for text in ["1970-01-01", "2024-02-29", "2026-11-21", "2026-12-31", "2027-03-01"] {
            assert_eq!(moment(Day::parse(text).unwrap().start()), format!("{text}T00:00:00.000"));
        }
        assert_eq!(Day::new(2026, 11, 21).julian(), 6325);
        for text in ["2026-02-29", "2026-13-01", "26-1", "2026-11-21-1", "x"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
