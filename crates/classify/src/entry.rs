//! The rows of `data/response-codes.tsv`: what each dialect publishes about a code.
//!
//! A row is a code, a code in one message (`79` in an 0810) or a range. What the message adds is in
//! `qualified.rs`; how rows are found fast, in `lookup.rs`.

use std::collections::HashSet;

use posmortem_iso8583::{Mti, ResponseCode};

use crate::data_error::{Place, rows};
use crate::{Cause, DataError, Dialect, Language, Meaning, Reason};

pub(crate) const RESPONSE_CODES: &str = include_str!("../data/response-codes.tsv");

/// Whether the same card may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// Never as it is.
    Hard,
    /// Later, or after a correction.
    Soft,
    /// There is nothing to try again.
    NotApplicable,
}

impl Retry {
    /// The name used in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::NotApplicable => "n/a",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Hard, Self::Soft, Self::NotApplicable].into_iter().find(|retry| retry.name() == name)
    }
}

/// One row of the code table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose row it is.
    pub dialect: Dialect,
    /// The code, or a range such as `45-50`.
    pub code: &'static str,
    /// The only message in which the row holds, if it is bound to one.
    pub mti: Option<Mti>,
    /// What the code means.
    pub meaning: Meaning,
    /// Whether to try again.
    pub retry: Retry,
    /// The published title, shortened where it was long.
    pub title_en: &'static str,
    /// The published Chinese title; empty where there is none.
    pub title_zh: &'static str,
    /// The key of the list it was taken from, see [`source_title`](crate::source_title).
    pub source: &'static str,
}

impl Entry {
    /// The cause, when the row is a decline.
    pub fn cause(&self) -> Option<Cause> {
        self.reason().map(Reason::cause)
    }

    /// The reason, when the row is a decline.
    pub fn reason(&self) -> Option<Reason> {
        self.meaning.reason()
    }

    /// The published title; the English one where no Chinese one is known.
    pub fn title(&self, language: Language) -> &'static str {
        match language {
            Language::Zh if !self.title_zh.is_empty() => self.title_zh,
            _ => self.title_en,
        }
    }

    /// The ends of a range.
    pub fn range(&self) -> Option<(&'static str, &'static str)> {
        self.code.split_once('-')
    }

    /// Whether the row speaks of this code. Ranges are inclusive and compared bytewise; where both
    /// ends have a digit, or both a letter, so must the code: `0A-9Z` holds `5C` and not `55`.
    pub fn covers(&self, code: &str) -> bool {
        let Some((first, last)) = self.range() else { return self.code == code };
        let same_shape = first.bytes().zip(last.bytes()).zip(code.bytes()).all(|((first, last), byte)| {
            first.is_ascii_digit() != last.is_ascii_digit() || first.is_ascii_digit() == byte.is_ascii_digit()
        });
        code.len() == first.len() && (first..=last).contains(&code) && same_shape
    }
}

/// Reads the table.
pub(crate) fn read(text: &'static str) -> Result<Vec<Entry>, DataError> {
    read_of(text, |_| true)
}

/// Reads the rows of the dialects that are wanted by name. What is wrong with the others is not found.
pub(crate) fn read_of(text: &'static str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Entry>, DataError> {
    let columns = ["dialect", "code", "mti", "cause", "reason", "retry", "title_en", "title_zh", "source"];
    let mut seen = HashSet::new();
    rows("response-codes.tsv", text, columns)?
        .filter(|(_, [dialect, ..])| wanted(dialect))
        .map(|(place, fields)| {
            let [dialect, code, mti, cause, reason, retry, title_en, title_zh, source] = fields;
            if !seen.insert((dialect, code, mti)) {
                return Err(place.duplicate(code));
            }
            Ok(Entry {
                dialect: Dialect::from_name(dialect).ok_or_else(|| place.unknown("dialect", dialect))?,
                code: read_code(place, code)?,
                mti: match mti {
                    "-" => None,
                    _ => Some(Mti::parse(mti.as_bytes()).ok_or_else(|| place.unknown("MTI", mti))?),
                },
                meaning: Meaning::from_names(cause, reason).ok_or_else(|| place.unknown("reason", reason))?,
                retry: Retry::from_name(retry).ok_or_else(|| place.unknown("retry", retry))?,
                title_en,
                title_zh: if title_zh == "-" { "" } else { title_zh },
                source,
            })
        })
        .collect()
}

