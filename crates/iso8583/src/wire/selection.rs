//! Where some elements of a message lie and nothing else, by the caller's own places: what reading a log asks
//! of each message.
//!
//! One pass over the bits of the bitmap, a row of a table each, until the last element that is wanted.
//! Nothing is remembered of a message, so that no traffic is better or worse than another: plans kept by
//! bitmap won a tenth on uniform traffic and lost as much on mixed one. Why a message cannot be read is not
//! told here, nor are third bitmaps read: [`Profile::decode_wanted`] does both.

use super::bitmap::{BitmapForm, BitmapRule, ThirdBitmap};
use super::element::{Content, Element, Prefix};
use super::encoding::{Encoding, LengthEncoding};
use super::profile::{MtiForm, Profile};
use super::value::Value;
use crate::Mti;

/// The elements of a profile's messages that are wanted, each with the number of its place.
pub struct Selection {
    mti: MtiForm,
    mti_place: u8,
    bitmap: BitmapRule,
    /// By number, without a gap, so that a number is a place.
    rows: Box<[Row; 256]>,
    /// The bits of the last wanted element and of all before it, in the first and the second bitmap.
    up_to_last: [u64; 2],
}

/// How to pass one element, and what becomes of its value.
#[derive(Clone, Copy)]
struct Row {
    length: Length,
    /// Its bytes are not its text.
    is_rewritten: bool,
    place: u8,
    /// Half bytes: of the value where its length is fixed, else of a length of one.
    nibbles: u32,
    /// The largest length where it varies.
    largest: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// The profile has no such element.
    Unknown,
    Fixed,
    TwoDigits,
    ThreeDigits,
    /// One byte of two packed digits.
    OneBcd,
    /// Two of them.
    TwoBcd,
    /// As its prefix says.
    Other,
}

impl Selection {
    /// The place of values that nobody wants.
    pub const NOWHERE: u8 = u8::MAX;

    /// The `wanted` elements and their places, beside the place of the message type.
    pub fn new(profile: &Profile, mti_place: u8, wanted: impl IntoIterator<Item = (u8, u8)>) -> Self {
        let mut rows = Box::new([Row::UNKNOWN; 256]);
        for (number, row) in (0..=u8::MAX).zip(rows.iter_mut()) {
            *row = profile.element(number).map_or(Row::UNKNOWN, Row::passing);
        }
        let mut last = 0;
        for (number, place) in wanted {
            last = last.max(number);
            let row = &mut rows[usize::from(number)];
            row.place = place;
            row.is_rewritten = profile.element(number).is_some_and(is_rewritten);
        }
        let up_to = |first: u32| match u32::from(last).saturating_sub(first) {
            0 => 0,
            elements => u64::MAX << 64_u32.saturating_sub(elements),
        };
        Self { mti: profile.mti, mti_place, bitmap: profile.bitmap, rows, up_to_last: [up_to(0), up_to(64)] }
    }

    /// Finds the values of the message in the first `len` bytes: `put` is told the place of each, where it
    /// begins and its length, in the bytes that are given back, and of values that nobody wants at
    /// [`Self::NOWHERE`]. Those bytes are `bytes`, or `texts` where a value had to be written anew. `None`, with
    /// some of them told, where this does not know the message to be one: it is none, or a rarer one.
    #[inline(always)]
    pub fn read<'m>(
        &self,
        profile: &Profile,
        bytes: &'m [u8],
        len: usize,
        texts: &'m mut Vec<u8>,
        mut put: impl FnMut(u8, usize, usize),
    ) -> Option<&'m [u8]> {
        let message = bytes.get(..len)?;
        texts.clear();
        let mut at = self.mti(message, texts, &mut put)?;
        for (word, bits) in self.bitmaps(message, &mut at)?.into_iter().enumerate() {
            let mut bits = bits & self.up_to_last[word];
            while bits != 0 {
                let bit = bits.leading_zeros();
                bits &= !(TOP >> bit);
                let number = (64 * word as u32 + bit + 1) as u8;
                let row = &self.rows[usize::from(number)];
                let nibbles = row.nibbles_in(message, &mut at, profile, number)?;
                let start = at;
                at += nibbles.div_ceil(2) as usize;
                if !row.is_rewritten {
                    put(row.place, start, at - start);
                    continue;
                }
                let (value, text) = (message.get(start..at)?, end_of_texts(message, texts));
                Value::of(profile.element(number)?, value, nibbles).append_text(texts);
                put(row.place, text, texts.len() - text);
            }
        }
        // Lengths were not held against what is left one by one.
        (at <= len).then_some(if texts.is_empty() { bytes } else { texts })
    }

    /// Takes the message type; gives what stands behind it.
    #[inline(always)]
    fn mti(
        &self,
        message: &[u8],
        texts: &mut Vec<u8>,
        put: &mut impl FnMut(u8, usize, usize),
    ) -> Option<usize> {
        let (digits, behind) = self.mti.take(message)?;
        // A space that stands for a zero is for others to read.
        Mti::of_digits(digits)?;
        if self.mti == MtiForm::Ascii {
            put(self.mti_place, 0, 4);
        } else {
            put(self.mti_place, end_of_texts(message, texts), 4);
            texts.extend_from_slice(&digits);
        }
        Some(message.len() - behind.len())
    }

    /// Takes the bitmaps, without the bits that announce another one.
    #[inline(always)]
    fn bitmaps(&self, message: &[u8], at: &mut usize) -> Option<[u64; 2]> {
        let first = take_bitmap(self.bitmap.form, message, at)?;
        if first & TOP == 0 && !self.bitmap.always_128 {
            return Some([first, 0]);
        }
        let second = take_bitmap(self.bitmap.form, message, at)?;
        if second & TOP != 0 && self.bitmap.third != ThirdBitmap::Never {
            return None;
        }
        Some([first & !TOP, second])
    }
}

