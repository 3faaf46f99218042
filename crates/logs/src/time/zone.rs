//! Civil times made instants of a time zone, at the price of one look into its table an hour of log.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use posmortem_iso8583::Timestamp;

const HOUR: i64 = 3_600_000;

/// A time zone and what it says of the hour that was asked for last.
pub(super) struct ZoneCache<'r> {
    zone: &'r TimeZone,
    hour: Option<(i64, Shift)>,
}

/// From a civil time to its instant, and the offset that the zone has at that instant. Inside the
/// gap of a clock put forward the two differ.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shift {
    millis: i64,
    offset_minutes: i16,
}

impl<'r> ZoneCache<'r> {
    pub(super) fn new(zone: &'r TimeZone) -> Self {
        Self { zone, hour: None }
    }

    /// The instant of a civil time. Times that occur twice are taken as the first, times that a
    /// clock skips as if it had not (the rule "compatible" of RFC 5545).
    #[inline]
    pub(super) fn instant_of(&mut self, civil_millis: i64) -> Option<Timestamp> {
        let hour = civil_millis.div_euclid(HOUR);
        let shift = match self.hour {
            Some((cached, shift)) if cached == hour => shift,
            _ => self.look_up(civil_millis)?,
        };
        Some(Timestamp { millis: civil_millis + shift.millis, offset_minutes: Some(shift.offset_minutes) })
    }

    /// Keeps the answer when it holds for the whole hour.
    #[cold]
    fn look_up(&mut self, civil_millis: i64) -> Option<Shift> {
        let hour = civil_millis.div_euclid(HOUR);
        let first = self.shift_at(hour * HOUR)?;
        if first == self.shift_at(hour * HOUR + HOUR - 1)? {
            self.hour = Some((hour, first));
            return Some(first);
        }
        self.shift_at(civil_millis)
    }

    fn shift_at(&self, civil_millis: i64) -> Option<Shift> {
        let as_if_utc = jiff::Timestamp::from_millisecond(civil_millis).ok()?;
        let civil: DateTime = Offset::UTC.to_datetime(as_if_utc);
        let instant = self.zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        let offset_minutes = i16::try_from(self.zone.to_offset(instant).seconds() / 60).ok()?;
        Some(Shift { millis: instant.as_millisecond() - civil_millis, offset_minutes })
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_time;
    use super::*;

    fn shown(zone: &TimeZone, civil: &str) -> String {
        let civil = parse_time(civil.as_bytes()).expect("a time").millis;
        ZoneCache::new(zone).instant_of(civil).expect("an instant").to_string()
    }

    #[test]
    fn civil_times_get_the_offset_of_their_zone() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        for (civil, instant) in [
            ("2026-11-21T08:15:30.250", "2026-11-21T08:15:30.250-05:00"),
            ("2026-07-01T00:00:00", "2026-07-01T00:00:00.000-04:00"),
            // Skipped: 02:30 is half an hour after 02:00 EST.
            ("2026-03-08T02:30:00", "2026-03-08T03:30:00.000-04:00"),
            // Twice: the first.
            ("2026-11-01T01:30:00", "2026-11-01T01:30:00.000-04:00"),
        ] {
            assert_eq!(shown(&zone, civil), instant);
        }
        assert_eq!(shown(&TimeZone::UTC, "2026-11-21T08:15:30"), "2026-11-21T08:15:30.000Z");
    }

    #[test]
    fn the_cache_says_what_the_zone_says() {
        // Lord Howe Island turns its clocks by half an hour.
        for name in ["Australia/Lord_Howe", "Europe/London", "Asia/Kathmandu"] {
            let zone = TimeZone::get(name).expect("a zone");
            let mut cached = ZoneCache::new(&zone);
            let start = parse_time(b"2026-03-28T00:00:00").expect("a time").millis;
            for quarter in 0..4 * 24 * 12 {
                let civil = start + quarter * 15 * 60_000;
                let fresh = ZoneCache::new(&zone).shift_at(civil).expect("an answer");
                let at = cached.instant_of(civil).expect("an answer");
                assert_eq!(
                    (at.millis - civil, at.offset_minutes),
                    (fresh.millis, Some(fresh.offset_minutes))
                );
            }
        }
    }
}
