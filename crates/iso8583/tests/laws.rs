//! What holds for every profile and every message of it.

mod generated;

use generated::{encoded, picks, values};
use posmortem_iso8583::wire::{ElementSet, Expected, Fields, Profile, Selection, encode};
use proptest::prelude::*;

/// Element and text of all that was found.
fn found(profile: &Profile, message: &[u8], fields: &Fields) -> Vec<(u8, String)> {
    let mut scratch = Vec::new();
    let mti = fields.mti().map(|mti| (0, mti.to_string()));
    let texts = fields.present().iter().map(|element| {
        let value = profile.value(message, fields, element).expect("a present element");
        (element, String::from_utf8(value.text(&mut scratch).to_vec()).expect("ASCII"))
    });
    mti.into_iter().chain(texts).collect()
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(picks in picks()) {
        for profile in Profile::all() {
            let values = values(profile, &picks);
            let message = encoded(profile, &values);
            let mut fields = Fields::new();
            let decoded = profile.decode(&message, &mut fields);
            prop_assert_eq!(decoded, Ok(()), "{}", profile.name());
            prop_assert_eq!(found(profile, &message, &fields), values, "{}", profile.name());
        }
    }

    #[test]
    fn what_stands_behind_a_message_changes_nothing_in_it(picks in picks(), behind in prop::collection::vec(any::<u8>(), 1..40)) {
        for profile in Profile::all() {
            let mut message = encoded(profile, &values(profile, &picks));
            let mut fields = Fields::new();
            profile.decode(&message, &mut fields).expect("a whole message");
            let before = found(profile, &message, &fields);
            let end = message.len() as u32;
            message.extend_from_slice(&behind);
            let error = profile.decode(&message, &mut fields).expect_err("more than a message");
            prop_assert_eq!((error.element, error.offset), (None, end));
            prop_assert_eq!(error.expected, Expected::End(behind.len() as u32));
            prop_assert_eq!(found(profile, &message, &fields), before);
        }
    }

    #[test]
    fn every_truncation_names_the_field_that_it_cuts(picks in picks(), at in any::<prop::sample::Index>()) {
        for profile in Profile::all() {
            let values = values(profile, &picks);
            let message = encoded(profile, &values);
            let cut = at.index(message.len());
            let mut fields = Fields::new();
            let error = profile.decode(&message[..cut], &mut fields).expect_err("a message that is cut");
            let whole = found(profile, &message[..cut], &fields);
            prop_assert!(error.offset as usize <= cut);
            prop_assert_eq!(&values[..whole.len()], &whole[..], "{}", profile.name());
            // Inside of message type and bitmaps there is no field to name; then the next one is.
            match error.element {
                Some(65) if fields.announced().contains(65) => {}
                named if !whole.is_empty() && !fields.announced().is_empty() => {
                    prop_assert_eq!(named, values.get(whole.len()).map(|(element, _)| *element));
                }
                named => prop_assert_eq!(named, None),
            }
        }
    }

    #[test]
    fn wanted_fields_are_those_of_a_whole_decoding(picks in picks(), wanted in prop::collection::vec(2_u8..=192, 1..4)) {
        let wanted = ElementSet::of(&wanted);
        for profile in Profile::all() {
            let message = encoded(profile, &values(profile, &picks));
            let (mut whole, mut part) = (Fields::new(), Fields::new());
            profile.decode(&message, &mut whole).expect("a whole message");
            profile.decode_wanted(&message, wanted, &mut part).expect("a whole message");
            prop_assert_eq!(whole.mti(), part.mti());
            for element in wanted.iter() {
                let text = |fields: &Fields| {
                    profile.value(&message, fields, element).map(|value| value.text(&mut Vec::new()).to_vec())
                };
                prop_assert_eq!(text(&whole), text(&part), "{} {}", profile.name(), element);
            }
        }
    }

    #[test]
    fn nested_structures_go_there_and_back(picks in picks()) {
        let outer = Profile::built_in("postbridge").expect("a built-in profile");
        let inner = outer.nested(127).expect("a nested profile");
        let values: Vec<_> = values(inner, &picks).into_iter().skip(1).filter(|(element, _)| *element < 65).collect();
        let inside = encoded(inner, &values);
        let hex: String = inside.iter().map(|byte| format!("{byte:02X}")).collect();
        let mut message = Vec::new();
        encode(outer, &[(0, b"0200"), (127, hex.as_bytes())], &mut message).expect("a message");
        let mut fields = Fields::new();
        outer.decode(&message, &mut fields).expect("the message");
        let value = outer.value(&message, &fields, 127).expect("field 127");
        inner.decode(value.bytes(), &mut fields).expect("the structure");
        prop_assert_eq!(found(inner, value.bytes(), &fields), values);
    }

    #[test]
    fn selected_values_are_those_of_decoding(
        picks in picks(),
        wanted in prop::collection::vec(2_u8..=128, 0..20),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let set = ElementSet::of(&wanted);
        for profile in Profile::all() {
            let mut message = encoded(profile, &values(profile, &picks));
            for (at, byte) in &changes {
                let at = at.index(message.len());
                message[at] = *byte;
            }
            if let Some(cut) = cut {
                message.truncate(cut.index(message.len()));
            }
            let mut fields = Fields::new();
            let decoded = profile.decode_wanted(&message, set, &mut fields);
            prop_assert_eq!(profile.begins(&message), profile.decode_wanted(&message, ElementSet::default(), &mut Fields::new()).is_ok());
            let selection = Selection::new(profile, 0, wanted.iter().map(|&element| (element, element)));
            let (mut texts, mut spans) = (Vec::new(), [const { None }; 256]);
            let more = [&message[..], b"what stands behind it"].concat();
            let put = |place: u8, start, len: usize| spans[usize::from(place)] = Some(start..start + len);
            let Some(bytes) = selection.read(profile, &more, message.len(), &mut texts, put) else {
                // What it does not know may be rare, and need not be wrong.
                let is_rare = fields.mti().is_none_or(|mti| !message.starts_with(mti.as_str().as_bytes()))
                    || fields.announced().contains(65)
                    || fields.announced().iter().any(|element| element > 128);
                prop_assert!(decoded.is_err() || is_rare, "{}", profile.name());
                continue;
            };
            let places = spans.map(|span| span.map_or(&b"absent"[..], |span| &bytes[span]));
            prop_assert_eq!(decoded, Ok(()), "{}", profile.name());
            let mti = fields.mti().expect("a message type");
            prop_assert_eq!(places[0], mti.as_str().as_bytes());
            for element in 1..=128 {
                let mut text = b"absent".to_vec();
                if let Some(value) = profile.value(&message, &fields, element).filter(|_| set.contains(element)) {
                    text.clear();
                    value.append_text(&mut text);
                }
                prop_assert_eq!(places[usize::from(element)], &text, "{} {}", profile.name(), element);
            }
        }
    }
}
