//! One message event reduced to what matters, still unpaired.
//!
//! A leg borrows nothing and shows nothing: it is a copy of ids, numbers and keyed hashes. How it
//! is read from a record is the business of the crate `posmortem`.

use crate::{CardKey, CardToken, Names, Reference, Symbol, Traces};
use posmortem_classify::{Dialect, Kind};
use posmortem_iso8583::{Amount, Class, EntryMode, Mti, NetworkManagement, ResponseCode, Side, Timestamp};
use std::cmp::Ordering;

/// Where a leg was read: enough to find the message again in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The input's place among all inputs of the run, sorted by path.
    pub input: u32,
    /// The first byte of the record in the decompressed input.
    pub offset: u64,
}

/// Which way a message went, seen from the system that wrote the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Not told.
    #[default]
    Unknown,
    /// Received.
    Incoming,
    /// Sent.
    Outgoing,
}

/// What a message is about, by its MTI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Traffic {
    /// x10x, x11x, x20x, x21x, and rows without an MTI: someone waits for a decision.
    Attempt,
    /// Other functions of class 1 and 2: told afterwards.
    Advice,
    /// Class 4.
    Reversal,
    /// Classes 3, 5, 6, 7 and 8.
    Administrative,
}

/// A message event. Absent symbols, references and options are fields that the log does not tell.
#[derive(Clone, Copy)]
pub struct Leg {
    /// When it was logged.
    pub at: Timestamp,
    /// Where it was read.
    pub source: Source,
    /// The message type; none for a row that stands for a complete exchange.
    pub mti: Option<Mti>,
    /// The terminal as the log prints it, without surrounding spaces.
    pub terminal: Symbol,
    /// The terminal without left zeros either: both sides of an exchange agree on this one.
    pub terminal_key: Symbol,
    /// DE42.
    pub merchant: Symbol,
    /// A named issuer, else the prefix of the card number.
    pub issuer: Symbol,
    /// Channel, realm, host or route.
    pub link: Symbol,
    /// The site where the log names one.
    pub site: Symbol,
    /// Region, model and firmware as one name ([`crate::Equipment`]).
    pub equipment: Symbol,
    /// Why the switch refused, in its own word (`extra.fields`), where its log tells it.
    pub switch_reason: Symbol,
    /// Who keyed it in at the terminal, by the id that the log tells.
    pub operator: Symbol,
    /// DE11 as a number.
    pub stan: Option<u64>,
    /// DE37.
    pub rrn: Reference,
    /// The log's own id of the transaction, hashed; 0 when there is none.
    pub trace: u64,
    /// Whether one log record printed request and answer together, long after the request.
    pub in_dump: bool,
    /// DE4.
    pub amount: Option<Amount>,
    /// The card inside this run.
    pub card: Option<CardKey>,
    /// The card outside this run, where one was asked for.
    pub token: Option<CardToken>,
    /// DE39.
    pub code: Option<ResponseCode>,
    /// The dialect that the user, the configuration or the log tells.
    pub dialect: Option<Dialect>,
    /// What the customer wanted.
    pub kind: Kind,
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// Milliseconds to the answer, where the log tells them.
    pub latency_ms: Option<u32>,
    /// Sent or received.
    pub direction: Direction,
    /// On a reversal: STAN of the original (DE90, DE56 or a column of its own).
    pub original_stan: Option<u64>,
    /// On a reversal: reference of the original.
    pub original_rrn: Reference,
    /// On a reversal: why, where a field tells it.
    pub reversal_reason: Option<posmortem_classify::ReversalReason>,
    /// On a reversal: replacement amounts (DE95) leave a part standing.
    pub leaves_a_part: bool,
    /// From a table of rows, where one row may hold request and answer.
    pub is_row: bool,
    /// What it shows of card, reader and line beyond its code.
    pub traces: Traces,
    /// On a message of class 8: what it is about, where a field tells it.
    pub management: Option<NetworkManagement>,
}

impl Leg {
    /// A leg that tells nothing but when and where it was read.
    pub fn untold(at: Timestamp, source: Source) -> Self {
        Self {
            at,
            source,
            mti: None,
            terminal: Symbol::ABSENT,
            terminal_key: Symbol::ABSENT,
            merchant: Symbol::ABSENT,
            issuer: Symbol::ABSENT,
            link: Symbol::ABSENT,
            site: Symbol::ABSENT,
            equipment: Symbol::ABSENT,
            switch_reason: Symbol::ABSENT,
            operator: Symbol::ABSENT,
            stan: None,
            rrn: Reference::default(),
            trace: 0,
            in_dump: false,
            amount: None,
            card: None,
            token: None,
            code: None,
            dialect: None,
            kind: Kind::Sale,
            entry_mode: EntryMode::Unknown,
            latency_ms: None,
            direction: Direction::Unknown,
            original_stan: None,
            original_rrn: Reference::default(),
            reversal_reason: None,
            leaves_a_part: false,
            is_row: false,
            traces: Traces::NONE,
            management: None,
        }
    }

