//! A message that is no attempt as a row, and back.

use crate::cells::{Cells, contradiction};
use crate::{Column, TableError};
use posmortem_exchange::{Aside, Names, Reply, Source, TerminalEventKind, terminal_key};

pub(crate) const EVENT: &str = "event";

const SIGN_ON: &str = "sign_on";
const KEY_CHANGE: &str = "key_change";
const NETWORK_MANAGEMENT: &str = "network_management";
const STORED_ADVICE: &str = "stored_advice";
const REVERSAL: &str = "reversal";
const ORPHAN_REVERSAL: &str = "orphan_reversal";

/// What a row says of `aside`.
pub(crate) fn cells<'c>(aside: &Aside, names: &'c Names, file: &'c str) -> Result<Cells<'c>, TableError> {
    let mut cells = Cells::default();
    cells.set_name(Column::RowKind, EVENT);
    cells.set_at(aside.at);
    cells.set_name(Column::TerminalId, names.text(aside.terminal));
    cells.set_name(Column::Link, names.text(aside.link));
    cells.set_number(Column::Stan, aside.stan)?;
    cells.set_name(Column::File, file);
    cells.set_number(Column::Offset, Some(aside.source.offset))?;
    if let Some(what) = aside.what {
        cells.set_name(Column::Event, name(what));
        cells.set_name(Column::Reply, what.reply().map_or("", Reply::name));
        cells.set_reversal_reason(what.reversal_reason());
    }
    Ok(cells)
}

/// The message of which a row tells.
pub(crate) fn aside(cells: &Cells<'_>, names: &mut Names, input: u32) -> Result<Aside, TableError> {
    let offset = cells.count(Column::Offset)?.ok_or_else(|| contradiction(Column::Offset))?;
    let terminal = cells.text(Column::TerminalId);
    Ok(Aside {
        at: cells.at()?,
        source: Source { input, offset },
        terminal: names.intern(terminal),
        terminal_key: names.intern(terminal_key(terminal)),
        link: names.intern(cells.text(Column::Link)),
        stan: cells.count(Column::Stan)?,
        what: what(cells)?,
    })
}

fn what(cells: &Cells<'_>) -> Result<Option<TerminalEventKind>, TableError> {
    let reply = cells.parsed(Column::Reply, Reply::from_name)?;
    let managed = |kind: fn(Reply) -> TerminalEventKind| reply.map(kind);
    let what = match cells.text(Column::Event) {
        "" => return Ok(None),
        SIGN_ON => managed(TerminalEventKind::SignOn),
        KEY_CHANGE => managed(TerminalEventKind::KeyChange),
        NETWORK_MANAGEMENT => managed(TerminalEventKind::NetworkManagement),
        STORED_ADVICE => Some(TerminalEventKind::StoredAdvice),
        REVERSAL => Some(TerminalEventKind::Reversal(cells.reversal_reason()?)),
        ORPHAN_REVERSAL => Some(TerminalEventKind::OrphanReversal(cells.reversal_reason()?)),
        _ => None,
    };
    what.map(Some).ok_or_else(|| contradiction(Column::Event))
}

/// What the order of STANs tells is found out from rows again, and has no name.
fn name(what: TerminalEventKind) -> &'static str {
    match what {
        TerminalEventKind::SignOn(_) => SIGN_ON,
        TerminalEventKind::KeyChange(_) => KEY_CHANGE,
        TerminalEventKind::NetworkManagement(_) => NETWORK_MANAGEMENT,
        TerminalEventKind::StoredAdvice => STORED_ADVICE,
        TerminalEventKind::Reversal(_) => REVERSAL,
        TerminalEventKind::OrphanReversal(_) => ORPHAN_REVERSAL,
        TerminalEventKind::StanFellBack | TerminalEventKind::StanJumped(_) => "",
    }
}
