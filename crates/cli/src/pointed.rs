//! What is wrong with a text that a user typed, and where in it.

use crate::messages::Messages;
use posmortem::iso8583::screen;
use std::error::Error;
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// A sentence, and the place that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointed {
    pub(crate) sentence: String,
    /// What was typed.
    pub(crate) text: String,
    /// The byte where the fault begins, and how many belong to it.
    pub(crate) at: usize,
    pub(crate) length: usize,
}

impl Pointed {
    /// Tells it, and where in the text the fault is.
    pub(crate) fn tell(&self, messages: Messages) {
        messages.error(&self.sentence);
        self.lines().iter().for_each(|line| messages.error(line));
    }

    /// The text, and below it carets under the fault.
    pub(crate) fn lines(&self) -> [String; 2] {
        let shown = |text: &str| screen(text.as_bytes()).width();
        let (before, rest) = self.text.split_at_checked(self.at).unwrap_or((&self.text, ""));
        let fault = rest.get(..self.length).unwrap_or(rest);
        let carets = "^".repeat(shown(fault).max(1));
        [format!("  {}", self.text), format!("  {}{carets}", " ".repeat(shown(before)))]
    }
}

impl fmt::Display for Pointed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for Pointed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_below_the_fault_as_it_is_shown() {
        let lines = |text: &str, at, length| {
            let pointed = Pointed { sentence: String::new(), text: text.to_owned(), at, length };
            pointed.lines().map(|line| line.replace(' ', "."))
        };
        assert_eq!(lines("abc>1", 0, 3), ["..abc>1", "..^^^"]);
        assert_eq!(lines("a>", 2, 1), ["..a>", "....^"]);
        assert_eq!(lines("失败>1", 7, 1), ["..失败>1", ".......^"]);
        // A control character is shown as four.
        assert_eq!(lines("a\tb", 2, 1)[1], ".......^");
    }
}
