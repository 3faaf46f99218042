//! Fields by name: how many messages fill them, what card data stands in them, and what the values of
//! names that mean nothing look like.

use super::card_data::CardDataCounts;
use super::texts::{Sides, Texts, place};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_exchange::{Field, Leg};
use posmortem_iso8583::{CardData, Side, find_card_data, find_card_data_of_chip};
use posmortem_logs::{Column, FieldName, Likeness, Position, is_field_name};

/// Elements whose numbers are ids, times and references: one in ten passes for a card number by
/// chance, and a fleet of such merchants with every message. Tracks, and what is longer than an id, are looked for
/// there all the same.
const IDS: [u8; 8] = [7, 11, 12, 32, 37, 41, 42, 90];

/// Digits of the longest id, that of a merchant.
const LONGEST_ID: usize = 15;

/// The element of the chip's data.
const ICC_DATA: u8 = 55;

/// Columns of that kind that are no elements.
const ID_COLUMNS: [Column; 4] = [Column::Time, Column::Date, Column::OriginalStan, Column::OriginalRrn];

/// Fields that are kept; of more, the first ones in order. A log has some hundred at most.
const MOST: usize = 4096;

/// Every field that was seen.
#[derive(Clone, Default)]
pub(super) struct Fields {
    known: HashMap<Box<[u8]>, usize, RandomState>,
    fields: Vec<Counted>,
    /// The fields of the message that is being told.
    told: Vec<usize>,
    key: Vec<u8>,
    /// Messages that were read.
    pub(super) sides: Sides,
}

/// What was seen of one field.
#[derive(Clone)]
pub(super) struct Counted {
    pub(super) field: Field,
    /// Messages that fill it.
    pub(super) filled: u64,
    pub(super) card_data: CardDataCounts,
    /// What a search of the text finds in it, too: also numbers in fields of ids, of which nobody is told, and
    /// of the chip's data what shows without taking it apart.
    in_text: CardDataCounts,
    /// The first line of card data.
    pub(super) first_line: Option<u64>,
    /// What the values look like, where the name means nothing.
    pub(super) likeness: Option<Box<Likeness>>,
    /// What they would be as names of links, there too.
    pub(super) texts: Option<Box<Texts>>,
    /// Told of the current message, and whether card data was.
    is_told: bool,
    leaks: bool,
}

impl Fields {
    /// A value of the current message.
    pub(super) fn see(&mut self, name: FieldName<'_>, value: &[u8]) {
        let at = self.index_of(name);
        let counted = &mut self.fields[at];
        if !counted.is_told {
            counted.is_told = true;
            self.told.push(at);
        }
        find_card_data(value, |data, _| counted.in_text.see(data));
        let holds_ids = is_of_ids(name);
        let mut see = |data, length| match data {
            CardData::Number { .. } if holds_ids && length <= LONGEST_ID => {}
            CardData::Number { passes: false } => counted.card_data.see(data),
            _ => {
                counted.card_data.see(data);
                counted.leaks = true;
            }
        };
        match name {
            FieldName::Element(ICC_DATA) => find_card_data_of_chip(value, |data| see(data, value.len())),
            _ => find_card_data(value, |data, place| see(data, place.len())),
        }
        if let Some(likeness) = &mut counted.likeness {
            likeness.see(value);
        }
        if let Some(texts) = &mut counted.texts {
            texts.see(value);
        }
    }

    /// The current message is read, at the terminal of that id.
    pub(super) fn keep(&mut self, position: Position, leg: &Leg, terminal: &str) {
        self.keep_of(position, leg.side(), terminal);
    }

    fn keep_of(&mut self, position: Position, side: Side, terminal: &str) {
        self.sides[place(side)] += 1;
        for at in &self.told {
            if let Some(texts) = &mut self.fields[*at].texts {
                texts.keep(side, terminal);
            }
        }
        self.end(position, 1);
    }

