//! What stands at a terminal's place, as one name.
//!
//! Region, model and firmware are few together where each terminal has one of each, so that a leg holds
//! one symbol for all three.

use std::borrow::Cow;

/// Stands between the parts; none may hold it.
const SEPARATOR: char = '\u{1f}';

/// Region, model and firmware of a terminal; empty where the log does not tell them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Equipment<'a> {
    /// Where it stands.
    pub region: &'a str,
    /// What it is.
    pub model: &'a str,
    /// Its software.
    pub firmware: &'a str,
}

impl<'a> Equipment<'a> {
    /// Takes a name apart that [`Equipment::name`] has made.
    pub fn of(name: &'a str) -> Self {
        let mut parts = name.splitn(3, SEPARATOR);
        let mut next = || parts.next().unwrap_or_default();
        Self { region: next(), model: next(), firmware: next() }
    }

    /// One name for all three; empty when all of them are.
    pub fn name(&self) -> Cow<'static, str> {
        let Self { region, model, firmware } = *self;
        if region.is_empty() && model.is_empty() && firmware.is_empty() {
            return Cow::Borrowed("");
        }
        let mut name = String::with_capacity(region.len() + model.len() + firmware.len() + 2);
        for (at, part) in [region, model, firmware].into_iter().enumerate() {
            name.extend((at > 0).then_some(SEPARATOR));
            part.split(SEPARATOR).for_each(|piece| name.push_str(piece));
        }
        Cow::Owned(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_apart_into_what_it_was_made_of() {
        for (region, model, firmware) in
            [("north", "P400", "1.2"), ("", "P400", ""), ("north", "", ""), ("", "", "7"), ("", "", "")]
        {
            let equipment = Equipment { region, model, firmware };
            assert_eq!(Equipment::of(&equipment.name()), equipment);
        }
        assert_eq!(Equipment::default().name(), "");
    }

    #[test]
    fn a_part_cannot_pass_for_two() {
        let odd = Equipment { region: "a\u{1f}b", model: "", firmware: "" };
        assert_eq!(Equipment::of(&odd.name()), Equipment { region: "ab", ..Equipment::default() });
    }
}
