//! One pass over the text of a JSON object: what `serde_json` takes for one is one here, and nothing else is.
//!
//! Strings are looked through eight bytes at a time, and nothing is copied, kept or read that nobody asks for.
//! The text must be known to be UTF-8.

/// A value as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written<'b> {
    /// What stands between the quotes, and whether there are escapes in it.
    Text(&'b [u8], bool),
    /// A number or a truth value.
    Plain(&'b [u8]),
    /// `null`, or an array.
    Nothing,
    /// An object, of which nothing was read but its brace.
    Object,
}

/// The rest of a text, and the brackets that are open in a value which is stepped over.
pub(crate) struct Scanner<'b, 's> {
    bytes: &'b [u8],
    at: usize,
    open: &'s mut Vec<u8>,
}

impl<'b, 's> Scanner<'b, 's> {
    pub(crate) fn new(bytes: &'b [u8], open: &'s mut Vec<u8>) -> Self {
        Self { bytes, at: 0, open }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes a sign, with the space before it.
    #[inline]
    pub(crate) fn take(&mut self, sign: u8) -> Option<()> {
        if self.peek() != Some(sign) {
            self.skip_space();
        }
        (self.peek() == Some(sign)).then(|| self.at += 1)
    }

    /// Takes the name of the next member and its colon; `Some(None)` at the end of the object, whose brace is
    /// taken. `is_first` says that none came before.
    #[inline]
    pub(crate) fn name(&mut self, is_first: bool) -> Option<Option<(&'b [u8], bool)>> {
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(None);
        }
        if !is_first {
            self.take(b',')?;
        }
        self.take(b'"')?;
        let name = self.text()?;
        self.take(b':')?;
        Some(Some(name))
    }

    /// Takes a value; of an object the brace alone.
    #[inline]
    pub(crate) fn value(&mut self) -> Option<Written<'b>> {
        self.skip_space();
        let start = self.at;
        match self.peek()? {
            b'"' => {
                self.at += 1;
                let (text, is_escaped) = self.text()?;
                Some(Written::Text(text, is_escaped))
            }
            b'{' => {
                self.at += 1;
                Some(Written::Object)
            }
            b'[' => self.step_over().map(|()| Written::Nothing),
            b'n' => self.word(b"null").map(|()| Written::Nothing),
            _ => {
                self.plain()?;
                Some(Written::Plain(self.bytes.get(start..self.at)?))
            }
        }
    }

    /// Whether nothing but space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.at == self.bytes.len()
    }

    /// Takes what is left of a string, behind its first quote.
    #[inline]
    fn text(&mut self) -> Option<(&'b [u8], bool)> {
        let start = self.at;
        let mut is_escaped = false;
        loop {
            self.pass_plain_text();
            match self.peek()? {
                b'"' => {
                    let text = self.bytes.get(start..self.at)?;
                    self.at += 1;
                    return Some((text, is_escaped));
                }
                b'\\' => {
                    is_escaped = true;
                    self.escape()?;
                }
                // A control character.
                _ => return None,
            }
        }
    }

    /// Goes to the next quote, backslash or control character, or to the end.
    #[inline]
    fn pass_plain_text(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const TOPS: u64 = 0x80 * ONES;
        const QUOTES: u64 = b'"' as u64 * ONES;
        const BACKSLASHES: u64 = b'\\' as u64 * ONES;
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
            let eight = u64::from_le_bytes(*eight);
            let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & TOPS;
            // Borrows make bytes above a hit look like one; only the lowest is looked at.
            let found = is_zero(eight ^ QUOTES)
                | is_zero(eight ^ BACKSLASHES)
                | (eight.wrapping_sub(0x20 * ONES) & !eight & TOPS);
            if found != 0 {
                self.at = self.bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
                return;
            }
            rest = behind;
        }
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        self.at = self.bytes.len() - rest.len() + len;
    }

    /// Takes a backslash and what it escapes. Whether a code point is one is not looked at.
    #[inline]
    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let is_there = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        is_there.then(|| self.at += word.len())
    }

    /// Takes a number or a truth value.
    #[inline]
    fn plain(&mut self) -> Option<()> {
        match self.peek()? {
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            _ => self.number(),
        }
    }

    #[inline]
    fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let is_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || (is_zero && digits > 1) {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            (self.digits() > 0).then_some(())?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            (self.digits() > 0).then_some(())?;
        }
        Some(())
    }

    #[inline]
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// Takes the whole of an array, or what is left of an object behind its brace.
    pub(crate) fn step_over_object(&mut self) -> Option<()> {
        self.open.clear();
        self.open.push(b'{');
        self.step_over_open(true)
    }

    fn step_over(&mut self) -> Option<()> {
        self.open.clear();
        self.open.push(b'[');
        self.at += 1;
        self.step_over_open(true)
    }

    /// Goes on until nothing is open. `is_first` says that nothing stands yet in what was opened last.
    fn step_over_open(&mut self, mut is_first: bool) -> Option<()> {
        while let Some(&bracket) = self.open.last() {
            self.skip_space();
            let end = if bracket == b'{' { b'}' } else { b']' };
            if self.peek()? == end {
                self.at += 1;
                self.open.pop();
                is_first = false;
                continue;
            }
            if !is_first {
                self.take(b',')?;
            }
            if bracket == b'{' {
                self.take(b'"')?;
                self.text()?;
                self.take(b':')?;
            }
            self.skip_space();
            is_first = false;
            match self.peek()? {
                opened @ (b'{' | b'[') => {
                    self.at += 1;
                    self.open.push(opened);
                    is_first = true;
                }
                b'"' => {
                    self.at += 1;
                    self.text()?;
                }
                b'n' => self.word(b"null")?,
                _ => self.plain()?,
            }
        }
        Some(())
    }
}

/// Appends a text without its escapes. `None` where one stands for no character, with anything appended.
pub(crate) fn unescape(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        let (character, len) = match escape.get(1)? {
            b'b' => (0x08, 2),
            b'f' => (0x0c, 2),
            b'n' => (b'\n', 2),
            b'r' => (b'\r', 2),
            b't' => (b'\t', 2),
            b'u' => {
                let (character, len) = code_point(escape)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = escape.get(len..)?;
                continue;
            }
            same => (*same, 2),
        };
        out.push(character);
        rest = escape.get(len..)?;
    }
    out.extend_from_slice(rest);
    Some(())
}

/// The character of `\u00e9`, or of two such that stand for one, and the length of them.
fn code_point(escape: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        digits.iter().try_fold(0, |unit, byte| Some(unit << 4 | digit(byte)?))
    };
    let first = unit(0)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    let second = unit(6).filter(|unit| (0xdc00..0xe000).contains(unit))?;
    Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10 | (second - 0xdc00)))?, 12))
}

#[cfg(test)]
#[path = "scanner_tests.rs"]
mod tests;
