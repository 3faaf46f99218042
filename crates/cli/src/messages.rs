//! What the tool says on standard error: one line a message, `posmortem: ` before it.
//!
//! Standard output is for results alone. Texts pass the [`screen`], since paths and names from a log,
//! and what a user types, may hold anything. Standard error that cannot be written to is no reason to stop.

use posmortem::iso8583::screen;
use std::fmt::Display;
use std::io::{self, Write};

/// How much the user wants to hear.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Messages {
    /// Errors alone.
    pub(crate) quiet: bool,
    /// Notes too.
    pub(crate) verbose: bool,
}

impl Messages {
    /// Why something was not done, or not in full. Never silenced.
    pub(crate) fn error(self, text: impl Display) {
        say(&text);
    }

    /// What the user should know, though everything was done.
    pub(crate) fn warn(self, text: impl Display) {
        if !self.quiet {
            say(&text);
        }
    }

    /// What only the curious want to know.
    pub(crate) fn note(self, text: impl Display) {
        if self.verbose {
            say(&text);
        }
    }
}

fn say(text: &dyn Display) {
    let line = line(&text.to_string());
    // Whoever closed standard error does not want to hear.
    io::stderr().lock().write_all(line.as_bytes()).ok();
}

/// Characters of a message: no name of a file has as many, and some arguments do.
const LONGEST: usize = 8_000;

/// A text as it is said.
pub(crate) fn line(text: &str) -> String {
    let text = screen(text.as_bytes());
    let (Some((front, _)), Some((back, _))) =
        (text.char_indices().nth(LONGEST / 2), text.char_indices().nth_back(LONGEST / 2 - 1))
    else {
        return format!("posmortem: {text}\n");
    };
    if front >= back {
        return format!("posmortem: {text}\n");
    }
    // What is wrong stands at the end.
    format!("posmortem: {} ... {}\n", &text[..front], &text[back..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_whatever_is_in_it() {
        assert_eq!(line("a\u{1b}[2J\nb.log: empty"), "posmortem: a\\x1b[2J\\x0ab.log: empty\n");
    }

    #[test]
    fn a_message_is_no_longer_than_its_reader_likes() {
        let name = |length| "é".repeat(length);
        let (whole, long) = (name(LONGEST - 7), name(1_000_000));
        assert_eq!(line(&format!("{whole}: empty")), format!("posmortem: {whole}: empty\n"));
        let told = line(&format!("{long}: empty"));
        assert!(told.ends_with("é: empty\n") && told.chars().count() == LONGEST + 17, "{}", told.len());
    }
}
