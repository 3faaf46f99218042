//! Files of rules: read whole, and their faults told with the line and a caret under it.

use crate::messages::Messages;
use crate::nearest::did_you_mean;
use crate::pointed::Pointed;
use anyhow::{Context, Result, bail};
use posmortem::classify::{RuleFault, Rules, WrongRule};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
pub(crate) struct FaultyRules {
    faults: Vec<Pointed>,
    /// Those that are not told.
    more: usize,
}

impl FaultyRules {
    fn of(faults: &[RuleFault], paths: &[String], texts: &[String]) -> Self {
        let told = faults.iter().take(MOST_FAULTS);
        let told: Vec<_> = told.map(|fault| pointed(fault, &paths[fault.file], &texts[fault.file])).collect();
        Self { more: faults.len() - told.len(), faults: told }
    }

    /// Tells all of them.
    pub(crate) fn tell(&self, messages: Messages) {
        for fault in &self.faults {
            fault.tell(messages);
        }
        if self.more > 0 {
            messages.error(format_args!("and {} more faults", self.more));
        }
    }
}

impl fmt::Display for FaultyRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.faults.iter().map(|fault| fault.sentence.as_str()).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for FaultyRules {}

/// The sentence with its place, and the line that it is about.
fn pointed(fault: &RuleFault, path: &str, text: &str) -> Pointed {
    let start = text.floor_char_boundary(fault.span.start.min(text.len()));
    let end = text.ceil_char_boundary(fault.span.end.clamp(start, text.len()));
    let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[begin..].lines().next().unwrap_or_default();
    let at = (start - begin).min(line.len());
    let number = 1 + text[..begin].matches('\n').count();
    let column = 1 + line[..at].chars().count();
    let hint = match &fault.what {
        WrongRule::Unknown { found, known, .. } => did_you_mean(found, known.iter().map(String::as_str)),
        _ => String::new(),
    };
    Pointed {
        sentence: format!("{path}:{number}:{column}: {}{hint}", fault.what),
        // A tab would be shown as what it is not.
        text: line.replace('\t', " "),
        at,
        length: text[start..end].trim_end().len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, [String; 2])> {
        let faults = Rules::read(&[text]).unwrap_err();
        let faults = FaultyRules::of(&faults, &["a.toml".to_owned()], &[text.to_owned()]);
        faults.faults.into_iter().map(|fault| (fault.sentence.clone(), fault.lines())).collect()
    }

    #[test]
    fn a_caret_stands_under_what_is_to_blame() {
        let rule = "[[rule]]\nname = 'a'\ncode = '51'\n";
        for (text, sentence, excerpt) in [
            (
                format!("{rule}\treason = 'hsm_falt'\n"),
                "a.toml:4:11: `hsm_falt` is no reason; did you mean `hsm_fault`?",
                ["   reason = 'hsm_falt'", "            ^^^^^^^^^^"],
            ),
            (
                "[[rule]]\r\nname = 'a'\r\nlink = '北'\r\nreason = 'hsm_fault'\r\n\"北\" = 1\r\n".to_owned(),
                "a.toml:5:1: `北` is no key of a rule",
                ["  \"北\" = 1", "  ^^^^"],
            ),
            (
                "rule = [{ name = '北', code = '51', reason = 'x' }]".to_owned(),
                "a.toml:1:45: `x` is no reason",
                [
                    "  rule = [{ name = '北', code = '51', reason = 'x' }]",
                    "                                               ^^^",
                ],
            ),
            ("[[rule]]\nname = 'a\ncode = '51'\n".to_owned(), "a.toml:2:", ["  name = 'a", "           ^"]),
        ] {
            let [(at, lines)] = &told(&text)[..] else { panic!("one fault in {text}") };
            assert!(at.starts_with(sentence), "{at}");
            assert_eq!(*lines, excerpt, "{text}");
        }
    }

    #[test]
    fn the_first_faults_are_told_and_the_others_counted() {
        let text = "[[rule]]\nreason = 'hsm_fault'\n".repeat(MOST_FAULTS + 3);
        let faults = Rules::read(&[&text]).unwrap_err();
        let told = FaultyRules::of(&faults, &["a.toml".to_owned()], &[text]);
        assert_eq!((told.faults.len(), told.more), (MOST_FAULTS, faults.len() - MOST_FAULTS));
    }

    #[test]
    fn logs_are_not_read_as_rules() {
        let refused = RuleFiles::read(&[PathBuf::from("day.csv")]).err().unwrap().to_string();
        assert_eq!(refused, "day.csv is no file of rules: its name must end in .toml");
    }
}
