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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Setting, amount_unit, bin_digits, color, language, separator};
    use std::collections::BTreeSet;

    fn arguments(command: &Command) -> Vec<&Arg> {
        command.get_subcommands().flat_map(arguments).chain(command.get_arguments()).collect()
    }

    #[test]
    fn values_are_those_of_flags_that_take_them() {
        let command = Args::command();
        let completed = arguments(&command).into_iter().filter(|arg| values_of(arg).is_some());
        let completed: BTreeSet<_> = completed.map(|arg| arg.get_id().as_str()).collect();
        assert_eq!(completed.len(), 10, "no flag was renamed: {completed:?}");
        for arg in arguments(&command) {
            let is_taken = |value: &str| match Setting::from_name(arg.get_id().as_str()) {
                Some(Setting::Lang) => language(value).is_ok(),
                Some(Setting::Color) => color(value).is_ok(),
                Some(Setting::Separator) => separator(value).is_ok(),
                Some(Setting::AmountUnit) => amount_unit(value).is_ok(),
                Some(Setting::BinDigits) => bin_digits(value).is_ok(),
                _ => true,
            };
            let values = values_of(arg).unwrap_or_default();
            assert!(!values.contains(&"") && values.iter().all(|value| is_taken(value)), "{values:?}");
        }
    }
}
