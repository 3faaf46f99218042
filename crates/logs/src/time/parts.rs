//! The parts that the rarer shapes of times are made of: dates, times of day, zones.

use super::cursor::{Cursor, number};
use super::shapes::{clock, day_number};

/// Takes a date as its day number: `2026-11-21`, with `/` or `.` as well, `20261121`, `21.11.2026`,
/// `21-Nov-2026`, `21 Nov 2026`.
pub(super) fn take_date(cursor: &mut Cursor<'_>) -> Option<i64> {
    let digits = cursor.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
    match digits {
        1 | 2 => take_day_first(cursor, digits),
        _ => take_year_first(cursor),
    }
}

fn take_year_first(cursor: &mut Cursor<'_>) -> Option<i64> {
    let year = cursor.take_digits(4)?;
    let separator = cursor.take_one_of(b"-/.");
    let month = cursor.take_digits(2)?;
    if let Some(separator) = separator {
        cursor.take_one_of(&[separator])?;
    }
    day_number(year, month, cursor.take_digits(2)?)
}

/// With dots, or with the month by name: nobody writes the month first in these.
fn take_day_first(cursor: &mut Cursor<'_>, digits: usize) -> Option<i64> {
    let day = cursor.take_digits(digits)?;
    let separator = cursor.take_one_of(b".- /")?;
    let month = match separator {
        b'.' => take_short(cursor)?,
        _ => month_of(cursor.take_while(|byte| byte.is_ascii_alphabetic()))?,
    };
    cursor.take_one_of(&[separator])?;
    day_number(cursor.take_digits(4)?, month, day)
}

/// Takes two digits or one.
fn take_short(cursor: &mut Cursor<'_>) -> Option<u32> {
    cursor.take_digits(2).or_else(|| cursor.take_digits(1))
}

/// The number of a month by the first three letters of its name.
pub(super) fn month_of(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    (1..).zip(NAMES).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(month, _)| month)
}

/// Takes a time of day as its milliseconds: `08:15:30.250`, `081530`, `08:15`, `8:15:30 AM`. Takes
/// the spaces behind it too.
pub(super) fn take_time(cursor: &mut Cursor<'_>) -> Option<i64> {
    let hour = match cursor.rest() {
        [_, b':', ..] => cursor.take_digits(1)?,
        _ => cursor.take_digits(2)?,
    };
    let colon = cursor.take_one_of(b":");
    let minute = cursor.take_digits(2)?;
    let with_seconds = match colon {
        Some(_) => cursor.take_one_of(b":").is_some(),
        None => cursor.rest().first().is_some_and(u8::is_ascii_digit),
    };
    let (second, millis) = match with_seconds {
        true => (cursor.take_digits(2)?, fraction(cursor)?),
        false => (0, 0),
    };
    let half = take_half(cursor);
    clock(Half::hour_of_day(half, hour)?, minute, second, millis)
}

/// Takes AM or PM with the spaces around it; only the spaces when something else stands there.
fn take_half(cursor: &mut Cursor<'_>) -> Option<Half> {
    cursor.take_while(|byte| byte == b' ');
    let mut behind = *cursor;
    let half = Half::of(behind.take_while(|byte| byte.is_ascii_alphabetic()))?;
    behind.take_while(|byte| byte == b' ');
    *cursor = behind;
    Some(half)
}

/// A half of the day, where hours are counted to twelve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
}

impl Half {
    pub(super) fn of(word: &[u8]) -> Option<Self> {
        match word {
            [b'a' | b'A', b'm' | b'M'] => Some(Self::Am),
            [b'p' | b'P', b'm' | b'M'] => Some(Self::Pm),
            _ => None,
        }
    }

    /// The hour counted from midnight. Programs that print both 24 hours and a half (`22:00 PM`) are
    /// understood; a half that contradicts its hour is not.
    pub(super) fn hour_of_day(half: Option<Self>, hour: u32) -> Option<u32> {
        match (half, hour) {
            (None, _) | (Some(Self::Am), 0..12) | (Some(Self::Pm), 12..) => Some(hour),
            (Some(Self::Am), 12) => Some(0),
            (Some(Self::Pm), 1..12) => Some(hour + 12),
            _ => None,
        }
    }
}

/// A fraction of a second behind `.` or `,`, one to nine digits, as milliseconds; 0 when absent.
pub(super) fn fraction(cursor: &mut Cursor<'_>) -> Option<u32> {
    if cursor.take_one_of(b".,").is_none() {
        return Some(0);
    }
    let digits = cursor.take_while(|byte| byte.is_ascii_digit());
    number(digits)?;
    let mut three = [b'0'; 3];
    three.iter_mut().zip(digits).for_each(|(to, digit)| *to = *digit);
    number(&three)
}

/// The zone in a date of Java: as [`zone`], or a name of at most six letters, which has no offset
/// here. So has `GMT`: London prints it for half of the year, and `BST` for the other.
pub(super) fn zone_of_java(text: &[u8]) -> Option<Option<i16>> {
    let is_name = text.len() <= 6 && text.iter().all(u8::is_ascii_alphabetic);
    if is_name && !matches!(text, b"Z" | b"z" | b"UTC") { Some(None) } else { zone(text) }
}

/// What stands behind a time: nothing (no offset), or `Z`, `UTC`, `GMT`, `+08:00`, `+0800`, `+08`,
/// `GMT+08:00`; a region in brackets is ignored. `None` when it is none of these.
pub(super) fn zone(text: &[u8]) -> Option<Option<i16>> {
    let text = match text.iter().position(|&byte| byte == b'[') {
        Some(bracket) if text.ends_with(b"]") => text.get(..bracket)?,
        _ => text,
    };
    let mut cursor = Cursor::new(text);
    let name = cursor.take_while(|byte| byte.is_ascii_alphabetic());
    let is_utc = [&b"UTC"[..], b"GMT"].into_iter().any(|utc| utc.eq_ignore_ascii_case(name));
    if cursor.is_empty() {
        return match name {
            b"" => Some(None),
            _ => (is_utc || matches!(name, b"Z" | b"z")).then_some(Some(0)),
        };
    }
    if !name.is_empty() && !is_utc {
        return None;
    }
    offset(cursor).map(Some)
}

/// `+08:00`, `+0800` or `+08` in minutes.
fn offset(mut cursor: Cursor<'_>) -> Option<i16> {
    let sign = cursor.take_one_of(b"+-")?;
    let hours = cursor.take_digits(2)?;
    let minutes = match cursor.take_one_of(b":") {
        None if cursor.is_empty() => 0,
        _ => cursor.take_digits(2)?,
    };
    if !cursor.is_empty() || hours > 18 || minutes > 59 {
        return None;
    }
    let minutes = i16::try_from(hours * 60 + minutes).ok()?;
    Some(if sign == b'-' { -minutes } else { minutes })
}
