//! What the reader of a report must know to judge its numbers, in sentences.
//!
//! Warnings say that numbers may be wrong and what to do about it; notes say how they came about.
//! What the ledger and the states of the files tell is not told again.

use crate::{Run, Settings, findings_of};
use posmortem_diagnose::Recurrences;
use posmortem_exchange::{
    Breakdown, BreakdownCounter, BreakdownPart, Chunk, Coverage, ExchangeTable, Names, Pairing, RunFacts,
    SilentLink, Summary, Tally,
};
use rayon::prelude::*;

/// Silent links that are named; more would bury the rest.
const NAMED_LINKS: usize = 5;

/// The result of a run, whose exchanges are counted in `tally`.
pub(crate) fn summary_of(facts: RunFacts, pairing: &Pairing, tally: Tally, names: Names) -> Summary {
    let warnings = warnings(&facts, pairing, &names);
    let notes = notes(&facts);
    let RunFacts { files, ledger, first, last, orphan_reversals, .. } = facts;
    let mut summary = Summary {
        files: files.into_iter().map(|file| file.summary).collect(),
        ledger,
        first,
        last,
        coverage: Coverage::of(&ledger),
        orphan_reversals,
        warnings,
        notes,
        ..Summary::default()
    };
    summary.set_tally(tally, names);
    summary
}

/// The run with what its table says of the fleet, and of the attempts that were chosen, where not all are, and with what
/// rules say is to be done. A run that broke off is of a part of it, and nothing is said of the fleet.
pub(crate) fn judged(mut run: Run, chosen: Option<ExchangeTable>, settings: &Settings) -> Run {
    if let (true, Some(table), None) =
        (settings.breakdown, chosen.as_ref().or(run.table.as_ref()), run.stopped)
    {
        run.breakdown = Some(breakdown_of(table, &run.summary.names));
    }
    drop(chosen);
    if let (Some(asked), Some(table), None) = (&settings.diagnosis, &run.table, run.stopped) {
        let mut diagnosis = posmortem_diagnose::diagnose(table, &run.summary.names, asked);
        let rules = settings.rules.as_deref();
        if let (Some(past), Some(today)) = (&asked.past, findings_of(&run.summary, &diagnosis, rules)) {
            diagnosis.recall(Recurrences::of(&today, past, asked.days_before()));
        }
        run.diagnosis = Some(diagnosis);
    }
    if let Some(rules) = &settings.rules {
        run.summary.actions = rules.actions().clone();
    }
    run.table = run.table.filter(|_| settings.keep_table);
    run
}

fn breakdown_of(table: &ExchangeTable, names: &Names) -> Breakdown {
    let counter = BreakdownCounter::new(table, names);
    let counted = |chunks: &[Chunk]| {
        let mut part = BreakdownPart::default();
        chunks.iter().for_each(|chunk| counter.count(chunk, &mut part));
        part
    };
    let joined = |mut one: BreakdownPart, other| {
        one.add(other);
        one
    };
    // A part has room for every issuer: no more of them than threads.
    let share = table.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
    let parts = table.chunks().par_chunks(share).map(counted);
    counter.finish(parts.reduce(BreakdownPart::default, joined))
}

/// What makes the numbers doubtful, the weightiest first.
fn warnings(facts: &RunFacts, pairing: &Pairing, names: &Names) -> Vec<String> {
    let (silent, hears_links) = (pairing.silent_links(names), pairing.hears_links());
    let mut warnings = Vec::new();
    let (requests, answers) = (facts.attempt_requests, facts.attempt_answers);
    if facts.ledger.paired == 0 && requests > 1 && answers > 1 {
        let hint = "name the columns of STAN (de11) or reference number (de37)";
        warnings.push(format!("none of {requests} requests found its answer among {answers}: {hint}"));
    }
    if facts.zones_told && facts.zones_untold {
        let hint = "say with --timezone which one they mean";
        warnings.push(format!("some times tell their zone and some do not, which are taken as UTC: {hint}"));
    }
    for SilentLink { link, last, open } in silent.iter().take(NAMED_LINKS) {
        let link = match names.text(*link) {
            "" => "a link without name",
            link => link,
        };
        warnings.push(format!(
            "{link} was last heard at {last}, while the log goes on: {open} requests are left open"
        ));
    }
    for file in facts.files.iter().filter(|file| !file.other_formats.is_empty()) {
        let (path, others) = (&file.summary.path, file.other_formats.join(" and "));
        let format = &file.summary.format;
        warnings.push(format!(
            "{path}: read as {format}, though a part of it looks like {others}, which is passed over: \
             put it into a file of its own"
        ));
    }
    // A misspelt column name shows only here.
    let unknown = facts.files.iter().filter(|file| !file.unknown_columns.is_empty());
    for file in unknown.clone() {
        let (path, columns) = (&file.summary.path, file.unknown_columns.join(", "));
        let hint = "name them under [columns] of the configuration, or \"-\" to pass them over";
        warnings.push(format!("{path}: columns not understood: {columns}: {hint}"));
    }
    // Where all columns are understood nothing can be done about it.
    if !hears_links && unknown.count() > 0 {
        let hint = "name it under [columns]";
        warnings.push(format!(
            "no column tells the link: outages of a link cannot be told from those of issuers; {hint}"
        ));
    }
    warnings
}

/// How the numbers came about.
fn notes(facts: &RunFacts) -> Vec<String> {
    let mut notes = Vec::new();
    counted(
        &mut notes,
        facts.orphan_reversals,
        "reversal found no original within the horizon",
        "reversals found no original within the horizon",
    );
    counted(
        &mut notes,
        facts.masked_cards,
        "message shows its card number masked: different cards may look like one",
        "messages show their card number masked: different cards may look like one",
    );
    for file in facts.files.iter().filter(|file| file.is_unsorted) {
        let path = &file.summary.path;
        notes.push(format!("{path} is not in the order of time, so all messages were held in memory"));
    }
    notes
}

fn counted(sentences: &mut Vec<String>, count: u64, one: &str, many: &str) {
    match count {
        0 => {}
        1 => sentences.push(format!("1 {one}")),
        _ => sentences.push(format!("{count} {many}")),
    }
}
