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

    /// The text, or what of it stands around the fault, and below it carets under the fault.
    pub(crate) fn lines(&self) -> [String; 2] {
        let shown = |text: &str| screen(text.as_bytes()).width();
        let (before, rest) = self.text.split_at_checked(self.at).unwrap_or((&self.text, ""));
        let (fault, after) = rest.split_at_checked(self.length).unwrap_or((rest, ""));
        let (before, more_before) = end_of(before, MOST_BESIDE);
        let (fault, more_of_fault) = begin_of(fault, MOST_OF_FAULT);
        let (after, more_after) = if more_of_fault { ("", false) } else { begin_of(after, MOST_BESIDE) };
        let cut = |is_cut: bool| if is_cut { CUT } else { "" };
        let indent = " ".repeat(shown(cut(more_before)) + shown(before));
        let carets = "^".repeat(shown(fault).max(1));
        let (begin, end) = (cut(more_before), cut(more_of_fault || more_after));
        [format!("  {begin}{before}{fault}{after}{end}"), format!("  {indent}{carets}")]
    }
}

/// Characters of a long text that are shown on either side of a fault, and of a fault itself.
const MOST_BESIDE: usize = 60;
const MOST_OF_FAULT: usize = 60;

/// What stands for the rest.
const CUT: &str = "...";

/// The first characters of a text, and whether there are more.
fn begin_of(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// The last characters of a text, and whether there are more.
fn end_of(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().rev().nth(most) {
        Some((at, first)) => (&text[at + first.len_utf8()..], true),
        None => (text, false),
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
        // Of a long line the surroundings are shown, by characters.
        let long = format!("{}>{}", "x".repeat(400_000), "失".repeat(400_000));
        let [text, carets] = lines(&long, 400_000, 1);
        assert_eq!(text, format!("..{CUT}{}>{}{CUT}", "x".repeat(60), "失".repeat(60)));
        assert_eq!(carets, format!("..{}^", ".".repeat(63)));
        let [text, carets] = lines(&long, 400_001, 1_200_000);
        assert_eq!(text, format!("..{CUT}{}>{}{CUT}", "x".repeat(59), "失".repeat(60)));
        assert_eq!(carets, format!("..{}{}", ".".repeat(63), "^".repeat(120)));
        // A control character is shown as four.
        assert_eq!(lines("a\tb", 2, 1)[1], ".......^");
    }
}
