//! The words of the page that the other forms of a report do not have, by their keys.
//!
//! `data/html/words.tsv` holds them in both languages. `{}` stands for what is told, in its order; `one|many` are
//! the forms for a count of one and for any other.

use super::digits::grouped;
use posmortem_classify::Language;
use serde::{Serialize, Serializer};

const WORDS: &str = include_str!("../../data/html/words.tsv");

/// The words of one language.
#[derive(Clone, Copy)]
pub(super) struct Words {
    column: usize,
}

impl Words {
    pub(super) fn of(language: Language) -> Self {
        match language {
            Language::En => Self { column: 1 },
            Language::Zh => Self { column: 2 },
        }
    }

    fn rows(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let rows = WORDS.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
        rows.map(move |cells| (cells[0], cells[self.column]))
    }

    /// The words that the script uses.
    pub(super) fn of_script(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows().filter(|(key, _)| key.starts_with("list_"))
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.rows())
    }
}

/// The words with what they tell in its place. The first decides between one and many.
pub(super) fn say(words: &str, told: &[String]) -> String {
    let form = match words.split_once('|') {
        Some((one, many)) => {
            if told.first().is_some_and(|count| count == "1") {
                one
            } else {
                many
            }
        }
        None => words,
    };
    let mut told = told.iter();
    let mut parts = form.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push_str(&told.next().map(|one| grouped(one)).unwrap_or_default());
        said.push_str(part);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_iso8583::EntryMode;
    use std::collections::BTreeSet;

    fn rows() -> Vec<Vec<&'static str>> {
        WORDS.lines().skip(1).map(|row| row.split('\t').collect()).collect()
    }

    #[test]
    fn every_row_has_both_languages_and_tells_as_much_in_each() {
        for row in rows() {
            let [key, english, chinese] = row[..] else { panic!("{row:?}") };
            assert!(!english.is_empty() && !chinese.is_ascii(), "{key}");
            let places = |words: &str| {
                words.split('|').map(|form| form.matches("{}").count()).collect::<BTreeSet<_>>()
            };
            assert_eq!(places(chinese).len(), 1, "{key}");
            assert_eq!(places(english), places(chinese), "{key}");
        }
        let keys: BTreeSet<_> = rows().iter().map(|row| row[0]).collect();
        assert_eq!(keys.len(), rows().len());
    }

    /// Those that a template puts together, and those that it names.
    #[test]
    fn every_word_is_used_and_every_used_one_is_there() {
        let templates = super::super::template::TEMPLATES.map(|(_, text)| text).concat();
        let named = |begin: &str| {
            let rests = templates.split(begin).skip(1);
            let key = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            rests.map(key).collect::<BTreeSet<String>>()
        };
        let modes = EntryMode::ALL.map(|mode| format!("mode_{}", mode.name()));
        let tiles = ["own", "attack", "silent"].map(|state| format!("tile_{state}"));
        let script = super::super::policy::SCRIPT;
        let of_script = script
            .split("words.")
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
        let used: BTreeSet<_> =
            named("words.").into_iter().chain(modes).chain(tiles).chain(of_script).collect();
        let keys: BTreeSet<_> = rows().iter().map(|row| row[0].to_owned()).collect();
        assert_eq!(used, keys);
    }

    #[test]
    fn a_count_of_one_has_a_form_of_its_own() {
        let told = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(say("{} terminal|{} terminals", &told(&["1"])), "1 terminal");
        assert_eq!(say("{} terminal|{} terminals", &told(&["1200"])), "1\u{202f}200 terminals");
        assert_eq!(say("{} of {}", &told(&["1", "x"])), "1 of x");
        assert_eq!(say("none", &[]), "none");
    }
}
