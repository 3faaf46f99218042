//! The command-line tool: flags to settings, settings to a run, a run to an exit status.
//!
//! This crate exists to keep the process out of the others: it alone reads arguments, environment
//! and configuration, owns standard output and standard error, and decides the exit status. It holds
//! no knowledge of the domain: what a message means, who is to blame and how a report looks is
//! decided below.
#![forbid(unsafe_code)]

mod args;
mod command;
mod config;
mod ending;
mod exit_code;
mod fail_on;
mod failure;
mod kept;
mod last_words;
mod manual;
mod memory_limit;
mod messages;
mod nearest;
mod obtain_key;
mod output;
mod plan;
mod pointed;
mod reading;
mod reject_list;
mod remarks;
mod row_output;
mod rule_files;
mod surroundings;
#[cfg_attr(not(feature = "tables"), path = "tables/absent.rs")]
mod tables;
mod terminal_files;
mod unfinished;
mod watch;

use args::{Args, NoCommand};
use exit_code::ExitCode;
use failure::Failure;
use messages::Messages;
use output::cannot_write;
use plan::Plan;
use std::io::ErrorKind;
use std::process;
use surroundings::Surroundings;

fn main() -> process::ExitCode {
    last_words::keep_short();
    match Args::read(std::env::args_os()) {
        Ok(args) => run(args),
        Err(NoCommand::Asked(help)) => match help.print() {
            // A reader who closes the pipe has seen enough of the help.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Messages::default().error(cannot_write("standard output", &error));
                ExitCode::NotWritten
            }
            _ => ExitCode::Done,
        },
        Err(NoCommand::Wrong(complaint)) => {
            Messages::default().error(complaint);
            ExitCode::Usage
        }
    }
    .into()
}

fn run(args: Args) -> ExitCode {
    ending::listen();
    let messages = Messages { quiet: args.common.quiet, verbose: args.common.verbose };
    let plan = Plan::resolve(args, &Surroundings::of_process(), messages).map_err(Failure::usage);
    match plan.and_then(|plan| command::run(plan, messages)) {
        Ok(code) => code,
        Err(failure) => {
            failure.tell(messages);
            failure.code
        }
    }
}
