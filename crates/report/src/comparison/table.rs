//! A comparison for eyes: both days, their totals, and a section for each kind of change.

use super::Compared;
use crate::View;
use crate::grid::{Cell, Column, Grid};
use crate::labels::{Labels, changed_incidents, changed_terminals};
use crate::moment::span;
use crate::pen::{Pen, Style};
use crate::percent::Percent;
use crate::scope::Scope;
use crate::sections::write_sections;
use crate::table::{LEAST_WIDTH, WIDTH};
use posmortem_classify::{Cause, Language, Reason};
use posmortem_diagnose::{Change, DayFindings};
use posmortem_exchange::Counts;
use posmortem_iso8583::escape_controls;
use std::io::{self, Write};

pub(super) fn write(compared: &Compared<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page {
        compared,
        view,
        labels: Labels::of(view.language),
        pen: Pen { color: view.color, ascii: view.ascii, markdown: false },
        width: usize::from(view.width.unwrap_or(WIDTH).max(LEAST_WIDTH)),
    };
    let mut sections = vec![page.heading(), page.totals()];
    for change in Change::ALL {
        sections.push(page.incidents(change));
    }
    for change in Change::ALL {
        sections.push(page.terminals(change));
    }
    if sections.iter().skip(2).all(Vec::is_empty) {
        sections.push(vec![page.labels.no_change.to_owned()]);
    }
    write_sections(&sections, out)
}

/// A terminal or an incident, why, and failures of that kind on both days.
struct Row {
    what: String,
    why: (Option<Cause>, Option<Reason>),
    observed: [Option<u64>; 2],
}

struct Page<'a> {
    compared: &'a Compared<'a>,
    view: &'a View<'a>,
    labels: &'static Labels,
    pen: Pen,
    width: usize,
}

impl Page<'_> {
    fn heading(&self) -> Vec<String> {
        let (old, new) = (self.labels.old_day, self.labels.new_day);
        let line = |title: &str, (path, findings): (&str, &DayFindings)| {
            let (first, last) = findings.span;
            let path = escape_controls(path.as_bytes());
            let span = self.pen.paint(Style::Bold, &span(first, last, self.labels.to)).into_owned();
            format!("{title} {span}{}{}", self.pen.dot(), self.pen.name(&path))
        };
        vec![line(old, self.compared.old), line(new, self.compared.new)]
    }

    /// Attempts, failures and their causes on both days.
    fn totals(&self) -> Vec<String> {
        let labels = self.labels;
        let mut grid = Grid::new(vec![
            Column::left(""),
            Column::right(labels.old_day),
            Column::right(labels.share_of_attempts),
            Column::right(labels.new_day),
            Column::right(labels.share_of_attempts),
        ]);
        let (old, new) = (&self.compared.old.1.totals, &self.compared.new.1.totals);
        let mut line = |title: &str, style, of: &dyn Fn(&Counts) -> u64| {
            let share = |counts: &Counts| Cell::new(Percent::of(of(counts), counts.exchanges).tenths());
            let count = |counts: &Counts| Cell::new(of(counts).to_string());
            grid.push(vec![Cell::styled(title, style), count(old), share(old), count(new), share(new)]);
        };
        line(labels.attempts, Style::Bold, &|counts| counts.exchanges);
        line(labels.failed, Style::Bold, &Counts::failed);
        for cause in Cause::ALL {
            let of = |counts: &Counts| counts.causes[cause.index()];
            if of(old) > 0 || of(new) > 0 {
                line(cause.title(self.view.language), Style::Cause(cause), &of);
            }
        }
        grid.lines(self.width, self.pen)
    }

    fn incidents(&self, change: Change) -> Vec<String> {
        let of_change = self.compared.comparison.incidents.iter().filter(|one| one.change == change);
        let rows = of_change.filter_map(|one| {
            let latest = one.latest()?;
            Some(Row {
                what: Scope::of_cause(latest).text(self.view.language),
                why: (Some(latest.reason.cause()), Some(latest.reason)),
                observed: [&one.old, &one.new].map(|cause| cause.as_ref().map(|cause| cause.observed)),
            })
        });
        self.section(
            changed_incidents(change, self.view.language),
            self.labels.scope,
            &rows.collect::<Vec<_>>(),
        )
    }

    fn terminals(&self, change: Change) -> Vec<String> {
        let of_change = self.compared.comparison.terminals.iter().filter(|one| one.change == change);
        let rows = of_change.filter_map(|one| {
            let latest = one.latest()?;
            Some(Row {
                what: latest.terminal.clone(),
                why: (latest.cause, latest.reason),
                observed: [&one.old, &one.new].map(|fault| fault.as_ref().map(|fault| fault.observed)),
            })
        });
        self.section(
            changed_terminals(change, self.view.language),
            self.labels.terminal,
            &rows.collect::<Vec<_>>(),
        )
    }

    /// Nothing where nothing is so.
    fn section(&self, title: &str, what: &'static str, rows: &[Row]) -> Vec<String> {
        if rows.is_empty() {
            return Vec::new();
        }
        let mut grid = Grid::new(vec![
            Column::left(what).least(16),
            Column::left(self.labels.cause).least(22),
            Column::right(self.labels.old_day),
            Column::right(self.labels.new_day),
        ]);
        let shown = self.view.top.unwrap_or(usize::MAX).min(rows.len());
        for Row { what, why, observed: [old, new] } in &rows[..shown] {
            let name = Cell::new(self.pen.name(what));
            grid.push(vec![name, self.cause(*why), self.number(*old), self.number(*new)]);
        }
        let title = format!("{title}: {}", rows.len());
        let mut lines = vec![self.pen.paint(Style::Bold, &title).into_owned()];
        lines.extend(grid.lines(self.width, self.pen));
        let left_out = rows.len() - shown;
        let more = match self.view.language {
            Language::En => format!("and {left_out} more"),
            Language::Zh => format!("另有{left_out}项"),
        };
        lines.extend((left_out > 0).then(|| self.pen.paint(Style::Dim, &more).into_owned()));
        lines
    }

    fn cause(&self, why: (Option<Cause>, Option<Reason>)) -> Cell {
        let language = self.view.language;
        match why {
            (Some(cause), Some(reason)) => Cell::styled(
                format!("{}{}{}", cause.title(language), self.pen.within(), reason.title(language)),
                Style::Cause(cause),
            ),
            (Some(cause), None) => Cell::styled(cause.title(language), Style::Cause(cause)),
            (None, _) => self.number(None),
        }
    }

    fn number(&self, count: Option<u64>) -> Cell {
        count.map_or_else(|| Cell::styled(self.pen.zero(), Style::Dim), |count| Cell::new(count.to_string()))
    }
}
