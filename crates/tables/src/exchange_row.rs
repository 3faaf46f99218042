//! An exchange as a row, and back.
//!
//! Both legs are laid into one row: what a conclusion, a tally or an output asks of an exchange comes
//! back the same, which of the legs told it does not.

use crate::decoded_group::{DecodedGroup, RowKind};
use crate::row_cells::{civil, contradiction, instant};
use crate::row_group::RowBuffer;
use crate::{Column, TableError};
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{CardToken, Conclusion, Exchange, Form, Leg, Names, Standing, Undo};
use posmortem_iso8583::{Mti, Side, Timestamp};

/// Every form with its name.
const FORMS: [(Form, &str); 5] = [
    (Form::Paired, "paired"),
    (Form::Complete, "complete"),
    (Form::RequestOnly, "request_only"),
    (Form::ResponseOnly, "response_only"),
    (Form::Open, "open"),
];

/// Lays down what a row says of `exchange`.
pub(crate) fn lay_down(
    exchange: &Exchange,
    conclusion: &Conclusion,
    standing: Standing,
    names: &Names,
    file: &str,
    row: &mut RowBuffer,
) -> Result<(), TableError> {
    let answer = exchange.answer.as_ref();
    let at = exchange.at();
    row.set_name(Column::TerminalId, names.text(exchange.terminal()));
    row.set_name(Column::MerchantId, names.text(exchange.symbol(|leg| leg.merchant)));
    row.set_name(Column::Site, names.text(exchange.symbol(|leg| leg.site)));
    row.set_name(Column::Issuer, names.text(exchange.symbol(|leg| leg.issuer)));
    row.set_name(Column::Link, names.text(exchange.symbol(|leg| leg.link)));
    row.set_name(Column::SwitchReason, names.text(exchange.symbol(|leg| leg.switch_reason)));
    row.set_name(Column::Operator, names.text(exchange.symbol(|leg| leg.operator)));
    row.set_name(
        Column::RowKind,
        match standing {
            Standing::Settled => RowKind::Settled,
            Standing::Edge => RowKind::Edge,
        }
        .name(),
    );
    row.set_at(at);
    row.set_mti(Column::Mti, exchange.main().mti);
    row.set_number(Column::Stan, exchange.either(|leg| leg.stan))?;
    let rrn = exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent()));
    row.set_reference(Column::Rrn, rrn.unwrap_or_default());
    row.set_amount(exchange.amount())?;
    row.set_name(Column::EntryMode, exchange.entry_mode().name());
    row.set_name(Column::Kind, exchange.main().kind.name());
    row.set_dialect(Column::Dialect, conclusion.dialect);
    row.set_dialect(Column::ToldDialect, answer.and_then(|leg| leg.dialect));
    row.set_code(Column::ResponseCode, conclusion.code);
    row.set_name(Column::Outcome, conclusion.outcome.name());
    row.set_name(Column::Cause, conclusion.cause().map_or("", Cause::name));
    row.set_name(Column::Reason, conclusion.reason.map_or("", Reason::name));
    row.set_number(Column::LatencyMs, exchange.latency_ms())?;
    row.set_evidence(names.text(exchange.symbol(|leg| leg.equipment)), exchange.traces());
    row.set_card(exchange.either(|leg| leg.token));
    row.set_name(Column::File, file);
    row.set_number(Column::Offset, Some(exchange.source().offset))?;
    row.set_name(Column::Form, form_name(exchange.form));
    if exchange.began != at.millis {
        row.set(Column::BeganBeforeMs, at.millis.saturating_sub(exchange.began));
    }
    if exchange.request.is_some() {
        row.set_mti(Column::AnswerMti, answer.and_then(|leg| leg.mti));
    }
    if let Some((code, dialect)) = exchange.upstream {
        row.set_code(Column::UpstreamCode, Some(code));
        row.set_dialect(Column::UpstreamDialect, dialect);
    }
    row.set_flag(Column::Late, exchange.late);
    if let Some(undo) = &exchange.undo {
        row.set(Column::ReversedAt, civil(undo.at.millis, at.offset_minutes));
        row.set_reversal_reason(undo.reason);
        row.set_flag(Column::ReversalPartial, undo.partial);
        row.set_code(Column::ReversalAnswer, undo.answer.map(|(code, _)| code));
        row.set_dialect(Column::ReversalDialect, undo.answer.and_then(|(_, dialect)| dialect));
        row.set_code(Column::ReversalLastAnswer, undo.last_answer.map(|(code, _)| code));
        row.set_dialect(Column::ReversalLastDialect, undo.last_answer.and_then(|(_, dialect)| dialect));
    }
    Ok(())
}

