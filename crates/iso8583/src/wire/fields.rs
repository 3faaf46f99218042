//! Where the fields of a decoded message lie: spans, no values.
//!
//! One `Fields` serves a whole run; decoding writes over what the message before left.

use crate::Mti;

/// Data elements that a message with three bitmaps can have.
pub(super) const ELEMENTS: usize = 192;

/// A set of data elements, 1 to 192.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ElementSet([u64; 3]);

impl ElementSet {
    /// A set of the elements given.
    pub const fn of(elements: &[u8]) -> Self {
        let mut words = [0; 3];
        let mut at = 0;
        while at < elements.len() {
            let bit = (elements[at] as usize).wrapping_sub(1);
            assert!(bit < ELEMENTS, "elements are numbered 1 to 192");
            words[bit / 64] |= 1 << (63 - bit % 64);
            at += 1;
        }
        Self(words)
    }

    pub(super) const fn from_words(words: [u64; 3]) -> Self {
        Self(words)
    }

    pub(super) fn word(&self, at: usize) -> u64 {
        self.0[at]
    }

    pub(super) fn set_word(&mut self, at: usize, word: u64) {
        self.0[at] = word;
    }

    /// Whether `element` is in the set.
    #[inline]
    pub fn contains(&self, element: u8) -> bool {
        let bit = usize::from(element).wrapping_sub(1);
        bit < ELEMENTS && self.0[bit / 64] >> (63 - bit % 64) & 1 == 1
    }

    /// Puts `element` in; numbers outside 1 to 192 are ignored.
    #[inline]
    pub fn insert(&mut self, element: u8) {
        let bit = usize::from(element).wrapping_sub(1);
        if bit < ELEMENTS {
            self.0[bit / 64] |= 1 << (63 - bit % 64);
        }
    }

    pub(super) fn remove(&mut self, element: u8) {
        let bit = usize::from(element).wrapping_sub(1);
        if bit < ELEMENTS {
            self.0[bit / 64] &= !(1 << (63 - bit % 64));
        }
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 3]
    }

    /// The largest element of the set, 0 of an empty one.
    pub(super) fn last(&self) -> u8 {
        let word = (0..3).rev().find(|&word| self.0[word] != 0);
        word.map_or(0, |word| (64 * (word as u32 + 1) - self.0[word].trailing_zeros()) as u8)
    }

    /// The elements, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let mut words = self.0;
        std::iter::from_fn(move || {
            let word = words.iter().position(|&word| word != 0)?;
            let bit = words[word].leading_zeros();
            words[word] &= !(1 << (63 - bit));
            Some((64 * word as u32 + bit + 1) as u8)
        })
    }
}

/// A value in its message.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    /// The first byte behind the length.
    pub(super) offset: u32,
    /// Half bytes.
    pub(super) nibbles: u32,
}

/// The fields of one message, as places in its bytes.
pub struct Fields {
    pub(super) mti: [u8; 4],
    pub(super) announced: ElementSet,
    pub(super) present: ElementSet,
    pub(super) spans: [Span; ELEMENTS],
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            mti: [0; 4],
            announced: ElementSet::default(),
            present: ElementSet::default(),
            spans: [Span::default(); ELEMENTS],
        }
    }
}

impl Fields {
    /// No fields, to be filled by [`super::Profile::decode`].
    pub fn new() -> Self {
        Self::default()
    }

    /// The message type; `None` where the profile has none or decoding failed before it.
    pub fn mti(&self) -> Option<Mti> {
        Mti::parse(&self.mti)
    }

    /// The elements whose values were found: after an error, those before the failure.
    pub fn present(&self) -> ElementSet {
        self.present
    }

    /// The elements that the bitmaps tell, found or not. A third bitmap in field 65 is known once it
    /// has been reached.
    pub fn announced(&self) -> ElementSet {
        self.announced
    }

    pub(super) fn clear(&mut self) {
        self.mti = [0; 4];
        self.announced = ElementSet::default();
        self.present = ElementSet::default();
    }

    pub(super) fn span(&self, element: u8) -> Option<Span> {
        self.present.contains(element).then(|| self.spans[usize::from(element) - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_its_elements_in_order() {
        let mut set = ElementSet::of(&[192, 1, 64, 65, 2]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 2, 64, 65, 192]);
        assert_eq!(set.last(), 192);
        set.remove(192);
        set.insert(0);
        set.insert(193);
        assert_eq!(
            (set.last(), set.contains(64), set.contains(63), set.contains(0)),
            (65, true, false, false)
        );
        assert_eq!((ElementSet::default().last(), ElementSet::default().is_empty()), (0, true));
    }
}
