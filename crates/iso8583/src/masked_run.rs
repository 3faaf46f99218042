//! Numbers under a mask in plain text: how much of one it has left.

use crate::digit_run::{grouped, track_data};
use crate::issuer_range::scheme_of;
use std::ops::Range;

/// A number under a mask, such as `411111******1111`, with the rest of its track.
pub(crate) struct MaskedRun {
    pub(crate) end: usize,
    /// Digits that no mask may leave.
    shown: Vec<Range<usize>>,
    /// The data of the track behind it, where more of it shows than an expiry date.
    track: Option<Range<usize>>,
}

impl MaskedRun {
    /// The masked number whose first digit in clear stands at `start`.
    pub(crate) fn at(text: &[u8], start: usize) -> Option<Self> {
        let begin = start - text[..start].iter().rev().take(MOST).take_while(|byte| is_mask(**byte)).count();
        let run = text[begin..].iter().take(MOST + 1);
        let mut end = begin + run.take_while(|byte| byte.is_ascii_digit() || is_mask(**byte)).count();
        // What fills a field up is no part of the number before it.
        if end - begin > 19 {
            end -= text[begin..end].iter().rev().take_while(|byte| is_mask(**byte)).count();
        }
        // Longer ones than a number are tracks whose separator is masked as well.
        let places: Vec<usize> = match (13..=MOST).contains(&(end - begin)) {
            true if text[begin..end].iter().any(|byte| is_mask(*byte)) => (begin..end).collect(),
            true => return None,
            false => masked_groups(text, begin)?,
        };
        let run: Vec<u8> = places.iter().map(|at| text[*at]).collect();
        let end = places.last()? + 1;
        // Other signs than the star stand in names, too: two of them are a mask behind an issuer's digits alone.
        let signs = run.chunk_by(|a, b| a == b).filter(|signs| is_mask(signs[0])).map(<[u8]>::len).max();
        let issuer = std::str::from_utf8(&run).ok().and_then(scheme_of_start);
        let is_masked = run.contains(&b'*') || signs >= Some(if issuer.is_some() { 2 } else { 4 });
        if !is_masked {
            return None;
        }
        let shown = places_in_clear(&run).map(|at| places[at]..places[at] + 1).collect();
        let data = track_data(&text[end..]);
        let digits = text[end..end + data].iter().filter(|byte| byte.is_ascii_digit()).count();
        let track = (digits > 4).then_some(end..end + data);
        Some(Self { end: end + data, shown, track })
    }

    /// Whether it shows more than the issuer's eight digits and the last four.
    pub(crate) fn shows_too_much(&self) -> bool {
        !self.shown.is_empty()
    }

    /// Whether more of its track shows than an expiry date.
    pub(crate) fn shows_track(&self) -> bool {
        self.track.is_some()
    }

    /// Tells what is to be covered.
    pub(crate) fn tell_shown(&self, tell: &mut impl FnMut(Range<usize>)) {
        self.shown.iter().chain(&self.track).cloned().for_each(tell);
    }
}

/// Digits that no mask may leave: those behind the sixth of more than eight at the beginning, those before the last four at
/// the end, and all between.
fn places_in_clear(run: &[u8]) -> impl Iterator<Item = usize> {
    let may_end_in = if run.len() > 19 { 0 } else { 4 };
    let mut at = 0;
    let segments = run.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    segments.flat_map(move |segment| {
        let (begin, end) = (at, at + segment.len());
        at = end;
        match segment {
            [first, ..] if !first.is_ascii_digit() => 0..0,
            _ if begin == 0 && end <= 8 => 0..0,
            _ if begin == 0 => 6..end,
            _ if end == run.len() => begin..end.saturating_sub(may_end_in).max(begin),
            _ => begin..end,
        }
    })
}

/// Where the digits and the signs of a mask stand that are grouped as numbers are, from `begin` on.
fn masked_groups(text: &[u8], begin: usize) -> Option<Vec<usize>> {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || is_mask(byte);
    // Numbers alone are another's, and none is longer than this with its separators.
    let text = &text[begin..text.len().min(begin + 24)];
    let is_separator = |byte: u8| b" -./:".contains(&byte);
    if !text.get(4).is_some_and(|byte| is_separator(*byte)) || !text.iter().any(|byte| is_mask(*byte)) {
        return None;
    }
    let read: Vec<u8> = text.iter().map(|byte| if is_of_number(*byte) { b'0' } else { *byte }).collect();
    let (_, end) = read.starts_with(b"0000").then(|| grouped(&read, 0, is_separator, |_| true))??;
    let places = (0..end).filter(|at| is_of_number(text[*at])).map(|at| begin + at);
    Some(places.collect())
}

/// Characters of the longest masked track.
const MOST: usize = 40;

/// The scheme whose numbers begin so.
fn scheme_of_start(text: &str) -> Option<&'static str> {
    scheme_of(text.get(..6)?)
}

fn is_mask(byte: u8) -> bool {
    b"_*xX#?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_may_leave_the_issuer_and_four_digits() {
        let shown = |text: &str| {
            let start = text.bytes().position(|byte| byte.is_ascii_digit()).unwrap();
            let run = MaskedRun::at(text.as_bytes(), start)?;
            let mut all = String::new();
            run.tell_shown(&mut |place| all.push_str(&text[place]));
            Some(all)
        };
        for (text, expected) in [
            ("411111******1111", ""),
            ("41111111xxxx1111", ""),
            ("************1111", ""),
            ("411111______1111=4912____", ""),
            ("41111111111*1111", "11111"),
            ("411111**11**1111", "11"),
            ("****111111111111", "11111111"),
            ("411111______1111D49122010000", "D49122010000"),
            ("411111XXXXXX1111^DOE/JANE^49122010000?", "^DOE/JANE^49122010000?"),
            // A track of which a mask knew no separator.
            ("400001______________8375", "8375"),
            ("4111 1111 111* 1111", "11111"),
            ("4111-11**-****-1111", ""),
            ("3782 822463 1000*", "24631000"),
            ("4111.1111.1111.11XX", "11111111"),
            // What fills a field up.
            ("41111111111*1111________________________________________", "11111"),
            ("411111******1111________", ""),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "20261121_100002123",
            "20261121__100002123",
            "__20261121_100002",
            "XX0000012345678",
            "4111111111111111",
            "0x1234567890123456",
            "12**",
            "4111 1111 1111 1111",
            "10:00:00 *** 2026",
            "2026-11-21*",
            "12 *",
            "4111____________________________",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
