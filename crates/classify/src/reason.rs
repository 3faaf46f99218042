//! The 58 reasons: names, titles, owners and what to do about each.
//!
//! `data/reasons.tsv` fixes number, cause and wording, `data/remedies.tsv` the actions. How a reason
//! is shown by evidence is not written here.

use std::fmt;
use std::sync::OnceLock;

use crate::data_error::rows;
use crate::{Audience, Cause, DataError, Language};

pub(crate) const REASONS: &str = include_str!("../data/reasons.tsv");
pub(crate) const REMEDIES: &str = include_str!("../data/remedies.tsv");

/// One reason: the number of its row in `reasons.tsv`, counted from 0. A reason fixes its cause.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason(pub(crate) u8);

impl Reason {
    /// Every reason, grouped by cause in the order of [`Cause::ALL`].
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The number of the row.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The name used in tables and reports, for example `pin_incorrect`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The cause it belongs to.
    pub fn cause(self) -> Cause {
        self.row().cause
    }

    /// A short title for people.
    pub fn title(self, language: Language) -> &'static str {
        match language {
            Language::En => self.row().title_en,
            Language::Zh => self.row().title_zh,
        }
    }

    /// Who acts: network team, carrier, issuer, cardholder, field service, key management, merchant
    /// support or acquirer operations.
    pub fn owner(self) -> &'static str {
        self.row().owner
    }

    /// Whether failures of this reason count as technical declines (path, keys, format, reader) and
    /// not as business declines.
    pub fn is_technical(self) -> bool {
        self.row().technical
    }

    /// What to do, in one sentence.
    pub fn action(self, language: Language, audience: Audience) -> &'static str {
        let row = self.row();
        match (language, audience) {
            (Language::En, Audience::Operations) => row.actions[0],
            (Language::En, Audience::Merchant) => row.actions[1],
            (Language::Zh, Audience::Operations) => row.actions[2],
            (Language::Zh, Audience::Merchant) => row.actions[3],
        }
    }

    /// The reason of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        let by_name = &table().by_name;
        by_name.binary_search_by_key(&name, |reason| reason.name).ok().map(|at| Self(by_name[at].number))
    }

    fn row(self) -> &'static Row {
        &table().rows[self.index()]
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reason({self})")
    }
}

struct Table {
    rows: Vec<Row>,
    by_name: Vec<Named>,
}

struct Named {
    name: &'static str,
    number: u8,
}

struct Row {
    name: &'static str,
    cause: Cause,
    title_en: &'static str,
    title_zh: &'static str,
    owner: &'static str,
    technical: bool,
    actions: [&'static str; 4],
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = read(REASONS, REMEDIES).expect("the tables of reasons are checked by tests");
        let numbered = rows.iter().zip(0..);
        let mut by_name: Vec<_> = numbered.map(|(row, number)| Named { name: row.name, number }).collect();
        by_name.sort_unstable_by_key(|reason| reason.name);
        Table { rows, by_name }
    })
}

/// Reads both tables; their rows must name the same reasons in the same order.
fn read(reasons: &'static str, remedies: &'static str) -> Result<Vec<Row>, DataError> {
    let reasons = rows("reasons.tsv", reasons, ["cause", "reason", "title_en", "title_zh", "owner", "mark"])?;
    let mut remedies =
        rows("remedies.tsv", remedies, ["reason", "ops_en", "merchant_en", "ops_zh", "merchant_zh"])?;
    reasons
        .map(|(place, [cause, name, title_en, title_zh, owner, mark])| {
            let cause = Cause::from_name(cause).ok_or_else(|| place.unknown("cause", cause))?;
            let technical = match mark {
                "td" => true,
                "bd" => false,
                _ => return Err(place.unknown("mark", mark)),
            };
            let actions = match remedies.next() {
                Some((_, [same, actions @ ..])) if same == name => actions,
                _ => return Err(place.unknown("remedy for", name)),
            };
            Ok(Row { name, cause, title_en, title_zh, owner, technical, actions })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_whole() {
        let read = read(REASONS, REMEDIES).unwrap();
        assert_eq!(read.len(), Reason::COUNT);
        assert!(read.is_sorted_by_key(|row| row.cause), "grouped by cause");
        for row in &read {
            let texts = [row.title_en, row.title_zh, row.owner];
            assert!(texts.iter().chain(&row.actions).all(|text| !text.is_empty()), "{}", row.name);
        }
        let remedies = rows("", REMEDIES, ["reason", "ops_en", "merchant_en", "ops_zh", "merchant_zh"]);
        assert_eq!(remedies.unwrap().count(), Reason::COUNT);
    }

    #[test]
    fn causes_hold_ten_or_twelve_reasons() {
        for (cause, count) in Cause::ALL.into_iter().zip([12, 12, 12, 10, 12]) {
            assert_eq!(Reason::all().filter(|reason| reason.cause() == cause).count(), count, "{cause:?}");
        }
    }

    #[test]
    fn path_and_keys_are_technical_and_accounts_are_business() {
        for reason in Reason::all() {
            match reason.cause() {
                Cause::Network | Cause::Key => assert!(reason.is_technical(), "{reason}"),
                Cause::Account | Cause::Operator => assert!(!reason.is_technical(), "{reason}"),
                Cause::Card => {
                    assert_eq!(reason.is_technical(), reason.name().starts_with("reader_"), "{reason}");
                }
            }
        }
    }

    #[test]
    fn a_remedy_for_another_reason_is_refused() {
        let reasons =
            "cause\treason\ttitle_en\ttitle_zh\towner\tmark\ncard\tcard_expired\tE\tZ\tissuer\tbd\n";
        let remedies = "reason\tops_en\tmerchant_en\tops_zh\tmerchant_zh\ncard_disabled\ta\tb\tc\td\n";
        assert!(read(reasons, remedies).is_err());
    }
}
