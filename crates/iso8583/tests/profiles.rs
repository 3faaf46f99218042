//! What profiles say that other crates' tables must know.

use posmortem_iso8583::rows;
use posmortem_iso8583::wire::{Expected, Fields, Profile, encode};

#[test]
fn every_dialect_has_a_table_of_codes() {
    let text = include_str!("../../classify/data/dialects.tsv");
    let header: Vec<&str> =
        text.lines().find(|line| !line.starts_with('#')).expect("a header").split('\t').collect();
    let columns: [&str; 5] = header.try_into().expect("the columns of dialects");
    let dialects = rows(text, columns).expect("a table of dialects");
    for profile in Profile::all() {
        let dialect = profile.dialect().expect("every built-in profile has one");
        assert!(dialects.iter().any(|row| row.fields[0] == dialect), "{}: {dialect}", profile.name());
    }
}

#[test]
fn the_page_lists_every_profile_as_it_is() {
    let page = include_str!("../../../docs/wire-profiles.md");
    for profile in Profile::all() {
        let verified = if profile.is_verified() { "yes" } else { "no" };
        let header = profile.headers().next().expect("a header");
        let row = format!("| `{}` | {verified} | {header} | {} |", profile.name(), profile.title());
        assert!(page.contains(&row), "docs/wire-profiles.md must hold:\n{row}");
    }
    let example = page.split("```").nth(1).and_then(|block| block.strip_prefix("toml")).expect("an example");
    let profile = Profile::parse(example).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(profile.element(41).map(posmortem_iso8583::wire::Element::max_len), Some(16));
}

#[test]
fn field_65_is_read_where_the_specification_has_it() {
    for (name, len) in [("iso87-ascii", 2), ("iso87-bcd", 1), ("iso93-ascii", 16), ("postbridge", 8)] {
        let profile = Profile::built_in(name).expect("a built-in profile");
        let value = "01".repeat(profile.element(65).expect("field 65").max_len() as usize);
        let mti = if profile.version() == 1 { &b"1804"[..] } else { b"0800" };
        let mut message = Vec::new();
        encode(profile, &[(0, mti), (65, value.as_bytes())], &mut message).expect("a message");
        let mut fields = Fields::new();
        assert_eq!(profile.decode(&message, &mut fields), Ok(()), "{name}");
        let found = profile.value(&message, &fields, 65).expect("a value");
        assert_eq!(found.bytes().len(), len, "{name}");
    }
    // There it announces a third bitmap, or is one.
    for name in ["visa-base1", "iso2003"] {
        assert!(Profile::built_in(name).expect("a built-in profile").element(65).is_none(), "{name}");
    }
}

#[test]
fn a_fourth_bitmap_is_refused_wherever_the_third_stands() {
    let bitmaps = [0x80, 0x80, 0x80].map(|first| [first, 0, 0, 0, 0, 0, 0, 0]).concat();
    let visa = [&b"\x02\x00"[..], &bitmaps].concat();
    let iso2003 = [&b"\x22\x00"[..], &bitmaps].concat();
    for (name, message, element) in [("visa-base1", visa, None), ("iso2003", iso2003, Some(65))] {
        let profile = Profile::built_in(name).expect("a built-in profile");
        let error = profile.decode(&message, &mut Fields::new()).expect_err("a fourth bitmap");
        assert_eq!((error.element, error.offset, error.expected), (element, 18, Expected::NoFurtherBitmap));
    }
}
