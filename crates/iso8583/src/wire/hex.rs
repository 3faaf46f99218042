//! Messages that logs hold as hexadecimal digits.

/// Appends the bytes that the digits in `hex` stand for, either case. `false`, and nothing appended,
/// when there is anything else or an odd number of them.
#[inline]
pub fn unhex_into(hex: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + hex.len() / 2, 0);
    let is_whole = unhex_to(hex, &mut out[start..]);
    if !is_whole {
        out.truncate(start);
    }
    is_whole
}

/// Writes the bytes that the digits in `hex` stand for into `out`, which has room for just these. `false`, and
/// anything written, when there is anything else or an odd number of digits.
#[inline]
pub fn unhex_to(hex: &[u8], out: &mut [u8]) -> bool {
    // The crate takes a prefix `0x`, which stands for nothing here.
    hex.len().is_multiple_of(2) && !hex.starts_with(b"0x") && const_hex::decode_to_slice(hex, out).is_ok()
}

/// Appends two upper-case hexadecimal digits for each byte.
pub fn hex_into(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    for (pair, byte) in out[start..].as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_bytes_and_all_else_is_refused() {
        let mut out = vec![1];
        assert!(unhex_into(b"00ffA5", &mut out));
        assert_eq!(out, [1, 0, 0xff, 0xa5]);
        let mut digits = b"x".to_vec();
        hex_into(&out, &mut digits);
        assert_eq!(digits, b"x0100FFA5");
        for text in ["0", "0g", "0x00", "00 00", "０0"] {
            assert!(!unhex_into(text.as_bytes(), &mut out), "{text}");
        }
        assert!(unhex_into(b"", &mut out));
        assert_eq!(out.len(), 4);
    }
}
