//! What `compare` will do.

use super::diagnosis::inventory;
use super::reading::refuse_reading;
use super::written::refuse_collisions;
use super::{ReadingPlan, Written};
use crate::args::{CompareArgs, FilterArgs, InputArgs, SourceArgs};
use crate::config::{Config, Setting, color, language};
use crate::messages::Messages;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use posmortem::diagnose::Settings;
use posmortem::is_findings_path;
use posmortem_report::{ComparisonFormat, View};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// `compare`
pub(crate) struct ComparePlan {
    pub(crate) old: Side,
    pub(crate) new: Side,
    pub(crate) written: Written<ComparisonFormat>,
    /// How standard output looks at it.
    pub(crate) view: View<'static>,
}

/// One of the two days.
pub(crate) enum Side {
    /// What an earlier run kept.
    Findings(PathBuf),
    /// To be read and judged.
    Inputs(PathBuf, Box<ReadingPlan>),
}

impl Side {
    /// The files that it is read from.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let (findings, inputs) = match self {
            Self::Findings(path) => (Some(path.as_path()), None),
            Self::Inputs(_, reading) => (None, Some(reading.files())),
        };
        findings.into_iter().chain(inputs.into_iter().flatten())
    }

    /// Whether it can be told how it is to be read.
    fn is_log(&self) -> bool {
        matches!(self, Self::Inputs(_, reading) if !reading.are_tables)
    }
}

impl ComparePlan {
    pub(super) fn resolve(
        args: &CompareArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let on_screen = surroundings.stdout_is_terminal;
        let by_surroundings = if on_screen { ComparisonFormat::Table } else { ComparisonFormat::Tsv };
        let format = args.format.unwrap_or(by_surroundings);
        let from_extension = ComparisonFormat::from_extension;
        let written = Written::resolve(&args.output.outputs, args.format, format, from_extension)?;
        if [&args.old, &args.new].iter().all(|path| path.as_path() == Path::new("-")) {
            bail!("standard input is one day: name the other one");
        }
        let settings = Settings {
            inventory: args.inventory.as_deref().map(inventory).transpose()?.unwrap_or_default(),
            ..Settings::default()
        };
        let input = |path: &PathBuf| InputArgs {
            sources: SourceArgs { inputs: vec![path.clone()], ..SourceArgs::default() },
            rejects: None,
        };
        // Findings were judged when they were kept.
        let judges = ![&args.old, &args.new].into_iter().all(|path| holds_findings(path));
        if !judges {
            refuse_judging(args)?;
        }
        let rules = if judges { super::rules::in_force(config, messages)? } else { None };
        let side = |path: &PathBuf| -> Result<Side> {
            if holds_findings(path) {
                return Ok(Side::Findings(path.clone()));
            }
            let (input, no_filter) = (input(path), FilterArgs::default());
            let mut reading =
                ReadingPlan::of_any(&input, &no_filter, &args.reading.log, config, surroundings, messages)?;
            reading.shows_progress = surroundings.stderr_is_terminal && !messages.quiet;
            reading.settings.tells_exchanges = false;
            reading.settings.rules.clone_from(&rules);
            reading.settings.diagnosis = Some(settings.clone());
            Ok(Side::Inputs(path.clone(), Box::new(reading)))
        };
        let (old, new) = (side(&args.old)?, side(&args.new)?);
        refuse_collisions(old.files().chain(new.files()), &written, None)?;
        if !old.is_log() && !new.is_log() {
            refuse_reading(&args.reading.log, &input(&args.new), config)?;
        }
        let view = View {
            language: config.value(Setting::Lang, language)?.unwrap_or_default(),
            top: args.top,
            width: surroundings.width(),
            color: config.value(Setting::Color, color)?.flatten().unwrap_or(surroundings.takes_color()),
            ascii: args.ascii,
            version: env!("CARGO_PKG_VERSION"),
            ..View::default()
        };
        Ok(Self { old, new, written, view })
    }
}

/// Refuses what says how a day is to be judged, where both were judged when they were kept. A configuration is for other
/// runs, too, and is passed over.
fn refuse_judging(args: &CompareArgs) -> Result<()> {
    let is_stated = |key: Setting| args.reading.stated().iter().any(|(stated, _)| *stated == key);
    let flags = [("--terminals", args.inventory.is_some()), ("--rules", is_stated(Setting::Rules))];
    match flags.into_iter().find(|(_, is_typed)| *is_typed) {
        Some((flag, _)) => {
            bail!(
                "{flag} helps to judge, and both sides are findings: name the log or table of one, or leave it out"
            )
        }
        None => Ok(()),
    }
}

/// What every file of findings begins with.
const BEGINNING: &[u8] = b"{\"findings\":";

/// Whether a path leads to findings: by its name, or by how it begins.
fn holds_findings(path: &Path) -> bool {
    // Standard input, whatever lies there under that name.
    if path == Path::new("-") {
        return false;
    }
    let begins_so = || {
        let mut beginning = [0; BEGINNING.len()];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut beginning));
        read.is_ok() && beginning == *BEGINNING
    };
    // What is read of a pipe is gone.
    is_findings_path(path) || path.is_file() && begins_so()
}
