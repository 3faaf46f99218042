//! Pairs such as `mti=0210 stan=000123 rc=51` in a line, parted by spaces, commas, pipes or semicolons.
//!
//! No standard says what the keys are called: they are read as the names of a header row are. A value in
//! single or double quotes ends at its quote. Any other ends at the separator before the next key, so
//! that with commas, pipes and semicolons it may hold spaces; between spaces it is one word, but for a
//! date with the time behind it. A time before the first pair is the line's. Text between pairs that is
//! no pair is stepped over.

use crate::block::Block;
use crate::column::Column;
use crate::delimited::without_bom;
use crate::format::NamedValues;
use crate::gathered::{Gathered, WithoutMti};
use crate::line_start::lines;
use crate::names::NameCache;
use crate::record::{Position, RecordSink, RejectReason};
use crate::time::{DateOrder, TimeReader};
use crate::value::Value;

/// Reads all lines of a block.
pub(crate) fn read_pairs(
    rules: &NamedValues,
    block: &Block,
    rewritten: &mut Vec<u8>,
    sink: &mut impl RecordSink,
) {
    let mut times = TimeReader::new(rules.times());
    let mut names = NameCache::new(rules.names());
    let mut message = Gathered::new(sink.takes_fields());
    let start = block.position();
    for ((offset, line), number) in lines(block.bytes()).zip(0..) {
        let position = Position { offset: start.offset + offset as u64, line: start.line + number };
        let line = without_bom(line).trim_ascii();
        if line.is_empty() {
            continue;
        }
        message.clear();
        rewritten.clear();
        for (key, text) in Pairs::of(line) {
            let named = names.read(key);
            if message.wants(named.column) {
                let value = text.value(rewritten);
                message.whole(named, key, value, rewritten);
            }
        }
        if !message.has(Column::Mti) && !message.has(Column::ResponseCode) {
            sink.non_message(position);
        } else if message.has_two_message_types() {
            message.reject(position, RejectReason::FieldTwice(0), rewritten, sink);
        } else {
            let line_time = |times: &mut TimeReader<'_>| times.read_at_start(line, DateOrder::YearFirst);
            message.tell(position, (true, line_time), WithoutMti::Row, (&mut times, rewritten), sink);
        }
    }
}

/// The text of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text<'b> {
    /// What stands before the next key, and what parts it from that.
    Plain(&'b [u8], u8),
    /// Between these quotes, which are doubled or escaped in it.
    Quoted(&'b [u8], u8),
}

impl<'b> Text<'b> {
    fn value(self, rewritten: &mut Vec<u8>) -> Value<'b> {
        match self {
            Self::Plain(text, separator) => Value::AsLogged(without_separator(text, separator)),
            Self::Quoted(text, quote) if memchr::memchr2(b'\\', quote, text).is_none() => {
                Value::AsLogged(text)
            }
            Self::Quoted(text, quote) => Value::rewritten(rewritten, |out| {
                let mut rest = text;
                while let Some((&byte, behind)) = rest.split_first() {
                    let escapes = byte == b'\\' || byte == quote;
                    let (kept, behind) = match behind.split_first() {
                        Some((&next, behind)) if escapes && (next == quote || next == b'\\') => {
                            (next, behind)
                        }
                        _ => (byte, behind),
                    };
                    out.push(kept);
                    rest = behind;
                }
            }),
        }
    }
}

/// The pairs of a line.
struct Pairs<'b> {
    rest: &'b [u8],
    /// What parted the pair before from this one.
    separator: u8,
    /// The equals sign of the key that `rest` begins with, where the value before ended at that.
    equals: Option<usize>,
}

impl<'b> Pairs<'b> {
    fn of(line: &'b [u8]) -> Self {
        Self { rest: line, separator: b' ', equals: None }
    }
}

impl<'b> Iterator for Pairs<'b> {
    type Item = (&'b [u8], Text<'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key_at, equals) = match self.equals.take() {
            Some(equals) => (0, equals),
            None => next_key(self.rest, true)?,
        };
        let key = self.rest.get(key_at..equals)?;
        let behind = self.rest.get(equals + 1..)?;
        if let Some((text, len)) = quoted(behind) {
            self.rest = behind.get(len..)?;
            return Some((key, text));
        }
        let end = match next_key(behind, false) {
            Some((next, equals)) => {
                self.separator = separator_before(behind.get(..next)?);
                self.equals = Some(equals - next);
                next
            }
            None => behind.len(),
        };
        let (text, rest) = behind.split_at(end);
        self.rest = rest;
        Some((key, Text::Plain(text, self.separator)))
    }
}

