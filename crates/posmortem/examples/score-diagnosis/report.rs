//! Scores as plain aligned text.

use crate::baselines::BASELINES;
use crate::calibration::{BANDS, Calibration};
use crate::cost;
use crate::rate::{Accuracies, Of};
use crate::terminal_score::Confusion;
use crate::totals::{MET, Totals, mean, median, met};
use std::collections::{BTreeMap, BTreeSet};

/// The scores of days with faults.
pub(crate) fn faulty(totals: &Totals) -> String {
    let Totals { terminals, incidents, .. } = totals;
    let mut text = own(totals);
    text.push_str(&section("own faults found, by fault", &by_fault(&terminals.faults, terminals.small)));
    text.push_str(&section("causes of the terminals rightly blamed", &confusion(&terminals.causes)));
    text.push_str(&section("reasons of the terminals rightly blamed", &confusion(&terminals.reasons)));
    let blamed = [
        ("only touched by incidents", terminals.touched),
        ("mix", terminals.mixed),
        ("storm", terminals.stormed),
        ("busy", terminals.busy),
        ("attacked", terminals.attacked),
    ];
    text.push_str(&section("called own, of terminals without a fault of their own", &rows_of(&blamed)));
    let mut found = rows_of(&[
        ("attacks", terminals.attacks),
        ("losses of power", terminals.powers),
        ("those that 15 attempts missed", terminals.long_powers),
    ]);
    found.push(row(["false attacks a day", &decimal(totals.a_day(terminals.false_attacks))]));
    found.push(row(["false silences a day", &decimal(totals.a_day(terminals.false_silences))]));
    text.push_str(&section("attacks and silence, found", &found));
    let mut lines = accuracy("incidents: scope and cause", &totals.incidents_by_day);
    lines.push(Vec::new());
    lines.push(row(["extra a day", &decimal(totals.a_day(incidents.extra))]));
    lines.push(row(["by a scope that covers the same", &incidents.equivalents.to_string()]));
    lines.extend(rows_of(&[("reason right", incidents.reason)]));
    lines.extend(windows(&incidents.windows));
    text.push_str(&section("", &lines));
    text.push_str(&section("incidents found, by fault", &by_fault(&incidents.faults, incidents.small)));
    text.push_str(&claims(totals));
    text.push_str(&spent(totals));
    text
}

/// The scores of days on which nothing is wrong.
pub(crate) fn null(totals: &Totals) -> String {
    let figures = totals.null_figures();
    let rows = figures.iter().map(|(name, value)| {
        row([name.trim_start_matches("null_").replace('_', " ").as_str(), &decimal(*value)])
    });
    section("said, of days on which nothing is wrong", &rows.collect::<Vec<_>>()) + &spent(totals)
}

/// How sure claims were, and how often right.
pub(crate) fn claims(totals: &Totals) -> String {
    let mut lines = vec![row(["confidence from", "verdicts", "right", "incidents", "right"])];
    let all = [&totals.terminals.calibration, &totals.incidents.calibration];
    for (at, lowest) in BANDS.into_iter().enumerate() {
        let mut line = vec![format!("{lowest}")];
        for (claims, right, _) in all.map(|calibration| calibration.bands[at]) {
            let share = if claims > 0 { decimal(right as f64 / claims as f64) } else { "-".to_owned() };
            line.extend([claims.to_string(), share]);
        }
        lines.push(line);
    }
    let brier = |calibration: &Calibration| calibration.brier().map_or("-".to_owned(), decimal);
    lines.push(row(["Brier score", "", &brier(all[0]), "", &brier(all[1])]));
    section("calibration", &lines)
}

fn own(totals: &Totals) -> String {
    let mut lines = accuracy("own faults", &totals.own);
    for (name, days) in BASELINES.into_iter().zip(totals.baselines.iter().flatten()) {
        let mut line = vec![name.to_owned()];
        line.extend(days.mean().map(decimal));
        lines.push(line);
    }
    lines.push(Vec::new());
    lines.extend(rows_of(&[
        ("cause right", totals.terminals.cause),
        ("reason right", totals.terminals.reason),
    ]));
    lines.extend(windows(&totals.terminals.windows));
    section("", &lines)
}

