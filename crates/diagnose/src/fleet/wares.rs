//! What attempts at any terminal can have in common, numbered in the order in which a table has them, and the
//! cells of the baseline that they belong to.

use super::filling::fell_back;
use super::leaves::place_of;
use super::over_chunks::{added, over_chunks};
use super::values::Values;
use crate::Attribute;
use crate::baseline::{Cells, MannerKey};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Dialect, Kind};
use posmortem_exchange::{Chunk, ExchangeTable, Manner, Names, Symbol};
use posmortem_iso8583::EntryMode;

/// Issuers with fewer attempts share one level: their own would be noise, and a log may hold 10^5.
const FEWEST_OF_AN_ISSUER: u64 = 50;

/// Wares are looked up in a table where there are so many combinations at most (4 MB), else hashed.
const MOST_COMBINATIONS: usize = 1 << 20;
/// No number.
const NONE: u32 = u32::MAX;

/// Link, issuer, and how an attempt was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Ware {
    link: u32,
    issuer: u32,
    /// Its place in [`Wares::ways`].
    way: u32,
}

/// The wares of a table.
pub(super) struct Wares<'t> {
    table: &'t ExchangeTable,
    wares: Vec<Ware>,
    numbers: WareNumbers,
    ways: Ways,
    /// By link of the table: the dialect that most of its answers speak.
    dialects: Vec<Option<Dialect>>,
    /// By issuer of the table: its number among issuers with a level of their own, 0 for the others.
    levels: Vec<u32>,
    /// The issuers with a level of their own; the first stands for all others.
    issuers: Vec<String>,
}

/// Entry mode and kind, where manners of a table differ in more.
struct Ways {
    of: Vec<(EntryMode, Kind)>,
    /// By manner of the table.
    by_manner: Vec<u32>,
}

/// The numbers of wares.
enum WareNumbers {
    /// By link, issuer and way.
    InTable { issuers: usize, ways: usize, numbers: Vec<u32> },
    /// Where there are too many.
    Hashed(HashMap<Ware, u32, FixedState>),
}

impl<'t> Wares<'t> {
    pub(super) fn of(table: &'t ExchangeTable, names: &Names) -> Self {
        let ways = Ways::of(table);
        let (dialects, attempts) = link_dialects_and_issuer_attempts(table);
        let mut levels = vec![0; attempts.len()];
        let mut issuers = vec![String::new()];
        for (issuer, _) in attempts.iter().enumerate().filter(|(_, [count])| *count >= FEWEST_OF_AN_ISSUER) {
            levels[issuer] = issuers.len() as u32;
            issuers.push(names.text(table.issuers()[issuer]).to_owned());
        }
        let (wares, numbers) = in_order(table, &ways);
        Self { table, wares, numbers, ways, dialects, levels, issuers }
    }

    /// The number of a ware: link, issuer and manner as the table numbers them.
    #[inline]
    pub(super) fn number(&self, link: u32, issuer: u32, manner: u32) -> u32 {
        self.numbers.get(Ware { link, issuer, way: self.ways.by_manner[manner as usize] })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.wares.len()
    }

    /// The issuer of a ware: its place in the table.
    pub(super) fn issuer(&self, ware: u32) -> u32 {
        self.wares[ware as usize].issuer
    }

    /// The values of a ware: link, issuer, entry mode and kind.
    pub(super) fn values(&self, ware: usize, values: &Values<'_>) -> [u32; 4] {
        let key = self.wares[ware];
        let (entry_mode, kind) = self.ways.of[key.way as usize];
        let of_symbol =
            |attribute, symbols: &[Symbol], at: u32| values.of_symbol(attribute, symbols[at as usize]);
        [
            of_symbol(Attribute::Link, self.table.links(), key.link),
            of_symbol(Attribute::Issuer, self.table.issuers(), key.issuer),
            values.number(Attribute::EntryMode, entry_mode.name()),
            values.number(Attribute::ProcessingCode, kind.name()),
        ]
    }

    /// The cells of the baseline, numbered in the order of some wares that names each of them, and the cell of
    /// each ware.
    pub(super) fn cells(&self, order: impl Iterator<Item = u32>) -> (Cells, Vec<u32>) {
        let mut cells = Cells { issuers: self.issuers.clone(), ..Cells::default() };
        let (mut cell_numbers, mut manner_numbers) =
            (HashMap::<_, u32, FixedState>::default(), HashMap::<_, u32, FixedState>::default());
        let mut of_wares = vec![NONE; self.wares.len()];
        for ware in order {
            let of_ware = &mut of_wares[ware as usize];
            if *of_ware != NONE {
                continue;
            }
            let Ware { link, issuer, way } = self.wares[ware as usize];
            let (entry_mode, kind) = self.ways.of[way as usize];
            let dialect = self.dialects[link as usize].map(Dialect::name);
            let manner = MannerKey { entry_mode, kind, dialect };
            let Cells { of, manners, .. } = &mut cells;
            let manner = *manner_numbers.entry(manner).or_insert_with(|| {
                manners.push(manner);
                manners.len() as u32 - 1
            });
            let cell = (self.levels[issuer as usize], manner);
            *of_ware = *cell_numbers.entry(cell).or_insert_with(|| {
                of.push(cell);
                of.len() as u32 - 1
            });
        }
        (cells, of_wares)
    }
}