/// Where the next key begins, and its equals sign. A key stands behind a separator or a bracket, or at
/// the front where that is one.
fn next_key(text: &[u8], front_opens: bool) -> Option<(usize, usize)> {
    memchr::memchr_iter(b'=', text).find_map(|equals| {
        let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
        let before = text.get(..equals)?;
        let len = before.iter().rev().take_while(|byte| is_of_key(byte)).count();
        let start = equals - len;
        let opens = match start.checked_sub(1).and_then(|at| before.get(at)) {
            None => front_opens,
            Some(byte) => matches!(byte, b' ' | b'\t' | b',' | b'|' | b';' | b'[' | b'(' | b'{'),
        };
        (len > 0 && opens).then_some((start, equals))
    })
}

/// What parts a pair from the next: the last mark before the key other than a space, if it is one.
fn separator_before(gap: &[u8]) -> u8 {
    match gap.trim_ascii_end().last() {
        Some(mark @ (b',' | b'|' | b';')) => *mark,
        _ => b' ',
    }
}

/// The value in the text up to the next key.
fn without_separator(text: &[u8], separator: u8) -> &[u8] {
    let text = text.trim_ascii();
    if separator != b' ' {
        let text = text.strip_suffix(&[separator]).unwrap_or(text);
        return without_closing(text.trim_ascii_end());
    }
    let len = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let (word, behind) = text.split_at(len);
    let is_clock = matches!(behind, [_, h, _, b':', _, _, ..] if h.is_ascii_digit());
    let is_date =
        matches!(word.len(), 8..=10) && word.iter().filter(|byte| byte.is_ascii_digit()).count() >= 6;
    if is_date && is_clock {
        let second = behind.get(1..).unwrap_or_default();
        let end = second.iter().position(u8::is_ascii_whitespace).unwrap_or(second.len());
        return text.get(..len + 1 + end).unwrap_or(text);
    }
    let marks = word.iter().rev().take_while(|byte| matches!(byte, b',' | b';')).count();
    without_closing(word.get(..word.len() - marks).unwrap_or_default())
}

/// A value without the bracket that closes what the pairs stand in, as in `[rc=00]`.
fn without_closing(text: &[u8]) -> &[u8] {
    let Some((last, before)) = text.split_last() else { return text };
    let open = match last {
        b']' => b'[',
        b')' => b'(',
        b'}' => b'{',
        _ => return text,
    };
    if memchr::memchr(open, before).is_some() { text } else { before.trim_ascii_end() }
}

/// A value in quotes, and its length with them.
fn quoted(text: &[u8]) -> Option<(Text<'_>, usize)> {
    let (&quote, inner) = text.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', inner.get(at..)?)?;
        match (inner.get(at), inner.get(at + 1)) {
            (Some(b'\\'), _) => at += 2,
            (_, Some(next)) if *next == quote => at += 2,
            _ => return Some((Text::Quoted(inner.get(..at)?, quote), at + 2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(line: &str) -> Vec<(String, String)> {
        let mut rewritten = Vec::new();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Pairs::of(line.as_bytes())
            .map(|(key, text)| (shown(key), shown(text.value(&mut rewritten).bytes(&rewritten))))
            .collect()
    }

    #[test]
    fn pairs_come_with_any_separator() {
        for line in [
            "mti=0210 stan=1 rc=00",
            "mti=0210,stan=1,rc=00",
            "mti=0210, stan=1, rc=00",
            "mti=0210|stan=1|rc=00",
            "mti=0210 ; stan=1 ; rc=00;",
            "INFO [mti=0210, stan=1, rc=00]",
            "2026-11-21 08:15:30 INFO done mti='0210' stan=\"1\" rc=00",
        ] {
            let read = pairs(line);
            let values: Vec<_> = read.iter().map(|(key, value)| format!("{key}:{value}")).collect();
            assert_eq!(values, ["mti:0210", "stan:1", "rc:00"], "{line}");
        }
    }

    #[test]
    fn values_may_hold_what_does_not_end_them() {
        for (line, value) in [
            ("reason=not enough funds,rc=51", "not enough funds"),
            ("time=2026-11-21 08:15:30,250, rc=51", "2026-11-21 08:15:30,250"),
            ("time=2026-11-21 08:15:30 rc=51", "2026-11-21 08:15:30"),
            ("reason=not enough funds rc=51", "not"),
            ("reason=\"a \\\"b\\\" c=d\" rc=51", "a \"b\" c=d"),
            ("reason='it''s' rc=51", "it's"),
            ("reason= rc=51", ""),
            ("reason=a=b rc=51", "a=b"),
        ] {
            assert_eq!(pairs(line)[0].1, value, "{line}");
        }
        assert!(pairs("a = b").is_empty());
        assert!(pairs("x==").len() <= 1);
    }
}
