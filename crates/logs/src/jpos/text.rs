//! The text of attributes and elements, without its escapes where it has any.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::value::Value;

/// How a comment ends. Made once: making it takes longer than finding it in a short one.
pub(super) static COMMENT_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"-->"));

/// How a CDATA section ends.
pub(super) static LITERAL_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]]>"));

/// The value of escaped text: borrowed unless something is escaped in it.
pub(super) fn unescaped<'b>(text: &'b [u8], rewritten: &mut Vec<u8>) -> Value<'b> {
    if memchr::memchr2(b'&', b'\\', text).is_none() {
        return Value::AsLogged(text);
    }
    Value::rewritten(rewritten, |out| unescape(text, out))
}

/// What stands between a tag and the next: text, or a CDATA section.
pub(super) enum Content<'b> {
    Text(&'b [u8]),
    Literal(&'b [u8]),
}

impl<'b> Content<'b> {
    /// The text as logged, and the value that it stands for.
    pub(super) fn value(&self, rewritten: &mut Vec<u8>) -> (&'b [u8], Value<'b>) {
        match *self {
            Self::Text(text) => (text, unescaped(text, rewritten)),
            Self::Literal(text) => (text, Value::AsLogged(text)),
        }
    }
}

/// The content behind a tag; `None` when it does not end.
pub(super) fn content(behind_tag: &[u8]) -> Option<Content<'_>> {
    match behind_tag.trim_ascii_start().strip_prefix(b"<![CDATA[") {
        Some(literal) => literal.get(..LITERAL_END.find(literal)?).map(Content::Literal),
        None => behind_tag.get(..memchr::memchr(b'<', behind_tag)?).map(Content::Text),
    }
}

/// Appends text with the entities of XML and the `\u001e` of jPOS resolved. What resolves to no
/// character stays as it is.
fn unescape(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr2(b'&', b'\\', text) {
        let (plain, escape) = text.split_at(at);
        out.extend_from_slice(plain);
        let (c, len) = entity(escape).or_else(|| code_unit(escape)).unwrap_or(('\0', 0));
        if len == 0 {
            out.extend(escape.first());
            text = escape.get(1..).unwrap_or_default();
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            text = escape.get(len..).unwrap_or_default();
        }
    }
    out.extend_from_slice(text);
}

/// `&amp;` or `&#38;` or `&#x26;` at the front, and its length.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    let body = text.strip_prefix(b"&")?;
    // The longest is `#x10FFFF`.
    let len = body.iter().take(9).position(|&byte| byte == b';')?;
    let c = match &body[..len] {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => character(digits, 16)?,
        [b'#', digits @ ..] => character(digits, 10)?,
        _ => return None,
    };
    Some((c, len + 2))
}

/// `\u001e` at the front, and its length.
fn code_unit(text: &[u8]) -> Option<(char, usize)> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    Some((character(digits, 16)?, 6))
}

fn character(digits: &[u8], radix: u32) -> Option<char> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut buffer = b"before".to_vec();
        let value = unescaped(text.as_bytes(), &mut buffer);
        String::from_utf8_lossy(value.bytes(&buffer)).into_owned()
    }

    #[test]
    fn escapes_are_resolved() {
        for (text, value) in [
            ("plain", "plain"),
            ("&lt;a&gt; &amp;amp; &quot;&apos;", "<a> &amp; \"'"),
            ("&#65;&#x42;&#X43;", "ABC"),
            ("a\\u001eb", "a\u{1e}b"),
            ("", ""),
        ] {
            assert_eq!(read(text), value);
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "&",
            "&;",
            "&nbsp;",
            "&#;",
            "&#xD800;",
            "&#x110000;",
            "&amp",
            "\\",
            "\\u00",
            "\\ud800",
            "\\n",
            "&+5;",
            "&#+5;",
            "\\u+123",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
