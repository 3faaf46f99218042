//! Identities of a card that are not its number.
//!
//! Neither type can be shown by accident: the key has no `Debug`, the token only a named way out.

use std::num::NonZeroU64;

/// A card inside one run: a 64-bit hash that is never written, since its key is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardKey(NonZeroU64);

impl CardKey {
    /// Wraps a keyed hash of the number.
    pub fn new(keyed_hash: u64) -> Self {
        Self(NonZeroU64::new(keyed_hash).unwrap_or(NonZeroU64::MIN))
    }

    /// The hash.
    pub(crate) fn bits(self) -> u64 {
        self.0.get()
    }

    /// Half of the hash.
    pub(crate) fn low_bits(self) -> u32 {
        self.0.get() as u32
    }
}

/// A card outside the run: the first 128 bits of an HMAC-SHA-256 under the token key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardToken([u8; 16]);

impl CardToken {
    /// Wraps the first half of an HMAC-SHA-256.
    pub fn new(hmac: [u8; 16]) -> Self {
        Self(hmac)
    }

    /// 32 hexadecimal digits.
    pub fn to_hex(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let mut hex = String::with_capacity(32);
        hex.extend(halves.map(|half| char::from(DIGITS[usize::from(half)])));
        hex
    }

    /// The token of 32 hexadecimal digits.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut token = [0; 16];
        let digits = hex.as_bytes();
        if digits.len() != 2 * token.len() {
            return None;
        }
        for (byte, pair) in token.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(token))
    }

    /// The card inside a run that knows it by its token alone.
    pub fn key(self) -> CardKey {
        CardKey::new(self.0[..8].iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_digits() {
        let token = CardToken::new(std::array::from_fn(|at| at as u8 * 17));
        assert!(CardToken::from_hex(&token.to_hex()) == Some(token));
        for text in ["", "00", "0011223344556677889900112233445g", "é1122334455667788990011223344556"] {
            assert!(CardToken::from_hex(text).is_none(), "{text}");
        }
    }
}
