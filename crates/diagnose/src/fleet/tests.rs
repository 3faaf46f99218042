//! A table of more chunks than are put in order beside each other, against a plain walk over its rows.

use super::filling::layout::{CHUNKS, GROUPS};
use super::filling::mark_of;
use super::*;
use crate::Settings;
use posmortem_classify::CodeTables;
use posmortem_exchange::{Aside, CardKey, Exchange, Leg, Reply, Source, TerminalEventKind, conclude};
use posmortem_iso8583::ResponseCode;

const ROWS: usize = (CHUNKS * GROUPS) << 16 | 5_000;

/// Terminals that come and go, one of which moves; attempts without a terminal; links and issuers that the log shows
/// late.
fn table() -> (ExchangeTable, Names) {
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    let terminals = ["", "7", "1", "30", "4"].map(|id| names.intern(id));
    let links = ["d", "c", "b", "a"].map(|link| names.intern(link));
    let issuers: Vec<Symbol> = (0..33).map(|issuer| names.intern(&format!("{issuer:06}"))).collect();
    let sites = ["", "north", "south"].map(|site| names.intern(site));
    let modes = [EntryMode::Chip, EntryMode::Contactless, EntryMode::Manual];
    for row in 0..ROWS {
        let terminal = row * row % 31 % 5 * usize::from(row % 9 < row >> 17);
        let leg = Leg {
            terminal_key: terminals[terminal],
            link: links[row % (1 + row / 150_000)],
            issuer: issuers[row % 7 % (1 + row / 50_000) + row / 20_000],
            site: sites[if terminal == 2 { 1 + row / (ROWS / 2 + 1) } else { 0 }],
            entry_mode: modes[row % 11 % 3],
            code: ResponseCode::parse(if row % 21 == 0 { b"91" } else { b"00" }),
            latency_ms: Some(100 + (row % 997) as u32),
            card: (row % 5 > 0).then(|| CardKey::new(row as u64 % 700_001)),
            stan: Some(row as u64),
            ..Leg::untold(Timestamp { millis: row as i64 / 3, offset_minutes: None }, Source::default())
        };
        let exchange = Exchange::alone(leg);
        table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
    }
    table.finish(&names, |_, _| true);
    (table, names)
}

/// Every row: its number, its chunk and its place there.
fn rows(table: &ExchangeTable) -> impl Iterator<Item = (u32, &Chunk, usize)> {
    let chunks = (0_u32..).step_by(1 << 16).zip(table.chunks());
    chunks.flat_map(|(first, chunk)| (0..chunk.len()).map(move |at| (first + at as u32, chunk, at)))
}

#[test]
fn each_row_becomes_one_attempt_of_its_terminal_in_the_order_of_the_table() {
    let (table, names) = table();
    let settings = Settings::default();
    let fleet = Fleet::of(&table, &names, &settings);
    let mut found = vec![Vec::new(); fleet.terminals.len()];
    for (row, chunk, at) in rows(&table) {
        let place = table.places()[chunk.places().id(at)];
        let terminal = fleet.terminals.iter().position(|symbol| *symbol == place.terminal);
        let mark = mark_of(&table.endings()[chunk.endings().id(at)]);
        found[terminal.expect("all are told")].push((row, chunk.millis(at), mark));
    }
    assert_eq!(fleet.day.sequences.len(), found.len());
    for (range, found) in fleet.day.sequences.iter().zip(found) {
        assert!(!range.is_empty());
        let attempts = range.clone().map(|at| (fleet.rows[at], &fleet.day.attempts[at]));
        let told = attempts.clone().map(|(row, attempt)| (row, attempt.at, attempt.mark));
        assert!(told.eq(found));
        assert!(attempts.into_iter().all(|(_, attempt)| attempt.count == 1));
    }
    let shown: Vec<usize> = fleet.cards.attempts().collect();
    let places = fleet.day.attempts.iter().enumerate();
    assert_eq!(shown, places.filter(|(_, attempt)| attempt.shows()).map(|(at, _)| at).collect::<Vec<_>>());
    for at in shown {
        let (chunk, row) = table.at(fleet.rows[at]);
        assert_eq!(fleet.cards.get(at), Some(chunk.cards().get(row)));
    }
}

