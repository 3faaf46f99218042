//! `inspect` as typed.

use super::{InputArgs, LogArgs, PairingArgs, named, teaching};
use clap::Args;
use posmortem_report::InspectionFormat;
use std::path::PathBuf;

/// `inspect`
#[derive(Debug, Args)]
#[command(after_help = teaching::INSPECT)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Form of standard output
    #[arg(long, value_name = "FORMAT", default_value = "table",
        value_parser = named(InspectionFormat::ALL.map(InspectionFormat::name), InspectionFormat::from_name))]
    pub(crate) format: InspectionFormat,
    /// Write a configuration that proposes what the log does not tell: columns, zone, code tables of links
    #[arg(long, value_name = "FILE")]
    pub(crate) write_config: Option<PathBuf>,
    /// Replace the file of --write-config if it is there already
    #[arg(long, requires = "write_config")]
    pub(crate) force: bool,
    /// Draw tables with ASCII characters alone
    #[arg(long)]
    pub(crate) ascii: bool,
    #[command(flatten)]
    pub(crate) log: LogArgs,
    #[command(flatten)]
    pub(crate) pairing: PairingArgs,
}
