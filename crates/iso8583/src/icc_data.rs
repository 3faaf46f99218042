//! DE55: what its tags say that bears on a failure. Meanings of bits: EMV Book 3, Annex C; of the
//! issuer application data: Visa's formats, since most cards of other schemes keep theirs to themselves.
//!
//! Logs and messages hold DE55 as bytes or as hexadecimal digits; both are read. Card data in other
//! tags is stepped over and has no accessor.

use crate::tlv::Tlvs;
use crate::wire::unhex_into;

/// The bytes of a DE55 that are looked at; a longer one is read up to there. ISO 8583:1987 allows 999.
const LONGEST: usize = 1024;

/// A DE55 as bytes.
#[derive(Clone, Copy)]
pub struct IccData<'b>(&'b [u8]);

impl<'b> IccData<'b> {
    /// Takes bytes as they are, or hexadecimal digits, which are turned into bytes in `scratch`. Of
    /// digits that break off or turn into something else, the ones before that.
    pub fn new(data: &'b [u8], scratch: &'b mut Vec<u8>) -> Self {
        let Some(hex) = hex_digits(data) else { return Self(data) };
        scratch.clear();
        unhex_into(hex, scratch);
        Self(scratch)
    }

    /// All its tags. One that is constructed is a single value.
    pub fn tags(&self) -> Tlvs<'b> {
        Tlvs::new(self.0)
    }

    /// The value of a tag, also inside of a response message template (70, 77).
    pub fn value(&self, tag: u32) -> Option<&'b [u8]> {
        for tlv in self.tags().map_while(Result::ok) {
            if tlv.tag == tag {
                return Some(tlv.value);
            }
            if matches!(tlv.tag, 0x70 | 0x77)
                && let Some(inner) = Tlvs::new(tlv.value).map_while(Result::ok).find(|inner| inner.tag == tag)
            {
                return Some(inner.value);
            }
        }
        None
    }

    /// Tag 95.
    pub fn tvr(&self) -> Option<Tvr> {
        self.value(0x95)?.try_into().ok().map(Tvr)
    }

    /// Tag 9B.
    pub fn tsi(&self) -> Option<Tsi> {
        self.value(0x9b)?.try_into().ok().map(Tsi)
    }

    /// Tag 9F34.
    pub fn cvm_results(&self) -> Option<CvmResults> {
        self.value(0x9f34)?.try_into().ok().map(CvmResults)
    }

    /// Tag 9F27.
    pub fn cid(&self) -> Option<Cid> {
        let [cid] = self.value(0x9f27)? else { return None };
        Some(Cid(*cid))
    }

    /// Tag 8A.
    pub fn authorisation_response(&self) -> Option<[u8; 2]> {
        self.value(0x8a)?.try_into().ok()
    }

    /// Tag 9F10.
    pub fn issuer_application_data(&self) -> Option<Iad> {
        Iad::of(self.value(0x9f10)?)
    }
}

/// The digits at the beginning of `data`, an even number of them, where it is hexadecimal text. Four
/// digits decide: bytes that look like them would be private tags of a length above 40.
fn hex_digits(data: &[u8]) -> Option<&[u8]> {
    let data = data.trim_ascii();
    let digits = data.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let digits = digits.min(2 * LONGEST) & !1;
    (digits >= 4).then(|| &data[..digits])
}

