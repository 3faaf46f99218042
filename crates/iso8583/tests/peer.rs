//! Messages exchanged with the crate `iso8583-codec-rs`, which knows nothing of our profiles: each
//! profile is written down as a specification of its own, as far as it has words for one.

mod generated;

use generated::{Values, encoded, picks, values};
use iso8583_codec_rs::{LoadedSpec, load_spec, parse, publish};
use posmortem_iso8583::wire::{BitmapForm, Element, Encoding, LengthEncoding, LengthUnit, MtiForm, Profile};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// All but `spec87-fixed128` (always two bitmaps), `iso87-ebcdic` and `amex-gcag` (bitmap in EBCDIC) and
/// `visa-base1` (lengths in binary).
const EXPRESSIBLE: [&str; 11] = [
    "iso87-ascii",
    "iso87-ascii-binary",
    "iso87-bcd",
    "unionpay-pos",
    "mastercard-cis",
    "iso93-ascii",
    "iso93-bcd",
    "iso2003",
    "postbridge",
    "base24",
    "smartvista",
];

static PROFILES: LazyLock<Vec<(&'static Profile, LoadedSpec)>> = LazyLock::new(|| {
    let profiles = EXPRESSIBLE.map(|name| Profile::built_in(name).expect("a built-in profile"));
    profiles.into_iter().map(|profile| (profile, specification(profile))).collect()
});

/// The peer's words for an element.
fn field(number: u8, element: &Element) -> Option<Value> {
    let length = element.max_len() + u32::from(element.sign_encoding().is_some());
    let (encoding, length) = match element.encoding() {
        Encoding::Ascii => ("ascii", length),
        Encoding::Ebcdic => ("ebcdic", length),
        Encoding::Binary => ("binary", length),
        Encoding::Hex if element.prefix().is_none() => ("ascii", 2 * length),
        Encoding::BcdLeft | Encoding::BcdRight if element.sign_encoding().is_none() => ("bcd", length),
        _ => return None,
    };
    let (prefix, prefix_encoding) = match element.prefix() {
        None => ("fixed", "ascii"),
        Some(prefix) if prefix.unit == LengthUnit::Digits => {
            let encoding = match prefix.encoding {
                LengthEncoding::Ascii => "ascii",
                LengthEncoding::Ebcdic => "ebcdic",
                LengthEncoding::Bcd => "bcd",
                LengthEncoding::Binary => return None,
            };
            let digits = if prefix.encoding == LengthEncoding::Bcd { 2 * prefix.size } else { prefix.size };
            match digits {
                2 => ("LLVAR", encoding),
                3 => ("LLLVAR", encoding),
                // Two packed bytes of length are the same for three digits and for four.
                4 => ("LLLLVAR", encoding),
                _ => return None,
            }
        }
        Some(_) => return None,
    };
    Some(json!({
        "de": number, "name": "value", "type": "string", "length": length, "prefix": prefix,
        "encoding": encoding, "prefix_encoding": prefix_encoding, "padding": {"side": "none"},
    }))
}

fn specification(profile: &Profile) -> LoadedSpec {
    let fields: Vec<Value> = (2..=128).filter_map(|number| field(number, profile.element(number)?)).collect();
    let bitmap = match profile.bitmap().form {
        BitmapForm::Binary => "binary",
        BitmapForm::Hex => "hex",
        BitmapForm::EbcdicHex => unreachable!("not in the list"),
    };
    let mti = match profile.mti_form() {
        MtiForm::Ascii => "ascii",
        MtiForm::Ebcdic => "ebcdic",
        MtiForm::Bcd => "bcd",
        MtiForm::None => unreachable!("not in the list"),
    };
    let defaults = json!({"mti_encoding": mti, "bitmap_encoding": bitmap, "max_bitmaps": 2});
    let text = json!({"version": "1987", "defaults": defaults, "fields": fields}).to_string();
    load_spec(&text).unwrap_or_else(|error| panic!("{}: {error}", profile.name()))
}

/// Without what the peer cannot say: it knows packed digits in whole bytes alone.
fn expressible(profile: &Profile, specification: &LoadedSpec, values: Values) -> Values {
    let says = |(number, text): &(u8, String)| {
        let known = *number == 0 || specification.get_field(u32::from(*number)).is_some();
        let is_bcd = profile
            .element(*number)
            .is_some_and(|element| matches!(element.encoding(), Encoding::BcdLeft | Encoding::BcdRight));
        known && *number != 65 && !(is_bcd && text.len() % 2 == 1)
    };
    values.into_iter().filter(says).collect()
}

proptest! {
    #[test]
    fn either_reads_what_the_other_writes(picks in picks()) {
        for (profile, specification) in &*PROFILES {
            let name = profile.name();
            let values = expressible(profile, specification, values(profile, &picks));
            let ours = encoded(profile, &values);
            let ours: String = ours.iter().map(|byte| format!("{byte:02X}")).collect();
            let fields: serde_json::Map<String, Value> =
                values[1..].iter().map(|(number, text)| (format!("de{number:03}_value"), json!(text))).collect();
            let document = json!({"mti": values[0].1, "fields": fields});
            let theirs = publish(&document, specification).unwrap_or_else(|error| panic!("{name}: {error}"));
            prop_assert_eq!(&ours, &theirs, "{}", name);
            let read = parse(&ours, specification).unwrap_or_else(|error| panic!("{name}: {error}"));
            prop_assert_eq!(read, document, "{}", name);
        }
    }
}
