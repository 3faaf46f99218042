//! From bytes to places of fields. Nothing is copied, allocated or read twice.
//!
//! Lengths are taken for what they are: claims, held against the element's maximum and the bytes that
//! are left. What the characters of a value are is not looked at here ([`super::rank()`] does).

use super::bitmap::{BitmapForm, ThirdBitmap};
use super::decode_error::{DecodeError, Expected};
use super::element::{Element, StepForm};
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

impl Profile {
    /// Whether `message` begins with a message type and bitmaps: what [`Self::decode_wanted`] answers where
    /// nothing is wanted.
    #[inline]
    pub fn begins(&self, message: &[u8]) -> bool {
        self.begins_plainly(message)
            .unwrap_or_else(|| self.decode_wanted(message, ElementSet::default(), &mut Fields::new()).is_ok())
    }

    /// Whether a message type stands in front, which nearly all bytes that begin no message lack; `true` where
    /// messages have none.
    #[inline]
    pub fn begins_with_type(&self, message: &[u8]) -> bool {
        let is_type = |(digits, _): ([u8; 4], &[u8])| Mti::parse(&digits).is_some();
        self.mti == MtiForm::None || self.mti.take(message).is_some_and(is_type)
    }

    /// The same of messages with a type and at most two bitmaps; `None` of all others.
    #[inline]
    fn begins_plainly(&self, message: &[u8]) -> Option<bool> {
        if self.mti == MtiForm::None {
            return None;
        }
        let Some((digits, mut rest)) = self.mti.take(message) else { return Some(false) };
        if Mti::parse(&digits).is_none() {
            return Some(false);
        }
        let mut bitmap = || {
            let (bitmap, behind) = rest.split_at_checked(self.bitmap.form.size() as usize)?;
            rest = behind;
            self.bitmap.form.read(bitmap)
        };
        let Some(first) = bitmap() else { return Some(false) };
        if first & TOP != 0 || self.bitmap.always_128 {
            match bitmap() {
                Some(second) if second & TOP != 0 => return None,
                Some(_) => {}
                None => return Some(false),
            }
        }
        Some(true)
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
                words[2] = self.last_bitmap(None)?;
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
    fn elements(&mut self, last: u8) -> Result<(), DecodeError> {
        for word in 0..3 {
            // The third word may have been read by now.
            let wanted = self.fields.announced.word(word) & up_to(last, word);
            let mut bits = wanted;
            while bits != 0 {
                let bit = bits.leading_zeros();
                let passed = if word == 1 && bit == 0 && self.profile.bitmap.third == ThirdBitmap::Element65 {
                    self.third_bitmap()
                } else {
                    self.element((64 * word as u32 + bit + 1) as u8)
                };
                if let Err(error) = passed {
                    self.found(word, wanted & !bits);
                    return Err(error);
                }
                bits &= !(TOP >> bit);
            }
            self.found(word, wanted);
        }
        Ok(())
    }

    /// A bitmap in field 65 is no value.
    fn found(&mut self, word: usize, bits: u64) {
        self.fields.present.set_word(word, bits & self.fields.announced.word(word));
    }

    fn third_bitmap(&mut self) -> Result<(), DecodeError> {
        let third = self.last_bitmap(Some(65))?;
        self.fields.announced.remove(65);
        self.fields.announced.set_word(2, third);
        Ok(())
    }

    /// The third bitmap, whose first bit would announce a fourth.
    fn last_bitmap(&mut self, element: Option<u8>) -> Result<u64, DecodeError> {
        let offset = self.at as u32;
        let third = self.bitmap(element)?;
        match third & TOP {
            0 => Ok(third),
            _ => Err(DecodeError { element, offset, expected: Expected::NoFurtherBitmap }),
        }
    }

    // Called in one place, once a field: a call of its own costs a quarter of decoding.
    #[inline(always)]
    fn element(&mut self, number: u8) -> Result<(), DecodeError> {
        let step = self.profile.steps[usize::from(number)];
        let nibbles = match step.form {
            StepForm::Fixed => step.nibbles,
            StepForm::TwoDigits => self.length::<2>(number)? * step.nibbles,
            StepForm::ThreeDigits => self.length::<3>(number)? * step.nibbles,
            StepForm::Prefixed => self.any_length(number)? * step.nibbles,
            StepForm::Unknown => return Err(self.fail(number, Expected::KnownElement)),
        };
        let offset = self.at as u32;
        let bytes = nibbles.div_ceil(2);
        if self.left() < bytes as usize {
            return Err(self.fail(number, Expected::Bytes(bytes)));
        }
        self.at += bytes as usize;
        self.fields.spans[usize::from(number) - 1] = Span { offset, nibbles };
        Ok(())
    }

    /// A length of `N` ASCII digits.
    #[inline(always)]
    fn length<const N: usize>(&mut self, number: u8) -> Result<u32, DecodeError> {
        let Some(digits) = self.message[self.at..].first_chunk::<N>() else {
            return Err(self.fail(number, Expected::LengthBytes(N as u32)));
        };
        let mut length = 0;
        for digit in digits.map(|byte| byte.wrapping_sub(b'0')) {
            if digit > 9 {
                return Err(self.fail(number, Expected::LengthDigits));
            }
            length = 10 * length + u32::from(digit);
        }
        self.check(number, length)?;
        self.at += N;
        Ok(length)
    }

    fn any_length(&mut self, number: u8) -> Result<u32, DecodeError> {
        let Some(prefix) = self.profile.element(number).and_then(Element::prefix) else {
            return Err(self.fail(number, Expected::KnownElement));
        };
        let Some(bytes) = self.message[self.at..].get(..usize::from(prefix.size)) else {
            return Err(self.fail(number, Expected::LengthBytes(u32::from(prefix.size))));
        };
        let Some(length) = prefix.encoding.read(bytes) else {
            return Err(self.fail(number, Expected::LengthDigits));
        };
        self.check(number, length)?;
        self.at += bytes.len();
        Ok(length)
    }

    /// Holds a length against the element's largest.
    #[inline(always)]
    fn check(&self, number: u8, length: u32) -> Result<(), DecodeError> {
        match self.profile.steps[usize::from(number)].largest {
            largest if length > largest => Err(self.fail(number, Expected::LengthAtMost(largest))),
            _ => Ok(()),
        }
    }

    #[cold]
    fn fail(&self, number: u8, expected: Expected) -> DecodeError {
        DecodeError { element: Some(number), offset: self.at as u32, expected }
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

/// The bits of a bitmap's word that stand for elements up to `last`.
fn up_to(last: u8, word: usize) -> u64 {
    match u32::from(last).saturating_sub(64 * word as u32) {
        0 => 0,
        elements => u64::MAX << 64_u32.saturating_sub(elements),
    }
}

/// The first bit of a bitmap.
const TOP: u64 = 1 << 63;
