//! What is asked of the diagnosis, by the flags of `report`.

use super::Written;
use crate::args::ReportArgs;
use crate::messages::Messages;
use crate::tables;
use anyhow::{Context, Result, anyhow, bail};
use posmortem::diagnose::{History, Inventory, Settings};
use posmortem::exchange::terminal_key;
use posmortem::{Filter, read_inventory};
use posmortem_report::Format;
use std::fs;
use std::path::Path;

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
    let mut settings = Settings { why, inventory, ..Settings::default() };
    if let Some(folder) = &args.history {
        settings.history = history(folder, &settings, run, messages)?;
    }
    Ok(Some(settings))
}

/// What the tables of a folder let expect. Those that cannot be read are told of and left out: one that
/// broke must not keep tomorrow's report from being made.
fn history(
    folder: &Path,
    settings: &Settings,
    run: &posmortem::Settings,
    messages: Messages,
) -> Result<History> {
    let unreadable = || format!("--history: {} cannot be read", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            paths.push(path);
        }
    }
    paths.sort();
    let (history, unread) = tables::history(&paths, settings, run.rules.as_ref())?;
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

fn inventory(path: &Path) -> Result<Inventory> {
    let text = fs::read(path).with_context(|| format!("--terminals: {} cannot be read", path.display()))?;
    read_inventory(&text).map_err(|error| anyhow!("--terminals: {}: {error}", path.display()))
}
