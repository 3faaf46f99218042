//! The product's own words in both languages: reasons by their titles, faults and traces by
//! `data/words.tsv`.

use posmortem_classify::{Language, Reason};
use posmortem_iso8583::{TableError, TableRow};
use std::sync::OnceLock;

/// A reason's, a mark's or a signature's name in words; a name that has none stands for itself.
pub fn word(name: &'static str, language: Language) -> &'static str {
    let titled = Reason::from_name(name).map(|reason| reason.title(language));
    let listed = || {
        words().iter().find(|row| row.fields[0] == name).map(|row| {
            let [_, en, zh] = row.fields;
            in_language(language, en, zh)
        })
    };
    titled.or_else(listed).unwrap_or(name)
}

/// The one of two texts that is in a language.
pub(crate) fn in_language<T>(language: Language, en: T, zh: T) -> T {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

fn words() -> &'static [TableRow<'static, 3>] {
    static WORDS: OnceLock<Vec<TableRow<'static, 3>>> = OnceLock::new();
    WORDS.get_or_init(|| read_words().expect("the table of words is checked by a test"))
}

fn read_words() -> Result<Vec<TableRow<'static, 3>>, TableError> {
    posmortem_iso8583::rows(include_str!("../data/words.tsv"), ["name", "en", "zh"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mark, Signatures};

    #[test]
    fn every_name_that_evidence_tells_has_words() {
        let words = read_words().expect("every row has three cells");
        for row in &words {
            assert!(row.fields.iter().all(|cell| !cell.is_empty()), "line {}", row.line);
            let alike = words.iter().filter(|other| other.fields[0] == row.fields[0]);
            assert_eq!(alike.count(), 1, "{}", row.fields[0]);
        }
        let signatures = Signatures::built_in();
        let marks = Mark::all().map(Mark::name).filter(|name| *name != "unclassified");
        for name in marks.chain(signatures.iter().map(|signature| signature.name)) {
            let (en, zh) = (word(name, Language::En), word(name, Language::Zh));
            assert!(!zh.is_ascii() && en != zh, "{name}: {en}, {zh}");
        }
        assert_eq!(word("response_timeout", Language::En), "No answer in time");
        assert_eq!(word("2024", Language::Zh), "2024");
    }
}
