//! `completions`: a script that lets a shell complete commands, flags and the values that have names.

use crate::args::Args;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::Output;
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory};
use clap_complete::{Shell, generate};
use posmortem::classify::{Cause, Dialect, Reason};
use posmortem::iso8583::wire::Profile;
use posmortem::logs::InputFormat;

/// Runs the command.
pub(super) fn run(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    generate(shell, &mut with_values(Args::command()), "posmortem", &mut script);
    Output::standard().write_whole(|out| out.write_all(&script)).map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}

/// The command line with the values that have names. Flags that can stand in a configuration too do without
/// them otherwise: there one place reads values, whatever layer they come from.
fn with_values(command: Command) -> Command {
    command.mut_subcommands(with_values).mut_args(|arg| match values_of(&arg) {
        Some(values) => arg.value_parser(PossibleValuesParser::new(values)),
        None => arg,
    })
}

fn values_of(arg: &Arg) -> Option<Vec<&'static str>> {
    Some(match arg.get_id().as_str() {
        "lang" => vec!["en", "zh"],
        "color" => vec!["auto", "always", "never"],
        "dialect" => Dialect::all().map(Dialect::name).collect(),
        "input_format" => InputFormat::ALL.map(InputFormat::name).to_vec(),
        "profile" => Profile::all().map(Profile::name).collect(),
        "separator" => vec!["comma", "tab", "pipe", "semicolon"],
        "amount_unit" => vec!["auto", "minor", "major"],
        "bin_digits" => vec!["6", "8"],
        "causes" => Cause::ALL.map(Cause::name).to_vec(),
        "subject" => Reason::all().map(Reason::name).collect(),
        _ => return None,
    })
}
