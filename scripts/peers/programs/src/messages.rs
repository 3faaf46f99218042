//! Messages of a file, one at a time into the same buffer: hex lines (the last word of a line), or frames of a length in two bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// Calls `each` with every message of the file that the arguments name: FILE, `hexlines` or `frames`.
pub fn read(mut each: impl FnMut(&mut Vec<u8>)) {
    let mut arguments = std::env::args().skip(1);
    let file = File::open(arguments.next().expect("FILE FORM")).expect("a file");
    let form = arguments.next().expect("FILE FORM");
    let mut input = BufReader::with_capacity(1 << 18, file);
    let (mut line, mut message) = (Vec::new(), Vec::new());
    if form == "frames" {
        let mut length = [0; 2];
        while input.read_exact(&mut length).is_ok() {
            message.resize(usize::from(u16::from_be_bytes(length)), 0);
            input.read_exact(&mut message).expect("a whole frame");
            each(&mut message);
        }
        return;
    }
    while input.read_until(b'\n', &mut line).expect("a readable file") > 0 {
        let digits = line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().expect("a word");
        message.resize(digits.len() / 2, 0);
        const_hex::decode_to_slice(digits, &mut message).expect("hexadecimal digits");
        each(&mut message);
        line.clear();
    }
}

/// Prints how often each code came, `CODE TAB COUNT` a line.
pub fn print(codes: &BTreeMap<String, u64>) {
    for (code, count) in codes {
        println!("{code}\t{count}");
    }
}

/// Counts a message by its code; one without a code has the empty one.
pub fn count(codes: &mut BTreeMap<String, u64>, code: &str) {
    match codes.get_mut(code) {
        Some(count) => *count += 1,
        None => {
            codes.insert(code.to_owned(), 1);
        }
    }
}
