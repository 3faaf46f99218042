//! Combinations of values, numbered as they occur, and the cells of the baseline that they belong to.

use super::filling::fell_back;
use super::values::{Standing, Values};
use crate::baseline::{Cells, MannerKey};
use crate::{Attribute, Leaves};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{ExchangeTable, Names, Symbol};
use posmortem_iso8583::EntryMode;

/// Issuers with fewer attempts share one level: their own would be noise, and a log may hold 10^5.
const FEWEST_OF_AN_ISSUER: u64 = 50;

/// What a leaf is made of: terminal, standing, link, issuer, manner without its currency and zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    terminal: u32,
    standing: Standing,
    link: u32,
    issuer: u32,
    entry_mode: EntryMode,
    kind: Kind,
}

pub(super) struct LeafNumbers<'t, 'v> {
    table: &'t ExchangeTable,
    values: &'v Values<'t>,
    /// Those of one terminal: terminals are asked for one after the other, and no two share a leaf.
    numbers: HashMap<Key, u32, FixedState>,
    /// The leaf that was asked for last: most attempts of a terminal resemble the one before.
    last: Option<(Key, u32)>,
    leaves: Leaves,
    /// By link of the table: the dialect that most of its answers speak.
    dialects: Vec<Option<Dialect>>,
    /// By issuer of the table: its number among issuers with a level of their own, 0 for the others.
    levels: Vec<u32>,
    cells: Cells,
    cell_numbers: HashMap<(u32, u32), u32, FixedState>,
    manner_numbers: HashMap<MannerKey, u32, FixedState>,
}

impl<'t, 'v> LeafNumbers<'t, 'v> {
    pub(super) fn new(table: &'t ExchangeTable, names: &Names, values: &'v Values<'t>) -> Self {
        let (dialects, attempts) = link_dialects_and_issuer_attempts(table);
        let mut levels = vec![0; attempts.len()];
        let mut issuers = vec![String::new()];
        for (issuer, _) in attempts.iter().enumerate().filter(|(_, count)| **count >= FEWEST_OF_AN_ISSUER) {
            levels[issuer] = issuers.len() as u32;
            issuers.push(names.text(table.issuers()[issuer]).to_owned());
        }
        Self {
            table,
            values,
            numbers: HashMap::default(),
            last: None,
            leaves: Leaves { columns: vec![Vec::new(); Attribute::ALL.len()], cells: Vec::new() },
            dialects,
            levels,
            cells: Cells { issuers, ..Cells::default() },
            cell_numbers: HashMap::default(),
            manner_numbers: HashMap::default(),
        }
    }

    /// The leaf of an attempt: link, issuer and manner as the table numbers them.
    pub(super) fn number(
        &mut self,
        terminal: u32,
        standing: Standing,
        link: u32,
        issuer: u32,
        manner: u32,
    ) -> u32 {
        let told = &self.table.manners()[manner as usize];
        // What the customer brought: that it fell back is an outcome.
        let entry_mode = if fell_back(told) { EntryMode::Chip } else { told.entry_mode };
        let key = Key { terminal, standing, link, issuer, entry_mode, kind: told.kind };
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == key) {
            return number;
        }
        if self.last.is_some_and(|(last, _)| last.terminal != terminal) {
            self.numbers = HashMap::default();
        }
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None => self.add(key),
        };
        self.last = Some((key, number));
        number
    }

    fn add(&mut self, key: Key) -> u32 {
        let number = self.leaves.cells.len() as u32;
        self.numbers.insert(key, number);
        let Standing { site, region, model, firmware } = key.standing;
        let of_symbol =
            |attribute, symbols: &[Symbol], at: u32| self.values.of_symbol(attribute, symbols[at as usize]);
        let values = [
            key.terminal,
            site,
            region,
            of_symbol(Attribute::Link, self.table.links(), key.link),
            model,
            firmware,
            of_symbol(Attribute::Issuer, self.table.issuers(), key.issuer),
            self.values.number(Attribute::EntryMode, key.entry_mode.name()),
            self.values.number(Attribute::ProcessingCode, key.kind.name()),
        ];
        for (column, value) in self.leaves.columns.iter_mut().zip(values) {
            column.push(value);
        }
        let cell = self.cell(key);
        self.leaves.cells.push(cell);
        number
    }

    fn cell(&mut self, key: Key) -> u32 {
        let dialect = self.dialects[key.link as usize].map(Dialect::name);
        let manner = MannerKey { entry_mode: key.entry_mode, kind: key.kind, dialect };
        let Cells { of, manners, .. } = &mut self.cells;
        let manner = *self.manner_numbers.entry(manner).or_insert_with(|| {
            manners.push(manner);
            manners.len() as u32 - 1
        });
        let cell = (self.levels[key.issuer as usize], manner);
        *self.cell_numbers.entry(cell).or_insert_with(|| {
            of.push(cell);
            of.len() as u32 - 1
        })
    }

    pub(super) fn finish(self) -> (Leaves, Cells) {
        (self.leaves, self.cells)
    }
}

fn link_dialects_and_issuer_attempts(table: &ExchangeTable) -> (Vec<Option<Dialect>>, Vec<u64>) {
    let mut answers: HashMap<(usize, usize), u64, FixedState> = HashMap::default();
    let mut attempts = vec![0; table.issuers().len()];
    for chunk in table.chunks() {
        for row in 0..chunk.len() {
            attempts[chunk.issuers().id(row)] += 1;
            *answers.entry((chunk.links().id(row), chunk.endings().id(row))).or_default() += 1;
        }
    }
    let mut by_dialect: Vec<Vec<(Dialect, u64)>> = vec![Vec::new(); table.links().len()];
    for ((link, ending), count) in answers {
        let Some(dialect) = table.endings()[ending].dialect else { continue };
        let known = &mut by_dialect[link];
        match known.iter_mut().find(|(spoken, _)| *spoken == dialect) {
            Some((_, answers)) => *answers += count,
            None => known.push((dialect, count)),
        }
    }
    let most = |known: Vec<(Dialect, u64)>| {
        let by_count = known
            .into_iter()
            .max_by(|(a, first), (b, second)| first.cmp(second).then_with(|| b.name().cmp(a.name())));
        by_count.map(|(dialect, _)| dialect)
    };
    (by_dialect.into_iter().map(most).collect(), attempts)
}
