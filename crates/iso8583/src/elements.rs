//! Names of data elements and EMV tags, and which of them may be shown.
//!
//! An allow-list: what the tables do not list as shown is card data, a key, or a field that networks
//! fill as they please, and shows its length alone. Nothing here masks a value; a card number has no
//! exception in these tables (its first digits are [`crate::CardNumber::issuer_prefix`]'s business).

use crate::table::rows;
use std::sync::LazyLock;

/// The name of a data element, in English or Chinese. `None` for elements without a use of their own
/// in ISO 8583:1987.
pub fn element_name(element: u8, chinese: bool) -> Option<&'static str> {
    Some(Entry::of(&ELEMENTS, u32::from(element))?.name(chinese))
}

/// Whether the value of a data element may be shown.
pub fn element_is_shown(element: u8) -> bool {
    Entry::of(&ELEMENTS, u32::from(element)).is_some_and(|entry| entry.shown)
}

/// The name of an EMV tag (0x9F26), in English or Chinese.
pub fn emv_tag_name(tag: u32, chinese: bool) -> Option<&'static str> {
    Some(Entry::of(&EMV_TAGS, tag)?.name(chinese))
}

/// Whether the value of an EMV tag may be shown.
pub fn emv_tag_is_shown(tag: u32) -> bool {
    Entry::of(&EMV_TAGS, tag).is_some_and(|entry| entry.shown)
}

/// A row of either table.
struct Entry {
    number: u32,
    english: &'static str,
    chinese: &'static str,
    shown: bool,
}

static ELEMENTS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| entries(include_str!("../data/elements.tsv"), "element", 10));
static EMV_TAGS: LazyLock<Vec<Entry>> =
    LazyLock::new(|| entries(include_str!("../data/emv-tags.tsv"), "tag", 16));

fn entries(text: &'static str, number: &str, radix: u32) -> Vec<Entry> {
    let rows = rows(text, [number, "name_en", "name_zh", "shown"]).expect("a test reads both tables");
    let entries = rows.iter().map(|row| {
        let [number, english, chinese, shown] = row.fields;
        let number = u32::from_str_radix(number, radix).expect("a test reads every number");
        Entry { number, english, chinese, shown: shown == "yes" }
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_unstable_by_key(|entry| entry.number);
    entries
}

impl Entry {
    fn of(table: &[Self], number: u32) -> Option<&Self> {
        table.binary_search_by_key(&number, |entry| entry.number).ok().map(|at| &table[at])
    }

    fn name(&self, chinese: bool) -> &'static str {
        if chinese { self.chinese } else { self.english }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_whole_and_list_nothing_twice() {
        for (table, text) in [
            (&ELEMENTS, include_str!("../data/elements.tsv")),
            (&EMV_TAGS, include_str!("../data/emv-tags.tsv")),
        ] {
            assert!(table.is_sorted_by(|a, b| a.number < b.number));
            assert!(table.iter().all(|entry| !entry.english.is_empty() && !entry.chinese.is_empty()));
            let words = text.lines().filter(|line| !line.starts_with('#')).skip(1);
            assert!(
                words.map(|line| line.rsplit('\t').next()).all(|word| matches!(word, Some("yes" | "no")))
            );
        }
        assert!((2..=128).all(|element| element_name(element, false).is_some()));
    }

    #[test]
    fn card_data_and_keys_are_never_shown() {
        for element in [2, 14, 34, 35, 36, 45, 48, 52, 53, 55, 62, 96, 102, 103, 125, 129, 192] {
            assert!(!element_is_shown(element), "{element}");
        }
        for tag in [0x56, 0x57, 0x5a, 0x5f20, 0x5f24, 0x5f30, 0x99, 0x9f0b, 0x9f1f, 0x9f20, 0x9f6b, 0xdf8129]
        {
            assert!(!emv_tag_is_shown(tag), "{tag:X}");
        }
        assert!(element_is_shown(39) && emv_tag_is_shown(0x95));
        assert_eq!(element_name(39, true), Some("应答码"));
        assert_eq!(emv_tag_name(0x9f26, false), Some("Application cryptogram"));
    }
}
