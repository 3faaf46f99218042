//! Moments as logs write them. None tells its zone, unless a format has no other way.

use jiff::civil::DateTime;
use std::fmt;

/// When a message was logged.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// Milliseconds since 1970.
    pub(crate) millis: i64,
    /// Whether the log counts whole seconds.
    pub(crate) is_whole: bool,
}

impl Clock {
    /// Day and time.
    pub(crate) fn civil(self) -> DateTime {
        let at = jiff::Timestamp::from_millisecond(self.millis).expect("days of four-digit years");
        jiff::tz::TimeZone::UTC.to_datetime(at)
    }

    /// In a form of `strftime`, of which a log of whole seconds does without the fraction.
    pub(crate) fn written(self, shape: &str, fraction: &str) -> String {
        let fraction = if self.is_whole { "" } else { fraction };
        self.civil().strftime(&format!("{shape}{fraction}")).to_string()
    }
}

/// `2026-11-21T19:37:46.890`.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole {
            return write!(f, "{}", self.civil());
        }
        write!(f, "{}", crate::moment(self.millis))
    }
}
