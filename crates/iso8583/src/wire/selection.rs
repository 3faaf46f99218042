//! Some elements of a message and nothing else, put where the caller has a place for them: what reading a
//! log asks of each message.
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
    taking: Taking,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// It is passed over.
    Nothing,
    /// Its bytes are its text.
    AsItStands,
    /// It has to be written anew.
    Rewritten,
}

/// Texts of values that do not stand on the wire as they are read; used again for every message.
#[derive(Default)]
pub struct SelectedTexts {
    bytes: Vec<u8>,
    /// Place, start and end of each.
    places: Vec<(u8, u32, u32)>,
}

impl Selection {
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
            row.taking = profile.element(number).map_or(Taking::Nothing, Taking::of);
        }
        let up_to = |first: u32| match u32::from(last).saturating_sub(first) {
            0 => 0,
            elements => u64::MAX << 64_u32.saturating_sub(elements),
        };
        Self { mti: profile.mti, mti_place, bitmap: profile.bitmap, rows, up_to_last: [up_to(0), up_to(64)] }
    }

    /// Puts the values of a message into `places`, of which those it lacks stay as they are. `None`, with
    /// some of them put, where this does not know the message to be one: it is none, or a rarer one.
    #[inline]
    pub fn read<'m>(
        &self,
        profile: &Profile,
        message: &'m [u8],
        texts: &'m mut SelectedTexts,
        places: &mut [&'m [u8]],
    ) -> Option<()> {
        texts.bytes.clear();
        texts.places.clear();
        let mut rest = self.mti(message, texts, places)?;
        for (word, bits) in self.bitmaps(&mut rest)?.into_iter().enumerate() {
            let mut bits = bits & self.up_to_last[word];
            while bits != 0 {
                let bit = bits.leading_zeros();
                bits &= !(TOP >> bit);
                let number = (64 * word as u32 + bit + 1) as u8;
                let row = &self.rows[usize::from(number)];
                let nibbles = row.nibbles_in(&mut rest, profile, number)?;
                let (value, behind) = rest.split_at_checked(nibbles.div_ceil(2) as usize)?;
                rest = behind;
                match row.taking {
                    Taking::Nothing => {}
                    Taking::AsItStands => *places.get_mut(usize::from(row.place))? = value,
                    Taking::Rewritten => {
                        let start = texts.bytes.len() as u32;
                        Value::of(profile.element(number)?, value, nibbles).append_text(&mut texts.bytes);
                        texts.places.push((row.place, start, texts.bytes.len() as u32));
                    }
                }
            }
        }
        let texts: &'m SelectedTexts = texts;
        for &(place, start, end) in &texts.places {
            *places.get_mut(usize::from(place))? = texts.bytes.get(start as usize..end as usize)?;
        }
        Some(())
    }

    /// Takes the message type; gives what stands behind it.
    #[inline(always)]
    fn mti<'m>(
        &self,
        message: &'m [u8],
        texts: &mut SelectedTexts,
        places: &mut [&'m [u8]],
    ) -> Option<&'m [u8]> {
        let (digits, behind) = self.mti.take(message)?;
        // A space that stands for a zero is for others to read.
        Mti::parse(&digits).filter(|_| digits.iter().all(u8::is_ascii_digit))?;
        if self.mti == MtiForm::Ascii {
            *places.get_mut(usize::from(self.mti_place))? = message.get(..4)?;
        } else {
            texts.bytes.extend_from_slice(&digits);
            texts.places.push((self.mti_place, 0, 4));
        }
        Some(behind)
    }

    /// Takes the bitmaps, without the bits that announce another one.
    #[inline(always)]
    fn bitmaps(&self, rest: &mut &[u8]) -> Option<[u64; 2]> {
        let first = take_bitmap(self.bitmap.form, rest)?;
        if first & TOP == 0 && !self.bitmap.always_128 {
            return Some([first, 0]);
        }
        let second = take_bitmap(self.bitmap.form, rest)?;
        if second & TOP != 0 && self.bitmap.third != ThirdBitmap::Never {
            return None;
        }
        Some([first & !TOP, second])
    }
}

#[inline(always)]
fn take_bitmap(form: BitmapForm, rest: &mut &[u8]) -> Option<u64> {
    let (bitmap, behind) = rest.split_at_checked(form.size() as usize)?;
    *rest = behind;
    form.read(bitmap)
}

impl Row {
    const UNKNOWN: Self =
        Self { length: Length::Unknown, taking: Taking::Nothing, place: 0, nibbles: 0, largest: 0 };

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
    fn nibbles_in(&self, rest: &mut &[u8], profile: &Profile, number: u8) -> Option<u32> {
        let length = match self.length {
            Length::Unknown => return None,
            Length::Fixed => return Some(self.nibbles),
            Length::TwoDigits => take_length::<2>(LengthEncoding::Ascii, rest)?,
            Length::ThreeDigits => take_length::<3>(LengthEncoding::Ascii, rest)?,
            Length::OneBcd => take_length::<1>(LengthEncoding::Bcd, rest)?,
            Length::TwoBcd => take_length::<2>(LengthEncoding::Bcd, rest)?,
            Length::Other => {
                let prefix = profile.element(number)?.prefix()?;
                let (length, behind) = rest.split_at_checked(usize::from(prefix.size))?;
                *rest = behind;
                prefix.encoding.read(length)?
            }
        };
        (length <= self.largest).then(|| length * self.nibbles)
    }
}

#[inline(always)]
fn take_length<const N: usize>(encoding: LengthEncoding, rest: &mut &[u8]) -> Option<u32> {
    let (length, behind) = rest.split_first_chunk::<N>()?;
    *rest = behind;
    encoding.read(length)
}

impl Taking {
    fn of(element: &Element) -> Self {
        match element.encoding() {
            Encoding::Ascii if element.content() != Content::Signed => Self::AsItStands,
            _ => Self::Rewritten,
        }
    }
}

/// The first bit of a bitmap.
const TOP: u64 = 1 << 63;
