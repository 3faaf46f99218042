//! Limits of a configuration: how much may go wrong, and how much a log may ask of the machine.

use std::ops::RangeInclusive;

/// How many records may be rejected before the result counts as incomplete: the larger one of a
/// share and a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RejectLimit {
    /// In millionths of all records.
    share: u64,
    count: u64,
}

impl Default for RejectLimit {
    /// 0.1 %, and at least 10.
    fn default() -> Self {
        Self { share: 1000, count: 10 }
    }
}

impl RejectLimit {
    /// Whether these are too many rejects among all records.
    pub(crate) fn is_crossed(self, rejected: u64, records: u64) -> bool {
        let share = u128::from(records) * u128::from(self.share);
        rejected > self.count && u128::from(rejected) * 1_000_000 > share
    }
}

/// A share (`0.1%`) or a count (`25`); either stands alone, without the default's least count.
pub(crate) fn reject_limit(text: &str) -> Result<RejectLimit, String> {
    let wrong = || format!("`{text}` is no limit: write a share such as 0.1% or a count such as 25");
    match text.strip_suffix('%') {
        None => Ok(RejectLimit { share: 0, count: text.parse().map_err(|_| wrong())? }),
        Some(percent) => {
            let share =
                millionths(percent.trim_end()).filter(|&share| share <= 1_000_000).ok_or_else(wrong)?;
            Ok(RejectLimit { share, count: 0 })
        }
    }
}

/// Percent, with at most four decimals, as millionths.
pub(crate) fn millionths(percent: &str) -> Option<u64> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 4 {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<4}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(10_000)?.checked_add(decimals)
}

/// The longest record that can be allowed: as long, each block of every worker takes as much memory.
const RECORDS: RangeInclusive<u64> = 64..=64 << 20;

/// The length of the longest record in bytes.
pub(crate) fn max_record(text: &str) -> Result<usize, String> {
    let read = size(text)?;
    let fits = RECORDS.contains(&read).then(|| usize::try_from(read).ok()).flatten();
    fits.ok_or_else(|| format!("`{text}` is not between 64 and 64M"))
}

/// A number of terminals.
pub(crate) fn max_terminals(text: &str) -> Result<u64, String> {
    let read = text.parse().ok().filter(|&most: &u64| most > 0);
    read.ok_or_else(|| format!("`{text}` is no number of terminals, such as 5000000"))
}

/// The least that a run can be held to: code tables, workers and their blocks take about half of it.
const LEAST_MEMORY: u64 = 32 << 20;

/// The most memory that a run may take, in bytes.
pub(crate) fn max_memory(text: &str) -> Result<u64, String> {
    let read = size(text)?;
    (read >= LEAST_MEMORY).then_some(read).ok_or_else(|| format!("`{text}` is less than 32M"))
}

/// Bytes: a number, alone or with K, M or G (of 1,024), as `1M` or `1MiB`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_uppercase();
    let shift = match unit.strip_suffix("IB").or(unit.strip_suffix('B')).unwrap_or(&unit) {
        "" => Some(0),
        "K" => Some(10),
        "M" => Some(20),
        "G" => Some(30),
        _ => None,
    };
    let read =
        number.parse::<u64>().ok().zip(shift).and_then(|(number, shift)| number.checked_mul(1 << shift));
    read.ok_or_else(|| format!("`{text}` is no size: write a number of bytes, or one such as 256K, 4M or 2G"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting;
    use posmortem::Settings;

    #[test]
    fn what_is_shown_as_built_in_is() {
        let (built_in, settings) = (|key: Setting| key.built_in().unwrap(), Settings::default());
        assert_eq!(max_record(built_in(Setting::MaxRecord)), Ok(settings.input.max_record));
        assert_eq!(max_terminals(built_in(Setting::MaxTerminals)), Ok(settings.max_terminals));
    }

    #[test]
    fn limits_are_shares_or_counts() {
        assert_eq!(reject_limit("0.1%"), Ok(RejectLimit { share: 1000, count: 0 }));
        assert_eq!(reject_limit("2.5 %"), Ok(RejectLimit { share: 25_000, count: 0 }));
        assert_eq!(reject_limit("100%"), Ok(RejectLimit { share: 1_000_000, count: 0 }));
        assert_eq!(reject_limit("25"), Ok(RejectLimit { share: 0, count: 25 }));
        for text in ["", "%", "0,1%", "101%", "-1", "0.00001%", "1e3", ".5%", "5.%"] {
            assert!(reject_limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_is_crossed_by_more_than_it_says() {
        let default = RejectLimit::default();
        assert!(!default.is_crossed(10, 20));
        assert!(default.is_crossed(11, 20));
        assert!(!default.is_crossed(1000, 1_000_000));
        assert!(default.is_crossed(1001, 1_000_000));
        assert!(!reject_limit("0").unwrap().is_crossed(0, 100));
        assert!(reject_limit("0").unwrap().is_crossed(1, u64::MAX));
        assert!(reject_limit("0%").unwrap().is_crossed(1, u64::MAX));
        assert!(!reject_limit("100%").unwrap().is_crossed(u64::MAX, u64::MAX));
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("64", 64),
            ("100B", 100),
            ("64k", 65_536),
            ("1M", 1 << 20),
            ("2 MiB", 2 << 20),
            ("3GB", 3 << 30),
            ("8gib", 8 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1", "1.5M", "1T", "1iB2", "17179869184G", "99999999999999999999"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_record_has_a_length_that_memory_can_take() {
        assert_eq!(max_record("64M"), Ok(64 << 20));
        for text in ["63", "65M", "1G", "0"] {
            assert_eq!(max_record(text).unwrap_err(), format!("`{text}` is not between 64 and 64M"));
        }
    }

    #[test]
    fn a_run_needs_some_memory() {
        assert_eq!(max_memory("2G"), Ok(2 << 30));
        assert_eq!(max_memory("31M").unwrap_err(), "`31M` is less than 32M");
    }

    #[test]
    fn a_fleet_has_a_terminal_at_least() {
        assert_eq!(max_terminals("1"), Ok(1));
        for text in ["0", "-1", "", "5M", "many"] {
            assert!(max_terminals(text).is_err(), "{text}");
        }
    }
}
