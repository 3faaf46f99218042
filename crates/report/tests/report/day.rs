//! A small day of four terminals, counted by the real tally: what the tests of every format write.

use posmortem_classify::{CodeTables, Dialect, ReversalReason, reversal_reason};
use posmortem_exchange::{
    AmountTally, CardToken, Conclusion, Coverage, Exchange, FileState, FileSummary, Form, Ledger, Leg, Names,
    Reference, Source, Summary, Tally, Undo, conclude,
};
use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, ResponseCode, Timestamp};

/// 2026-11-21 00:00 on the wall.
const MIDNIGHT: i64 = 1_795_219_200_000;

/// `hour:minute:second` of the day, as a log without zones tells it.
pub(crate) fn clock(hour: i64, minute: i64, second: i64) -> Timestamp {
    Timestamp { millis: MIDNIGHT + ((hour * 60 + minute) * 60 + second) * 1000, offset_minutes: None }
}

/// What happens at one terminal.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) at: Timestamp,
    pub(crate) terminal: &'a str,
    pub(crate) merchant: &'a str,
    pub(crate) issuer: &'a str,
    /// `None` is no answer at all.
    pub(crate) code: Option<&'a str>,
    pub(crate) dialect: Option<&'a str>,
    pub(crate) reversal_reason: Option<&'a str>,
}

/// Exchanges under construction.
pub(crate) struct Book {
    pub(crate) names: Names,
    pub(crate) exchanges: Vec<(Exchange, Conclusion)>,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self { names: Names::default(), exchanges: Vec::new() }
    }

    pub(crate) fn add(&mut self, attempt: Attempt<'_>) {
        let nth = self.exchanges.len() as u64 + 1;
        let names = &mut self.names;
        let request = Leg {
            mti: Mti::parse(b"0200"),
            terminal: names.intern(attempt.terminal),
            terminal_key: names.intern(attempt.terminal.trim_start_matches('0')),
            merchant: names.intern(attempt.merchant),
            issuer: names.intern(attempt.issuer),
            link: names.intern("host-a"),
            stan: Some(nth),
            rrn: Reference::new(&format!("6325000000{nth:02}")),
            amount: Some(Amount { minor: 1_000 + nth, currency: Currency::parse(b"156").unwrap() }),
            token: (nth == 1).then(|| CardToken::new([0xab; 16])),
            entry_mode: EntryMode::Chip,
            ..Leg::untold(attempt.at, Source { input: 0, offset: nth * 100 })
        };
        let answer = attempt.code.map(|code| Leg {
            at: Timestamp { millis: attempt.at.millis + 350, ..attempt.at },
            mti: Mti::parse(b"0210"),
            code: ResponseCode::parse(code.as_bytes()),
            dialect: attempt.dialect.map(|name| Dialect::from_name(name).unwrap()),
            ..request
        });
        let exchange = Exchange {
            form: if answer.is_some() { Form::Paired } else { Form::RequestOnly },
            began: attempt.at.millis,
            request: Some(request),
            answer,
            upstream: None,
            late: false,
            undo: attempt.reversal_reason.map(|code| Undo {
                at: attempt.at,
                reason: reason_of(code),
                partial: false,
                answer: None,
                last_answer: None,
            }),
        };
        let conclusion = conclude(&exchange, CodeTables::built_in());
        self.exchanges.push((exchange, conclusion));
    }

    pub(crate) fn summary(self) -> Summary {
        let Self { names, exchanges } = self;
        let mut tally = Tally::default();
        for (exchange, conclusion) in &exchanges {
            tally.record(exchange, conclusion, &names);
        }
        let answered = exchanges.iter().filter(|(exchange, _)| exchange.form == Form::Paired).count() as u64;
        let mut summary = Summary {
            files: vec![FileSummary {
                path: "day.log".to_owned(),
                format: "delimited".into(),
                bytes: 4_096,
                frames: exchanges.len() as u64 + answered,
                rejected: 0,
                first_reject: None,
                state: FileState::Whole,
            }],
            ledger: Ledger {
                paired: answered * 2,
                request_only: exchanges.len() as u64 - answered,
                ..Ledger::default()
            },
            first: exchanges.iter().map(|(exchange, _)| exchange.at()).min(),
            last: exchanges.iter().map(|(exchange, _)| exchange.at()).max(),
            coverage: Coverage::Paired,
            ..Summary::default()
        };
        summary.set_tally(tally, names);
        summary
    }
}

fn reason_of(code: &str) -> Option<ReversalReason> {
    reversal_reason(ResponseCode::parse(code.as_bytes()), b"", Mti::parse(b"0420").unwrap())
}

/// A network trouble, a terminal that asks for its key, one with a code that nobody lists, and one
/// without failures.
pub(crate) fn day() -> Book {
    let mut book = Book::new();
    let plain = Attempt {
        at: clock(0, 0, 12),
        terminal: "29110001",
        merchant: "898310154110001",
        issuer: "62284801",
        code: Some("00"),
        dialect: None,
        reversal_reason: None,
    };
    book.add(plain);
    for (minute, issuer, code) in [
        (14, "62284801", Some("91")),
        (15, "62284801", Some("91")),
        (21, "62122612", Some("91")),
        (22, "62284801", Some("51")),
        (40, "62122612", None),
    ] {
        book.add(Attempt { at: clock(9, minute, 0), issuer, code, ..plain });
    }
    book.add(Attempt { at: clock(11, 2, 0), ..plain });
    book.add(Attempt { at: clock(11, 3, 0), reversal_reason: Some("68"), ..plain });
    book.add(Attempt { at: clock(11, 4, 0), reversal_reason: Some("17"), ..plain });
    let keyless = Attempt { terminal: "00029110002", merchant: "898310154110002", issuer: "", ..plain };
    for second in [1, 2, 3] {
        let at = clock(12, 30, second);
        book.add(Attempt { at, code: Some("97"), dialect: Some("unionpay-pos"), ..keyless });
    }
    let odd = Attempt { terminal: "29110003", merchant: "", ..plain };
    book.add(Attempt { at: clock(13, 0, 0), code: Some("8Z"), dialect: Some("visa"), ..odd });
    book.add(Attempt { at: clock(13, 5, 0), terminal: "29110004", ..plain });
    book
}

/// The same day, with everything that a report can say of its input.
pub(crate) fn full_day() -> Summary {
    let mut summary = day().summary();
    summary.ledger.duplicates = 4;
    summary.ledger.rejected = 1;
    summary.ledger.non_message = 7;
    summary.orphan_reversals = 1;
    summary.files[0].rejected = 1;
    summary.files[0].frames += 5;
    summary.files.push(FileSummary {
        path: "night.log.gz".to_owned(),
        format: "".into(),
        bytes: 10,
        frames: 0,
        rejected: 0,
        first_reject: None,
        state: FileState::BrokenOff(
            "broken off after byte 10: the gzip stream ends in the middle of a block".to_owned(),
        ),
    });
    summary.warnings.push("No column holds the currency.".to_owned());
    summary.notes.push("Card numbers are masked in this log: one card may count as several.".to_owned());
    summary.amounts.push((Currency::UNKNOWN, AmountTally { failed: 70, approved_then_lost: 0 }));
    summary
}
