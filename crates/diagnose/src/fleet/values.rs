//! The values of attributes, numbered in the order of their texts.

use crate::inventory::Inventory;
use crate::{Attribute, UNTOLD};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::Kind;
use posmortem_exchange::{Equipment, ExchangeTable, Names, Symbol};
use posmortem_iso8583::EntryMode;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Texts by attribute and number; the first of each is the empty one, [`UNTOLD`].
pub(crate) struct Values<'t> {
    texts: [Vec<&'t str>; Attribute::ALL.len()],
    /// By attribute: the symbol of each value, where values are symbols of their own.
    symbols: [Vec<Symbol>; Attribute::ALL.len()],
    by_symbol: [HashMap<Symbol, u32, FixedState>; Attribute::ALL.len()],
    names: &'t Names,
    inventory: &'t Inventory,
}

/// Where a terminal stands: values of site, region, model and firmware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    pub(super) site: u32,
    pub(super) region: u32,
    pub(super) model: u32,
    pub(super) firmware: u32,
}

impl<'t> Values<'t> {
    pub(super) fn of(table: &'t ExchangeTable, names: &'t Names, inventory: &'t Inventory) -> Self {
        let mut texts: [BTreeSet<&str>; Attribute::ALL.len()] = Default::default();
        let mut add = |attribute: Attribute, text: &'t str| {
            texts[attribute.dimension()].insert(text);
        };
        for place in table.places() {
            let terminal = names.text(place.terminal);
            for (attribute, text) in attributes(names, place.site, place.equipment, terminal, inventory) {
                add(attribute, text);
            }
        }
        EntryMode::ALL.iter().for_each(|mode| add(Attribute::EntryMode, mode.name()));
        Kind::ALL.iter().for_each(|kind| add(Attribute::ProcessingCode, kind.name()));
        let texts = texts.map(|mut texts| {
            texts.remove("");
            std::iter::once("").chain(texts).collect()
        });
        let mut values =
            Self { texts, symbols: Default::default(), by_symbol: Default::default(), names, inventory };
        let terminals = table.places().iter().map(|place| place.terminal);
        let terminals = terminals.chain(table.events().iter().map(|event| event.terminal));
        values.take(Attribute::Terminal, terminals.collect());
        values.take(Attribute::Link, table.links().to_vec());
        values.take(Attribute::Issuer, table.issuers().to_vec());
        values
    }

    /// Takes over the values of an attribute that are symbols.
    fn take(&mut self, attribute: Attribute, mut symbols: Vec<Symbol>) {
        let at = attribute.dimension();
        symbols.sort_unstable_by_key(|symbol| symbol.index());
        symbols.dedup();
        // By numbers, as far as they tell: a million texts are not where the cache is.
        let told =
            symbols.into_iter().map(|symbol| (self.names.beginning(symbol), self.names.text(symbol), symbol));
        let mut told: Vec<_> = told.filter(|(_, text, _)| !text.is_empty()).collect();
        told.par_sort_unstable_by_key(|&(beginning, text, _)| (beginning, text));
        self.texts[at].extend(told.iter().map(|(_, text, _)| *text));
        self.symbols[at] = std::iter::once(Symbol::ABSENT).chain(told.iter().map(|told| told.2)).collect();
        self.by_symbol[at] = told.iter().map(|told| told.2).zip(UNTOLD + 1..).collect();
    }

    /// The number of a text that occurs; [`UNTOLD`] for others.
    pub(super) fn number(&self, attribute: Attribute, text: &str) -> u32 {
        let texts = &self.texts[attribute.dimension()];
        texts.binary_search(&text).map_or(UNTOLD, |at| at as u32)
    }

    /// The number of a terminal.
    pub(super) fn terminal(&self, symbol: Symbol) -> u32 {
        self.by_symbol[Attribute::Terminal.dimension()].get(&symbol).copied().unwrap_or(UNTOLD)
    }

    /// The number of a link or an issuer.
    pub(super) fn of_symbol(&self, attribute: Attribute, symbol: Symbol) -> u32 {
        self.by_symbol[attribute.dimension()].get(&symbol).copied().unwrap_or(UNTOLD)
    }

    /// Where that place stands, as far as its messages and the inventory tell.
    pub(super) fn standing(&self, terminal: Symbol, site: Symbol, equipment: Symbol) -> Standing {
        let mut standing = Standing::default();
        let terminal = self.names.text(terminal);
        for (attribute, text) in attributes(self.names, site, equipment, terminal, self.inventory) {
            let number = self.number(attribute, text);
            match attribute {
                Attribute::Site => standing.site = number,
                Attribute::Region => standing.region = number,
                Attribute::Model => standing.model = number,
                _ => standing.firmware = number,
            }
        }
        standing
    }

    /// By value.
    pub(super) fn texts(&self, attribute: Attribute) -> &[&'t str] {
        &self.texts[attribute.dimension()]
    }

    /// By value, for terminals, links and issuers.
    pub(super) fn symbols(&self, attribute: Attribute) -> &[Symbol] {
        &self.symbols[attribute.dimension()]
    }

    /// By attribute, how many values there are, [`UNTOLD`] included.
    pub(super) fn sizes(&self) -> Vec<u32> {
        self.texts.iter().map(|texts| texts.len() as u32).collect()
    }

    /// By value of the attribute.
    pub(super) fn entry_modes(&self) -> Vec<EntryMode> {
        let texts = self.texts(Attribute::EntryMode).iter();
        texts.map(|text| EntryMode::from_name(text).unwrap_or(EntryMode::Unknown)).collect()
    }
}

/// Site, region, model and firmware, where told; the inventory wins.
fn attributes<'t>(
    names: &'t Names,
    site: Symbol,
    equipment: Symbol,
    terminal: &str,
    inventory: &'t Inventory,
) -> [(Attribute, &'t str); 4] {
    let told = Equipment::of(names.text(equipment));
    let listed = inventory.terminal(terminal);
    let pick =
        |listed: Option<&'t str>, told: &'t str| listed.filter(|text| !text.is_empty()).unwrap_or(told);
    [
        (Attribute::Site, pick(listed.map(|known| known.site.as_str()), names.text(site))),
        (Attribute::Region, pick(listed.map(|known| known.region.as_str()), told.region)),
        (Attribute::Model, pick(listed.map(|known| known.model.as_str()), told.model)),
        (Attribute::Firmware, pick(listed.map(|known| known.firmware.as_str()), told.firmware)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_the_order_of_their_texts() {
        let long = "a terminal of a long name";
        let texts =
            ["10", "1", "", "1\0", "09", "a terminal of a lonG", long, "a terminal of a long", "é", "Z"];
        let mut names = Names::default();
        let symbols = texts.map(|text| names.intern(text));
        let (table, inventory) = (ExchangeTable::default(), Inventory::default());
        let mut values = Values::of(&table, &names, &inventory);
        values.texts[Attribute::Link.dimension()].truncate(1);
        values.take(Attribute::Link, [symbols, symbols].concat());
        let mut sorted = texts.to_vec();
        sorted.sort_unstable();
        assert_eq!(values.texts(Attribute::Link), sorted);
        for (symbol, text) in symbols.into_iter().zip(texts) {
            let number = values.of_symbol(Attribute::Link, symbol);
            assert_eq!(values.texts(Attribute::Link)[number as usize], text);
            assert_eq!(number, values.number(Attribute::Link, text));
            assert_eq!(values.symbols(Attribute::Link)[number as usize], symbol);
        }
    }
}
