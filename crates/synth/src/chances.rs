//! The rates of a world, ready to be drawn by.

use crate::Rates;
use crate::random::Chance;

/// One for each field of [`Rates`] that is drawn for an attempt.
pub(crate) struct Chances {
    pub(crate) other_kinds: Chance,
    pub(crate) partial: Chance,
    pub(crate) no_code: Chance,
    pub(crate) retried: Chance,
    pub(crate) copied: Chance,
    pub(crate) repeated: Chance,
    pub(crate) answer_lost: Chance,
    pub(crate) unanswered: Chance,
    pub(crate) late: Chance,
    pub(crate) given_up: Chance,
    pub(crate) reversed: Chance,
    pub(crate) reversed_in_vain: Chance,
    pub(crate) refused: Chance,
    pub(crate) stored: Chance,
    pub(crate) orphans: Chance,
    pub(crate) renumbered: Chance,
    pub(crate) masked: Chance,
    pub(crate) completed: Chance,
    pub(crate) offline: Chance,
    pub(crate) signed_on: Chance,
    pub(crate) delayed: Chance,
}

impl Chances {
    pub(crate) fn of(rates: &Rates) -> Self {
        Self {
            other_kinds: Chance::of(rates.other_kinds),
            partial: Chance::of(rates.partial),
            no_code: Chance::of(rates.no_code),
            retried: Chance::of(rates.retried),
            copied: Chance::of(rates.copied),
            repeated: Chance::of(rates.repeated),
            answer_lost: Chance::of(rates.answer_lost),
            unanswered: Chance::of(rates.unanswered),
            late: Chance::of(rates.late),
            given_up: Chance::of(rates.given_up),
            reversed: Chance::of(rates.reversed),
            reversed_in_vain: Chance::of(rates.reversed_in_vain),
            refused: Chance::of(rates.refused),
            stored: Chance::of(rates.stored),
            orphans: Chance::of(rates.orphans),
            renumbered: Chance::of(rates.renumbered),
            masked: Chance::of(rates.masked),
            completed: Chance::of(rates.completed),
            offline: Chance::of(rates.offline),
            signed_on: Chance::of(rates.signed_on),
            delayed: Chance::of(rates.delayed),
        }
    }
}
