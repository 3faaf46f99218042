//! What is written comes back, and what is not as it was written is refused.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

use posmortem_classify::{CodeTables, Dialect, Kind, Reason, ReversalReason};
use posmortem_exchange::{
    Aside, CardToken, Conclusion, Direction, DoubtfulLeg, Exchange, FileFacts, FileState, FileSummary,
    FirstReject, Form, Ledger, Leg, LinkSpan, Names, PairingSettings, Reference, Reply, RunFacts, Source,
    SplitFacts, Standing, TerminalEventKind, Traces, Undo, conclude, terminal_key,
};
use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, NetworkManagement, ResponseCode, Timestamp};
use posmortem_tables::{Header, Row, Table, TableError, TableFacts, TableWriter};
use std::fs;
use std::io::Write;
use std::path::Path;

fn mti(text: &str) -> Option<Mti> {
    Mti::parse(text.as_bytes())
}

fn code(text: &str) -> Option<ResponseCode> {
    ResponseCode::parse(text.as_bytes())
}

fn at(millis: i64) -> Timestamp {
    Timestamp { millis, offset_minutes: Some(-210) }
}

/// A leg that tells everything.
fn full(names: &mut Names, millis: i64) -> Leg {
    let token = CardToken::new(std::array::from_fn(|at| at as u8 * 17));
    Leg {
        mti: mti("0420"),
        terminal: names.intern("00T1"),
        terminal_key: names.intern(terminal_key("00T1")),
        merchant: names.intern("M1"),
        issuer: names.intern("62284801"),
        link: names.intern("link, \"north\""),
        site: names.intern("站"),
        equipment: names.intern("north\u{1f}P400 \u{1f}1.2"),
        traces: Traces::ALL.into_iter().fold(Traces::NONE, |all, (trace, _)| all | trace),
        management: Some(NetworkManagement::KeyChange),
        switch_reason: names.intern("card.not.found"),
        operator: names.intern("clerk 07"),
        stan: Some(999_999_999_999),
        rrn: Reference::new("x 00000000000000000000000"),
        trace: u64::MAX,
        in_dump: true,
        amount: Some(Amount { minor: 999_999_999_999, currency: Currency::parse(b"156").unwrap() }),
        card: Some(token.key()),
        token: Some(token),
        code: code("8Z"),
        dialect: Dialect::from_name("visa"),
        kind: Kind::Refund,
        entry_mode: EntryMode::Fallback,
        latency_ms: Some(u32::MAX),
        direction: Direction::Outgoing,
        original_stan: Some(17),
        original_rrn: Reference::new("R1"),
        reversal_reason: ReversalReason::known("4001", None),
        leaves_a_part: true,
        is_row: true,
        ..Leg::untold(at(millis), Source { input: 1, offset: 1 << 40 })
    }
}

fn legs(names: &mut Names) -> Vec<Leg> {
    let bare = Leg::untold(Timestamp { millis: -1, offset_minutes: None }, Source { input: 0, offset: 0 });
    let reversal = Leg {
        reversal_reason: ReversalReason::known("4021", Some(Reason::RESPONSE_TIMEOUT)),
        direction: Direction::Incoming,
        amount: Some(Amount { minor: 0, currency: Currency::UNKNOWN }),
        trace: 2,
        equipment: names.intern("\u{1f}\u{1f}1.2"),
        traces: Traces::REPEATED,
        management: None,
        ..full(names, 1_763_683_200_250)
    };
    vec![full(names, 1_763_683_200_000), bare, reversal]
}

/// Everything that a conclusion, a tally or a row asks of an exchange.
fn told(exchange: &Exchange, names: &Names) -> String {
    let conclusion = conclude(exchange, CodeTables::built_in());
    let text = |of: fn(&Leg) -> posmortem_exchange::Symbol| names.text(exchange.symbol(of)).to_owned();
    let texts = [
        text(|leg| leg.terminal),
        text(|leg| leg.terminal_key),
        text(|leg| leg.merchant),
        text(|leg| leg.site),
        text(|leg| leg.issuer),
        text(|leg| leg.link),
        text(|leg| leg.switch_reason),
        text(|leg| leg.operator),
        text(|leg| leg.equipment),
    ];
    let main = exchange.main();
    format!(
        "{conclusion:?} {:?} {} {:?} {:?} {texts:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?}",
        exchange.form,
        exchange.began,
        exchange.at(),
        exchange.source(),
        main.mti,
        main.kind,
        exchange.either(|leg| leg.stan),
        exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent())),
        exchange.amount(),
        exchange.entry_mode(),
        exchange.latency_ms(),
        exchange.late,
        exchange.upstream,
        exchange.either(|leg| leg.token).map(CardToken::to_hex),
        exchange.undo.map(|undo| (undo.at, undo.reason, undo.partial, undo.answer)),
        exchange.traces(),
    )
}

