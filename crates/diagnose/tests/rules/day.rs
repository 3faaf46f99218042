//! A small day made by hand: sixty terminals whose attempts fail seldom and by chance, and what a test
//! changes of them.

use posmortem_classify::{CodeTables, Dialect};
use posmortem_diagnose::{Diagnosis, History, Settings, Verdict, diagnose};
use posmortem_exchange::{
    Aside, CardKey, Exchange, ExchangeTable, Leg, Names, Reply, Source, TerminalEventKind, conclude,
    terminal_key,
};
use posmortem_iso8583::{EntryMode, Mti, ResponseCode, Timestamp};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// 2026-11-21T00:00:00.
pub(crate) const MIDNIGHT: i64 = 1_795_219_200_000;

const TERMINALS: u64 = 60;
/// Attempts of each terminal, evenly over the day.
const ATTEMPTS: u64 = 240;
const ISSUERS: u64 = 6;

/// Codes of the dialect that customers bring about by chance: each with its share of 10,000.
const CHANCE: [(&str, u64); 6] = [("51", 90), ("55", 30), ("13", 6), ("22", 6), ("91", 8), ("19", 6)];

/// One attempt, as a test sees it and may change it.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// Milliseconds since midnight.
    pub(crate) at: i64,
    pub(crate) terminal: u64,
    /// Its site.
    pub(crate) shop: u64,
    pub(crate) link: &'static str,
    pub(crate) issuer: u64,
    pub(crate) card: u64,
    pub(crate) code: &'static str,
    pub(crate) mode: EntryMode,
    pub(crate) operator: &'static str,
    pub(crate) stan: u64,
    /// How long the answer took, where the log tells.
    pub(crate) latency_ms: Option<u32>,
}

/// What a day says.
pub(crate) struct Said {
    pub(crate) diagnosis: Diagnosis,
    pub(crate) names: Names,
}

impl Said {
    pub(crate) fn verdict(&self, terminal: u64) -> &Verdict {
        let id = id(terminal);
        let mut all = self.diagnosis.verdicts().iter();
        all.find(|verdict| self.names.text(verdict.terminal) == id).expect("a verdict of that terminal")
    }

    /// The sentences of a verdict.
    pub(crate) fn sentences(&self, terminal: u64) -> Vec<String> {
        let of_one = |evidence: &posmortem_diagnose::Evidence| {
            evidence.text(posmortem_classify::Language::En, &self.names)
        };
        self.verdict(terminal).evidence.iter().map(of_one).collect()
    }
}

pub(crate) fn id(terminal: u64) -> String {
    format!("{}", 10_000_000 + terminal)
}

/// A number from another one (splitmix64).
pub(crate) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The attempts of an ordinary day.
pub(crate) fn ordinary() -> Vec<Made> {
    let step = 24 * HOUR / ATTEMPTS as i64;
    let made = |number: u64| {
        let (turn, terminal) = (number / TERMINALS, number % TERMINALS);
        let lot = mixed(number) % 10_000;
        let mut below = 0;
        let drawn = CHANCE.iter().find(|(_, share)| {
            below += share;
            lot < below
        });
        Made {
            at: turn as i64 * step + (mixed(number ^ 0x51) % step as u64) as i64,
            terminal,
            shop: terminal / 3,
            link: if terminal.is_multiple_of(2) { "north" } else { "south" },
            issuer: mixed(number ^ 0x15) % ISSUERS,
            card: mixed(number ^ 0xca),
            code: drawn.map_or("00", |(code, _)| *code),
            mode: if mixed(number ^ 0xe3).is_multiple_of(6) { EntryMode::Stripe } else { EntryMode::Chip },
            operator: ["01", "02", "03"][(mixed(number ^ 0x0b) % 3) as usize],
            stan: turn + 1,
            latency_ms: None,
        }
    };
    (0..TERMINALS * ATTEMPTS).map(made).collect()
}

/// A day of those attempts; `sign_ons` are terminals with milliseconds since midnight.
pub(crate) fn table(made: &[Made], sign_ons: &[(u64, i64)], midnight: i64) -> (ExchangeTable, Names) {
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    let at = |millis| Timestamp { millis: midnight + millis, offset_minutes: None };
    for (number, made) in (0_u64..).zip(made) {
        let id = id(made.terminal);
        let leg = Leg {
            mti: Mti::parse(b"0210"),
            terminal: names.intern(&id),
            terminal_key: names.intern(terminal_key(&id)),
            merchant: names.intern(&format!("shop-{}", made.shop)),
            issuer: names.intern(&format!("bank-{}", made.issuer)),
            link: names.intern(made.link),
            operator: names.intern(made.operator),
            stan: Some(made.stan),
            card: Some(CardKey::new(mixed(made.card))),
            code: ResponseCode::parse(made.code.as_bytes()),
            dialect: Dialect::from_name(if made.code.len() == 3 { "iso1993" } else { "unionpay-pos" }),
            entry_mode: made.mode,
            latency_ms: made.latency_ms,
            ..Leg::untold(at(made.at), Source { input: 0, offset: number })
        };
        let exchange = Exchange::alone(leg);
        table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
    }
    for (number, (terminal, millis)) in (0_u64..).zip(sign_ons) {
        let symbol = names.intern(&id(*terminal));
        table.push_aside(&Aside {
            at: at(*millis),
            source: Source { input: 1, offset: number },
            terminal: symbol,
            terminal_key: symbol,
            link: names.intern("north"),
            stan: None,
            what: Some(TerminalEventKind::SignOn(Reply::Accepted)),
        });
    }
    table.finish(&names, |_, _| true);
    (table, names)
}

/// What is said of such a day.
pub(crate) fn judged(made: &[Made], sign_ons: &[(u64, i64)], history: History) -> Said {
    let (table, names) = table(made, sign_ons, MIDNIGHT);
    let settings = Settings { history, ..Settings::default() };
    Said { diagnosis: diagnose(&table, &names, &settings), names }
}
