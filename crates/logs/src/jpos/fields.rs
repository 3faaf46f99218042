//! Fields as jPOS writes them: `<field id="39" value="00"/>`, perhaps with their type.
//!
//! Mostly they stand one after the other, each behind the same line end and indent: nothing is looked for between
//! two of them then, nor is the next tag asked for, since these bytes are known.

use super::walk::{Walk, as_word};

/// What stands between two fields.
#[derive(Clone, Copy, Default)]
pub(super) struct Gap {
    bytes: u128,
    mask: u128,
    len: usize,
}

impl Gap {
    /// Bytes that hold no tag; `None` for more than are compared.
    #[inline(always)]
    fn of(text: &[u8], len: usize) -> Option<Self> {
        let unused = 128_usize.checked_sub(8 * len)?;
        let mask = u128::MAX.checked_shr(unused as u32).unwrap_or(0);
        let bytes = u128::from_le_bytes(*text.first_chunk()?) & mask;
        Some(Self { bytes, mask, len })
    }

    #[inline(always)]
    fn is_at_front_of(&self, text: &[u8]) -> bool {
        text.first_chunk().is_some_and(|bytes| u128::from_le_bytes(*bytes) & self.mask == self.bytes)
    }
}

const ID: usize = b"<field id=\"".len();
const VALUE: usize = b"\" value=\"".len();

/// As long as a field up to its value, with an id of three digits.
type Head = [u8; ID + 3 + VALUE];

impl Walk<'_, '_> {
    /// Reads the fields behind a tag that ends before `at`, up to one that stands otherwise.
    #[inline(always)]
    pub(super) fn fields(&mut self, mut at: usize) {
        let Some(behind) = self.bytes.get(at..).filter(|_| self.held.is_open) else { return };
        let Some(gap) = self.next.checked_sub(at).and_then(|len| Gap::of(behind, len)) else { return };
        let start = at;
        while self.bytes.get(at..).is_some_and(|behind| gap.is_at_front_of(behind))
            && let Some(end) = self.usual_field(at + gap.len)
        {
            at = end;
        }
        if at > start {
            self.go_on_at(at);
        }
    }

    /// Keeps the value of a field without a type whose value is at most 64 bytes and has no escape; gives where the
    /// field ends.
    #[inline(always)]
    fn usual_field(&mut self, tag: usize) -> Option<usize> {
        let (element, text) = self.head(tag)?;
        let end = self.marks.value_end(text)?;
        if self.next_escape < end || !self.has(end + 1, b"/>") {
            return None;
        }
        let column = *self.columns.get(element as usize)?;
        self.record.see(element as u8);
        if let Some(column) = column {
            self.keep(column, text, end);
        }
        Some(end + 3)
    }

    /// Keeps the value of the field at `tag`, behind which the next tag is known, with a type or without; gives where
    /// the field ends, and `None` where it stands otherwise than jPOS writes it.
    #[inline(always)]
    pub(super) fn field(&mut self, tag: usize) -> Option<usize> {
        let (element, text) = self.head(tag)?;
        let end = self.marks.next_quote(text)?;
        let column = *self.columns.get(element as usize)?;
        let behind = self.behind_field(end).filter(|behind| *behind <= self.next)?;
        self.record.see(element as u8);
        match column {
            Some(column) if self.next_escape >= end => self.keep(column, text, end),
            Some(column) => self.keep_escaped(column, text, end),
            None => {}
        }
        Some(behind)
    }

    /// The element of a field, and where its value begins.
    #[inline(always)]
    fn head(&self, tag: usize) -> Option<(u32, usize)> {
        let head: &Head = self.bytes.get(tag..)?.first_chunk()?;
        if word_in::<0>(head) != as_word(b"<field i") || word_in::<{ ID - 8 }>(head) != as_word(b"eld id=\"")
        {
            return None;
        }
        let [one, two, three] = [head[ID], head[ID + 1], head[ID + 2]];
        let (element, text) = if two == b'"' {
            (digit(one)?, value_in::<1>(head)?)
        } else if three == b'"' {
            (10 * digit(one)? + digit(two)?, value_in::<2>(head)?)
        } else {
            (100 * digit(one)? + 10 * digit(two)? + digit(three)?, value_in::<3>(head)?)
        };
        Some((element, tag + text))
    }

    /// What is behind a field whose value ends at a quote.
    #[inline(always)]
    fn behind_field(&self, quote: usize) -> Option<usize> {
        const TYPE: &[u8] = b" type=\"";
        let mut behind = quote + 1;
        if self.byte(behind) == b' ' {
            if self.has(behind, TYPE) {
                behind = self.marks.next_quote(behind + TYPE.len())? + 1;
            } else {
                behind += 1;
            }
        }
        self.has(behind, b"/>").then_some(behind + 2)
    }
}

#[inline(always)]
fn word_in<const AT: usize>(head: &Head) -> u64 {
    head[AT..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

/// Where the value begins, behind an id of so many digits.
#[inline(always)]
fn value_in<const DIGITS: usize>(head: &Head) -> Option<usize> {
    let behind: &[u8; VALUE] = head[ID + DIGITS..].first_chunk()?;
    (behind == b"\" value=\"").then_some(ID + DIGITS + VALUE)
}

#[inline(always)]
fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(u32::from(digit))
}
