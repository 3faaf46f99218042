//! By what a leg can meet others: the mirror of what `pairing` looks things up by.

use crate::{Leg, Reference, Symbol, Traffic};
use foldhash::fast::FixedState;
use posmortem_iso8583::Side;
use std::hash::{BuildHasher, Hash};

/// What legs are found by, as a hash of fixed seed: a collision joins two components too many, which
/// is no error, and the same log gives the same table.
pub(super) type Key = u64;

/// The families of attempts (see `Leg::family`), in all of which a reversal looks for its original.
const ATTEMPT_FAMILIES: [u8; 3] = [0, 2, 4];

/// The keys of one leg.
#[derive(Default)]
pub(super) struct Keys {
    /// Everyone who has one of these meets everyone else who has it.
    pub(super) shared: Vec<Key>,
    /// Looked up in the shared ones, but not had.
    pub(super) asked: Vec<Key>,
    /// STAN and link: met by legs that do not tell their terminal, or by others of such a leg.
    pub(super) link: Option<(Key, bool)>,
    /// Card and amount of an attempt: only reversals look for it.
    pub(super) card: Option<Key>,
    /// Card and amount for which a reversal looks.
    pub(super) card_asked: Option<Key>,
}

impl Keys {
    /// Fills in the keys of `leg`.
    pub(super) fn set(&mut self, leg: &Leg) {
        self.shared.clear();
        self.asked.clear();
        let family = leg.family();
        if let Some(stan) = leg.stan {
            self.shared.push(key(family, leg.terminal_key, stan));
        }
        if !leg.rrn.is_absent() {
            self.shared.push(reference(leg.rrn));
        }
        if leg.trace != 0 {
            self.shared.push(hash(2, leg.trace));
        }
        let bare = leg.terminal_key.is_absent();
        self.link = leg.stan.map(|stan| (hash(3, (family, stan, leg.link)), bare));
        let card = leg.card.zip(leg.amount).map(|(card, amount)| hash(4, (card, amount.minor)));
        let undoes = leg.traffic() == Traffic::Reversal && leg.side() == Side::Request;
        self.card = card.filter(|_| leg.traffic() == Traffic::Attempt);
        self.card_asked = card.filter(|_| undoes);
        if undoes {
            if let Some(stan) = leg.original_stan.or(leg.stan) {
                self.asked.extend(ATTEMPT_FAMILIES.map(|family| key(family, leg.terminal_key, stan)));
            }
            if !leg.original_rrn.is_absent() {
                self.asked.push(reference(leg.original_rrn));
            }
        }
    }
}

/// Whether two legs share something by which one may find the other, whatever their times.
pub fn may_meet(one: &Leg, other: &Leg) -> bool {
    let of = |leg: &Leg| {
        let mut keys = Keys::default();
        keys.set(leg);
        keys
    };
    let (one, other) = (of(one), of(other));
    let finds = |one: &Keys, other: &Keys| {
        let mut looked_up = one.shared.iter().chain(&one.asked);
        looked_up.any(|key| other.shared.contains(key))
            || one.card_asked.is_some_and(|card| other.card == Some(card))
    };
    let by_link = match (one.link, other.link) {
        (Some((a, a_is_bare)), Some((b, b_is_bare))) => a == b && (a_is_bare || b_is_bare),
        _ => false,
    };
    by_link || finds(&one, &other) || finds(&other, &one)
}

fn key(family: u8, terminal: Symbol, stan: u64) -> Key {
    hash(0, (family, terminal, stan))
}

fn reference(reference: Reference) -> Key {
    hash(1, reference)
}

fn hash(kind: u8, key: impl Hash) -> Key {
    FixedState::with_seed(0x706f_736d).hash_one((kind, key))
}
