//! What makes the tool at home in a shell: completions and manual pages, as typed.

use super::teaching;
use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

/// `completions`
#[derive(Debug, Args)]
#[command(after_help = teaching::COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// The shell that is to read it
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// `man`
#[derive(Debug, Args)]
#[command(after_help = teaching::MAN)]
pub(crate) struct ManArgs {
    /// The command whose page is wanted, such as `report` or `config show`; without one, posmortem(1)
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub(crate) command: Vec<String>,
    /// Write every page into DIR, which is made if it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
