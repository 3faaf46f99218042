//! Legs of one line, for tests of how they pair.
//!
//! Legs are written as `SECONDS MTI key=value ...` (`row` for a row without an MTI); `check` pairs
//! them and compares each attempt as `terminal outcome reason`, and the ledger's non-zero counts.
// Each of these tests uses a part of it.
#![allow(dead_code)]

use posmortem_classify::{CodeTables, Dialect, Kind, reversal_reason};
use posmortem_exchange::{
    CardKey, Direction, Exchange, Leg, Names, Pairing, PairingSettings, Reference, Source, conclude,
};
use posmortem_iso8583::{Amount, AmountUnit, EntryMode, Mti, NetworkManagement, ResponseCode, Timestamp};

/// The moment of second 0, in milliseconds: far from the zero of clocks, so that no sum of two times passes for their difference.
pub(crate) const BEGIN: i64 = 1_790_000_000_000;

/// A leg as a line writes it.
pub(crate) fn leg(text: &str, line: u64, names: &mut Names) -> Leg {
    let mut words = text.split_whitespace();
    let seconds: f64 = words.next().unwrap().parse().unwrap();
    let kind = words.next().unwrap();
    let mti = (kind != "row").then(|| Mti::parse(kind.as_bytes()).unwrap());
    let at = Timestamp { millis: BEGIN + (seconds * 1000.0).round() as i64, offset_minutes: None };
    let terminal = names.intern("T1");
    let source = Source { input: 0, offset: line };
    let untold = Leg::untold(at, source);
    let mut leg = Leg { mti, terminal, terminal_key: terminal, is_row: mti.is_none(), ..untold };
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "t" => (leg.terminal, leg.terminal_key) = (names.intern(value), names.intern(value)),
            "s" => leg.stan = Some(value.parse().unwrap()),
            "r" => leg.rrn = Reference::new(value),
            "a" => leg.amount = Amount::parse(value.as_bytes(), None, AmountUnit::ByPoint, 0),
            "rc" => leg.code = ResponseCode::parse(value.as_bytes()),
            "kind" => leg.kind = Kind::from_name(value).unwrap(),
            "mode" => leg.entry_mode = EntryMode::from_name(value).unwrap(),
            "link" => leg.link = names.intern(value),
            "trace" => leg.trace = value.parse().unwrap(),
            "card" => leg.card = Some(CardKey::new(value.parse().unwrap())),
            "dialect" => leg.dialect = Dialect::from_name(value),
            "ms" => leg.latency_ms = value.parse().ok(),
            "in" => leg.direction = Direction::Incoming,
            "out" => leg.direction = Direction::Outgoing,
            "ostan" => leg.original_stan = value.parse().ok(),
            "orrn" => leg.original_rrn = Reference::new(value),
            "about" => leg.management = NetworkManagement::from_name(value),
            "why" => {
                let code = ResponseCode::parse(value.as_bytes());
                leg.reversal_reason = reversal_reason(code, b"", mti.unwrap());
            }
            "part" => leg.leaves_a_part = true,
            "dump" => leg.in_dump = true,
            "isrow" => leg.is_row = true,
            _ => panic!("unknown word {word}"),
        }
    }
    leg
}

/// What legs come to.
pub(crate) struct Paired {
    pub(crate) attempts: Vec<String>,
    pub(crate) ledger: String,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) orphans: u64,
}

/// Pairs legs.
pub(crate) fn pair(legs: &[&str]) -> Paired {
    let mut names = Names::default();
    let mut legs: Vec<Leg> = (1..).zip(legs).map(|(line, text)| leg(text, line, &mut names)).collect();
    legs.sort_by(|a, b| a.canonical_cmp(b, &names));
    let mut exchanges = Vec::new();
    let mut pairing = Pairing::new(PairingSettings::default());
    let frames = legs.len() as u64;
    for leg in &legs {
        pairing.push(leg, &names, &mut |exchange| exchanges.push(exchange));
    }
    pairing.finish(&mut |exchange| exchanges.push(exchange));
    let ledger = pairing.ledger();
    assert_eq!(ledger.frames(), frames, "every leg is in the ledger once: {ledger:?}");
    let attempts = exchanges.iter().map(|exchange| {
        let conclusion = conclude(exchange, CodeTables::built_in());
        let reason = conclusion.reason.map_or("", |reason| reason.name());
        let partial = if conclusion.partial { "partial" } else { "" };
        let words = [names.text(exchange.terminal()), conclusion.outcome.name(), reason, partial];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let counts = [
        ("paired", ledger.paired),
        ("complete", ledger.complete),
        ("request_only", ledger.request_only),
        ("response_only", ledger.response_only),
        ("duplicates", ledger.duplicates),
        ("reversal", ledger.reversal),
        ("advice", ledger.advice),
        ("administrative", ledger.administrative),
        ("open", ledger.open),
    ];
    let told = counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}"));
    Paired {
        attempts: attempts.collect(),
        ledger: told.collect::<Vec<_>>().join(", "),
        orphans: pairing.orphan_reversals(),
        exchanges,
    }
}

/// Pairs legs and compares what becomes of them.
#[track_caller]
pub(crate) fn check(legs: &[&str], attempts: &[&str], ledger: &str) {
    let paired = pair(legs);
    assert_eq!(paired.attempts, attempts, "{legs:#?}");
    assert_eq!(paired.ledger, ledger, "{legs:#?}");
}

/// Traffic long after the legs in question, so that the link's log goes on past the horizon.
pub(crate) const LATER: &str = "9999 0800 t=Z s=1";
