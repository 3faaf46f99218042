//! Whose code table applies: standards, schemes, networks, processors.
//!
//! `data/dialects.tsv` lists them. Which dialect a log speaks is told by the user or by
//! [`CodeTables::resolve`](crate::CodeTables::resolve), not found out here.

use std::fmt;
use std::sync::OnceLock;

use crate::DataError;
use crate::data_error::rows;

pub(crate) const DIALECTS: &str = include_str!("../data/dialects.tsv");

/// One dialect: the number of its row in `dialects.tsv`, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dialect(u8);

impl Dialect {
    /// ISO 8583:1987, codes of two characters.
    pub const ISO1987: Self = Self(0);
    /// ISO 8583:1993, codes of three digits.
    pub const ISO1993: Self = Self(1);
    /// ISO 8583:2003 and the jPOS CMF, codes of four digits.
    pub const ISO2003: Self = Self(2);

    /// Every dialect, in the order of its index.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        (0..table().len() as u8).map(Self)
    }

    /// The number of the row.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The name used on the command line and in reports, for example `unionpay-pos`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// A short title for people.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// The dialect to consult for a code that this one's own table lacks.
    pub fn base(self) -> Option<Self> {
        self.row().base
    }

    /// This dialect, its base, that one's base, and so on.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |dialect| dialect.base())
    }

    /// How many characters its codes have.
    pub fn code_length(self) -> usize {
        self.row().length
    }

    /// The first digit of the MTIs that usually carry it, where there is one.
    pub fn mti_version(self) -> Option<u8> {
        self.row().version
    }

    /// The dialect of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        table().iter().position(|row| row.name == name).map(|at| Self(at as u8))
    }

    fn row(self) -> &'static Row {
        &table()[self.index()]
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dialect({self})")
    }
}

struct Row {
    name: &'static str,
    title: &'static str,
    base: Option<Dialect>,
    length: usize,
    version: Option<u8>,
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| read(DIALECTS).expect("dialects.tsv is checked by tests"))
}

/// Reads the table. A base must stand above the dialects that rest on it, so that every chain ends.
fn read(text: &'static str) -> Result<Vec<Row>, DataError> {
    let mut read: Vec<Row> = Vec::new();
    for (place, fields) in rows("dialects.tsv", text, ["dialect", "title", "base", "length", "version"])? {
        let [name, title, base, length, version] = fields;
        if read.len() > usize::from(u8::MAX) || read.iter().any(|row| row.name == name) {
            return Err(place.duplicate(name));
        }
        let base = match base {
            "-" => None,
            _ => {
                let above = read.iter().position(|row| row.name == base);
                Some(Dialect(above.ok_or_else(|| place.unknown("base", base))? as u8))
            }
        };
        let version = match version.as_bytes() {
            b"-" => None,
            [digit @ (b'0' | b'1' | b'2' | b'9')] => Some(digit - b'0'),
            _ => return Err(place.unknown("version", version)),
        };
        let length = length.parse().map_err(|_| place.unknown("length", length))?;
        read.push(Row { name, title, base, length, version });
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_stand_first() {
        for (dialect, name) in
            [(Dialect::ISO1987, "iso1987"), (Dialect::ISO1993, "iso1993"), (Dialect::ISO2003, "iso2003")]
        {
            assert_eq!(dialect.name(), name);
            assert_eq!((Dialect::from_name(name), dialect.base()), (Some(dialect), None));
        }
    }

    #[test]
    fn every_chain_ends_in_a_standard_of_the_same_length() {
        for dialect in Dialect::all() {
            let last = dialect.chain().last().unwrap();
            assert!(last.index() < 3 || dialect.name() == "mastercard-mac", "{dialect}");
            assert_eq!(last.code_length(), dialect.code_length(), "{dialect}");
            assert!(dialect.chain().count() <= 5, "{dialect}");
            let same = |other: &Dialect| other.title() == dialect.title();
            assert_eq!(Dialect::all().filter(same).count(), 1, "{dialect}: a title of its own");
        }
    }

    #[test]
    fn a_standard_tells_its_version_of_the_mti() {
        let of = |name: &str| Dialect::from_name(name).unwrap().mti_version();
        assert_eq!(["iso1987", "iso1993", "iso2003"].map(of), [Some(0), Some(1), Some(2)]);
    }

    fn read_rows(rows: &str) -> Result<Vec<Row>, DataError> {
        read(format!("dialect\ttitle\tbase\tlength\tversion\n{rows}").leak())
    }

    #[test]
    fn a_base_below_its_user_is_refused() {
        assert!(read_rows("a\tA\tb\t2\t0\nb\tB\t-\t2\t0\n").is_err());
        assert!(read_rows("b\tB\t-\t2\t0\na\tA\tb\t2\t0\n").is_ok());
    }

    #[test]
    fn names_are_unique_and_an_index_is_one_byte() {
        let rows = |count: usize| (0..count).map(|at| format!("d{at}\tD\t-\t2\t-\n")).collect::<String>();
        assert!(read_rows(&rows(256)).is_ok_and(|read| read.len() == 256));
        assert!(read_rows(&rows(257)).is_err());
        assert!(read_rows("a\tA\t-\t2\t0\na\tB\t-\t2\t0\n").is_err());
    }
}