/// Reads a value from a DE55 on the stack: bytes or hexadecimal digits.
fn read<T>(data: &[u8], read: impl FnOnce(IccData<'_>) -> Option<T>) -> Option<T> {
    let Some(hex) = hex_digits(data) else { return read(IccData(data)) };
    let mut bytes = [0; LONGEST];
    let bytes = &mut bytes[..hex.len() / 2];
    const_hex::decode_to_slice(hex, bytes).ok()?;
    read(IccData(bytes))
}

/// Terminal verification results: five bytes that the terminal sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tvr([u8; 5]);

impl Tvr {
    /// Reads ten hexadecimal digits.
    pub fn parse(hex: &[u8]) -> Option<Self> {
        let mut bytes = [0; 5];
        let hex = hex.trim_ascii();
        (hex.len() == 10 && const_hex::decode_to_slice(hex, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The tag 95 of a DE55, in bytes or hexadecimal digits.
    pub fn of_icc_data(data: &[u8]) -> Option<Self> {
        read(data, |data| data.tvr())
    }

    /// Byte 1, bit 8: offline data authentication was not performed.
    pub fn offline_data_authentication_not_performed(self) -> bool {
        self.0[0] & 0x80 != 0
    }

    /// Byte 1, bits 7, 4 and 3: static, dynamic or combined data authentication failed.
    pub fn offline_data_authentication_failed(self) -> bool {
        self.0[0] & 0x4c != 0
    }

    /// Byte 1, bit 6.
    pub fn icc_data_missing(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    /// Byte 2, bit 7: the application has expired.
    pub fn expired(self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// Byte 3, bit 8: the cardholder could not be verified.
    pub fn cardholder_verification_failed(self) -> bool {
        self.0[2] & 0x80 != 0
    }

    /// Byte 3, bit 6: the card takes no further PIN.
    pub fn pin_try_limit_exceeded(self) -> bool {
        self.0[2] & 0x20 != 0
    }

    /// Byte 3, bit 5: PIN entry required, and the PIN pad is not there or not working.
    pub fn pin_pad_not_working(self) -> bool {
        self.0[2] & 0x10 != 0
    }

    /// Byte 3, bit 4: PIN entry required, the PIN pad is there, and no PIN was entered.
    pub fn pin_bypassed(self) -> bool {
        self.0[2] & 0x08 != 0
    }

    /// Byte 3, bit 3.
    pub fn online_pin_entered(self) -> bool {
        self.0[2] & 0x04 != 0
    }

    /// Byte 5, bit 7: the card refused the issuer's answer.
    pub fn issuer_authentication_failed(self) -> bool {
        self.0[4] & 0x40 != 0
    }
}

/// The authorisation response code (tag 8A) of a DE55, in bytes or hexadecimal digits: `Y3` and `Z3`
/// are the terminal's own, where it could not go online.
pub fn authorisation_response(icc_data: &[u8]) -> Option<[u8; 2]> {
    read(icc_data, |data| data.authorisation_response())
}

/// Transaction status information: what the terminal did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tsi([u8; 2]);

impl Tsi {
    /// Byte 1, bit 8.
    pub fn offline_data_authentication_performed(self) -> bool {
        self.0[0] & 0x80 != 0
    }

    /// Byte 1, bit 7.
    pub fn cardholder_verification_performed(self) -> bool {
        self.0[0] & 0x40 != 0
    }

    /// Byte 1, bit 5.
    pub fn issuer_authentication_performed(self) -> bool {
        self.0[0] & 0x10 != 0
    }

    /// Byte 1, bit 3: a script of the issuer was run.
    pub fn script_processed(self) -> bool {
        self.0[0] & 0x04 != 0
    }
}

/// How the cardholder was verified, and whether that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CvmResults([u8; 3]);

/// A way to verify a cardholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cvm {
    /// A PIN that the card checks.
    OfflinePin,
    /// A PIN that the issuer checks.
    OnlinePin,
    /// A signature.
    Signature,
    /// A PIN that the card checks, and a signature.
    OfflinePinAndSignature,
    /// None is asked for.
    NotRequired,
    /// None was carried out, or verification failed before one was chosen.
    NotPerformed,
    /// A code of EMV's reserve or of a scheme.
    Other,
}

impl CvmResults {
    /// The last method that was tried.
    pub fn method(self) -> Cvm {
        match self.0[0] & 0x3f {
            0x00 | 0x3f => Cvm::NotPerformed,
            0x01 | 0x04 => Cvm::OfflinePin,
            0x02 => Cvm::OnlinePin,
            0x03 | 0x05 => Cvm::OfflinePinAndSignature,
            0x1e => Cvm::Signature,
            0x1f => Cvm::NotRequired,
            _ => Cvm::Other,
        }
    }

    /// Whether it is known to have failed; an online PIN and a signature are not known at that time.
    pub fn failed(self) -> bool {
        self.0[2] == 1
    }

    /// Whether it is known to have gone well.
    pub fn succeeded(self) -> bool {
        self.0[2] == 2
    }
}

/// Cryptogram information data: what the card decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cid(u8);

/// The card's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cryptogram {
    /// AAC: declined.
    Declined,
    /// TC: approved offline.
    Approved,
    /// ARQC: the issuer shall decide.
    GoOnline,
    /// The value that EMV reserves.
    Reserved,
}

impl Cid {
    /// Bits 8 and 7.
    pub fn cryptogram(self) -> Cryptogram {
        match self.0 >> 6 {
            0 => Cryptogram::Declined,
            1 => Cryptogram::Approved,
            2 => Cryptogram::GoOnline,
            _ => Cryptogram::Reserved,
        }
    }

    /// Reason 2 of bits 3 to 1: the card takes no further PIN.
    pub fn pin_try_limit_exceeded(self) -> bool {
        self.0 & 7 == 2
    }

    /// Reason 3 of bits 3 to 1: the card refused the issuer's answer.
    pub fn issuer_authentication_failed(self) -> bool {
        self.0 & 7 == 3
    }
}

/// Issuer application data in the layout that Visa and UnionPay share: a length of 6 or more, key
/// index, cryptogram version, and card verification results of three bytes behind their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iad {
    version: u8,
    results: [u8; 3],
}

impl Iad {
    fn of(value: &[u8]) -> Option<Self> {
        let [length, _, version, 3, results @ ..] = value else { return None };
        let results = *results.first_chunk::<3>()?;
        (*length >= 6 && usize::from(*length) < value.len()).then_some(Self { version: *version, results })
    }

    /// The cryptogram version number, for example 10, 17 or 18.
    pub fn cryptogram_version(self) -> u8 {
        self.version
    }

    /// Byte 2 of the results, bit 2: the card checked a PIN, and it was wrong.
    pub fn offline_pin_failed(self) -> bool {
        self.results[0] & 0x02 != 0
    }

    /// Byte 2 of the results, bit 1: the terminal could not go online.
    pub fn unable_to_go_online(self) -> bool {
        self.results[0] & 0x01 != 0
    }

    /// Byte 3 of the results, bit 7: the card takes no further PIN.
    pub fn pin_try_limit_exceeded(self) -> bool {
        self.results[1] & 0x40 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_behind_others_and_not_inside_of_them() {
        // 9F26 holds bytes that look like the tag.
        let data = b"9F26089505FFFFFFFFFF009F2701809505200018000082025C00";
        let tvr = Tvr::of_icc_data(data).expect("tag 95");
        assert_eq!(tvr, Tvr([0x20, 0, 0x18, 0, 0]));
        assert!(tvr.icc_data_missing() && tvr.pin_pad_not_working() && tvr.pin_bypassed());
        assert!(!tvr.online_pin_entered());
        assert_eq!(Tvr::parse(b" 0000040000 "), Some(Tvr([0, 0, 4, 0, 0])));
        assert!(Tvr([0, 0, 4, 0, 0]).online_pin_entered());
        assert_eq!(authorisation_response(b"9F2701408A025933"), Some(*b"Y3"));
    }

    #[test]
    fn bytes_are_read_as_digits_are() {
        let hex = b"9F27018095052000180000 8A025A33";
        let mut bytes = Vec::new();
        assert!(unhex_into(b"9F270180950520001800008A025A33", &mut bytes));
        assert_eq!(Tvr::of_icc_data(&bytes), Tvr::of_icc_data(hex));
        assert_eq!(authorisation_response(&bytes), Some(*b"Z3"));
        // What stands behind a character that is no digit is not read.
        assert_eq!(authorisation_response(hex), None);
        assert_eq!(Tvr::of_icc_data(b"\x77\x07\x95\x05\x20\0\x18\0\0"), Tvr::of_icc_data(hex));
    }

    #[test]
    fn what_the_card_decided_and_the_terminal_did() {
        let mut scratch = Vec::new();
        let data = IccData::new(b"9B02F8009F34030203009F2701829F100706011203A04300", &mut scratch);
        assert_eq!(data.tags().count(), 4);
        assert!(
            data.tsi().is_some_and(|tsi| tsi.issuer_authentication_performed() && !tsi.script_processed())
        );
        let cvm = data.cvm_results().expect("tag 9F34");
        assert_eq!((cvm.method(), cvm.failed(), cvm.succeeded()), (Cvm::OnlinePin, false, false));
        let cid = data.cid().expect("tag 9F27");
        assert_eq!((cid.cryptogram(), cid.pin_try_limit_exceeded()), (Cryptogram::GoOnline, true));
        let iad = data.issuer_application_data().expect("tag 9F10");
        assert_eq!(iad.cryptogram_version(), 0x12);
        assert!(iad.pin_try_limit_exceeded() && !iad.offline_pin_failed() && !iad.unable_to_go_online());
        assert_eq!(Iad::of(b"\x06\x01\x0a\x03\0\0"), None);
        assert_eq!(Iad::of(b"\x0f\xa5\0\0\0\0\0\0"), None);
    }

    #[test]
    fn what_is_broken_has_no_tags() {
        for text in
            ["", "9", "95", "9505", "950500000000", "9504000000008A025A33", "zz05", "9F", "8405AA", "5A83"]
        {
            assert_eq!(Tvr::of_icc_data(text.as_bytes()), None, "{text}");
        }
        for text in ["", "00000000", "000000000000", "000000000g", "0x00000000"] {
            assert_eq!(Tvr::parse(text.as_bytes()), None, "{text}");
        }
        let long = format!("9F1081{:02X}{}95050000000000", 200, "00".repeat(200));
        assert!(Tvr::of_icc_data(long.as_bytes()).is_some());
        assert_eq!(Tvr::of_icc_data(b"9F10820001009505000000000"), None);
        // More than is looked at.
        assert_eq!(Tvr::of_icc_data("9F1000".repeat(1000).as_bytes()), None);
    }
}
