// Each test crate uses a part of it.
#![allow(dead_code)]
//! The public messages with known values under `tests/data`.

use posmortem_iso8583::rows;
use posmortem_iso8583::wire::{FrameEnd, Framing, Profile, unhex_into};
use std::collections::BTreeMap;

/// One message.
pub(crate) struct Vector {
    pub(crate) name: &'static str,
    /// Its profile's name; one of `tests/data/profiles` where the source has a specification of its own.
    pub(crate) profile: &'static str,
    framing: &'static str,
    /// With framing.
    pub(crate) bytes: Vec<u8>,
    /// Element and value, ascending; element 0 is the message type.
    pub(crate) values: Vec<(u8, String)>,
}

const OWN_PROFILES: [(&str, &str); 1] =
    [("iso8583-rs-sample", include_str!("../data/profiles/iso8583-rs-sample.toml"))];

impl Vector {
    pub(crate) fn all() -> Vec<Self> {
        let columns = ["name", "source", "licence", "profile", "framing", "header", "hex", "values"];
        let rows = rows(include_str!("../data/message-vectors.tsv"), columns).expect("a table of messages");
        assert_eq!(rows.len(), 38);
        rows.into_iter()
            .map(|row| {
                let [name, _, licence, profile, framing, _, hex, values] = row.fields;
                assert!(matches!(licence, "MIT" | "Apache-2.0"), "{name}");
                let mut bytes = Vec::new();
                assert!(unhex_into(hex.as_bytes(), &mut bytes), "{name}");
                let values: BTreeMap<String, String> = serde_json::from_str(values).expect("values");
                let mut values: Vec<(u8, String)> = values
                    .into_iter()
                    .map(|(element, text)| (element.parse().expect("a number"), text))
                    .collect();
                values.sort_unstable();
                Self { name, profile, framing, bytes, values }
            })
            .collect()
    }

    pub(crate) fn profile(&self) -> Profile {
        match OWN_PROFILES.iter().find(|(name, _)| *name == self.profile) {
            Some((_, text)) => {
                Profile::parse(text).unwrap_or_else(|error| panic!("{}: {error}", self.profile))
            }
            None => Profile::built_in(self.profile).expect("a built-in profile").clone(),
        }
    }

    pub(crate) fn framing(&self) -> &'static Framing {
        Framing::named(self.framing).expect("a framing")
    }

    /// Without its framing.
    pub(crate) fn message(&self) -> &[u8] {
        match self.framing().next(&self.bytes, 2048) {
            FrameEnd::Whole(frame) => {
                assert_eq!(frame.total, self.bytes.len(), "{}", self.name);
                &self.bytes[frame.body]
            }
            other => panic!("{}: {other:?}", self.name),
        }
    }
}
