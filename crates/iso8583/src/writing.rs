//! Other writings of the digits of a card: what a search for digits would walk past.
//!
//! A log may hold a number in the hexadecimal digits of its characters, in base64, in EBCDIC, in packed digits, in
//! digits of another script or in escapes of JSON, XML and URLs. Here such text becomes plain characters, each
//! with the place where it stood. Whether what is then read is card data is not decided here. Digits in reversed
//! order, in words or enciphered are no writing: whoever wants to hide a number from a search can.

use crate::wire::{ebcdic_to_ascii, hex_into};
use std::ops::Range;

/// Digits of the shortest number that is looked for.
const SHORTEST: usize = 13;

/// Digits that a mask leaves at least: six of the issuer and the last four.
const LEAST_SHOWN: usize = 10;

/// A text in plain characters.
pub(crate) struct Plain {
    pub(crate) bytes: Vec<u8>,
    /// Where each byte stood, and the end.
    starts: Vec<usize>,
}

impl Plain {
    /// `None` where the text is plain already, which costs no copy.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let first = text.iter().position(|byte| !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
        let first = first.into_iter().chain(text.iter().position(|byte| b"\\%&".contains(byte))).min()?;
        let mut plain = Self { bytes: text[..first].to_vec(), starts: (0..first).collect() };
        let mut at = first;
        while at < text.len() {
            at += plain.take(&text[at..], at);
        }
        plain.starts.push(text.len());
        Some(plain)
    }

    /// Where a piece of the plain text stood.
    pub(crate) fn place(&self, piece: Range<usize>) -> Range<usize> {
        let end = if piece.is_empty() { self.starts[piece.start] } else { self.starts[piece.end] };
        self.starts[piece.start]..end
    }

    /// Takes the next character and says how many bytes it had.
    fn take(&mut self, text: &[u8], at: usize) -> usize {
        if let Some((byte, length)) = escaped(text).or_else(|| foreign(text)) {
            self.push(byte, at);
            return length;
        }
        // With what stands between groups, a mask, the separator of a track and what follows it.
        let may_follow = |byte: &&u8| is_ebcdic_digit(**byte) || b"\x40\x60\x5c\x7e\xc4".contains(byte);
        let length = text.iter().take_while(may_follow).count();
        let digits = text[..length].iter().filter(|byte| is_ebcdic_digit(**byte)).count();
        if is_ebcdic_digit(text[0]) && length >= SHORTEST && digits >= LEAST_SHOWN {
            text[..length].iter().zip(at..).for_each(|(byte, at)| self.push(ebcdic_to_ascii(*byte), at));
            return length;
        }
        let is_control = text[0] < b' ' && !b"\t\n\r".contains(&text[0]) || text[0] == 0x7f;
        // A byte that begins no character is shown as an escape, and keeps digits as little apart as a space does.
        let begins_nothing = (0x80..=0xbf).contains(&text[0]);
        self.push(if is_control || begins_nothing { b' ' } else { text[0] }, at);
        1
    }

    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.starts.push(at);
    }
}

fn is_ebcdic_digit(byte: u8) -> bool {
    (0xf0..=0xf9).contains(&byte)
}

/// A character of numbers and tracks that is written as an escape of JSON, XML, a URL or a shell, and its length.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    let of_hex = |before: usize, digits: usize, behind: &str| {
        let hex = text.get(before..before + digits)?;
        text.get(before + digits..)?.strip_prefix(behind.as_bytes())?;
        let value = u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
        Some((value, before + digits + behind.len()))
    };
    // An escape that was escaped once more has more of them.
    let before = text.iter().take(8).take_while(|byte| **byte == b'\\').count();
    let (byte, length) = match &text[before.saturating_sub(1)..] {
        [b'%', ..] => of_hex(1, 2, ""),
        [b'\\', b'x', ..] => of_hex(before + 1, 2, ""),
        [b'\\', b'u', b'0', b'0', ..] => of_hex(before + 3, 2, ""),
        [b'&', b'#', b'x' | b'X', digits @ ..] => of_hex(3 + zeros(digits), 2, ";"),
        [b'&', b'#', digits @ ..] => match &digits[zeros(digits)..] {
            [tens, ones, b';', ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
                Some(((tens - b'0') * 10 + ones - b'0', zeros(digits) + 5))
            }
            _ => None,
        },
        _ => None,
    }?;
    // Letters are left: `%B5` begins track 1, and a name needs no finding.
    matches!(byte, b'0'..=b'9' | b'=' | b'^' | b' ' | b'-' | b'D').then_some((byte, length))
}

/// Zeros that fill a number up.
fn zeros(digits: &[u8]) -> usize {
    digits.iter().take_while(|digit| **digit == b'0').count()
}

