//! The longest run of hexadecimal digits in a line.

use posmortem_iso8583::wire::{unhex_into, unhex_to};

/// Fewer bytes are no message: the shortest has a message type, a bitmap and a field or two.
const SHORTEST: usize = 12;

/// Finds the longest run of at least [`SHORTEST`] bytes in hexadecimal digits, in one piece or in pairs
/// with a space between, and appends its bytes. Gives where the run begins. A digit too many at its end
/// is left out: the line was cut there.
pub(super) fn hex_run(line: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    last_word_run(line, bytes).or_else(|| any_hex_run(line, bytes))
}

/// The same, where the run is the last word of the line and longer than all before it, which is so in nearly
/// every line: nothing is then looked at twice.
#[inline]
fn last_word_run(line: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let start = memchr::memrchr(b' ', line)? + 1;
    unhex_into(whole_digits(line, start)?, bytes).then_some(start)
}

/// The last word of a line, which begins at `start`, without a digit too many; `None` where it cannot be the
/// run.
#[inline(always)]
fn whole_digits(line: &[u8], start: usize) -> Option<&[u8]> {
    let word = line.get(start..)?;
    // A run of pairs may go on into a pair; any other run ends before the space.
    if word.len() < 2 * SHORTEST || word.len() <= start {
        return None;
    }
    let is_odd_digit = word.len().is_multiple_of(2) || word.last().is_some_and(u8::is_ascii_hexdigit);
    word.get(..word.len() / 2 * 2).filter(|_| is_odd_digit)
}

/// The same as [`hex_run`] of a line whose last space stands before `start`, unless its last word is no digits;
/// writes to the front of `bytes`, which keeps as much behind it as [`AHEAD`], and gives their number.
#[inline(always)]
pub(super) fn run_behind(line: &[u8], start: usize, bytes: &mut Vec<u8>) -> Option<usize> {
    let digits = whole_digits(line, start)?;
    let len = digits.len() / 2;
    if bytes.len() < len + AHEAD {
        bytes.resize(len + AHEAD, 0);
    }
    unhex_to(digits, bytes.get_mut(..len)?).then_some(len)
}

/// Bytes that words are read ahead of a value's end.
const AHEAD: usize = 16;

fn any_hex_run(line: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let run = longest_run(line)?;
    let in_one_piece = line.get(run.start..run.start + run.digits / 2 * 2)?;
    if unhex_into(in_one_piece, bytes) {
        return Some(run.start);
    }
    let mut digits = line.get(run.start..run.end)?.iter().filter(|byte| **byte != b' ');
    let value = |digit: &u8| (*digit as char).to_digit(16).unwrap_or(0) as u8;
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        bytes.push(value(high) << 4 | value(low));
    }
    Some(run.start)
}

/// What stands before that run and behind it; before it the whole line, where there is none.
pub(super) fn around_hex_run(line: &[u8]) -> [&[u8]; 2] {
    let Run { start, end, .. } =
        longest_run(line).unwrap_or(Run { start: line.len(), end: line.len(), digits: 0 });
    [&line[..start], &line[end..]]
}

fn longest_run(line: &[u8]) -> Option<Run> {
    longest_from(line, |at| next_stretch(line, at))
}

/// The longest run, the first of equals. Looks for the next one where `next` says, from what was looked at
/// so far.
fn longest_from(line: &[u8], next: impl Fn(usize) -> Option<usize>) -> Option<Run> {
    let mut longest: Option<Run> = None;
    let mut at = 0;
    while let Some(start) = next(at) {
        let found = line.get(start..)?.iter().position(u8::is_ascii_hexdigit);
        let Some(digit) = found.map(|found| start + found) else { break };
        let run = Run::at(line, digit);
        at = run.end.max(digit + 1);
        if run.digits >= 2 * SHORTEST && longest.as_ref().is_none_or(|other| other.digits < run.digits) {
            longest = Some(run);
        }
    }
    longest
}

/// Where, from `from` on, as many digits and spaces begin as the shortest run has. Bytes in between are
/// hardly looked at: no run lies across what is neither.
fn next_stretch(line: &[u8], from: usize) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b' ';
    let (mut start, mut known) = (from, 0);
    loop {
        let window = line.get(start..start + 2 * SHORTEST)?;
        let Some(at) = window[known..].iter().rposition(|byte| !is_part(byte)) else { return Some(start) };
        // What stands behind the last that is neither is known to be.
        let behind = known + at + 1;
        (start, known) = (start + behind, window.len() - behind);
    }
}