impl Ways {
    fn of(table: &ExchangeTable) -> Self {
        let mut of = Vec::new();
        let way_of = |manner: &Manner| {
            // What the customer brought: that it fell back is an outcome.
            let entry_mode = if fell_back(manner) { EntryMode::Chip } else { manner.entry_mode };
            place_of(&mut of, (entry_mode, manner.kind))
        };
        let by_manner = table.manners().iter().map(way_of).collect();
        Self { of, by_manner }
    }
}

impl WareNumbers {
    fn none(table: &ExchangeTable, ways: &Ways) -> Self {
        let (issuers, ways) = (table.issuers().len(), ways.of.len());
        match table.links().len() * issuers * ways {
            combinations @ ..=MOST_COMBINATIONS => {
                Self::InTable { issuers, ways, numbers: vec![NONE; combinations] }
            }
            _ => Self::Hashed(HashMap::default()),
        }
    }

    #[inline]
    fn get(&self, ware: Ware) -> u32 {
        match self {
            Self::InTable { issuers, ways, numbers } => {
                numbers[(ware.link as usize * issuers + ware.issuer as usize) * ways + ware.way as usize]
            }
            Self::Hashed(numbers) => numbers.get(&ware).copied().unwrap_or(NONE),
        }
    }

    fn set(&mut self, ware: Ware, number: u32) {
        match self {
            Self::InTable { issuers, ways, numbers } => {
                let row = ware.link as usize * *issuers + ware.issuer as usize;
                numbers[row * *ways + ware.way as usize] = number;
            }
            Self::Hashed(numbers) => _ = numbers.insert(ware, number),
        }
    }
}

/// The wares of a table in the order of their first rows, and their numbers.
fn in_order(table: &ExchangeTable, ways: &Ways) -> (Vec<Ware>, WareNumbers) {
    let none = || (Vec::new(), WareNumbers::none(table, ways));
    let add = |(wares, numbers): &mut (Vec<Ware>, WareNumbers), chunk: &Chunk| {
        for row in 0..chunk.len() {
            let (link, issuer) = (chunk.links().id(row) as u32, chunk.issuers().id(row) as u32);
            let ware = Ware { link, issuer, way: ways.by_manner[chunk.manners().id(row)] };
            if numbers.get(ware) == NONE {
                numbers.set(ware, wares.len() as u32);
                wares.push(ware);
            }
        }
    };
    let join = |(mut wares, mut numbers): (Vec<Ware>, WareNumbers), (more, _)| {
        for ware in more {
            if numbers.get(ware) == NONE {
                numbers.set(ware, wares.len() as u32);
                wares.push(ware);
            }
        }
        (wares, numbers)
    };
    let combinations = table.links().len() * table.issuers().len() * ways.of.len();
    over_chunks(table, combinations.min(MOST_COMBINATIONS) * size_of::<u32>(), none, add, join)
}

fn link_dialects_and_issuer_attempts(table: &ExchangeTable) -> (Vec<Option<Dialect>>, Vec<[u64; 1]>) {
    let endings = table.endings();
    // Answers by link and ending; attempts by issuer.
    let bytes = size_of::<u64>() * (table.links().len() * endings.len() + table.issuers().len());
    let none = || (vec![[0_u64]; table.links().len() * endings.len()], vec![[0_u64]; table.issuers().len()]);
    let add = |(answers, attempts): &mut (Vec<[u64; 1]>, Vec<[u64; 1]>), chunk: &Chunk| {
        for row in 0..chunk.len() {
            attempts[chunk.issuers().id(row)][0] += 1;
            answers[chunk.links().id(row) * endings.len() + chunk.endings().id(row)][0] += 1;
        }
    };
    let join = |one: (_, _), two: (_, _)| (added(one.0, two.0), added(one.1, two.1));
    let (answers, attempts) = over_chunks(table, bytes, none, add, join);
    let mut by_dialect: Vec<Vec<(Dialect, u64)>> = vec![Vec::new(); table.links().len()];
    for (at, [count]) in answers.into_iter().enumerate().filter(|(_, [count])| *count > 0) {
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
