//! The marks of a table for eyes: ASCII or not, coloured or not.

use posmortem_classify::Cause;
use std::borrow::Cow;
use std::fmt::Write;

/// How a piece of text is to stand out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Plain,
    /// Of no weight: zeros, headings of columns.
    Dim,
    /// Headings, and what must not be overlooked.
    Bold,
    /// In the cause's colour.
    Cause(Cause),
}

/// What means something in Markdown inside of a line; a bar only in a table, where the table sees to it.
const MARKS: [char; 13] = ['\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '#', '~', '&'];

/// What trackers make links and mentions of wherever it stands, escaped or not.
const LINKED: [&str; 3] = ["@", "://", "www."];

/// Draws texts and marks.
#[derive(Clone, Copy)]
pub(crate) struct Pen {
    pub(crate) color: bool,
    pub(crate) ascii: bool,
    /// Names are escaped for Markdown.
    pub(crate) markdown: bool,
}

impl Pen {
    /// For text that is neither coloured nor kept to ASCII.
    pub(crate) const PLAIN: Self = Self { color: false, ascii: false, markdown: false };

    /// For Markdown.
    pub(crate) const MARKDOWN: Self = Self { markdown: true, ..Self::PLAIN };

    /// The end of a text that was cut.
    pub(crate) fn ellipsis(self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }

    /// A zero in a table of counts.
    pub(crate) fn zero(self) -> &'static str {
        if self.ascii { "-" } else { "·" }
    }

    /// Between items of one line.
    pub(crate) fn dot(self) -> &'static str {
        if self.ascii { " | " } else { " · " }
    }

    /// Between a cause and its reason.
    pub(crate) fn within(self) -> &'static str {
        if self.ascii { ": " } else { " · " }
    }

    /// Before the one who acts.
    pub(crate) fn arrow(self) -> &'static str {
        if self.ascii { " -> " } else { " → " }
    }

    /// Before a count of something named.
    pub(crate) fn times(self) -> &'static str {
        if self.ascii { "x" } else { "×" }
    }

    /// A name from a log as it may stand: other characters become escapes where ASCII was asked for, and in Markdown
    /// neither marks nor links nor mentions mean anything.
    pub(crate) fn name(self, name: &str) -> Cow<'_, str> {
        if self.markdown {
            let words: Vec<_> = name.split(' ').map(in_markdown).collect();
            return Cow::Owned(words.join(" "));
        }
        if !self.ascii || name.is_ascii() {
            return Cow::Borrowed(name);
        }
        let escape = |mut text: String, c: char| {
            let written =
                if c.is_ascii() { text.write_char(c) } else { write!(text, "\\u{{{:x}}}", u32::from(c)) };
            debug_assert!(written.is_ok(), "a String takes every character");
            text
        };
        Cow::Owned(name.chars().fold(String::with_capacity(name.len() * 4), escape))
    }

    /// The text in its style; as it is without colour.
    pub(crate) fn paint(self, style: Style, text: &str) -> Cow<'_, str> {
        let code = match style {
            _ if !self.color || text.is_empty() => return Cow::Borrowed(text),
            Style::Plain => return Cow::Borrowed(text),
            Style::Dim => 2,
            Style::Bold => 1,
            // Readable on dark and light screens alike, which blue and white are not.
            Style::Cause(Cause::Network) => 36,
            Style::Cause(Cause::Account) => 33,
            Style::Cause(Cause::Card) => 35,
            Style::Cause(Cause::Key) => 31,
            Style::Cause(Cause::Operator) => 32,
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}

/// A word whose marks are escaped. One that would become a link or a mention is code, for of links and mentions
/// trackers take the escaped ones, too.
fn in_markdown(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    if !LINKED.iter().any(|begin| lower.contains(begin)) {
        let escape = |c: char| [Some('\\').filter(|_| MARKS.contains(&c)), Some(c)];
        return word.chars().flat_map(escape).flatten().collect();
    }
    // No run of backticks within is as long as the fence.
    let longest = word.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if word.starts_with('`') || word.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{word}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_means_anything_in_markdown() {
        for (name, shown) in [
            ("T_1 *x*", "T\\_1 \\*x\\*"),
            ("a &lt; b", "a \\&lt; b"),
            ("@everyone", "`@everyone`"),
            ("M a@b.example x", "M `a@b.example` x"),
            ("HTTP://evil.example/_x_", "`HTTP://evil.example/_x_`"),
            ("see WWW.evil.example", "see `WWW.evil.example`"),
            ("a``b@c", "```a``b@c```"),
            ("`@`", "`` `@` ``"),
            ("plain name", "plain name"),
        ] {
            assert_eq!(Pen::MARKDOWN.name(name), shown);
            assert_eq!(Pen::PLAIN.name(name), name);
        }
    }
}
