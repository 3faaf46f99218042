//! The tables of codes, read once, asked millions of times.
//!
//! Which spelling of a code counts and which row wins is decided in `lookup.rs`; here the tables are
//! held together and asked.

use std::sync::OnceLock;

use posmortem_iso8583::{Mti, ResponseCode};
use sha2::{Digest, Sha256};

use crate::lookup::{Lookup, respelled};
use crate::{Circumstances, DataError, Dialect, Entry, Meaning, QualifiedCode, Reason, Rules};
use crate::{dialect, entry, kind, qualified, reason, reversal_reason, source};

/// Why reading a built-in table cannot fail.
const CHECKED: &str = "the built-in tables are checked by tests";

/// Every dialect's codes.
pub struct CodeTables {
    texts: [(&'static str, &'static str); 8],
    response_codes: &'static str,
    /// Every dialect's rows. Of the built-in table they are read when all of them are asked for; a run
    /// needs those of a dialect or two.
    entries: OnceLock<Vec<Entry>>,
    qualified: Vec<QualifiedCode>,
    /// By the dialect's index.
    lookups: Vec<OnceLock<Lookup>>,
}

impl CodeTables {
    /// The tables that ship with this crate.
    ///
    /// # Panics
    /// Never: the tests of this crate read the same bytes.
    pub fn built_in() -> &'static Self {
        static TABLES: OnceLock<CodeTables> = OnceLock::new();
        TABLES.get_or_init(|| Self::unread(entry::RESPONSE_CODES, qualified::QUALIFIED_CODES).expect(CHECKED))
    }

    /// Tables of a user, in the form of `response-codes.tsv` and `qualified-codes.tsv`. The texts are
    /// borrowed for good: a process reads its rules once and may leak them.
    ///
    /// # Errors
    /// When a table has another header, a row of another width, an unknown name, a malformed code or
    /// the same key twice.
    pub fn from_text(response_codes: &'static str, qualified_codes: &'static str) -> Result<Self, DataError> {
        let tables = Self::unread(response_codes, qualified_codes)?;
        Ok(Self { entries: OnceLock::from(entry::read(response_codes)?), ..tables })
    }

    fn unread(response_codes: &'static str, qualified_codes: &'static str) -> Result<Self, DataError> {
        Ok(Self {
            texts: [
                ("reasons.tsv", reason::REASONS),
                ("remedies.tsv", reason::REMEDIES),
                ("dialects.tsv", dialect::DIALECTS),
                ("response-codes.tsv", response_codes),
                ("qualified-codes.tsv", qualified_codes),
                ("reversal-reasons.tsv", reversal_reason::REVERSAL_REASONS),
                ("kinds.tsv", kind::KINDS),
                ("sources.tsv", source::SOURCES),
            ],
            response_codes,
            entries: OnceLock::new(),
            qualified: qualified::read(qualified_codes)?,
            lookups: Dialect::all().map(|_| OnceLock::new()).collect(),
        })
    }

    /// The dialect whose table to ask. What is told wins. Else the code's length decides, being the
    /// harder fact: four or five digits are 2003 codes, two characters 1987 codes, three digits 1993
    /// codes (2003 ones that lost a zero when the MTI says 2003). A single digit follows the MTI's
    /// version. Anything else is asked of 1987.
    pub fn resolve(&self, told: Option<Dialect>, code: ResponseCode, mti: Option<Mti>) -> Dialect {
        if let Some(told) = told {
            return told;
        }
        let text = code.as_str().as_bytes();
        let by_version = match mti.map(Mti::version) {
            Some(1) => Dialect::ISO1993,
            Some(2) => Dialect::ISO2003,
            _ => Dialect::ISO1987,
        };
        match text.len() {
            _ if !text.iter().all(u8::is_ascii_digit) => Dialect::ISO1987,
            1 => by_version,
            3 if by_version == Dialect::ISO2003 => by_version,
            3 => Dialect::ISO1993,
            4 | 5 => Dialect::ISO2003,
            _ => Dialect::ISO1987,
        }
    }

    /// What a code means in its message. Allocates nothing after the dialect's first question.
    pub fn meaning(&self, dialect: Dialect, code: ResponseCode, circumstances: &Circumstances) -> Meaning {
        self.lookup(dialect).meaning(code, circumstances)
    }

    /// A code as the dialect's table spells it: `0N7` is its `N7`.
    pub(crate) fn spelled(&self, dialect: Dialect, code: ResponseCode) -> ResponseCode {
        self.lookup(dialect).spelled(code)
    }

    fn lookup(&self, dialect: Dialect) -> &Lookup {
        self.lookups[dialect.index()].get_or_init(|| self.lookup_of(dialect))
    }

    fn lookup_of(&self, dialect: Dialect) -> Lookup {
        if let Some(entries) = self.entries.get() {
            return Lookup::build(dialect, entries, &self.qualified);
        }
        let is_in_chain = |name: &str| dialect.chain().any(|link| link.name() == name);
        let entries = entry::read_of(self.response_codes, is_in_chain).expect(CHECKED);
        Lookup::build(dialect, &entries, &self.qualified)
    }

    /// Every row that speaks of this code, of every dialect, ranges and rows for one message too. A
    /// code that no row knows as it stands is tried as `meaning` would spell it.
    pub fn entries(&self, code: &str) -> impl Iterator<Item = &Entry> {
        let code = self.spelling(code);
        self.all_entries().iter().filter(move |entry| code.is_some_and(|code| entry.covers(code.as_str())))
    }

    /// Every row that depends on MTI, kind or entry mode for this code.
    pub fn qualified_entries(&self, code: &str) -> impl Iterator<Item = &QualifiedCode> {
        let code = self.spelling(code);
        self.qualified.iter().filter(move |row| code.is_some_and(|code| row.response_code == code))
    }

    /// Every row that gives this reason.
    pub fn entries_with_reason(&self, reason: Reason) -> impl Iterator<Item = &Entry> {
        self.all_entries().iter().filter(move |entry| entry.reason() == Some(reason))
    }

    /// Every row, in the order of the table.
    pub fn all_entries(&self) -> &[Entry] {
        self.entries.get_or_init(|| entry::read(self.response_codes).expect(CHECKED))
    }

    /// Every row that depends on the message, in the order of the table.
    pub fn all_qualified_entries(&self) -> &[QualifiedCode] {
        &self.qualified
    }

    /// SHA-256 over names, lengths and bytes of all data files in a fixed order, in hex: the
    /// `rules_sha256` of reports.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in self.texts {
            hash.update(format!("{name} {}\n", text.len()));
            hash.update(text);
        }
        const_hex::encode(hash.finalize())
    }

    /// The same with rules of the user over the tables.
    pub fn sha256_with(&self, rules: &Rules) -> String {
        const_hex::encode(Sha256::digest(format!("{}\n{}\n", self.sha256(), rules.sha256())))
    }

    fn spelling(&self, code: &str) -> Option<ResponseCode> {
        let asked = ResponseCode::parse(code.as_bytes())?;
        let known = |code: &ResponseCode| self.all_entries().iter().any(|entry| entry.covers(code.as_str()));
        let spellings = [Some(asked), respelled(asked, 2), respelled(asked, 4)];
        Some(spellings.into_iter().flatten().find(known).unwrap_or(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_versions_resolve_what_is_not_told() {
        let visa = Dialect::from_name("visa").unwrap();
        for (told, code, mti, dialect) in [
            (Some(visa), "1016", "2210", visa),
            (None, "51", "0210", Dialect::ISO1987),
            (None, "51", "1210", Dialect::ISO1987),
            (None, "N7", "2210", Dialect::ISO1987),
            (None, "116", "", Dialect::ISO1993),
            (None, "116", "0210", Dialect::ISO1993),
            (None, "016", "2210", Dialect::ISO2003),
            (None, "1016", "0210", Dialect::ISO2003),
            (None, "19999", "", Dialect::ISO2003),
            (None, "0", "1210", Dialect::ISO1993),
            (None, "5", "0210", Dialect::ISO1987),
            (None, "0N7", "", Dialect::ISO1987),
        ] {
            let code = ResponseCode::parse(code.as_bytes()).unwrap();
            let mti = Mti::parse(mti.as_bytes());
            assert_eq!(CodeTables::built_in().resolve(told, code, mti), dialect, "{code} {mti:?}");
        }
    }

    #[test]
    fn a_dialect_read_by_itself_says_the_same() {
        let whole = CodeTables::from_text(entry::RESPONSE_CODES, qualified::QUALIFIED_CODES).unwrap();
        let alone = CodeTables::unread(entry::RESPONSE_CODES, qualified::QUALIFIED_CODES).unwrap();
        let circumstances = Circumstances::default();
        for dialect in Dialect::all() {
            for code in whole.all_entries().iter().filter_map(|row| ResponseCode::parse(row.code.as_bytes()))
            {
                let meanings = [&whole, &alone].map(|tables| tables.meaning(dialect, code, &circumstances));
                assert_eq!(meanings[0], meanings[1], "{code} of {}", dialect.name());
            }
        }
        assert!(alone.entries.get().is_none());
        assert_eq!(alone.all_entries(), whole.all_entries());
    }

    #[test]
    fn a_users_table_is_read_at_once() {
        let broken = "dialect\tcode\tmti\tcause\treason\tretry\ttitle_en\ttitle_zh\tsource\nnobody\t00\t-\tapproved\tnone\tn/a\tT\t-\tS01\n";
        assert!(CodeTables::from_text(broken, qualified::QUALIFIED_CODES).is_err());
    }

    #[test]
    fn the_digest_with_rules_tells_tables_and_rules() {
        let rules = |code: &str| {
            let text = format!("[[rule]]\nname = \"a\"\ncode = \"{code}\"\nreason = \"pin_incorrect\"\n");
            Rules::read(&[&text]).unwrap()
        };
        let tables = CodeTables::built_in();
        let digests = [tables.sha256(), tables.sha256_with(&rules("55")), tables.sha256_with(&rules("75"))];
        assert!(
            digests
                .iter()
                .all(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        );
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
        assert_eq!(tables.sha256_with(&rules("55")), digests[1]);
    }

    #[test]
    fn the_digest_covers_every_file() {
        let tables = CodeTables::built_in();
        assert_eq!(tables.sha256().len(), 64);
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data")).unwrap();
        let mut files: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let mut covered: Vec<&str> = tables.texts.iter().map(|(name, _)| *name).collect();
        covered.sort_unstable();
        assert_eq!(files, covered);
        let less = CodeTables::from_text(
            entry::RESPONSE_CODES,
            "dialect\tcode\tmti\tkind\tentry_mode\tcause\treason\twhy\n",
        );
        assert_ne!(less.unwrap().sha256(), tables.sha256());
    }
}
