//! Some terminals that follow each other: what their attempts show once they stand together.

use super::{Payment, Repeats, RowMeanings, sign_ons};
use crate::attack::{AttackRun, KeyedEntry, RUN, attacks};
use crate::episodes::{Try, episodes};
use crate::fleet::leaves::{LeafNumbers, StretchLeaves};
use crate::fleet::repeats::card_number;
use crate::fleet::values::Standing;
use crate::{Attempt, Flags, UNTOLD};
use posmortem_exchange::Chunk;
use std::ops::Range;

/// Terminals, and the room for their attempts.
pub(super) struct Stretch<'a> {
    pub(super) terminals: Range<usize>,
    /// Attempts of the terminals before them.
    pub(super) begin: usize,
    pub(super) attempts: &'a mut [Attempt],
    /// By attempt: its row in the table.
    pub(super) rows: &'a mut [u32],
}

/// What was found of them. Attempts are told by their places in the day, and their leaves as the stretch numbers them.
pub(super) struct Taken {
    pub(super) leaves: StretchLeaves,
    /// The cards of those attempts that show something, in their order.
    pub(super) cards: Vec<u64>,
    /// By terminal.
    pub(super) attacks: Vec<(u32, AttackRun)>,
}

/// Takes terminals over one after the other. What it holds besides what was found is used again for the next stretch.
pub(super) struct Takeover<'m, 't, 'v> {
    meanings: &'m RowMeanings<'t, 'v>,
    leaves: LeafNumbers,
    repeats: Repeats,
    /// Of the attempts of the terminal that is taken over.
    payments: Vec<Payment>,
    cards: Vec<u64>,
    attacks: Vec<(u32, AttackRun)>,
}

/// The attempts of one terminal.
struct Sequence<'a> {
    terminal: u32,
    /// Attempts of the day before them.
    begin: usize,
    attempts: &'a mut [Attempt],
    rows: &'a [u32],
}

impl<'m, 't, 'v> Takeover<'m, 't, 'v> {
    pub(super) fn new(meanings: &'m RowMeanings<'t, 'v>) -> Self {
        Self {
            meanings,
            leaves: LeafNumbers::new(meanings.wares.count()),
            repeats: Repeats::default(),
            payments: Vec::new(),
            cards: Vec::new(),
            attacks: Vec::new(),
        }
    }

    /// Takes over the terminals of a stretch, whose attempts lie between those bounds.
    pub(super) fn take_over(&mut self, stretch: &mut Stretch<'_>, bounds: &[usize]) -> Taken {
        for terminal in stretch.terminals.clone() {
            let range = bounds[terminal] - stretch.begin..bounds[terminal + 1] - stretch.begin;
            self.take(&mut Sequence {
                terminal: terminal as u32,
                begin: bounds[terminal],
                attempts: &mut stretch.attempts[range.clone()],
                rows: &stretch.rows[range],
            });
        }
        let (cards, attacks) = (std::mem::take(&mut self.cards), std::mem::take(&mut self.attacks));
        Taken { leaves: self.leaves.take(), cards, attacks }
    }

    fn take(&mut self, sequence: &mut Sequence<'_>) {
        self.number(sequence);
        self.set_repeats_aside(sequence);
        for at in 0..sequence.attempts.len() {
            if sequence.attempts[at].shows() {
                self.cards.push(self.card(sequence, at));
            }
        }
        if sequence.terminal != UNTOLD {
            self.set_attacks_aside(sequence);
        }
    }

    /// Gives the attempts their leaves, and sets out their payments.
    fn number(&mut self, sequence: &mut Sequence<'_>) {
        let Self { meanings, leaves, payments, .. } = self;
        let Sequence { terminal, rows, attempts, .. } = sequence;
        let terminal = *terminal;
        // Attempts without a terminal stand each where they say.
        let moves = terminal != UNTOLD;
        let only_place = meanings.only_place(terminal);
        let place_of = |row: u32| {
            only_place.unwrap_or_else(|| {
                let (chunk, row) = meanings.table.at(row);
                chunk.places().id(row) as u32
            })
        };
        let places = rows.iter().map(|row| place_of(*row));
        let mut standing = if moves { meanings.places.first_told(places) } else { Standing::default() };
        let mut sign_ons = sign_ons(&meanings.events[terminal as usize]).peekable();
        leaves.begin(terminal);
        payments.clear();
        let mut place = None;
        let mut stand = 0;
        for (attempt, row) in attempts.iter_mut().zip(rows.iter()) {
            let now = place_of(*row);
            if place != Some(now) {
                place = Some(now);
                let before = if moves { standing } else { Standing::default() };
                standing = meanings.places.after(before, now);
                stand = leaves.stand(standing);
            }
            while sign_ons.next_if(|signed_on| *signed_on <= attempt.at).is_some() {
                attempt.flags = attempt.flags.with(Flags::AFTER_SIGN_ON);
            }
            attempt.leaf = leaves.number(stand, attempt.leaf);
            payments.push(Payment(std::mem::replace(&mut attempt.count, 1)));
        }
    }

    /// The chunk with an attempt of a sequence, and its row there.
    fn row(&self, sequence: &Sequence<'_>, at: usize) -> (&'t Chunk, usize) {
        self.meanings.table.at(sequence.rows[at])
    }

    fn card(&self, sequence: &Sequence<'_>, at: usize) -> u64 {
        let (chunk, row) = self.row(sequence, at);
        chunk.cards().get(row)
    }

    /// Flags repeats of payments.
    fn set_repeats_aside(&mut self, sequence: &mut Sequence<'_>) {
        let repeated: Vec<usize> = self.repeats.among(&self.payments).iter().map(|at| *at as usize).collect();
        let as_try = |at: &usize| {
            let (attempt, (chunk, row)) = (&sequence.attempts[*at], self.row(sequence, *at));
            let Attempt { at, mark, flags, .. } = *attempt;
            let card = card_number(chunk.cards().get(row));
            Try { at, card, amount: chunk.amounts().get(row), mark, is_failure: !mark.is_none(), flags }
        };
        let tries: Vec<Try> = repeated.iter().map(as_try).collect();
        for (at, flags) in repeated.into_iter().zip(episodes(&tries)) {
            sequence.attempts[at].flags = flags;
        }
    }

    /// Flags attacks.
    fn set_attacks_aside(&mut self, sequence: &mut Sequence<'_>) {
        let payments = self.payments.iter().enumerate();
        let keyed: Vec<usize> =
            payments.filter(|(_, payment)| payment.is_keyed()).map(|(at, _)| at).collect();
        if keyed.len() < RUN {
            return;
        }
        let entry = |at: &usize| {
            let attempt = &sequence.attempts[*at];
            let issuer = self.meanings.wares.issuer(self.leaves.ware(attempt.leaf));
            let card = card_number(self.card(sequence, *at));
            KeyedEntry { at: attempt.at, issuer, card, mark: attempt.mark }
        };
        let entries: Vec<KeyedEntry> = keyed.iter().map(entry).collect();
        for mut attack in attacks(&entries) {
            for at in &mut attack.entries {
                let attempt = &mut sequence.attempts[keyed[*at]];
                attempt.flags = attempt.flags.with(Flags::ATTACK);
                *at = sequence.begin + keyed[*at];
            }
            self.attacks.push((sequence.terminal, attack));
        }
    }
}
