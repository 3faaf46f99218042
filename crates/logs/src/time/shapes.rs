//! The shapes in which logs write times. The common one is read at fixed places; the others go
//! through a cursor.
//!
//! Names of time zones (`EST`) are not resolved: they are not unique. The dates of Java, which have
//! one always, are then civil times; behind any other time a name cannot be told from a word that
//! changes the meaning, and the time is unreadable. Offsets in digits, `Z`, `UTC` and `GMT` are read.
//!
//! Dates that are ambiguous are refused rather than guessed: `03/04/2026` and `03-04-2026` may be
//! March or April, and one value with a part above 12 does not tell for the others of its log.
//! `03.04.2026` and `03-Apr-2026` have the day first everywhere.

use std::ops::RangeInclusive;

use posmortem_iso8583::Timestamp;

use super::cursor::{Cursor, number};
use super::date_hint::DateHint;
use super::parts::{Half, fraction, month_of, take_date, take_time, zone, zone_of_java};

/// Years that a log may have; others are misread numbers.
pub(super) const YEARS: RangeInclusive<u32> = 1970..=2100;

const DAY: i64 = 86_400_000;

/// Reads a time with its date. ISO 8601 with `T` or a space, hyphens, slashes, dots or nothing in
/// the date, with or without seconds, fraction, AM or PM, and zone; the same behind `21.11.2026`,
/// `21-Nov-2026` and `21 Nov 2026`; seconds, milliseconds or microseconds since 1970, from 2010 to
/// 2039; the five shapes of jPOS. `None` for anything else and for years outside 1970 to 2100.
///
/// A time without zone comes as civil time: `offset_minutes` is then `None`.
#[inline]
pub fn parse_time(text: &[u8]) -> Option<Timestamp> {
    common_shape(text).or_else(|| other_shape(text))
}

/// Reads DE13 and DE12: `MMDD`, `YYMMDD` or `YYYYMMDD` with `hhmmss`, or a DE12 that has the date
/// itself (`YYYYMMDDhhmmss`, `YYMMDDhhmmss`). A date without year takes the latest that is not more
/// than a day after the hint, and is unreadable without one.
pub fn local_time(date: &[u8], time: &[u8], hint: Option<DateHint>) -> Option<Timestamp> {
    let (day, time) = match time.len() {
        14 | 12 => {
            let (date, time) = time.split_at_checked(time.len() - 6)?;
            (day_of(date, hint)?, time)
        }
        6 => (day_of(date, hint)?, time),
        _ => return None,
    };
    civil(day, time_of_day(time)?)
}

/// Reads DE7, `MMDDhhmmss`, or the longer forms that DE12 has. The year as for [`local_time`].
///
/// DE7 is UTC by the standard and local time at many switches, so its zone is left open.
pub fn transmission_time(text: &[u8], hint: Option<DateHint>) -> Option<Timestamp> {
    match text.len() {
        10 => {
            let (date, time) = text.split_at_checked(4)?;
            local_time(date, time, hint)
        }
        _ => local_time(b"", text, hint),
    }
}

/// Reads a time of day with its date apart: `10:00:00`, `10:00:00.123`, `100000`, `10:00 PM` with
/// any date that [`parse_time`] reads, or `MMDD` with the year as for [`local_time`]. The date may
/// have the midnight that databases add; one with another time is a time itself and not read here.
pub(super) fn date_and_time(date: &[u8], time: &[u8], hint: Option<DateHint>) -> Option<Timestamp> {
    let mut cursor = Cursor::new(time);
    let in_day = take_time(&mut cursor)?;
    let offset_minutes = zone(cursor.rest())?;
    at_offset(date_alone(date, hint)? * DAY + in_day, offset_minutes)
}

fn date_alone(text: &[u8], hint: Option<DateHint>) -> Option<i64> {
    if text.len() == 4 {
        return day_of(text, hint);
    }
    let mut cursor = Cursor::new(text);
    let day = take_date(&mut cursor)?;
    let is_midnight = || {
        let at = parse_time(text)?;
        Some(at.millis + i64::from(at.offset_minutes.unwrap_or(0)) * 60_000 == day * DAY)
    };
    (cursor.is_empty() || is_midnight() == Some(true)).then_some(day)
}