fn exchanges(names: &mut Names) -> Vec<Exchange> {
    let request = Leg { mti: mti("0200"), latency_ms: None, code: None, ..full(names, 1_000_000) };
    let answer = Leg { mti: mti("0210"), at: at(1_004_000), latency_ms: None, ..request };
    let declined = Leg { code: code("51"), dialect: None, ..answer };
    let untold = Leg { mti: mti("0200"), ..Leg::untold(at(5), Source::default()) };
    let undo = Undo {
        at: at(1_009_000),
        reason: ReversalReason::known("68", Some(Reason::RESPONSE_TIMEOUT)),
        partial: true,
        answer: Some((code("05").unwrap(), Dialect::from_name("iso1993"))),
        last_answer: Some((code("00").unwrap(), Dialect::from_name("visa"))),
    };
    let plain = Exchange {
        form: Form::Paired,
        began: 1_000_000,
        request: Some(request),
        answer: Some(declined),
        upstream: None,
        late: false,
        undo: None,
    };
    let approved = Leg { code: code("00"), ..answer };
    vec![
        plain,
        Exchange { upstream: Some((code("91").unwrap(), None)), late: true, ..plain },
        Exchange { answer: Some(approved), undo: Some(undo), ..plain },
        Exchange { undo: Some(Undo { reason: None, answer: None, partial: false, ..undo }), ..plain },
        Exchange {
            form: Form::Complete,
            request: None,
            answer: Some(Leg { mti: None, ..declined }),
            ..plain
        },
        Exchange {
            form: Form::Complete,
            request: None,
            answer: Some(Leg { mti: mti("0200"), ..declined }),
            ..plain
        },
        Exchange { form: Form::RequestOnly, answer: None, ..plain },
        Exchange { form: Form::ResponseOnly, request: None, began: 999_000, ..plain },
        Exchange { form: Form::Open, answer: None, ..plain },
        Exchange { form: Form::Open, request: None, ..plain },
        Exchange { form: Form::RequestOnly, request: Some(untold), answer: None, began: 5, ..plain },
    ]
}

/// One of each kind and reply.
fn asides(names: &mut Names) -> Vec<Aside> {
    let managed = Reply::ALL.into_iter().flat_map(|reply| {
        [
            TerminalEventKind::SignOn(reply),
            TerminalEventKind::KeyChange(reply),
            TerminalEventKind::NetworkManagement(reply),
        ]
    });
    let others = [
        TerminalEventKind::StoredAdvice,
        TerminalEventKind::Reversal(None),
        TerminalEventKind::OrphanReversal(None),
        TerminalEventKind::OrphanReversal(ReversalReason::known("68", Some(Reason::RESPONSE_TIMEOUT))),
        TerminalEventKind::Reversal(ReversalReason::known("4001", None)),
        TerminalEventKind::Reversal(ReversalReason::known("68", Some(Reason::RESPONSE_TIMEOUT))),
    ];
    let full = Aside {
        at: at(1_000),
        source: Source { input: 1, offset: 7 },
        terminal: names.intern("00T1"),
        terminal_key: names.intern("T1"),
        link: names.intern("north"),
        stan: Some(999_999_999_999),
        what: None,
    };
    let of_kind = |what| Aside { what: Some(what), ..full };
    let silent = Aside { stan: None, ..full };
    managed.chain(others).map(of_kind).chain([full, silent]).collect()
}

