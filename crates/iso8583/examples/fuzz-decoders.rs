//! Feeds broken bytes to every decoder of this crate: profiles, framings, headers, BER-TLV, hexadecimal
//! text and the reader of profile files. A panic is the failure; so is a field that does not lie
//! inside of its message.
//!
//! Runs are deterministic: the same seed does the same. Inputs are the public messages of
//! `tests/data`, messages that are encoded here in every profile, and the profiles' own texts, with
//! bits flipped, bytes cut, repeated, spliced and blown up.
//!
//! Usage: `fuzz-decoders [--executions N] [--seed S]`

#[path = "../tests/vector/mod.rs"]
mod vector;

use posmortem_iso8583::tlv::Tlvs;
use posmortem_iso8583::wire::{
    Content, ElementSet, Fields, FrameEnd, Framing, Header, Profile, encode, rank, read_alike, unhex_into,
};
use posmortem_iso8583::{IccData, Tvr, authorisation_response};
use std::io::Write;
use vector::Vector;

fn main() -> std::io::Result<()> {
    let mut executions = 1_000_000;
    let mut seed = 1;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|number| number.parse().ok());
        match (word.as_str(), number) {
            ("--executions", Some(number)) => executions = number,
            ("--seed", Some(number)) => seed = number,
            _ => return Err(std::io::Error::other("usage: fuzz-decoders [--executions N] [--seed S]")),
        }
    }
    let mut fuzz = Fuzz::new(seed);
    while fuzz.executions() < executions {
        fuzz.step();
    }
    let mut out = std::io::stdout().lock();
    for (name, count, read) in &fuzz.counts {
        writeln!(out, "{name}\t{count} executions\t{read} read to their end")?;
    }
    writeln!(out, "all\t{} executions\tno failure", fuzz.executions())
}