    /// The current message could not be read.
    pub(super) fn drop(&mut self, position: Position) {
        self.end(position, 0);
    }

    fn end(&mut self, position: Position, filled: u64) {
        for at in self.told.drain(..) {
            let counted = &mut self.fields[at];
            counted.filled += filled;
            if std::mem::take(&mut counted.leaks) {
                counted.first_line =
                    Some(counted.first_line.map_or(position.line, |line| line.min(position.line)));
            }
            counted.texts.iter_mut().for_each(|texts| texts.forget());
            counted.is_told = false;
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.sides.iter_mut().zip(other.sides).for_each(|(own, theirs)| *own += theirs);
        for (key, at) in other.known {
            let theirs = &other.fields[at];
            match self.known.get(&key) {
                Some(&own) => self.fields[own].merge(theirs),
                None => {
                    self.known.insert(key, self.fields.len());
                    self.fields.push(theirs.clone());
                }
            }
        }
        self.cut();
    }

    /// Leaves out what stands behind the most that are kept. Which those are follows from the names
    /// alone: whatever is among the first of all is among the first of any part.
    fn cut(&mut self) {
        if self.fields.len() <= MOST {
            return;
        }
        let mut order: Vec<usize> = (0..self.fields.len()).collect();
        order.sort_by(|a, b| self.fields[*a].field.cmp(&self.fields[*b].field));
        let mut places = vec![None; order.len()];
        order.truncate(MOST);
        order.iter().enumerate().for_each(|(new, old)| places[*old] = Some(new));
        self.fields = order.into_iter().map(|old| self.fields[old].clone()).collect();
        self.known.retain(|_, at| match places[*at] {
            Some(new) => {
                *at = new;
                true
            }
            None => false,
        });
    }

    /// All of them, in their order.
    pub(super) fn sorted(&self) -> Vec<&Counted> {
        let mut sorted: Vec<&Counted> = self.fields.iter().collect();
        sorted.sort_by(|a, b| a.field.cmp(&b.field));
        sorted
    }

    /// Everything in fields that a search of the text finds, too.
    pub(super) fn in_text(&self) -> CardDataCounts {
        let mut all = CardDataCounts::default();
        self.fields.iter().for_each(|counted| all.merge(&counted.in_text));
        all
    }

    fn index_of(&mut self, name: FieldName<'_>) -> usize {
        self.key.clear();
        match name {
            FieldName::Element(element) => self.key.extend([0, element]),
            FieldName::Column(column) => self.key.extend([1, column as u8]),
            FieldName::Part { element, part } if may_be_shown(part) => {
                self.key.extend([2, element]);
                self.key.extend(part);
            }
            FieldName::Other(name) if may_be_shown(name) => {
                self.key.push(3);
                self.key.extend(name);
            }
            _ => self.key.push(4),
        }
        if let Some(&at) = self.known.get(&self.key[..]) {
            return at;
        }
        self.known.insert(self.key.as_slice().into(), self.fields.len());
        self.fields.push(Counted::new(field_of(name)));
        self.fields.len() - 1
    }
}

impl Counted {
    fn new(field: Field) -> Self {
        let is_unknown = matches!(field, Field::Other(_));
        Self {
            field,
            filled: 0,
            card_data: CardDataCounts::default(),
            in_text: CardDataCounts::default(),
            first_line: None,
            likeness: is_unknown.then(Box::default),
            texts: is_unknown.then(Box::default),
            is_told: false,
            leaks: false,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.filled += other.filled;
        self.card_data.merge(&other.card_data);
        self.in_text.merge(&other.in_text);
        self.first_line = [self.first_line, other.first_line].into_iter().flatten().min();
        if let (Some(own), Some(other)) = (&mut self.likeness, &other.likeness) {
            own.merge(other);
        }
        if let (Some(own), Some(other)) = (&mut self.texts, &other.texts) {
            own.merge(other);
        }
    }
}

fn may_be_shown(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| !name.trim().is_empty() && is_field_name(name))
}

fn field_of(name: FieldName<'_>) -> Field {
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    match name {
        FieldName::Element(element) => Field::Element(element),
        FieldName::Column(column) => Field::Column(column.name()),
        FieldName::Part { element, part } if may_be_shown(part) => Field::Part(element, text(part)),
        FieldName::Other(name) if may_be_shown(name) => Field::Other(text(name)),
        _ => Field::Unshown,
    }
}

fn is_of_ids(name: FieldName<'_>) -> bool {
    match name {
        FieldName::Element(element) => IDS.contains(&element),
        FieldName::Column(column) => ID_COLUMNS.contains(&column),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Position = Position { offset: 0, line: 7 };

    #[test]
    fn a_field_counts_once_a_message_and_not_in_one_that_is_rejected() {
        let mut fields = Fields::default();
        fields.see(FieldName::Element(41), b"T1");
        fields.see(FieldName::Element(41), b"T1");
        fields.keep_of(AT, Side::Response, "");
        fields.see(FieldName::Element(41), b"T1");
        fields.drop(AT);
        assert_eq!(fields.sorted()[0].filled, 1);
    }

    #[test]
    fn ids_are_no_cards_but_longer_numbers_are_and_tracks_are_tracks_everywhere() {
        let mut fields = Fields::default();
        fields.see(FieldName::Element(37), b"378282246310005");
        fields.see(FieldName::Element(41), b"4111111111111111");
        fields.see(FieldName::Element(42), b"4111111111111111=49122010000");
        fields.see(FieldName::Element(48), b"4111111111111111");
        fields.drop(AT);
        let found: Vec<_> = fields
            .sorted()
            .iter()
            .map(|counted| (counted.card_data.numbers, counted.card_data.tracks_2))
            .collect();
        assert_eq!(found, [(0, 0), (1, 0), (0, 1), (1, 0)]);
        let lines: Vec<_> = fields.sorted().iter().map(|counted| counted.first_line).collect();
        assert_eq!(lines, [None, Some(7), Some(7), Some(7)]);
        assert_eq!(fields.in_text().numbers, 3);
    }

    /// The text as a whole shows as many: none is left that would stand outside of fields.
    #[test]
    fn numbers_in_chip_data_are_told_once() {
        let mut fields = Fields::default();
        fields.see(FieldName::Element(55), b"9F2701805A0841111111111111115F340101");
        fields.keep_of(AT, Side::Response, "");
        assert_eq!(fields.sorted()[0].card_data.numbers, 1);
        assert_eq!(fields.in_text().numbers, 1);
    }

    #[test]
    fn names_that_could_be_card_data_share_one_place() {
        let mut fields = Fields::default();
        for name in [&b"4111111111111111"[..], b"5555555555554444", b"\xff", b""] {
            fields.see(FieldName::Other(name), b"x");
        }
        fields.keep_of(AT, Side::Response, "");
        let sorted = fields.sorted();
        assert!(sorted.len() == 1 && sorted[0].field == Field::Unshown && sorted[0].filled == 1);
    }

    #[test]
    fn of_too_many_names_the_first_are_kept_however_they_come() {
        let of = |names: &mut dyn Iterator<Item = usize>| {
            let mut all = Fields::default();
            for name in names {
                let mut one = Fields::default();
                one.see(FieldName::Other(format!("n{name:05}").as_bytes()), b"x");
                one.keep_of(AT, Side::Response, "");
                all.merge(one);
            }
            all
        };
        let count = MOST + 50;
        let (forth, back) = (of(&mut (0..count)), of(&mut (0..count).rev()));
        let names =
            |fields: &Fields| -> Vec<_> { fields.sorted().iter().map(|one| one.field.clone()).collect() };
        assert_eq!(names(&forth), names(&back));
        assert_eq!(names(&forth).len(), MOST);
        assert_eq!(names(&forth)[MOST - 1], Field::Other(format!("n{:05}", MOST - 1)));
    }
}