fn header() -> Header {
    let file = |path: &str, frames, state| FileFacts {
        summary: FileSummary {
            path: path.to_owned(),
            format: "jpos".into(),
            bytes: 7,
            frames,
            rejected: 5,
            first_reject: Some(FirstReject { line: 1, reason: "no \"time\"".to_owned() }),
            state,
        },
        is_unsorted: true,
        unknown_columns: vec!["termnal".to_owned()],
        other_formats: vec!["keyvalue".to_owned()],
        split: (path == "a.log").then(|| SplitFacts {
            start: 3,
            end: Some(70),
            lines: 4,
            has_line_ends_in_rows: true,
            latest: vec![-5, 8],
            doubtful: vec![DoubtfulLeg { offset: 7, millis: -9, ahead: 2 }],
            more_doubtful: Some((-8, 15)),
        }),
    };
    // Their frames are the eleven terms of the ledger, 1 to 11.
    let run = RunFacts {
        files: vec![
            file("a.log", 30, FileState::Whole),
            file("b.log", 36, FileState::BrokenOff("gzip".to_owned())),
            file("c.log", 0, FileState::Unreadable("no".to_owned())),
            file("d.log", 0, FileState::Empty),
        ],
        ledger: Ledger {
            paired: 1,
            complete: 2,
            request_only: 3,
            response_only: 4,
            duplicates: 5,
            reversal: 6,
            advice: 7,
            administrative: 8,
            out_of_order: 9,
            open: 10,
            rejected: 11,
            non_message: 12,
        },
        first: Some(at(-5)),
        last: Some(Timestamp { millis: 9, offset_minutes: None }),
        zones_told: true,
        zones_untold: false,
        masked_cards: 1,
        orphan_reversals: 2,
        attempt_requests: 3,
        attempt_answers: 4,
    };
    let pairing = PairingSettings {
        horizon_ms: 1,
        timeout_ms: 2,
        link_timeouts_ms: [("north".to_owned(), 3)].into_iter().collect(),
    };
    let span = |first_request| LinkSpan { first: at(1), last: at(2), first_request };
    let links = vec![(String::new(), span(None)), ("north".to_owned(), span(Some(1)))];
    Header {
        version: "0".to_owned(),
        rules_sha256: "1".to_owned(),
        token_key_id: "2".to_owned(),
        settings: "3".to_owned(),
        facts: TableFacts { run, pairing, links, core: Some((3, 4)), settled_legs: 5 },
    }
}

fn save(path: &Path, write: impl FnOnce(&mut TableWriter<fs::File>, &mut Names)) {
    let files = ["a.log", "b.log"].map(str::to_owned).to_vec();
    let mut table = TableWriter::new(fs::File::create(path).unwrap(), files).unwrap();
    write(&mut table, &mut Names::default());
    table.finish(&header()).unwrap();
}

fn open(path: &Path) -> Result<Table, TableError> {
    Table::open(fs::File::open(path).unwrap())
}

fn conclusion(exchange: &Exchange) -> Conclusion {
    conclude(exchange, CodeTables::built_in())
}

fn whole(path: &Path) {
    save(path, |table, names| {
        for leg in legs(names) {
            table.leg(&leg, names).unwrap();
        }
        for aside in asides(names) {
            table.aside(&aside, names).unwrap();
        }
        for exchange in exchanges(names) {
            table.exchange(&exchange, &conclusion(&exchange), Standing::Settled, names).unwrap();
            table.exchange(&exchange, &conclusion(&exchange), Standing::Edge, names).unwrap();
        }
    });
}

#[test]
fn everything_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    whole(&path);
    let table = open(&path).unwrap();
    let mut names = Names::default();
    let (mut legs_back, mut exchanges_back, mut asides_back) = (Vec::new(), Vec::new(), Vec::new());
    table
        .rows(&mut names, |row, names| match row {
            Row::Leg(leg) => legs_back.push(leg),
            Row::Settled(exchange) => exchanges_back.push(told(&exchange, names)),
            Row::Aside(aside) => asides_back.push(aside),
        })
        .unwrap();
    let mut known = names.clone();
    let expected: Vec<_> = legs(&mut known);
    assert_eq!(legs_back.len(), expected.len());
    for (back, leg) in legs_back.iter().zip(&expected) {
        assert_eq!(back.canonical_cmp(leg, &known), std::cmp::Ordering::Equal, "{:?} {:?}", back.at, leg.at);
        let rest = |leg: &Leg| {
            (leg.trace, leg.token.map(CardToken::to_hex), leg.at, leg.source, leg.reversal_reason)
        };
        assert_eq!(rest(back), rest(leg));
        assert!(back.card == leg.card);
    }
    let expected: Vec<_> = exchanges(&mut known).iter().map(|exchange| told(exchange, &known)).collect();
    assert_eq!(exchanges_back, expected);
    assert_eq!(asides_back, asides(&mut known));
}

