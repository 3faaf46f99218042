//! A row group as it is read: its columns, and the rows that they make.
//!
//! Columns of one group can be decoded while those of others are: a group brings names of its own, which those of
//! the run take in when its rows are wanted. What a row says is put together only then, for a row is ten times
//! as large as its cells.

use crate::row_cells::{Columns, Singles, Values, Words, contradiction, instant};
use crate::{Column, Row, TableError, aside_row, exchange_row, leg_row};
use parquet::file::reader::RowGroupReader;
use posmortem_classify::{Dialect, Kind, Reason, ReversalReason};
use posmortem_exchange::{
    CardToken, Direction, Equipment, Form, Names, Reference, Reply, Source, Symbol, Traces, terminal_key,
};
use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, NetworkManagement, ResponseCode, Timestamp};
use std::collections::HashMap;

/// What a row is.
#[derive(Clone, Copy)]
pub(crate) enum RowKind {
    Settled,
    Edge,
    Leg,
    Event,
}

impl RowKind {
    const ALL: [Self; 4] = [Self::Settled, Self::Edge, Self::Leg, Self::Event];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Edge => "edge",
            Self::Leg => "leg",
            Self::Event => "event",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A terminal as printed, and without left zeros.
pub(crate) type Terminal = (Symbol, Symbol);

/// The columns of a row group.
pub struct DecodedGroup {
    rows: usize,
    /// What the symbols here stand for.
    names: Names,
    kind: Words<RowKind>,
    time: Values<i64>,
    utc_offset: Values<i64>,
    pub(crate) terminal: Words<Terminal>,
    pub(crate) merchant: Words<Symbol>,
    pub(crate) site: Words<Symbol>,
    pub(crate) issuer: Words<Symbol>,
    pub(crate) link: Words<Symbol>,
    pub(crate) mti: Words<Mti>,
    pub(crate) stan: Values<i64>,
    pub(crate) rrn: Singles<Reference>,
    amount: Values<i64>,
    currency: Words<Currency>,
    pub(crate) entry_mode: Words<EntryMode>,
    pub(crate) response_code: Words<ResponseCode>,
    pub(crate) latency_ms: Values<i64>,
    pub(crate) card: Singles<CardToken>,
    /// By the file's number in the header.
    file: Words<u32>,
    unnamed_file: Option<u32>,
    offset: Values<i64>,
    pub(crate) wanted: Words<Kind>,
    pub(crate) switch_reason: Words<Symbol>,
    pub(crate) operator: Words<Symbol>,
    pub(crate) form: Words<Form>,
    pub(crate) began_before_ms: Values<i64>,
    pub(crate) answer_mti: Words<Mti>,
    pub(crate) told_dialect: Words<Dialect>,
    pub(crate) upstream_code: Words<ResponseCode>,
    pub(crate) upstream_dialect: Words<Dialect>,
    pub(crate) late: Values<bool>,
    pub(crate) reversed_at: Values<i64>,
    /// By its place in `reversal_codes`.
    reversal_code: Words<usize>,
    reversal_codes: Vec<String>,
    reversal_reason: Words<Reason>,
    pub(crate) reversal_partial: Values<bool>,
    pub(crate) reversal_answer: Words<ResponseCode>,
    pub(crate) reversal_dialect: Words<Dialect>,
    pub(crate) reversal_last_answer: Words<ResponseCode>,
    pub(crate) reversal_last_dialect: Words<Dialect>,
    pub(crate) trace: Values<i64>,
    pub(crate) in_dump: Values<bool>,
    pub(crate) is_row: Values<bool>,
    pub(crate) direction: Words<Direction>,
    pub(crate) original_stan: Values<i64>,
    pub(crate) original_rrn: Singles<Reference>,
    /// Region, model and firmware as one name.
    pub(crate) equipment: Words<Symbol>,
    traces: Values<i64>,
    pub(crate) management: Words<NetworkManagement>,
    pub(crate) event: Words<aside_row::Event>,
    pub(crate) reply: Words<Reply>,
}

impl DecodedGroup {
    /// Decodes all columns that rows are made of. What a run concluded of an exchange is concluded again.
    pub(crate) fn read(
        group: &dyn RowGroupReader,
        inputs: &HashMap<String, u32>,
    ) -> Result<Self, TableError> {
        let (mut columns, mut names) = (Columns::new(group), Names::default());
        let (columns, names) = (&mut columns, &mut names);
        let [merchant, site, issuer, link, switch_reason, operator, region, model, firmware] = [
            Column::MerchantId,
            Column::Site,
            Column::Issuer,
            Column::Link,
            Column::SwitchReason,
            Column::Operator,
            Column::Region,
            Column::Model,
            Column::Firmware,
        ]
        .map(|column| columns.words(column, |text| Some(names.intern(text))));
        let (region, model, firmware) = (region?, model?, firmware?);
        let terminal = columns
            .words(Column::TerminalId, |text| Some((names.intern(text), names.intern(terminal_key(text)))))?;
        let [told_dialect, upstream_dialect, reversal_dialect, reversal_last_dialect] = [
            Column::ToldDialect,
            Column::UpstreamDialect,
            Column::ReversalDialect,
            Column::ReversalLastDialect,
        ]
        .map(|column| columns.words(column, Dialect::from_name));
        let [response_code, upstream_code, reversal_answer, reversal_last_answer] =
            [Column::ResponseCode, Column::UpstreamCode, Column::ReversalAnswer, Column::ReversalLastAnswer]
                .map(|column| columns.words(column, |text| ResponseCode::parse(text.as_bytes())));
        let [mti, answer_mti] = [Column::Mti, Column::AnswerMti]
            .map(|column| columns.words(column, |text| Mti::parse(text.as_bytes())));
        let [rrn, original_rrn] =
            [Column::Rrn, Column::OriginalRrn].map(|column| columns.singles(column, Reference::kept));
        let mut reversal_codes = Vec::new();
        let reversal_code = columns.words(Column::ReversalCode, |text| {
            reversal_codes.push(text.to_owned());
            Some(reversal_codes.len() - 1)
        })?;
        let equipment = equipment(columns.rows(), [&region, &model, &firmware], names);
        Ok(Self {
            kind: columns.words(Column::RowKind, RowKind::from_name)?,
            time: columns.numbers(Column::Time)?,
            utc_offset: columns.numbers(Column::UtcOffset)?,
            terminal,
            merchant: merchant?,
            site: site?,
            issuer: issuer?,
            link: link?,
            equipment,
            switch_reason: switch_reason?,
            operator: operator?,
            mti: mti?,
            stan: columns.numbers(Column::Stan)?,
            rrn: rrn?,
            amount: columns.numbers(Column::Amount)?,
            currency: columns.words(Column::Currency, |text| Currency::parse(text.as_bytes()))?,
            entry_mode: columns.words(Column::EntryMode, EntryMode::from_name)?,
            response_code: response_code?,
            latency_ms: columns.numbers(Column::LatencyMs)?,
            card: columns.singles(Column::Card, CardToken::from_hex)?,
            file: columns.words(Column::File, |path| inputs.get(path).copied())?,
            unnamed_file: inputs.get("").copied(),
            offset: columns.numbers(Column::Offset)?,
            wanted: columns.words(Column::Kind, Kind::from_name)?,
            form: columns.words(Column::Form, exchange_row::form)?,
            began_before_ms: columns.numbers(Column::BeganBeforeMs)?,
            answer_mti: answer_mti?,
            told_dialect: told_dialect?,
            upstream_code: upstream_code?,
            upstream_dialect: upstream_dialect?,
            late: columns.flags(Column::Late)?,
            reversed_at: columns.numbers(Column::ReversedAt)?,
            reversal_code,
            reversal_reason: columns.words(Column::ReversalReason, Reason::from_name)?,
            reversal_partial: columns.flags(Column::ReversalPartial)?,
            reversal_answer: reversal_answer?,
            reversal_dialect: reversal_dialect?,
            reversal_last_answer: reversal_last_answer?,
            reversal_last_dialect: reversal_last_dialect?,
            trace: columns.numbers(Column::Trace)?,
            in_dump: columns.flags(Column::InDump)?,
            is_row: columns.flags(Column::IsRow)?,
            direction: columns.words(Column::Direction, leg_row::direction)?,
            original_stan: columns.numbers(Column::OriginalStan)?,
            original_rrn: original_rrn?,
            traces: columns.numbers(Column::Traces)?,
            management: columns.words(Column::Management, NetworkManagement::from_name)?,
            event: columns.words(Column::Event, aside_row::event)?,
            reply: columns.words(Column::Reply, Reply::from_name)?,
            rows: columns.rows(),
            names: std::mem::take(names),
            reversal_codes,
        })
    }

