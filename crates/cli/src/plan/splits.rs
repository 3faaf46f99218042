//! What `splits` will do, and `report --splits`: the parts of a job for many machines.

use super::inputs::{Inputs, contents};
use super::{ReadingPlan, TokenKeyPlan, rules};
use crate::args::{FilterArgs, InputArgs, ReportArgs, SplitsArgs};
use crate::config::{self, Config};
use crate::messages::Messages;
use crate::surroundings::Surroundings;
use anyhow::{Context, Result, bail};
use posmortem::{InputSource, read_splits};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// `splits`
pub(crate) struct SplitsPlan {
    pub(crate) reading: ReadingPlan,
    /// Bytes of logs that a task reads.
    pub(crate) task_bytes: u64,
}

impl SplitsPlan {
    pub(super) fn resolve(
        args: &SplitsArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let input = InputArgs { sources: args.sources.clone(), rejects: None };
        let no_filter = FilterArgs::default();
        let reading = ReadingPlan::resolve(&input, &no_filter, &args.log, config, surroundings, messages)?;
        if reading.are_tables {
            bail!("a table is no log: `report` reads tables as they are");
        }
        if reading.sources.contains(&InputSource::Stdin) {
            bail!("standard input cannot be cut: name the files that it comes from");
        }
        let task_bytes = config::size(&args.size).map_err(|why| anyhow::anyhow!("--size: {why}"))?;
        Ok(Self { reading, task_bytes })
    }
}

/// `report --splits`
pub(crate) struct SplitReportPlan {
    pub(crate) reading: ReadingPlan,
    /// Where the table goes.
    pub(crate) folder: PathBuf,
    pub(crate) token_key: TokenKeyPlan,
}

impl SplitReportPlan {
    pub(super) fn resolve(
        args: &ReportArgs,
        list: &Path,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let inputs = Inputs { sources: sources(list)?, are_tables: false };
        let log = &args.reading.log;
        let mut reading = ReadingPlan::of(inputs, None, &args.filter, log, config, surroundings, messages)?;
        reading.refuse_to_save("--splits")?;
        reading.settings.rules = rules::in_force(config, messages)?;
        reading.settings.tells_exchanges = false;
        let Some(folder) = args.save.clone() else {
            bail!("--splits: name the folder of the table with --save")
        };
        Ok(Self { reading, folder, token_key: TokenKeyPlan::resolve(config, surroundings) })
    }
}

/// The splits that a list names.
fn sources(list: &Path) -> Result<Vec<InputSource>> {
    let (name, bytes) = contents(list);
    let text = |bytes| String::from_utf8(bytes).map_err(io::Error::other);
    let lines = bytes.and_then(text).with_context(|| format!("the splits in {name} cannot be read"))?;
    let sources = read_splits(&lines).with_context(|| format!("--splits: {name}"))?;
    refuse_second_names(&sources)?;
    Ok(sources)
}

/// A file by two names would be read twice, and all its messages be duplicates.
fn refuse_second_names(sources: &[InputSource]) -> Result<()> {
    let mut named = BTreeMap::new();
    for path in sources.iter().filter_map(InputSource::path) {
        let own = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(other) = named.insert(own, path).filter(|other| *other != path) {
            let (one, other) = (other.display(), path.display());
            bail!("--splits: {one} and {other} are one file: leave the lines of one name out");
        }
    }
    Ok(())
}
