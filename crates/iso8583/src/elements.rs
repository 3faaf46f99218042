//! Names of data elements and EMV tags, and which of them may be shown.
//!
//! An allow-list: what the tables do not list as shown is card data, a key, or a field that networks
//! fill as they please, and shows its length alone. The versions of the standard give elements another
//! use, so what may be shown of a message follows from its [`Version`]. Nothing here masks a value; a card
//! number has no exception in these tables (its first digits are
//! [`crate::CardNumber::issuer_prefix`]'s business).

use crate::table::rows;
use std::sync::LazyLock;

/// A version of ISO 8583.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// ISO 8583:1987.
    Iso1987,
    /// ISO 8583:1993.
    Iso1993,
    /// ISO 8583:2003.
    Iso2003,
}

impl Version {
    /// Every version, the oldest first.
    pub const ALL: [Self; 3] = [Self::Iso1987, Self::Iso1993, Self::Iso2003];

    /// The version that the first digit of a message type tells. `None` for private use.
    pub fn from_digit(digit: u8) -> Option<Self> {
        Self::ALL.get(usize::from(digit)).copied()
    }

    /// The year by which tables call it.
    fn year(self) -> &'static str {
        match self {
            Self::Iso1987 => "1987",
            Self::Iso1993 => "1993",
            Self::Iso2003 => "2003",
        }
    }
}

/// The name of a data element, in English or Chinese; where the version is not known, the one of 1987.
/// `None` for elements without a use of their own.
pub fn element_name(element: u8, version: Option<Version>, chinese: bool) -> Option<&'static str> {
    let version = version.unwrap_or(Version::Iso1987);
    let renamed = RENAMINGS.iter().rfind(|renaming| renaming.element == element && renaming.since <= version);
    let names = match renamed {
        Some(renaming) => renaming.names,
        None => of(&ELEMENTS, element, |row| row.element)?.names,
    };
    Some(names[usize::from(chinese)])
}

/// Whether the value of a data element may be shown. Where the version is not known, whether every one
/// allows it.
pub fn element_is_shown(element: u8, version: Option<Version>) -> bool {
    of(&ELEMENTS, element, |row| row.element).is_some_and(|row| match version {
        Some(version) => row.shown[version as usize],
        None => row.shown == [true; 3],
    })
}

/// The name of an EMV tag (0x9F26), in English or Chinese.
pub fn emv_tag_name(tag: u32, chinese: bool) -> Option<&'static str> {
    Some(of(&EMV_TAGS, tag, |row| row.tag)?.names[usize::from(chinese)])
}

/// Whether the value of an EMV tag may be shown.
pub fn emv_tag_is_shown(tag: u32) -> bool {
    of(&EMV_TAGS, tag, |row| row.tag).is_some_and(|row| row.shown)
}

