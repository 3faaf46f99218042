//! A short trial of a target: inputs are broken seeds, the same each time, and what fails is kept.

use crate::chance::Chance;
use crate::{Target, dictionary};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Inputs do not grow beyond this: what is slow or large is tried by `scripts/check-adversarial`.
const LONGEST: usize = 1 << 14;

/// What a target did with an input that it should not.
#[derive(Debug)]
pub struct Failure {
    /// Its panic's message.
    pub why: String,
    /// Where the input was written.
    pub input: PathBuf,
}

/// Tries a target with as many broken inputs, beginning with `inputs`; how many of them were read.
///
/// # Errors
/// At the first that fails, which is written to `folder`.
pub fn try_target(target: &Target, inputs: &[Vec<u8>], seed: u64, folder: &Path) -> Result<u32, Failure> {
    let (mut chance, mut read) = (Chance::new(seed), 0);
    for _ in 0..target.executions {
        let input = broken(&mut chance, inputs);
        match catch_unwind(AssertUnwindSafe(|| (target.run)(&input))) {
            Ok(is_read) => read += u32::from(is_read),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let why = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
                return Err(Failure { why: why.to_owned(), input: keep(target, &input, folder) });
            }
        }
    }
    Ok(read)
}

/// Writes an input that failed; its name is its digest.
fn keep(target: &Target, input: &[u8], folder: &Path) -> PathBuf {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(input);
    let digest: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = folder.join(target.name);
    fs::create_dir_all(&folder).expect("a writable folder");
    let path = folder.join(digest);
    fs::write(&path, input).expect("a writable folder");
    path
}

/// One of the inputs after one to five changes, the first changes being the likelier.
fn broken(chance: &mut Chance, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs.get(chance.below(inputs.len())).cloned().unwrap_or_default();
    for _ in 0..=chance.below(5) {
        change(chance, &mut bytes, inputs);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(chance: &mut Chance, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
    if bytes.is_empty() {
        return bytes.push(chance.byte());
    }
    let at = chance.below(bytes.len());
    let end = (at + 1 + chance.below(24)).min(bytes.len());
    match chance.below(10) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => bytes[at] = chance.byte(),
        2 => bytes.truncate(at),
        // Where a length may stand, the largest of each encoding.
        3 => bytes[at] = [0xff, 0x7f, 0x80, 0x99, b'9', 0xf9, 0x84, 0x00][chance.below(8)],
        // Lengths of four bytes in either order, and of four digits.
        4 => {
            let lie: [u8; 4] =
                [*b"9999", [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0xff; 4]][chance.below(4)];
            bytes.iter_mut().skip(at).zip(lie).for_each(|(byte, lie)| *byte = lie);
        }
        5 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        6 => {
            bytes.drain(at..end);
        }
        7 => {
            let words = dictionary();
            let word = words[chance.below(words.len())].iter().copied();
            bytes.splice(at..at, word);
        }
        8 => {
            let to = chance.below(bytes.len());
            bytes.swap(at, to);
        }
        _ => {
            let other = inputs.get(chance.below(inputs.len())).map(Vec::as_slice).unwrap_or_default();
            let from = chance.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}
