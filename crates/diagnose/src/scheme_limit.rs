//! How large a site's share of fallbacks and of typed card numbers may be, by scheme and date.
//!
//! Rows of `data/scheme-limits.tsv`. What a site's share is, is not counted here.

use std::sync::OnceLock;

const SCHEME_LIMITS: &str = include_str!("../data/scheme-limits.tsv");

/// A share that schemes look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitedShare {
    /// Chip cards read by their stripe, of all cards read electronically.
    Fallback,
    /// Card numbers typed in at the terminal, of all attempts there.
    Keyed,
}

/// How a share stands to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitState {
    /// There are too few attempts to tell.
    Few,
    /// Below both numbers.
    Within,
    /// Worth a look.
    Warn,
    /// As large as the scheme's own number, or larger.
    Over,
}

impl LimitState {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Few => "few",
            Self::Within => "within",
            Self::Warn => "warn",
            Self::Over => "over",
        }
    }
}

/// A scheme's limit, in thousandths of a per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeLimit {
    scheme: Option<&'static str>,
    share: LimitedShare,
    /// From here on a share is worth a look.
    pub warn: u32,
    /// From here on the scheme acts.
    pub fail: u32,
    /// Of fewer attempts a share tells nothing.
    pub least: u64,
    /// Fewer reads of the kind are chance: they reach no limit.
    pub few: u64,
    /// The day from which it holds, `2021-04-01`.
    pub since: &'static str,
}

impl SchemeLimit {
    /// The limit that holds for a scheme on a day (`2026-11-21`): its own, else the one of no scheme. The latest row
    /// that is in force counts.
    pub fn of(scheme: Option<&str>, share: LimitedShare, day: &str) -> Option<&'static Self> {
        let latest = |scheme: Option<&str>| {
            let rows = table().iter().filter(|limit| limit.share == share && limit.scheme == scheme);
            rows.filter(|limit| limit.since <= day).max_by_key(|limit| limit.since)
        };
        latest(scheme).or_else(|| latest(None))
    }

    /// How a part of a whole stands to it.
    pub fn state(&self, part: u64, whole: u64) -> LimitState {
        let reaches = |limit: u32| u128::from(part) * 100_000 >= u128::from(limit) * u128::from(whole);
        match () {
            () if whole < self.least => LimitState::Few,
            () if part < self.few => LimitState::Within,
            () if reaches(self.fail) => LimitState::Over,
            () if reaches(self.warn) => LimitState::Warn,
            () => LimitState::Within,
        }
    }
}

fn table() -> &'static [SchemeLimit] {
    static TABLE: OnceLock<Vec<SchemeLimit>> = OnceLock::new();
    TABLE.get_or_init(|| read(SCHEME_LIMITS).expect("the table of limits is checked by tests"))
}

/// The rows, or the line that is none.
fn read(text: &'static str) -> Result<Vec<SchemeLimit>, usize> {
    let rows = posmortem_iso8583::rows(text, ["scheme", "share", "warn", "fail", "least", "few", "since"]);
    let read = |[scheme, share, warn, fail, least, few, since]: [&'static str; 7]| {
        let share = match share {
            "fallback" => LimitedShare::Fallback,
            "keyed" => LimitedShare::Keyed,
            _ => return None,
        };
        let scheme = (scheme != "-").then_some(scheme);
        let (warn, fail) = (per_cent(warn)?, per_cent(fail)?);
        let (least, few) = (least.parse().ok()?, few.parse().ok()?);
        Some(SchemeLimit { scheme, share, warn, fail, least, few, since })
    };
    let rows = rows.map_err(|_| 0_usize)?.into_iter();
    rows.map(|row| read(row.fields).ok_or(row.line)).collect()
}

/// `0.5` as thousandths of a per cent.
fn per_cent(text: &str) -> Option<u32> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let thousandths = format!("{whole}{places:0<3}");
    let fits = places.len() <= 3 && thousandths.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| thousandths.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read_and_warns_before_it_fails() {
        for limit in read(SCHEME_LIMITS).unwrap() {
            assert!(0 < limit.warn && limit.warn < limit.fail && limit.fail <= 100_000, "{limit:?}");
            let digits = limit.since.bytes().enumerate();
            assert!(limit.since.len() == 10, "{limit:?}");
            assert!(digits.clone().all(|(at, byte)| if at == 4 || at == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }));
        }
        for row in ["visa\tfalback\t1\t2\t30\t3\t2021-04-01", "visa\tkeyed\t1.2345\t2\t30\t3\t2021-04-01"] {
            let text: &'static str = format!("scheme\tshare\twarn\tfail\tleast\tfew\tsince\n{row}\n").leak();
            assert_eq!(read(text), Err(2), "{row}");
        }
    }

    #[test]
    fn a_scheme_has_its_own_limit_from_its_day_on() {
        let limit =
            |scheme, day| SchemeLimit::of(scheme, LimitedShare::Fallback, day).map(|limit| limit.fail);
        assert_eq!(limit(Some("mastercard"), "2026-11-21"), Some(1_000));
        assert_eq!(limit(Some("visa"), "2026-11-21"), Some(10_000));
        assert_eq!(limit(Some("jcb"), "2026-11-21"), Some(10_000));
        assert_eq!(limit(None, "2026-11-21"), Some(10_000));
        assert_eq!(limit(Some("visa"), "2021-03-31"), None);
    }

    #[test]
    fn the_boundary_is_over() {
        let visa = SchemeLimit::of(Some("visa"), LimitedShare::Fallback, "2026-11-21").unwrap();
        assert_eq!(visa.state(10, 100), LimitState::Over);
        assert_eq!(visa.state(999, 10_000), LimitState::Warn);
        assert_eq!(visa.state(499, 10_000), LimitState::Within);
        assert_eq!(visa.state(0, 30), LimitState::Within);
        assert_eq!(visa.state(29, 29), LimitState::Few);
        assert_eq!([2, 3].map(|part| visa.state(part, 30)), [LimitState::Within, LimitState::Over]);
        assert_eq!(visa.state(u64::MAX, u64::MAX), LimitState::Over);
    }
}
