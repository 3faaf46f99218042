//! What columns hold whose names mean nothing, by what their values look like.
//!
//! A proposal for people, who know better: `inspect` makes it, and no report rests on it unasked.
//! Values are looked at and forgotten; what is kept are counts.

mod header;
mod likeness;

use crate::column::Column;
pub use header::guess_header;
pub use likeness::Likeness;
use likeness::Shape;

/// So many values must fit, in thousandths: a log has its odd value.
const MOST: u64 = 900;

/// Fewer values tell nothing.
const ENOUGH: u64 = 3;

/// A column of a log, and what it looks like it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuessedColumn {
    /// Its name in the log.
    pub name: String,
    /// What it holds.
    pub column: Column,
    /// The share of its values that fit, in thousandths.
    pub confidence: u16,
}

/// Gives each of these columns at most one meaning, and none of those that are `taken`: the shapes that
/// are hardest to meet by chance choose first, each the column that fits it best, the first of equals.
/// The confidence is the share of values that fit, in thousandths.
pub fn guess_columns(columns: &[&Likeness], taken: &[Column]) -> Vec<Option<(Column, u16)>> {
    let mut guesses = vec![None; columns.len()];
    for shape in Shape::ALL.into_iter().filter(|shape| !taken.contains(&shape.column())) {
        let free = columns.iter().enumerate().filter(|(at, _)| guesses[*at].is_none());
        let fitting = free.filter_map(|(at, likeness)| Some((at, fit(likeness, shape)?)));
        // `max_by_key` takes the last of equals.
        let best = fitting.rev().max_by_key(|(_, fit)| *fit);
        if let Some((at, fit)) = best {
            guesses[at] = Some((shape.column(), fit));
        }
    }
    guesses
}

fn fit(likeness: &Likeness, shape: Shape) -> Option<u16> {
    let share = likeness.share_of(shape)?;
    let is_enough = likeness.values() >= ENOUGH && u64::from(share) >= MOST && likeness.varies_like(shape);
    is_enough.then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(values: impl IntoIterator<Item = String>) -> Likeness {
        let mut likeness = Likeness::default();
        values.into_iter().for_each(|value| likeness.see(value.as_bytes()));
        likeness
    }

    fn guess(columns: &[Likeness], taken: &[Column]) -> Vec<Option<Column>> {
        let guesses = guess_columns(&columns.iter().collect::<Vec<_>>(), taken);
        guesses.into_iter().map(|guess| guess.map(|(column, _)| column)).collect()
    }

    fn day() -> Vec<Likeness> {
        let numbers = || 0..200_u64;
        let one_of = |choices: &[&str], at: u64| choices[at as usize % choices.len()].to_owned();
        vec![
            like(numbers().map(|at| format!("2026-11-21T08:{:02}:{:02}.125", at / 60, at % 60))),
            like(numbers().map(|at| one_of(&["0200", "0210"], at))),
            like(numbers().map(|at| format!("{:06}", 104_411 + at * 7))),
            like(numbers().map(|at| format!("6325{:08}", at * 104_729))),
            like(numbers().map(|at| format!("100123{:02}", at % 12))),
            like(numbers().map(|at| format!("1029110541100{:02}", at % 12))),
            like(
                numbers().map(|at| one_of(&["4111111111111111", "5555555555554444", "6212345678901265"], at)),
            ),
            like(numbers().map(|at| one_of(&["000000", "200000", "310000"], at))),
            like(numbers().map(|at| one_of(&["156", "840"], at))),
            like(numbers().map(|at| one_of(&["051", "021", "071"], at))),
            like(numbers().map(|at| one_of(&["00", "00", "51", "A0"], at))),
            like(numbers().map(|at| format!("{:012}", at * 997))),
            like(numbers().map(|at| format!("1121{:02}{:02}{:02}", 8 + at / 100, at % 60, at * 7 % 60))),
        ]
    }

    #[test]
    fn every_kind_of_column_is_known_by_its_values() {
        let expected = [
            Column::Time,
            Column::Mti,
            Column::Stan,
            Column::Rrn,
            Column::TerminalId,
            Column::MerchantId,
            Column::Pan,
            Column::ProcessingCode,
            Column::Currency,
            Column::PosEntryMode,
            Column::ResponseCode,
            Column::Amount,
            Column::TransmissionTime,
        ];
        assert_eq!(guess(&day(), &[]), expected.map(Some));
    }

    #[test]
    fn what_is_taken_is_not_given_again_and_words_are_nothing() {
        let guesses = guess(&day()[..2], &[Column::Time]);
        assert_eq!(guesses, [None, Some(Column::Mti)]);
        let words = like((0..200).map(|at| format!("remark {at}")));
        assert_eq!(guess(&[words, Likeness::default()], &[]), [None, None]);
    }

    #[test]
    fn of_two_that_fit_the_first_is_taken() {
        let codes = || like((0..40).map(|at| if at % 3 == 0 { "55" } else { "00" }.to_owned()));
        assert_eq!(guess(&[codes(), codes()], &[]), [Some(Column::ResponseCode), None]);
    }

    #[test]
    fn merged_halves_are_the_whole() {
        let (mut first, second) =
            (like((0..50).map(|at| at.to_string())), like((50..99).map(|at| at.to_string())));
        first.merge(&second);
        assert_eq!(first, like((0..99).map(|at| at.to_string())));
    }
}
