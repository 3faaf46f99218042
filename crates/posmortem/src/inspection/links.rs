//! What is heard on each link: how much, which codes, and by which clocks.

use posmortem_classify::{Circumstances, Dialect, Kind};
use posmortem_exchange::{Leg, Offsets};
use posmortem_iso8583::{EntryMode, Mti, ResponseCode, Side, Timestamp};
use posmortem_logs::{Column, DateHint, Record, local_time, transmission_time};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Links that are kept; of more, the first ones by name.
const MOST: usize = 4096;

/// Clocks further apart than that are wrong dates.
const FARTHEST_MS: i64 = 36 * 3_600_000;

/// Zones lie so far apart, at least.
const QUARTER_MS: i64 = 900_000;

/// A code as it was given, with what of its message decides what it means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Given {
    /// The dialect that was told.
    pub(super) told: Option<Dialect>,
    pub(super) mti: Option<Mti>,
    pub(super) code: ResponseCode,
    kind: Kind,
    pub(super) entry_mode: EntryMode,
}

impl Given {
    fn of(leg: &Leg, code: ResponseCode) -> Self {
        let Leg { dialect, mti, kind, entry_mode, .. } = *leg;
        Self { told: dialect, mti, code, kind, entry_mode }
    }

    pub(super) fn circumstances(&self) -> Circumstances {
        Circumstances { mti: self.mti, kind: self.kind, entry_mode: self.entry_mode }
    }
}

/// Every link by name.
#[derive(Clone, Default)]
pub(super) struct Links {
    pub(super) by_name: BTreeMap<String, LinkCounts>,
}

/// What was heard on one link.
#[derive(Clone, Default)]
pub(super) struct LinkCounts {
    pub(super) messages: u64,
    /// Codes of answers.
    pub(super) codes: BTreeMap<Given, u64>,
    /// Log time less DE7.
    pub(super) transmission: Offsets,
    /// Log time less DE12 with DE13, on the clock on the wall.
    pub(super) local: Offsets,
    /// Log times that tell their zone.
    pub(super) zoned: u64,
}

impl Links {
    pub(super) fn see(&mut self, record: &Record<'_>, leg: &Leg, name: &str) {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), LinkCounts::default());
        }
        let Some(link) = self.by_name.get_mut(name) else { return };
        link.messages += 1;
        link.zoned += u64::from(record.at.offset_minutes.is_some());
        if let (Some(code), Side::Response) = (leg.code, leg.side()) {
            *link.codes.entry(Given::of(leg, code)).or_default() += 1;
        }
        link.see_clocks(record);
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (name, theirs) in other.by_name {
            self.by_name.entry(name).or_default().merge(theirs);
        }
        // Whatever is among the first of all is among the first of any part.
        while self.by_name.len() > MOST {
            self.by_name.pop_last();
        }
    }
}

impl LinkCounts {
    fn see_clocks(&mut self, record: &Record<'_>) {
        let [transmission, local, date] =
            [Column::TransmissionTime, Column::LocalTime, Column::LocalDate].map(|column| record.get(column));
        if transmission.is_empty() && local.is_empty() {
            return;
        }
        let hint = day_of(record.at);
        let see = |offsets: &mut Offsets, log: i64, told: Option<Timestamp>| {
            let offset = told.map(|told| log - told.millis).filter(|offset| offset.abs() <= FARTHEST_MS);
            offset.into_iter().for_each(|offset| offsets.see(rounded(offset)));
        };
        see(&mut self.transmission, record.at.millis, transmission_time(transmission, hint));
        see(&mut self.local, record.at.civil_millis(), local_time(date, local, hint));
    }

    fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.zoned += other.zoned;
        for (given, count) in other.codes {
            *self.codes.entry(given).or_default() += count;
        }
        self.transmission.merge(other.transmission);
        self.local.merge(other.local);
    }
}

/// The day of a moment, for dates without a year beside it.
fn day_of(at: Timestamp) -> Option<DateHint> {
    let since = Duration::from_millis(u64::try_from(at.millis).ok()?);
    DateHint::from_system_time(SystemTime::UNIX_EPOCH + since)
}

/// How far from a whole quarter of an hour is kept to the millisecond within two seconds, to a tenth of
/// a second within a minute, and else to the second: so that a histogram stays small, whatever the
/// zone.
fn rounded(offset: i64) -> i64 {
    let quarters = (offset + QUARTER_MS / 2).div_euclid(QUARTER_MS) * QUARTER_MS;
    let rest = offset - quarters;
    let step = match rest.abs() {
        ..=2_000 => 1,
        2_001..=60_000 => 100,
        _ => 1_000,
    };
    quarters + rest.div_euclid(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_exact_where_clocks_nearly_agree() {
        for (offset, kept) in [
            (0, 0),
            (137, 137),
            (-1999, -1999),
            (28_800_137, 28_800_137),
            (12_345, 12_300),
            (-12_345, -12_400),
            (28_800_000 + 61_500, 28_800_000 + 61_000),
        ] {
            assert_eq!(rounded(offset), kept, "{offset}");
        }
    }
}
