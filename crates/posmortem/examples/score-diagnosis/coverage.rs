//! Which attempts a scope covers, as the log tells it.

use crate::truth::Scope;
use crate::window::Window;
use posmortem::exchange::{Equipment, ExchangeTable, Manner, Names, Place};
use posmortem::iso8583::EntryMode;

/// Two scopes are the same where so much of what either covers is covered by both.
const SAME: f64 = 0.95;

/// The attempts of a day.
pub(crate) struct Coverage<'a> {
    pub(crate) table: &'a ExchangeTable,
    pub(crate) names: &'a Names,
}

impl Coverage<'_> {
    /// Whether two scopes cover the same attempts in a window.
    pub(crate) fn is_same(&self, a: &Scope, b: &Scope, window: Window) -> bool {
        let (a, b) = (Members::of(self, a), Members::of(self, b));
        let (mut both, mut either) = (0_u64, 0_u64);
        for chunk in self.table.chunks() {
            for row in 0..chunk.len() {
                if !(window.0..window.1).contains(&chunk.millis(row)) {
                    continue;
                }
                let ids = [
                    chunk.places().id(row),
                    chunk.issuers().id(row),
                    chunk.links().id(row),
                    chunk.manners().id(row),
                ];
                let (in_a, in_b) = (a.holds(ids), b.holds(ids));
                both += u64::from(in_a && in_b);
                either += u64::from(in_a || in_b);
            }
        }
        either > 0 && both as f64 >= SAME * either as f64
    }
}

/// By column of the table and number in it, whether the value is in the scope.
struct Members([Vec<bool>; 4]);

impl Members {
    fn of(coverage: &Coverage<'_>, scope: &Scope) -> Self {
        let Coverage { table, names } = coverage;
        let agrees = |attribute: &str, value: &str| scope.get(attribute).is_none_or(|wanted| wanted == value);
        let place = |place: &Place| {
            let Equipment { region, model, firmware } = Equipment::of(names.text(place.equipment));
            agrees("terminal", names.text(place.terminal))
                && agrees("site", names.text(place.site))
                && agrees("region", region)
                && agrees("model", model)
                && agrees("firmware", firmware)
        };
        let manner = |manner: &Manner| {
            agrees("entry_mode", brought(manner).name()) && agrees("processing_code", manner.kind.name())
        };
        Self([
            table.places().iter().map(place).collect(),
            table.issuers().iter().map(|issuer| agrees("issuer", names.text(*issuer))).collect(),
            table.links().iter().map(|link| agrees("link", names.text(*link))).collect(),
            table.manners().iter().map(manner).collect(),
        ])
    }

    fn holds(&self, ids: [usize; 4]) -> bool {
        self.0.iter().zip(ids).all(|(members, id)| members[id])
    }
}

/// Whether a chip card was read otherwise, after its chip failed. One that is swiped is of the stripe, in labels
/// as in the diagnosis.
pub(crate) fn fell_back(manner: &Manner) -> bool {
    manner.entry_mode == EntryMode::Fallback
}

/// How the customer meant to pay: a fall back is what became of a chip.
pub(crate) fn brought(manner: &Manner) -> EntryMode {
    if fell_back(manner) { EntryMode::Chip } else { manner.entry_mode }
}
