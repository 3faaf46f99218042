//! One tag's attributes, in any order and with either quote.

/// How a tag ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagEnd {
    /// `>`: content follows.
    Open,
    /// `/>`: there is no content.
    Closed,
    /// It is no tag: it stops, or something else was written into it.
    Torn,
}

/// Walks over the attributes of a tag, from behind its name.
pub(super) struct Attributes<'b> {
    rest: &'b [u8],
    end: TagEnd,
}

impl<'b> Attributes<'b> {
    pub(super) fn new(behind_name: &'b [u8]) -> Self {
        Self { rest: behind_name, end: TagEnd::Torn }
    }

    /// How the tag ended, and what is behind it. Torn until the walk is over.
    pub(super) fn end(self) -> (TagEnd, &'b [u8]) {
        (self.end, self.rest)
    }
}

impl<'b> Iterator for Attributes<'b> {
    type Item = (&'b [u8], &'b [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_ascii_start();
        match rest {
            [b'>', behind @ ..] => {
                (self.rest, self.end) = (behind, TagEnd::Open);
                return None;
            }
            [b'/', b'>', behind @ ..] => {
                (self.rest, self.end) = (behind, TagEnd::Closed);
                return None;
            }
            _ => {}
        }
        let name_len = rest
            .iter()
            .position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b':' | b'.'))?;
        let (name, behind) = rest.split_at(name_len);
        let (quote, behind) = match behind {
            [b'=', quote @ (b'"' | b'\''), behind @ ..] if name_len > 0 => (*quote, behind),
            _ => return None,
        };
        let value_len = memchr::memchr(quote, behind)?;
        let (value, behind) = behind.split_at(value_len);
        self.rest = behind.get(1..)?;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Attribute<'t> = (&'t [u8], &'t [u8]);

    fn read(text: &str) -> (Vec<Attribute<'_>>, TagEnd, &[u8]) {
        let mut attributes = Attributes::new(text.as_bytes());
        let read = attributes.by_ref().collect();
        let (end, rest) = attributes.end();
        (read, end, rest)
    }

    #[test]
    fn attributes_come_in_any_order_and_quotes() {
        let (read, end, rest) = read(" id=\"39\"\n value='a > \"b\" /> c' />x");
        assert_eq!(read, [(&b"id"[..], &b"39"[..]), (b"value", b"a > \"b\" /> c")]);
        assert_eq!((end, rest), (TagEnd::Closed, &b"x"[..]));
        assert_eq!(self::read(">x").1, TagEnd::Open);
    }

    #[test]
    fn what_is_no_tag_is_torn() {
        for text in ["", " ", " id", " id=", " id=39>", " id=\"39", " \"\">", " ='x'>", " / >", " id='1'<"] {
            assert_eq!(read(text).1, TagEnd::Torn, "{text}");
        }
    }
}