fn accuracy(of: &str, days: &Accuracies) -> Vec<Vec<String>> {
    let together = days.together();
    let mut lines = vec![row([of, "precision", "recall", "F1"])];
    for (name, figures) in [
        ("mean of the days", days.mean()),
        ("worst day", days.worst()),
        ("all days together", together.figures()),
    ] {
        let mut line = vec![name.to_owned()];
        line.extend(figures.map(decimal));
        lines.push(line);
    }
    let counts = |of: Of| format!("{}/{}", of.hits, of.all);
    lines.push(row([
        "right of claimed, found of all",
        &counts(together.precision),
        &counts(together.recall),
    ]));
    lines
}

fn windows(shared: &[f64]) -> Vec<Vec<String>> {
    vec![
        row(["window IoU, median", &decimal(median(shared))]),
        row(["window IoU, mean", &decimal(mean(shared))]),
        row([format!("window IoU of {MET} at least").as_str(), &decimal(met(shared))]),
    ]
}

fn by_fault(faults: &BTreeMap<&'static str, Of>, small: Of) -> Vec<Vec<String>> {
    let rows: Vec<(&str, Of)> = faults.iter().map(|(fault, of)| (*fault, *of)).collect();
    rows_of(&rows).into_iter().chain(rows_of(&[("(too small)", small)])).collect()
}

/// So many of so many, and the share.
fn rows_of(rows: &[(&str, Of)]) -> Vec<Vec<String>> {
    let line = |(name, of): &(&str, Of)| {
        let share = if of.all > 0 { decimal(of.share()) } else { "-".to_owned() };
        row([*name, &format!("{}/{}", of.hits, of.all), &share])
    };
    rows.iter().map(line).collect()
}

/// Rows are what is so, columns what was said.
fn confusion(pairs: &Confusion) -> Vec<Vec<String>> {
    let said: BTreeSet<&str> = pairs.keys().map(|pair| pair.1).collect();
    let truth: BTreeSet<&str> = pairs.keys().map(|pair| pair.0).collect();
    let mut lines =
        vec![std::iter::once("is \\ said").chain(said.iter().copied()).map(str::to_owned).collect()];
    for is in truth {
        let counts = said.iter().map(|said| pairs.get(&(is, *said)).copied().unwrap_or(0).to_string());
        lines.push(std::iter::once(is.to_owned()).chain(counts).collect());
    }
    lines
}

fn spent(totals: &Totals) -> String {
    let (cost, days) = (totals.cost, totals.days.max(1) as f64);
    let mut lines = vec![
        row(["exchanges a day", &format!("{:.0}", cost.exchanges as f64 / days)]),
        row(["seconds a day", &decimal(cost.seconds / days)]),
    ];
    if cost.cpu_seconds > 0.0 {
        let millions = cost.exchanges as f64 / cost.cpu_seconds / 1e6;
        lines.push(row(["CPU seconds a day", &decimal(cost.cpu_seconds / days)]));
        lines.push(row(["million exchanges a CPU second", &decimal(millions)]));
    }
    if let Some(mib) = cost::peak_mib() {
        lines.push(row(["peak MiB of this program so far", &mib.to_string()]));
    }
    section("the diagnosis alone", &lines)
}

fn decimal(number: f64) -> String {
    format!("{number:.3}")
}

fn row<const CELLS: usize>(cells: [&str; CELLS]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

/// A title and rows, the first column to the left and the others to the right.
fn section(title: &str, rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = if title.is_empty() { String::new() } else { format!("{title}\n") };
    for row in rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            line.push_str(&if at == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let text = section("title", &[row(["a", "10"]), row(["longer", "9"]), Vec::new()]);
        assert_eq!(text, "title\n  a       10\n  longer   9\n\n\n");
    }

    #[test]
    fn a_confusion_is_a_table() {
        let pairs: Confusion = [(("card", "card"), 3), (("card", "network"), 1), (("key", "key"), 2)].into();
        let text = section("", &confusion(&pairs));
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["card", "3", "0", "1"]);
        assert_eq!(rows[2], ["key", "0", "2", "0"]);
    }
}
