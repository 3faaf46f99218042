//! Messages on the wire: profiles, framings, headers, chip data, and the files that describe profiles.

use crate::samples::{encoded, messages};
use crate::settings::assert_a_sentence;
use posmortem::iso8583::tlv::Tlvs;
use posmortem::iso8583::wire::{
    ElementSet, Fields, FrameEnd, Framing, Header, Profile, Selection, encode, rank, read_alike, unhex_into,
};
use posmortem::iso8583::{Cid, CvmResults, Iad, IccData, Tvr, authorisation_response};
use std::sync::LazyLock;

static PROFILES: LazyLock<Vec<&'static Profile>> = LazyLock::new(|| Profile::all().collect());

/// What is asked of a message of a log, and field 127, which stands far behind.
const WANTED: [u8; 12] = [2, 3, 4, 7, 11, 22, 37, 39, 41, 42, 55, 127];

/// The first byte says which profile, the rest is the message.
fn profile_and_message(input: &[u8]) -> Option<(&'static Profile, &[u8])> {
    let (&which, message) = input.split_first()?;
    Some((PROFILES[usize::from(which) % PROFILES.len()], message))
}

/// Messages of every profile, and the public ones by each.
pub(crate) fn message_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (number, profile) in (0..).zip(PROFILES.iter()) {
        let mut add = |message: &[u8]| seeds.push([&[number], message].concat());
        add(&encoded(profile, |element| WANTED.contains(&element)));
        add(&encoded(profile, |element| element % 5 == 3));
        for message in messages().iter().filter(|message| message.profile == profile.name()) {
            let framing = Framing::named(message.framing).expect("a framing");
            if let FrameEnd::Whole(frame) = framing.next(&message.bytes, 4096) {
                add(&message.bytes[frame.body]);
            }
        }
    }
    seeds
}

/// Every field lies within the message, and a selection tells what decoding tells.
pub(crate) fn message(input: &[u8]) -> bool {
    let Some((profile, message)) = profile_and_message(input) else { return false };
    let (mut fields, mut part, mut text) = (Fields::new(), Fields::new(), Vec::new());
    let exact = profile.decode(message, &mut fields);
    let mut behind = message.as_ptr() as usize;
    for element in fields.present().iter() {
        let value = profile.value(message, &fields, element).expect("a present field has a value");
        let place = value.bytes().as_ptr_range();
        assert!(place.start as usize >= behind, "{} {element}: not behind the field before", profile.name());
        behind = place.end as usize;
        let known = profile.element(element).expect("a present field is known");
        assert!(value.len() <= known.max_len() as usize + 1, "{} {element}", profile.name());
        text.clear();
        value.append_text(&mut text);
        if let Some(nested) = profile.nested(element) {
            let inside = nested.decode(value.bytes(), &mut part);
            assert!(inside.is_ok_or(|error| error.offset as usize <= value.bytes().len()));
        }
    }
    assert!(exact.is_ok_or(|error| error.offset as usize <= message.len()), "{}", profile.name());
    let wanted = ElementSet::of(&WANTED);
    let found = profile.decode_wanted(message, wanted, &mut part);
    assert!(exact.is_err() || found.is_ok(), "{}: a whole decoding finds more", profile.name());
    for element in wanted.iter() {
        assert_eq!(fields.present().contains(element), part.present().contains(element), "{element}");
    }
    selected(profile, message, &part, found.is_ok());
    exact.is_ok() && !fields.present().is_empty()
}

/// A fault that says something true.
trait IsOkOr<E> {
    fn is_ok_or(&self, is_true: impl FnOnce(&E) -> bool) -> bool;
}

impl<T, E> IsOkOr<E> for Result<T, E> {
    fn is_ok_or(&self, is_true: impl FnOnce(&E) -> bool) -> bool {
        self.as_ref().err().is_none_or(is_true)
    }
}

