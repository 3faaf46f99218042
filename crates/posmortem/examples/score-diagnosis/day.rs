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
use jiff::ToSpan;
use posmortem::exchange::{ExchangeTable, Names};
use posmortem::{InputSource, analyse, diagnose};
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

/// Draws a day into a file at that path, and scores what is said of it. The diagnosis knows so many days
/// before.
pub(crate) fn score(
    settings: &synth::Settings,
    days_before: u32,
    log: &Path,
    with_baselines: bool,
) -> anyhow::Result<DayScore> {
    let mut judged_by = diagnose::Settings::default();
    if days_before > 0 {
        let (_, table, names) = read(&before(settings, days_before), log)?;
        judged_by.history.add(&table, &names, String::new(), &diagnose::Settings::default());
    }
    let (labels, table, names) = read(settings, log)?;
    let truth = Truth::of(&labels);
    let (diagnosis, cost) = measured(table.len() as u64, || diagnose::diagnose(&table, &names, &judged_by));
    let said = Said::of(&diagnosis, &names, end_of(settings));
    let coverage = Coverage { table: &table, names: &names };
    let baselines =
        with_baselines.then(|| baselines::blamed(&table, &names).map(|blamed| own_accuracy(&truth, &blamed)));
    Ok(DayScore {
        terminals: TerminalScore::of(&truth, &said),
        incidents: IncidentScore::of(&truth, &said, &|a, b, window| coverage.is_same(a, b, window)),
        baselines,
        cost,
    })
}

/// So many days before, of the same world and without its faults. They are drawn together: each alone would
/// be the same day again.
fn before(settings: &synth::Settings, days: u32) -> synth::Settings {
    synth::Settings {
        day: settings.day - i64::from(days).days(),
        days,
        attempts: settings.attempts * u64::from(days),
        faults: synth::FaultCounts::null(settings.terminals),
        ..settings.clone()
    }
}

/// Draws days into a file at that path, and reads it as any log is read: it tells each link's dialect itself.
/// They are diagnosed apart from that, so that the time is told apart.
fn read(settings: &synth::Settings, log: &Path) -> anyhow::Result<(synth::Labels, ExchangeTable, Names)> {
    let mut out = BufWriter::new(File::create(log).context("cannot make a file for the day")?);
    let written = synth::write(settings, &mut out, None).and_then(|day| out.flush().map(|()| day));
    let labels = written.context("cannot write the day")?.labels;
    let asked = posmortem::Settings { keep_table: true, ..posmortem::Settings::default() };
    let run = analyse(&[InputSource::Path(log.to_owned())], &asked, &mut ());
    Ok((labels, run.table.context("the run kept no table")?, run.summary.names))
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

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_synth::{Label, Settings, World};

    #[test]
    fn days_before_are_of_the_same_world_end_where_the_day_begins_and_have_no_fault() {
        let day = Settings { attempts: 500, ..Settings::labelled(3, World::City, 30) };
        let [of_day, of_before] = [day.clone(), before(&day, 3)].map(|settings| {
            let mut log = Vec::new();
            let written = synth::write(&settings, &mut log, None).expect("memory can be written");
            (written, String::from_utf8(log).expect("a log is text"))
        });
        let places = |written: &synth::Written| -> Vec<_> {
            written.terminals.iter().map(|of| (of.id, of.site, of.link, of.region, of.model)).collect()
        };
        assert_eq!(places(&of_day.0), places(&of_before.0));
        assert!(of_day.0.labels.all.iter().any(Label::is_fault));
        assert!(!of_before.0.labels.all.iter().any(Label::is_fault));
        for (written, dates) in
            [(&of_day.1, &["2026-11-21"][..]), (&of_before.1, &["2026-11-18", "2026-11-19", "2026-11-20"])]
        {
            for date in dates {
                assert!(written.lines().filter(|line| line.starts_with(date)).count() > 400, "{date}");
            }
        }
    }
}
