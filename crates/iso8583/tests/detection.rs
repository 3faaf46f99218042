//! What detection alone makes of every public message, kept as a table in `docs/detection.md`.

mod vector;

use posmortem_iso8583::wire::{Profile, encode, rank, read_alike};
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
fn what_no_profile_reads_between_the_messages_separates_none() {
    let profile = Profile::built_in("postbridge").expect("a built-in profile");
    let message = |mti: &str, stan: &str| {
        let fields = [(0, mti), (3, "000000"), (11, stan), (39, "05"), (41, "10012345")];
        let mut message = Vec::new();
        encode(profile, &fields.map(|(element, text)| (element, text.as_bytes())), &mut message)
            .expect("a message");
        message
    };
    let digest: Vec<u8> = (0..32).map(|at: u8| at.wrapping_mul(167) ^ 0xe3).collect();
    let messages = [message("0210", "000001"), digest, message("0210", "000002")];
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let others = ["iso87-ascii-binary", "postbridge"].map(|name| Profile::built_in(name).expect("a profile"));
    let ranked = rank(&messages, &others);
    assert!(ranked.len() >= 2 && ranked.iter().all(|found| found.exact == 2), "{ranked:?}");
    assert!(ranked.iter().all(|found| found.same_values_as_first), "{ranked:?}");
    // What one of them alone reads does separate them.
    let cut = &messages[0][..messages[0].len() - 1];
    let [first, second] = [&ranked[0], &ranked[1]];
    assert!(read_alike(first, second, [(Some(messages[0]), Some(messages[0])), (None, Some(cut))]));
    assert!(!read_alike(first, second, [(Some(messages[0]), None)]));
}
