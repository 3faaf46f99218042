//! What is asked of the diagnosis, by the flags of `report`.

use super::Written;
use crate::args::ReportArgs;
use crate::messages::Messages;
use crate::tables;
use anyhow::{Context, Result, anyhow, bail};
use posmortem::diagnose::{DayFindings, History, Inventory, Settings};
use posmortem::exchange::terminal_key;
use posmortem::{Filter, is_findings_path, read_inventory, read_past};
use posmortem_report::Format;
use std::fs;
use std::path::{Path, PathBuf};

/// `None` where nothing is to be judged; `run` tells filter and rules.
pub(super) fn resolve(
    args: &ReportArgs,
    run: &posmortem::Settings,
    written: &Written<Format>,
    messages: Messages,
) -> Result<Option<Settings>> {
    if args.no_diagnosis {
        if args.why {
            bail!("--why explains verdicts, and --no-diagnosis asks for none: leave one of them out");
        }
        if args.history.is_some() {
            bail!("--history helps to judge, and --no-diagnosis asks for counts: leave one of them out");
        }
        if args.inventory.is_some() {
            bail!("--terminals helps to judge, and --no-diagnosis asks for counts: leave one of them out");
        }
        return Ok(None);
    }
    let why = if args.why { explained(&run.filter, written)? } else { Vec::new() };
    let inventory = args.inventory.as_deref().map(inventory).transpose()?.unwrap_or_default();
    let mut settings = Settings { why, inventory, kept_days: args.keep_days, ..Settings::default() };
    if let Some(folder) = &args.history {
        // The first run of all makes the folder.
        let is_to_be_made = args.save.as_ref() == Some(folder) && !folder.exists();
        let paths = if is_to_be_made { Vec::new() } else { files(folder)? };
        settings.history = history(folder, &paths, &settings, run, messages)?;
        settings.past = Some(past(&paths, messages));
    }
    Ok(Some(settings))
}

/// The files of a folder, by name. Of a pipe that somebody left there, a run would wait for what never comes.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("--history: {} cannot be read", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        paths.push(entry.with_context(unreadable)?.path());
    }
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// What was found on other days. What cannot be read is told and left out: that day is unknown then.
fn past(paths: &[PathBuf], messages: Messages) -> Vec<DayFindings> {
    let kept: Vec<_> = paths.iter().filter(|path| is_findings_path(path)).cloned().collect();
    let (past, unread) = read_past(&kept);
    for (path, why) in unread {
        messages.warn(format_args!("--history: {} is left out: {why}", path.display()));
    }
    past
}

/// What the tables of a folder let expect. Those that cannot be read are told of and left out: one that
/// broke must not keep tomorrow's report from being made.
fn history(
    folder: &Path,
    paths: &[PathBuf],
    settings: &Settings,
    run: &posmortem::Settings,
    messages: Messages,
) -> Result<History> {
    let is_table = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    let tables: Vec<_> = paths.iter().filter(is_table).cloned().collect();
    let (history, unread) = tables::history(&tables, settings, run.rules.as_ref())?;
    for (path, why) in unread {
        messages.warn(format_args!("--history: {} is left out: {why}", path.display()));
    }
    if history.days() == 0 {
        messages.warn(format_args!("--history: no table of another day in {}", folder.display()));
    }
    Ok(history)
}

/// The terminals whose verdicts are to be explained, without left zeros.
fn explained(filter: &Filter, written: &Written<Format>) -> Result<Vec<String>> {
    if filter.terminals.is_empty() {
        bail!("--why explains the verdict on a terminal: say which, with --terminal ID");
    }
    if !written.0.iter().any(|(_, format)| matches!(format, Format::Table | Format::Json)) {
        bail!("--why has no columns: choose --format table or json");
    }
    Ok(filter.terminals.iter().map(|id| terminal_key(id).to_owned()).collect())
}

pub(super) fn inventory(path: &Path) -> Result<Inventory> {
    let text = fs::read(path).with_context(|| format!("--terminals: {} cannot be read", path.display()))?;
    read_inventory(&text).map_err(|error| anyhow!("--terminals: {}: {error}", path.display()))
}
