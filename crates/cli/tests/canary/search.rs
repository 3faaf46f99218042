//! The search for what must not be found, in whatever a run told and in whatever writing.
//!
//! Of a card number the issuer's digits and the last four may be shown. So what is searched for is any seven digits in
//! a row behind its fourth: they hold three at least that may not. Of numbers that were not made for this search it is
//! ten, which nothing shows by chance.

use crate::secrets::{KEY_START, SHORT, SURNAME, ebcdic};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::Included;

/// Digits in a row that give a number away, and of numbers that may look like others by chance, and of swapped half
/// bytes.
const WINDOW: usize = 7;
const LONG_WINDOW: usize = 10;

/// Bytes of a text by which it is looked up, so that thousands of them are searched for in one pass.
const HEAD: usize = 8;

/// Values that must not be found.
#[derive(Default)]
pub(crate) struct Canaries {
    /// By some digits of theirs in a row, and how many.
    numbers: HashMap<(usize, u64), String>,
    windows: Glance,
    /// Texts in small letters.
    texts: BTreeMap<String, String>,
    /// How those begin that are long enough, and the others.
    heads: Glance,
    short: BTreeSet<String>,
    /// Words that could stand inside of others by chance.
    words: BTreeSet<String>,
}

impl Canaries {
    /// Numbers, tracks, keys and names as they are written.
    pub(crate) fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut canaries = Self::default();
        for value in values {
            for part in value.split(|c: char| "%^?=dD".contains(c)) {
                let digits: String = part.chars().filter(|c| !" -B".contains(*c)).collect();
                let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
                match digits.len() {
                    13..=19 if is_number => {
                        canaries.add(&digits.as_bytes()[digits.len() - LONG_WINDOW..], LONG_WINDOW, value);
                    }
                    ..7 => {}
                    _ => canaries.add_text(part, value),
                }
            }
            canaries.add_text(value, value);
        }
        canaries
    }

    /// A card number that nothing looks like by chance. What is found of it is told by `label`.
    pub(crate) fn add_number(&mut self, number: &str, label: &str) {
        let digits = number.as_bytes();
        let swapped =
            |digits: &[u8]| digits.chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect::<Vec<_>>();
        self.add(&digits[4..], WINDOW, label);
        for digits in [&digits[3..], &swapped(&digits[2..]), &swapped(&digits[3..])] {
            self.add(digits, LONG_WINDOW, label);
        }
    }

    fn add(&mut self, digits: &[u8], width: usize, label: &str) {
        each_window(digits, width, |window| {
            self.windows.add(window);
            self.numbers.entry((width, window)).or_insert_with(|| label.to_owned());
        });
    }

    /// A text, in characters and in the hexadecimal digits of these.
    pub(crate) fn add_text(&mut self, text: &str, label: &str) {
        let hex =
            |code: fn(u8) -> u8| text.bytes().map(|byte| format!("{:02x}", code(byte))).collect::<String>();
        for form in [squeezed(text), hex(|byte| byte), hex(ebcdic)] {
            match form.as_bytes().first_chunk::<HEAD>() {
                Some(head) => self.heads.add(u64::from_be_bytes(*head)),
                None => _ = self.short.insert(form.clone()),
            }
            self.texts.insert(form, label.to_owned());
        }
    }

    /// What must not stand anywhere by itself.
    pub(crate) fn add_word(&mut self, word: &str) {
        self.words.insert(word.to_owned());
    }

    /// What no form gives away, and must not come out of places of its kind.
    pub(crate) fn add_what_no_form_tells(&mut self) {
        self.add_text(SURNAME, "a name");
        self.add_text(KEY_START, "a PIN block or key");
        self.add_word(SHORT);
    }

    /// What is found in a text of what must not be, and as what.
    pub(crate) fn in_text(&self, told: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.find(told, "", &mut found);
        for bytes in of_base64(told) {
            self.find(&bytes, " in base64", &mut found);
        }
        let is_word = |word: &&str| self.words.contains(*word);
        let words = told.split(|c: char| !c.is_alphanumeric()).filter(is_word);
        found.extend(words.map(|word| format!("a short value ({word})")));
        found
    }

    fn find(&self, told: &str, form: &str, found: &mut BTreeSet<String>) {
        let squeezed = squeezed(told);
        let mut see = |text: &[u8], width: usize, form: String| {
            each_window(text, width, |window| {
                if self.windows.may_have(window) {
                    let label = self.numbers.get(&(width, window));
                    found.extend(label.map(|label| format!("{label} ({window:0width$}{form})")));
                }
            });
        };
        see(told.as_bytes(), WINDOW, form.to_owned());
        see(told.as_bytes(), LONG_WINDOW, form.to_owned());
        // Decimals and the like come together where groups do.
        see(squeezed.as_bytes(), LONG_WINDOW, format!("{form}, grouped"));
        for (alignment, half) in [(0, b'3'), (1, b'3'), (0, b'f'), (1, b'f')] {
            let pairs = squeezed.as_bytes().get(alignment..).unwrap_or_default().chunks_exact(2);
            let digits: Vec<u8> = pairs.map(|pair| if pair[0] == half { pair[1] } else { b' ' }).collect();
            see(&digits, WINDOW, format!("{form} in hexadecimal digits"));
            see(&digits, LONG_WINDOW, format!("{form} in hexadecimal digits"));
        }
        self.find_texts(&squeezed, found);
    }

    fn find_texts(&self, squeezed: &str, found: &mut BTreeSet<String>) {
        let short = self.short.iter().filter(|text| squeezed.contains(*text));
        found.extend(short.map(|text| self.texts[text].clone()));
        let mut head = 0;
        for (at, byte) in squeezed.bytes().enumerate() {
            head = head << 8 | u64::from(byte);
            if at + 1 >= HEAD && self.heads.may_have(head) {
                let rest = &squeezed[at + 1 - HEAD..];
                // What is in order between a beginning of the rest and the rest itself.
                let texts = self.texts.range::<str, _>((Included(&rest[..HEAD]), Included(rest)));
                let texts = texts.filter(|(text, _)| rest.starts_with(*text));
                found.extend(texts.map(|(_, label)| label.clone()));
            }
        }
    }

    #[track_caller]
    pub(crate) fn are_not_in(&self, told: &str, which: &str) {
        assert_eq!(self.in_text(told), BTreeSet::new(), "{which}");
    }
}

