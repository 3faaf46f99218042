//! The exchange table as a [`Day`]: attempts by terminal, values numbered by their texts.
//!
//! What a terminal's messages leave out at one time they tell at another: site, region, model and
//! firmware hold until a message tells otherwise. The inventory, where there is one, wins. Nothing is
//! judged here but what single attempts show: a repeat of a failure, an entry of a run of keyed cards.

mod filling;
mod judged_span;
mod leaves;
mod over_chunks;
mod places;
mod repeats;
mod shown_cards;
mod slowness;
mod values;
mod wares;

use crate::attack::AttackRun;
use crate::baseline::Cells;
use crate::{Attempt, Attribute, Day, Settings};
use filling::{Filled, fill};
use posmortem_exchange::{
    Chunk, Conclusion, ExchangeTable, Names, Reply, Symbol, TerminalEvent, TerminalEventKind, Traces,
};
use posmortem_iso8583::{EntryMode, Timestamp};
pub(crate) use shown_cards::ShownCards;
use values::Values;

/// A day, and the way back from its numbers to names and rows.
pub(crate) struct Fleet<'t> {
    pub(crate) table: &'t ExchangeTable,
    pub(crate) names: &'t Names,
    pub(crate) day: Day,
    /// By attempt: its row in the table.
    pub(crate) rows: Vec<u32>,
    pub(crate) cells: Cells,
    /// By terminal: its symbol; the first is of attempts without one.
    pub(crate) terminals: Vec<Symbol>,
    /// By terminal: its events, in the order of time.
    pub(crate) events: Vec<Vec<TerminalEvent>>,
    /// By terminal: whether the inventory says not to judge it.
    pub(crate) silenced: Vec<bool>,
    /// By entry mode's value.
    pub(crate) entry_modes: Vec<EntryMode>,
    pub(crate) attacks: Vec<(u32, AttackRun)>,
    /// Of attempts that show something.
    pub(crate) cards: ShownCards,
    /// By leaf: its attempts, whatever became of them.
    pub(crate) attempts_by_leaf: Vec<u32>,
    values: Values<'t>,
    /// By site: its terminals.
    sites: Vec<Vec<u32>>,
    offset_minutes: Option<i16>,
    /// Attempts that lie too far from the others to be judged with them.
    pub(crate) outside: u64,
}

impl<'t> Fleet<'t> {
    pub(crate) fn of(table: &'t ExchangeTable, names: &'t Names, settings: &'t Settings) -> Self {
        let values = Values::of(table, names, &settings.inventory);
        let offset_minutes = table.manners().first().and_then(|manner| manner.offset_minutes);
        let events = events_of(table, &values, offset_ms(offset_minutes));
        let Filled { day, rows, cells, cards, attempts_by_leaf, attacks, outside } =
            fill(table, names, &values, &events, offset_ms(offset_minutes));
        Self {
            sites: sites_of(&day, values.sizes()[Attribute::Site.dimension()] as usize),
            terminals: values.symbols(Attribute::Terminal).to_vec(),
            silenced: values
                .texts(Attribute::Terminal)
                .iter()
                .map(|id| settings.inventory.silences(id))
                .collect(),
            entry_modes: values.entry_modes(),
            offset_minutes,
            outside,
            table,
            names,
            attempts_by_leaf,
            day,
            rows,
            cells,
            cards,
            events,
            attacks,
            values,
        }
    }

    /// When a terminal signed on or changed keys, in the order of time.
    pub(crate) fn sign_ons(&self, terminal: u32) -> impl Iterator<Item = i64> {
        sign_ons(&self.events[terminal as usize])
    }

    /// When a terminal's STAN began anew, in the order of time.
    pub(crate) fn restarts(&self, terminal: u32) -> impl Iterator<Item = i64> {
        let events = self.events[terminal as usize].iter();
        events.filter(|event| event.what == TerminalEventKind::StanFellBack).map(|event| event.at)
    }

