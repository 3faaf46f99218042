//! The plain way to find open exchanges: look through all of them, and take no short cut. Tests hold
//! chains and index against it.

use super::lookup::Lookup;

/// What every exchange can be found by, in the order in which it was told.
#[derive(Default)]
pub(super) struct Scan(Vec<(u64, Lookup)>);

impl Scan {
    pub(super) fn enter(&mut self, number: u64, lookup: Lookup) {
        self.0.push((number, lookup));
    }

    /// The numbers of all exchanges that can be found by something, the newest first.
    pub(super) fn newest_first(&self, lookup: Lookup) -> std::vec::IntoIter<u64> {
        let mut numbers: Vec<u64> =
            self.0.iter().filter(|(_, told)| *told == lookup).map(|(number, _)| *number).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.into_iter()
    }
}

mod tests {
    use super::*;
    use crate::{CardKey, Direction, Exchange, Leg, Names, Pairing, PairingSettings, Reference, Source};
    use posmortem_iso8583::{Amount, AmountUnit, Mti, ResponseCode, Timestamp};
    use std::fmt::Write;

    /// SplitMix64.
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let word = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            (word ^ word >> 31) % bound
        }

        fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
            choices[self.below(choices.len() as u64) as usize]
        }

        fn seldom(&mut self, one_in: u64) -> bool {
            self.below(one_in) == 0
        }
    }

    /// Legs that share a few numbers, so that everything meets everything in every way.
    fn legs(draws: &mut Draws, names: &mut Names) -> Vec<Leg> {
        let mtis = [
            "0100", "0110", "0200", "0200", "0210", "0210", "0220", "0230", "0400", "0410", "0800", "0810",
            "",
        ];
        let (numbers, count) = (draws.one_of(&[1, 3, 20]), draws.one_of(&[20, 150, 400]));
        let step = draws.one_of(&[1, 300, 5_000, 60_000]);
        let (bare, blank) = (draws.one_of(&[2, 10, 1_000_000]), draws.one_of(&[2, 10, 1_000_000]));
        let mut millis = 0;
        let mut leg = |line: u64| {
            millis += draws.below(step) as i64;
            let at = Timestamp { millis, offset_minutes: None };
            let mti = Mti::parse(draws.one_of(&mtis).as_bytes());
            let mut name = |prefix: &str, number: u64| names.intern(&format!("{prefix}{number}"));
            let terminal = if draws.seldom(bare) { Default::default() } else { name("T", draws.below(3)) };
            let mut number = |one_in: u64| (!draws.seldom(one_in)).then(|| 1 + draws.below(numbers));
            let (stan, rrn, trace) = (number(blank), number(2), number(3));
            let (card, amount, original) = (number(3), number(4), number(2));
            let text = |number: u64| number.to_string();
            Leg {
                mti,
                terminal,
                terminal_key: terminal,
                stan,
                rrn: rrn.map_or_else(Reference::default, |rrn| Reference::new(&text(rrn))),
                trace: trace.unwrap_or_default(),
                card: card.map(CardKey::new),
                amount: amount
                    .and_then(|amount| Amount::parse(text(amount).as_bytes(), None, AmountUnit::Minor, 0)),
                original_stan: original.filter(|_| draws.seldom(2)),
                link: name("L", draws.below(2)),
                code: ResponseCode::parse(draws.one_of(&["", "00", "51", "91"]).as_bytes()),
                direction: draws.one_of(&[Direction::Unknown, Direction::Incoming, Direction::Outgoing]),
                is_row: mti.is_none(),
                ..Leg::untold(at, Source { input: 0, offset: line })
            }
        };
        (0..count).map(&mut leg).collect()
    }

    fn paired(legs: &[Leg], names: &Names, scan: Option<Scan>) -> String {
        let mut pairing = Pairing::new(PairingSettings::default());
        pairing.open.scan = scan;
        let mut told = String::new();
        let place = |leg: &Option<Leg>| leg.as_ref().map(|leg| (leg.source.offset, leg.terminal, leg.rrn));
        let mut done = |exchange: Exchange| {
            let Exchange { form, began, request, answer, upstream, late, undo } = &exchange;
            let undo = undo.as_ref().map(|undo| (undo.at, undo.answer.map(|answer| answer.0)));
            let upstream = upstream.map(|upstream| upstream.0);
            let legs = (place(request), place(answer));
            writeln!(told, "{form:?} {began} {legs:?} {upstream:?} {late} {undo:?}").expect("room");
        };
        for leg in legs {
            pairing.push(leg, names, &mut done);
        }
        pairing.finish(&mut done);
        let (ledger, orphans) = (pairing.ledger(), pairing.orphan_reversals());
        writeln!(told, "{ledger:?} {orphans}").expect("room");
        told
    }

    #[test]
    fn chains_and_index_find_what_looking_through_all_finds() {
        for seed in 0..250 {
            let mut names = Names::default();
            let mut legs = legs(&mut Draws(seed), &mut names);
            legs.sort_by(|a, b| a.canonical_cmp(b, &names));
            let fast = paired(&legs, &names, None);
            let plain = paired(&legs, &names, Some(Scan::default()));
            assert!(fast == plain, "seed {seed}\n{}", difference(&fast, &plain));
        }
    }

    fn difference(fast: &str, plain: &str) -> String {
        let lines = fast.lines().zip(plain.lines()).find(|(fast, plain)| fast != plain);
        lines.map_or_else(String::new, |(fast, plain)| format!("fast  {fast}\nplain {plain}"))
    }
}