    /// Request or answer; rows without an MTI count as answers.
    pub fn side(&self) -> Side {
        self.mti.map_or(Side::Response, Mti::side)
    }

    /// What the message is about.
    pub fn traffic(&self) -> Traffic {
        match self.mti {
            None => Traffic::Attempt,
            Some(mti) if mti.asks_for_decision() => Traffic::Attempt,
            Some(mti) => match mti.class() {
                Class::Authorisation | Class::Financial => Traffic::Advice,
                Class::Reversal => Traffic::Reversal,
                _ => Traffic::Administrative,
            },
        }
    }

    /// The part of the MTI that belongs to the key: the class, and whether an attempt's class tells
    /// of it afterwards (an 0100 and the 0120 that follows it may share their STAN). Rows without an
    /// MTI share one value.
    pub(crate) fn family(&self) -> u8 {
        let Some(mti) = self.mti else { return 0 };
        (mti.class() as u8 + 1) << 1 | u8::from(self.traffic() == Traffic::Advice)
    }

    /// Whether it does not tell its terminal or STAN.
    pub(crate) fn lacks_key(&self) -> bool {
        self.stan.is_none() || self.terminal_key.is_absent()
    }

    /// Replaces a worker's symbols by those of the run, as [`Names::absorb`] maps them.
    pub fn rename(&mut self, map: &[Symbol]) {
        let symbols = [
            &mut self.terminal,
            &mut self.terminal_key,
            &mut self.merchant,
            &mut self.issuer,
            &mut self.link,
            &mut self.site,
            &mut self.equipment,
            &mut self.switch_reason,
            &mut self.operator,
        ];
        for symbol in symbols {
            *symbol = map[symbol.index()];
        }
    }

    /// The canonical order: time, key, side, DE39, content, and only last the place in the input.
    ///
    /// Content covers all that an output can show but the card, so that the same messages cut into
    /// other files give the same rows in the same order. Cards have no order that runs with and
    /// without tokens could share.
    pub fn canonical_cmp(&self, other: &Self, names: &Names) -> Ordering {
        let text =
            |a: Symbol, b: Symbol| if a == b { Ordering::Equal } else { names.text(a).cmp(names.text(b)) };
        self.at
            .millis
            .cmp(&other.at.millis)
            .then_with(|| text(self.terminal_key, other.terminal_key))
            .then_with(|| self.family().cmp(&other.family()))
            .then_with(|| (self.stan, self.rrn).cmp(&(other.stan, other.rrn)))
            .then_with(|| self.side().cmp(&other.side()))
            .then_with(|| self.code.cmp(&other.code))
            .then_with(|| (self.mti, self.amount).cmp(&(other.mti, other.amount)))
            .then_with(|| text(self.merchant, other.merchant))
            .then_with(|| text(self.issuer, other.issuer))
            .then_with(|| text(self.link, other.link))
            .then_with(|| text(self.site, other.site))
            .then_with(|| text(self.equipment, other.equipment))
            .then_with(|| text(self.terminal, other.terminal))
            .then_with(|| text(self.switch_reason, other.switch_reason))
            .then_with(|| text(self.operator, other.operator))
            .then_with(|| self.details().cmp(&other.details()))
            .then_with(|| self.source.cmp(&other.source))
    }

    fn details(&self) -> impl Ord {
        let about = (self.kind, self.entry_mode, self.dialect.map(Dialect::name));
        let undoes = (
            self.original_stan,
            self.original_rrn,
            self.reversal_reason.map(|told| told.code),
            self.leaves_a_part,
        );
        let shown = (self.at.offset_minutes, self.latency_ms, self.direction, self.in_dump, self.is_row);
        (about, undoes, shown, self.traces, self.management)
    }
}

