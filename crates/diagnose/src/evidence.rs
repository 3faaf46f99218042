//! What decided, in words: rules with numbers, and the sentences of `data/evidence.tsv`.
//!
//! Which rule holds is decided elsewhere; here it is only said, in both languages.

use crate::{Thousandths, word};
use posmortem_classify::Language;
use posmortem_exchange::{Names, Symbol};
use posmortem_iso8583::{ResponseCode, TableRow, Timestamp};
use std::sync::OnceLock;

const EVIDENCE: &str = include_str!("../data/evidence.tsv");

/// A row of `data/evidence.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule(u8);

impl Rule {
    /// The rule of that name.
    ///
    /// # Panics
    /// When the data file has no such row: names are written in code alone, and a test asks for each of
    /// them.
    pub fn named(name: &str) -> Self {
        let at = sentences().iter().position(|row| row.name == name);
        Self(at.expect("the rules that this crate names are in its data file") as u8)
    }

    /// The name, for machines.
    pub fn name(self) -> &'static str {
        sentences()[usize::from(self.0)].name
    }
}

/// A number in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// How many.
    Count(u64),
    /// A decimal.
    Decimal(Thousandths),
    /// A share, shown in per cent.
    Share(Thousandths),
    /// A code of DE39.
    Code(ResponseCode),
    /// A name from the log.
    Name(Symbol),
    /// The name of a reason, a mark or a signature, which sentences tell in words.
    Word(&'static str),
    /// A moment.
    Time(Timestamp),
    /// A stretch of time in minutes.
    Minutes(u64),
}

/// A rule that held, and its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which.
    pub rule: Rule,
    /// In the order of the sentence's places.
    pub values: Vec<Value>,
}

impl Evidence {
    /// That rule, with those numbers.
    ///
    /// # Panics
    /// As [`Rule::named`].
    pub fn new(rule: &str, values: impl Into<Vec<Value>>) -> Self {
        Self { rule: Rule::named(rule), values: values.into() }
    }

    /// The sentence. Names of the log are shown as they stand: whoever prints it screens them.
    pub fn text(&self, language: Language, names: &Names) -> String {
        let row = &sentences()[usize::from(self.rule.0)];
        let sentence = match language {
            Language::En => row.en,
            Language::Zh => row.zh,
        };
        let mut text = String::new();
        let mut rest = match sentence.split_once('|') {
            Some((one, many)) => {
                if self.values.first() == Some(&Value::Count(1)) {
                    one
                } else {
                    many
                }
            }
            None => sentence,
        };
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            if let Some(value) = place.parse().ok().and_then(|at: usize| self.values.get(at)) {
                value.write(&mut text, names, language);
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

impl Value {
    fn write(&self, text: &mut String, names: &Names, language: Language) {
        match self {
            Self::Count(number) | Self::Minutes(number) => text.push_str(&number.to_string()),
            Self::Decimal(number) => text.push_str(&number.to_string()),
            Self::Share(share) => {
                text.push_str(&format!("{}.{} %", share.0 / 10, share.0 % 10));
            }
            Self::Code(code) => text.push_str(&code.to_string()),
            Self::Name(symbol) => text.push_str(names.text(*symbol)),
            Self::Word(name) => text.push_str(word(name, language)),
            Self::Time(at) => text.push_str(&at.to_string()),
        }
    }
}

struct Sentence {
    name: &'static str,
    en: &'static str,
    zh: &'static str,
}

fn sentences() -> &'static [Sentence] {
    static TABLE: OnceLock<Vec<Sentence>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = posmortem_iso8583::rows(EVIDENCE, ["rule", "en", "zh"]);
        let sentence = |row: TableRow<'static, 3>| {
            let [name, en, zh] = row.fields;
            Sentence { name, en, zh }
        };
        rows.expect("the table of evidence is checked by a test").into_iter().map(sentence).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(sentence: &str) -> Vec<usize> {
        let mut places: Vec<usize> = sentence
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').expect("a place ends").0.parse().expect("a number"))
            .collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn both_languages_say_the_same() {
        assert!(!sentences().is_empty());
        for row in sentences() {
            for form in row.en.split('|').chain(row.zh.split('|')) {
                assert_eq!(
                    places(form),
                    places(row.zh.split('|').next().unwrap_or_default()),
                    "{}",
                    row.name
                );
            }
            assert!(row.en.matches('|').count() <= 1 && row.zh.matches('|').count() <= 1, "{}", row.name);
            assert!(sentences().iter().filter(|other| other.name == row.name).count() == 1);
        }
    }

    #[test]
    fn one_has_a_form_of_its_own() {
        let said =
            |count| Evidence::new("too_few", [Value::Count(count)]).text(Language::En, &Names::default());
        assert_eq!(said(1), "1 attempt is too few to judge");
        assert_eq!(said(12), "12 attempts are too few to judge");
    }

    #[test]
    fn a_sentence_shows_its_numbers() {
        let evidence = Evidence::new("cards", [Value::Count(12), Value::Count(4)]);
        let names = Names::default();
        assert_eq!(evidence.text(Language::En, &names), "12 different cards of 4 issuers");
        assert_eq!(evidence.text(Language::Zh, &names), "涉及 4 家发卡行的 12 张不同卡片");
    }
}
