//! An exchange as a row, and back.
//!
//! Both legs are laid into one row: what a conclusion, a tally or an output asks of an exchange comes
//! back the same, which of the legs told it does not.

use crate::cells::{Cell, Cells, civil, contradiction, instant};
use crate::{Column, TableError};
use posmortem_classify::{Cause, Kind, Reason};
use posmortem_exchange::{
    CardToken, Conclusion, Exchange, Form, Leg, Names, Source, Standing, Undo, terminal_key,
};
use posmortem_iso8583::{EntryMode, Mti, Side, Timestamp};

pub(crate) const SETTLED: &str = "settled";
pub(crate) const EDGE: &str = "edge";

/// Every form with its name.
const FORMS: [(Form, &str); 5] = [
    (Form::Paired, "paired"),
    (Form::Complete, "complete"),
    (Form::RequestOnly, "request_only"),
    (Form::ResponseOnly, "response_only"),
    (Form::Open, "open"),
];

/// What a row says of `exchange`.
pub(crate) fn cells<'c>(
    exchange: &Exchange,
    conclusion: &Conclusion,
    standing: Standing,
    names: &'c Names,
    file: &'c str,
) -> Result<Cells<'c>, TableError> {
    let mut cells = Cells::default();
    let answer = exchange.answer.as_ref();
    let at = exchange.at();
    cells.set_name(Column::TerminalId, names.text(exchange.terminal()));
    cells.set_name(Column::MerchantId, names.text(exchange.symbol(|leg| leg.merchant)));
    cells.set_name(Column::Site, names.text(exchange.symbol(|leg| leg.site)));
    cells.set_name(Column::Issuer, names.text(exchange.symbol(|leg| leg.issuer)));
    cells.set_name(Column::Link, names.text(exchange.symbol(|leg| leg.link)));
    cells.set_name(Column::SwitchReason, names.text(exchange.symbol(|leg| leg.switch_reason)));
    cells.set_name(Column::Operator, names.text(exchange.symbol(|leg| leg.operator)));
    cells.set_name(
        Column::RowKind,
        match standing {
            Standing::Settled => SETTLED,
            Standing::Edge => EDGE,
        },
    );
    cells.set_at(at);
    cells.set_shown(Column::Mti, exchange.main().mti);
    cells.set_number(Column::Stan, exchange.either(|leg| leg.stan))?;
    let rrn = exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent()));
    cells.set_reference(Column::Rrn, rrn.unwrap_or_default());
    cells.set_amount(exchange.amount())?;
    cells.set_name(Column::EntryMode, exchange.entry_mode().name());
    cells.set_name(Column::Kind, exchange.main().kind.name());
    cells.set_dialect(Column::Dialect, conclusion.dialect);
    cells.set_dialect(Column::ToldDialect, answer.and_then(|leg| leg.dialect));
    cells.set_shown(Column::ResponseCode, conclusion.code);
    cells.set_name(Column::Outcome, conclusion.outcome.name());
    cells.set_name(Column::Cause, conclusion.cause().map_or("", Cause::name));
    cells.set_name(Column::Reason, conclusion.reason.map_or("", Reason::name));
    cells.set_number(Column::LatencyMs, exchange.latency_ms())?;
    cells.set_evidence(names.text(exchange.symbol(|leg| leg.equipment)), exchange.traces());
    cells.set_shown(Column::Card, exchange.either(|leg| leg.token).map(CardToken::to_hex));
    cells.set_name(Column::File, file);
    cells.set_number(Column::Offset, Some(exchange.source().offset))?;
    cells.set_name(Column::Form, form_name(exchange.form));
    if exchange.began != at.millis {
        cells.set(Column::BeganBeforeMs, Cell::Number(at.millis.saturating_sub(exchange.began)));
    }
    if exchange.request.is_some() {
        cells.set_shown(Column::AnswerMti, answer.and_then(|leg| leg.mti));
    }
    if let Some((code, dialect)) = exchange.upstream {
        cells.set_shown(Column::UpstreamCode, Some(code));
        cells.set_dialect(Column::UpstreamDialect, dialect);
    }
    cells.set_flag(Column::Late, exchange.late);
    if let Some(undo) = &exchange.undo {
        cells.set(Column::ReversedAt, Cell::Number(civil(undo.at.millis, at.offset_minutes)));
        cells.set_reversal_reason(undo.reason);
        cells.set_flag(Column::ReversalPartial, undo.partial);
        cells.set_shown(Column::ReversalAnswer, undo.answer.map(|(code, _)| code));
        cells.set_dialect(Column::ReversalDialect, undo.answer.and_then(|(_, dialect)| dialect));
        cells.set_shown(Column::ReversalLastAnswer, undo.last_answer.map(|(code, _)| code));
        cells.set_dialect(Column::ReversalLastDialect, undo.last_answer.and_then(|(_, dialect)| dialect));
    }
    Ok(cells)
}