/// Where the next text goes: behind a copy of the message, where all other values lie as they do in it.
fn end_of_texts(message: &[u8], texts: &mut Vec<u8>) -> usize {
    if texts.is_empty() {
        texts.extend_from_slice(message);
    }
    texts.len()
}

#[inline(always)]
fn take_bitmap(form: BitmapForm, message: &[u8], at: &mut usize) -> Option<u64> {
    let size = form.size() as usize;
    let bitmap = message.get(*at..*at + size)?;
    *at += size;
    form.read(bitmap)
}

impl Row {
    const UNKNOWN: Self = Self {
        length: Length::Unknown,
        is_rewritten: false,
        place: Selection::NOWHERE,
        nibbles: 0,
        largest: 0,
    };

    fn passing(element: &Element) -> Self {
        match element.prefix() {
            None => Self { length: Length::Fixed, nibbles: element.step().nibbles, ..Self::UNKNOWN },
            Some(Prefix { encoding, size, unit, largest }) => {
                let length = match (encoding, size) {
                    (LengthEncoding::Ascii, 2) => Length::TwoDigits,
                    (LengthEncoding::Ascii, 3) => Length::ThreeDigits,
                    (LengthEncoding::Bcd, 1) => Length::OneBcd,
                    (LengthEncoding::Bcd, 2) => Length::TwoBcd,
                    _ => Length::Other,
                };
                Self { length, nibbles: unit.nibbles(element.encoding()), largest, ..Self::UNKNOWN }
            }
        }
    }

    /// Takes the length, if there is one; gives the half bytes of the value.
    #[inline(always)]
    fn nibbles_in(&self, message: &[u8], at: &mut usize, profile: &Profile, number: u8) -> Option<u32> {
        let length = match self.length {
            Length::Unknown => return None,
            Length::Fixed => return Some(self.nibbles),
            Length::TwoDigits => take_length::<2>(LengthEncoding::Ascii, message, at)?,
            Length::ThreeDigits => take_length::<3>(LengthEncoding::Ascii, message, at)?,
            Length::OneBcd => take_length::<1>(LengthEncoding::Bcd, message, at)?,
            Length::TwoBcd => take_length::<2>(LengthEncoding::Bcd, message, at)?,
            Length::Other => {
                let prefix = profile.element(number)?.prefix()?;
                let length = message.get(*at..*at + usize::from(prefix.size))?;
                *at += length.len();
                prefix.encoding.read(length)?
            }
        };
        (length <= self.largest).then(|| length * self.nibbles)
    }
}

#[inline(always)]
fn take_length<const N: usize>(encoding: LengthEncoding, message: &[u8], at: &mut usize) -> Option<u32> {
    let length: &[u8; N] = message.get(*at..)?.first_chunk()?;
    *at += N;
    encoding.read(length)
}

/// Whether values of an element have to be written anew to be its text.
fn is_rewritten(element: &Element) -> bool {
    element.encoding() != Encoding::Ascii || element.content() == Content::Signed
}

/// The first bit of a bitmap.
const TOP: u64 = 1 << 63;
