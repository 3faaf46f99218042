//! What users write: rules, configurations with their listings, and limits.

use crate::config::Config;
use crate::fail_on::Expression;
use crate::input_file::InputFile;
use crate::pointed::Pointed;
use crate::surroundings::Surroundings;
use posmortem::classify::{CodeTables, Rules};
use posmortem::logs::Listing;
use posmortem_report::{Measure, RulesFormat, View, write_rules};

/// The rules of the fixture day.
pub(crate) fn rule_seeds() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("../../fixtures/rules.toml"),
        "[[rule]]\nname = \"a\"\nlink = \"up-*\"\ncode = [\"51\", \"65\"]\nreason = \"insufficient_funds\"\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Rules are refused with places, or taken.
pub(crate) fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Rules::read(&[&text]) {
        Ok(rules) => {
            assert!(rules.hidden().len() <= rules.rules().len());
            assert_eq!(rules.sha256(), Rules::read(&[&text]).expect("the same text").sha256());
            for failure in rules.failures(CodeTables::built_in()) {
                assert!(text.get(failure.span.clone()).is_some(), "a place in the text");
            }
            for format in RulesFormat::ALL {
                let mut out = Vec::new();
                let files = ["rules.toml".to_owned()];
                write_rules(&rules, &files, format, &View::default(), &mut out)
                    .expect("a Vec takes every byte");
                assert!(!out.iter().any(|byte| byte.is_ascii_control() && !b"\n\t".contains(byte)));
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(
                    fault.span.start <= fault.span.end && fault.span.end <= text.len(),
                    "a place in the text"
                );
                assert!(!fault.to_string().is_empty());
            }
        }
    }
}

/// The example of the package, that of the fixture day, and the listings that are built in.
pub(crate) fn configuration_seeds() -> Vec<Vec<u8>> {
    let settings = "timezone = \"+08:00\"\ntimeout = \"45s\"\nhorizon = \"10m\"\nbin_digits = 6\nmax_rejects = \"1%\"\nlang = \"zh\"\n";
    let texts = [
        include_str!("../../contrib/posmortem.toml"),
        include_str!("../../fixtures/posmortem.toml"),
        include_str!("../../crates/logs/data/labelled.toml"),
        settings,
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// A configuration is refused in a sentence, or its listings read again as they are shown.
pub(crate) fn configuration(bytes: &[u8]) {
    let file = InputFile::new("posmortem.toml", bytes);
    match Config::gather(Vec::new(), Some(file.path()), &Surroundings::default()) {
        Ok(config) => {
            assert!(config.entries().count() <= bytes.len(), "more settings than bytes");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(listings) = Listing::parse(&String::from_utf8_lossy(bytes)) {
        for listing in listings {
            let again: Listing = listing.to_string().parse().expect("a listing as it is shown");
            assert_eq!(again.to_string(), listing.to_string());
        }
    }
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
pub(crate) fn fail_on(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Expression>() {
        Ok(expression) => {
            assert!(expression.needs_verdicts().is_none_or(|name| Measure::from_name(name).is_some()));
            assert!(text.trim().parse::<Expression>() == Ok(expression), "spaces around it say nothing");
        }
        Err(fault) => {
            let Pointed { at, length, .. } = fault;
            assert!(text.is_char_boundary(at), "a fault begins at a character");
            assert!(at == text.len() || length <= 1 || text.is_char_boundary(at + length), "and ends at one");
            let [shown, carets] = fault.lines();
            assert!(shown.len() < 2_000 && carets.len() < 2_000, "of a long text what stands around a fault");
        }
    }
}
