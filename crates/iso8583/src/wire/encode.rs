//! From values in text to a message's bytes: the other direction of decoding, for whoever makes
//! messages.
//!
//! Header and framing are put around by their own functions. Values are not filled up or cut: what
//! does not fit is an error.

use super::bitmap::ThirdBitmap;
use super::element::{Content, Element};
use super::encoding::Encoding;
use super::fields::ElementSet;
use super::profile::{MtiForm, Profile};

/// Why a message cannot be written. Never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The profile has a message type, and field 0 is not four digits.
    #[error("field 0: four digits of a message type are needed")]
    Mti,
    /// Fields are not in ascending order, or one stands twice.
    #[error("field {0}: fields must be in ascending order, each of them once")]
    Order(u8),
    /// The profile does not have the element, or no bitmap of it reaches so far.
    #[error("field {0}: the profile has no such field")]
    UnknownElement(u8),
    /// The value is longer or, without a length in front, shorter than the profile says.
    #[error("field {0}: the value's length does not fit the profile")]
    Length(u8),
    /// The value has characters that its encoding has not.
    #[error("field {0}: the value has characters that its encoding has not")]
    Characters(u8),
}

/// Appends the message of `fields` to `out`: element numbers and values in ascending order, field 0
/// being the message type. Values are text as [`super::Value::text`] gives it: binary as hexadecimal
/// digits.
///
/// # Errors
/// When a value does not fit the profile; `out` then holds a part of the message.
pub fn encode(profile: &Profile, fields: &[(u8, &[u8])], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if let Some(pair) = fields.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return Err(EncodeError::Order(pair[1].0));
    }
    let (mti, fields) = match fields.split_first() {
        Some((&(0, mti), fields)) => (mti, fields),
        _ => (&b""[..], fields),
    };
    write_mti(profile, mti, out)?;
    let third = write_bitmaps(profile, fields, out)?;
    for &(number, text) in fields {
        if let Some(bits) = third.filter(|_| number > 65) {
            // Written once, in front of the first element behind 64.
            if !fields.iter().any(|&(other, _)| other > 65 && other < number) {
                profile.bitmap().form.write(bits, out);
            }
        }
        let element = profile.element(number).ok_or(EncodeError::UnknownElement(number))?;
        write_element(number, element, text, out)?;
    }
    Ok(())
}

fn write_mti(profile: &Profile, mti: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let encoding = match profile.mti {
        MtiForm::None if mti.is_empty() => return Ok(()),
        _ if mti.len() != 4 || !mti.iter().all(u8::is_ascii_digit) => return Err(EncodeError::Mti),
        MtiForm::None => return Err(EncodeError::Mti),
        MtiForm::Ascii => Encoding::Ascii,
        MtiForm::Ebcdic => Encoding::Ebcdic,
        MtiForm::Bcd => Encoding::BcdLeft,
    };
    if encoding.write(mti, out) { Ok(()) } else { Err(EncodeError::Mti) }
}

/// Writes the bitmaps that stand in front of the elements; gives back the third one where it is element
/// 65.
fn write_bitmaps(
    profile: &Profile,
    fields: &[(u8, &[u8])],
    out: &mut Vec<u8>,
) -> Result<Option<u64>, EncodeError> {
    const TOP: u64 = 1 << 63;
    let rule = profile.bitmap();
    let mut set = ElementSet::default();
    for &(number, _) in fields {
        set.insert(number);
    }
    let last = set.last();
    let is_bitmap = |number: u8| number == 1 || (number == 65 && rule.third != ThirdBitmap::Never);
    if let Some(number) = [1, 65, 129].into_iter().find(|&number| set.contains(number) && is_bitmap(number)) {
        return Err(EncodeError::UnknownElement(number));
    }
    if last > 128 && rule.third == ThirdBitmap::Never || set.contains(129) {
        return Err(EncodeError::UnknownElement(last));
    }
    let second = if last > 128 { set.word(1) | TOP } else { set.word(1) };
    let has_second = second != 0;
    // A second bitmap that always follows is not announced.
    let announced = if has_second && !rule.always_128 { TOP } else { 0 };
    rule.form.write(set.word(0) | announced, out);
    if has_second || rule.always_128 {
        rule.form.write(second, out);
    }
    if last <= 128 {
        return Ok(None);
    }
    if rule.third == ThirdBitmap::BehindSecond {
        rule.form.write(set.word(2), out);
        return Ok(None);
    }
    Ok(Some(set.word(2)))
}

fn write_element(number: u8, element: &Element, text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let is_hex =
        !matches!(element.encoding, Encoding::Ascii | Encoding::Ebcdic) && !element.encoding.is_bcd();
    let sign = usize::from(element.content == Content::Signed);
    let units = text.len().checked_sub(sign).ok_or(EncodeError::Length(number))?;
    let units = if is_hex { units.div_ceil(2) } else { units };
    let units = u32::try_from(units).ok().filter(|&units| units <= element.max);
    let units = units.ok_or(EncodeError::Length(number))?;
    match element.prefix {
        None if units != element.max => return Err(EncodeError::Length(number)),
        None => {}
        Some(prefix) => {
            let length = element.nibbles(units).div_ceil(prefix.unit.nibbles(element.encoding));
            if length > prefix.largest {
                return Err(EncodeError::Length(number));
            }
            prefix.encoding.write(length, prefix.size, out);
        }
    }
    let (sign, text) = text.split_at(sign);
    if (sign.is_empty() || element.sign.write(sign, out)) && element.encoding.write(text, out) {
        return Ok(());
    }
    Err(EncodeError::Characters(number))
}
