//! Messages that logs hold as hexadecimal digits.

/// Appends the bytes that the digits in `hex` stand for, either case. `false`, and nothing appended,
/// when there is anything else or an odd number of them.
#[inline]
pub fn unhex_into(hex: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + hex.len() / 2, 0);
    let whole = hex.len().is_multiple_of(2) && const_hex::decode_to_slice(hex, &mut out[start..]).is_ok();
    // The crate takes a prefix `0x`, which stands for nothing here.
    if whole && !hex.starts_with(b"0x") {
        return true;
    }
    out.truncate(start);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_bytes_and_all_else_is_refused() {
        let mut out = vec![1];
        assert!(unhex_into(b"00ffA5", &mut out));
        assert_eq!(out, [1, 0, 0xff, 0xa5]);
        for text in ["0", "0g", "0x00", "00 00", "０0"] {
            assert!(!unhex_into(text.as_bytes(), &mut out), "{text}");
        }
        assert!(unhex_into(b"", &mut out));
        assert_eq!(out.len(), 4);
    }
}
