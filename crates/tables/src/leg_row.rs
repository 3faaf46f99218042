//! A whole leg as a row, and back.

use crate::decoded_group::{DecodedGroup, RowKind};
use crate::row_group::RowBuffer;
use crate::{Column, TableError};
use posmortem_exchange::{CardToken, Direction, Leg, Names};
use posmortem_iso8583::NetworkManagement;

/// Lays down what a row says of `leg`.
pub(crate) fn lay_down(leg: &Leg, names: &Names, file: &str, row: &mut RowBuffer) -> Result<(), TableError> {
    row.set_name(Column::RowKind, RowKind::Leg.name());
    row.set_at(leg.at);
    row.set_name(Column::TerminalId, names.text(leg.terminal));
    row.set_name(Column::MerchantId, names.text(leg.merchant));
    row.set_name(Column::Site, names.text(leg.site));
    row.set_name(Column::Issuer, names.text(leg.issuer));
    row.set_name(Column::Link, names.text(leg.link));
    row.set_name(Column::SwitchReason, names.text(leg.switch_reason));
    row.set_name(Column::Operator, names.text(leg.operator));
    row.set_mti(Column::Mti, leg.mti);
    row.set_number(Column::Stan, leg.stan)?;
    row.set_reference(Column::Rrn, leg.rrn);
    row.set_amount(leg.amount)?;
    row.set_name(Column::EntryMode, leg.entry_mode.name());
    row.set_name(Column::Kind, leg.kind.name());
    row.set_dialect(Column::ToldDialect, leg.dialect);
    row.set_code(Column::ResponseCode, leg.code);
    row.set_number(Column::LatencyMs, leg.latency_ms.map(u64::from))?;
    row.set_card(leg.token);
    row.set_name(Column::File, file);
    row.set_number(Column::Offset, Some(leg.source.offset))?;
    if leg.trace != 0 {
        row.set(Column::Trace, leg.trace.cast_signed());
    }
    row.set_flag(Column::InDump, leg.in_dump);
    row.set_flag(Column::IsRow, leg.is_row);
    row.set_name(Column::Direction, direction_name(leg.direction));
    row.set_number(Column::OriginalStan, leg.original_stan)?;
    row.set_reference(Column::OriginalRrn, leg.original_rrn);
    row.set_reversal_reason(leg.reversal_reason);
    row.set_flag(Column::ReversalPartial, leg.leaves_a_part);
    row.set_evidence(names.text(leg.equipment), leg.traces);
    row.set_name(Column::Management, leg.management.map_or("", NetworkManagement::name));
    Ok(())
}

/// The leg of which a row tells.
pub(crate) fn leg(group: &DecodedGroup, row: usize) -> Result<Leg, TableError> {
    let (at, source) = (group.timestamp(row)?, group.source(row)?);
    let token = group.card.at(row)?;
    let (terminal, terminal_key) = group.terminal.at(row)?.unwrap_or_default();
    Ok(Leg {
        terminal,
        terminal_key,
        merchant: group.merchant.at(row)?.unwrap_or_default(),
        site: group.site.at(row)?.unwrap_or_default(),
        issuer: group.issuer.at(row)?.unwrap_or_default(),
        link: group.link.at(row)?.unwrap_or_default(),
        switch_reason: group.switch_reason.at(row)?.unwrap_or_default(),
        operator: group.operator.at(row)?.unwrap_or_default(),
        equipment: group.equipment.at(row)?.unwrap_or_default(),
        traces: group.traces(row)?,
        management: group.management.at(row)?,
        mti: group.mti.at(row)?,
        stan: group.stan.as_smaller(row)?,
        rrn: group.rrn.at(row)?.unwrap_or_default(),
        trace: group.trace.at(row).unwrap_or_default().cast_unsigned(),
        in_dump: group.in_dump.is_set(row),
        amount: group.amount(row)?,
        card: token.map(CardToken::key),
        token,
        code: group.response_code.at(row)?,
        dialect: group.told_dialect.at(row)?,
        kind: group.wanted.at(row)?.unwrap_or_default(),
        entry_mode: group.entry_mode.at(row)?.unwrap_or_default(),
        latency_ms: group.latency_ms.as_smaller(row)?,
        direction: group.direction.at(row)?.unwrap_or_default(),
        original_stan: group.original_stan.as_smaller(row)?,
        original_rrn: group.original_rrn.at(row)?.unwrap_or_default(),
        reversal_reason: group.reversal_reason(row)?,
        leaves_a_part: group.reversal_partial.is_set(row),
        is_row: group.is_row.is_set(row),
        ..Leg::untold(at, source)
    })
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Unknown => "",
        Direction::Incoming => "in",
        Direction::Outgoing => "out",
    }
}

pub(crate) fn direction(name: &str) -> Option<Direction> {
    [Direction::Incoming, Direction::Outgoing].into_iter().find(|known| direction_name(*known) == name)
}
