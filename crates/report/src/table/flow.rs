//! Items in a row that may take several lines, broken between items only.

use crate::pen::{Pen, Style};
use crate::wrap::width;

/// An item: its text and how it is to stand out.
pub(crate) type Item = (String, Style);

/// The items in lines of at most `room` columns, `between` between them. An item that is longer than
/// a line has one of its own.
pub(crate) fn lines(items: &[Item], between: &str, room: usize, pen: Pen) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut taken = 0;
    for (at, (text, style)) in items.iter().enumerate() {
        let painted = pen.paint(*style, text);
        // The end of a broken line shows that more comes.
        let behind = if at + 1 < items.len() { width(between.trim_end()) } else { 0 };
        let longer = taken + width(between) + width(text);
        match lines.last_mut() {
            Some(line) if longer + behind <= room => {
                line.push_str(between);
                line.push_str(&painted);
                taken = longer;
                continue;
            }
            Some(line) if taken + width(between.trim_end()) <= room => line.push_str(between.trim_end()),
            _ => {}
        }
        lines.push(painted.into_owned());
        taken = width(text);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_items() {
        let items = ["aa", "bb", "cc"].map(|text| (text.to_owned(), Style::Plain));
        assert_eq!(lines(&items, " + ", 12, Pen::PLAIN), ["aa + bb + cc"]);
        assert_eq!(lines(&items, " + ", 11, Pen::PLAIN), ["aa + bb +", "cc"]);
        assert_eq!(lines(&items, " + ", 8, Pen::PLAIN), ["aa +", "bb + cc"]);
        assert!(lines(&[], " + ", 8, Pen::PLAIN).is_empty());
    }
}
