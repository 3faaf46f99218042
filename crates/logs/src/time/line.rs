//! Times at the begin of a line, with anything behind them.

use posmortem_iso8583::Timestamp;

use super::cursor::Cursor;
use super::date_hint::DateHint;
use super::parts::{month_of, take_date};
use super::shapes::{at_offset, clock, day_number};

const DAY: i64 = 86_400_000;

/// What stands first in a date of three times two digits. A line does not tell, a format does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// `26.11.21`: the year.
    #[default]
    YearFirst,
    /// `21-11-26`: the day.
    DayFirst,
}

/// The time at the begin of a line, behind spaces and brackets: a date of any shape, or none where the
/// hint tells the day, and a time of day with seconds, a fraction behind `.`, `,` or `:`, and an offset
/// or `Z` directly behind it.
pub(super) fn time_at_start(line: &[u8], order: DateOrder, hint: Option<DateHint>) -> Option<Timestamp> {
    let mut cursor = Cursor::new(line);
    cursor.take_while(is_before_date);
    let day = take_day(&mut cursor, order, hint)?;
    let in_day = take_clock(&mut cursor)?;
    at_offset(day * DAY + in_day, take_offset(&mut cursor))
}

/// The date of the last line that had one, as it was written: the next line mostly begins with the same
/// bytes.
#[derive(Default)]
pub(super) struct LineDay {
    text: [u8; Self::LONGEST],
    len: usize,
    order: DateOrder,
    day: i64,
}

impl LineDay {
    /// Bytes of a date that is kept, with what parts it from the time.
    const LONGEST: usize = 16;

    /// As [`time_at_start`], with what is behind it; of one reader, the hint is always the same.
    pub(super) fn time_at_start<'b>(
        &mut self,
        line: &'b [u8],
        order: DateOrder,
        hint: Option<DateHint>,
    ) -> Option<(Timestamp, &'b [u8])> {
        let mut cursor = Cursor::new(line);
        cursor.take_while(is_before_date);
        let day = match self.known(cursor.rest(), order) {
            Some((day, behind)) => {
                cursor = Cursor::new(behind);
                day
            }
            None => self.learn(&mut cursor, order, hint)?,
        };
        let in_day = take_clock(&mut cursor)?;
        let at = at_offset(day * DAY + in_day, take_offset(&mut cursor))?;
        Some((at, cursor.rest()))
    }

    /// The day, and what is behind its text. That belongs to it up to the first digit of the hour: nothing
    /// behind it decides how the date is read.
    fn known<'b>(&self, text: &'b [u8], order: DateOrder) -> Option<(i64, &'b [u8])> {
        let behind = text.strip_prefix(self.text.get(..self.len)?)?;
        let is_whole = self.len > 0 && order == self.order && behind.first() != Some(&b' ');
        is_whole.then_some((self.day, behind))
    }

    fn learn(&mut self, cursor: &mut Cursor<'_>, order: DateOrder, hint: Option<DateHint>) -> Option<i64> {
        let before = cursor.rest();
        let day = take_day(cursor, order, hint)?;
        let len = before.len() - cursor.rest().len();
        if let (Some(text), Some(kept)) = (before.get(..len), self.text.get_mut(..len)) {
            kept.copy_from_slice(text);
            (self.len, self.order, self.day) = (len, order, day);
        }
        Some(day)
    }
}

/// The time of the last line, which the next line mostly begins with, too.
#[derive(Default)]
pub(super) struct KnownLine {
    text: [u8; Self::LONGEST],
    /// Bytes of it up to the space behind it, which ends it whatever follows.
    len: usize,
    order: DateOrder,
    at: Option<Timestamp>,
}

impl KnownLine {
    const LONGEST: usize = 32;

    /// The time of a line that begins with the same one, and what is behind it.
    #[inline]
    pub(super) fn read<'b>(&self, line: &'b [u8], order: DateOrder) -> Option<(Timestamp, &'b [u8])> {
        let at = self.at.filter(|_| order == self.order)?;
        let text = self.text.get(..self.len)?;
        line.starts_with(text).then(|| line.get(self.len - 1..)).flatten().map(|behind| (at, behind))
    }

    pub(super) fn learn(&mut self, line: &[u8], behind: &[u8], order: DateOrder, at: Timestamp) {
        let len = line.len() - behind.len() + 1;
        self.at = None;
        if let (Some(text), Some(kept), Some(b' ')) =
            (line.get(..len), self.text.get_mut(..len), behind.first())
        {
            kept.copy_from_slice(text);
            (self.len, self.order, self.at) = (len, order, Some(at));
        }
    }
}

fn is_before_date(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'[' | b'(')
}

/// The date with what parts it from the time; where the time of day stands alone, the day of the hint.
fn take_day(cursor: &mut Cursor<'_>, order: DateOrder, hint: Option<DateHint>) -> Option<i64> {
    if matches!(cursor.rest(), [_, _, b':', _, _, b':', ..]) {
        return Some(hint?.day());
    }
    let before = *cursor;
    let mut shape = |take: &dyn Fn(&mut Cursor<'_>) -> Option<i64>| {
        let mut behind = before;
        let day = take(&mut behind)?;
        behind.take_one_of(b"T -")?;
        behind.take_while(|byte| byte == b' ');
        *cursor = behind;
        Some(day)
    };
    shape(&take_date)
        .or_else(|| shape(&|cursor| take_short_date(cursor, order)))
        .or_else(|| shape(&|cursor| take_month_and_day(cursor, hint)))
}