/// Numbers are given where something is met first: wares in the order of rows, leaves in that of attempts, cells in
/// that of leaves.
#[test]
fn leaves_tell_what_their_rows_do_and_are_numbered_as_they_are_met() {
    let (table, names) = table();
    let settings = Settings::default();
    let fleet = Fleet::of(&table, &names, &settings);
    let leaves = &fleet.day.leaves;
    let mut leaf_of_row = vec![0; table.len()];
    let mut attempts_by_leaf = vec![0; leaves.count()];
    for (attempt, row) in fleet.day.attempts.iter().zip(&fleet.rows) {
        leaf_of_row[*row as usize] = attempt.leaf;
        attempts_by_leaf[attempt.leaf as usize] += 1;
    }
    assert_eq!(fleet.attempts_by_leaf, attempts_by_leaf);
    for ((_, chunk, at), leaf) in rows(&table).zip(&leaf_of_row) {
        let text = |attribute: Attribute| fleet.text(attribute, leaves.value(attribute.dimension(), *leaf));
        let place = table.places()[chunk.places().id(at)];
        assert_eq!(text(Attribute::Terminal), names.text(place.terminal));
        assert_eq!(text(Attribute::Site), names.text(place.site));
        assert_eq!(text(Attribute::Link), names.text(table.links()[chunk.links().id(at)]));
        assert_eq!(text(Attribute::Issuer), names.text(table.issuers()[chunk.issuers().id(at)]));
        let manner = table.manners()[chunk.manners().id(at)];
        assert_eq!(text(Attribute::EntryMode), manner.entry_mode.name());
        let (issuer, class) = fleet.cells.of[leaves.cell(*leaf) as usize];
        assert_eq!(fleet.cells.manners[class as usize].entry_mode, manner.entry_mode);
        // Each issuer has attempts enough for a level of its own.
        assert_eq!(fleet.cells.issuers[issuer as usize], text(Attribute::Issuer));
    }
    assert_eq!(out_of_turn(leaf_of_row.iter().map(|leaf| leaves.parts[*leaf as usize][1])), None);
    assert_eq!(out_of_turn(fleet.day.attempts.iter().map(|attempt| attempt.leaf)), None);
    assert_eq!(out_of_turn((0..leaves.count() as u32).map(|leaf| leaves.cell(leaf))), None);
}

/// The first number that is not the next one, and was not there before.
fn out_of_turn(numbers: impl Iterator<Item = u32>) -> Option<u32> {
    let mut next = 0;
    for number in numbers {
        if number > next {
            return Some(number);
        }
        next = next.max(number + 1);
    }
    None
}

#[test]
fn threads_change_nothing() {
    let (table, names) = table();
    let settings = Settings::default();
    let told = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let fleet = pool.install(|| Fleet::of(&table, &names, &settings));
        let Fleet { day, rows, cells, cards, attempts_by_leaf, attacks, .. } = fleet;
        let shown: Vec<_> = cards.attempts().map(|at| (at, cards.get(at))).collect();
        let leaves = (day.leaves.columns, day.leaves.cells, day.leaves.parts, attempts_by_leaf);
        let cells = (cells.of, cells.issuers, cells.manners);
        (leaves, cells, (day.attempts, day.sequences, day.span), rows, shown, attacks)
    };
    let one = told(1);
    assert!(one.4.len() > ROWS / 30, "some attempts show something");
    assert!(told(2) == one);
    assert!(told(7) == one);
}

/// Sign-ons and attempts are told by one clock, that on the wall.
#[test]
fn events_stand_by_the_clock_of_the_attempts() {
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    let terminal = names.intern("7");
    let noon = Timestamp { millis: 12 * 3_600_000, offset_minutes: Some(480) };
    let leg = Leg { terminal, terminal_key: terminal, ..Leg::untold(noon, Source::default()) };
    let exchange = Exchange::alone(leg);
    table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
    table.push_aside(&Aside {
        at: noon,
        source: Source::default(),
        terminal,
        terminal_key: terminal,
        link: Symbol::ABSENT,
        stan: None,
        what: Some(TerminalEventKind::SignOn(Reply::Accepted)),
    });
    table.finish(&names, |_, _| true);
    let settings = Settings::default();
    let fleet = Fleet::of(&table, &names, &settings);
    let at = 20 * 3_600_000;
    assert_eq!(fleet.day.attempts.iter().map(|attempt| attempt.at).collect::<Vec<_>>(), [at]);
    assert_eq!(fleet.sign_ons(1).collect::<Vec<_>>(), [at]);
    assert_eq!(fleet.moment(at), noon);
}