/// English and Chinese.
type Names = [&'static str; 2];

struct ElementRow {
    element: u8,
    names: Names,
    /// By version.
    shown: [bool; 3],
}

struct Renaming {
    element: u8,
    since: Version,
    names: Names,
}

struct TagRow {
    tag: u32,
    names: Names,
    shown: bool,
}

const ELEMENT_COLUMNS: [&str; 6] =
    ["element", "name_en", "name_zh", "shown_1987", "shown_1993", "shown_2003"];

/// In the order of their numbers.
static ELEMENTS: LazyLock<Vec<ElementRow>> = LazyLock::new(|| {
    let rows = rows(include_str!("../data/elements.tsv"), ELEMENT_COLUMNS).expect("a test reads the table");
    let row = |[element, english, chinese, shown @ ..]: [&'static str; 6]| ElementRow {
        element: element.parse().expect("a test reads every number"),
        names: [english, chinese],
        shown: shown.map(|word| word == "yes"),
    };
    rows.into_iter().map(|found| row(found.fields)).collect()
});

/// In the order of elements and versions.
static RENAMINGS: LazyLock<Vec<Renaming>> = LazyLock::new(|| {
    let columns = ["element", "since", "name_en", "name_zh"];
    let rows = rows(include_str!("../data/element-renamings.tsv"), columns).expect("a test reads the table");
    let row = |[element, since, english, chinese]: [&'static str; 4]| Renaming {
        element: element.parse().expect("a test reads every number"),
        since: Version::ALL
            .into_iter()
            .find(|version| version.year() == since)
            .expect("a test reads every version"),
        names: [english, chinese],
    };
    rows.into_iter().map(|found| row(found.fields)).collect()
});

/// In the order of their numbers.
static EMV_TAGS: LazyLock<Vec<TagRow>> = LazyLock::new(|| {
    let columns = ["tag", "name_en", "name_zh", "shown"];
    let rows = rows(include_str!("../data/emv-tags.tsv"), columns).expect("a test reads the table");
    let row = |[tag, english, chinese, shown]: [&'static str; 4]| TagRow {
        tag: u32::from_str_radix(tag, 16).expect("a test reads every number"),
        names: [english, chinese],
        shown: shown == "yes",
    };
    let mut tags: Vec<_> = rows.into_iter().map(|found| row(found.fields)).collect();
    tags.sort_unstable_by_key(|row| row.tag);
    tags
});

/// The row of a number in a table that is sorted by it.
fn of<R, N: Ord + Copy>(table: &[R], number: N, number_of: impl Fn(&R) -> N) -> Option<&R> {
    table.binary_search_by_key(&number, number_of).ok().map(|at| &table[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_and_list_nothing_twice() {
        assert!(ELEMENTS.iter().map(|row| row.element).eq(2..=128));
        assert!(EMV_TAGS.is_sorted_by(|a, b| a.tag < b.tag));
        assert!(RENAMINGS.is_sorted_by(|a, b| (a.element, a.since) < (b.element, b.since)));
        assert!(RENAMINGS.iter().all(|row| row.since > Version::Iso1987));
        let names = ELEMENTS.iter().map(|row| row.names);
        let names = names.chain(RENAMINGS.iter().map(|row| row.names));
        let mut names = names.chain(EMV_TAGS.iter().map(|row| row.names)).flatten();
        assert!(names.all(|name| !name.is_empty()));
        let rows = rows(include_str!("../data/elements.tsv"), ELEMENT_COLUMNS).expect("a table");
        let mut words = rows.iter().flat_map(|row| &row.fields[3..]);
        assert!(words.all(|word| matches!(*word, "yes" | "no")));
        let tags = include_str!("../data/emv-tags.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
        assert!(tags.map(|line| line.rsplit('\t').next()).all(|word| matches!(word, Some("yes" | "no"))));
    }

    #[test]
    fn card_data_and_keys_are_never_shown() {
        for element in [2, 14, 34, 35, 36, 44, 45, 48, 52, 53, 55, 62, 96, 102, 103, 125, 129, 192] {
            for version in [None, Some(Version::Iso1987), Some(Version::Iso1993), Some(Version::Iso2003)] {
                assert!(!element_is_shown(element, version), "{element} {version:?}");
            }
        }
        for tag in [0x56, 0x57, 0x5a, 0x5f20, 0x5f24, 0x5f30, 0x99, 0x9f0b, 0x9f1f, 0x9f20, 0x9f6b, 0xdf8129]
        {
            assert!(!emv_tag_is_shown(tag), "{tag:X}");
        }
        assert!(element_is_shown(39, None) && emv_tag_is_shown(0x95));
        assert_eq!(element_name(39, None, true), Some("应答码"));
        assert_eq!(emv_tag_name(0x9f26, false), Some("Application cryptogram"));
    }

    #[test]
    fn elements_are_shown_and_called_as_their_version_has_them() {
        let [of_1987, of_1993, of_2003] = Version::ALL.map(Some);
        for (element, shown) in [
            (22, [true, true, false]),
            (31, [true, false, true]),
            (39, [true; 3]),
            (49, [true, true, false]),
            (66, [true, false, false]),
            (72, [true, false, false]),
            (90, [true, true, false]),
            (95, [true, false, false]),
        ] {
            assert_eq!(
                [of_1987, of_1993, of_2003].map(|of| element_is_shown(element, of)),
                shown,
                "{element}"
            );
            assert_eq!(element_is_shown(element, None), shown == [true; 3], "{element}");
        }
        let names = |element| [None, of_1987, of_1993, of_2003].map(|of| element_name(element, of, false));
        let (message, record) = (Some("Message number, last"), Some("Data record"));
        assert_eq!(names(72), [message, message, record, record]);
        assert_eq!(names(49)[2..], [Some("Currency code, transaction"), Some("Verification data")]);
        assert_eq!(names(129), [None; 4]);
    }

    /// What the profiles of a version have as binary shows nothing, whatever it is for.
    #[test]
    fn nothing_binary_is_shown() {
        use crate::wire::{Content, Profile};
        for profile in Profile::all() {
            let version = Version::from_digit(profile.version());
            let is_binary = |element: &u8| {
                profile.element(*element).is_some_and(|element| element.content() == Content::Binary)
            };
            for element in (2..=128).filter(is_binary) {
                assert!(!element_is_shown(element, version), "{} {element}", profile.name());
            }
        }
    }
}