/// Numbers, and some that look like them: asked first, for a map is slow where nothing is optimised.
struct Glance(Vec<bool>);

impl Glance {
    const BITS: u32 = 20;

    fn place(number: u64) -> usize {
        // The golden ratio's digits spread numbers that are close to each other.
        (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - Self::BITS)) as usize
    }

    fn add(&mut self, number: u64) {
        self.0[Self::place(number)] = true;
    }

    fn may_have(&self, number: u64) -> bool {
        self.0[Self::place(number)]
    }
}

impl Default for Glance {
    fn default() -> Self {
        Self(vec![false; 1 << Self::BITS])
    }
}

/// Every so many digits in a row, as a number.
fn each_window(text: &[u8], width: usize, mut see: impl FnMut(u64)) {
    let beyond = 10_u64.pow(width as u32);
    let (mut window, mut length) = (0, 0);
    for byte in text {
        if !byte.is_ascii_digit() {
            length = 0;
            continue;
        }
        window = (window * 10 + u64::from(byte - b'0')) % beyond;
        length += 1;
        if length >= width {
            see(window);
        }
    }
}

/// Without what groups digits or escapes bytes, in small letters; digits of another script are digits.
fn squeezed(text: &str) -> String {
    let text = text.replace("\\x", "").replace("\\u00", "").replace("\\u{", "");
    let plain = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ if c.is_ascii_alphanumeric() || c == '*' || c == '/' => Some(c.to_ascii_lowercase()),
        // What keeps cells apart.
        '\t' | '\n' | ',' | '"' | '{' | '}' | '<' | '>' | ':' => Some('\n'),
        _ => None,
    };
    text.chars().filter_map(plain).collect()
}