    /// Hands out all rows in the order of the file, but exchanges whose legs are there, too, in the names of the
    /// run.
    ///
    /// # Errors
    /// When a row is none that a run has written.
    pub fn hand_out(
        mut self,
        names: &mut Names,
        mut each: impl FnMut(Row, &Names),
    ) -> Result<(), TableError> {
        self.rename(&names.absorb(&self.names));
        for row in 0..self.rows {
            let made = match self.kind.at(row)?.ok_or_else(|| contradiction(Column::RowKind))? {
                RowKind::Settled => Row::Settled(exchange_row::exchange(&self, row)?),
                RowKind::Edge => continue,
                RowKind::Leg => Row::Leg(leg_row::leg(&self, row)?),
                RowKind::Event => Row::Aside(aside_row::aside(&self, row)?),
            };
            each(made, names);
        }
        Ok(())
    }

    fn rename(&mut self, map: &[Symbol]) {
        let Self { merchant, site, issuer, link, switch_reason, operator, equipment, .. } = self;
        for words in [merchant, site, issuer, link, switch_reason, operator, equipment] {
            words.values_mut().for_each(|symbol| *symbol = map[symbol.index()]);
        }
        for (terminal, key) in self.terminal.values_mut() {
            [*terminal, *key] = [*terminal, *key].map(|symbol| map[symbol.index()]);
        }
    }

