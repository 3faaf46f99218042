//! What clap has against a command line, in one line that says what to do next.

use super::Args;
use crate::nearest::nearest;
use clap::builder::PossibleValue;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

/// The complaint about a command line that is none.
pub(super) fn complaint(error: &clap::Error) -> String {
    let mut tool = Args::command();
    tool.build();
    let rendered = error.render().to_string();
    let usage = rendered.lines().find_map(|line| line.strip_prefix("Usage: posmortem"));
    let command = command_of(usage.unwrap_or_default(), &tool);
    let told = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand, _) => {
            format!("a command is missing: {}", or_list(&names(command)))
        }
        (ErrorKind::InvalidSubcommand, _) => unknown_command(error, command),
        (ErrorKind::UnknownArgument, Some(ContextValue::String(arg))) => {
            unknown_flag(error, arg, command, &tool)
        }
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) => {
            missing_arguments(error, missing, command)
        }
        _ => one_line(error),
    };
    // What names the right word, or is about a value, says enough.
    let is_enough = told.contains("; ") || usage.is_none();
    if is_enough { told } else { format!("{told} (see `{} --help`)", words(command)) }
}

/// The command that was being read, by the usage that clap shows of it.
fn command_of<'c>(usage: &str, tool: &'c Command) -> &'c Command {
    let mut command = tool;
    for word in usage.split_whitespace() {
        let Some(next) = command.find_subcommand(word) else { break };
        command = next;
    }
    command
}

fn unknown_command(error: &clap::Error, command: &Command) -> String {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return one_line(error);
    };
    let told = format!("`{word}` is no command");
    let known = names(command);
    match nearest(word, known.iter().copied()) {
        Some(known) => format!("{told}; did you mean `{known}`?"),
        // Somebody who names a log first wants to hear of it.
        None if word.contains(['.', '/']) => format!("{told}; to report on a log: posmortem report {word}"),
        None => format!("{told}: {}", or_list(&known)),
    }
}

/// What is missing, and what it may be where that has names.
fn missing_arguments(error: &clap::Error, missing: &[String], command: &Command) -> String {
    let named = command.get_arguments().filter(|arg| missing.contains(&arg.to_string())).map(|arg| {
        let values = arg.get_possible_values();
        let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
        if names.is_empty() { String::new() } else { format!("; write {}", or_list(&names)) }
    });
    [one_line(error)].into_iter().chain(named).collect()
}

/// A flag that this command does not have: another command's, a format's name, or one that looks alike.
fn unknown_flag(error: &clap::Error, flag: &str, command: &Command, tool: &Command) -> String {
    let told = format!("`{flag}` is no option of `{}`", words(command));
    let Some(name) = flag.strip_prefix("--") else {
        return match flag.starts_with('-') {
            true => told,
            false => format!("`{flag}` is one argument too many for `{}`", words(command)),
        };
    };
    let mut others = Vec::new();
    commands_with(name, tool, &mut others);
    if !others.is_empty() {
        return format!("{told}; it belongs to {}", others.join(" and "));
    }
    let format = command.get_arguments().find(|arg| arg.get_long() == Some("format"));
    let formats = format.map(clap::Arg::get_possible_values).unwrap_or_default();
    if formats.iter().any(|format| format.get_name() == name) {
        return format!("{told}; did you mean `--format {name}`?");
    }
    match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(meant)) => format!("{told}; did you mean `{meant}`?"),
        _ => told,
    }
}

/// The commands that have an option, as they are called.
fn commands_with(name: &str, command: &Command, found: &mut Vec<String>) {
    if command.get_arguments().any(|arg| arg.get_long() == Some(name) && !arg.is_global_set()) {
        found.push(format!("`{}`", words(command)));
    }
    // The command `help` has a copy of every other.
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
    commands.for_each(|command| commands_with(name, command, found));
}

fn words(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

fn names(command: &Command) -> Vec<&str> {
    command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect()
}

/// `a, b or c`
fn or_list(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// clap's complaint and its tip without the usage below them.
fn one_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let told: Vec<_> =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")).collect();
    let told = told.join(" ");
    let told = told.trim_start_matches("error: ").replace(" tip: ", "; ");
    // What Rust says of a number.
    told.replace("invalid digit found in string", "write a whole number")
}
