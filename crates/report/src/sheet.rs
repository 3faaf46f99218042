//! Answers to the questions of a day's round as rows and columns, whatever the format.
//!
//! A sheet says what its cells are and not how they look: numbers, shares, moments, names. Every format shows the
//! same cells. Which rows there are and in what order follows from the result; nothing is judged here, and where a
//! share stands to its limit is the diagnosis' table to say.

mod declines;
pub(crate) mod fallback;
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
    pub(crate) kind: Kind,
    pub(crate) title: [&'static str; 2],
    /// Left out on a narrow screen, the highest first; 0 stays.
    pub(crate) rank: u8,
}

/// What the cells of a column are, where they hold something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// Counts, minor units, milliseconds, hours.
    Whole,
    /// Shares, and numbers with three places.
    Fraction,
    Moment,
    Flag,
}

impl Kind {
    /// Whether cells stand to the right.
    pub(crate) fn is_to_the_right(self) -> bool {
        matches!(self, Self::Whole | Self::Fraction | Self::Moment)
    }

    /// The types of JSON that a cell may have.
    pub(crate) fn json_types(self) -> [&'static str; 2] {
        let told = match self {
            Self::Text | Self::Moment => "string",
            Self::Whole => "integer",
            Self::Fraction => "number",
            Self::Flag => "boolean",
        };
        [told, "null"]
    }
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
        let counted = |of: fn(&Judged<'s>, &'s Breakdown, &View<'_>) -> Rows<'s>| {
            judged.breakdown.map_or_else(Vec::new, |breakdown| of(judged, breakdown, view))
        };
        let rows = match question {
            Question::Incidents => incidents::rows(judged, view),
            Question::Silent => silent::rows(judged, view),
            Question::Timeouts => counted(timeouts::rows),
            Question::Declines => counted(declines::rows),
            Question::Fallback => counted(fallback::rows),
            Question::Keys => counted(keys::rows),
            Question::Reversals => counted(reversals::rows),
            Question::Hours => counted(hours::rows),
        };
        Self { question, columns: Self::columns(question), rows, left_out: 0 }
    }

    /// The columns of an answer.
    pub(crate) fn columns(question: Question) -> &'static [Column] {
        match question {
            Question::Incidents => incidents::COLUMNS,
            Question::Silent => silent::COLUMNS,
            Question::Timeouts => timeouts::COLUMNS,
            Question::Declines => declines::COLUMNS,
            Question::Fallback => fallback::COLUMNS,
            Question::Keys => keys::COLUMNS,
            Question::Reversals => reversals::COLUMNS,
            Question::Hours => hours::COLUMNS,
        }
    }

    /// Whether there is nothing to tell, `top` aside.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.left_out == 0
    }

    /// The first `top` rows of it.
    pub(crate) fn top(mut self, top: Option<usize>) -> Self {
        self.left_out = self.rows.len().saturating_sub(top.unwrap_or(usize::MAX));
        self.rows.truncate(self.rows.len() - self.left_out);
        self
    }
}

/// The sum of everything, where rows of it follow.
const ALL: Value<'static> = Value::Word("all", ["all", "全部"]);

/// What the log does not name.
const UNKNOWN: Value<'static> = Value::Word("unknown", ["unknown", "未知"]);

/// A name from the log, or the word for that there is none.
fn named(name: &str) -> Value<'_> {
    if name.is_empty() { UNKNOWN } else { Value::text(name) }
}

type Rows<'s> = Vec<Vec<Value<'s>>>;

/// A column that always stays.
const fn column(name: &'static str, kind: Kind, en: &'static str, zh: &'static str) -> Column {
    Column { name, kind, title: [en, zh], rank: 0 }
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
        for columns in Question::ALL.map(Sheet::columns) {
            for (at, column) in columns.iter().enumerate() {
                assert!(columns[..at].iter().all(|before| before.name != column.name), "{}", column.name);
                assert!(column.title.iter().all(|title| !title.is_empty()), "{}", column.name);
                let is_other = |before: &Column| {
                    (0..2).all(|in_language| before.title[in_language] != column.title[in_language])
                };
                assert!(columns[..at].iter().all(is_other), "{}", column.name);
            }
        }
    }
}
