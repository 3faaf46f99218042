//! What single messages show of card, reader and line beyond codes.
//!
//! Each trace is one bit, read from one message, and says nothing about a cause: what many of them come
//! to at one terminal is for diagnosis.

use std::ops::{BitOr, BitOrAssign};

/// A set of traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traces(u16);

impl Traces {
    /// No trace at all.
    pub const NONE: Self = Self(0);
    /// The card has a chip: its service code begins with 2 or 6 (DE40, track 2).
    pub const CHIP_CARD: Self = Self(1 << 0);
    /// The card has none: its service code begins otherwise.
    pub const STRIPE_CARD: Self = Self(1 << 1);
    /// The terminal's last reading of a chip failed (Visa F60.3 = 2, UnionPay 60.5 = 2).
    pub const CHIP_READ_FAILED: Self = Self(1 << 2);
    /// The terminal's last reading of a chip did not fail, or was of no chip (Visa F60.3 = 1, UnionPay
    /// 60.5 = 1).
    pub const CHIP_READ_FINE: Self = Self(1 << 3);
    /// The PIN pad is out of service (third digit of DE22 is 8; position 2 of the 1993 form is 5).
    pub const PIN_PAD_OUT_OF_SERVICE: Self = Self(1 << 4);
    /// A PIN was entered (UnionPay: third digit of DE22 is 1; position 8 of the 1993 form is 1; TVR byte 3
    /// bit 3; CVM results, tag 9F34).
    pub const PIN_ENTERED: Self = Self(1 << 5);
    /// The request says that it repeats another one (the MTI's last digit is odd).
    pub const REPEATED: Self = Self(1 << 6);
    /// Data of the chip is missing (TVR byte 1 bit 6).
    pub const ICC_DATA_MISSING: Self = Self(1 << 7);
    /// A PIN was required, and the PIN pad is not there or not working (TVR byte 3 bit 5).
    pub const PIN_PAD_NOT_WORKING: Self = Self(1 << 8);
    /// A PIN was required and not entered (TVR byte 3 bit 4).
    pub const PIN_BYPASSED: Self = Self(1 << 9);
    /// The terminal could not go online (`Y3` or `Z3`, in tag 8A or DE39; issuer data, tag 9F10).
    pub const COULD_NOT_GO_ONLINE: Self = Self(1 << 10);

    /// Every trace with its name in tables of tests and in documents, by bit.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::CHIP_CARD, "chip_card"),
        (Self::STRIPE_CARD, "stripe_card"),
        (Self::CHIP_READ_FAILED, "chip_read_failed"),
        (Self::CHIP_READ_FINE, "chip_read_fine"),
        (Self::PIN_PAD_OUT_OF_SERVICE, "pin_pad_out_of_service"),
        (Self::PIN_ENTERED, "pin_entered"),
        (Self::REPEATED, "repeated"),
        (Self::ICC_DATA_MISSING, "icc_data_missing"),
        (Self::PIN_PAD_NOT_WORKING, "pin_pad_not_working"),
        (Self::PIN_BYPASSED, "pin_bypassed"),
        (Self::COULD_NOT_GO_ONLINE, "could_not_go_online"),
    ];

    /// Whether all of `traces` are in this set.
    pub const fn has(self, traces: Self) -> bool {
        self.0 & traces.0 == traces.0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These traces where `holds`, else none.
    #[must_use]
    pub const fn when(self, holds: bool) -> Self {
        if holds { self } else { Self::NONE }
    }

    /// The set as a number, trace by trace one bit.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of that number; `None` when a bit stands for nothing.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits >> Self::ALL.len() == 0 { Some(Self(bits)) } else { None }
    }
}

impl BitOr for Traces {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Traces {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_has_one_trace_and_one_name() {
        for (at, (trace, name)) in Traces::ALL.into_iter().enumerate() {
            assert_eq!(trace.bits(), 1 << at, "{name}");
            assert!(Traces::ALL[..at].iter().all(|(_, other)| *other != name));
        }
        let all = Traces::ALL.into_iter().fold(Traces::NONE, |all, (trace, _)| all | trace);
        assert_eq!(Traces::from_bits(all.bits()), Some(all));
        assert_eq!(Traces::from_bits(all.bits() + 1), None);
        assert!(all.has(Traces::REPEATED | Traces::CHIP_CARD) && !Traces::REPEATED.has(all));
    }
}
