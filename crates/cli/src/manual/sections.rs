//! The sections of a manual page that clap does not make.

use crate::args::{EXAMPLES, Lesson, Teaching};
use crate::config::Setting;
use clap_mangen::roff::{Roff, bold, roman};

/// Variables beside those of settings.
const OTHER_VARIABLES: [(&str, &str); 5] = [
    ("NO_COLOR", "Set to anything, tables are not coloured unless --color says so."),
    ("TERM", "Where it is dumb, nothing is coloured either."),
    ("COLUMNS", "Columns of a table on standard output, before what the terminal tells."),
    ("XDG_CONFIG_HOME", "The folder of the user's configuration; $HOME/.config where it is not set."),
    ("XDG_STATE_HOME", "The folder of the token key; $HOME/.local/state where it is not set."),
];

/// Files in the order in which a setting is looked for, and the one that is written.
const FILES: [(&str, &str); 4] = [
    ("./posmortem.toml", "The configuration of the folder in which the tool is run."),
    ("$XDG_CONFIG_HOME/posmortem/config.toml", "The user's configuration."),
    ("/etc/posmortem/posmortem.toml", "The machine's configuration."),
    (
        "$XDG_STATE_HOME/posmortem/token.key",
        "The key of the tokens that stand for card numbers, made once with mode 0600 unless --token-key names \
         another.",
    ),
];

const ORDER: &str = "A setting comes from the first of these that has it: its flag, its variable, the file \
                     of --config, the first three files below in their order. `posmortem config show` tells \
                     which one it was.";

/// What is taught in sentences.
pub(super) fn prose(taught: &Teaching) -> Roff {
    let mut roff = Roff::new();
    for lesson in &taught.0 {
        if let Lesson::Prose(text) = lesson {
            roff.control("PP", []).text([roman(text)]);
        }
    }
    roff
}

/// What is taught by showing it: each under its own heading, line by line.
pub(super) fn shown(taught: &Teaching) -> Roff {
    let mut roff = Roff::new();
    for lesson in &taught.0 {
        let Lesson::Shown { heading, lines } = lesson else { continue };
        roff.control("SH", [heading.to_uppercase().as_str()]);
        if heading == EXAMPLES {
            for (at, line) in lines.iter().enumerate() {
                if at > 0 {
                    roff.control("PP", []);
                }
                example(&mut roff, line.trim_start());
            }
            continue;
        }
        roff.control("nf", []);
        for line in lines {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    roff
}

/// A command, and below it what is said of it: beside it there is no room on a page.
fn example(roff: &mut Roff, line: &str) {
    let (command, what) = line.split_once("  ").unwrap_or((line, ""));
    roff.control("nf", []).text([bold(command)]).control("fi", []);
    if !what.is_empty() {
        roff.control("RS", []).text([roman(what.trim_start())]).control("RE", []);
    }
}

/// What the environment decides.
pub(super) fn environment() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    for setting in Setting::ALL {
        item(&mut roff, &setting.variable(), &format!("As {}.", setting.flag()));
    }
    OTHER_VARIABLES.iter().for_each(|(name, what)| item(&mut roff, name, what));
    roff
}

/// What files are read or written without being named.
pub(super) fn files() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]).text([roman(ORDER)]);
    FILES.iter().for_each(|(name, what)| item(&mut roff, name, what));
    roff
}

fn item(roff: &mut Roff, name: &str, what: &str) {
    roff.control("TP", []).text([bold(name)]).text([roman(what)]);
}
