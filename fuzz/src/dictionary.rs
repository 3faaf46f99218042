//! Words that readers look for, so that inputs get past their first look.

use std::sync::LazyLock;

/// The words, in the form that libFuzzer takes: a quoted text a line.
const TEXT: &str = include_str!("../data/dictionary.txt");

static WORDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| TEXT.lines().filter_map(word).collect());

/// Every word of `data/dictionary.txt`.
pub fn dictionary() -> &'static [Vec<u8>] {
    &WORDS
}

/// The bytes of a line; none of a comment.
fn word(line: &str) -> Option<Vec<u8>> {
    let quoted = line.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                other => other,
            },
            _ => byte,
        });
    }
    Some(bytes)
}