/// The places in `legs` of those before `millis`, in canonical order.
///
/// Legs are long and nearly in order, so they are not moved: by time, then by the first bytes of the terminal,
/// they go as three words each, and only those that share both are compared in full.
pub fn canonical_order(
    legs: &[Leg],
    millis: i64,
    names: &Names,
) -> impl ExactSizeIterator<Item = usize> + use<> {
    let ready = legs.iter().enumerate().filter(|(_, leg)| leg.at.millis < millis);
    let mut ready: Vec<(i64, u64, usize)> =
        ready.map(|(place, leg)| (leg.at.millis, names.beginning(leg.terminal_key), place)).collect();
    if !ready.is_sorted_by_key(|(millis, ..)| *millis) {
        ready.sort_by_key(|(millis, ..)| *millis);
    }
    for at_once in ready.chunk_by_mut(|a, b| a.0 == b.0) {
        at_once.sort_unstable_by_key(|(_, beginning, place)| (*beginning, *place));
        for alike in at_once.chunk_by_mut(|a, b| a.1 == b.1).filter(|alike| alike.len() > 1) {
            alike.sort_by(|(.., a), (.., b)| legs[*a].canonical_cmp(&legs[*b], names));
        }
    }
    ready.into_iter().map(|(.., place)| place)
}

