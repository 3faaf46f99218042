//! Standing states: a terminal with hardly any attempts, all of which fail for one and the same reason.
//!
//! Too few for statistics, and yet nobody needs any: a terminal that is not registered is refused each
//! time. Only marks that the table of signatures calls standing are looked at.

use super::evidence::{Set, UNCOUNTED};
use crate::{Attempt, Day, Expected, Mark, Signatures};
use posmortem_classify::Reason;
use std::ops::Range;

/// From this many attempts on a terminal is left to statistics.
const FEW_ATTEMPTS: u64 = 30;
/// Payments in a row, repeats not counted.
const LEAST_EPISODES: usize = 3;
const LEAST_CARDS: usize = 2;
/// Where this share of the row was to be expected, an incident is to blame.
const MOST_EXPECTED: f64 = 0.2;

/// A terminal that stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its value in the dimension of terminals.
    pub terminal: u32,
    /// The place of the signature in [`Signatures`].
    pub signature: usize,
    /// What it is called.
    pub reason: Reason,
    /// What it shows each time.
    pub mark: Mark,
    /// The attempts from the first to the last that show it, in [`Day::attempts`].
    pub rows: Range<usize>,
    /// How many payments in a row it refused.
    pub episodes: usize,
    /// Distinct cards among them; a card that the log does not tell is its own.
    pub cards: usize,
}

pub(super) fn standing<E, C>(day: &Day, signatures: &Signatures, expected: &E, cards: &C) -> Vec<Standing>
where
    E: Expected,
    C: Fn(usize) -> Option<u64>,
{
    let terminals = day.sequences.iter().zip(0..).skip(1);
    let of_terminal = |(range, terminal): (&Range<usize>, u32)| {
        if range.is_empty() || !has_few(&day.attempts[range.clone()]) {
            return None;
        }
        let state = last_row(day, range, signatures)?;
        let rate = |row: &usize| expected.rate(&day.attempts[*row], state.mark);
        let likely: f64 = state.rows.iter().map(rate).sum();
        let told: Vec<Option<u64>> = state.rows.iter().map(|&row| cards(row)).collect();
        let known: Set<u64> = told.iter().flatten().copied().collect();
        let distinct = known.len() + told.iter().filter(|card| card.is_none()).count();
        let episodes = state.rows.len();
        let holds =
            episodes >= LEAST_EPISODES && distinct >= LEAST_CARDS && likely < MOST_EXPECTED * episodes as f64;
        holds.then(|| Standing {
            terminal,
            signature: state.signature,
            reason: state.reason,
            mark: state.mark,
            rows: state.rows[0]..state.rows[episodes - 1] + 1,
            episodes,
            cards: distinct,
        })
    };
    terminals.filter_map(of_terminal).collect()
}

/// Whether it has fewer than [`FEW_ATTEMPTS`]: of most terminals the first few tell.
fn has_few(attempts: &[Attempt]) -> bool {
    let mut sum = 0;
    attempts.iter().all(|attempt| {
        sum += u64::from(attempt.count);
        sum < FEW_ATTEMPTS
    })
}

struct State {
    signature: usize,
    reason: Reason,
    mark: Mark,
    rows: Vec<usize>,
}

/// The last standing state of a terminal, unless an approval came after it: other failures may.
fn last_row(day: &Day, range: &Range<usize>, signatures: &Signatures) -> Option<State> {
    let standing = |mark: Mark| {
        let (signature, place) = signatures.of_mark(mark)?;
        Some((signature, signatures.get(signature).marks[place])).filter(|(_, mark)| mark.standing)
    };
    let counted = range.clone().rev().filter(|&row| !day.attempts[row].flags.has_any(UNCOUNTED));
    let mut state: Option<State> = None;
    for row in counted {
        let mark = day.attempts[row].mark;
        match (&mut state, standing(mark)) {
            (Some(state), _) if state.mark == mark => state.rows.push(row),
            (Some(_), _) => break,
            (None, _) if mark.is_none() => return None,
            (None, Some((signature, of))) => {
                state = Some(State { signature, reason: of.reason, mark, rows: vec![row] });
            }
            (None, None) => {}
        }
    }
    state.as_mut()?.rows.reverse();
    state
}
