//! Every public message with known values decodes to them, and is written again byte for byte.

mod vector;

use posmortem_iso8583::wire::{Fields, encode};
use vector::Vector;

#[test]
fn every_message_decodes_to_its_values() {
    let mut scratch = Vec::new();
    let mut fields = Fields::new();
    for vector in Vector::all() {
        let message = vector.message();
        let profile = vector.profile();
        profile.decode(message, &mut fields).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let mut found = vec![(0, fields.mti().expect("a message type").to_string())];
        for element in fields.present().iter() {
            let value = profile.value(message, &fields, element).expect("a present element");
            found.push((element, String::from_utf8(value.text(&mut scratch).to_vec()).expect("text")));
        }
        assert_eq!(found, vector.values, "{}", vector.name);
    }
}

#[test]
fn every_message_is_written_as_it_was_read() {
    for vector in Vector::all() {
        let values: Vec<_> =
            vector.values.iter().map(|(element, text)| (*element, text.as_bytes())).collect();
        let mut written = Vec::new();
        encode(&vector.profile(), &values, &mut written)
            .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let mut framed = Vec::new();
        assert!(vector.framing().wrap(&written, &mut framed));
        assert!(framed == vector.bytes, "{}", vector.name);
    }
}

#[test]
fn every_truncation_is_an_error_and_keeps_the_fields_before_it() {
    let mut fields = Fields::new();
    for vector in Vector::all() {
        let (message, profile) = (vector.message(), vector.profile());
        let mut found = 0;
        for cut in 0..message.len() {
            let error = profile.decode(&message[..cut], &mut fields).expect_err("a message that was cut");
            assert!(error.offset as usize <= cut, "{}: {error}", vector.name);
            let present = fields.present().iter().count();
            assert!(present >= found, "{}: {error}", vector.name);
            found = present;
            // Behind message type and bitmaps every failure names its field.
            assert!(present == 0 || error.element.is_some(), "{}: {error}", vector.name);
        }
        assert_eq!(found + 1, vector.values.len() - 1, "{}: all but the last field", vector.name);
    }
}
