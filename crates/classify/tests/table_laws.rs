//! Laws that hold for every row of the built-in tables.

use std::collections::{BTreeMap, BTreeSet};

use posmortem_classify::{
    Circumstances, CodeTables, Dialect, Entry, Kind, Meaning, Reason, Retry, source_title,
};
use posmortem_iso8583::{EntryMode, Mti, ResponseCode};

fn tables() -> &'static CodeTables {
    CodeTables::built_in()
}

fn code(text: &str) -> ResponseCode {
    ResponseCode::parse(text.as_bytes()).expect("one to eight letters or digits")
}

fn plain(dialect: Dialect, text: &str) -> Meaning {
    tables().meaning(dialect, code(text), &Circumstances::default())
}

fn is_exact(entry: &Entry) -> bool {
    entry.range().is_none() && entry.mti.is_none()
}

#[test]
fn every_row_is_kept() {
    assert_eq!(tables().all_entries().len(), 1_464);
    assert_eq!(Reason::all().len(), 58);
}

#[test]
fn dialects_and_code_rows_agree() {
    let with_rows: BTreeSet<Dialect> = tables().all_entries().iter().map(|entry| entry.dialect).collect();
    assert_eq!(with_rows, Dialect::all().collect());
}

#[test]
fn keys_are_unique_and_titles_short() {
    let mut keys = BTreeSet::new();
    for entry in tables().all_entries() {
        assert!(keys.insert((entry.dialect, entry.code, entry.mti)), "{entry:?}");
        assert!(!entry.title_en.is_empty() && entry.title_en.chars().count() <= 60, "{entry:?}");
        assert!(source_title(entry.source).is_some(), "{entry:?}");
    }
}

#[test]
fn only_declines_can_be_tried_again() {
    for entry in tables().all_entries() {
        let decline = matches!(entry.meaning, Meaning::Declined(_));
        assert_eq!(decline, entry.retry != Retry::NotApplicable, "{entry:?}");
        assert_ne!(entry.meaning, Meaning::Unlisted);
    }
}

#[test]
fn codes_have_the_length_of_their_dialect() {
    for entry in tables().all_entries() {
        let length = entry.range().map_or(entry.code, |(first, _)| first).len();
        // jPOS adds three internal markers of five digits.
        let expected =
            if entry.code.len() == 5 && entry.range().is_none() { 5 } else { entry.dialect.code_length() };
        assert_eq!(length, expected, "{entry:?}");
    }
}

/// The fast lookup against the slow obvious one, for every code of two characters, three and four
/// digits, and every listed code of another shape, in every dialect.
#[test]
fn lookup_agrees_with_a_walk_through_the_rows() {
    let signs = || ('0'..='9').chain('A'..='Z');
    let mut codes: Vec<String> = signs().flat_map(|a| signs().map(move |b| format!("{a}{b}"))).collect();
    codes.extend((0..1_000).map(|number| format!("{number:03}")));
    codes.extend((0..10_000).map(|number| format!("{number:04}")));
    codes.extend(
        tables().all_entries().iter().filter(|entry| is_exact(entry)).map(|entry| entry.code.to_owned()),
    );

    let mut exact: BTreeMap<(Dialect, &str), Meaning> = BTreeMap::new();
    let mut ranges: Vec<&Entry> = Vec::new();
    for entry in tables().all_entries().iter().filter(|entry| entry.mti.is_none()) {
        match entry.range() {
            None => drop(exact.insert((entry.dialect, entry.code), entry.meaning)),
            Some(_) => ranges.push(entry),
        }
    }
    // Rows without an MTI may hold under the default circumstances.
    let ruled: BTreeSet<(Dialect, &str)> = tables()
        .all_qualified_entries()
        .iter()
        .filter(|row| row.mti == "-")
        .flat_map(|row| Dialect::all().filter(|link| row.names(*link)).map(|link| (link, row.code)))
        .collect();
    for dialect in Dialect::all() {
        for text in codes.iter().filter(|text| text.len() == dialect.code_length() || text.len() > 4) {
            let by_code = dialect.chain().find_map(|link| exact.get(&(link, text.as_str())).copied());
            let by_range = || {
                let in_range = |link: Dialect| {
                    ranges.iter().rev().find(|entry| entry.dialect == link && entry.covers(text))
                };
                dialect.chain().find_map(in_range).map(|entry| entry.meaning)
            };
            let expected = by_code.or_else(by_range).unwrap_or(Meaning::Unlisted);
            if !dialect.chain().any(|link| ruled.contains(&(link, text.as_str()))) {
                assert_eq!(plain(dialect, text), expected, "{dialect} {text}");
            }
        }
    }
}

/// A qualified row that says what the tables say anyway, in every dialect it names, is dead.
#[test]
fn every_qualified_row_changes_something() {
    for row in tables().all_qualified_entries() {
        let changes = Dialect::all().filter(|dialect| row.names(*dialect)).any(|dialect| {
            let listed = dialect.chain().find_map(|link| {
                tables().all_entries().iter().find(|entry| entry.dialect == link && entry.code == row.code)
            });
            listed.map(|entry| entry.meaning) != Some(row.meaning)
        });
        assert!(changes, "{row:?}");
        assert!(row.why.ends_with('.'), "{row:?}");
    }
}

/// Each qualified row is reached: some message gets its meaning from some dialect that it names.
#[test]
fn every_qualified_row_can_be_reached() {
    let mtis = ["0210", "0110", "0220", "0120", "0320", "0420", "0810", "0310"];
    for row in tables().all_qualified_entries() {
        let reached = Dialect::all().filter(|dialect| row.names(*dialect)).all(|dialect| {
            mtis.iter().any(|mti| {
                Kind::ALL.iter().any(|&kind| {
                    EntryMode::ALL.iter().any(|&entry_mode| {
                        let circumstances =
                            Circumstances { mti: Mti::parse(mti.as_bytes()), kind, entry_mode };
                        tables().meaning(dialect, code(row.code), &circumstances) == row.meaning
                    })
                })
            })
        });
        assert!(reached, "{row:?}");
    }
}

#[test]
fn explain_finds_rows_by_code_and_by_reason() {
    let dialects =
        |text: &str| -> Vec<&str> { tables().entries(text).map(|entry| entry.dialect.name()).collect() };
    assert!(dialects("79").len() > 8 && dialects("79").contains(&"mastercard"));
    assert_eq!(dialects("1803"), ["iso2003"]);
    assert_eq!(dialects("0n7"), dialects("N7"));
    assert_eq!(dialects("5"), dialects("05"));
    assert!(dialects("").is_empty() && dialects("4111111111111111").is_empty());
    let key_exchange = tables().entries("79").find(|entry| entry.mti.is_some()).unwrap();
    assert_eq!(key_exchange.reason(), Some(Reason::KEY_EXCHANGE_FAILED));
    assert_eq!(tables().qualified_entries("57").count(), 2);
    for reason in Reason::all() {
        for entry in tables().entries_with_reason(reason) {
            assert_eq!((entry.reason(), entry.cause()), (Some(reason), Some(reason.cause())));
        }
    }
    assert!(tables().entries_with_reason(Reason::PIN_INCORRECT).count() > 15);
}
