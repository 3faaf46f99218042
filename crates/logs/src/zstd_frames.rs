//! Where the frames of a zstd file begin, so that a part of it is read without what stands before.
//!
//! Nothing is decompressed here: a frame says in its head how much it holds, and is stepped over block by block (RFC 8878,
//! section 3.1.1). Where a frame does not say it, or what stands there is none, nothing is known, and whoever asks reads from
//! the start. A frame that lies about what it holds is found out by the decompressor.

use std::io::{self, Read, Seek, SeekFrom};
use zstd::zstd_safe::get_frame_content_size;

/// The longest head of a frame, with its magic number.
const LONGEST_HEAD: usize = 18;

/// Frames that are stepped over. More would be smaller than their heads.
const MOST_FRAMES: usize = 1 << 20;

/// Blocks of a frame that are stepped over: 4 TiB.
const MOST_BLOCKS: usize = 1 << 25;

/// A frame: where it begins in the file, and where what it holds begins in the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZstdFrame {
    pub(crate) at: u64,
    pub(crate) holds_from: u64,
}

/// Frames with something in them, and where what all of them hold ends; `None` where a frame does not tell.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn frames(file: &mut (impl Read + Seek)) -> io::Result<Option<(Vec<ZstdFrame>, u64)>> {
    let length = file.seek(SeekFrom::End(0))?;
    let (mut at, mut holds_from, mut frames) = (0, 0_u64, Vec::new());
    while at < length {
        if frames.len() >= MOST_FRAMES {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(at))?;
        let head = head(file)?;
        let Some(next) = step(file, at, &head)? else { return Ok(None) };
        if let Step::Holds { bytes: bytes @ 1.., .. } = next {
            frames.push(ZstdFrame { at, holds_from });
            let Some(sum) = holds_from.checked_add(bytes) else { return Ok(None) };
            holds_from = sum;
        }
        at = match next {
            Step::Skipped { end } | Step::Holds { end, .. } if end > at && end <= length => end,
            _ => return Ok(None),
        };
    }
    Ok(Some((frames, holds_from)))
}

enum Step {
    /// A frame to be skipped.
    Skipped {
        end: u64,
    },
    Holds {
        end: u64,
        bytes: u64,
    },
}

fn head(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(LONGEST_HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Steps over the frame whose head stands at `at`.
fn step(file: &mut (impl Read + Seek), at: u64, head: &[u8]) -> io::Result<Option<Step>> {
    let end = |len: u64| at.checked_add(len);
    match *head {
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] => {
            let len = u64::from(u32::from_le_bytes([a, b, c, d])) + 8;
            Ok(end(len).map(|end| Step::Skipped { end }))
        }
        [0x28, 0xb5, 0x2f, 0xfd, descriptor, ..] => {
            let Ok(Some(bytes)) = get_frame_content_size(head) else { return Ok(None) };
            let Some(blocks) = end(head_len(descriptor)) else { return Ok(None) };
            let trailer = if descriptor & 0x04 == 0 { 0 } else { 4 };
            let end = end_of_blocks(file, blocks)?.and_then(|end| end.checked_add(trailer));
            Ok(end.map(|end| Step::Holds { end, bytes }))
        }
        _ => Ok(None),
    }
}

/// Bytes of a frame's head: magic number, descriptor, window, dictionary and size.
fn head_len(descriptor: u8) -> u64 {
    let is_single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 0x03)];
    let size = [u64::from(is_single), 2, 4, 8][usize::from(descriptor >> 6)];
    5 + u64::from(!is_single) + dictionary + size
}

/// Steps over blocks, the first of which begins at `at`.
fn end_of_blocks(file: &mut (impl Read + Seek), mut at: u64) -> io::Result<Option<u64>> {
    for _ in 0..MOST_BLOCKS {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 4];
        match file.read_exact(&mut head[..3]) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let head = u32::from_le_bytes(head);
        let size = match head >> 1 & 3 {
            // A byte that is repeated.
            1 => 1,
            3 => return Ok(None),
            _ => u64::from(head >> 3),
        };
        let Some(next) = at.checked_add(3 + size) else { return Ok(None) };
        if head & 1 == 1 {
            return Ok(Some(next));
        }
        at = next;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn packed(bytes: &[u8], checksum: bool, tells_size: bool) -> Vec<u8> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(checksum).unwrap();
        if tells_size {
            encoder.set_pledged_src_size(Some(bytes.len() as u64)).unwrap();
        }
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn of(file: &[u8]) -> Option<(Vec<ZstdFrame>, u64)> {
        frames(&mut Cursor::new(file)).unwrap()
    }

    #[test]
    fn frames_are_found_from_their_heads() {
        let texts =
            [vec![b'a'; 10], b"random text ".repeat(40_000), Vec::new(), vec![b'z'; 300], vec![7; 70_000]];
        let skipped = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        for checksum in [false, true] {
            let mut file = skipped.clone();
            let (mut expected, mut holds_from) = (Vec::new(), 0);
            for text in &texts {
                if !text.is_empty() {
                    expected.push(ZstdFrame { at: file.len() as u64, holds_from });
                }
                file.extend(packed(text, checksum, true));
                holds_from += text.len() as u64;
                file.extend(&skipped);
            }
            assert_eq!(of(&file), Some((expected, holds_from)));
        }
    }

    #[test]
    fn what_does_not_tell_is_not_known() {
        let good = packed(b"some text", true, true);
        assert_eq!(of(&[]), Some((Vec::new(), 0)));
        assert_eq!(of(&packed(b"some text", true, false)), None);
        assert_eq!(of(&[&good[..], b"noise"].concat()), None);
        for cut in 1..good.len() {
            assert_eq!(of(&good[..cut]), None, "{cut}");
        }
        let skips_too_far = [0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(of(&skips_too_far), None);
    }
}
