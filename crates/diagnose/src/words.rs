//! The product's own words in both languages: reasons by their titles, faults and traces by
//! `data/words.tsv`.

use posmortem_classify::{Language, Reason};

const WORDS: &str = include_str!("../data/words.tsv");

/// A reason's, a mark's or a signature's name in words; a name that has none stands for itself.
pub fn word(name: &'static str, language: Language) -> &'static str {
    let titled = Reason::from_name(name).map(|reason| reason.title(language));
    let listed = || rows().find(|row| row[0] == name).map(|[_, en, zh]| in_language(language, en, zh));
    titled.or_else(listed).unwrap_or(name)
}

/// The one of two texts that is in a language.
pub(crate) fn in_language<T>(language: Language, en: T, zh: T) -> T {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mark, Signatures};

    #[test]
    fn every_name_that_evidence_tells_has_words() {
        assert_eq!(rows().count(), WORDS.lines().count() - 2, "every row has three cells");
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