/// The zeros of scripts that have decimal digits of their own, in Unicode's order (general category Nd, Unicode 14): nine more
/// digits stand behind each. Those of the mathematical alphabets stand five times in a row.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50,
    0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140,
    0x1e2f0, 0x1e950, 0x1fbf0,
];

/// A digit, space or dash of another script, and its length. What has no width is a space.
fn foreign(text: &[u8]) -> Option<(u8, usize)> {
    let length = match text[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(text.get(..length)?).ok()?.chars().next()?;
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= u32::from(c))].last();
    if let Some(digit) = zero.and_then(|zero| char::from_digit(u32::from(c) - zero, 10)) {
        return Some((digit as u8, length));
    }
    let byte = match c {
        '＝' => b'=',
        '＾' => b'^',
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' => b' ',
        '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' => b' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' => b'-',
        _ => return None,
    };
    Some((byte, length))
}

/// Hexadecimal digits of hexadecimal digits are looked into, and so is what these stand for.
const NESTED: u8 = 2;

/// Reads a text as all that it could be written in, each in the others, and hands the plain characters of each reading to
/// `look`. What that finds first, the innermost before the others.
pub(crate) fn read_inside<T>(text: &[u8], look: &impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    read_nested(text, NESTED, look)
}

fn read_nested<T>(text: &[u8], nested: u8, look: &impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let mut found = None;
    let mut see = |read: &[u8], _| {
        if nested > 0 && found.is_none() {
            found = read_nested(read, nested - 1, look);
        }
    };
    find_packed(text, &mut see);
    let plain = Plain::of(text);
    let text = plain.as_ref().map_or(text, |plain| &plain.bytes);
    find_encoded(text, see);
    found.or_else(|| look(text))
}

/// Finds the pieces of a text that are bytes in hexadecimal digits or in base64 and read as at least thirteen
/// digits in a row, and tells what they read as, and where they stand.
pub(crate) fn find_encoded(text: &[u8], mut tell: impl FnMut(&[u8], Range<usize>)) {
    let mut found = |read: &[u8], place: &Range<usize>| {
        if has_digits(read) {
            tell(read, place.clone());
        }
    };
    for place in runs(text, is_base64, 4 * SHORTEST / 3) {
        for from in place.clone().take(4) {
            found(&unbase64(&text[from..place.end]), &place);
        }
    }
    for place in hex_runs(text) {
        let digits: Vec<u8> = text[place.clone()].iter().copied().filter(u8::is_ascii_hexdigit).collect();
        for digits in [&digits[..], &digits[1..]] {
            let bytes: Vec<u8> =
                digits.chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect();
            found(&bytes, &place);
            let of_ebcdic: Vec<u8> = bytes.into_iter().map(ebcdic_to_ascii).collect();
            found(&of_ebcdic, &place);
        }
    }
}

/// The same of pieces that are packed digits, two a byte. Letters are such bytes, too: where all of a piece could be
/// text, it is. The text must be as it came, for here nothing stands for anything else.
pub(crate) fn find_packed(text: &[u8], mut tell: impl FnMut(&[u8], Range<usize>)) {
    // NULs at an end fill a field up.
    let filled = |byte: &u8| *byte != 0;
    let begin = text.iter().position(filled).unwrap_or(text.len());
    let end = text.iter().rposition(filled).map_or(begin, |last| last + 1);
    for place in runs(&text[begin..end], is_packed, SHORTEST.div_ceil(2)) {
        let place = begin + place.start..begin + place.end;
        let is_no_text = |byte: &&u8| !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
        let mut digits = Vec::new();
        hex_into(&text[place.clone()], &mut digits);
        if text[place.clone()].iter().filter(is_no_text).count() >= 2 && has_digits(&digits) {
            tell(&digits, place);
        }
    }
}

/// As many digits as a number or its mask has, in groups or not.
fn has_digits(read: &[u8]) -> bool {
    let digits = |place: Range<usize>| read[place].iter().filter(|byte| byte.is_ascii_digit()).count();
    runs(read, |byte| byte.is_ascii_digit() || b" -./_*".contains(&byte), SHORTEST)
        .any(|place| digits(place) >= LEAST_SHOWN)
}

/// The longest pieces of bytes of a sort, at least so many of them.
fn runs(
    text: &[u8],
    is_of_sort: impl Fn(u8) -> bool + Copy,
    fewest: usize,
) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.iter().position(|byte| is_of_sort(*byte))?;
            let end = text[start..]
                .iter()
                .position(|byte| !is_of_sort(*byte))
                .map_or(text.len(), |end| start + end);
            at = end;
            if end - start >= fewest {
                return Some(start..end);
            }
        }
    })
}

