//! Answers to the questions of a day's round as rows and columns, whatever the format.
//!
//! A sheet says what its cells are and not how they look: numbers, shares, moments, names. Every format shows the
//! same cells. Which rows there are and in what order follows from the result; nothing is judged here, and where a
//! share stands to its limit is the diagnosis' table to say.

mod declines;
mod fallback;
mod hours;
mod incidents;
mod keys;
mod reversals;
mod silent;
mod timeouts;
mod value;

use crate::judged::Judged;
use crate::{Question, View};
use posmortem_exchange::Breakdown;
pub(crate) use value::Value;

/// A column: its name in data formats, its heading in both languages.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// Added to at the end of a sheet only, never reused.
    pub(crate) name: &'static str,
    pub(crate) title: [&'static str; 2],
    /// Left out on a narrow screen, the highest first; 0 stays.
    pub(crate) rank: u8,
}

/// The answer to a question.
pub(crate) struct Sheet<'s> {
    pub(crate) question: Question,
    pub(crate) columns: &'static [Column],
    /// A cell a column.
    pub(crate) rows: Vec<Vec<Value<'s>>>,
    /// How many more rows there are, which `top` leaves out.
    pub(crate) left_out: usize,
}

impl<'s> Sheet<'s> {
    /// The answer of a result; without rows where the result does not hold what the question is about.
    pub(crate) fn of(question: Question, judged: &Judged<'s>, view: &View<'_>) -> Self {
        let counted = |of: fn(&Judged<'s>, &'s Breakdown) -> Rows<'s>| {
            judged.breakdown.map_or_else(Vec::new, |breakdown| of(judged, breakdown))
        };
        let (columns, rows) = match question {
            Question::Incidents => (incidents::COLUMNS, incidents::rows(judged, view)),
            Question::Silent => (silent::COLUMNS, silent::rows(judged, view)),
            Question::Timeouts => (timeouts::COLUMNS, counted(timeouts::rows)),
            Question::Declines => (declines::COLUMNS, counted(declines::rows)),
            Question::Fallback => (fallback::COLUMNS, counted(fallback::rows)),
            Question::Keys => (keys::COLUMNS, counted(keys::rows)),
            Question::Reversals => (reversals::COLUMNS, counted(reversals::rows)),
            Question::Hours => (hours::COLUMNS, counted(hours::rows)),
        };
        Self { question, columns, rows, left_out: 0 }
    }

    /// The first `top` rows of it.
    pub(crate) fn top(mut self, top: Option<usize>) -> Self {
        self.left_out = self.rows.len().saturating_sub(top.unwrap_or(usize::MAX));
        self.rows.truncate(self.rows.len() - self.left_out);
        self
    }
}

type Rows<'s> = Vec<Vec<Value<'s>>>;

/// A column that always stays.
const fn column(name: &'static str, en: &'static str, zh: &'static str) -> Column {
    Column { name, title: [en, zh], rank: 0 }
}

impl Column {
    /// Left out where there is no room; the highest rank goes first.
    const fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_one_name_each_and_a_heading_in_both_languages() {
        let sheets = [
            incidents::COLUMNS,
            silent::COLUMNS,
            timeouts::COLUMNS,
            declines::COLUMNS,
            fallback::COLUMNS,
            keys::COLUMNS,
            reversals::COLUMNS,
            hours::COLUMNS,
        ];
        assert_eq!(sheets.len(), Question::ALL.len());
        for columns in sheets {
            for (at, column) in columns.iter().enumerate() {
                assert!(columns[..at].iter().all(|before| before.name != column.name), "{}", column.name);
                assert!(column.title.iter().all(|title| !title.is_empty()), "{}", column.name);
            }
        }
    }
}
