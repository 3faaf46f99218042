//! The pairing of legs, which are drawn from bytes: few terminals, numbers and moments, so that they meet.

use crate::chance::Chance;
use posmortem::classify::{CodeTables, Kind};
use posmortem::exchange::{
    CardKey, Direction, Exchange, Ledger, Leg, Names, Pairing, PairingSettings, Reference, Source, Symbol,
    canonical_order, conclude,
};
use posmortem::iso8583::{Amount, Currency, Mti, ResponseCode, Timestamp};

/// Bytes of one leg.
const WIDTH: usize = 6;

const MTIS: [&str; 16] = [
    "", "0200", "0210", "0200", "0210", "0201", "0100", "0110", "0220", "0230", "0420", "0430", "0400",
    "0410", "0800", "0810",
];
const CODES: [&str; 8] = ["", "00", "51", "91", "68", "10", "8Z", "00"];

/// Requests with their answers, a reversal, repeats, and much at one moment.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let legs = |legs: &[[u8; WIDTH]]| legs.concat();
    vec![
        legs(&[
            [1, 0, 1, 0x11, 1, 0],
            [2, 1, 1, 0x11, 1, 1],
            [12, 20, 1, 0x11, 1, 0],
            [13, 1, 1, 0x11, 1, 1],
        ]),
        legs(&[[1, 0, 0x11, 1, 1, 0], [5, 30, 0x11, 1, 1, 0], [2, 40, 0x11, 1, 1, 2], [0, 0, 2, 2, 2, 1]]),
        (0..60_u8).flat_map(|number| [number, number % 3, number / 7, number % 5, 1, number % 8]).collect(),
        (0..60_u8).flat_map(|number| [1 + number % 2, 200, 1, 1, 0, number % 2]).collect(),
    ]
}

/// Of two groups that share no word, so that nothing of one can change the other.
fn leg(bytes: &[u8], at: i64, offset: u64, group: u8, names: &mut Names) -> Leg {
    let [kind, _, who, numbers, more, code] = [bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]];
    let mti = Mti::parse(MTIS[usize::from(kind % 16)].as_bytes());
    let untold = Leg::untold(Timestamp { millis: at, offset_minutes: None }, Source { input: 0, offset });
    let mut own = |kind: &str, number: u8| match number {
        0 => Symbol::ABSENT,
        number => names.intern(&format!("{group}{kind}{number}")),
    };
    let number = |number: u8| (number > 0).then(|| u64::from(number) + 1000 * u64::from(group));
    let terminal = own("T", who % 4);
    // Without a link of its own, a leg hears of others' links.
    let link = own("L", 1 + who / 4 % 2);
    Leg {
        mti,
        terminal,
        terminal_key: terminal,
        link,
        merchant: own("M", who / 64 % 2),
        stan: number(numbers % 4),
        rrn: match numbers / 4 % 4 {
            0 => Reference::default(),
            reference => Reference::new(&format!("{group}R{reference}")),
        },
        original_stan: number(numbers / 16 % 4),
        trace: number(numbers / 64).unwrap_or_default(),
        amount: (more % 4 > 0).then(|| Amount { minor: u64::from(more % 4), currency: Currency::UNKNOWN }),
        card: number(more / 4 % 4).map(CardKey::new),
        direction: [Direction::Unknown, Direction::Incoming, Direction::Outgoing, Direction::Unknown]
            [usize::from(more / 16 % 4)],
        in_dump: more / 64 % 4 == 3,
        is_row: mti.is_none() || kind / 16 % 4 == 3,
        kind: [Kind::Sale, Kind::Preauth, Kind::Void, Kind::Refund][usize::from(kind / 64)],
        code: ResponseCode::parse(CODES[usize::from(code % 8)].as_bytes()),
        leaves_a_part: code / 8 % 8 == 7,
        latency_ms: (code >= 128).then(|| u32::from(code) * 1000),
        ..untold
    }
}

/// What came of some legs: the ledger, and each attempt in words.
fn outcome(legs: &[Leg], names: &Names) -> (Ledger, Vec<String>) {
    let (mut pairing, mut exchanges) = (Pairing::new(PairingSettings::default()), Vec::new());
    let mut done = |exchange: Exchange| {
        let conclusion = conclude(&exchange, CodeTables::built_in());
        let halves = [&exchange.request, &exchange.answer].map(|leg| leg.as_ref().map(|leg| leg.source));
        exchanges.push(format!("{:?} {halves:?} {conclusion:?}", exchange.form));
    };
    // All of them, and no more at a time than a run holds.
    for place in canonical_order(legs, i64::MAX, names) {
        pairing.push(&legs[place], names, &mut done);
    }
    pairing.finish(&mut done);
    let ledger = pairing.ledger();
    assert_eq!(ledger.frames(), legs.len() as u64, "every leg is in the ledger once");
    exchanges.sort();
    (ledger, exchanges)
}

/// Legs of one group, of another, and of both; and in another order.
pub(crate) fn paired(bytes: &[u8]) -> bool {
    let mut names = Names::default();
    let (mut legs, mut at) = ([Vec::new(), Vec::new()], 0_i64);
    for (number, chunk) in bytes.chunks_exact(WIDTH).take(300).enumerate() {
        at += match chunk[1] {
            later @ 0..=99 => i64::from(later) * 250,
            later @ 100..=239 => i64::from(later - 100) * 5_000,
            later => i64::from(later) * 1_000_000,
        };
        let group = chunk[2] / 128;
        let leg = leg(chunk, at, number as u64, group, &mut names);
        legs[usize::from(group)].push(leg);
    }
    let [(one, mut exchanges), (other, others)] = [outcome(&legs[0], &names), outcome(&legs[1], &names)];
    let mut all: Vec<Leg> = legs.concat();
    // Links that fall silent are told by those that go on, and what a link's end means is its own matter.
    let (both, of_both) = outcome(&all, &names);
    exchanges.extend(others);
    exchanges.sort();
    assert!(of_both == exchanges, "legs that share nothing changed each other");
    let sums = one.terms().iter().zip(other.terms()).map(|(one, other)| one.1 + other.1).collect::<Vec<_>>();
    assert_eq!(both.terms().map(|(_, count)| count).to_vec(), sums);
    let mut chance = Chance::new(bytes.len() as u64);
    for at in (1..all.len()).rev() {
        all.swap(at, chance.below(at + 1));
    }
    let is_paired = both.paired > 0;
    assert!(outcome(&all, &names) == (both, of_both), "another order says something else");
    is_paired
}
