//! Text and the columns it takes on a screen: cutting and breaking lines, wide characters counted
//! as two. No hyphenation, and no bidirectional text, which the logs' screen has escaped before.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A text cut to `columns`, the ellipsis included. One that fits stays.
pub(crate) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept = beginning(text, columns.saturating_sub(width(ellipsis)));
    let ellipsis = if width(ellipsis) <= columns { ellipsis } else { "" };
    format!("{}{ellipsis}", kept.trim_end())
}

/// A list of items parted by spaces, cut to `columns` between items, so that no number loses digits.
pub(crate) fn cut_list(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(ellipsis) + 1);
    let fits = |end: &usize| width(&text[..*end]) <= room;
    match text.match_indices(' ').map(|(at, _)| at).take_while(fits).last() {
        Some(end) => format!("{} {ellipsis}", text[..end].trim_end()),
        None => cut(ellipsis, columns, ""),
    }
}

/// The text in lines of at most `columns`: broken at spaces and between wide characters, and inside
/// a word only when it is longer than a line.
pub(crate) fn lines(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > columns {
            lines.push(std::mem::take(&mut line));
        }
        let mut piece = piece;
        while width(piece.trim_end()) > columns {
            let part = beginning(piece, columns);
            lines.push(part.to_owned());
            piece = &piece[part.len()..];
        }
        line.push_str(piece);
    }
    lines.push(line);
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// The longest beginning that takes no more than `columns`.
fn beginning(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, c)| {
        taken += c.width().unwrap_or(0);
        taken > columns
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// Pieces that stay whole: words with the spaces behind them, and single wide characters with the
/// punctuation behind them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices().zip(rest.chars().skip(1));
        let end = chars.find(|((_, c), next)| {
            let after_space = *c == ' ' && *next != ' ';
            let beside_wide = *c != ' ' && *next != ' ' && (is_wide(*c) || is_wide(*next));
            after_space || beside_wide && !closes(*next) && !opens(*c)
        });
        let end = end.map_or(rest.len(), |((at, c), _)| at + c.len_utf8());
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// What must not begin a line.
fn closes(c: char) -> bool {
    "，。、；：！？）》」”,.;:!?)".contains(c)
}

/// What must not end a line.
fn opens(c: char) -> bool {
    "（《「“(".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("PIK不同步"), 9);
        assert_eq!(cut("PIK不同步", 9, "…"), "PIK不同步");
        assert_eq!(cut("PIK不同步", 8, "…"), "PIK不同…");
        assert_eq!(cut("PIK不同步", 7, "…"), "PIK不…");
        assert_eq!(cut("abc", 1, ".."), "");
        assert_eq!(cut("card expired", 6, "…"), "card…");
    }

    #[test]
    fn lists_are_cut_between_items() {
        assert_eq!(cut_list("ICBC×12 ABC×3 BOC×1", 19, "…"), "ICBC×12 ABC×3 BOC×1");
        assert_eq!(cut_list("ICBC×12 ABC×3 BOC×1", 18, "…"), "ICBC×12 ABC×3 …");
        assert_eq!(cut_list("ICBC×12 ABC×3 BOC×1", 9, "…"), "ICBC×12 …");
        assert_eq!(cut_list("ICBC×12 ABC×3 BOC×1", 8, "…"), "…");
    }

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        assert_eq!(lines("Tell the issuer and watch.", 12), ["Tell the", "issuer and", "watch."]);
        assert_eq!(lines("按发卡行统计，通知它。", 12), ["按发卡行统", "计，通知它。"]);
        assert_eq!(lines("用PIK（密钥）", 6), ["用PIK", "（密", "钥）"]);
        assert_eq!(lines("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("", 4), [""]);
    }

    #[test]
    fn no_line_is_too_long_and_nothing_is_lost() {
        let text = "Count the failures by 发卡行, tell the issuer（或清算组织）and watch until it recovers.";
        for columns in 2..120 {
            let lines = lines(text, columns);
            // A closing mark stays with its character even where that takes three columns.
            assert!(lines.iter().all(|line| width(line) <= columns.max(4)), "{columns}: {lines:?}");
            let bare = |text: &str| text.replace(' ', "");
            assert_eq!(bare(&lines.concat()), bare(text), "{columns}");
        }
    }
}
