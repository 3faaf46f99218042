// Each test crate uses a part of it.
#![allow(dead_code)]
//! Messages of random fields, right for a profile.

use posmortem_iso8583::wire::{Content, Profile, ThirdBitmap, encode};
use proptest::prelude::{Strategy, any};
use std::collections::BTreeMap;

/// Element and text, ascending, the message type first.
pub(crate) type Values = Vec<(u8, String)>;

/// Picks of elements: for each its place in the profile, a length and what its characters follow from.
pub(crate) fn picks() -> impl Strategy<Value = Vec<(u8, u16, u64)>> {
    proptest::collection::vec((any::<u8>(), any::<u16>(), any::<u64>()), 0..24)
}

/// The message that `picks` mean in `profile`.
pub(crate) fn values(profile: &Profile, picks: &[(u8, u16, u64)]) -> Values {
    let is_bitmap = |number: u8| number == 65 && profile.bitmap().third != ThirdBitmap::Never;
    let last = if profile.bitmap().third == ThirdBitmap::Never { 128 } else { 192 };
    let known: Vec<u8> =
        (2..=last).filter(|&number| profile.element(number).is_some() && !is_bitmap(number)).collect();
    let picked: BTreeMap<u8, (u16, u64)> = picks
        .iter()
        .map(|&(place, length, seed)| (known[usize::from(place) % known.len()], (length, seed)))
        .collect();
    let mti = (0, format!("{}210", profile.version()));
    let texts =
        picked.into_iter().map(|(number, (length, seed))| (number, text(profile, number, length, seed)));
    std::iter::once(mti).chain(texts).collect()
}

fn text(profile: &Profile, number: u8, length: u16, seed: u64) -> String {
    let element = profile.element(number).expect("a known element");
    let length = match element.prefix() {
        // The longest now and then, else short ones, which are quicker.
        Some(_) if length.is_multiple_of(32) => element.max_len().min(1200),
        Some(_) => u32::from(length) % (element.max_len().min(40) + 1),
        None => element.max_len(),
    };
    let of = |characters: &[u8], count: u32| -> String {
        let count = u64::from(count);
        (0..count)
            .map(|at| characters[(seed.rotate_left(at as u32) ^ at) as usize % characters.len()] as char)
            .collect()
    };
    match element.content() {
        Content::Binary => of(b"0123456789ABCDEF", 2 * length),
        Content::Numeric | Content::Amount | Content::Track => of(b"0123456789", length),
        Content::Signed => {
            format!("{}{}", if seed.is_multiple_of(2) { 'C' } else { 'D' }, of(b"0123456789", length))
        }
        Content::Alphabetic => of(b"ABCXYZ", length),
        Content::Alphanumeric => of(b"AZ09 ", length),
        Content::Text => of(b"AZaz09 .,:;?*()-_/&%$#@'\"=<>+", length),
    }
}

pub(crate) fn encoded(profile: &Profile, values: &Values) -> Vec<u8> {
    let values: Vec<(u8, &[u8])> = values.iter().map(|(number, text)| (*number, text.as_bytes())).collect();
    let mut message = Vec::new();
    encode(profile, &values, &mut message).unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
    message
}
