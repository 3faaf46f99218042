//! The cells of one row, on their way to a table or from one.

use crate::{Column, TableError};
use posmortem_classify::{Dialect, Reason, ReversalReason};
use posmortem_exchange::{CardToken, Equipment, Names, Reference, Symbol, Traces};
use posmortem_iso8583::{Amount, Currency, Mti, ResponseCode, Timestamp};
use std::borrow::Cow;
use std::fmt::Display;

/// One value; the column decides which of them it may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Cell<'c> {
    #[default]
    Empty,
    Text(Cow<'c, str>),
    Number(i64),
    Flag(bool),
}

/// A row's cells by column.
pub(crate) struct Cells<'c>([Cell<'c>; Column::ALL.len()]);

impl Default for Cells<'_> {
    fn default() -> Self {
        Self(Column::ALL.map(|_| Cell::Empty))
    }
}

impl<'c> Cells<'c> {
    pub(crate) fn get(&self, column: Column) -> &Cell<'c> {
        &self.0[column as usize]
    }

    pub(crate) fn set(&mut self, column: Column, cell: Cell<'c>) {
        self.0[column as usize] = cell;
    }

    /// A name; the empty one is none.
    pub(crate) fn set_name(&mut self, column: Column, name: &'c str) {
        if !name.is_empty() {
            self.set(column, Cell::Text(Cow::Borrowed(name)));
        }
    }

    pub(crate) fn set_shown(&mut self, column: Column, value: Option<impl Display>) {
        if let Some(value) = value {
            self.set(column, Cell::Text(Cow::Owned(value.to_string())));
        }
    }

    /// # Errors
    /// When it is no number of a table.
    pub(crate) fn set_number(&mut self, column: Column, value: Option<u64>) -> Result<(), TableError> {
        if let Some(value) = value {
            let value =
                i64::try_from(value).map_err(|_| TableError::Contradictory("a number beyond 2^63"))?;
            self.set(column, Cell::Number(value));
        }
        Ok(())
    }

    pub(crate) fn set_flag(&mut self, column: Column, value: bool) {
        self.set(column, Cell::Flag(value));
    }

    pub(crate) fn set_dialect(&mut self, column: Column, dialect: Option<Dialect>) {
        self.set_name(column, dialect.map_or("", Dialect::name));
    }

    pub(crate) fn set_amount(&mut self, amount: Option<Amount>) -> Result<(), TableError> {
        self.set_number(Column::Amount, amount.map(|amount| amount.minor))?;
        let currency = amount.map(|amount| amount.currency).filter(|currency| currency.is_known());
        self.set_shown(Column::Currency, currency);
        Ok(())
    }

    pub(crate) fn set_reference(&mut self, column: Column, reference: Reference) {
        self.set_shown(column, Some(reference).filter(|reference| !reference.is_absent()));
    }

    pub(crate) fn set_reversal_reason(&mut self, told: Option<ReversalReason>) {
        self.set_name(Column::ReversalCode, told.map_or("", |told| told.code));
        self.set_name(Column::ReversalReason, told.and_then(|told| told.reason).map_or("", Reason::name));
    }

    pub(crate) fn set_evidence(&mut self, equipment: &'c str, traces: Traces) {
        let Equipment { region, model, firmware } = Equipment::of(equipment);
        self.set_name(Column::Region, region);
        self.set_name(Column::Model, model);
        self.set_name(Column::Firmware, firmware);
        if !traces.is_empty() {
            self.set(Column::Traces, Cell::Number(traces.bits().into()));
        }
    }

    pub(crate) fn set_at(&mut self, at: Timestamp) {
        self.set(Column::Time, Cell::Number(civil(at.millis, at.offset_minutes)));
        if let Some(offset) = at.offset_minutes {
            self.set(Column::UtcOffset, Cell::Number(offset.into()));
        }
    }

    pub(crate) fn at(&self) -> Result<Timestamp, TableError> {
        let offset_minutes = match self.number(Column::UtcOffset) {
            Some(offset) => Some(i16::try_from(offset).map_err(|_| contradiction(Column::UtcOffset))?),
            None => None,
        };
        let civil = self.number(Column::Time).ok_or_else(|| contradiction(Column::Time))?;
        Ok(Timestamp { millis: instant(civil, offset_minutes), offset_minutes })
    }

    /// The text, empty where there is none.
    pub(crate) fn text(&self, column: Column) -> &str {
        match self.get(column) {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    pub(crate) fn number(&self, column: Column) -> Option<i64> {
        match self.get(column) {
            Cell::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn count(&self, column: Column) -> Result<Option<u64>, TableError> {
        let number = self.number(column);
        number.map(|number| u64::try_from(number).map_err(|_| contradiction(column))).transpose()
    }

    pub(crate) fn flag(&self, column: Column) -> bool {
        *self.get(column) == Cell::Flag(true)
    }

    /// A value by its text, `None` where there is no text.
    pub(crate) fn parsed<T>(
        &self,
        column: Column,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, TableError> {
        match self.text(column) {
            "" => Ok(None),
            text => parse(text).map(Some).ok_or_else(|| contradiction(column)),
        }
    }

    pub(crate) fn mti(&self, column: Column) -> Result<Option<Mti>, TableError> {
        self.parsed(column, |text| Mti::parse(text.as_bytes()))
    }

    pub(crate) fn code(&self, column: Column) -> Result<Option<ResponseCode>, TableError> {
        self.parsed(column, |text| ResponseCode::parse(text.as_bytes()))
    }

    pub(crate) fn dialect(&self, column: Column) -> Result<Option<Dialect>, TableError> {
        self.parsed(column, Dialect::from_name)
    }

    pub(crate) fn reference(&self, column: Column) -> Result<Reference, TableError> {
        Ok(self.parsed(column, Reference::kept)?.unwrap_or_default())
    }

    pub(crate) fn card(&self) -> Result<Option<CardToken>, TableError> {
        self.parsed(Column::Card, CardToken::from_hex)
    }

    pub(crate) fn amount(&self) -> Result<Option<Amount>, TableError> {
        let Some(minor) = self.count(Column::Amount)? else { return Ok(None) };
        let currency = self.parsed(Column::Currency, |text| Currency::parse(text.as_bytes()))?;
        Ok(Some(Amount { minor, currency: currency.unwrap_or_default() }))
    }

    pub(crate) fn equipment(&self, names: &mut Names) -> Symbol {
        let [region, model, firmware] =
            [Column::Region, Column::Model, Column::Firmware].map(|column| self.text(column));
        names.intern(&Equipment { region, model, firmware }.name())
    }

    pub(crate) fn traces(&self) -> Result<Traces, TableError> {
        let bits = u16::try_from(self.number(Column::Traces).unwrap_or_default()).ok();
        bits.and_then(Traces::from_bits).ok_or_else(|| contradiction(Column::Traces))
    }

    pub(crate) fn reversal_reason(&self) -> Result<Option<ReversalReason>, TableError> {
        let reason = self.parsed(Column::ReversalReason, Reason::from_name)?;
        self.parsed(Column::ReversalCode, |code| ReversalReason::known(code, reason))
    }
}

/// What the clock on the wall showed, in milliseconds.
pub(crate) fn civil(millis: i64, offset_minutes: Option<i16>) -> i64 {
    millis.saturating_add(i64::from(offset_minutes.unwrap_or(0)) * 60_000)
}

/// The other way.
pub(crate) fn instant(civil: i64, offset_minutes: Option<i16>) -> i64 {
    civil.saturating_sub(i64::from(offset_minutes.unwrap_or(0)) * 60_000)
}

/// A cell that no run has written.
pub(crate) fn contradiction(column: Column) -> TableError {
    TableError::Contradictory(column.name())
}
