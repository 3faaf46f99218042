//! From bytes to places of fields. Nothing is copied, allocated or read twice.
//!
//! Lengths are taken for what they are: claims, held against the element's maximum and the bytes that
//! are left. What the characters of a value are is not looked at here ([`super::rank()`] does).

use super::bitmap::{BitmapForm, ThirdBitmap};
use super::decode_error::{DecodeError, Expected};
use super::element::Element;
use super::fields::{ElementSet, Fields, Span};
use super::profile::{MtiForm, Profile};
use crate::{Mti, wire::ebcdic};

impl Profile {
    /// Finds the fields of `message`, all of whose bytes must belong to one.
    ///
    /// # Errors
    /// Where the bytes are not a message of this profile. `fields` then holds what stands before that.
    pub fn decode(&self, message: &[u8], fields: &mut Fields) -> Result<(), DecodeError> {
        let mut decoding = Decoding::begin(self, message, fields)?;
        decoding.elements(u8::MAX)?;
        match decoding.left() {
            0 => Ok(()),
            left => Err(DecodeError {
                element: None,
                offset: decoding.at as u32,
                expected: Expected::End(left as u32),
            }),
        }
    }

    /// Finds the fields of `message` up to the last one that is `wanted`, and looks at nothing behind
    /// it.
    ///
    /// # Errors
    /// As [`Self::decode`], as far as it reads.
    pub fn decode_wanted(
        &self,
        message: &[u8],
        wanted: ElementSet,
        fields: &mut Fields,
    ) -> Result<(), DecodeError> {
        Decoding::begin(self, message, fields)?.elements(wanted.last())
    }
}

/// A message while it is being decoded.
struct Decoding<'p, 'b, 'f> {
    profile: &'p Profile,
    message: &'b [u8],
    at: usize,
    fields: &'f mut Fields,
}

impl<'p, 'b, 'f> Decoding<'p, 'b, 'f> {
    /// Reads message type and bitmaps.
    fn begin(profile: &'p Profile, message: &'b [u8], fields: &'f mut Fields) -> Result<Self, DecodeError> {
        fields.clear();
        // Offsets and half bytes are counted in 32 bits.
        let message = &message[..message.len().min(u32::MAX as usize / 2)];
        let mut decoding = Self { profile, message, at: 0, fields };
        decoding.mti()?;
        decoding.bitmaps()?;
        Ok(decoding)
    }

    fn mti(&mut self) -> Result<(), DecodeError> {
        let size = self.profile.mti.size();
        let bytes = self.take(size, None, Expected::MtiBytes(size))?;
        self.fields.mti = match (self.profile.mti, bytes) {
            (MtiForm::Ascii, &[a, b, c, d]) => [a, b, c, d],
            (MtiForm::Ebcdic, &[a, b, c, d]) => [a, b, c, d].map(ebcdic::to_ascii),
            (MtiForm::Bcd, &[a, b]) => [a >> 4, a & 15, b >> 4, b & 15].map(|nibble| b'0' + nibble),
            _ => return Ok(()),
        };
        if Mti::parse(&self.fields.mti).is_none() {
            self.fields.mti = [0; 4];
            return Err(DecodeError { element: None, offset: 0, expected: Expected::Mti });
        }
        Ok(())
    }

    fn bitmaps(&mut self) -> Result<(), DecodeError> {
        let rule = self.profile.bitmap;
        let first = self.bitmap(None)?;
        let mut words = [first & !TOP, 0, 0];
        if first & TOP != 0 || rule.always_128 {
            words[1] = self.bitmap(None)?;
            if words[1] & TOP != 0 && rule.third == ThirdBitmap::BehindSecond {
                words[1] &= !TOP;
                words[2] = self.bitmap(None)?;
            }
        }
        self.fields.announced = ElementSet::from_words(words);
        Ok(())
    }

    /// The next 64 bits.
    fn bitmap(&mut self, element: Option<u8>) -> Result<u64, DecodeError> {
        let form = self.profile.bitmap.form;
        let offset = self.at as u32;
        let bytes = self.take(form.size(), element, Expected::BitmapBytes(form.size()))?;
        BitmapForm::read(form, bytes).ok_or(DecodeError { element, offset, expected: Expected::BitmapDigits })
    }

    /// Finds all elements that are announced, up to `last`.
    #[inline]
    fn elements(&mut self, last: u8) -> Result<(), DecodeError> {
        for word in 0..3 {
            let mut bits = self.fields.announced.word(word);
            while bits != 0 {
                let bit = bits.leading_zeros();
                bits &= !(TOP >> bit);
                let element = (64 * word as u32 + bit + 1) as u8;
                if element > last {
                    return Ok(());
                }
                if element == 65 && self.profile.bitmap.third == ThirdBitmap::Element65 {
                    self.third_bitmap()?;
                } else {
                    self.element(element)?;
                }
            }
        }
        Ok(())
    }

    fn third_bitmap(&mut self) -> Result<(), DecodeError> {
        let offset = self.at as u32;
        let third = self.bitmap(Some(65))?;
        if third & TOP != 0 {
            return Err(DecodeError { element: Some(65), offset, expected: Expected::NoFurtherBitmap });
        }
        self.fields.announced.remove(65);
        self.fields.announced.set_word(2, third);
        Ok(())
    }

    #[inline]
    fn element(&mut self, number: u8) -> Result<(), DecodeError> {
        let Some(element) = self.profile.element(number) else {
            return Err(DecodeError {
                element: Some(number),
                offset: self.at as u32,
                expected: Expected::KnownElement,
            });
        };
        let nibbles = self.nibbles(number, element)?;
        let offset = self.at as u32;
        let bytes = nibbles.div_ceil(2);
        self.take(bytes, Some(number), Expected::Bytes(bytes))?;
        self.fields.set(number, Span { offset, nibbles });
        Ok(())
    }

    /// How many half bytes the value has, by the length in front or by the profile.
    #[inline]
    fn nibbles(&mut self, number: u8, element: &Element) -> Result<u32, DecodeError> {
        let Some(prefix) = element.prefix else { return Ok(element.nibbles(element.max)) };
        let offset = self.at as u32;
        let size = u32::from(prefix.size);
        let bytes = self.take(size, Some(number), Expected::LengthBytes(size))?;
        let fail = |expected| DecodeError { element: Some(number), offset, expected };
        let length = prefix.encoding.read(bytes).ok_or_else(|| fail(Expected::LengthDigits))?;
        if length > prefix.largest {
            return Err(fail(Expected::LengthAtMost(prefix.largest)));
        }
        Ok(length * prefix.unit.nibbles(element.encoding))
    }

    #[inline]
    fn take(&mut self, size: u32, element: Option<u8>, expected: Expected) -> Result<&'b [u8], DecodeError> {
        match self.message[self.at..].split_at_checked(size as usize) {
            Some((taken, _)) => {
                self.at += taken.len();
                Ok(taken)
            }
            None => Err(DecodeError { element, offset: self.at as u32, expected }),
        }
    }

    fn left(&self) -> usize {
        self.message.len() - self.at
    }
}

/// The first bit of a bitmap.
const TOP: u64 = 1 << 63;
