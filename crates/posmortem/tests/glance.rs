//! Rows that are read at a glance count as if they had gone the long way.
//!
//! The long way is the oracle: it is taken whenever an observer wants to hear of exchanges. Days here
//! are mostly plain answers, as exports of one side have them, with few terminals, STANs and references,
//! so that legs which stand alone, legs in a crowd and legs of the other kinds meet in every order.

use posmortem::{InputSource, Settings, analyse};
use posmortem_report::{Format, View, write_summary};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,pos_entry_mode,response_code,link,latency_ms,direction,original_stan";

/// A row and the second at which it is written.
fn row() -> impl Strategy<Value = (u32, String)> {
    let mti = prop_oneof![
        30 => Just("0210"),
        6 => Just("0110"),
        3 => Just(""),
        2 => Just("0410"),
        2 => Just("0230"),
        1 => Just("0810"),
        1 => Just("1210"),
        2 => Just("0400"),
        1 => prop::sample::select(vec!["0200", "0400", "0420", "0220", "0201", "9999", "0100"]),
    ];
    let terminal = prop::sample::select(vec!["T1", "T2", "0T1", "10012345", "00012345", " T2", "", "NULL"]);
    let terminal = prop_oneof![9 => prop::sample::select(vec!["T1", "T2", "10012345", "T3"]), 1 => terminal];
    let merchant = prop::sample::select(vec!["102911054110011", "102911058120023", "", "-"]);
    let rrn = prop_oneof![
        4 => Just("own".to_owned()),
        2 => (1..9_u32).prop_map(|number| format!("{number:012}")),
        1 => Just(String::new()),
        1 => prop::sample::select(vec!["R1", "4111111111111111"]).prop_map(str::to_owned),
    ];
    let card = prop::sample::select(vec![
        "4111111111111111",
        "4242424242424242",
        "5555555555554444",
        "",
        "411111______1112",
        "378282246310005",
        " 4111111111111111",
    ]);
    // Kinds of answers repeat, as they do in logs: none is known at its first sight.
    let kind =
        prop_oneof![12 => Just("000000"), 1 => prop::sample::select(vec!["200000", "310000", "", "00", "3"])];
    let amount = prop::sample::select(vec!["000000001000", "1000", "7", "10.50", "", "x", "0000000001000"]);
    let currency = prop::sample::select(vec!["156", "156", "840", "CNY", "", "NULL"]);
    let mode =
        prop_oneof![12 => Just("051"), 1 => prop::sample::select(vec!["071", "901", "801", "", "chip"])];
    let code = prop_oneof![
        12 => Just("00"),
        4 => Just("51"),
        1 => prop::sample::select(vec!["91", "05", "10", "8Z", "55", "A0"]),
        1 => prop::sample::select(vec!["", "0", "000", "wrong code"]),
    ];
    let link = prop::sample::select(vec!["east", "west", "", "a-link-with-a-long-name"]);
    let latency = prop::sample::select(vec!["", "812", "59999", "60001", "70000", "fast"]);
    let direction = prop_oneof![20 => Just(""), 1 => Just("out"), 1 => Just("in")];
    let original = prop_oneof![20 => Just(""), 1 => Just("000007"), 1 => Just("3")];
    let odd = prop_oneof![60 => Just(""), 1 => Just("torn"), 1 => Just("quoted"), 1 => Just("blank"), 1 => Just("crlf")];
    // Near each other, hours apart, or by a wrong clock.
    let second =
        prop_oneof![8 => 0..12_000_u32, 4 => 3_000..3_700_u32, 6 => 5_000..5_070_u32, 1 => Just(900_000_u32)];
    let numbers = (second, 0..590_u32, 0..20_u32, 0..1_000_u32);
    let first = (mti, terminal, merchant, rrn, card, kind);
    let second = (amount, currency, mode, code, link, latency, direction, original, odd);
    (numbers, first, second).prop_map(
        |((second, delay, stan, milli), (mti, terminal, merchant, rrn, card, kind), (amount, currency, mode, code, link, latency, direction, original, odd))| {
            let (day, rest) = (21 + second / 86_400, second % 86_400);
            let fraction = if milli % 3 == 0 { String::new() } else { format!(".{milli:03}") };
            let time = format!("2026-11-{day}T{:02}:{:02}:{:02}{fraction}", rest / 3600, rest / 60 % 60, rest % 60);
            let rrn = if rrn == "own" { format!("{:012}", 100 + stan) } else { rrn };
            let stan = if stan == 0 { String::new() } else { format!("{stan:06}") };
            let line = format!(
                "{time},{mti},{stan},{rrn},{terminal},{merchant},{card},{kind},{amount},{currency},{mode},{code},{link},{latency},{direction},{original}"
            );
            let line = match odd {
                "torn" => line[..line.len() / 2].to_owned(),
                "quoted" => line.replacen(mti, &format!("\"{mti}\""), 1),
                "blank" => format!("\n{line}"),
                "crlf" => format!("{line}\r"),
                _ => line,
            };
            (second.min(12_000) + delay, line)
        },
    )
}

fn report(files: &[PathBuf], block_size: usize, threads: usize, at_a_glance: bool) -> String {
    let mut settings = Settings {
        tells_exchanges: !at_a_glance,
        probed_legs: 1,
        waiting_legs: block_size % 40,
        ..Settings::default()
    };
    settings.input.block_size = block_size;
    let sources: Vec<_> = files.iter().cloned().map(InputSource::Path).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let run = pool.install(|| analyse(&sources, &settings, &mut ()));
    assert_eq!(run.summary.ledger.frames(), run.summary.files.iter().map(|file| file.frames).sum::<u64>());
    let mut report = Vec::new();
    let view = View { all_terminals: true, version: "0", rules_sha256: "0", ..View::default() };
    write_summary(&run.summary, Format::Json, &view, &mut report).expect("a Vec takes every byte");
    format!("{}\nselected {}", String::from_utf8(report).expect("UTF-8"), run.selected)
}

fn file(folder: &Path, name: &str, rows: &[(u32, String)]) -> PathBuf {
    let path = folder.join(name);
    let text: String = rows.iter().map(|(_, line)| format!("{line}\n")).collect();
    fs::write(&path, format!("{HEADER}\n{text}")).expect("a writable folder");
    path
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_glance_is_enough(
        mut rows in prop::collection::vec(row(), 1..500),
        block_size in 150..500_usize,
        threads in 1..4_usize,
        cut in 0..500_usize,
    ) {
        rows.sort_by_key(|(written, _)| *written);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (early, late) = rows.split_at(cut.min(rows.len()));
        let files = [file(folder.path(), "a.csv", early), file(folder.path(), "b.csv", late)];
        let long = report(&files, 1 << 18, 1, false);
        let glance = report(&files, block_size, threads, true);
        let differences: Vec<_> = glance.lines().zip(long.lines()).filter(|(a, b)| a != b).take(8).collect();
        prop_assert!(glance == long, "glance and long way: {differences:#?}");
    }
}
