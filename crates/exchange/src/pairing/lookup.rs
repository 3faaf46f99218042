//! What an exchange can be found by, as values and as words to hash by.

use crate::{CardKey, Leg, Reference, Symbol, Traffic};
use foldhash::fast::RandomState;
use std::hash::BuildHasher;

/// What an exchange can be found by. Each open exchange stands in at most one chain of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lookup {
    /// The key proper: family of the MTI, terminal (or none), STAN.
    Key(u8, Symbol, u64),
    /// The reference number, whatever the class: hops may turn 0200 into 0100.
    Reference(Whose, Reference),
    /// The same for legs that do not tell their terminal.
    AnyReference(Reference),
    /// The log's own id of the transaction.
    Trace(Whose, u64),
    /// The same for legs that do not tell their terminal.
    AnyTrace(u64),
    /// STAN and link, for legs that do not tell their terminal.
    Link(u8, u64, Symbol),
    /// The same, of sides alone that do not tell their terminal.
    BareLink(u8, u64, Symbol),
    /// Card and amount in minor units, for reversals that tell nothing better.
    Card(Whose, CardKey, u64),
    /// The same for reversals that do not tell their terminal.
    AnyCard(CardKey, u64),
}

/// The terminal of an exchange when it first told something, or [`Symbol::ABSENT`]. What a leg with a
/// terminal finds hangs on exchanges of that terminal and of none, and never on how many exchanges of
/// others share its numbers.
type Whose = Symbol;

impl Lookup {
    /// How many kinds there are.
    pub(super) const KINDS: usize = 9;
    /// The first kinds are those by which nearly every leg looks and is found.
    pub(super) const CHAINED: usize = 3;
    const KEY: usize = 0;
    const REFERENCE: usize = 1;
    const TRACE: usize = 2;
    pub(super) const ANY_REFERENCE: usize = 3;
    pub(super) const ANY_TRACE: usize = 4;
    pub(super) const LINK: usize = 5;
    const BARE_LINK: usize = 6;
    pub(super) const CARD: usize = 7;
    pub(super) const ANY_CARD: usize = 8;

    #[inline]
    pub(super) fn kind(self) -> usize {
        match self {
            Self::Key(..) => Self::KEY,
            Self::Reference(..) => Self::REFERENCE,
            Self::Trace(..) => Self::TRACE,
            Self::AnyReference(_) => Self::ANY_REFERENCE,
            Self::AnyTrace(_) => Self::ANY_TRACE,
            Self::Link(..) => Self::LINK,
            Self::BareLink(..) => Self::BARE_LINK,
            Self::Card(..) => Self::CARD,
            Self::AnyCard(..) => Self::ANY_CARD,
        }
    }

    /// Whether exchanges of this kind are so few that they are always kept at hand.
    pub(super) fn is_rarely_told(kind: usize) -> bool {
        kind == Self::BARE_LINK
    }

    /// Names what an exchange of `whose` terminal can be found by through `leg`, but for the kinds that it has
    /// `told` before, one bit each.
    #[inline]
    pub(super) fn all_of(leg: &Leg, whose: Whose, told: u32, mut tell: impl FnMut(Self)) {
        let has_told = |kind: usize| told & 1 << kind != 0;
        let family = leg.family();
        if let Some(stan) = leg.stan {
            if !has_told(Self::KEY) {
                tell(Self::Key(family, leg.terminal_key, stan));
            }
            if !has_told(Self::LINK) {
                tell(Self::Link(family, stan, leg.link));
            }
            if leg.terminal_key.is_absent() && !has_told(Self::BARE_LINK) {
                tell(Self::BareLink(family, stan, leg.link));
            }
        }
        // Of these pairs, either both are told or neither, but for one that nobody would look at.
        if !has_told(Self::REFERENCE) && !leg.rrn.is_absent() {
            tell(Self::Reference(whose, leg.rrn));
            if !has_told(Self::ANY_REFERENCE) {
                tell(Self::AnyReference(leg.rrn));
            }
        }
        if !has_told(Self::TRACE) && leg.trace != 0 {
            tell(Self::Trace(whose, leg.trace));
            if !has_told(Self::ANY_TRACE) {
                tell(Self::AnyTrace(leg.trace));
            }
        }
        if !has_told(Self::CARD)
            && let (Some(card), Some(amount)) = (leg.card, leg.amount)
            && leg.traffic() == Traffic::Attempt
        {
            tell(Self::Card(whose, card, amount.minor));
            tell(Self::AnyCard(card, amount.minor));
        }
    }
}

