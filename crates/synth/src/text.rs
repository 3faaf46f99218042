//! Bytes of a line, written without allocation.

use crate::day::{DAY_MS, Day};

/// A buffer that remembers how today is written.
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    day: Option<Day>,
    date: [u8; 11],
}

impl Text {
    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A number with zeros before it.
    pub(crate) fn digits<const WIDTH: usize>(&mut self, number: u64) {
        self.bytes.extend_from_slice(&padded::<WIDTH>(number));
    }

    /// A number without zeros before it.
    pub(crate) fn number(&mut self, number: u64) {
        let digits = padded::<20>(number);
        let start = digits.iter().position(|digit| *digit != b'0').unwrap_or(19);
        self.bytes.extend_from_slice(&digits[start..]);
    }

    /// `2026-11-21T08:15:30.250`.
    pub(crate) fn moment(&mut self, millis: i64) {
        let day = Day::of(millis);
        if self.day != Some(day) {
            self.day = Some(day);
            let (year, month, date) = day.civil();
            self.date = *b"0000-00-00T";
            self.date[..4].copy_from_slice(&padded::<4>(year as u64));
            self.date[5..7].copy_from_slice(&padded::<2>(month as u64));
            self.date[8..10].copy_from_slice(&padded::<2>(date as u64));
        }
        let of_day = millis.rem_euclid(DAY_MS) as u32;
        let (seconds, millis) = (of_day / 1000, of_day % 1000);
        let mut text = *b"2026-11-21T08:15:30.250";
        text[..11].copy_from_slice(&self.date);
        text[11..13].copy_from_slice(&padded::<2>(u64::from(seconds / 3600)));
        text[14..16].copy_from_slice(&padded::<2>(u64::from(seconds / 60 % 60)));
        text[17..19].copy_from_slice(&padded::<2>(u64::from(seconds % 60)));
        text[20..].copy_from_slice(&padded::<3>(u64::from(millis)));
        self.bytes.extend_from_slice(&text);
    }
}

fn padded<const WIDTH: usize>(mut number: u64) -> [u8; WIDTH] {
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}
