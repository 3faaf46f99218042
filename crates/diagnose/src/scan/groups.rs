//! Which marks have one mechanism, where it may be shared, and what an incident of it is called.
//!
//! `data/groups.tsv` holds all of it for payments. Nothing here counts.

use posmortem_classify::Reason;
use posmortem_iso8583::TableRow;

use crate::{Attribute, Dimension, Mark};

const GROUPS: &str = include_str!("../../data/groups.tsv");

/// Where a group of marks may be shared, by the dimensions of a scope in rising order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scopes {
    Any,
    Only(Vec<Vec<Dimension>>),
}

/// Marks with one mechanism.
#[derive(Clone, Debug)]
pub struct Group {
    name: &'static str,
    mechanism: &'static str,
    marks: Vec<Mark>,
    scopes: Scopes,
    reason: Option<Reason>,
    reason_by_scope: Vec<(Vec<Dimension>, Reason)>,
}

impl Group {
    /// Its name in the table.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Groups of one mechanism may show the same incident.
    pub fn mechanism(&self) -> &'static str {
        self.mechanism
    }

    /// Its marks, in the order of the table.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The reason with which an incident in a scope of these dimensions is reported; none where the
    /// codes mean nothing that a table lists.
    pub fn reason(&self, dimensions: &[Dimension]) -> Option<Reason> {
        let exception = self.reason_by_scope.iter().find(|(scope, _)| scope == dimensions);
        exception.map(|&(_, reason)| reason).or(self.reason)
    }

    /// Whether it can be shared by a scope of these dimensions.
    pub fn may_be_shared(&self, dimensions: &[Dimension]) -> bool {
        match &self.scopes {
            Scopes::Any => true,
            Scopes::Only(scopes) => scopes.iter().any(|scope| scope == dimensions),
        }
    }
}

/// All groups. A mark is in at most one.
#[derive(Clone, Debug)]
pub struct Groups {
    groups: Vec<Group>,
    by_mark: [Option<u8>; Mark::COUNT],
}

impl Groups {
    /// The groups of payments, over the dimensions of [`Attribute`].
    ///
    /// # Panics
    /// Never: a test reads the table.
    pub fn payments() -> Self {
        Self::from_text(GROUPS).expect("the table of groups is checked by a test")
    }

    /// One group of one mark that any scope may share: for data that has no reasons.
    pub fn of_one(name: &'static str, mark: Mark) -> Self {
        let group = Group {
            name,
            mechanism: name,
            marks: vec![mark],
            scopes: Scopes::Any,
            reason: None,
            reason_by_scope: Vec::new(),
        };
        Self::new(vec![group]).expect("one mark is in one group")
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The group of that number.
    pub fn get(&self, group: usize) -> &Group {
        &self.groups[group]
    }

    /// The number of the group that holds a mark.
    pub fn of(&self, mark: Mark) -> Option<usize> {
        self.by_mark.get(mark.index()).copied().flatten().map(usize::from)
    }

    /// The number of the group of that name.
    pub fn from_name(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.name == name)
    }

    fn new(groups: Vec<Group>) -> Result<Self, String> {
        let mut by_mark = [None; Mark::COUNT];
        for (number, group) in groups.iter().enumerate() {
            for mark in &group.marks {
                if by_mark[mark.index()].replace(number as u8).is_some() {
                    return Err(format!("{}: a mark is in two groups", group.name));
                }
            }
        }
        Ok(Self { groups, by_mark })
    }

    fn from_text(text: &'static str) -> Result<Self, String> {
        let rows = posmortem_iso8583::rows(text, COLUMNS).map_err(|error| format!("{error:?}"))?;
        Self::new(rows.iter().map(group).collect::<Result<_, _>>()?)
    }
}

const COLUMNS: [&str; 6] = ["group", "mechanism", "marks", "scopes", "reason", "reason_by_scope"];

fn group(row: &TableRow<'static, 6>) -> Result<Group, String> {
    let [name, mechanism, marks, scopes, of, by_scope] = row.fields;
    let mark = |text: &str| Mark::from_name(text).ok_or_else(|| format!("{name}: no mark {text}"));
    Ok(Group {
        name,
        mechanism,
        marks: marks.split(',').map(mark).collect::<Result<_, _>>()?,
        scopes: match scopes {
            "any" => Scopes::Any,
            some => Scopes::Only(some.split(';').map(scope).collect::<Result<_, _>>()?),
        },
        reason: if of == "-" { None } else { Some(reason(of)?) },
        reason_by_scope: exceptions(by_scope)?,
    })
}

fn exceptions(text: &str) -> Result<Vec<(Vec<Dimension>, Reason)>, String> {
    if text == "-" {
        return Ok(Vec::new());
    }
    let exception = |part: &str| {
        let (of, told) = part.split_once('=').ok_or_else(|| format!("{part}: expected scope=reason"))?;
        Ok((scope(of)?, reason(told)?))
    };
    text.split(';').map(exception).collect()
}

fn scope(text: &str) -> Result<Vec<Dimension>, String> {
    let dimension = |name: &str| {
        let attribute = Attribute::from_name(name).ok_or_else(|| format!("no attribute {name}"))?;
        Ok(attribute.dimension())
    };
    text.split('+').map(dimension).collect()
}

fn reason(name: &str) -> Result<Reason, String> {
    Reason::from_name(name).ok_or_else(|| format!("no reason {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let groups = Groups::from_text(GROUPS).expect("every name in the table is known");
        assert!(groups.len() < usize::from(u8::MAX));
        for (number, group) in groups.groups.iter().enumerate() {
            assert_eq!(groups.from_name(group.name()), Some(number), "{} is listed once", group.name());
            assert!(!group.marks().is_empty(), "{}", group.name());
            let written = group.reason_by_scope.iter().map(|(scope, _)| scope);
            let listed = match &group.scopes {
                Scopes::Any => &[][..],
                Scopes::Only(scopes) => scopes,
            };
            for scope in written.chain(listed) {
                assert!(scope.is_sorted(), "{}: attributes in their order", group.name());
            }
            for mark in group.marks() {
                assert_eq!(groups.of(*mark), Some(number));
            }
        }
    }

    #[test]
    fn a_reported_reason_is_a_cause_that_the_marks_have_or_one_of_the_path() {
        let groups = Groups::payments();
        for group in &groups.groups {
            let causes: Vec<_> =
                group.marks.iter().filter_map(|mark| mark.reason()).map(Reason::cause).collect();
            let own = group
                .reason
                .is_none_or(|reason| causes.contains(&reason.cause()) || group.name == "pin_wrong");
            assert!(own, "{}", group.name);
            for (_, reason) in &group.reason_by_scope {
                let known = causes.contains(&reason.cause()) || reason.name() == "terminal_software_fault";
                assert!(known, "{}: {reason}", group.name);
            }
        }
    }

    #[test]
    fn an_absence_of_answers_is_called_by_its_scope() {
        let groups = Groups::payments();
        let group = groups.get(groups.from_name("no_answer").expect("listed"));
        let named = |attributes: &[Attribute]| {
            let dimensions: Vec<_> = attributes.iter().map(|attribute| attribute.dimension()).collect();
            group.reason(&dimensions).map(Reason::name)
        };
        assert_eq!(named(&[Attribute::Issuer]), Some("issuer_unavailable"));
        assert_eq!(named(&[Attribute::Link]), Some("link_outage"));
        assert_eq!(named(&[Attribute::Model, Attribute::Firmware]), Some("terminal_software_fault"));
    }
}
