//! What detection alone makes of every public message, kept as a table in `docs/detection.md`.

mod vector;

use posmortem_iso8583::wire::{Element, Framing, Header, Profile, Ranked, encode, rank, rank_framing};
use std::fmt::Write;
use vector::Vector;

/// With `POSMORTEM_BLESS=1` its table is written; read the change before it is committed.
const PAGE: &str = include_str!("../../../docs/detection.md");

/// What detection chose for one message, alone.
struct Chosen {
    name: &'static str,
    wanted: &'static str,
    chosen: String,
    score: u32,
    why: &'static str,
    right: bool,
}

fn choose(vector: &Vector) -> Chosen {
    let profiles: Vec<&Profile> = Profile::all().collect();
    let ranked = rank(&[vector.message()], &profiles);
    let (name, wanted) = (vector.name, vector.profile);
    let Some(first) = ranked.first() else {
        let why = "no built-in profile reads it";
        return Chosen { name, wanted, chosen: "none".to_owned(), score: 0, why, right: false };
    };
    let chosen = first.profile.name().to_owned();
    let of_wanted = ranked.iter().find(|found| found.profile.name() == wanted);
    let same = of_wanted.is_some_and(|found| found.same_values_as_first);
    let rivals = ranked.iter().filter(|found| found.score == first.score && !found.same_values_as_first);
    let (right, why) = match of_wanted {
        _ if chosen == wanted && rivals.count() == 0 => (true, "nothing as plausible reads other values"),
        _ if chosen == wanted => (true, "others as plausible read other values and stand later in the list"),
        _ if same => (true, "reads the same values"),
        Some(_) => (false, "another profile is more plausible"),
        None => (false, "the message is of a specification of its own"),
    };
    Chosen { name, wanted, chosen, score: first.score, why, right }
}

#[test]
fn nine_in_ten_messages_are_known_alone_and_the_page_says_which() {
    let all: Vec<Chosen> = Vector::all().iter().map(choose).collect();
    let right = all.iter().filter(|chosen| chosen.right).count();
    let mut table =
        String::from("| message | its profile | chosen | score | right | why |\n|---|---|---|---|---|---|\n");
    for Chosen { name, wanted, chosen, score, why, right } in &all {
        let right = if *right { "yes" } else { "no" };
        writeln!(table, "| {name} | {wanted} | {chosen} | {score} | {right} | {why} |").expect("a string");
    }
    writeln!(table, "\nRight: {right} of {}.", all.len()).expect("a string");
    assert!(10 * right >= 9 * all.len(), "{table}");
    if std::env::var_os("POSMORTEM_BLESS").is_some() {
        let start = PAGE.find("| message |").expect("the table's place");
        let end = start + PAGE[start..].find("\nRight: ").expect("the table's end");
        let end = end + 1 + PAGE[end + 1..].find('\n').expect("a last line") + 1;
        let page = [&PAGE[..start], &table, &PAGE[end..]].concat();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/detection.md"), page)
            .expect("the page");
        return;
    }
    assert!(PAGE.contains(&table), "docs/detection.md must hold, with POSMORTEM_BLESS=1 it will:\n{table}");
}

#[test]
fn the_framing_of_public_messages_is_found() {
    let profiles: Vec<&Profile> = Profile::all().collect();
    let vectors = Vector::all();
    let framed = vectors.iter().filter(|vector| vector.framing().name() == "ascii-4");
    let stream: Vec<u8> = framed.flat_map(|vector| vector.bytes.clone()).collect();
    let found = rank_framing(&stream, 8192, &profiles)[0];
    assert_eq!((found.framing.name(), found.consumed, found.frames), ("ascii-4", 1000, 2));
    assert_eq!(found.best.profile.name(), "smartvista");
}

/// A day's worth of kinds of message, in every profile that can say them.
fn sample(profile: &Profile, count: u8) -> Vec<Vec<u8>> {
    let version = profile.version();
    let time = match profile.element(12).map(Element::max_len) {
        Some(12) => "261121093015",
        Some(14) => "20261121093015",
        _ => "093015",
    };
    let date =
        if profile.element(13).is_some_and(|element| element.max_len() == 6) { "261121" } else { "1121" };
    let amount = if profile.element(4).is_some_and(|element| element.max_len() == 16) {
        "1562000000012300"
    } else {
        "000000012300"
    };
    let terminal = if profile.element(41).is_some_and(|element| element.max_len() == 16) {
        "TERM000100000000"
    } else {
        "TERM0001"
    };
    let code = match profile.element(39).map(Element::max_len) {
        Some(3) => "100",
        Some(4) => "1000",
        _ => "51",
    };
    (0..count)
        .map(|at| {
            let stan =
                format!("{:0width$}", 104_200 + u32::from(at), width = if version == 2 { 12 } else { 6 });
            let mti = format!("{version}{}10", if at % 2 == 0 { 1 } else { 2 });
            let values: [(u8, &str); 10] = [
                (0, &mti),
                (2, "4111111111111111"),
                (3, "000000"),
                (4, amount),
                (7, "1121013015"),
                (11, &stan),
                (12, time),
                (13, date),
                (39, code),
                (41, terminal),
            ];
            let values = values.map(|(element, text)| (element, text.as_bytes()));
            let mut message = Vec::new();
            encode(profile, &values, &mut message)
                .unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
            message
        })
        .collect()
}

#[test]
fn a_sample_of_any_profile_in_any_framing_is_read_as_it_was_written() {
    let profiles: Vec<&Profile> = Profile::all().collect();
    for profile in Profile::all() {
        let header = Header::named(profile.headers().next().expect("a header")).expect("a known header");
        let messages: Vec<Vec<u8>> =
            sample(profile, 8).iter().map(|message| [header.usual(), message].concat()).collect();
        for framing in &Framing::all()[1..] {
            let mut stream = Vec::new();
            assert!(messages.iter().all(|message| framing.wrap(message, &mut stream)));
            let found = rank_framing(&stream, 8192, &profiles)[0];
            let what = format!(
                "{} in {}: {} in {}",
                profile.name(),
                framing.name(),
                found.best.profile.name(),
                found.framing.name()
            );
            assert_eq!((found.consumed, found.frames), (1000, 8), "{what}");
            assert_eq!(found.best.header, header, "{what}");
            assert!(reads_alike(profile, header, &messages, &found.best), "{what}");
        }
    }
}

/// Whether the profile that was found reads what was written, whatever it is called.
fn reads_alike(profile: &Profile, header: &Header, messages: &[Vec<u8>], found: &Ranked<'_>) -> bool {
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let ranked = rank(&messages, &[found.profile, profile]);
    let written = ranked.iter().find(|ranked| ranked.profile == profile && ranked.header == header);
    written.is_some_and(|written| written.same_values_as_first)
}