struct Run {
    start: usize,
    end: usize,
    digits: usize,
}

impl Run {
    /// The run whose first digit stands at `start`. Digits within a word are no run: they count as
    /// none.
    fn at(line: &[u8], start: usize) -> Self {
        let rest = line.get(start..).unwrap_or_default();
        let piece = |from: usize| {
            rest.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
        };
        let in_word = |end: usize| rest.get(end).is_some_and(u8::is_ascii_alphanumeric);
        let mut end = piece(0);
        let mut digits = end;
        if digits == 2 && !in_word(2) {
            // Pairs.
            while rest.get(end) == Some(&b' ') && piece(end + 1) == 2 && !in_word(end + 3) {
                end += 3;
                digits += 2;
            }
        }
        let before = line.get(..start).unwrap_or_default();
        let is_marked = before.ends_with(b"0x") || before.ends_with(b"0X");
        let begins_in_word = before.last().is_some_and(u8::is_ascii_alphanumeric) && !is_marked;
        if begins_in_word || in_word(end) {
            digits = 0;
        }
        Self { start, end: start + end, digits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(line: &str) -> Option<(usize, usize, u8)> {
        let mut bytes = Vec::new();
        let start = hex_run(line.as_bytes(), &mut bytes)?;
        Some((start, bytes.len(), *bytes.last().expect("bytes")))
    }

    #[test]
    fn the_longest_run_is_found_behind_any_prefix() {
        assert_eq!(run("30323030303030303030303037"), Some((0, 13, 0x37)));
        assert_eq!(run("08:15:30 IN [cafe] 0x303230303030303030303030377f"), Some((21, 14, 0x7f)));
        assert_eq!(run("IN: 30 32 30 30 30 30 30 30 30 30 30 37"), Some((4, 12, 0x37)));
        let two = "0123456789abcdef0123456789abcdef 30323030303030303030303030303030303030303030303030303038";
        assert_eq!(run(two), Some((33, 28, 0x38)));
        assert_eq!(run("x 3032303030303030303030303"), Some((2, 12, 0x30)), "an odd digit is left out");
    }

    proptest::proptest! {
        #[test]
        fn stretches_leave_no_run_out(line in "[0-9a-fxz :]{0,90}", pairs in "([0-9a-f]{2} ){0,30}") {
            let line = format!("{line}{pairs}{line}");
            let place = |run: Run| (run.start, run.end, run.digits);
            let whole = longest_from(line.as_bytes(), Some);
            proptest::prop_assert_eq!(longest_run(line.as_bytes()).map(place), whole.map(place));
        }
    }

    #[test]
    fn the_last_word_is_the_run_that_is_found_anywhere() {
        let digits = "3032303030303030303030303030303030303037";
        let mut taken = 0;
        for line in [
            format!("IN {digits}"),
            format!("IN {digits}7"),
            format!("IN {digits}x"),
            format!("30 31 {digits}"),
            format!("{digits} {digits}"),
            format!("{digits}00 {digits}"),
            format!("0x{digits}"),
            format!("x 0x{digits}"),
            format!("x {digits} "),
            format!("x  {digits}"),
            format!("x\u{e9} {}", digits.to_lowercase()),
        ] {
            let (mut bytes, mut expected) = (Vec::new(), Vec::new());
            let found = last_word_run(line.as_bytes(), &mut bytes);
            if let Some(start) = found {
                taken += 1;
                let mut behind = vec![1; 5];
                let len = run_behind(line.as_bytes(), start, &mut behind);
                assert_eq!(len.and_then(|len| behind.get(..len)), Some(&bytes[..]));
                assert_eq!(found, any_hex_run(line.as_bytes(), &mut expected), "{line}");
                assert_eq!(bytes, expected);
            }
        }
        assert_eq!(taken, 5);
    }

    proptest! {
        #[test]
        fn runs_are_the_same_by_either_way(line in "([ x0:]{0,3}[0-9a-f]{0,4}){0,6}( |0x|:)?[0-9a-fx]{20,60}[ ]?") {
            let (mut bytes, mut expected) = (Vec::new(), Vec::new());
            let found = hex_run(line.as_bytes(), &mut bytes);
            prop_assert_eq!(found, any_hex_run(line.as_bytes(), &mut expected));
            prop_assert_eq!(bytes, expected);
        }
    }

    #[test]
    fn words_and_short_runs_are_none() {
        for line in
            ["", "deadbeef", "303230303030303030303030z", "z303230303030303030303030", "2026-11-21 08:15"]
        {
            assert_eq!(run(line), None, "{line}");
        }
    }
}
