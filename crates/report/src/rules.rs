//! Rules in force: a table for eyes, or tab-separated rows.

use crate::View;
use crate::grid::{Cell, Column, Grid};
use crate::labels::Labels;
use crate::pen::{Pen, Style};
use crate::tsv;
use crate::wrap;
use posmortem_classify::{Language, Rule, Rules};
use posmortem_iso8583::escape_controls;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

/// A format of lists of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesFormat {
    /// For eyes: the only one that may change from version to version.
    Table,
    /// Tab-separated, without quotes.
    Tsv,
}

impl RulesFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Table, Self::Tsv];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Tsv => "tsv",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Columns where the caller tells none.
const WIDTH: u16 = 100;

/// The columns of rows. Names are never reused for something else.
const COLUMNS: [&str; 7] = ["rule", "conditions", "cause", "reason", "action", "place", "hidden_by"];

/// Writes the rules in the order in which they are asked; `files` are the names of their files.
///
/// # Errors
/// When `out` does not take the bytes.
pub fn write_rules(
    rules: &Rules,
    files: &[String],
    format: RulesFormat,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let hidden: HashMap<&str, &str> =
        rules.hidden().into_iter().map(|(rule, by)| (rule.name(), by.name())).collect();
    let mut out = BufWriter::new(out);
    match format {
        RulesFormat::Table => write_table(rules, files, &hidden, view, &mut out)?,
        RulesFormat::Tsv => {
            tsv::write_row(&mut out, COLUMNS)?;
            for rule in rules.rules() {
                let (cause, reason) = (rule.reason().cause().name(), rule.reason().name());
                let hidden_by = hidden.get(rule.name()).copied().unwrap_or_default();
                let action = rule.action().unwrap_or_default();
                let (conditions, place) = (rule.conditions(), place(rule, files));
                let cells = [rule.name(), &conditions, cause, reason, action, &place, hidden_by];
                tsv::write_row(&mut out, cells)?;
            }
        }
    }
    out.flush()
}

fn write_table(
    rules: &Rules,
    files: &[String],
    hidden: &HashMap<&str, &str>,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (labels, pen) =
        (Labels::of(view.language), Pen { color: view.color, ascii: view.ascii, ..Pen::PLAIN });
    let width = usize::from(view.width.unwrap_or(WIDTH));
    let mut grid = Grid::new(vec![
        Column::left(labels.rule),
        Column::left(labels.conditions).least(20),
        Column::left(labels.reason),
        Column::left(labels.place).rank(1),
    ]);
    for rule in rules.rules() {
        let reason = rule.reason();
        grid.push(vec![
            Cell::styled(pen.name(rule.name()), Style::Bold),
            Cell::new(pen.name(&rule.conditions())),
            Cell::styled(reason.name(), Style::Cause(reason.cause())),
            Cell::new(pen.name(&place(rule, files))),
        ]);
    }
    let mut lines = grid.lines(width, pen).into_iter();
    lines.next().map_or(Ok(()), |header| writeln!(out, "{header}"))?;
    for (line, rule) in lines.zip(rules.rules()) {
        writeln!(out, "{line}")?;
        for action in rule.action().iter().flat_map(|action| wrap::lines(action, width.saturating_sub(2))) {
            writeln!(out, "  {}", pen.name(&action))?;
        }
    }
    for rule in rules.rules() {
        if let Some(by) = hidden.get(rule.name()) {
            writeln!(out, "{}", pen.name(&never(rule.name(), by, view.language)))?;
        }
    }
    Ok(())
}

/// The sentence about a rule that an earlier one hides.
fn never(rule: &str, by: &str, language: Language) -> String {
    match language {
        Language::En => format!("{rule} never applies: {by} takes all of its attempts."),
        Language::Zh => format!("{rule}从不生效：{by}已处理其全部交易。"),
    }
}

fn place(rule: &Rule, files: &[String]) -> String {
    let (file, line) = rule.place();
    let path = files.get(file).map_or("", String::as_str);
    format!("{}:{line}", escape_controls(path.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: RulesFormat, view: &View<'_>) -> String {
        let text = "[[rule]]\nname = 'vault'\nlink = 'up-north'\nreason = 'hsm_fault'\naction = 'Ring the vault.'\n\
                    [[rule]]\nname = 'late'\nlink = 'up-north'\ncode = ['96', '91']\nreason = 'switch_fault'\n";
        let rules = Rules::read(&[text]).unwrap();
        let mut bytes = Vec::new();
        write_rules(&rules, &["ours.toml".to_owned()], format, view, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rows_have_a_column_for_everything() {
        let rows = "rule\tconditions\tcause\treason\taction\tplace\thidden_by\n\
                    vault\tlink=\"up-north\"\tkey\thsm_fault\tRing the vault.\tours.toml:1\t\n\
                    late\tcode=96,91 link=\"up-north\"\tnetwork\tswitch_fault\t\tours.toml:6\tvault\n";
        assert_eq!(shown(RulesFormat::Tsv, &View::default()), rows);
    }

    #[test]
    fn a_table_tells_actions_below_their_rules() {
        let table = "rule   applies to                  reason        place\n\
                     vault  link=\"up-north\"             hsm_fault     ours.toml:1\n  Ring the vault.\n\
                     late   code=96,91 link=\"up-north\"  switch_fault  ours.toml:6\n\
                     late never applies: vault takes all of its attempts.\n";
        assert_eq!(shown(RulesFormat::Table, &View::default()), table);
        let narrow = shown(RulesFormat::Table, &View { width: Some(45), ..View::default() });
        assert!(!narrow.contains("ours.toml") && narrow.contains("switch_fault"), "{narrow}");
        let chinese = shown(RulesFormat::Table, &View { language: Language::Zh, ..View::default() });
        assert!(chinese.contains("适用条件") && chinese.contains("late从不生效"), "{chinese}");
    }
}