fn take_short_date(cursor: &mut Cursor<'_>, order: DateOrder) -> Option<i64> {
    let first = cursor.take_digits(2)?;
    let separator = cursor.take_one_of(b".-/")?;
    let month = cursor.take_digits(2)?;
    cursor.take_one_of(&[separator])?;
    let last = cursor.take_digits(2)?;
    let (year, day) = match order {
        DateOrder::YearFirst => (first, last),
        DateOrder::DayFirst => (last, first),
    };
    day_number(2000 + year, month, day)
}

/// `Nov 21`, as syslog writes it.
fn take_month_and_day(cursor: &mut Cursor<'_>, hint: Option<DateHint>) -> Option<i64> {
    let month = month_of(cursor.take_word())?;
    let day = cursor.take_digits(2).or_else(|| cursor.take_digits(1))?;
    hint?.day_of(month, day)
}

fn take_clock(cursor: &mut Cursor<'_>) -> Option<i64> {
    let Some((&[h0, h1, b':', m0, m1, b':', s0, s1], behind)) = cursor.rest().split_first_chunk() else {
        return None;
    };
    if ![h0, h1, m0, m1, s0, s1].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    *cursor = Cursor::new(behind);
    clock(number(h0, h1), number(m0, m1), number(s0, s1), take_millis(cursor))
}

/// A fraction of a second as milliseconds, 0 when there is none.
fn take_millis(cursor: &mut Cursor<'_>) -> u32 {
    let mut behind = *cursor;
    let Some(mark) = behind.take_one_of(b".,:") else { return 0 };
    let digits = behind.take_while(|byte| byte.is_ascii_digit());
    // Behind a colon, only what cannot be anything else.
    let is_fraction = if mark == b':' { digits.len() == 3 } else { matches!(digits.len(), 1..=9) };
    if !is_fraction {
        return 0;
    }
    *cursor = behind;
    let place = |at: usize| digits.get(at).map_or(0, |digit| u32::from(digit - b'0'));
    place(0) * 100 + place(1) * 10 + place(2)
}

fn take_offset(cursor: &mut Cursor<'_>) -> Option<i16> {
    let mut behind = *cursor;
    if behind.take_one_of(b"Zz").is_some() {
        let ends = !behind.rest().first().is_some_and(u8::is_ascii_alphanumeric);
        if ends {
            *cursor = behind;
        }
        return ends.then_some(0);
    }
    let sign = match behind.take_one_of(b"+-")? {
        b'-' => -1,
        _ => 1,
    };
    let hours = i16::try_from(behind.take_digits(2)?).ok()?;
    behind.take_one_of(b":");
    let minutes = i16::try_from(behind.take_digits(2)?).ok()?;
    if hours > 14 || minutes >= 60 {
        return None;
    }
    *cursor = behind;
    Some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, order: DateOrder) -> Option<String> {
        time_at_start(line.as_bytes(), order, DateHint::new(2026, 11, 22)).map(|at| at.to_string())
    }

    #[test]
    fn lines_begin_with_times_of_many_shapes() {
        for (line, time) in [
            ("2026-11-21 08:15:30,250 INFO x", "2026-11-21T08:15:30.250"),
            ("[2026-11-21T08:15:30.25Z] x", "2026-11-21T08:15:30.250Z"),
            ("2026-11-21T08:15:30+08:00 x", "2026-11-21T08:15:30.000+08:00"),
            ("26.11.21 08:15:30 [ FromIso:1]", "2026-11-21T08:15:30.000"),
            ("26.11.21 08:15:30.004 [ FromIso:1]", "2026-11-21T08:15:30.004"),
            ("26-11-21 08:15:30:291:ISS: F11", "2026-11-21T08:15:30.291"),
            ("26-11-21 08:15:30:29", "2026-11-21T08:15:30.000"),
            ("21-Nov-2026 08:15:30 x", "2026-11-21T08:15:30.000"),
            ("21.11.2026 08:15:30", "2026-11-21T08:15:30.000"),
            ("Nov 21 08:15:30 host x", "2026-11-21T08:15:30.000"),
            ("Nov  1 08:15:30 host x", "2026-11-01T08:15:30.000"),
            ("15:54:47 [DEBUG] (3)", "2026-11-22T15:54:47.000"),
        ] {
            assert_eq!(read(line, DateOrder::YearFirst).as_deref(), Some(time), "{line}");
        }
        let day_first = read("21-11-26 00:00:04.135 [t]", DateOrder::DayFirst);
        assert_eq!(day_first.as_deref(), Some("2026-11-21T00:00:04.135"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for line in
            ["", "312 [nio]", "  2: x", "2026-11-21", "26.13.21 08:15:30", "08:15", "99:15:30", "0210"]
        {
            assert_eq!(read(line, DateOrder::YearFirst), None, "{line}");
        }
        assert_eq!(time_at_start(b"08:15:30 x", DateOrder::YearFirst, None), None);
    }
}
