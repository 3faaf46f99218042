//! What a report says of labelled days is what happened, number by number and attempt by attempt.
//!
//! The crate `synth` draws small worlds in which everything that is rare elsewhere happens often, and
//! counts their truth by `docs/semantics.md` from what it did. Each world is read in three forms, the
//! long way and with plain rows at a glance; a third of them are cut hard at both ends, and some come as
//! several files. Bare days, in which nothing is told that a message on the wire does not tell, are read in
//! the lean form; `crates/cli/tests/forms.rs` compares the others with it. `POSMORTEM_TRUTH_SEEDS=1000` draws more of them, `POSMORTEM_TRUTH_FROM=70` begins at
//! another seed.

use posmortem::exchange::{
    Conclusion, Counts, Exchange, Form as Halves, Names, Outcome, Summary, TerminalTally,
};
use posmortem::{InputSource, Observer, Settings, analyse};
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_synth::{self as synth, FaultCounts, FaultKind, Form, Rates, World, Written, moment};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::ops::ControlFlow;

/// The forms that tell the dialect, or the link by which a run is told of it.
const TOLD: [Form; 3] = [Form::Responses, Form::Both, Form::Jpos];

const HOUR_MS: i64 = 3_600_000;

/// A world by its seed: of another size, of other rates, cut or whole.
fn world(seed: u64, form: Form) -> synth::Settings {
    let rates = match seed % 4 {
        0 => Rates::everyday(),
        _ => Rates::nasty(),
    };
    // Cut in the busy hours, near enough to each other that many links are hardly heard.
    let cut = (seed % 3 == 1).then(|| {
        let from = 10 * HOUR_MS + (seed % 7) as i64 * 611_003;
        (from, from + HOUR_MS + (seed % 5) as i64 * 907_001)
    });
    synth::Settings {
        attempts: [60, 300, 900, 2_500, 120][(seed % 5) as usize] * if cut.is_some() { 4 } else { 1 },
        terminals: [2, 7, 30, 90][(seed / 2 % 4) as usize],
        links: [1, 2, 4, 6][(seed / 3 % 4) as usize],
        days: 1 + u32::from(seed % 11 == 5),
        two_dialects: seed % 6 != 2,
        form,
        rates,
        cut,
        ..synth::Settings::new(seed)
    }
}

/// A labelled world by its seed, with many faults for its size, some of them nasty or cut.
fn labelled_world(seed: u64, form: Form) -> synth::Settings {
    let terminals = [40, 300, 120, 6][(seed % 4) as usize];
    let mut faults = if seed % 7 == 6 { FaultCounts::null(terminals) } else { FaultCounts::usual(terminals) };
    if seed % 7 != 6 {
        for kind in FaultKind::ALL {
            faults = faults.with(kind, 1 + (seed % 3) as u32);
        }
    }
    faults.effect = [1.0, 3.0, 0.5][(seed / 2 % 3) as usize];
    let labelled = synth::Settings::labelled(seed, World::LABELLED[(seed % 2) as usize], terminals);
    synth::Settings {
        attempts: [2_500, 4_000, 900][(seed % 3) as usize],
        days: 1 + u32::from(seed % 5 == 3),
        faults,
        rates: if seed.is_multiple_of(2) { Rates::nasty() } else { labelled.rates.clone() },
        cut: world(seed, form).cut,
        form,
        ..labelled
    }
}

/// Compares one thing after another; a difference names what it is about.
struct Check {
    about: String,
    differences: Vec<String>,
}

impl Check {
    #[expect(clippy::needless_pass_by_value, reason = "calls are easier to read without references")]
    fn same<T: PartialEq + Debug>(&mut self, what: &str, said: T, truth: T) {
        if said != truth {
            self.differences.push(format!("{}: {what} is {truth:?}, the report says {said:?}", self.about));
        }
    }

