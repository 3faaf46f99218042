//! Diagnosis from end to end: what is said of days too small to judge, and of days with known faults.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::print_stdout)]

use posmortem::diagnose::{self, State, Verdict};
use posmortem::{InputSource, Run, Settings, analyse};
use posmortem_synth::{FaultCounts, FaultKind, Label, World, write};
use std::fs;
use std::path::{Path, PathBuf};

fn judged(path: PathBuf) -> Run {
    let settings = Settings { diagnosis: Some(diagnose::Settings::default()), ..Settings::default() };
    analyse(&[InputSource::Path(path)], &settings, &mut ())
}

fn verdicts(run: &Run) -> &[Verdict] {
    run.diagnosis.as_ref().expect("it was asked for").verdicts()
}

/// Nothing is claimed of anybody.
fn assert_nothing_claimed(run: &Run) {
    let said = run.diagnosis.as_ref().expect("it was asked for");
    assert!(said.incidents.is_empty(), "{:?}", said.incidents);
    assert!(!said.verdicts().is_empty());
    for verdict in said.verdicts() {
        assert!(matches!(verdict.state, State::Insufficient), "{verdict:?}");
        assert_eq!((verdict.cause, verdict.confidence), (None, None));
    }
    assert!(!said.limits.is_empty(), "so few terminals are a limit");
}

#[test]
fn a_real_log_of_a_few_messages_is_too_little_to_judge() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/jpos-q2/q2.log");
    if !path.is_file() {
        println!("skipped: no samples at {}", path.display());
        return;
    }
    assert_nothing_claimed(&judged(path));
}

#[test]
fn ten_exchanges_are_too_little_to_judge() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ten.csv");
    let rows = (0..10).map(|at| {
        let code = if at % 3 == 0 { "91" } else { "00" };
        format!("2026-11-21T10:{at:02}:00,0210,{at:06},1001230{},4111111111111111,1000,840,{code}\n", at % 2)
    });
    let header = "time,mti,stan,terminal_id,pan,amount,currency,response_code\n".to_owned();
    fs::write(&path, rows.fold(header, |text, row| text + &row)).expect("a writable folder");
    assert_nothing_claimed(&judged(path));
}

/// A day with a dead link, a dead issuer and stale keys: both are found, the keys are blamed on their
/// terminals, and nobody is blamed for what he shared.
#[test]
fn outages_are_told_from_terminals_at_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("day.csv");
    let mut settings = posmortem_synth::Settings::labelled(5, World::City, 300);
    settings.faults = FaultCounts::default()
        .with(FaultKind::LinkOutage, 1)
        .with(FaultKind::IssuerOutage, 1)
        .with(FaultKind::MacKey, 4);
    let mut log = Vec::new();
    let written = write(&settings, &mut log, None).expect("a Vec takes every byte");
    fs::write(&path, log).expect("a writable folder");
    let run = judged(path);
    let said = run.diagnosis.as_ref().expect("it was asked for");
    let name = |verdict: &Verdict| run.summary.names.text(verdict.terminal).to_owned();
    let (mut faulty, mut found) = (0, 0);
    for label in &written.labels.all {
        match label {
            Label::Incident { scope, .. } => {
                let is_it = |told: &diagnose::Incident| {
                    told.scope.len() == scope.len()
                        && told.scope.iter().all(|(of, value)| scope.get(of.name()) == Some(value))
                };
                assert!(said.incidents.iter().any(is_it), "{scope:?} among {:?}", said.incidents);
            }
            Label::Own { terminal, .. } => {
                faulty += 1;
                let own = |verdict: &&Verdict| {
                    matches!(verdict.state, State::Own | State::Mixed) && name(verdict) == *terminal
                };
                let verdict = verdicts(&run).iter().find(own);
                found += u32::from(verdict.is_some_and(|verdict| {
                    verdict.reason.is_some_and(|reason| reason.name() == "mac_key_out_of_sync")
                }));
            }
            _ => {}
        }
    }
    let blamed = verdicts(&run).iter().filter(|verdict| matches!(verdict.state, State::Own | State::Mixed));
    assert_eq!(faulty, 4);
    assert!(found >= 3, "{found} of {faulty}");
    assert!(blamed.count() <= found as usize + 1, "others are blamed");
}

/// A record with a wrong date would stretch the day over twenty years, in which an outage of minutes is nothing.
#[test]
fn a_wrong_date_changes_nothing_but_its_own_attempt() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut settings = posmortem_synth::Settings::labelled(5, World::City, 300);
    settings.faults = FaultCounts::default().with(FaultKind::LinkOutage, 1).with(FaultKind::MacKey, 4);
    let mut log = Vec::new();
    write(&settings, &mut log, None).expect("a Vec takes every byte");
    let log = String::from_utf8(log).expect("a log is text");
    let (header, rows) = log.split_once('\n').expect("a header");
    let request = rows.lines().find(|row| row.contains(",0200,")).expect("a request");
    let stray = request.replacen("2026-11-21", "2006-01-02", 1);
    let runs = [log.clone(), format!("{header}\n{stray}\n{rows}")].map(|log| {
        let path = folder.path().join("day.csv");
        fs::write(&path, log).expect("a writable folder");
        judged(path)
    });
    let [plain, strayed] = runs.each_ref().map(|run| run.diagnosis.as_ref().expect("it was asked for"));
    assert!(!plain.incidents.is_empty() && plain.limits.is_empty());
    assert_eq!(strayed.limits.len(), 1, "{:?}", strayed.limits);
    let incident = |told: &diagnose::Incident| (told.scope.clone(), told.start, told.end, told.observed);
    let incidents = |said: &diagnose::Diagnosis| said.incidents.iter().map(incident).collect::<Vec<_>>();
    assert_eq!(incidents(plain), incidents(strayed));
    let states = |run: &Run| verdicts(run).iter().map(|verdict| verdict.state).collect::<Vec<_>>();
    assert_eq!(states(&runs[0]), states(&runs[1]));
}
