//! The one place that takes bytes off the front of a short text; it owns all bounds checks.

/// What is left of a text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'b> {
    rest: &'b [u8],
}

impl<'b> Cursor<'b> {
    pub(crate) fn new(text: &'b [u8]) -> Self {
        Self { rest: text }
    }

    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next byte if it is one of `wanted`.
    pub(crate) fn take_one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        if !wanted.contains(&first) {
            return None;
        }
        self.rest = rest;
        Some(first)
    }

    /// Takes exactly `count` digits; nothing when they are not there.
    pub(crate) fn take_digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let number = number(digits)?;
        self.rest = rest;
        Some(number)
    }

    /// Takes the longest run of bytes of this kind.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'b [u8] {
        let len = self.rest.iter().position(|&byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    /// Takes the bytes before the next space, and the spaces.
    pub(crate) fn take_word(&mut self) -> &'b [u8] {
        let word = self.take_while(|byte| byte != b' ');
        self.take_while(|byte| byte == b' ');
        word
    }
}

/// One to nine digits as a number.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}
