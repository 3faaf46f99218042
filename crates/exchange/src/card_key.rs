//! Identities of a card that are not its number.
//!
//! Neither type can be shown by accident: the key has no `Debug`, the token only a named way out.

/// A card inside one run: a 64-bit hash under a key that is drawn at the start and never written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardKey(u64);

impl CardKey {
    /// Wraps a keyed hash of the number.
    pub fn new(keyed_hash: u64) -> Self {
        Self(keyed_hash)
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
        use std::fmt::Write;
        self.0.iter().fold(String::with_capacity(32), |mut hex, byte| {
            let written = write!(hex, "{byte:02x}");
            debug_assert!(written.is_ok(), "a String takes every character");
            hex
        })
    }
}