/// Inputs, generator and counts.
struct Fuzz {
    chance: Chance,
    messages: Vec<Vec<u8>>,
    chip_data: Vec<Vec<u8>>,
    profiles: Vec<&'static Profile>,
    fields: Fields,
    scratch: Vec<u8>,
    counts: [(&'static str, u64, u64); 7],
}

const DECODE: usize = 0;
const WANTED: usize = 1;
const FRAMING: usize = 2;
const HEADER: usize = 3;
const TLV: usize = 4;
const PROFILE: usize = 5;
const RANK: usize = 6;

impl Fuzz {
    fn new(seed: u64) -> Self {
        let vectors = Vector::all();
        let mut chance = Chance(seed);
        let mut messages: Vec<Vec<u8>> = vectors.iter().map(|vector| vector.bytes.clone()).collect();
        for profile in Profile::all() {
            messages.extend((0..8).map(|_| generated(profile, &mut chance)));
        }
        let chip_data = vectors
            .iter()
            .flat_map(|vector| vector.values.iter().filter(|(element, _)| *element == 55))
            .map(|(_, text)| text.clone().into_bytes())
            .collect();
        let names = ["decode", "decode wanted", "framing", "header", "BER-TLV", "profile text", "rank"];
        Self {
            chance,
            messages,
            chip_data,
            profiles: Profile::all().collect(),
            fields: Fields::new(),
            scratch: Vec::new(),
            counts: names.map(|name| (name, 0, 0)),
        }
    }

    fn executions(&self) -> u64 {
        self.counts.iter().map(|(_, count, _)| count).sum()
    }

    fn count(&mut self, target: usize, read: bool) {
        self.counts[target].1 += 1;
        self.counts[target].2 += u64::from(read);
    }

    /// One broken message through everything that reads messages; the slow readers see fewer.
    fn step(&mut self) {
        let message = self.chance.broken(&self.messages);
        for at in 0..self.profiles.len() {
            self.decode(at, &message);
        }
        for framing in Framing::all() {
            self.framing(framing, &message);
        }
        for header in Header::all() {
            let stripped = header.strip(&message);
            assert!(stripped.is_none_or(|len| len <= message.len()));
            self.count(HEADER, stripped.is_some());
        }
        let chip_data = self.chance.broken(&self.chip_data);
        self.tlv(&chip_data);
        self.tlv(&message);
        if self.chance.below(32) == 0 {
            self.rank(&message);
            self.profile_text();
        }
    }

    fn decode(&mut self, at: usize, message: &[u8]) {
        let profile = self.profiles[at];
        let exact = profile.decode(message, &mut self.fields);
        for element in self.fields.present().iter() {
            let value = profile.value(message, &self.fields, element).expect("a present field has a value");
            let known = profile.element(element).expect("a present field is known");
            assert!(value.len() <= known.max_len() as usize + 1, "{} {element}", profile.name());
            self.scratch.clear();
            value.append_text(&mut self.scratch);
        }
        if let Err(error) = exact {
            assert!(error.offset as usize <= message.len(), "{}: {error}", profile.name());
        }
        self.count(DECODE, exact.is_ok());
        let wanted = ElementSet::of(&[11, 39, 41]);
        let before = self.fields.present();
        let found = profile.decode_wanted(message, wanted, &mut self.fields);
        // What a whole decoding finds, one that stops early finds as well.
        assert!(exact.is_err() || found.is_ok());
        assert!(
            [11, 39, 41]
                .iter()
                .all(|&element| before.contains(element) == self.fields.present().contains(element))
        );
        self.count(WANTED, found.is_ok());
    }

    fn framing(&mut self, framing: &Framing, stream: &[u8]) {
        let end = framing.next(stream, 4096);
        if let FrameEnd::Whole(frame) = &end {
            assert!(frame.body.end <= frame.total && frame.total <= stream.len() && frame.body.len() <= 4096);
        }
        self.count(FRAMING, matches!(end, FrameEnd::Whole(_)));
    }

    fn tlv(&mut self, data: &[u8]) {
        let mut bytes = Vec::new();
        unhex_into(data, &mut bytes);
        let mut whole = true;
        for tlv in Tlvs::new(&bytes) {
            match tlv {
                Ok(tlv) if tlv.is_constructed() => whole &= Tlvs::new(tlv.value).all(|inner| inner.is_ok()),
                Ok(_) => {}
                Err(error) => {
                    assert!((error.offset as usize) < bytes.len());
                    whole = false;
                }
            }
        }
        self.count(TLV, whole);
        let tvr = IccData::new(data, &mut self.scratch).tvr();
        assert_eq!(tvr, Tvr::of_icc_data(data));
        self.count(TLV, authorisation_response(data).is_some());
    }

    fn rank(&mut self, message: &[u8]) {
        let ranked = rank(&[message], &self.profiles);
        assert!(ranked.iter().all(|found| found.exact == 1 && found.score <= 1000));
        self.count(RANK, !ranked.is_empty());
        // What is found to agree with the first, does so one by one.
        for found in &ranked {
            let alike = read_alike(&ranked[0], found, [(Some(message), Some(message))]);
            assert_eq!(alike, found.same_values_as_first);
        }
    }

    fn profile_text(&mut self) {
        let texts = PROFILE_TEXTS.map(|text| text.as_bytes().to_vec());
        let text = self.chance.broken(&texts);
        let parsed = Profile::parse(&String::from_utf8_lossy(&text));
        if let Ok(profile) = &parsed {
            let message = self.chance.broken(&self.messages);
            let _ = profile.decode(&message, &mut self.fields);
            for element in self.fields.present().iter() {
                assert!(profile.value(&message, &self.fields, element).is_some());
            }
        }
        self.count(PROFILE, parsed.is_ok());
    }
}

const PROFILE_TEXTS: [&str; 4] = [
    include_str!("../data/profiles/smartvista.toml"),
    include_str!("../data/profiles/postbridge.toml"),
    include_str!("../data/profiles/amex-gcag.toml"),
    include_str!("../tests/data/profiles/iso8583-rs-sample.toml"),
];

/// A message of random fields with values of the right form.
fn generated(profile: &Profile, chance: &mut Chance) -> Vec<u8> {
    let mut values = vec![(0, format!("{}200", profile.version()))];
    for number in 2..=128 {
        let Some(element) = profile.element(number).filter(|_| number != 65 && chance.below(5) == 0) else {
            continue;
        };
        let most = element.max_len().min(60);
        let length = if element.prefix().is_some() {
            chance.below(u64::from(most) + 1) as u32
        } else {
            element.max_len()
        };
        let digits = "1".repeat(length as usize);
        let text = match element.content() {
            Content::Signed => format!("C{digits}"),
            Content::Binary => format!("{digits}{digits}"),
            _ => digits,
        };
        values.push((number, text));
    }
    let values: Vec<(u8, &[u8])> = values.iter().map(|(number, text)| (*number, text.as_bytes())).collect();
    let mut message = Vec::new();
    encode(profile, &values, &mut message).unwrap_or_else(|error| panic!("{}: {error}", profile.name()));
    message
}

/// SplitMix64: a few lines, the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of `inputs` after one to four mutations.
    fn broken(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = inputs[self.below(inputs.len() as u64) as usize].clone();
        for _ in 0..=self.below(4) {
            self.mutate(&mut bytes, inputs);
        }
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        if bytes.is_empty() {
            return bytes.push(self.next() as u8);
        }
        let at = self.below(bytes.len() as u64) as usize;
        match self.below(7) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.next() as u8,
            2 => bytes.truncate(at),
            // Where a length may stand, the largest of each encoding.
            3 => bytes[at] = [0xff, 0x99, b'9', 0xf9, 0x84, 0x00][self.below(6) as usize],
            4 => {
                let end = (at + 1 + self.below(16) as usize).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let end = (at + 1 + self.below(16) as usize).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let other = &inputs[self.below(inputs.len() as u64) as usize];
                let from = self.below(other.len() as u64 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
}
