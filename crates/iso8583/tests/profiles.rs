//! What profiles say that other crates' tables must know.

use posmortem_iso8583::rows;
use posmortem_iso8583::wire::Profile;

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