/// Makes 64 bits of what an exchange can be found by. They stand for it: of a million open exchanges,
/// a pair that shares them by chance comes once in 10^7 horizons, and must fit in all else, too.
///
/// Seeded at random, for ids come from logs, and a log must not choose its collisions.
pub(super) struct Seal([u64; 3]);

impl Default for Seal {
    fn default() -> Self {
        let state = RandomState::default();
        Self([1, 2, 3].map(|number: u64| state.hash_one(number)))
    }
}

impl Seal {
    #[inline]
    pub(super) fn of(&self, lookup: Lookup) -> u64 {
        let symbol = |symbol: Symbol| symbol.index() as u64;
        let numbered = |family: u8, stan: u64| u64::from(family) << 56 ^ stan;
        let word = match lookup {
            Lookup::Key(family, terminal, stan) => self.pair(numbered(family, stan), symbol(terminal)),
            Lookup::Link(family, stan, link) | Lookup::BareLink(family, stan, link) => {
                self.pair(numbered(family, stan), symbol(link))
            }
            Lookup::Reference(whose, rrn) => self.pair(self.reference(rrn), symbol(whose)),
            Lookup::AnyReference(rrn) => self.reference(rrn),
            Lookup::Trace(whose, trace) => self.pair(trace, symbol(whose)),
            Lookup::AnyTrace(trace) => self.pair(trace, 0),
            Lookup::Card(whose, card, minor) => self.pair(self.pair(card.bits(), minor), symbol(whose)),
            Lookup::AnyCard(card, minor) => self.pair(card.bits(), minor),
        };
        let Self([.., seed]) = *self;
        fold(word ^ (lookup.kind() as u64) << 32, seed)
    }

    #[inline]
    fn reference(&self, rrn: Reference) -> u64 {
        let [first, second, third] = rrn.words();
        self.pair(self.pair(first, second), third)
    }

    #[inline]
    fn pair(&self, a: u64, b: u64) -> u64 {
        let Self([one, two, _]) = *self;
        fold(a ^ one, b ^ two)
    }
}

/// Both halves of a product, on each other.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Numbers as logs tell them: small and close together. As 64 bits they are far apart, and each bit is set in half
    /// of them.
    #[test]
    fn what_differs_has_another_seal() {
        let seal = Seal([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d1]);
        let symbols: Vec<Symbol> = (0..40).map(Symbol::of_index).collect();
        let mut lookups = Vec::new();
        for number in 1..=200 {
            let rrn = Reference::new(&format!("{number:012}"));
            lookups.extend([Lookup::AnyReference(rrn), Lookup::AnyTrace(number)]);
            for symbol in &symbols {
                lookups.extend([Lookup::Reference(*symbol, rrn), Lookup::Trace(*symbol, number)]);
                for family in [0, 2, 4] {
                    lookups.extend([
                        Lookup::Key(family, *symbol, number),
                        Lookup::Link(family, number, *symbol),
                        Lookup::BareLink(family, number, *symbol),
                    ]);
                }
                let card = CardKey::new(number);
                let minor = symbol.index() as u64;
                lookups.extend([Lookup::Card(*symbol, card, 5), Lookup::AnyCard(card, minor)]);
            }
        }
        let kinds: BTreeSet<usize> = lookups.iter().map(|lookup| lookup.kind()).collect();
        assert!(kinds.into_iter().eq(0..Lookup::KINDS));
        let seals: Vec<u64> = lookups.iter().map(|lookup| seal.of(*lookup)).collect();
        assert_eq!(seals.iter().collect::<BTreeSet<_>>().len(), lookups.len());
        for bit in 0..64 {
            let set = seals.iter().filter(|seal| **seal >> bit & 1 == 1).count() * 100 / seals.len();
            assert!((45..=55).contains(&set), "bit {bit} is set in {set} of 100");
        }
    }

    #[test]
    fn seals_are_drawn_anew_each_time() {
        let [one, other] = [Seal::default(), Seal::default()];
        let trace = Lookup::AnyTrace(1);
        assert!(one.of(trace) != other.of(trace) && one.of(trace) == one.of(trace));
    }
}
