//! A whole leg as a row, and back.

use crate::cells::{Cell, Cells, contradiction};
use crate::{Column, TableError};
use posmortem_classify::Kind;
use posmortem_exchange::{CardToken, Direction, Leg, Names, Source, terminal_key};
use posmortem_iso8583::{EntryMode, NetworkManagement};

pub(crate) const LEG: &str = "leg";

/// What a row says of `leg`.
pub(crate) fn cells<'c>(leg: &Leg, names: &'c Names, file: &'c str) -> Result<Cells<'c>, TableError> {
    let mut cells = Cells::default();
    cells.set_name(Column::RowKind, LEG);
    cells.set_at(leg.at);
    cells.set_name(Column::TerminalId, names.text(leg.terminal));
    cells.set_name(Column::MerchantId, names.text(leg.merchant));
    cells.set_name(Column::Site, names.text(leg.site));
    cells.set_name(Column::Issuer, names.text(leg.issuer));
    cells.set_name(Column::Link, names.text(leg.link));
    cells.set_name(Column::SwitchReason, names.text(leg.switch_reason));
    cells.set_name(Column::Operator, names.text(leg.operator));
    cells.set_shown(Column::Mti, leg.mti);
    cells.set_number(Column::Stan, leg.stan)?;
    cells.set_reference(Column::Rrn, leg.rrn);
    cells.set_amount(leg.amount)?;
    cells.set_name(Column::EntryMode, leg.entry_mode.name());
    cells.set_name(Column::Kind, leg.kind.name());
    cells.set_dialect(Column::ToldDialect, leg.dialect);
    cells.set_shown(Column::ResponseCode, leg.code);
    cells.set_number(Column::LatencyMs, leg.latency_ms.map(u64::from))?;
    cells.set_shown(Column::Card, leg.token.map(CardToken::to_hex));
    cells.set_name(Column::File, file);
    cells.set_number(Column::Offset, Some(leg.source.offset))?;
    if leg.trace != 0 {
        cells.set(Column::Trace, Cell::Number(leg.trace.cast_signed()));
    }
    cells.set_flag(Column::InDump, leg.in_dump);
    cells.set_flag(Column::IsRow, leg.is_row);
    cells.set_name(Column::Direction, direction_name(leg.direction));
    cells.set_number(Column::OriginalStan, leg.original_stan)?;
    cells.set_reference(Column::OriginalRrn, leg.original_rrn);
    cells.set_reversal_reason(leg.reversal_reason);
    cells.set_flag(Column::ReversalPartial, leg.leaves_a_part);
    cells.set_evidence(names.text(leg.equipment), leg.traces);
    cells.set_name(Column::Management, leg.management.map_or("", NetworkManagement::name));
    Ok(cells)
}

/// The leg of which a row tells.
pub(crate) fn leg(cells: &Cells<'_>, names: &mut Names, input: u32) -> Result<Leg, TableError> {
    let source =
        Source { input, offset: cells.count(Column::Offset)?.ok_or_else(|| contradiction(Column::Offset))? };
    let token = cells.card()?;
    let latency = cells.count(Column::LatencyMs)?;
    let mut symbol = |column| names.intern(cells.text(column));
    Ok(Leg {
        terminal: symbol(Column::TerminalId),
        merchant: symbol(Column::MerchantId),
        site: symbol(Column::Site),
        issuer: symbol(Column::Issuer),
        link: symbol(Column::Link),
        switch_reason: symbol(Column::SwitchReason),
        operator: symbol(Column::Operator),
        terminal_key: names.intern(terminal_key(cells.text(Column::TerminalId))),
        equipment: cells.equipment(names),
        traces: cells.traces()?,
        management: cells.parsed(Column::Management, NetworkManagement::from_name)?,
        mti: cells.mti(Column::Mti)?,
        stan: cells.count(Column::Stan)?,
        rrn: cells.reference(Column::Rrn)?,
        trace: cells.number(Column::Trace).unwrap_or_default().cast_unsigned(),
        in_dump: cells.flag(Column::InDump),
        amount: cells.amount()?,
        card: token.map(CardToken::key),
        token,
        code: cells.code(Column::ResponseCode)?,
        dialect: cells.dialect(Column::ToldDialect)?,
        kind: cells.parsed(Column::Kind, Kind::from_name)?.unwrap_or_default(),
        entry_mode: cells.parsed(Column::EntryMode, EntryMode::from_name)?.unwrap_or_default(),
        latency_ms: latency
            .map(|ms| u32::try_from(ms).map_err(|_| contradiction(Column::LatencyMs)))
            .transpose()?,
        direction: cells.parsed(Column::Direction, direction)?.unwrap_or_default(),
        original_stan: cells.count(Column::OriginalStan)?,
        original_rrn: cells.reference(Column::OriginalRrn)?,
        reversal_reason: cells.reversal_reason()?,
        leaves_a_part: cells.flag(Column::ReversalPartial),
        is_row: cells.flag(Column::IsRow),
        ..Leg::untold(cells.at()?, source)
    })
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Unknown => "",
        Direction::Incoming => "in",
        Direction::Outgoing => "out",
    }
}

fn direction(name: &str) -> Option<Direction> {
    [Direction::Incoming, Direction::Outgoing].into_iter().find(|known| direction_name(*known) == name)
}