    /// The attempts that show something, in their order.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Attempt> {
        self.cards.attempts().map(|at| &self.day.attempts[at])
    }

    /// The card of an attempt, by its number in the day.
    pub(crate) fn card(&self, attempt: usize) -> Option<u64> {
        let card = self.cards.get(attempt).unwrap_or_else(|| {
            let (chunk, at) = self.row(attempt);
            chunk.cards().get(at)
        });
        Some(card).filter(|card| *card != 0)
    }

    /// What became of an attempt, by its number in the day.
    pub(crate) fn ending(&self, attempt: usize) -> &'t Conclusion {
        let (chunk, at) = self.row(attempt);
        &self.table.endings()[chunk.endings().id(at)]
    }

    /// The link of an attempt, as its messages name it.
    pub(crate) fn link(&self, attempt: usize) -> Symbol {
        let (chunk, at) = self.row(attempt);
        self.table.links()[chunk.links().id(at)]
    }

    /// The site of an attempt, as its messages name it.
    pub(crate) fn site(&self, attempt: usize) -> Symbol {
        let (chunk, at) = self.row(attempt);
        self.table.places()[chunk.places().id(at)].site
    }

    /// What the messages of an attempt show beyond codes.
    pub(crate) fn traces(&self, attempt: usize) -> Traces {
        let (chunk, at) = self.row(attempt);
        self.table.manners()[chunk.manners().id(at)].traces
    }

    /// The chunk of the table with an attempt, and its row there.
    fn row(&self, attempt: usize) -> (&'t Chunk, usize) {
        self.table.at(self.rows[attempt])
    }

    /// The terminals of a site, in their order: of one that moved, where it stood first.
    pub(crate) fn of_site(&self, site: u32) -> &[u32] {
        &self.sites[site as usize]
    }

    /// The text of a value.
    pub(crate) fn text(&self, attribute: Attribute, value: u32) -> &str {
        self.values.texts(attribute)[value as usize]
    }

    /// A moment of the day, which is in the log's own clock.
    pub(crate) fn moment(&self, at: i64) -> Timestamp {
        Timestamp { millis: at - offset_ms(self.offset_minutes), offset_minutes: self.offset_minutes }
    }
}

/// When a terminal signed on or changed keys, among its events.
fn sign_ons(events: &[TerminalEvent]) -> impl Iterator<Item = i64> {
    let is_sign_on = |event: &&TerminalEvent| {
        matches!(
            event.what,
            TerminalEventKind::SignOn(Reply::Accepted | Reply::Untold)
                | TerminalEventKind::KeyChange(Reply::Accepted | Reply::Untold)
                | TerminalEventKind::NetworkManagement(Reply::Accepted | Reply::Untold)
        )
    };
    events.iter().filter(is_sign_on).map(|event| event.at)
}

fn sites_of(day: &Day, sites: usize) -> Vec<Vec<u32>> {
    let mut terminals = vec![Vec::new(); sites];
    for (terminal, range) in (0_u32..).zip(&day.sequences).skip(1) {
        if let Some(first) = day.attempts[range.clone()].first() {
            let site = day.leaves.value(Attribute::Site.dimension(), first.leaf);
            terminals[site as usize].push(terminal);
        }
    }
    terminals
}

/// By how much the log's own clock is ahead of UTC, where it tells.
fn offset_ms(offset_minutes: Option<i16>) -> i64 {
    i64::from(offset_minutes.unwrap_or(0)) * 60_000
}

/// By terminal.
fn events_of(table: &ExchangeTable, values: &Values<'_>, offset_ms: i64) -> Vec<Vec<TerminalEvent>> {
    let mut events = vec![Vec::new(); values.symbols(Attribute::Terminal).len()];
    for event in table.events() {
        let of_terminal = &mut events[values.terminal(event.terminal) as usize];
        of_terminal.push(TerminalEvent { at: event.at + offset_ms, ..*event });
    }
    events
}

#[cfg(test)]
mod tests;
