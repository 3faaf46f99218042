//! One attempt at the host, after pairing.

use crate::{Leg, Source, Symbol, Traces};
use posmortem_classify::{Dialect, ReversalReason};
use posmortem_iso8583::{Amount, EntryMode, ResponseCode, Timestamp};

/// How much of the exchange the log shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Request and answer.
    Paired,
    /// One row that stands for both.
    Complete,
    /// A request that nobody answered, though its link's log goes on.
    RequestOnly,
    /// An answer without its request.
    ResponseOnly,
    /// Half an exchange at the edge of its link's log: nothing can be said of it.
    Open,
}

/// A reversal as it lies over its original.
#[derive(Clone, Copy)]
pub struct Undo {
    /// When it was first sent.
    pub at: Timestamp,
    /// Why, where the reversal tells it.
    pub reason: Option<ReversalReason>,
    /// Whether a part of the amount stays.
    pub partial: bool,
    /// The answer's code and dialect: a refused reversal undoes nothing.
    pub answer: Option<(ResponseCode, Option<Dialect>)>,
    /// The same of the last answer, where it was sent again: once accepted is enough.
    pub last_answer: Option<(ResponseCode, Option<Dialect>)>,
}

/// One attempt. At least one of the legs is there.
#[derive(Clone, Copy)]
pub struct Exchange {
    /// How much the log shows.
    pub form: Form,
    /// When its first leg was logged, in milliseconds: that of an answer which another one replaced,
    /// too.
    pub began: i64,
    /// The first leg of the request.
    pub request: Option<Leg>,
    /// The terminal-facing answer, or the row that stands for the whole exchange.
    pub answer: Option<Leg>,
    /// A code further up that differs from the answer's: it gives the cause.
    pub upstream: Option<(ResponseCode, Option<Dialect>)>,
    /// Answered after its time-out or after its own reversal.
    pub late: bool,
    /// The reversal that took it back.
    pub undo: Option<Undo>,
}

impl Exchange {
    /// An answer without its request, or a row that stands for both, in time and not taken back.
    pub fn alone(answer: Leg) -> Self {
        let form = if answer.mti.is_none() { Form::Complete } else { Form::ResponseOnly };
        let (began, answer) = (answer.at.millis, Some(answer));
        Self { form, began, request: None, answer, upstream: None, late: false, undo: None }
    }

    /// A request and its answer, in time and not taken back.
    pub fn paired(request: Leg, answer: Leg) -> Self {
        let (began, request) = (request.at.millis, Some(request));
        Self { form: Form::Paired, began, request, ..Self::alone(answer) }
    }

    /// The leg that tells most about what was asked: the request, else the answer.
    ///
    /// # Panics
    /// Never for an exchange that [`crate::Pairing`] made: it holds one leg at least.
    pub fn main(&self) -> &Leg {
        self.request.as_ref().or(self.answer.as_ref()).expect("an exchange holds a leg")
    }

    /// When it began.
    pub fn at(&self) -> Timestamp {
        self.main().at
    }

    /// Where it was read: the request's place, else the answer's.
    pub fn source(&self) -> Source {
        self.main().source
    }

    /// The terminal as printed, from whichever side tells it.
    pub fn terminal(&self) -> Symbol {
        self.symbol(|leg| leg.terminal)
    }

    /// The terminal without left zeros.
    pub fn terminal_key(&self) -> Symbol {
        self.symbol(|leg| leg.terminal_key)
    }

    /// A symbol from the request, else from the answer.
    pub fn symbol(&self, of: impl Fn(&Leg) -> Symbol) -> Symbol {
        let told = [&self.request, &self.answer].into_iter().flatten().map(of);
        told.into_iter().find(|symbol| !symbol.is_absent()).unwrap_or_default()
    }

    /// A field from the request, else from the answer.
    pub fn either<T>(&self, of: impl Fn(&Leg) -> Option<T>) -> Option<T> {
        self.request.as_ref().and_then(&of).or_else(|| self.answer.as_ref().and_then(&of))
    }

    /// What was asked for, in minor units.
    pub fn amount(&self) -> Option<Amount> {
        let amount = self.either(|leg| leg.amount)?;
        let currencies = [&self.request, &self.answer].into_iter().flatten().filter_map(|leg| leg.amount);
        let currency = currencies.map(|amount| amount.currency).find(|currency| currency.is_known());
        Some(Amount { currency: currency.unwrap_or_default(), ..amount })
    }

    /// How the card was read.
    pub fn entry_mode(&self) -> EntryMode {
        self.either(|leg| Some(leg.entry_mode).filter(|mode| *mode != EntryMode::Unknown)).unwrap_or_default()
    }

    /// What either side shows beyond its code.
    pub fn traces(&self) -> Traces {
        let legs = [&self.request, &self.answer].into_iter().flatten();
        legs.fold(Traces::NONE, |traces, leg| traces | leg.traces)
    }

    /// Milliseconds from the request to the answer: as the log tells them, else as its times do.
    pub fn latency_ms(&self) -> Option<u64> {
        if let Some(told) = [&self.answer, &self.request].into_iter().flatten().find_map(|leg| leg.latency_ms)
        {
            return Some(u64::from(told));
        }
        let (request, answer) = (self.request.as_ref()?, self.answer.as_ref()?);
        u64::try_from(answer.at.millis - request.at.millis).ok()
    }
}
