//! A regular expression over the bytes of one line, and the groups that it may have.

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

/// What a group of a pattern holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Group {
    Mti,
    Element,
    Part,
    Value,
    Name,
    Time,
    Direction,
    Trace,
    Link,
    Open,
    Composite,
}

impl Group {
    const COUNT: usize = 11;

    const ALL: [(Self, &'static str); Self::COUNT] = [
        (Self::Mti, "mti"),
        (Self::Element, "element"),
        (Self::Part, "part"),
        (Self::Value, "value"),
        (Self::Name, "name"),
        (Self::Time, "time"),
        (Self::Direction, "direction"),
        (Self::Trace, "trace"),
        (Self::Link, "link"),
        (Self::Open, "open"),
        (Self::Composite, "composite"),
    ];
}

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    /// The number of each group, where the pattern has it.
    groups: [Option<usize>; Group::COUNT],
}

/// What the groups of a pattern matched in a line.
pub(super) struct Found<'b> {
    texts: [Option<&'b [u8]>; Group::COUNT],
}

impl<'b> Found<'b> {
    pub(super) fn get(&self, group: Group) -> Option<&'b [u8]> {
        self.texts[group as usize]
    }
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A sentence, when it is no regular expression or names a group that means nothing.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let regex = RegexBuilder::new(text).unicode(false).build().map_err(|error| {
            let whole = error.to_string();
            whole.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        })?;
        let mut groups = [None; Group::COUNT];
        for (at, name) in regex.capture_names().enumerate() {
            let Some(name) = name else { continue };
            let known = Group::ALL.iter().find(|(_, own)| *own == name);
            let (group, _) = known.ok_or_else(|| format!("`{name}` is no group"))?;
            groups[*group as usize] = Some(at);
        }
        Ok(Self { regex, groups })
    }

    pub(super) fn has(&self, group: Group) -> bool {
        self.groups[group as usize].is_some()
    }

    pub(super) fn is_match(&self, line: &[u8]) -> bool {
        self.regex.is_match(line)
    }

    /// What finds the groups of this pattern.
    pub(super) fn finder(&self) -> Finder<'_> {
        Finder { pattern: self, places: self.regex.capture_locations() }
    }
}

/// A pattern, with room for the places of its groups: a line needs no memory of its own.
pub(super) struct Finder<'p> {
    pattern: &'p Pattern,
    places: CaptureLocations,
}

impl Finder<'_> {
    pub(super) fn find<'b>(&mut self, line: &'b [u8]) -> Option<Found<'b>> {
        let Self { pattern, places } = self;
        pattern.regex.captures_read(places, line)?;
        let text = |group: Option<usize>| line.get(places.get(group?).map(|(start, end)| start..end)?);
        Some(Found { texts: pattern.groups.map(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_at_their_places() {
        for (at, (group, _)) in Group::ALL.into_iter().enumerate() {
            assert_eq!(group as usize, at);
        }
    }

    #[test]
    fn patterns_that_mean_nothing_are_told() {
        for (text, complaint) in
            [("(?<mti>[0-9]{4}", "unclosed group"), ("(?<colour>x)", "`colour` is no group")]
        {
            assert_eq!(Pattern::new(text).err().as_deref(), Some(complaint));
        }
    }
}
