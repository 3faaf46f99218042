//! Combinations of values, numbered as they occur, and the cells of the baseline that they belong to.

use super::filling::fell_back;
use super::values::{Standing, Values};
use crate::baseline::{Cells, MannerKey};
use crate::{Attribute, Half, Leaves, UNTOLD};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{ExchangeTable, Manner, Names, Symbol};
use posmortem_iso8583::EntryMode;

/// Issuers with fewer attempts share one level: their own would be noise, and a log may hold 10^5.
const FEWEST_OF_AN_ISSUER: u64 = 50;

/// Wares are looked up in a table where there are so many combinations at most (4 MB), else hashed.
const MOST_COMBINATIONS: usize = 1 << 20;
/// No number.
const NONE: u32 = u32::MAX;

/// What attempts at any terminal can have in common: link, issuer, and how they were made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Ware {
    link: u32,
    issuer: u32,
    /// Its place in [`LeafNumbers::ways`].
    way: u32,
}

/// What belongs to a terminal, in the order of its values; and what to a payment, in that of a ware's.
const TERMINAL: [Attribute; 5] =
    [Attribute::Terminal, Attribute::Site, Attribute::Region, Attribute::Model, Attribute::Firmware];
const PAYMENT: [Attribute; 4] =
    [Attribute::Link, Attribute::Issuer, Attribute::EntryMode, Attribute::ProcessingCode];

fn half(attribute: Attribute) -> Half {
    if TERMINAL.contains(&attribute) { Half::Terminal } else { Half::Payment }
}

/// What is known of a ware: its values and its cell, once it has a leaf.
type Described = Option<([u32; 4], u32)>;

/// The leaf that a ware had last.
#[derive(Clone, Copy)]
struct Latest {
    terminal: u32,
    standing: u32,
    leaf: u32,
}