    fn counts(&mut self, of: &str, said: &Counts, truth: &synth::Counts) {
        self.same(&format!("{of}, exchanges"), said.exchanges, truth.exchanges);
        for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome.name(), synth::OUTCOMES[at]);
            self.same(&format!("{of}, {}", outcome.name()), said.with(outcome), truth.outcomes[at]);
        }
        for (at, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause.name(), synth::CAUSES[at]);
            self.same(&format!("{of}, {}", cause.name()), said.causes[cause.index()], truth.causes[at]);
        }
    }

    fn ledger(&mut self, said: &Summary, truth: &synth::Truth) {
        let ledger = said.ledger;
        let counts = [
            ledger.paired,
            ledger.request_only,
            ledger.response_only,
            ledger.duplicates,
            ledger.reversal,
            ledger.advice,
            ledger.administrative,
            ledger.open,
        ];
        for ((name, truth), said) in truth.ledger.rows().into_iter().zip(counts) {
            self.same(&format!("ledger, {name}"), said, truth);
        }
        let nothing = [ledger.complete, ledger.out_of_order, ledger.rejected, ledger.non_message];
        self.same("complete, out of order, rejected, non-message", nothing, [0; 4]);
        self.same("lines", ledger.frames(), truth.lines);
        self.same("coverage", said.coverage.name(), truth.coverage);
        self.same("orphan reversals", said.orphan_reversals, truth.orphan_reversals);
    }

    fn terminal(
        &mut self,
        said: &Summary,
        tally: &TerminalTally,
        truth: (&synth::Truth, &synth::TerminalTruth),
    ) {
        let (whole, truth) = truth;
        let of = format!("terminal {:?}", truth.terminal);
        self.counts(&of, &tally.counts, &truth.counts);
        let reasons = tally.reasons().filter_map(|(reason, tally)| Some((reason?.name(), tally.count())));
        let counts = whole.reasons.iter().zip(&truth.reasons).filter(|(_, count)| **count > 0);
        let true_reasons: BTreeMap<_, _> = counts.map(|(reason, count)| (reason.name, *count)).collect();
        self.same(&format!("{of}, reasons"), reasons.collect::<BTreeMap<_, _>>(), true_reasons);
        let times = [tally.first_failed(), tally.last_approved];
        let true_times = [truth.first_failed, truth.last_approved].map(|at| at.map(moment));
        self.same(&format!("{of}, first failed and last approved"), times, true_times);
        if !truth.terminal.is_empty() {
            self.same(&format!("{of}, merchant"), said.merchant_of(tally), truth.merchant.as_str());
        }
    }

    /// Of two sorted lists of attempts.
    fn attempts(&mut self, said: &[String], truth: &[String]) {
        if said != truth {
            let lacking = |some: &[String], others: &[String]| -> Vec<String> {
                let strange = some.iter().filter(|attempt| others.binary_search(attempt).is_err());
                strange.take(3).cloned().collect()
            };
            self.same("attempts", said.len(), truth.len());
            self.same("attempts that only one side has", lacking(said, truth), lacking(truth, said));
        }
    }

    fn all(&mut self, said: &Summary, truth: &synth::Truth) {
        self.ledger(said, truth);
        self.counts("fleet", &said.totals, &truth.totals);
        let codes = said.codes.iter().map(|row| {
            let code = row.code.map_or(String::new(), |code| code.to_string());
            ((row.dialect.map_or("", Dialect::name).to_owned(), code), row.count)
        });
        let true_codes = truth.codes.iter();
        let true_codes =
            true_codes.map(|((dialect, code), count)| ((dialect.to_string(), code.to_string()), *count));
        self.same("codes", codes.collect::<BTreeMap<_, _>>(), true_codes.collect());
        let amounts = said
            .amounts
            .iter()
            .map(|(currency, amount)| (currency.to_string(), (amount.failed, amount.approved_then_lost)));
        let true_amounts = truth.amounts.iter().map(|(currency, money)| {
            (currency.to_string(), (u128::from(money.failed), u128::from(money.approved_then_lost)))
        });
        self.same("amounts", amounts.collect::<BTreeMap<_, _>>(), true_amounts.collect());
        let terminals: BTreeMap<_, _> =
            said.terminals.iter().map(|tally| (key(said.names.text(tally.terminal)), tally)).collect();
        let true_terminals: BTreeMap<_, _> =
            truth.terminals.iter().map(|terminal| (key(&terminal.terminal), terminal)).collect();
        let (told, known): (BTreeSet<_>, BTreeSet<_>) =
            (terminals.keys().collect(), true_terminals.keys().collect());
        self.same("terminals", told, known);
        for (key, terminal) in &true_terminals {
            if let Some(tally) = terminals.get(key) {
                self.terminal(said, tally, (truth, terminal));
            }
        }
    }
}

/// Every attempt that a run finds, as the file of true attempts has it.
#[derive(Default)]
struct Attempts(Vec<String>);

impl Observer for Attempts {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        let rrn = exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent()));
        let half = match exchange.form {
            Halves::Paired => "paired",
            Halves::Complete => "complete",
            Halves::RequestOnly => "request_only",
            Halves::ResponseOnly => "response_only",
            Halves::Open => "open",
        };
        self.0.push(format!(
            "{}\t{}\t{:06}\t{:012}\t{}\t{}\t{}\t{}\t{half}",
            exchange.at(),
            key(names.text(exchange.terminal())),
            exchange.either(|leg| leg.stan).unwrap_or_default(),
            rrn.map_or(0_u64, |rrn| rrn.to_string().parse().expect("synth's references are numbers")),
            conclusion.outcome.name(),
            conclusion.cause().map_or("", Cause::name),
            conclusion.reason.map_or("", Reason::name),
            conclusion.code.map_or(String::new(), |code| code.to_string()),
        ));
        ControlFlow::Continue(())
    }
}

