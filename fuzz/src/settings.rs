//! What users write: rules, configurations with their listings, and limits.

use crate::config::Config;
use crate::fail_on::Expression;
use crate::input_file::InputFile;
use crate::messages::line;
use crate::pointed::Pointed;
use crate::surroundings::Surroundings;
use crate::told::assert_shown;
use posmortem::classify::{CodeTables, Rule, Rules};
use posmortem::logs::Listing;
use posmortem_report::{Measure, RulesFormat, View, write_rules};
use std::fmt::Display;

/// The rules of the fixture day.
pub(crate) fn rule_seeds() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("../../fixtures/rules.toml"),
        "[[rule]]\nname = \"a\"\nlink = \"up-*\"\ncode = [\"51\", \"65\"]\nreason = \"insufficient_funds\"\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Rules are refused with places, or taken.
pub(crate) fn rules(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match Rules::read(&[&text]) {
        Ok(rules) => {
            assert!(rules.hidden().len() <= rules.rules().len());
            digested(&rules, &text);
            for failure in rules.failures(CodeTables::built_in()) {
                assert!(text.get(failure.span.clone()).is_some(), "a place in the text");
            }
            for format in RulesFormat::ALL {
                let mut out = Vec::new();
                let files = ["rules.toml".to_owned()];
                write_rules(&rules, &files, format, &View::default(), &mut out)
                    .expect("a Vec takes every byte");
                assert_shown(format.name(), &out, b"\n\t");
                let listed = String::from_utf8(out).expect("text");
                // A table cuts long names.
                let is_listed = |rule: &Rule| format != RulesFormat::Tsv || listed.contains(rule.name());
                assert!(rules.rules().iter().all(is_listed), "a rule that is not listed");
            }
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(text.get(fault.span.clone()).is_some(), "a place in the text");
                assert_a_sentence(&fault, &text);
            }
            false
        }
    }
}

/// A digest is of what rules do: comments and tests leave it as it is, one more rule does not.
fn digested(rules: &Rules, text: &str) {
    let with = |more: &str| Rules::read(&[text, more]).expect("what is written beside it");
    let said = with("# Ours.\n\n[[test]]\ncode = \"00\"\nrule = \"none\"\n");
    assert_eq!(said.sha256(), rules.sha256(), "a comment and a test change the digest");
    assert_eq!(said.decisions_sha256(), rules.decisions_sha256());
    let mut name = "one more".to_owned();
    while rules.rules().iter().any(|rule| rule.name() == name) {
        name.push('.');
    }
    let rule =
        |code| format!("[[rule]]\nname = \"{name}\"\ncode = \"{code}\"\nreason = \"insufficient_funds\"\n");
    let [one, other] = ["51", "61"].map(|code| with(&rule(code)));
    let digests = [rules, &one, &other].map(|rules| (rules.sha256(), rules.decisions_sha256()));
    assert!(
        digests[0].0 != digests[1].0 && digests[0].1 != digests[1].1,
        "one more rule has the same digest"
    );
    assert!(
        digests[1].0 != digests[2].0 && digests[1].1 != digests[2].1,
        "rules of two codes have the same digest"
    );
}

/// As the tool says it: on one line, without a card number, and without a line break that the text did not have in a value.
pub(crate) fn assert_a_sentence(error: &impl Display, text: &str) {
    let said = line(&error.to_string());
    let sentence =
        said.strip_prefix("posmortem: ").and_then(|said| said.strip_suffix('\n')).expect("a message");
    assert!(!sentence.is_empty());
    assert_shown("a refusal", sentence.as_bytes(), b"");
    let may_break = text.contains('\\') || text.contains("\"\"\"") || text.contains("'''");
    assert!(may_break || !sentence.contains("\\x0a"), "a refusal of two lines");
}

/// The example of the package, that of the fixture day, and the listings that are built in.
pub(crate) fn configuration_seeds() -> Vec<Vec<u8>> {
    let settings = "timezone = \"+08:00\"\ntimeout = \"45s\"\nhorizon = \"10m\"\nbin_digits = 6\nmax_rejects = \"1%\"\nlang = \"zh\"\n";
    let texts = [
        include_str!("../../contrib/posmortem.toml"),
        include_str!("../../fixtures/posmortem.toml"),
        include_str!("../../crates/logs/data/labelled.toml"),
        settings,
        // Refused, and not to be repeated as they stand.
        "timezone = \"4111111111111111\"\n",
        "lang = \"\"\"\nen\n4012 8888 8888 1881\"\"\"\n",
        "lang = \n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// A configuration is refused in a sentence, or its listings read again as they are shown.
pub(crate) fn configuration(bytes: &[u8]) -> bool {
    let file = InputFile::new("posmortem.toml", bytes);
    let text = String::from_utf8_lossy(bytes);
    let config = Config::gather(Vec::new(), Some(file.path()), &Surroundings::default());
    match &config {
        Ok(config) => {
            assert!(config.entries().count() <= bytes.len(), "more settings than bytes");
        }
        Err(error) => assert_a_sentence(&format!("{error:#}"), &text),
    }
    if let Ok(listings) = Listing::parse(&text) {
        for listing in listings {
            let again: Listing = listing.to_string().parse().expect("a listing as it is shown");
            assert_eq!(again.to_string(), listing.to_string());
        }
    }
    config.is_ok_and(|config| config.entries().count() > 0)
}

/// Expressions as users write them.
pub(crate) fn fail_on_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "technical_rate>1%",
        "own_terminals>=5 and late_rate<=0.0001%and technical_rate>1%",
        "failed_rate < 100 %",
        "attempts>=18446744073709551615",
        "技术>1%",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// A fault is told with its place, which can be shown.
pub(crate) fn fail_on(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Expression>() {
        Ok(expression) => {
            assert!(expression.needs_verdicts().is_none_or(|name| Measure::from_name(name).is_some()));
            assert!(text.trim().parse::<Expression>() == Ok(expression), "spaces around it say nothing");
            true
        }
        Err(fault) => {
            let Pointed { at, length, .. } = fault;
            assert!(text.is_char_boundary(at), "a fault begins at a character");
            assert!(at == text.len() || length <= 1 || text.is_char_boundary(at + length), "and ends at one");
            let [shown, carets] = fault.lines();
            assert!(shown.len() < 2_000 && carets.len() < 2_000, "of a long text what stands around a fault");
            assert!(carets.contains('^'), "a fault that nothing points to");
            false
        }
    }
}