    /// Where a row's message was read.
    pub(crate) fn source(&self, row: usize) -> Result<Source, TableError> {
        let unlisted = TableError::Contradictory("a row of a file that the table does not list");
        let file = self.file.at(row).ok().and_then(|file| file.or(self.unnamed_file));
        let offset = self.offset.as_smaller(row)?.ok_or_else(|| contradiction(Column::Offset));
        Ok(Source { input: file.ok_or(unlisted)?, offset: offset? })
    }

    pub(crate) fn timestamp(&self, row: usize) -> Result<Timestamp, TableError> {
        let offset_minutes = self.utc_offset.as_smaller(row)?;
        let civil = self.time.at(row).ok_or_else(|| contradiction(Column::Time))?;
        Ok(Timestamp { millis: instant(civil, offset_minutes), offset_minutes })
    }

    pub(crate) fn amount(&self, row: usize) -> Result<Option<Amount>, TableError> {
        let Some(minor) = self.amount.as_smaller(row)? else { return Ok(None) };
        Ok(Some(Amount { minor, currency: self.currency.at(row)?.unwrap_or_default() }))
    }

    pub(crate) fn traces(&self, row: usize) -> Result<Traces, TableError> {
        let bits = self.traces.as_smaller(row)?.unwrap_or_default();
        Traces::from_bits(bits).ok_or_else(|| contradiction(Column::Traces))
    }

    pub(crate) fn reversal_reason(&self, row: usize) -> Result<Option<ReversalReason>, TableError> {
        let reason = self.reversal_reason.at(row)?;
        let Some(code) = self.reversal_code.at(row)? else { return Ok(None) };
        let known = ReversalReason::known(&self.reversal_codes[code], reason);
        known.map(Some).ok_or_else(|| contradiction(Column::ReversalCode))
    }
}

/// Region, model and firmware of each row as one name.
fn equipment(rows: usize, parts: [&Words<Symbol>; 3], names: &mut Names) -> Words<Symbol> {
    let mut known = HashMap::from([([0; 3], 0)]);
    let (mut numbers, mut values) = (Vec::new(), Vec::new());
    for row in 0..if parts.iter().any(|part| !part.is_empty()) { rows } else { 0 } {
        let key = parts.map(|part| part.number(row));
        let number = *known.entry(key).or_insert_with(|| {
            let [region, model, firmware] =
                parts.map(|part| names.text(part.at(row).ok().flatten().unwrap_or_default()));
            let name = Equipment { region, model, firmware }.name();
            values.push(Some(names.intern(&name)));
            // No more than rows.
            values.len() as u32
        });
        numbers.push(number);
    }
    Words::new(Column::Region, numbers, values)
}