/// What a selection reads at all, decoding reads as the same.
fn selected(profile: &Profile, message: &[u8], fields: &Fields, is_read: bool) {
    static SELECTIONS: LazyLock<Vec<Selection>> = LazyLock::new(|| {
        let wanted = || WANTED.into_iter().map(|element| (element, element));
        PROFILES.iter().map(|profile| Selection::new(profile, 0, wanted())).collect()
    });
    let at = PROFILES.iter().position(|known| known.name() == profile.name()).expect("a profile");
    let (mut texts, mut spans) = (Vec::new(), [const { None }; 256]);
    let more = [message, b"what stands behind it"].concat();
    let put = |place: u8, start, len: usize| spans[usize::from(place)] = Some(start..start + len);
    let Some(bytes) = SELECTIONS[at].read(profile, &more, message.len(), &mut texts, put) else { return };
    assert!(is_read, "{}: selected and not decoded", profile.name());
    for element in WANTED {
        let value = profile.value(message, fields, element).map(|value| {
            let mut text = Vec::new();
            value.append_text(&mut text);
            text
        });
        let span = spans[usize::from(element)].clone();
        assert!(span.map(|span| &bytes[span]) == value.as_deref(), "{} {element}", profile.name());
    }
}

/// What decodes and is encoded again decodes to the same.
pub(crate) fn encode_again(input: &[u8]) -> bool {
    let Some((profile, message)) = profile_and_message(input) else { return false };
    let mut fields = Fields::new();
    if profile.decode(message, &mut fields).is_err() {
        return false;
    }
    let texts = |message: &[u8], fields: &Fields| -> Vec<(u8, Vec<u8>)> {
        let text = |element| {
            let mut text = Vec::new();
            profile.value(message, fields, element).expect("a present field").append_text(&mut text);
            (element, text)
        };
        let mti = fields.mti().map(|mti| (0, mti.as_str().as_bytes().to_vec()));
        mti.into_iter().chain(fields.present().iter().map(text)).collect()
    };
    let before = texts(message, &fields);
    let values: Vec<(u8, &[u8])> = before.iter().map(|(element, text)| (*element, text.as_slice())).collect();
    let mut again = Vec::new();
    // A profile may read what it would not write, such as letters among digits.
    let is_written = encode(profile, &values, &mut again).is_ok();
    if is_written {
        let decoded = profile.decode(&again, &mut fields);
        assert!(decoded.is_ok(), "{}: what it has written it does not read", profile.name());
        assert!(texts(&again, &fields) == before, "{}: other values", profile.name());
    }
    is_written
}

/// The public messages as they stand on the wire, and those of every profile in every framing.
pub(crate) fn frame_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = messages().into_iter().map(|message| message.bytes).collect();
    for (number, framing) in Framing::all().iter().enumerate() {
        let message = encoded(PROFILES[number % PROFILES.len()], |element| WANTED.contains(&element));
        let mut framed = Vec::new();
        if framing.wrap(&message, &mut framed) {
            seeds.push(framed);
        }
    }
    seeds
}

/// Frames lie within what there is, headers within their message.
pub(crate) fn frame(bytes: &[u8]) -> bool {
    let mut is_framed = false;
    for framing in Framing::all() {
        let mut at = 0;
        while let FrameEnd::Whole(frame) = framing.next(&bytes[at..], 4096) {
            assert!(
                frame.body.start <= frame.body.end && frame.body.end <= frame.total,
                "{}",
                framing.name()
            );
            assert!(frame.total <= bytes.len() - at && frame.body.len() <= 4096, "{}", framing.name());
            assert!(frame.total > 0, "{}: a frame of nothing never ends", framing.name());
            wrapped_again(framing, &bytes[at..][frame.body]);
            is_framed = true;
            at += frame.total;
        }
    }
    for header in Header::all() {
        assert!(header.strip(bytes).is_none_or(|len| len <= bytes.len()), "{}", header.name());
    }
    is_framed
}

/// A message that is framed is the one that is read, and nothing stands behind it.
fn wrapped_again(framing: &Framing, message: &[u8]) {
    let mut framed = Vec::new();
    if framing.wrap(message, &mut framed) {
        match framing.next(&framed, 4096) {
            FrameEnd::Whole(frame) => {
                assert!(framed[frame.body] == *message, "{}: another message", framing.name());
                assert_eq!(frame.total, framed.len(), "{}", framing.name());
            }
            _ => panic!("{}: what it has framed it does not read", framing.name()),
        }
    }
}