fn read_code(place: Place, text: &'static str) -> Result<&'static str, DataError> {
    let is_code = |text: &str| ResponseCode::parse(text.as_bytes()).is_some_and(|code| code.as_str() == text);
    let well_formed = match text.split_once('-') {
        Some((first, last)) => {
            // Ranges of other lengths have no place in the lookup.
            let length = matches!(first.len(), 2 | 3) && first.len() == last.len();
            length && first < last && is_code(first) && is_code(last)
        }
        None => is_code(text),
    };
    if well_formed { Ok(text) } else { Err(place.unknown("code", text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "dialect\tcode\tmti\tcause\treason\tretry\ttitle_en\ttitle_zh\tsource\n";

    fn read_rows(rows: &str) -> Result<Vec<Entry>, DataError> {
        read(format!("{HEADER}{rows}").leak())
    }

    #[test]
    fn ranges_hold_codes_of_their_shape() {
        let range = |code: &str| {
            read_rows(&format!("visa\t{code}\t-\tnone\treserved\tn/a\tT\t-\tS01\n")).unwrap().remove(0)
        };
        for (text, inside, outside) in [
            ("45-50", vec!["45", "49", "50"], vec!["44", "51", "4A", "450", "4"]),
            ("0A-9Z", vec!["0A", "5C", "9Z"], vec!["00", "55", "A0", "99"]),
            ("A0-MZ", vec!["A0", "AZ", "M9"], vec!["N0", "9Z", "00"]),
            ("008-099", vec!["008", "050", "099"], vec!["007", "100", "08"]),
        ] {
            let range = range(text);
            assert!(inside.iter().all(|code| range.covers(code)), "{text}");
            assert!(!outside.iter().any(|code| range.covers(code)), "{text}");
        }
    }

    #[test]
    fn a_title_is_chinese_where_there_is_one() {
        let rows = "visa\t00\t-\tapproved\tnone\tn/a\tApproved\t批准\tS01\nvisa\t01\t-\taccount\tissuer_refused\tsoft\tRefer\t-\tS01\n";
        let titles = read_rows(rows).unwrap();
        let in_both =
            titles.iter().map(|entry| [Language::En, Language::Zh].map(|language| entry.title(language)));
        assert_eq!(in_both.collect::<Vec<_>>(), [["Approved", "批准"], ["Refer", "Refer"]]);
    }

    #[test]
    fn broken_rows_are_refused() {
        for row in [
            "visa\t45-45\t-\tnone\treserved\tn/a\tT\t-\tS01\n",
            "nobody\t00\t-\tapproved\tnone\tn/a\tT\t-\tS01\n",
            "visa\t0-0\t-\tapproved\tnone\tn/a\tT\t-\tS01\n",
            "visa\t50-45\t-\tnone\treserved\tn/a\tT\t-\tS01\n",
            "visa\t45-500\t-\tnone\treserved\tn/a\tT\t-\tS01\n",
            "visa\t4 5\t-\tnone\treserved\tn/a\tT\t-\tS01\n",
            "visa\t55\t-\tkey\tpin_incorrect\tsoft\tT\t-\tS01\n",
            "visa\t55\t9\taccount\tpin_incorrect\tsoft\tT\t-\tS01\n",
            "visa\t55\t-\taccount\tpin_incorrect\tmaybe\tT\t-\tS01\n",
            "visa\t00\t-\tapproved\tnone\tn/a\tT\t-\tS01\nvisa\t00\t-\tapproved\tnone\tn/a\tT\t-\tS01\n",
        ] {
            assert!(read_rows(row).is_err(), "{row}");
        }
    }
}
