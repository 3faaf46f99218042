//! One labelled day: drawn, written, read, diagnosed and scored.

use crate::baselines;
use crate::cost::{Cost, measured};
use crate::coverage::Coverage;
use crate::incident_score::IncidentScore;
use crate::rate::Accuracy;
use crate::said::Said;
use crate::terminal_score::{TerminalScore, own_accuracy};
use crate::truth::Truth;
use crate::window::Window;
use anyhow::Context;
use posmortem::{InputSource, analyse};
use posmortem_synth as synth;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How one day was judged.
pub(crate) struct DayScore {
    pub(crate) terminals: TerminalScore,
    pub(crate) incidents: IncidentScore,
    /// Of the baselines, where they were asked for.
    pub(crate) baselines: Option<[Accuracy; 3]>,
    pub(crate) cost: Cost,
}

/// Draws a day into a file at that path, and scores what is said of it.
pub(crate) fn score(
    settings: &synth::Settings,
    log: &Path,
    with_baselines: bool,
) -> anyhow::Result<DayScore> {
    let mut out = BufWriter::new(File::create(log).context("cannot make a file for the day")?);
    let written = synth::write(settings, &mut out, None).and_then(|day| out.flush().map(|()| day));
    let truth = Truth::of(&written.context("cannot write the day")?.labels);
    // The log tells each link's dialect itself. The diagnosis is called apart so that its time is told apart.
    let asked = posmortem::Settings { keep_table: true, ..posmortem::Settings::default() };
    let run = analyse(&[InputSource::Path(log.to_owned())], &asked, &mut ());
    let table = run.table.context("the run kept no table")?;
    let names = &run.summary.names;
    let (diagnosis, cost) = measured(table.len() as u64, || {
        posmortem::diagnose::diagnose(&table, names, &posmortem::diagnose::Settings::default())
    });
    let said = Said::of(&diagnosis, names, end_of(settings));
    let coverage = Coverage { table: &table, names };
    let baselines =
        with_baselines.then(|| baselines::blamed(&table, names).map(|blamed| own_accuracy(&truth, &blamed)));
    Ok(DayScore {
        terminals: TerminalScore::of(&truth, &said),
        incidents: IncidentScore::of(&truth, &said, &|a, b, window| coverage.is_same(a, b, window)),
        baselines,
        cost,
    })
}

/// The midnight after the last day, in milliseconds since 1970.
fn end_of(settings: &synth::Settings) -> i64 {
    let days = settings.day.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
    (days + i64::from(settings.days)) * 86_400_000
}

/// A window as lists of errors show it: ` 09:12:30-11:40:00`.
pub(crate) fn hours((start, end): Window) -> String {
    let hour = |at: i64| {
        let second = at.rem_euclid(86_400_000) / 1000;
        format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    };
    format!(" {}-{}", hour(start), hour(end))
}
