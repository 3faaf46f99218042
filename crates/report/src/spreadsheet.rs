//! Texts that a spreadsheet must not take for formulas.
//!
//! CSV and TSV are opened with a double click. A cell that begins like a formula gets an apostrophe in front, which
//! spreadsheets take for "this is text". Numbers stay numbers. JSON and the formats for eyes need none of it.

use std::borrow::Cow;

/// What formulas begin with, in both widths.
const BEGINS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The cell with an apostrophe before whatever in it a spreadsheet would calculate: at its start, and behind a
/// semicolon, at which some countries' spreadsheets cut.
pub fn spreadsheet_text(cell: &str) -> Cow<'_, str> {
    // Nearly every cell: what begins with a letter or digit and has no semicolon holds no beginning of a formula.
    let is_plain = cell.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric());
    if is_plain && !cell.as_bytes().contains(&b';') || !holds_beginning(cell) || is_number(cell) {
        return Cow::Borrowed(cell);
    }
    let mut text = String::with_capacity(cell.len() + 1);
    let mut is_start = true;
    for c in cell.chars() {
        // A sign by itself is none: it stands for what there is not.
        if is_start && BEGINS.contains(&c) && cell.chars().nth(1).is_some() {
            text.push('\'');
        }
        is_start = c == ';' || is_start && (c.is_whitespace() || c == '"');
        text.push(c);
    }
    match text.len() == cell.len() {
        true => Cow::Borrowed(cell),
        false => Cow::Owned(text),
    }
}

/// Whether a part between semicolons begins like a formula.
fn holds_beginning(cell: &str) -> bool {
    let is_passed_over = |c: char| c.is_whitespace() || c == '"';
    cell.split(';').any(|part| part.trim_start_matches(is_passed_over).starts_with(BEGINS))
}

/// Digits, in whatever way they are grouped, behind one sign at most.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || b".,:%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_calculated_is_text_and_numbers_are_numbers() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", " '=1"),
            ("\"=1", "\"'=1"),
            ("＝1+1", "'＝1+1"),
            ("a;=1;b", "a;'=1;b"),
            ("a; @x", "a; '@x"),
        ] {
            assert_eq!(spreadsheet_text(cell), expected);
        }
        for cell in [
            "",
            "-",
            "=",
            "-3",
            "+12.5%",
            "+08:00",
            "-1,234.5",
            "a=b",
            "visa-east",
            "2026-11-21T10:00:02",
            "a;b",
        ] {
            assert_eq!(spreadsheet_text(cell), cell);
        }
    }
}