/// The exchange of which a row tells.
pub(crate) fn exchange(cells: &Cells<'_>, names: &mut Names, input: u32) -> Result<Exchange, TableError> {
    let form = cells.parsed(Column::Form, form)?.ok_or_else(|| contradiction(Column::Form))?;
    let at = cells.at()?;
    let mti = cells.mti(Column::Mti)?;
    let source =
        Source { input, offset: cells.count(Column::Offset)?.ok_or_else(|| contradiction(Column::Offset))? };
    let token = cells.card()?;
    let terminal = cells.text(Column::TerminalId);
    let latency = cells.count(Column::LatencyMs)?;
    let main = Leg {
        mti,
        terminal: names.intern(terminal),
        terminal_key: names.intern(terminal_key(terminal)),
        merchant: names.intern(cells.text(Column::MerchantId)),
        site: names.intern(cells.text(Column::Site)),
        equipment: cells.equipment(names),
        traces: cells.traces()?,
        issuer: names.intern(cells.text(Column::Issuer)),
        link: names.intern(cells.text(Column::Link)),
        switch_reason: names.intern(cells.text(Column::SwitchReason)),
        operator: names.intern(cells.text(Column::Operator)),
        stan: cells.count(Column::Stan)?,
        rrn: cells.reference(Column::Rrn)?,
        amount: cells.amount()?,
        card: token.map(CardToken::key),
        token,
        kind: cells.parsed(Column::Kind, Kind::from_name)?.unwrap_or_default(),
        entry_mode: cells.parsed(Column::EntryMode, EntryMode::from_name)?.unwrap_or_default(),
        latency_ms: latency
            .map(|ms| u32::try_from(ms).map_err(|_| contradiction(Column::LatencyMs)))
            .transpose()?,
        ..Leg::untold(at, source)
    };
    let (code, dialect) = (cells.code(Column::ResponseCode)?, cells.dialect(Column::ToldDialect)?);
    let answered = |leg: Leg| Leg { code, dialect, ..leg };
    let (request, answer) = match form {
        Form::Paired => {
            let answer = Leg { mti: cells.mti(Column::AnswerMti)?, ..Leg::untold(at, source) };
            (Some(main), Some(answered(answer)))
        }
        Form::RequestOnly => (Some(main), None),
        Form::Complete | Form::ResponseOnly => (None, Some(answered(main))),
        Form::Open if mti.map(Mti::side) == Some(Side::Request) => (Some(main), None),
        Form::Open => (None, Some(answered(main))),
    };
    let began = at.millis.saturating_sub(cells.number(Column::BeganBeforeMs).unwrap_or(0));
    let upstream = cells.code(Column::UpstreamCode)?.zip(Some(cells.dialect(Column::UpstreamDialect)?));
    let undo = undo(cells, at)?;
    Ok(Exchange { form, began, request, answer, upstream, late: cells.flag(Column::Late), undo })
}

fn undo(cells: &Cells<'_>, at: Timestamp) -> Result<Option<Undo>, TableError> {
    let Some(reversed) = cells.number(Column::ReversedAt) else { return Ok(None) };
    Ok(Some(Undo {
        at: Timestamp { millis: instant(reversed, at.offset_minutes), ..at },
        reason: cells.reversal_reason()?,
        partial: cells.flag(Column::ReversalPartial),
        answer: cells.code(Column::ReversalAnswer)?.zip(Some(cells.dialect(Column::ReversalDialect)?)),
        last_answer: cells
            .code(Column::ReversalLastAnswer)?
            .zip(Some(cells.dialect(Column::ReversalLastDialect)?)),
    }))
}

fn form_name(form: Form) -> &'static str {
    FORMS.iter().find(|(known, _)| *known == form).map_or("", |(_, name)| name)
}

fn form(name: &str) -> Option<Form> {
    FORMS.iter().find(|(_, known)| *known == name).map(|(form, _)| *form)
}