/// `2026-11-21T08:15:30`, a space or `/` allowed, with nothing, `.250` or `Z` behind it.
#[inline]
fn common_shape(text: &[u8]) -> Option<Timestamp> {
    let (&[y0, y1, y2, y3, a, m0, m1, b, d0, d1, t, h0, h1, c, n0, n1, d, s0, s1], rest) =
        text.split_first_chunk()?;
    if !matches!((a, b), (b'-', b'-') | (b'/', b'/')) || !matches!(t, b'T' | b' ') || (c, d) != (b':', b':') {
        return None;
    }
    let (millis, offset_minutes) = match *rest {
        [] => (0, None),
        [b'Z'] => (0, Some(0)),
        [b'.', f0, f1, f2] => (three(f0, f1, f2)?, None),
        [b'.', f0, f1, f2, b'Z'] => (three(f0, f1, f2)?, Some(0)),
        _ => return None,
    };
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let day = day_number(year, two(m0, m1)?, two(d0, d1)?)?;
    let in_day = clock(two(h0, h1)?, two(n0, n1)?, two(s0, s1)?, millis)?;
    Some(Timestamp { millis: day * DAY + in_day, offset_minutes })
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[inline]
fn three(hundreds: u8, tens: u8, ones: u8) -> Option<u32> {
    Some(two(b'0', hundreds)? * 100 + two(tens, ones)?)
}

#[cold]
fn other_shape(text: &[u8]) -> Option<Timestamp> {
    let text = text.trim_ascii();
    if text.first()?.is_ascii_alphabetic() {
        return java_date(text);
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = text.get(digits).copied();
    match (digits, behind) {
        (10, None | Some(b'.')) | (13 | 16, None) => since_epoch(text, digits),
        (14, None | Some(b'.' | b',')) => {
            let (date, time) = text.split_at_checked(8)?;
            let mut time = Cursor::new(time);
            let (hour, minute) = (time.take_digits(2)?, time.take_digits(2)?);
            let second = time.take_digits(2)?;
            let millis = fraction(&mut time)?;
            if !time.is_empty() {
                return None;
            }
            civil(day_of(date, None)?, clock(hour, minute, second, millis)?)
        }
        _ => iso(text),
    }
}

/// The years that times since 1970 may have. Before them ten digits are `MMDDhhmmss` more likely than
/// seconds, which all lie before 2010 when taken for seconds, so that none of the three widths goes
/// back further. After them they could be card numbers: those of 16 digits begin with 2221 at the
/// lowest, which is May 2040 in microseconds.
const YEARS_SINCE_EPOCH: RangeInclusive<u32> = 2010..=2039;

fn since_epoch(text: &[u8], digits: usize) -> Option<Timestamp> {
    let mut cursor = Cursor::new(text);
    let mut whole: i64 = 0;
    for byte in cursor.take_while(|byte| byte.is_ascii_digit()) {
        whole = whole * 10 + i64::from(byte - b'0');
    }
    let millis = match digits {
        10 => whole * 1000 + i64::from(fraction(&mut cursor)?),
        13 => whole,
        _ => whole / 1000,
    };
    let year = year_of(millis.div_euclid(DAY));
    let known = cursor.is_empty() && YEARS_SINCE_EPOCH.contains(&year);
    known.then_some(Timestamp { millis, offset_minutes: Some(0) })
}

/// A date and a time of day: ISO 8601 in all its widths, what Java adds to it, and dates that have
/// the day first.
fn iso(text: &[u8]) -> Option<Timestamp> {
    let mut cursor = Cursor::new(text);
    let day = take_date(&mut cursor)?;
    cursor.take_one_of(b"Tt ")?;
    let in_day = take_time(&mut cursor)?;
    at_offset(day * DAY + in_day, zone(cursor.rest())?)
}

/// `Mon Nov 24 00:00:03 EST 2014.292`, where the digits behind the year are milliseconds without
/// leading zeros, or `Mon Nov 24 20:35:14.969 AEST 2015`, where they are a fraction.
fn java_date(text: &[u8]) -> Option<Timestamp> {
    let mut cursor = Cursor::new(text);
    let weekday = cursor.take_word();
    let month = month_of(cursor.take_word())?;
    let day = number(cursor.take_word())?;
    let mut time = Cursor::new(cursor.take_word());
    let mut zone_name = cursor.take_word();
    let half = Half::of(zone_name);
    if half.is_some() {
        zone_name = cursor.take_word();
    }
    let mut year = Cursor::new(cursor.take_word());
    if weekday.len() != 3 || !cursor.is_empty() {
        return None;
    }
    let hour = Half::hour_of_day(half, time.take_digits(2)?)?;
    time.take_one_of(b":")?;
    let minute = time.take_digits(2)?;
    time.take_one_of(b":")?;
    let second = time.take_digits(2)?;
    let fraction = fraction(&mut time)?;
    let year_number = year.take_digits(4)?;
    let unpadded = match year.take_one_of(b".") {
        Some(_) => number(year.take_while(|byte| byte.is_ascii_digit()))?,
        None => 0,
    };
    if !time.is_empty() || !year.is_empty() || unpadded > 999 {
        return None;
    }
    let in_day = clock(hour, minute, second, fraction.max(unpadded))?;
    at_offset(day_number(year_number, month, day)? * DAY + in_day, zone_of_java(zone_name)?)
}

/// `MMDD`, `YYMMDD` or `YYYYMMDD` as a day number.
pub(super) fn day_of(date: &[u8], hint: Option<DateHint>) -> Option<i64> {
    let digits = number(date)?;
    let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100);
    match date.len() {
        4 => hint?.day_of(month, day),
        6 if year >= 70 => day_number(1900 + year, month, day),
        6 => day_number(2000 + year, month, day),
        8 => day_number(year, month, day),
        _ => None,
    }
}

/// `hhmmss` as milliseconds of the day.
#[inline]
pub(super) fn time_of_day(time: &[u8]) -> Option<i64> {
    let digits = number(time)?;
    clock(digits / 10_000, digits / 100 % 100, digits % 100, 0)
}

/// Milliseconds of the day. Second 60 is a leap second and counts as the first of the next minute.
#[inline]
pub(super) fn clock(hour: u32, minute: u32, second: u32, millis: u32) -> Option<i64> {
    let known = hour < 24 && minute < 60 && second <= 60;
    known.then(|| i64::from(hour * 3600 + minute * 60 + second) * 1000 + i64::from(millis))
}

#[inline]
pub(super) fn civil(day: i64, in_day: i64) -> Option<Timestamp> {
    Some(Timestamp { millis: day * DAY + in_day, offset_minutes: None })
}

pub(super) fn at_offset(civil_millis: i64, offset_minutes: Option<i16>) -> Option<Timestamp> {
    let millis = civil_millis - i64::from(offset_minutes.unwrap_or(0)) * 60_000;
    (millis >= 0).then_some(Timestamp { millis, offset_minutes })
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last.
#[inline]
pub(super) fn day_number(year: u32, month: u32, day: u32) -> Option<i64> {
    const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *LENGTHS.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if !YEARS.contains(&year) || day == 0 || day > length || (month == 2 && day == 29 && !is_leap) {
        return None;
    }
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + of_year;
    Some(i64::from(days) - 719_468)
}

/// The year of a day number; 0 for days outside of every year that is read.
pub(super) fn year_of(day: i64) -> u32 {
    let guess = u32::try_from(1970 + day.clamp(-1, 1_000_000) / 366).unwrap_or(0);
    // 366 days a year run ahead of the calendar by less than one year in 130.
    (guess..guess.saturating_add(3))
        .find(|&year| {
            let start = |year| day_number(year, 1, 1);
            let last = day_number(year, 12, 31);
            start(year).zip(last).is_some_and(|(first, last)| (first..=last).contains(&day))
        })
        .unwrap_or(0)
}

#[cfg(test)]
#[path = "shapes_tests.rs"]
mod tests;