/// The form of a terminal id on which both sides of an exchange agree: no spaces around it, no left
/// zeros. An id of nothing but zeros stays.
pub fn terminal_key(printed: &str) -> &str {
    let printed = printed.trim();
    match printed.trim_start_matches('0') {
        "" => printed,
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_ids_lose_spaces_and_left_zeros() {
        assert_eq!(terminal_key(" 00012345  "), "12345");
        assert_eq!(terminal_key("A0012"), "A0012");
        assert_eq!(terminal_key("0000"), "0000");
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp { millis, offset_minutes: None }
    }

    fn leg(millis: i64, offset: u64) -> Leg {
        Leg::untold(at(millis), Source { input: 0, offset })
    }

    /// Classes 1 and 2 with functions 0 and 1 ask for a decision, their other functions tell of one; class 4 takes
    /// back; all else is administration. The class and whether it tells afterwards belong to the key, repeat digits do not.
    #[test]
    fn the_mti_tells_what_a_message_is_about() {
        let of = |mti: &str| Leg { mti: Mti::parse(mti.as_bytes()), ..leg(0, 0) };
        for (mtis, traffic) in [
            ("0100 0101 0110 1100 1110 0200 0201 0210", Traffic::Attempt),
            ("0120 0121 0130 0220 0221 0230 1220", Traffic::Advice),
            ("0400 0401 0410 0420 0421 0430 1420", Traffic::Reversal),
            ("0320 0330 0500 0510 0520 0600 0620 0800 0810 0820 1804", Traffic::Administrative),
        ] {
            for mti in mtis.split(' ') {
                assert_eq!(of(mti).traffic(), traffic, "{mti}");
                let is_answer = matches!(mti.as_bytes()[2], b'1' | b'3');
                assert_eq!(of(mti).side() == Side::Response, is_answer, "{mti}");
            }
        }
        let row = leg(0, 0);
        assert_eq!((row.traffic(), row.side()), (Traffic::Attempt, Side::Response));
        let families =
            ["", "0100", "0120", "0200", "0220", "0300", "0400", "0500", "0800"].map(|mti| of(mti).family());
        assert!((1..families.len()).all(|at| !families[..at].contains(&families[at])), "{families:?}");
        for (mti, same) in [
            ("0200", "0201 0210 1200 1210"),
            ("0100", "0101 0110"),
            ("0220", "0221 0230"),
            ("0400", "0401 0410 0420 0421 0430"),
            ("0800", "0810 0801 1804 1814"),
        ] {
            same.split(' ').for_each(|other| assert_eq!(of(other).family(), of(mti).family(), "{other}"));
        }
    }

    #[test]
    fn a_key_is_a_terminal_and_a_stan() {
        let terminal_key = Names::default().intern("T1");
        let of = |terminal_key, stan| Leg { terminal_key, stan, ..leg(0, 0) }.lacks_key();
        assert!(!of(terminal_key, Some(0)));
        assert!(of(terminal_key, None) && of(Symbol::ABSENT, Some(1)) && of(Symbol::ABSENT, None));
    }

    #[test]
    fn every_symbol_of_a_leg_is_renamed() {
        let mut names = Names::default();
        let told: Vec<Symbol> = (0..10).map(|number| names.intern(&number.to_string())).collect();
        let of = |at: usize| Leg {
            terminal: told[at],
            terminal_key: told[at + 1],
            merchant: told[at + 2],
            issuer: told[at],
            link: told[at + 1],
            site: told[at + 2],
            equipment: told[at],
            switch_reason: told[at + 1],
            operator: Symbol::ABSENT,
            ..leg(0, 0)
        };
        let symbols = |leg: &Leg| {
            let Leg { terminal, terminal_key, merchant, issuer, link, site, .. } = *leg;
            let Leg { equipment, switch_reason, operator, .. } = *leg;
            [terminal, terminal_key, merchant, issuer, link, site, equipment, switch_reason, operator]
        };
        // Each becomes the one after the next.
        let map: Vec<Symbol> = [Symbol::ABSENT].into_iter().chain(told[2..].iter().copied()).collect();
        let mut renamed = of(1);
        renamed.rename(&map);
        assert_eq!(symbols(&renamed), symbols(&of(3)));
    }

    #[test]
    fn legs_that_differ_have_an_order_and_equal_ones_that_of_their_places() {
        let mut names = Names::default();
        let [a, b] = ["a", "b"].map(|text| names.intern(text));
        let first = Leg {
            mti: Mti::parse(b"0200"),
            terminal_key: a,
            terminal: a,
            merchant: a,
            issuer: a,
            link: a,
            site: a,
            equipment: a,
            switch_reason: a,
            operator: a,
            ..leg(5, 7)
        };
        let code = |text: &[u8]| ResponseCode::parse(text);
        let amount = |text: &[u8]| Amount::parse(text, None, posmortem_iso8583::AmountUnit::Minor, 0);
        // What decides, from the first on. Each follows `first` in it, and precedes in all that comes later.
        let later: [(&str, Leg); 20] = [
            ("time", Leg { at: at(6), ..first }),
            ("terminal", Leg { terminal_key: b, ..first }),
            ("class", Leg { mti: Mti::parse(b"0220"), ..first }),
            ("STAN", Leg { stan: Some(1), ..first }),
            ("reference", Leg { rrn: Reference::new("1"), ..first }),
            ("side", Leg { mti: Mti::parse(b"0210"), ..first }),
            ("DE39", Leg { code: code(b"00"), ..first }),
            ("MTI", Leg { mti: Mti::parse(b"0201"), ..first }),
            ("amount", Leg { amount: amount(b"1"), ..first }),
            ("merchant", Leg { merchant: b, ..first }),
            ("issuer", Leg { issuer: b, ..first }),
            ("link", Leg { link: b, ..first }),
            ("site", Leg { site: b, ..first }),
            ("equipment", Leg { equipment: b, ..first }),
            ("terminal as printed", Leg { terminal: b, ..first }),
            ("switch's reason", Leg { switch_reason: b, ..first }),
            ("operator", Leg { operator: b, ..first }),
            ("latency", Leg { latency_ms: Some(1), ..first }),
            ("traces", Leg { traces: Traces::CHIP_CARD, ..first }),
            ("place", Leg { source: Source { input: 0, offset: 8 }, ..first }),
        ];
        for (at, (what, leg)) in later.iter().enumerate() {
            assert_eq!(first.canonical_cmp(leg, &names), Ordering::Less, "{what}");
            assert_eq!(leg.canonical_cmp(&first, &names), Ordering::Greater, "{what}");
            for (other, less) in &later[at + 1..] {
                assert_eq!(leg.canonical_cmp(less, &names), Ordering::Greater, "{what} before {other}");
            }
        }
        assert_eq!(first.canonical_cmp(&first, &names), Ordering::Equal);
        // Cards have no order.
        let card = Leg { card: Some(CardKey::new(9)), ..first };
        assert_eq!(first.canonical_cmp(&card, &names), Ordering::Equal);
    }

    /// Of legs that are put in order by their first words, as if all of them had been compared in full.
    #[test]
    fn legs_before_a_moment_come_in_the_canonical_order() {
        let mut names = Names::default();
        // Of some the first eight bytes are alike.
        let terminals = ["b", "", "terminal-2", "terminal-1", "a", "terminal"].map(|text| names.intern(text));
        let mut draw = 1_u64;
        let mut below = |bound: u64| {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (draw >> 33) % bound
        };
        for sorted in [false, true] {
            let mut legs: Vec<Leg> = (0..300)
                .map(|offset| Leg {
                    terminal_key: terminals[below(6) as usize],
                    stan: Some(below(3)),
                    ..leg(below(20) as i64, offset)
                })
                .collect();
            if sorted {
                legs.sort_by_key(|leg| leg.at.millis);
            }
            for millis in [0, 1, 7, 19, 20, i64::MAX] {
                let mut expected: Vec<usize> = (0..300).filter(|at| legs[*at].at.millis < millis).collect();
                expected.sort_by(|a, b| legs[*a].canonical_cmp(&legs[*b], &names));
                assert_eq!(canonical_order(&legs, millis, &names).collect::<Vec<_>>(), expected, "{millis}");
            }
        }
    }
}
