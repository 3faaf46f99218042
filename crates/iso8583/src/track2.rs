//! Track 2 (DE35): only its card number and one digit of its service code are ever looked at.

use crate::CardNumber;

/// What may be kept of track 2 for the length of a record. Expiry date and discretionary data are
/// stepped over and have no accessor.
#[derive(Clone, Copy)]
pub struct Track2<'b> {
    number: CardNumber<'b>,
    service: Option<u8>,
}

impl<'b> Track2<'b> {
    /// Splits track 2 at its separator, `=` or `D`; a start sentinel `;` is ignored. `None` when no
    /// card number stands before the separator.
    pub fn parse(text: &'b [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let text = text.strip_prefix(b";").unwrap_or(text);
        let separator = text.iter().position(|byte| matches!(byte, b'=' | b'D' | b'd' | b'^'))?;
        let number = CardNumber::parse(&text[..separator])?;
        // After the separator: expiry yymm, then the service code of three digits.
        let service = text.get(separator + 5).copied().filter(u8::is_ascii_digit);
        Some(Self { number, service })
    }

    /// The card number.
    pub fn card_number(&self) -> CardNumber<'b> {
        self.number
    }

    /// The first digit of the service code: 2 or 6 is a chip card.
    pub fn service_digit(&self) -> Option<u8> {
        self.service.map(|digit| digit - b'0')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators_and_masks_are_read() {
        for text in
            ["4111111111111111=49122010000", ";4111111111111111D49122010000", "411111______1111=49122______"]
        {
            let track = Track2::parse(text.as_bytes()).expect("a track");
            assert_eq!(track.service_digit(), Some(2));
            assert_eq!(track.card_number().issuer_prefix(Some(6)), Some("411111"));
        }
    }

    #[test]
    fn what_is_no_track_is_refused() {
        for text in ["", "=", "4111111111111111", "!TRACK2", "***"] {
            assert!(Track2::parse(text.as_bytes()).is_none());
        }
        assert_eq!(Track2::parse(b"4111111111111111=4912").expect("a short track").service_digit(), None);
    }
}