/// Ranks profiles by one message, or by two.
pub(crate) fn ranked(bytes: &[u8]) -> bool {
    let mut is_ranked = false;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for messages in [&[bytes][..], &[first, second]] {
        let ranked = rank(messages, &PROFILES);
        let Some(best) = ranked.first() else { continue };
        for found in &ranked {
            assert!(found.score <= 1000 && found.exact as usize <= messages.len());
            let pairs = || messages.iter().map(|message| (Some(*message), Some(*message)));
            assert_eq!(read_alike(best, found, pairs()), found.same_values_as_first);
        }
        assert!(ranked.is_sorted_by(|one, other| one.score >= other.score), "the best one is not the first");
        is_ranked |= best.exact > 0;
    }
    is_ranked
}

/// Files of profiles, the built-in ones and one of a test.
pub(crate) fn profile_seeds() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("../../crates/iso8583/data/profiles/smartvista.toml"),
        include_str!("../../crates/iso8583/data/profiles/postbridge.toml"),
        include_str!("../../crates/iso8583/data/profiles/amex-gcag.toml"),
        include_str!("../../crates/iso8583/tests/data/profiles/iso8583-rs-sample.toml"),
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// A profile that is taken decodes whatever comes.
pub(crate) fn profile_file(bytes: &[u8]) -> bool {
    static MESSAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(frame_seeds);
    let text = String::from_utf8_lossy(bytes);
    let profile = match Profile::parse(&text) {
        Ok(profile) => profile,
        Err(error) => {
            assert_a_sentence(&error, &text);
            return false;
        }
    };
    let mut fields = Fields::new();
    for message in MESSAGES.iter().map(Vec::as_slice).chain([bytes]) {
        let decoded = profile.decode(message, &mut fields);
        assert!(decoded.is_ok_or(|error| error.offset as usize <= message.len()));
        for element in fields.present().iter() {
            let value = profile.value(message, &fields, element).expect("a present field has a value");
            value.append_text(&mut Vec::new());
        }
    }
    true
}

/// Field 55 of the public messages, as digits and as bytes.
pub(crate) fn chip_seeds() -> Vec<Vec<u8>> {
    let messages = messages();
    let digits = messages.iter().filter_map(|message| message.values.get(&55)).map(String::as_bytes);
    let nested: &[u8] = b"70169F2701809505000004800057114111111111111111D49122010000000000F";
    let mut seeds: Vec<Vec<u8>> = digits.chain([nested]).map(<[u8]>::to_vec).collect();
    for digits in seeds.clone() {
        let mut bytes = Vec::new();
        unhex_into(&digits, &mut bytes);
        seeds.push(bytes);
    }
    seeds
}

/// Data objects of the chip, given as digits or as bytes.
pub(crate) fn chip_data(data: &[u8]) -> bool {
    let (mut bytes, mut is_read) = (Vec::new(), false);
    unhex_into(data, &mut bytes);
    for bytes in [&bytes[..], data] {
        let mut read = 0;
        for tlv in Tlvs::new(bytes) {
            match tlv {
                Ok(tlv) => {
                    read += tlv.value.len() + 2;
                    assert!(read <= bytes.len(), "data objects that overlap");
                    is_read = true;
                    if tlv.is_constructed() {
                        Tlvs::new(tlv.value).for_each(drop);
                    }
                }
                Err(error) => assert!((error.offset as usize) < bytes.len()),
            }
        }
    }
    let mut scratch = Vec::new();
    let data_objects = IccData::new(data, &mut scratch);
    let (tvr, response) = (data_objects.tvr(), data_objects.authorisation_response());
    let others = (data_objects.tsi(), data_objects.cvm_results().map(CvmResults::method));
    let more = (
        data_objects.cid().map(Cid::cryptogram),
        data_objects.issuer_application_data().map(Iad::cryptogram_version),
    );
    std::hint::black_box((others, more));
    assert!(tvr == Tvr::of_icc_data(data), "results of the terminal by the short way");
    assert!(response == authorisation_response(data), "the response code by the short way");
    is_read
}
