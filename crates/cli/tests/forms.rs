//! A day gives the same report, whatever the form of its log.
//!
//! The crate `synth` writes bare days, in which nothing is told but what every form can tell, in each form
//! that the tool reads. All of them must give the report of the lean rows: the same bytes apart from the input
//! section and from where samples stand, and of the input section the same ledger, first and last moment.
//! `crates/posmortem/tests/truth.rs` checks that the lean one is true. `POSMORTEM_FORM_SEEDS=50` draws more
//! days.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

mod support;

use posmortem_synth::{Form, Rates, Settings, Wire, World, write};
use serde_json::Value;
use support::{Bench, list, report};

/// Days by their seed: of another size, of other people.
fn day(seed: u64) -> Settings {
    let settings = match seed % 3 {
        0 => Settings::labelled(seed, World::City, 8),
        1 => Settings { attempts: 300, terminals: 2, rates: Rates::nasty(), ..Settings::new(seed) },
        _ => Settings { attempts: 600, terminals: 30, rates: Rates::nasty(), ..Settings::new(seed) },
    };
    let hour = 3_600_000;
    let cut = (seed % 2 == 0).then_some((10 * hour + 611_003, 15 * hour + 907_001));
    Settings { bare: true, cut, ..settings }
}

/// What a report says, without where it stands in which log.
fn told(settings: &Settings, options: &[&str]) -> (String, Value) {
    let mut log = Vec::new();
    let written = write(settings, &mut log, None).unwrap();
    // Some forms tell the day of a message, and no year.
    let name = format!("{}-{}.log", settings.form.name(), settings.day);
    let bench = Bench::new().with(&name, log);
    // Events of jPOS 3 tell their zone, and a wire profile its usual dialect.
    let common = [&*name, "--timezone", "UTC", "--dialect", "iso1987"];
    let mut report = report(&bench, 0, &[&common, options].concat());
    let input = report["input"].take();
    assert_eq!(input["frames"], written.truth.lines, "{}, seed {}", settings.form.name(), settings.seed);
    for terminal in report["terminals"].as_array_mut().unwrap() {
        for sample in terminal["verdict"]["samples"].as_array_mut().unwrap() {
            assert_eq!(sample["file"].take(), name);
            sample["offset"].take();
        }
    }
    let about = ["ledger", "first", "last"].map(|name| input[name].clone());
    (serde_json::to_string_pretty(&report).unwrap(), about.into())
}

/// The first line of two texts that differs, and what comes before it.
fn difference(said: &str, lean: &str) -> Option<String> {
    let same = said.lines().zip(lean.lines()).take_while(|(said, lean)| said == lean).count();
    let from =
        |text: &str| text.lines().skip(same.saturating_sub(12)).take(14).collect::<Vec<_>>().join("\n");
    (said != lean).then(|| format!("{}\n--- where lean rows give ---\n{}", from(said), from(lean)))
}

/// Compares a day in several forms with its lean rows.
struct Comparison {
    day: Settings,
    lean: (String, Value),
    wrong: Vec<String>,
}

impl Comparison {
    fn new(day: Settings) -> Self {
        let lean = told(&Settings { form: Form::Lean, ..day.clone() }, &[]);
        let report: Value = serde_json::from_str(&lean.0).unwrap();
        let mut verdicts = list(&report["terminals"]).iter().map(|terminal| &terminal["verdict"]);
        let has_samples = verdicts.any(|verdict| !list(&verdict["samples"]).is_empty());
        assert!(has_samples, "seed {}: a day without failures proves little", day.seed);
        Self { day, lean, wrong: Vec::new() }
    }

    fn add(&mut self, form: Form, wire: Wire, options: &[&str]) {
        let (said, about) = told(&Settings { form, wire, ..self.day.clone() }, options);
        let of = format!("seed {}, {}, {}", self.day.seed, form.name(), wire.name());
        assert_eq!(about, self.lean.1, "{of}: ledger, first and last");
        self.wrong.extend(difference(&said, &self.lean.0).map(|what| format!("{of}:\n{what}")));
    }

    #[track_caller]
    fn finish(self) {
        assert!(self.wrong.is_empty(), "{} logs differ\n{}", self.wrong.len(), self.wrong.join("\n\n"));
    }
}

/// Compares the forms that name links, where the one link of the day has a name, or the others, where it has
/// none. Rows of answers alone tell another day.
#[track_caller]
fn assert_same(link: &str) {
    let seeds = std::env::var("POSMORTEM_FORM_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 1..=seeds.unwrap_or(3) {
        let mut comparison = Comparison::new(Settings { link: link.to_owned(), ..day(seed) });
        let others = Form::ALL.into_iter().filter(|form| form.tells_links() != link.is_empty());
        for form in others.filter(|form| !matches!(form, Form::Lean | Form::Responses)) {
            comparison.add(form, Wire::default(), &[]);
        }
        comparison.finish();
    }
}

#[test]
fn forms_that_name_links_give_the_same_report() {
    assert_same("CTX");
}

#[test]
fn forms_without_links_give_the_same_report() {
    assert_same("");
}

#[test]
fn messages_of_every_profile_give_the_same_report() {
    let mut comparison = Comparison::new(Settings { attempts: 120, ..day(1) });
    for wire in Wire::all() {
        // Without what the terminals of UnionPay add, its messages are those of others with a TPDU.
        let is_ambiguous = wire.name() == "iso87-bcd";
        let options = if is_ambiguous { &["--profile", wire.name()][..] } else { &[] };
        comparison.add(Form::Hexlines, wire, options);
        comparison.add(Form::Frames, wire, options);
    }
    comparison.finish();
}
