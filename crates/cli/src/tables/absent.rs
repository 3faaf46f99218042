//! Exchange tables, where they are not built in: nothing can be made of this type.

use crate::output::Output;
use anyhow::{Result, bail};
use posmortem::classify::Rules;
use posmortem::diagnose::{self, CalendarDate, History};
use posmortem::exchange::Summary;
use posmortem::iso8583::Timestamp;
use posmortem::{InputSource, Observer, Run, Settings, TokenKey, analyse};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whether tables are built in.
pub(crate) const ARE_BUILT_IN: bool = false;

/// What there is to say of that.
pub(crate) const NOT_BUILT_IN: &str =
    "this posmortem was built without exchange tables (cargo feature `tables`): use one that has them";

/// No table at all.
pub(crate) enum Tables {}

impl Tables {
    pub(crate) fn paths(&self) -> Vec<String> {
        match *self {}
    }

    pub(crate) fn analyse(self, _: &Settings, _: &mut dyn Observer) -> Result<Run> {
        match self {}
    }
}

/// Refuses.
pub(crate) fn open(_: &[InputSource], _: &Settings) -> Result<Tables> {
    bail!(NOT_BUILT_IN)
}

/// Refuses.
pub(crate) fn history(
    _: &[PathBuf],
    _: &diagnose::Settings,
    _: Option<&Arc<Rules>>,
) -> Result<(History, Vec<(PathBuf, String)>)> {
    bail!(NOT_BUILT_IN)
}

/// Reads logs and refuses the rest.
pub(crate) fn save(
    sources: &[InputSource],
    settings: &Settings,
    _: &TokenKey,
    observer: &mut dyn Observer,
    out: Output,
) -> (Run, Result<Output>) {
    (analyse(sources, settings, observer), Err(anyhow::anyhow!("{}: {NOT_BUILT_IN}", out.name())))
}

/// Refuses.
pub(crate) fn join(
    _: Tables,
    _: &Settings,
    _: &mut dyn Observer,
    _: Output,
) -> Result<(Run, Result<Output>)> {
    bail!(NOT_BUILT_IN)
}

/// Nothing: nothing was saved.
pub(crate) struct Expired {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) doubtful: Vec<(PathBuf, String)>,
    pub(crate) is_undated: bool,
}

/// Refuses.
pub(crate) fn expired(_: &Path, _: Timestamp, _: Option<CalendarDate>, _: u32) -> Result<Expired> {
    bail!(NOT_BUILT_IN)
}

/// No name.
pub(crate) fn file_name(_: &Summary) -> String {
    String::new()
}
