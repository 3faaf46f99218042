//! `splits` as typed.

use super::{LogArgs, PairingArgs, SourceArgs, teaching};
use clap::Args;

/// `splits`
#[derive(Debug, Args)]
#[command(after_help = teaching::SPLITS)]
pub(crate) struct SplitsArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// Bytes of logs that a task reads, about, as 512M or 4G. A task is a slice of eight horizons of time at least
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    pub(crate) size: String,
    #[command(flatten)]
    pub(crate) log: LogArgs,
    #[command(flatten)]
    pub(crate) pairing: PairingArgs,
}
