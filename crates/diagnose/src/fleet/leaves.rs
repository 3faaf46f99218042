//! Combinations of where a terminal stands and of a ware, numbered as they occur.

use super::values::{Standing, Values};
use super::wares::Wares;
use crate::baseline::Cells;
use crate::{Attribute, Half, Leaves};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// No number, and no terminal.
const NONE: u32 = u32::MAX;

/// What belongs to a terminal, in the order of its values; and what to a payment, in that of a ware's.
const TERMINAL: [Attribute; 5] =
    [Attribute::Terminal, Attribute::Site, Attribute::Region, Attribute::Model, Attribute::Firmware];
const PAYMENT: [Attribute; 4] =
    [Attribute::Link, Attribute::Issuer, Attribute::EntryMode, Attribute::ProcessingCode];

fn half(attribute: Attribute) -> Half {
    if TERMINAL.contains(&attribute) { Half::Terminal } else { Half::Payment }
}

/// The leaf that a ware had last.
#[derive(Clone, Copy)]
struct Latest {
    terminal: u32,
    standing: u32,
    leaf: u32,
}

/// The leaves of some terminals that follow each other: no other terminal has any of them.
pub(super) struct LeafNumbers {
    /// The terminal whose attempts are numbered.
    terminal: u32,
    /// Where it stood so far.
    standings: Vec<Standing>,
    /// By place of those: its entry, once it has a leaf.
    entries: Vec<u32>,
    /// The same by value, once they are many.
    standing_numbers: HashMap<Standing, u32, FixedState>,
    /// By ware.
    latest: Vec<Latest>,
    /// Leaves of the terminal by standing and ware, as far as they are no longer the latest: it moved.
    earlier: HashMap<(u32, u32), u32, FixedState>,
    leaves: StretchLeaves,
}

/// The leaves of a stretch of terminals by their number.
#[derive(Default)]
pub(super) struct StretchLeaves {
    /// By leaf: the entry of the terminal where it stands, and the ware.
    pub(super) parts: Vec<[u32; 2]>,
    /// By entry: the values of the terminal's half.
    entries: Vec<[u32; TERMINAL.len()]>,
}

/// Longer lists are not looked through.
const FEW_STANDINGS: usize = 16;

impl LeafNumbers {
    pub(super) fn new(wares: usize) -> Self {
        Self {
            terminal: NONE,
            standings: Vec::new(),
            entries: Vec::new(),
            standing_numbers: HashMap::default(),
            latest: vec![Latest { terminal: NONE, standing: 0, leaf: 0 }; wares],
            earlier: HashMap::default(),
            leaves: StretchLeaves::default(),
        }
    }

    /// The ware of a leaf.
    pub(super) fn ware(&self, leaf: u32) -> u32 {
        self.leaves.parts[leaf as usize][1]
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
            let Standing { site, region, model, firmware } = self.standings[standing];
            self.entries[standing] = self.leaves.entries.len() as u32;
            self.leaves.entries.push([self.terminal, site, region, model, firmware]);
        }
        self.entries[standing]
    }

    /// The leaves that were numbered; the next one is the first of another stretch.
    pub(super) fn take(&mut self) -> StretchLeaves {
        std::mem::take(&mut self.leaves)
    }
}

/// All leaves, those of each stretch of terminals behind the ones before; and the cells of the baseline.
pub(super) fn joined(
    stretches: Vec<StretchLeaves>,
    wares: &Wares<'_>,
    values: &Values<'_>,
) -> (Leaves, Cells) {
    let mut leaves = Leaves {
        columns: vec![Vec::new(); Attribute::ALL.len()],
        halves: Attribute::ALL.into_iter().map(half).collect(),
        ..Leaves::default()
    };
    leaves.parts.reserve_exact(stretches.iter().map(|stretch| stretch.parts.len()).sum());
    for StretchLeaves { parts, entries } in stretches {
        let before = leaves.columns[Attribute::Terminal.dimension()].len() as u32;
        leaves.parts.extend(parts.into_iter().map(|[entry, ware]| [before + entry, ware]));
        for (at, attribute) in TERMINAL.into_iter().enumerate() {
            leaves.columns[attribute.dimension()].extend(entries.iter().map(|values| values[at]));
        }
    }
    let (cells, of_wares) = wares.cells(leaves.parts.iter().map(|[_, ware]| *ware));
    leaves.cells = of_wares;
    for ware in 0..wares.count() {
        for (attribute, value) in PAYMENT.into_iter().zip(wares.values(ware, values)) {
            leaves.columns[attribute.dimension()].push(value);
        }
    }
    (leaves, cells)
}

/// The place of a value in a short list, at its end where it is new.
pub(super) fn place_of<T: PartialEq>(list: &mut Vec<T>, value: T) -> u32 {
    let known = list.iter().rposition(|known| *known == value);
    known.unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    }) as u32
}
