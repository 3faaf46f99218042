//! Combinations of values, numbered as they occur, and the cells of the baseline that they belong to.

use super::filling::fell_back;
use super::values::{Standing, Values};
use crate::baseline::{Cells, MannerKey};
use crate::{Attribute, Leaves, UNTOLD};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{ExchangeTable, Manner, Names, Symbol};
use posmortem_iso8583::EntryMode;

/// Issuers with fewer attempts share one level: their own would be noise, and a log may hold 10^5.
const FEWEST_OF_AN_ISSUER: u64 = 50;

/// What a leaf of one terminal is made of: standing, link, issuer, and how the attempt was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    /// Its place in [`LeafNumbers::standings`].
    standing: u32,
    link: u32,
    issuer: u32,
    /// Its place in [`LeafNumbers::ways`].
    way: u32,
}

pub(super) struct LeafNumbers<'t, 'v> {
    table: &'t ExchangeTable,
    values: &'v Values<'t>,
    /// The terminal whose attempts are numbered; its leaves are nobody else's.
    terminal: u32,
    /// Where it stood so far.
    standings: Vec<Standing>,
    numbers: HashMap<Key, u32, FixedState>,
    /// Entry mode and kind, where manners of the table differ in more.
    ways: Vec<(EntryMode, Kind)>,
    /// By manner of the table: its way.
    way_of_manner: Vec<u32>,
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
        let mut ways = Vec::new();
        let way_of = |manner: &Manner| {
            // What the customer brought: that it fell back is an outcome.
            let entry_mode = if fell_back(manner) { EntryMode::Chip } else { manner.entry_mode };
            place_of(&mut ways, (entry_mode, manner.kind))
        };
        Self {
            way_of_manner: table.manners().iter().map(way_of).collect(),
            ways,
            table,
            values,
            terminal: UNTOLD,
            standings: Vec::new(),
            numbers: HashMap::default(),
            leaves: Leaves { columns: vec![Vec::new(); Attribute::ALL.len()], cells: Vec::new() },
            dialects,
            levels,
            cells: Cells { issuers, ..Cells::default() },
            cell_numbers: HashMap::default(),
            manner_numbers: HashMap::default(),
        }
    }

    /// The leaf of an attempt: link, issuer and manner as the table numbers them. Terminals come one after
    /// the other.
    pub(super) fn number(
        &mut self,
        terminal: u32,
        standing: Standing,
        link: u32,
        issuer: u32,
        manner: u32,
    ) -> u32 {
        if terminal != self.terminal {
            self.terminal = terminal;
            self.standings.clear();
            self.numbers.clear();
        }
        let standing = place_of(&mut self.standings, standing);
        let key = Key { standing, link, issuer, way: self.way_of_manner[manner as usize] };
        match self.numbers.get(&key) {
            Some(number) => *number,
            None => self.add(key),
        }
    }

    fn add(&mut self, key: Key) -> u32 {
        let number = self.leaves.cells.len() as u32;
        self.numbers.insert(key, number);
        let Standing { site, region, model, firmware } = self.standings[key.standing as usize];
        let (entry_mode, kind) = self.ways[key.way as usize];
        let of_symbol =
            |attribute, symbols: &[Symbol], at: u32| self.values.of_symbol(attribute, symbols[at as usize]);
        let values = [
            self.terminal,
            site,
            region,
            of_symbol(Attribute::Link, self.table.links(), key.link),
            model,
            firmware,
            of_symbol(Attribute::Issuer, self.table.issuers(), key.issuer),
            self.values.number(Attribute::EntryMode, entry_mode.name()),
            self.values.number(Attribute::ProcessingCode, kind.name()),
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
        let (entry_mode, kind) = self.ways[key.way as usize];
        let manner = MannerKey { entry_mode, kind, dialect };
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

/// The place of a value in a short list, at its end where it is new.
fn place_of<T: PartialEq>(list: &mut Vec<T>, value: T) -> u32 {
    let known = list.iter().rposition(|known| *known == value);
    known.unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    }) as u32
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
