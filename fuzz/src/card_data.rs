//! The search for card data, and the walls before what is shown.

use crate::samples::messages;
use crate::told::{assert_shown, cards_in};
use posmortem::classify::{CodeTables, Language};
use posmortem::iso8583::{
    FieldLabel, MaskedField, MaskedMessage, Shown, Version, escape_controls, find_card_data,
    find_card_data_of_chip, is_switch_word, looks_like_pin_block, screen,
};
use posmortem_report::{DecodeFormat, DecodeView, write_decoded};

/// Numbers of test ranges in every writing, tracks, chip data, and texts that are none.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "card 4012 8888 8888 1881 declined",
        "6212-3456-7890-1265",
        "164111111111111111,5A084111111111111111",
        "34313131313131313131313131313131",
        ";4111111111111111=49122010000?",
        "57134111111111111111D49122010000",
        "%B4111111111111111^DOE/JANE^28122010000?",
        "411111******1111",
        "898310154110001 180312760317 T1\x1b[2J\u{202e}",
        "9F2701805A0841111111111111115F340101",
    ];
    let values = messages().into_iter().flat_map(|message| message.values.into_values());
    let long = values.filter(|value| value.len() > 12).map(String::into_bytes);
    texts.iter().map(|text| text.as_bytes().to_vec()).chain(long).collect()
}

/// What is found lies within the text, and is gone from what is shown.
pub(crate) fn found_and_covered(text: &[u8]) -> bool {
    let mut found = 0;
    find_card_data(text, |_, place| {
        found += 1;
        assert!(place.start < place.end && place.end <= text.len(), "a place within the text");
    });
    let is_card = cards_in(text).first().is_some_and(|card| card == text);
    assert!(found > 0 || !is_card, "a card number alone that is not found");
    find_card_data_of_chip(text, |_| {});
    let shown = screen(text);
    assert_shown("screen", shown.as_bytes(), b"");
    assert!(!escape_controls(text).chars().any(char::is_control));
    if text.iter().all(|byte| matches!(byte, b' '..=b'/' | b'G'..=b'Z')) {
        assert!(shown.as_bytes() == text, "a text without a number is not shown as it stands");
    }
    assert!(!(is_switch_word(text) && looks_like_pin_block(text)));
    found > 0
}

/// The first byte says which field of which version; what `decode` shows of it has no card data.
pub(crate) fn masked(input: &[u8]) -> bool {
    let Some((&which, value)) = input.split_first() else { return false };
    let (name, _) = value.split_at(value.len().min(12));
    let versions = [None].into_iter().chain([0, 1, 2].map(Version::from_digit));
    let mut fields: Vec<MaskedField> =
        versions.map(|version| MaskedField::element(which, value, version)).collect();
    fields.push(MaskedField::binary_element(which, value));
    fields.push(MaskedField::part(which, name, value));
    fields.push(MaskedField::named(name, value, true));
    fields.push(MaskedField::named(name, value, false));
    for field in &fields {
        match &field.label {
            FieldLabel::Element(_) => {}
            FieldLabel::Part(_, part) => assert_shown("a part's name", whole_runs(part), b""),
            FieldLabel::Name(name) => assert_shown("a name", whole_runs(name), b""),
        }
        match &field.shown {
            Shown::Text(text) => assert_shown("a value", whole_runs(text), b""),
            Shown::Length(length) => assert!(*length <= value.len()),
            Shown::Card { issuer, digits } => assert!(issuer.len() <= 6 && *digits <= value.len()),
            Shown::Tags(tags) => assert!(tags.iter().map(|tag| tag.bytes).sum::<usize>() <= value.len() / 2),
        }
    }
    // What everybody may see is not hidden either.
    let digits = value.iter().take(6).all(u8::is_ascii_digit);
    if let Some(number) = value.get(..6).filter(|_| digits) {
        let shown = MaskedField::element(11, number, None).shown;
        assert!(matches!(&shown, Shown::Text(text) if text.as_bytes() == number), "a trace number");
    }
    let message = MaskedMessage {
        offset: 0,
        line: 1,
        mti: None,
        version: None,
        dialect: None,
        bytes: None,
        fields,
        fault: None,
    };
    for format in DecodeFormat::ALL {
        let view = DecodeView { profile: None, language: Language::Zh, tables: CodeTables::built_in() };
        let mut out = Vec::new();
        write_decoded(&message, format, &view, &mut out).expect("a Vec takes every byte");
        assert!(!out.is_empty());
        assert!(!out.iter().any(|byte| byte.is_ascii_control() && *byte != b'\n'));
    }
    true
}

/// A text without the digits at its end where it was cut there, at 200 characters: of a longer number that is none, the first
/// digits may look like one.
fn whole_runs(text: &str) -> &[u8] {
    let text =
        if text.chars().count() < 200 { text } else { text.trim_end_matches(|c: char| c.is_ascii_digit()) };
    text.as_bytes()
}
