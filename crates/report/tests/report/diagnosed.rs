//! A day of every kind of verdict, made by hand: what the tests of diagnosed reports write.

use crate::day::{Attempt, Book, clock};
use posmortem_classify::Reason;
use posmortem_diagnose::{
    Attribute, Diagnosis, Evidence, Incident, State, Thousandths, Value, Verdict, Weighed, Why, WhyLine,
};
use posmortem_exchange::{Names, Sample, Source, Summary, Symbol, terminal_key};

/// Terminal, approved attempts, code of the failures, how many, state, reason.
type Tale = (&'static str, usize, &'static str, usize, State, Option<&'static str>);

const STORY: [Tale; 10] = [
    ("29110001", 20, "55", 12, State::Own, Some("pin_key_out_of_sync")),
    ("00029110002", 9, "A0", 8, State::Own, Some("mac_key_out_of_sync")),
    ("29110003", 14, "96", 6, State::Mixed, Some("weak_signal")),
    ("29110004", 3, "14", 17, State::Attack, Some("card_number_wrong")),
    ("29110005", 18, "00", 0, State::Silent, Some("power_unstable")),
    ("29110006", 11, "91", 9, State::Shared, Some("issuer_unavailable")),
    ("29110007", 10, "51", 10, State::Mix, Some("insufficient_funds")),
    ("29110008", 1, "13", 1, State::Insufficient, None),
    ("29110009", 2, "00", 0, State::Insufficient, None),
    ("29110010", 25, "51", 1, State::Normal, None),
];

pub(crate) fn counts() -> Summary {
    let mut book = Book::new();
    let attempt = Attempt {
        at: clock(8, 0, 0),
        terminal: "",
        merchant: "898310154110001",
        issuer: "62284801",
        code: Some("00"),
        dialect: Some("unionpay-pos"),
        reversal_reason: None,
    };
    for (terminal, approved, code, failed, ..) in STORY {
        for nth in 0..approved {
            book.add(Attempt { at: clock(8, nth as i64, 0), terminal, ..attempt });
        }
        for nth in 0..failed {
            book.add(Attempt { at: clock(9, 14 + nth as i64, 0), terminal, code: Some(code), ..attempt });
        }
    }
    let mut summary = book.summary();
    summary.last = Some(clock(21, 0, 0));
    summary
}

fn reason(name: &str) -> Reason {
    Reason::from_name(name).unwrap()
}

fn incident(id: u32, name: &str, scope: Vec<(Attribute, String)>) -> Incident {
    Incident {
        id,
        cause: reason(name).cause(),
        reason: reason(name),
        scope,
        start: clock(9, 14, 0),
        end: clock(9, 40, 30),
        observed: 212,
        expected: Thousandths(3_100),
        attempts: 240,
        terminals: 48,
        confidence: Thousandths(999),
        ongoing: false,
        evidence: vec![Evidence::new("scope_spread", [Value::Count(48), Value::Count(41)])],
    }
}

fn verdict(terminal: Symbol, nth: usize) -> Verdict {
    let (_, _, _, failed, state, name) = STORY[nth];
    let claims = !matches!(state, State::Insufficient | State::Normal);
    Verdict {
        terminal,
        state,
        cause: name.map(|name| reason(name).cause()),
        reason: name.map(reason),
        start: claims.then(|| clock(9, 14, 0)),
        end: claims.then(|| clock(9, 14 + failed as i64, 0)),
        observed: failed as u64,
        expected: Thousandths(812 + nth as u64),
        confidence: claims.then(|| Thousandths([990, 999, 912, 998, 987, 970, 900][nth])),
        ongoing: state == State::Own,
        incidents: match state {
            State::Mixed => vec![1, 2],
            State::Shared => vec![1],
            _ => Vec::new(),
        },
        evidence: match state {
            State::Own | State::Mixed => vec![
                Evidence::new("cards", [Value::Count(12), Value::Count(4)]),
                Evidence::new("after_sign_on", [Value::Minutes(3)]),
            ],
            State::Insufficient => vec![Evidence::new("too_few", [Value::Count(2)])],
            _ => Vec::new(),
        },
        samples: vec![Sample {
            at: clock(9, 14, 0),
            stan: Some(71),
            rrn: Default::default(),
            code: None,
            source: Source { input: 0, offset: 7_100 },
        }],
    }
}

/// The diagnosis of [`counts`]; its texts are in `names`.
pub(crate) fn diagnosis(names: &mut Names) -> Diagnosis {
    let scope = |attribute, text: &str| (attribute, text.to_owned());
    let issuer = vec![scope(Attribute::Issuer, "62284801")];
    let firmware = vec![scope(Attribute::Firmware, "1.2"), scope(Attribute::Model, "V200\u{1b}[2J")];
    let mut rollout = Incident {
        start: clock(16, 0, 0),
        end: clock(21, 0, 0),
        observed: 40,
        expected: Thousandths(1_250),
        ongoing: true,
        terminals: 1,
        ..incident(2, "terminal_software_fault", firmware)
    };
    rollout.evidence.push(Evidence::new(
        "rate_inside",
        [Value::Share(Thousandths(167)), Value::Decimal(Thousandths(1_250))],
    ));
    let incidents = vec![incident(1, "issuer_unavailable", issuer), rollout];
    let verdicts = STORY.iter().enumerate();
    let verdicts = verdicts.map(|(nth, row)| verdict(names.intern(terminal_key(row.0)), nth)).collect();
    let limits = vec![Evidence::new("few_terminals", [Value::Count(12), Value::Word("2024")])];
    let mut diagnosis = Diagnosis::new(incidents, verdicts, Vec::new(), limits);
    diagnosis.span = Some((clock(8, 0, 0), clock(21, 0, 0)));
    diagnosis
}

/// How the verdict on the third terminal came about: its own fault, and two incidents.
pub(crate) fn why(names: &mut Names) -> Why {
    let line = |what, observed, fleet, mix, incidents, set_aside| WhyLine {
        what,
        observed,
        fleet: Thousandths(fleet),
        mix: Thousandths(mix),
        incidents,
        set_aside,
    };
    let weighed = |signature, ln_bayes, chance| Weighed {
        signature,
        observed: 4,
        expected: Thousandths(120),
        attempts: 9,
        window: (clock(9, 14, 0), clock(9, 20, 0)),
        ln_bayes,
        chance: Thousandths(chance),
    };
    Why {
        terminal: names.intern("29110003"),
        attempts: 20,
        failed: 6,
        lines: vec![line("response_timeout", 5, 410, 120, 1, 0), line("fell_back", 1, 90, 70, 0, 1)],
        weighed: vec![weighed("signal", 9_210, 12), weighed("mac", -700, 998)],
        would_change: vec![Evidence::new("without_hits", [Value::Count(2)])],
    }
}