/// The exchange of which a row tells.
pub(crate) fn exchange(group: &DecodedGroup, row: usize) -> Result<Exchange, TableError> {
    let form = group.form.at(row)?.ok_or_else(|| contradiction(Column::Form))?;
    let (at, source) = (group.timestamp(row)?, group.source(row)?);
    let mti = group.mti.at(row)?;
    let token = group.card.at(row)?;
    let (terminal, terminal_key) = group.terminal.at(row)?.unwrap_or_default();
    let main = Leg {
        mti,
        terminal,
        terminal_key,
        merchant: group.merchant.at(row)?.unwrap_or_default(),
        site: group.site.at(row)?.unwrap_or_default(),
        equipment: group.equipment.at(row)?.unwrap_or_default(),
        traces: group.traces(row)?,
        issuer: group.issuer.at(row)?.unwrap_or_default(),
        link: group.link.at(row)?.unwrap_or_default(),
        switch_reason: group.switch_reason.at(row)?.unwrap_or_default(),
        operator: group.operator.at(row)?.unwrap_or_default(),
        stan: group.stan.as_smaller(row)?,
        rrn: group.rrn.at(row)?.unwrap_or_default(),
        amount: group.amount(row)?,
        card: token.map(CardToken::key),
        token,
        kind: group.wanted.at(row)?.unwrap_or_default(),
        entry_mode: group.entry_mode.at(row)?.unwrap_or_default(),
        latency_ms: group.latency_ms.as_smaller(row)?,
        ..Leg::untold(at, source)
    };
    let (code, dialect) = (group.response_code.at(row)?, group.told_dialect.at(row)?);
    let answered = |leg: Leg| Leg { code, dialect, ..leg };
    let (request, answer) = match form {
        Form::Paired => {
            let answer = Leg { mti: group.answer_mti.at(row)?, ..Leg::untold(at, source) };
            (Some(main), Some(answered(answer)))
        }
        Form::RequestOnly => (Some(main), None),
        Form::Complete | Form::ResponseOnly => (None, Some(answered(main))),
        Form::Open if mti.map(Mti::side) == Some(Side::Request) => (Some(main), None),
        Form::Open => (None, Some(answered(main))),
    };
    let began = at.millis.saturating_sub(group.began_before_ms.at(row).unwrap_or(0));
    let upstream = group.upstream_code.at(row)?.zip(Some(group.upstream_dialect.at(row)?));
    let (late, undo) = (group.late.is_set(row), undo(group, row, at)?);
    Ok(Exchange { form, began, request, answer, upstream, late, undo })
}

fn undo(group: &DecodedGroup, row: usize, at: Timestamp) -> Result<Option<Undo>, TableError> {
    let Some(reversed) = group.reversed_at.at(row) else { return Ok(None) };
    let last_answer = group.reversal_last_answer.at(row)?;
    Ok(Some(Undo {
        at: Timestamp { millis: instant(reversed, at.offset_minutes), ..at },
        reason: group.reversal_reason(row)?,
        partial: group.reversal_partial.is_set(row),
        answer: group.reversal_answer.at(row)?.zip(Some(group.reversal_dialect.at(row)?)),
        last_answer: last_answer.zip(Some(group.reversal_last_dialect.at(row)?)),
    }))
}

fn form_name(form: Form) -> &'static str {
    FORMS.iter().find(|(known, _)| *known == form).map_or("", |(_, name)| name)
}

pub(crate) fn form(name: &str) -> Option<Form> {
    FORMS.iter().find(|(_, known)| *known == name).map(|(form, _)| *form)
}
