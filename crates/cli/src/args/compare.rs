//! `compare` as typed.

use super::{OutputArgs, ReadingArgs, named, teaching};
use clap::Args;
use posmortem_report::ComparisonFormat;
use std::path::PathBuf;

/// `compare`
#[derive(Debug, Args)]
#[command(after_help = teaching::COMPARE)]
pub(crate) struct CompareArgs {
    /// The day before: a log, a folder, a table, or findings that `report --save` kept
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The day after: any of these
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// Form of standard output: table on a terminal, else tsv
    #[arg(long, value_name = "FORMAT",
        value_parser = named(ComparisonFormat::ALL.map(ComparisonFormat::name), ComparisonFormat::from_name))]
    pub(crate) format: Option<ComparisonFormat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Show at most so many rows of each table
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// What you know of terminals, as in `report`
    #[arg(long = "terminals", value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// Draw tables with ASCII characters alone
    #[arg(long)]
    pub(crate) ascii: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}
