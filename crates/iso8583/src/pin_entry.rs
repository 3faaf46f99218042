//! DE22: what it says of the PIN pad and of its use.
//!
//! Values: third digit of the 1987 form (arifunal.com; UnionPay reads it as PIN there or not), positions
//! 2 and 8 of the 1993 form.

/// What DE22 says of the PIN pad and its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinEntry {
    /// The PIN pad does not work.
    pub pad_out_of_service: bool,
    /// A PIN was entered.
    pub entered: bool,
}

impl PinEntry {
    /// Reads DE22. A third digit of 1 says that a PIN was entered only where the dialect is UnionPay's
    /// (`unionpay`); elsewhere, that one could be.
    pub fn from_de22(text: &[u8], unionpay: bool) -> Self {
        let of_digit = |digit| Self { pad_out_of_service: digit == b'8', entered: unionpay && digit == b'1' };
        match *text.trim_ascii() {
            [a, b, digit] | [b'0', a, b, digit] if a.is_ascii_digit() && b.is_ascii_digit() => {
                of_digit(digit)
            }
            [_, capability, _, _, _, _, _, method, _, _, _, _] => {
                Self { pad_out_of_service: capability == b'5', entered: method == b'1' }
            }
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_tells_the_pad_at_its_own_place() {
        let told = |pad_out_of_service, entered| PinEntry { pad_out_of_service, entered };
        for (text, unionpay, expected) in [
            ("058", false, told(true, false)),
            ("051", false, told(false, false)),
            ("051", true, told(false, true)),
            ("0021", true, told(false, true)),
            ("05", true, told(false, false)),
            ("0512", true, told(false, false)),
            ("510101511344", false, told(false, true)),
            ("550101501344", false, told(true, false)),
            ("CHIP", true, told(false, false)),
            ("", true, told(false, false)),
        ] {
            assert_eq!(PinEntry::from_de22(text.as_bytes(), unionpay), expected, "{text}");
        }
    }
}