/// True attempts in the order of their text, terminals without left zeros.
fn true_attempts(text: &str) -> Vec<String> {
    let attempt = |line: &str| {
        let mut cells: Vec<&str> = line.split('\t').collect();
        cells[1] = key(cells[1]);
        cells.join("\t")
    };
    let mut attempts: Vec<String> = text.lines().skip(1).map(attempt).collect();
    attempts.sort();
    attempts
}

/// A terminal without left zeros, which some print on one side alone.
fn key(terminal: &str) -> &str {
    terminal.trim_start_matches('0')
}

/// Rows of every other world come as three files: cut where they stand, or dealt out by their link.
fn dealt(log: String, seed: u64, form: Form) -> Vec<String> {
    let rows = log.lines().count();
    if form == Form::Jpos || seed.is_multiple_of(2) || rows < 100 {
        return vec![log];
    }
    let mut lines = log.split_inclusive('\n');
    let header = lines.next().unwrap_or_default();
    let mut files = vec![header.to_owned(); 3];
    for (number, line) in lines.enumerate() {
        let link = line.split(',').nth(12).unwrap_or_default();
        let file = if seed % 4 == 1 { number * 3 / rows } else { link.len() % 3 };
        files[file].push_str(line);
    }
    files
}

fn differences(seed: u64, world: &synth::Settings) -> Vec<String> {
    let form = world.form;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut log, mut attempts) = (Vec::new(), Vec::new());
    let Written { truth, links, .. } =
        synth::write(world, &mut log, Some(&mut attempts)).expect("a Vec takes every byte");
    let attempts = true_attempts(&String::from_utf8(attempts).expect("text"));
    if truth.lines == 0 {
        return Vec::new();
    }
    assert_eq!(
        truth.ledger.lines(),
        truth.lines,
        "seed {seed}, {}, {}: every line is in the true ledger once",
        world.world.name(),
        form.name()
    );
    let files = dealt(String::from_utf8(log).expect("text"), seed, form);
    let mut sources = Vec::new();
    for (number, text) in files.into_iter().enumerate() {
        let path = folder.path().join(format!("{}.log", (number as u64 * 5 + seed) % 7));
        fs::write(&path, text).expect("a writable folder");
        sources.push(InputSource::Path(path));
    }
    let dialect = |link: &synth::Link| Some((link.name.clone(), Dialect::from_name(link.dialect)?));
    let settings = Settings {
        link_dialects: links.iter().filter_map(dialect).filter(|_| form != Form::Both).collect(),
        waiting_legs: (seed % 90) as usize,
        ..Settings::default()
    };
    // The probe takes the first block; those behind it are read at a glance, where only answers are.
    let mut glance = Settings { tells_exchanges: false, probed_legs: 1, ..settings.clone() };
    glance.input.block_size = 1 << 13;
    let mut differences = Vec::new();
    for (way, settings) in [("the long way", settings), ("a glance", glance)] {
        let mut told = Attempts::default();
        let said = analyse(&sources, &settings, &mut told).summary;
        let about = format!("seed {seed}, {}, {}, {way}", world.world.name(), form.name());
        let mut check = Check { about, differences };
        check.all(&said, &truth);
        // What is counted at a glance is not told.
        if settings.tells_exchanges {
            told.0.sort();
            check.attempts(&told.0, &attempts);
        }
        differences = check.differences;
    }
    differences
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn true_reports(least: u64, forms: &[Form], world: fn(u64, Form) -> synth::Settings) {
    let from = number("POSMORTEM_TRUTH_FROM").unwrap_or(1);
    let seeds = from..from + number("POSMORTEM_TRUTH_SEEDS").unwrap_or(least);
    let worlds = seeds.flat_map(|seed| forms.iter().map(move |form| (seed, world(seed, *form))));
    let wrong: Vec<Vec<String>> =
        worlds.map(|(seed, world)| differences(seed, &world)).filter(|wrong| !wrong.is_empty()).collect();
    let count = wrong.len();
    // The first worlds tell enough.
    let told: Vec<String> = wrong.into_iter().take(8).flat_map(|of| of.into_iter().take(12)).collect();
    assert!(told.is_empty(), "{count} worlds differ\n{}", told.join("\n"));
}

#[test]
fn reports_of_labelled_days_are_true() {
    true_reports(24, &TOLD, world);
}

#[test]
fn reports_of_days_with_faults_are_true() {
    true_reports(12, &TOLD, labelled_world);
}

#[test]
fn reports_of_bare_days_are_true() {
    true_reports(12, &[Form::Lean], |seed, form| synth::Settings { bare: true, ..world(seed, form) });
}
