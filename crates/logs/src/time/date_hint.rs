//! About when an input was written: gives dates without a year the year that they leave out.

use std::time::SystemTime;

use super::cursor::number;
use super::shapes::{YEARS, day_number, year_of};

/// The day on which an input was written, or about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateHint {
    day: i64,
}

impl DateHint {
    /// A date of the Gregorian calendar between the years 1970 and 2100.
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        Some(Self { day: day_number(year, month, day)? })
    }

    /// The last date in a file's name: `q2-2026-11-21.log`, `switch_20261121.csv.gz`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        (0..name.len()).rev().find_map(|start| {
            let from_here = name.as_bytes().get(start..)?;
            let before = start.checked_sub(1).and_then(|at| name.as_bytes().get(at));
            if before.is_some_and(u8::is_ascii_digit) {
                return None;
            }
            date_at_start(from_here)
        })
    }

    /// The day of a point in time, for the time at which a file was last written. In UTC, so that
    /// it may be a day off: [`DateHint`] is not used more exactly than that.
    pub fn from_system_time(time: SystemTime) -> Option<Self> {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let day = i64::try_from(since.as_secs() / 86_400).ok()?;
        YEARS.contains(&year_of(day)).then_some(Self { day })
    }

    /// The day itself, as its number.
    pub(super) fn day(self) -> i64 {
        self.day
    }

    /// The latest day of this month and day that is not more than one day after the hint, in the
    /// hint's year or one beside it.
    pub(super) fn day_of(self, month: u32, day: u32) -> Option<i64> {
        let year = year_of(self.day);
        [year + 1, year, year.saturating_sub(1)]
            .into_iter()
            .filter_map(|year| day_number(year, month, day))
            .find(|&day| day <= self.day + 1)
    }
}

/// `2026-11-21`, `2026_11_21`, `2026.11.21` or `20261121`, no digit behind it.
fn date_at_start(text: &[u8]) -> Option<DateHint> {
    let separated = |separator: u8| -> Option<(u32, usize)> {
        let [y0, y1, y2, y3, s0, m0, m1, s1, d0, d1] = *text.first_chunk()?;
        let digits = [y0, y1, y2, y3, m0, m1, d0, d1];
        (s0 == separator && s1 == separator).then_some((number(&digits)?, 10))
    };
    let plain = || Some((number(text.get(..8)?)?, 8));
    let (digits, len) = plain().or_else(|| b"-_.".iter().find_map(|&separator| separated(separator)))?;
    if text.get(len).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    DateHint::new(digits / 10_000, digits / 100 % 100, digits % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn file_names_tell_their_date() {
        let hint = DateHint::new(2026, 11, 21);
        for name in [
            "q2-2026-11-21.log",
            "20261121.csv",
            "switch_20261121_0300.csv.gz",
            "2026_11_21",
            "a.2026.11.21.log",
            "from-2026-11-20-to-2026-11-21.csv",
        ] {
            assert_eq!(DateHint::from_file_name(name), hint, "{name}");
        }
        for name in ["", "q2.log", "320261121", "202611211", "20261321", "9999-01-01", "日志"] {
            assert_eq!(DateHint::from_file_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_year_is_never_more_than_a_day_ahead() {
        let day = |y, m, d| day_number(y, m, d);
        let hint = DateHint::new(2026, 12, 31).unwrap();
        assert_eq!(hint.day_of(12, 31), day(2026, 12, 31));
        assert_eq!(hint.day_of(1, 1), day(2027, 1, 1));
        assert_eq!(hint.day_of(1, 2), day(2026, 1, 2));
        let hint = DateHint::new(2027, 1, 1).unwrap();
        assert_eq!(hint.day_of(12, 31), day(2026, 12, 31));
        assert_eq!(hint.day_of(1, 3), day(2026, 1, 3));
        assert_eq!(hint.day_of(2, 29), None);
        assert_eq!(DateHint::new(2025, 1, 1).unwrap().day_of(2, 29), day(2024, 2, 29));
        assert_eq!(hint.day_of(13, 1), None);
    }

    #[test]
    fn a_modification_time_is_a_day() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_219_200);
        assert_eq!(DateHint::from_system_time(time), DateHint::new(2026, 11, 21));
        assert_eq!(DateHint::from_system_time(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), None);
    }
}