/// Whatever in a text could be base64, as what it stands for.
fn of_base64(text: &str) -> Vec<String> {
    let sextet = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let runs = text.as_bytes().split(|c| sextet(*c).is_none()).filter(|run| run.len() >= 10);
    let decoded = |run: &[u8]| {
        let bytes_of = |some: &[u8]| {
            let bits = some.iter().fold(0_u32, |bits, c| bits << 6 | u32::from(sextet(*c).unwrap()));
            (bits << (6 * (4 - some.len()))).to_be_bytes().into_iter().skip(1).take(some.len() - 1)
        };
        run.chunks(4).flat_map(bytes_of).map(char::from).collect::<String>()
    };
    // What begins otherwise ends in the middle.
    runs.flat_map(|run| (0..4).map(move |from| decoded(&run[from..])))
        .filter(|text| is_readable(text))
        .collect()
}

fn is_readable(text: &str) -> bool {
    text.as_bytes().windows(5).any(|some| some.iter().all(u8::is_ascii_alphanumeric))
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let mut canaries =
        Canaries::new(["4111113100002012", "5105 1031 0000 2075", "C4A2F1C9D37B5E8A", "VANTONGEREN/ODILE M"]);
    canaries.add_word(SHORT);
    for leak in [
        "x 4111113100002012 y",
        "4111 1131 0000 2012",
        "4111-1131-0000-2012",
        "411111****3100002012",
        "5105103100002075",
        "34313131313133313030303032303132",
        "34 31 31 31 31 31 33 31 30 30 30 30 32 30 31 32",
        "F4F1F1F1F1F1F3F1F0F0F0F0F2F0F1F2",
        "\\xf4\\xf1\\xf1\\xf1\\xf1\\xf1\\xf3\\xf1\\xf0\\xf0\\xf0\\xf0\\xf2\\xf0\\xf1\\xf2",
        "NDExMTExMzEwMDAwMjAxMg==",
        "x=QpNDExMTExMzEwMDAwMjAxMg",
        "４１１１１１３１００００２０１２",
        "c4a2f1c9d37b5e8a",
        "Vantongeren/Odile M",
        "56414E544F4E474552454E2F4F44494C45204D",
        "cvv 7093.",
    ] {
        assert!(!canaries.in_text(leak).is_empty(), "{leak}");
    }
    canaries.are_not_in("41111131 411111******2012 2026-11-21T10:00:02.125 ****************", "");
}

/// In one pass over the text, with what begins as others do, ends with it and is shorter than a head.
#[test]
fn texts_are_found_one_by_one() {
    let mut canaries = Canaries::default();
    let texts = ["abcdefgh", "abcdefghij", "abcdefghik", "bcdefghi", "xyz"];
    for text in texts {
        canaries.add_text(text, text);
    }
    for told in
        ["", "abcdefg", "abcdefgh", "0abcdefghik", "abcdefghijxy", "abcdefgiabcdefghij", "xyz", "bcdefghi z"]
    {
        let contained = texts.into_iter().filter(|text| told.contains(text)).map(str::to_owned);
        assert_eq!(canaries.in_text(told), contained.collect(), "{told}");
    }
}

#[test]
fn of_a_number_of_its_own_any_seven_digits_are_found() {
    let mut canaries = Canaries::default();
    canaries.add_number("4111112797869862", "");
    for leak in [
        "x1279786x",
        "9786986",
        "1411117279688926",
        "41.11.11.27.97.86.98",
        "3237393738363938",
        "F2F7F9F7F8F6F9",
    ] {
        assert!(!canaries.in_text(leak).is_empty(), "{leak}");
    }
    canaries.are_not_in("41111127 411111******9862 41111127****9862", "");
}
