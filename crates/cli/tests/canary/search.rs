//! The search for values that must not be found, in whatever a run told.

use crate::planted::planted;
use std::collections::{BTreeSet, HashMap};

/// Values that must not be found.
pub(crate) struct Canaries {
    /// By the bytes that they begin with.
    by_start: HashMap<Vec<u8>, BTreeSet<String>>,
    /// Whether any begins with these three bytes: most places in a text are passed over by it, unhashed.
    begins: Vec<bool>,
}

/// The first three bytes of a text as a number.
fn beginning(text: &[u8]) -> usize {
    usize::from(text[0]) << 16 | usize::from(text[1]) << 8 | usize::from(text[2])
}

/// No value is shorter.
const SHORTEST: usize = 7;

impl Canaries {
    pub(crate) fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut forms = BTreeSet::new();
        for value in values {
            let compact = compact(value);
            forms.extend(track_parts(&compact).into_iter().filter(|part| is_number(part)).map(last_ten));
            forms.extend(track_parts(&compact).into_iter().map(str::to_owned));
            forms.insert(hex(value));
            forms.insert(hex(&compact));
            forms.insert(compact);
        }
        let mut by_start = HashMap::<_, BTreeSet<_>>::new();
        let mut begins = vec![false; 1 << 24];
        for form in forms {
            begins[beginning(form.as_bytes())] = true;
            by_start.entry(form.as_bytes()[..SHORTEST].to_vec()).or_default().insert(form);
        }
        Self { by_start, begins }
    }

    /// What is found in a text of what must not be.
    pub(crate) fn in_text(&self, told: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for text in [told.to_lowercase(), compact(told)] {
            let places = text.as_bytes().windows(SHORTEST).enumerate();
            for (at, start) in places.filter(|(_, start)| self.begins[beginning(start)]) {
                let values = self.by_start.get(start).into_iter().flatten();
                let are_here = |value: &&String| text.as_bytes()[at..].starts_with(value.as_bytes());
                found.extend(values.filter(are_here).map(String::as_str));
            }
        }
        found
    }

    #[track_caller]
    pub(crate) fn are_not_in(&self, told: &str, which: &str) {
        assert_eq!(self.in_text(told), BTreeSet::new(), "{which}");
    }
}

/// Without what groups digits.
pub(crate) fn compact(text: &str) -> String {
    text.to_lowercase().replace([' ', '-'], "")
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The number, name and further data of a track; a value that is none is one part.
pub(crate) fn track_parts(value: &str) -> Vec<&str> {
    let is_track_2 = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'=' | b'd'));
    let separators: &[char] = if is_track_2 { &['=', 'd'] } else { &['^'] };
    let parts = value.split(separators).map(|part| part.trim_matches(['%', 'b', '?']));
    parts.filter(|part| part.len() >= SHORTEST).collect()
}

fn is_number(part: &str) -> bool {
    (13..=19).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// An issuer's prefix may be shown, the rest of a number may not, nor nearly all of it.
fn last_ten(number: &str) -> String {
    number[number.len() - 10..].to_owned()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let planted = planted();
    let canaries = Canaries::new(planted.iter().map(String::as_str));
    for leak in [
        "x 4111113100002012 y",
        "4111 1131 0000 2012",
        "4111-1131-0000-2012",
        "411111****3100002012",
        "34313131313133313030303032303132",
        "c4a2f1c9d37b5e8a",
        "Vantongeren/Odile M",
        "***^28122010000000000000000?",
    ] {
        assert!(!canaries.in_text(leak).is_empty(), "{leak}");
    }
    canaries.are_not_in("41111131 2026-11-21T10:00:02.125 ****************", "");
}
