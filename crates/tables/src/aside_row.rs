//! A message that is no attempt as a row, and back.

use crate::decoded_group::{DecodedGroup, RowKind};
use crate::row_cells::contradiction;
use crate::row_group::RowBuffer;
use crate::{Column, TableError};
use posmortem_exchange::{Aside, Names, Reply, TerminalEventKind};

/// What befell a terminal, but for what the order of STANs tells: that is found out from rows again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    SignOn,
    KeyChange,
    NetworkManagement,
    StoredAdvice,
    Reversal,
    OrphanReversal,
}

/// Every event with its name.
const EVENTS: [(Event, &str); 6] = [
    (Event::SignOn, "sign_on"),
    (Event::KeyChange, "key_change"),
    (Event::NetworkManagement, "network_management"),
    (Event::StoredAdvice, "stored_advice"),
    (Event::Reversal, "reversal"),
    (Event::OrphanReversal, "orphan_reversal"),
];

/// Lays down what a row says of `aside`.
pub(crate) fn lay_down(
    aside: &Aside,
    names: &Names,
    file: &str,
    row: &mut RowBuffer,
) -> Result<(), TableError> {
    row.set_name(Column::RowKind, RowKind::Event.name());
    row.set_at(aside.at);
    row.set_name(Column::TerminalId, names.text(aside.terminal));
    row.set_name(Column::Link, names.text(aside.link));
    row.set_number(Column::Stan, aside.stan)?;
    row.set_name(Column::File, file);
    row.set_number(Column::Offset, Some(aside.source.offset))?;
    if let Some(what) = aside.what {
        row.set_name(Column::Event, name(what));
        row.set_name(Column::Reply, what.reply().map_or("", Reply::name));
        row.set_reversal_reason(what.reversal_reason());
    }
    Ok(())
}

/// The message of which a row tells.
pub(crate) fn aside(group: &DecodedGroup, row: usize) -> Result<Aside, TableError> {
    let (terminal, terminal_key) = group.terminal.at(row)?.unwrap_or_default();
    Ok(Aside {
        at: group.timestamp(row)?,
        source: group.source(row)?,
        terminal,
        terminal_key,
        link: group.link.at(row)?.unwrap_or_default(),
        stan: group.stan.as_smaller(row)?,
        what: what(group, row)?,
    })
}

fn what(group: &DecodedGroup, row: usize) -> Result<Option<TerminalEventKind>, TableError> {
    let reply = group.reply.at(row)?;
    let managed = |kind: fn(Reply) -> TerminalEventKind| reply.map(kind);
    let Some(event) = group.event.at(row)? else { return Ok(None) };
    let what = match event {
        Event::SignOn => managed(TerminalEventKind::SignOn),
        Event::KeyChange => managed(TerminalEventKind::KeyChange),
        Event::NetworkManagement => managed(TerminalEventKind::NetworkManagement),
        Event::StoredAdvice => Some(TerminalEventKind::StoredAdvice),
        Event::Reversal => Some(TerminalEventKind::Reversal(group.reversal_reason(row)?)),
        Event::OrphanReversal => Some(TerminalEventKind::OrphanReversal(group.reversal_reason(row)?)),
    };
    what.map(Some).ok_or_else(|| contradiction(Column::Event))
}

pub(crate) fn event(name: &str) -> Option<Event> {
    EVENTS.iter().find(|(_, known)| *known == name).map(|(event, _)| *event)
}

/// What the order of STANs tells has no name.
fn name(what: TerminalEventKind) -> &'static str {
    let event = match what {
        TerminalEventKind::SignOn(_) => Event::SignOn,
        TerminalEventKind::KeyChange(_) => Event::KeyChange,
        TerminalEventKind::NetworkManagement(_) => Event::NetworkManagement,
        TerminalEventKind::StoredAdvice => Event::StoredAdvice,
        TerminalEventKind::Reversal(_) => Event::Reversal,
        TerminalEventKind::OrphanReversal(_) => Event::OrphanReversal,
        TerminalEventKind::StanFellBack | TerminalEventKind::StanJumped(_) => return "",
    };
    EVENTS.iter().find(|(known, _)| *known == event).map_or("", |(_, name)| name)
}