/// Pieces of hexadecimal digits, in groups or not, that could be the bytes of a number.
fn hex_runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    let is_between = |at: usize| text.get(at).is_some_and(|byte| b" -:".contains(byte));
    // Dumps have a wider gap in the middle of a line.
    let goes_on = move |at: usize| is_between(at) && (is_hex(at + 1) || is_between(at + 1) && is_hex(at + 2));
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let (start, mut digits) = (at, 0);
            while is_hex(at) || digits > 0 && goes_on(at) {
                digits += usize::from(is_hex(at));
                at += 1;
            }
            if digits >= 2 * SHORTEST {
                return Some(start..at);
            }
            at = at.max(start + 1);
        }
        None
    })
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |nibble| nibble as u8)
}

/// Both halves of the byte are a decimal digit, the separator of track 2 or what fills it up.
fn is_packed(byte: u8) -> bool {
    let is_one = |half: u8| matches!(half, 0..=9 | 0xd | 0xf);
    is_one(byte >> 4) && is_one(byte & 15)
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn is_base64(byte: u8) -> bool {
    sextet(byte).is_some()
}

/// The bytes that base64 stands for; bits that make up no byte are left out.
fn unbase64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for four in text.chunks(4) {
        let bits = four.iter().fold(0, |bits, byte| bits << 6 | u32::from(sextet(*byte).unwrap_or_default()));
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_as_it_is() {
        for text in ["", "card 4111 1111", "a\tb\r\nc"] {
            assert!(Plain::of(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn escapes_and_digits_of_other_scripts_become_plain() {
        for (text, plain) in [
            ("a\\u0034\\u0031b", "a41b"),
            ("&#52;&#x31;%31%3D%B5\\x34\\n", "411=%B54\\n"),
            ("４１１１\u{a0}٤١\u{2011}۱०", "4111 41-10"),
            ("๔১၁𝟒𝟙꧑", "411411"),
            ("&#052;&#x0031;&#0;\\\\u0034\\\\\\x31", "41&#0;41"),
            ("4\u{200b}1\0\u{7f}é", "4 1  \u{fffd} "),
            ("%", "%"),
            ("&#5", "&#5"),
            ("\\u003", "\\u003"),
        ] {
            let read = Plain::of(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8_lossy(&read.bytes), plain, "{text}");
            assert_eq!(read.place(0..read.bytes.len()), 0..text.len());
        }
        let read = Plain::of("x\\u0034１y".as_bytes()).unwrap();
        assert_eq!((read.place(1..2), read.place(2..3), read.place(3..3)), (1..7, 7..10, 10..10));
        let ebcdic = b"id \xf4\xf1\xf1\xf1\xf1\xf1\xf1\xf1\xf1\xf1\xf1\xf1\xf1\x7e\xf2\xf8";
        assert_eq!(Plain::of(ebcdic).unwrap().bytes, b"id 4111111111111=28");
    }

    #[test]
    fn encoded_digits_are_read_where_they_stand() {
        type Found = Vec<(String, Range<usize>)>;
        let gather = |all: &mut Found, read: &[u8], place| {
            all.push((String::from_utf8_lossy(read).into_owned(), place));
        };
        let read = |text: &[u8]| {
            let mut all = Found::new();
            find_encoded(text, |read, place| gather(&mut all, read, place));
            all
        };
        let packed = |text: &[u8]| {
            let mut all = Found::new();
            find_packed(text, |read, place| gather(&mut all, read, place));
            all
        };
        let number = "4111111111111";
        for (text, place) in [
            (&b"NDExMTExMTExMTExMQ=="[..], 0..18),
            (b"id:NDExMTExMTExMTExMQ.", 3..21),
            (b"x 34313131313131313131313131 y", 2..28),
            (b"34 31 31 31 31 31 31 31 31 31 31 31 31", 0..38),
            (b"zF4F1F1F1F1F1F1F1F1F1F1F1F1", 1..27),
            (b"34 31 31 31 31 31 31 31  31 31 31 31 31", 0..39),
        ] {
            assert!(read(text).contains(&(number.to_owned(), place.clone())), "{:?}", read(text));
        }
        assert_eq!(packed(b"T1000001\0\0\0\0\0\0\0\0"), vec![]);
        assert_eq!(packed(b"z\x41\x11\x11\x11\x11\x11\x11\x1fz"), [("411111111111111F".to_owned(), 1..9)]);
        for text in
            ["4111111111111111", "2026-11-21 10:00:02.125", "a very long sentence with-many_words/in+it"]
        {
            assert_eq!((read(text.as_bytes()), packed(text.as_bytes())), (vec![], vec![]), "{text}");
        }
    }
}