#[test]
fn the_header_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    save(&path, |_, _| {});
    let (table, expected) = (open(&path).unwrap(), header());
    let Header { version, rules_sha256, token_key_id, settings, facts } = table.header();
    assert_eq!([version, rules_sha256, token_key_id, settings], ["0", "1", "2", "3"]);
    assert_eq!(facts.run, expected.facts.run);
    assert_eq!(format!("{facts:?}"), format!("{:?}", expected.facts));
}

#[test]
fn many_row_groups_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    save(&path, |table, names| {
        let exchange = exchanges(names)[0];
        let concluded = conclusion(&exchange);
        for number in 0..200_000_u64 {
            let request = exchange.request.map(|leg| Leg { stan: Some(number), ..leg });
            let exchange = Exchange { request, ..exchange };
            if let Some(group) = table.exchange(&exchange, &concluded, Standing::Settled, names).unwrap() {
                table.write(group.encode().unwrap()).unwrap();
            }
        }
    });
    let (table, mut names, mut next) = (open(&path).unwrap(), Names::default(), 0);
    // Groups are decoded in any order, and know nothing of each other's names.
    names.intern("a name before those of the table");
    let mut groups: Vec<_> = table.groups().collect();
    groups.reverse();
    let decoded: Vec<_> = groups.into_iter().map(|group| group.decode().unwrap()).collect();
    assert_eq!(decoded.len(), 4);
    for group in decoded.into_iter().rev() {
        let count = |row, names: &Names| {
            let Row::Settled(exchange) = row else { panic!("no leg was written") };
            assert_eq!(exchange.either(|leg| leg.stan), Some(next));
            assert_eq!(names.text(exchange.terminal()), "00T1");
            assert_eq!(names.text(exchange.terminal_key()), "T1");
            assert_eq!(names.text(exchange.symbol(|leg| leg.equipment)), "north\u{1f}P400 \u{1f}1.2");
            next += 1;
        };
        group.hand_out(&mut names, count).unwrap();
    }
    assert_eq!(next, 200_000);
}

/// A log's names may be long: a group is full by them, too, and memory is bounded.
#[test]
fn long_texts_fill_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    save(&path, |table, names| {
        let long = names.intern(&"x".repeat(1 << 20));
        let leg = Leg { site: long, ..legs(names)[0] };
        let mut full = (0..64).map(|_| table.leg(&leg, names).unwrap());
        assert_eq!(full.by_ref().position(|group| group.is_some()), Some(63));
    });
}

/// Whatever byte is another one, or missing, is found out before anything is decoded.
#[test]
fn no_damage_goes_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    whole(&path);
    let bytes = fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.parquet");
    let refused = |bytes: &[u8], what: &str| {
        fs::File::create(&damaged).unwrap().write_all(bytes).unwrap();
        let error = open(&damaged).err().unwrap_or_else(|| panic!("{what}"));
        use TableError::{Damaged, Foreign, Truncated};
        assert!(matches!(error, Damaged | Foreign | Truncated), "{what}: {error}");
    };
    // All of the seal, the footer's end and the beginning, and a part of what lies between.
    let telling = |at: &usize| *at < 64 || at + 2_000 > bytes.len() || at.is_multiple_of(7);
    for at in (0..bytes.len()).filter(telling) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        refused(&flipped, &format!("bit flipped at {at} of {}", bytes.len()));
    }
    for length in (1..bytes.len()).step_by(97) {
        refused(&bytes[..length], &format!("cut at {length}"));
        refused(&bytes[length..], &format!("begun at {length}"));
    }
    refused(&[&bytes[..], b"PAR1"].concat(), "longer");
    refused(&[&bytes[..40], &bytes[60..]].concat(), "a piece missing");
}
