//! What is asked of the diagnosis, by the flags of `report`.

use super::Written;
use crate::args::ReportArgs;
use anyhow::{Context, Result, anyhow, bail};
use posmortem::diagnose::{Inventory, Settings};
use posmortem::exchange::terminal_key;
use posmortem::{Filter, read_inventory};
use posmortem_report::Format;
use std::fs;
use std::path::Path;

/// `None` where nothing is to be judged.
pub(super) fn resolve(
    args: &ReportArgs,
    filter: &Filter,
    written: &Written<Format>,
) -> Result<Option<Settings>> {
    if args.no_diagnosis {
        if args.why {
            bail!("--why explains verdicts, and --no-diagnosis asks for none: leave one of them out");
        }
        if args.inventory.is_some() {
            bail!("--terminals helps to judge, and --no-diagnosis asks for counts: leave one of them out");
        }
        return Ok(None);
    }
    let why = if args.why { explained(filter, written)? } else { Vec::new() };
    let inventory = args.inventory.as_deref().map(inventory).transpose()?.unwrap_or_default();
    Ok(Some(Settings { why, inventory, ..Settings::default() }))
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
