//! The front of every input: decompression by the first bytes.

use crate::pieces::Pieces;
use crate::samples::DAY;
use posmortem::logs::{Compression, Input};
use std::io::{self, Read, Write};

/// Bytes that are taken out of an input: a bomb is one for whoever reads on, not for what unpacks.
const MOST: usize = 1 << 20;

type Packer = fn(&[u8]) -> Vec<u8>;

/// Packers of every kind.
const PACKERS: [Packer; 4] = [gzip, zstd, bzip2, xz];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).expect("a Vec takes every byte")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options of a preset");
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

/// A few rows packed by each, alone, in two members, padded, a member within a member, and damaged.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let rows = &DAY[..600];
    let mut seeds = vec![[&[0], rows].concat()];
    for pack in PACKERS {
        let packed = pack(rows);
        seeds.push([&[0], &packed[..]].concat());
        seeds.push([&[1], &packed[..], &pack(b"")].concat());
        seeds.push([&[2], &packed[..], &[0; 40], &packed[..packed.len() / 2]].concat());
        seeds.push([&[3], &pack(&packed)[..]].concat());
        let mut damaged = packed.clone();
        damaged[packed.len() / 4 * 3..][..4].fill(0xff);
        seeds.extend([4, 8, 12, 16].map(|way| [&[way], &damaged[..]].concat()));
    }
    seeds
}

/// All bytes of what comes in pieces and is asked for in others, at most [`MOST`], and the kind of what ended them.
fn unpack(
    packed: &[u8],
    given: usize,
    asked: usize,
) -> Option<(Compression, Vec<u8>, Option<io::ErrorKind>)> {
    let owned = packed.to_vec();
    let mut input = Input::from_reader(Pieces::new(owned, given)).ok()?;
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; asked]);
    let ending = loop {
        match input.read(&mut buffer) {
            Ok(0) => break None,
            Ok(len) => bytes.extend_from_slice(&buffer[..len]),
            Err(error) => break Some(error.kind()),
        }
        if bytes.len() > MOST {
            bytes.truncate(MOST);
            break None;
        }
    };
    Some((input.compression(), bytes, ending))
}

/// The first byte says in which pieces it comes and is read, and which packer packs the rest.
pub(crate) fn unpacked(input: &[u8]) -> bool {
    let Some((&way, packed)) = input.split_first() else { return false };
    let whole = unpack(packed, packed.len(), 1 << 16);
    assert!(unpack(packed, packed.len(), 1 + usize::from(way)) == whole, "other bytes in small reads");
    let given = [1, 2, 7, 4096][usize::from(way / 4) % 4];
    assert!(unpack(packed, given, 1 << 16) == whole, "other bytes of a source that gives {given} at a time");
    if let Some((Compression::Plain, bytes, ending)) = &whole {
        assert!(bytes == packed && ending.is_none(), "what is not packed stays as it is");
    }
    let pack = PACKERS[usize::from(way) % PACKERS.len()];
    let (_, again, ending) = unpack(&pack(packed), 4096, 4096).expect("what was packed is known");
    assert!(again == packed && ending.is_none(), "what was packed comes back");
    whole.is_some_and(|(_, bytes, _)| !bytes.is_empty())
}
