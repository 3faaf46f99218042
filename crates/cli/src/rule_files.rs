//! Files of rules: read whole, and their faults told with the line and a caret under it.

use crate::messages::Messages;
use crate::nearest::did_you_mean;
use anyhow::{Context, Result, bail};
use posmortem::classify::{RuleFault, Rules, WrongRule};
use posmortem::iso8583::screen;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// Rules that are in force together.
pub(crate) struct RuleFiles {
    /// Their files, by the number by which rules know them.
    pub(crate) paths: Vec<String>,
    texts: Vec<String>,
    pub(crate) rules: Arc<Rules>,
}

/// Faults of rules are told one after the other; more than these would bury the first.
const MOST_FAULTS: usize = 20;

impl RuleFiles {
    /// Reads files.
    ///
    /// # Errors
    /// When one cannot be read, and all that is wrong with them.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self> {
        let texts = files.iter().map(|path| read_text(path)).collect::<Result<Vec<_>>>()?;
        let paths: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
        let borrowed: Vec<_> = texts.iter().map(String::as_str).collect();
        match Rules::read(&borrowed) {
            Ok(rules) => Ok(Self { paths, texts, rules: Arc::new(rules) }),
            Err(faults) => Err(FaultyRules::of(&faults, &paths, &texts).into()),
        }
    }

    /// The faults of tests that fail.
    pub(crate) fn failed(&self, faults: &[RuleFault]) -> FaultyRules {
        FaultyRules::of(faults, &self.paths, &self.texts)
    }

    /// Where a rule stands.
    pub(crate) fn place(&self, (file, line): (usize, usize)) -> String {
        format!("{}:{line}", self.paths[file])
    }
}

/// The text of a file. Its name must tell what it is: the lines of a log that is named by mistake are not to be shown.
fn read_text(path: &Path) -> Result<String> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("toml")) {
        bail!("{} is no file of rules: its name must end in .toml", path.display());
    }
    fs::read_to_string(path).with_context(|| format!("the rules {} cannot be read", path.display()))
}

/// What is wrong with rules or with what their tests expect.
#[derive(Debug)]
pub(crate) struct FaultyRules(Vec<Fault>);

/// One fault: its place and a sentence, and the line.
#[derive(Debug)]
struct Fault {
    sentence: String,
    excerpt: Vec<String>,
}

impl FaultyRules {
    fn of(faults: &[RuleFault], paths: &[String], texts: &[String]) -> Self {
        let told = faults.iter().take(MOST_FAULTS);
        let mut told: Vec<_> =
            told.map(|fault| Fault::of(fault, &paths[fault.file], &texts[fault.file])).collect();
        if let Some(more) = faults.len().checked_sub(MOST_FAULTS).filter(|more| *more > 0) {
            told.push(Fault { sentence: format!("and {more} more faults"), excerpt: Vec::new() });
        }
        Self(told)
    }

    /// Tells all of them.
    pub(crate) fn tell(&self, messages: Messages) {
        for Fault { sentence, excerpt } in &self.0 {
            messages.error(sentence);
            messages.excerpt(excerpt);
        }
    }
}

impl fmt::Display for FaultyRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|fault| fault.sentence.as_str()).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for FaultyRules {}

impl Fault {
    fn of(fault: &RuleFault, path: &str, text: &str) -> Self {
        let start = text.floor_char_boundary(fault.span.start.min(text.len()));
        let end = text.ceil_char_boundary(fault.span.end.clamp(start, text.len()));
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let (before, blamed) = line.split_at((start - begin).min(line.len()));
        let number = 1 + text[..begin].matches('\n').count();
        let column = 1 + before.chars().count();
        let hint = match &fault.what {
            WrongRule::Unknown { found, known, .. } => did_you_mean(found, known.iter().map(String::as_str)),
            _ => String::new(),
        };
        let blamed = blamed.get(..end - start).unwrap_or(blamed);
        Self {
            sentence: format!("{path}:{number}:{column}: {}{hint}", fault.what),
            excerpt: excerpt(line, number, before, blamed),
        }
    }
}

/// The line, and carets under what is to blame. Where the screen covers a part of it, it tells no columns.
fn excerpt(line: &str, number: usize, before: &str, blamed: &str) -> Vec<String> {
    let spaced = |text: &str| text.replace('\t', " ");
    let (number, line) = (number.to_string(), spaced(line));
    let margin = " ".repeat(number.len());
    let shown = screen(line.as_bytes());
    let mut lines = vec![format!("{margin} |"), format!("{number} | {shown}")];
    if shown == line {
        let indent = " ".repeat(spaced(before).width());
        let carets = "^".repeat(spaced(blamed.trim_end()).width().max(1));
        lines.push(format!("{margin} | {indent}{carets}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Vec<String>)> {
        let faults = Rules::read(&[text]).unwrap_err();
        let faults = FaultyRules::of(&faults, &["a.toml".to_owned()], &[text.to_owned()]);
        faults.0.into_iter().map(|fault| (fault.sentence, fault.excerpt)).collect()
    }

    #[test]
    fn a_caret_stands_under_what_is_to_blame() {
        let rule = "[[rule]]\nname = 'a'\ncode = '51'\n";
        for (text, sentence, excerpt) in [
            (
                format!("{rule}\treason = 'hsm_falt'\n"),
                "a.toml:4:11: `hsm_falt` is no reason; did you mean `hsm_fault`?",
                ["  |", "4 |  reason = 'hsm_falt'", "  |           ^^^^^^^^^^"],
            ),
            (
                "[[rule]]\r\nname = 'a'\r\nlink = '北'\r\nreason = 'hsm_fault'\r\n\"北\" = 1\r\n".to_owned(),
                "a.toml:5:1: `北` is no key of a rule",
                ["  |", "5 | \"北\" = 1", "  | ^^^^"],
            ),
            (
                "rule = [{ name = '北', code = '51', reason = 'x' }]".to_owned(),
                "a.toml:1:45: `x` is no reason",
                [
                    "  |",
                    "1 | rule = [{ name = '北', code = '51', reason = 'x' }]",
                    "  |                                              ^^^",
                ],
            ),
            ("[[rule]]\nname = 'a".to_owned(), "a.toml:2:", ["  |", "2 | name = 'a", "  |        "]),
        ] {
            let [(at, lines)] = &told(&text)[..] else { panic!("one fault in {text}") };
            assert!(at.starts_with(sentence), "{at}");
            assert_eq!(lines[..2], excerpt[..2], "{text}");
            assert!(lines[2].starts_with(excerpt[2]) && lines[2].ends_with('^'), "{lines:#?}");
        }
    }

    #[test]
    fn card_numbers_are_covered_and_faults_are_counted() {
        let [(_, lines)] = &told("[[rule]]\nname = '4111111111111111' 5\n")[..] else { panic!("one fault") };
        assert!(lines.len() == 2 && !lines[1].contains("4111111111111111"), "{lines:#?}");
        let many = told(&"[[rule]]\nreason = 'hsm_fault'\n".repeat(MOST_FAULTS + 3));
        assert_eq!(many.len(), MOST_FAULTS + 1);
        assert_eq!(many[MOST_FAULTS].0, "and 3 more faults");
    }

    #[test]
    fn logs_are_not_read_as_rules() {
        let refused = RuleFiles::read(&[PathBuf::from("day.csv")]).err().unwrap().to_string();
        assert_eq!(refused, "day.csv is no file of rules: its name must end in .toml");
    }
}
