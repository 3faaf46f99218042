//! Random days that are nasty, with a horizon of a minute in a day of hours, so that exchanges are settled in most parts of
//! it, others are cut in two, and components grow over both.

// Each file of tests is a crate of its own and uses a part of this.
#![allow(dead_code)]

use crate::cases::{Case, Form};
use posmortem::Settings;
use posmortem::exchange::PairingSettings;
use proptest::prelude::*;

pub(crate) const HEADER: &str = "time,link,mti,terminal_id,stan,rrn,pan,amount,response_code,direction,original_stan,original_rrn,trace_id,latency_ms,reason_text,advice_code,merchant_id,currency,region,model,firmware,service_code,tvr,chip_condition,de70,pos_entry_mode,operator_id";

/// Disorder stays below the horizon.
pub(crate) const HORIZON_MS: i64 = 60_000;

/// As everybody reads a day, but for the horizon.
pub(crate) fn settings() -> Settings {
    let pairing =
        PairingSettings { horizon_ms: HORIZON_MS, timeout_ms: 20_000, ..PairingSettings::default() };
    Settings { pairing, keep_table: true, ..Settings::default() }
}

/// One row of a random day, and how many seconds after its time it is written.
#[derive(Clone, Debug)]
struct Line {
    second: u32,
    delay: u32,
    text: String,
}

/// A row, and often a second one of the same attempt.
fn rows() -> impl Strategy<Value = Vec<Line>> {
    let mti = prop::sample::select(vec![
        "0200", "0200", "0210", "0210", "0201", "0100", "0110", "0400", "0400", "0410", "0420", "0430",
        "0800", "0801", "0810", "0220", "0230", "",
    ]);
    // Half of all rows share a few keys, so that they collide; the others keep to themselves.
    let few =
        prop::sample::select(vec!["T1", "T2", "0T1", "T3", "", "\"T,3\"", "T1 "]).prop_map(str::to_owned);
    let terminal = prop_oneof![few, (0..40_u32).prop_map(|number| format!("U{number}"))];
    let code = prop::sample::select(vec!["00", "51", "91", "", "68", "8Z", "wrong code", "00"]);
    let link = prop::sample::select(vec!["a", "b", "", "a"]);
    let rrn = prop::sample::select(vec!["", "", "R1", "R2", "R3"]);
    let direction = prop::sample::select(vec!["", "in", "out"]);
    let card = prop::sample::select(vec!["", "4111111111111111", "411111******1112", "4242424242424242"]);
    let odd = prop_oneof![20 => Just(false), 1 => Just(true)];
    // Scattered over hours, or crowded: the sixteenth leg of a table is then as near as the first.
    let seconds = prop_oneof![
        2 => 0..5400_u32,
        6 => (0..6_u32, 0..240_u32).prop_map(|(crowd, within)| crowd * 900 + within),
        1 => 2700..2702_u32,
    ];
    let numbers = (seconds, 0..59_u32, 0..6_u32, 0..3_u32, 0..6_u32);
    let rest = (
        prop::sample::select(vec!["", "", "", "t1", "t2"]),
        prop::sample::select(vec!["", "", "", "70000", "12"]),
        prop::sample::select(vec!["", "", "card.not.found", "host.down"]),
        prop::sample::select(vec!["", "", "4021", "17", "4001"]),
        prop::sample::select(vec!["M1", "M2", ""]),
        prop::sample::select(vec!["156", "", "840"]),
        prop::sample::select(vec!["", "", "R1", "R2"]),
    );
    // Told by few rows, and most often by none of an exchange or by one side alone.
    let shown = (
        prop::sample::select(vec!["", "", "north", "south"]),
        prop::sample::select(vec!["", "", "P400"]),
        prop::sample::select(vec!["", "1.2", "1.3"]),
        prop::sample::select(vec!["", "201", "101"]),
        prop::sample::select(vec!["", "", "0000200000", "2000180000"]),
        prop::sample::select(vec!["", "", "1", "2"]),
        prop::sample::select(vec!["", "001", "101", "301", "002"]),
        prop::sample::select(vec!["", "051", "058", "801"]),
        prop::sample::select(vec!["", "", "07", "Li"]),
    );
    let shown = shown.prop_map(|(region, model, firmware, service, tvr, chip, network, entry, operator)| {
        format!("{region},{model},{firmware},{service},{tvr},{chip},{network},{entry},{operator}")
    });
    let second_mti = prop::sample::select(vec!["0210", "0210", "0210", "0400", "0110", "0200"]);
    let follows = prop_oneof![2 => Just(None), 1 => (0..55_u32, second_mti).prop_map(Some)];
    (numbers, mti, terminal, code, (link, rrn, direction, card), rest, (odd, follows, shown)).prop_map(
        |((second, delay, stan, amount, original), mti, terminal, code, names, rest, (torn, follows, shown))| {
            let (link, rrn, direction, card) = names;
            let (trace, latency, word, why, merchant, currency, original_rrn) = rest;
            let blank_zero = |number: u32| if number == 0 { String::new() } else { number.to_string() };
            let (stan, amount, original) = (blank_zero(stan), blank_zero(amount), blank_zero(original));
            let row = |second: u32, mti: &str| {
                let time = format!("2026-11-21T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
                let text = if torn {
                    format!("{time},{link},{mti}")
                } else {
                    format!(
                        "{time},{link},{mti},{terminal},{stan},{rrn},{card},{amount},{code},{direction},{original},{original_rrn},{trace},{latency},{word},{why},{merchant},{currency},{shown}"
                    )
                };
                Line { second, delay, text }
            };
            let next = follows.map(|(later, mti)| row(second + later, mti));
            std::iter::once(row(second, mti)).chain(next).collect()
        },
    )
}

/// The rows of a day in the order in which they are written, cut into pieces, and each piece dealt to
/// the logs of several hosts.
pub(crate) fn day() -> impl Strategy<Value = Case> {
    let cuts = prop::collection::vec(0..501_usize, 0..5);
    let hands = prop_oneof![Just(Vec::new()), prop::collection::vec(0..3_usize, 0..500)];
    let block_size = prop_oneof![2 => 1..1_500_usize, 1 => Just(1 << 18)];
    let numbers = (cuts, hands, 0..5_usize, 0..40_usize, 1..9_usize, block_size);
    (prop::collection::vec(rows(), 1..375), numbers).prop_map(|(rows, numbers)| {
        let mut rows: Vec<Line> = rows.into_iter().flatten().collect();
        let (cuts, hands, turn, waiting_legs, threads, block_size) = numbers;
        rows.sort_by_key(|row| row.second + row.delay);
        Case::new(Form::Csv, HEADER, rows.into_iter().map(|row| row.text).collect())
            .with("cuts", &cuts)
            .with("hands", &hands)
            .with("turn", &[turn])
            .with("waiting_legs", &[waiting_legs])
            .with("threads", &[threads])
            .with("block_size", &[block_size])
    })
}