pub(super) struct LeafNumbers<'t, 'v> {
    table: &'t ExchangeTable,
    values: &'v Values<'t>,
    /// The terminal whose attempts are numbered; its leaves are nobody else's.
    terminal: u32,
    /// Where it stood so far.
    standings: Vec<Standing>,
    /// By place of those: its entry in the half of leaves that tells of terminals, once it has a leaf.
    entries: Vec<u32>,
    /// The same by value, once they are many.
    standing_numbers: HashMap<Standing, u32, FixedState>,
    wares: Vec<Ware>,
    /// By link, issuer and way; empty where there are too many.
    ware_of: Vec<u32>,
    ware_by_hash: HashMap<Ware, u32, FixedState>,
    /// By ware.
    described: Vec<Described>,
    latest: Vec<Latest>,
    /// Leaves of the terminal by standing and ware, as far as they are no longer the latest: it moved.
    earlier: HashMap<(u32, u32), u32, FixedState>,
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

/// Longer lists are not looked through.
const FEW_STANDINGS: usize = 16;

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
        let way_of_manner = table.manners().iter().map(way_of).collect();
        let combinations = table.links().len() * table.issuers().len() * ways.len();
        Self {
            way_of_manner,
            ware_of: vec![NONE; if combinations <= MOST_COMBINATIONS { combinations } else { 0 }],
            ware_by_hash: HashMap::default(),
            wares: Vec::new(),
            described: Vec::new(),
            latest: Vec::new(),
            earlier: HashMap::default(),
            ways,
            table,
            values,
            terminal: UNTOLD,
            standings: Vec::new(),
            entries: Vec::new(),
            standing_numbers: HashMap::default(),
            leaves: Leaves {
                columns: vec![Vec::new(); Attribute::ALL.len()],
                halves: Attribute::ALL.into_iter().map(half).collect(),
                ..Leaves::default()
            },
            dialects,
            levels,
            cells: Cells { issuers, ..Cells::default() },
            cell_numbers: HashMap::default(),
            manner_numbers: HashMap::default(),
        }
    }

    /// The number of a ware: link, issuer and manner as the table numbers them.
    pub(super) fn ware(&mut self, link: u32, issuer: u32, manner: u32) -> u32 {
        let ware = Ware { link, issuer, way: self.way_of_manner[manner as usize] };
        let number = if self.ware_of.is_empty() {
            self.ware_by_hash.entry(ware).or_insert(NONE)
        } else {
            let row = link as usize * self.table.issuers().len() + issuer as usize;
            &mut self.ware_of[row * self.ways.len() + ware.way as usize]
        };
        if *number == NONE {
            *number = self.wares.len() as u32;
            self.wares.push(ware);
            self.described.push(None);
            self.latest.push(Latest { terminal: NONE, standing: 0, leaf: 0 });
        }
        *number
    }

    /// The issuer of a leaf: its place in the table.
    pub(super) fn issuer(&self, leaf: u32) -> u32 {
        let [_, ware] = self.leaves.parts[leaf as usize];
        self.wares[ware as usize].issuer
    }

    /// Begins with the attempts of a terminal. Terminals come one after the other.
    pub(super) fn begin(&mut self, terminal: u32) {
        self.terminal = terminal;
        self.standings.clear();
        self.entries.clear();
        self.standing_numbers.clear();
        self.earlier.clear();
    }

    /// The number of a place where the terminal stands.
    pub(super) fn stand(&mut self, standing: Standing) -> u32 {
        // A terminal that stands in many places is none: attempts without one.
        if self.standings.len() < FEW_STANDINGS {
            return place_of(&mut self.standings, standing);
        }
        if self.standing_numbers.len() < self.standings.len() {
            self.standing_numbers = self.standings.iter().copied().zip(0..).collect();
        }
        *self.standing_numbers.entry(standing).or_insert_with(|| {
            self.standings.push(standing);
            self.standings.len() as u32 - 1
        })
    }

    /// The leaf of an attempt of the terminal: where it stands, and the ware.
    pub(super) fn number(&mut self, standing: u32, ware: u32) -> u32 {
        let latest = self.latest[ware as usize];
        if latest.terminal != self.terminal {
            return self.add(standing, ware);
        }
        if latest.standing == standing {
            return latest.leaf;
        }
        self.earlier.insert((latest.standing, ware), latest.leaf);
        match self.earlier.get(&(standing, ware)).copied() {
            Some(leaf) => {
                self.latest[ware as usize] = Latest { terminal: self.terminal, standing, leaf };
                leaf
            }
            None => self.add(standing, ware),
        }
    }

    fn add(&mut self, standing: u32, ware: u32) -> u32 {
        let leaf = self.leaves.parts.len() as u32;
        self.latest[ware as usize] = Latest { terminal: self.terminal, standing, leaf };
        if self.described[ware as usize].is_none() {
            self.described[ware as usize] = Some(self.describe(ware));
        }
        let entry = self.entry(standing as usize);
        self.leaves.parts.push([entry, ware]);
        leaf
    }

    /// The entry of the terminal where it stands, in its half of leaves.
    fn entry(&mut self, standing: usize) -> u32 {
        if self.entries.len() <= standing {
            self.entries.resize(standing + 1, NONE);
        }
        if self.entries[standing] == NONE {
            let columns = &mut self.leaves.columns;
            self.entries[standing] = columns[Attribute::Terminal.dimension()].len() as u32;
            let Standing { site, region, model, firmware } = self.standings[standing];
            for (attribute, value) in TERMINAL.into_iter().zip([self.terminal, site, region, model, firmware])
            {
                columns[attribute.dimension()].push(value);
            }
        }
        self.entries[standing]
    }

    /// The values of a ware that has its first leaf: link, issuer, entry mode and kind; and its cell.
    fn describe(&mut self, ware: u32) -> ([u32; 4], u32) {
        let key = self.wares[ware as usize];
        let (entry_mode, kind) = self.ways[key.way as usize];
        let of_symbol =
            |attribute, symbols: &[Symbol], at: u32| self.values.of_symbol(attribute, symbols[at as usize]);
        let values = [
            of_symbol(Attribute::Link, self.table.links(), key.link),
            of_symbol(Attribute::Issuer, self.table.issuers(), key.issuer),
            self.values.number(Attribute::EntryMode, entry_mode.name()),
            self.values.number(Attribute::ProcessingCode, kind.name()),
        ];
        (values, self.cell(key))
    }

    fn cell(&mut self, key: Ware) -> u32 {
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
        let Self { mut leaves, described, cells, .. } = self;
        leaves.parts.shrink_to_fit();
        for (values, cell) in described.into_iter().map(Option::unwrap_or_default) {
            leaves.cells.push(cell);
            for (attribute, value) in PAYMENT.into_iter().zip(values) {
                leaves.columns[attribute.dimension()].push(value);
            }
        }
        (leaves, cells)
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
    let endings = table.endings();
    // By link and ending: links and endings are few, hundreds of either at most.
    let mut answers = vec![0_u64; table.links().len() * endings.len()];
    let mut attempts = vec![0; table.issuers().len()];
    for chunk in table.chunks() {
        for row in 0..chunk.len() {
            attempts[chunk.issuers().id(row)] += 1;
            answers[chunk.links().id(row) * endings.len() + chunk.endings().id(row)] += 1;
        }
    }
    let mut by_dialect: Vec<Vec<(Dialect, u64)>> = vec![Vec::new(); table.links().len()];
    for (at, count) in answers.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let Some(dialect) = endings[at % endings.len()].dialect else { continue };
        let known = &mut by_dialect[at / endings.len()];
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
