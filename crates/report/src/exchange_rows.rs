//! Classified exchanges, one row each, written as they come.
//!
//! Times, amounts and names stand as the log has them; of the card there is a token where the run
//! made one. Rows hold no number of a card and are in the order in which they are given.

use crate::RowFormat;
use crate::csv::{self, io_error};
use crate::shown::{Shown, told};
use crate::tsv;
use posmortem_classify::{Cause, Dialect, Reason};
use posmortem_exchange::{CardToken, Conclusion, Exchange, Names, Reference};
use posmortem_iso8583::{Currency, Mti, ResponseCode, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

/// The columns of CSV and TSV; NDJSON has the same names, and the last two under `source`.
const COLUMNS: [&str; 21] = [
    "time",
    "terminal_id",
    "merchant_id",
    "site",
    "issuer",
    "link",
    "mti",
    "stan",
    "rrn",
    "amount",
    "currency",
    "entry_mode",
    "dialect",
    "response_code",
    "outcome",
    "cause",
    "reason",
    "latency_ms",
    "card",
    "file",
    "offset",
];

/// Writes exchanges as rows of one format.
pub struct ExchangeRows<W: Write> {
    sink: Sink<W>,
    files: Vec<String>,
    has_header: bool,
}

enum Sink<W: Write> {
    Csv(Box<::csv::Writer<W>>),
    Tsv(W),
    Ndjson(W),
}

impl<W: Write> ExchangeRows<W> {
    /// Rows on `out`, which should be buffered: it is written to in small pieces. `files` are the paths of the inputs by [`Source::input`].
    ///
    /// [`Source::input`]: posmortem_exchange::Source::input
    pub fn new(format: RowFormat, out: W, files: &[String]) -> Self {
        let sink = match format {
            RowFormat::Csv => Sink::Csv(Box::new(::csv::Writer::from_writer(out))),
            RowFormat::Tsv => Sink::Tsv(out),
            RowFormat::Ndjson => Sink::Ndjson(out),
        };
        Self { sink, files: files.to_vec(), has_header: false }
    }

    /// Writes one exchange, and the header before the first one.
    ///
    /// # Errors
    /// When the writer does not take the bytes.
    pub fn write(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> io::Result<()> {
        self.write_header()?;
        let row = Row::of(exchange, conclusion, names, &self.files);
        match &mut self.sink {
            Sink::Csv(rows) => csv::write_record(rows, row.cells()),
            Sink::Tsv(out) => tsv::write_row(out, row.cells()),
            Sink::Ndjson(out) => {
                serde_json::to_writer(&mut *out, &row)?;
                out.write_all(b"\n")
            }
        }
    }

    /// Hands all rows on to the writer and flushes it.
    ///
    /// # Errors
    /// When the writer does not take the bytes.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Csv(rows) => rows.flush(),
            Sink::Tsv(out) | Sink::Ndjson(out) => out.flush(),
        }
    }

    /// Ends the rows and gives the writer back. Without rows there is the header alone.
    ///
    /// # Errors
    /// When the writer does not take the bytes.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_header()?;
        self.flush()?;
        match self.sink {
            Sink::Csv(rows) => (*rows).into_inner().map_err(::csv::IntoInnerError::into_error),
            Sink::Tsv(out) | Sink::Ndjson(out) => Ok(out),
        }
    }

    fn write_header(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        match &mut self.sink {
            Sink::Csv(rows) => rows.write_record(COLUMNS).map_err(io_error),
            Sink::Tsv(out) => tsv::write_row(out, COLUMNS),
            Sink::Ndjson(_) => Ok(()),
        }
    }
}

/// An exchange as it is written; the order of fields is the one of the columns.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Row<'r> {
    time: Shown<Timestamp>,
    terminal_id: Option<&'r str>,
    merchant_id: Option<&'r str>,
    site: Option<&'r str>,
    issuer: Option<&'r str>,
    link: Option<&'r str>,
    mti: Option<Shown<Mti>>,
    stan: Option<Shown<u64>>,
    rrn: Option<Shown<Reference>>,
    amount: Option<u64>,
    currency: Option<Shown<Currency>>,
    entry_mode: &'static str,
    dialect: Option<Shown<Dialect>>,
    response_code: Option<Shown<ResponseCode>>,
    outcome: &'static str,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    latency_ms: Option<u64>,
    card: Option<String>,
    source: Place<'r>,
}

#[derive(Serialize, JsonSchema)]
struct Place<'r> {
    file: Option<&'r str>,
    offset: u64,
}

impl<'r> Row<'r> {
    fn of(exchange: &Exchange, conclusion: &Conclusion, names: &'r Names, files: &'r [String]) -> Self {
        let amount = exchange.amount();
        let rrn = exchange.either(|leg| Some(leg.rrn).filter(|rrn| !rrn.is_absent()));
        let source = exchange.source();
        let file = usize::try_from(source.input).ok().and_then(|at| files.get(at));
        Self {
            time: Shown(exchange.at()),
            terminal_id: told(names.text(exchange.terminal())),
            merchant_id: told(names.text(exchange.symbol(|leg| leg.merchant))),
            site: told(names.text(exchange.symbol(|leg| leg.site))),
            issuer: told(names.text(exchange.symbol(|leg| leg.issuer))),
            link: told(names.text(exchange.symbol(|leg| leg.link))),
            mti: exchange.main().mti.map(Shown),
            stan: exchange.either(|leg| leg.stan).map(Shown),
            rrn: rrn.map(Shown),
            amount: amount.map(|amount| amount.minor),
            currency: amount.map(|amount| amount.currency).filter(|currency| currency.is_known()).map(Shown),
            entry_mode: exchange.entry_mode().name(),
            dialect: conclusion.dialect.map(Shown),
            response_code: conclusion.code.map(Shown),
            outcome: conclusion.outcome.name(),
            cause: conclusion.cause().map(Cause::name),
            reason: conclusion.reason.map(Reason::name),
            latency_ms: exchange.latency_ms(),
            card: exchange.either(|leg| leg.token).map(CardToken::to_hex),
            source: Place { file: file.map(String::as_str), offset: source.offset },
        }
    }

    fn cells(&self) -> [Cow<'_, str>; COLUMNS.len()] {
        fn shown<T: Display>(value: Option<&Shown<T>>) -> Cow<'static, str> {
            value.map_or(Cow::Borrowed(""), |value| Cow::Owned(value.0.to_string()))
        }
        fn number(value: Option<u64>) -> Cow<'static, str> {
            value.map_or(Cow::Borrowed(""), |value| Cow::Owned(value.to_string()))
        }
        fn text(value: Option<&str>) -> Cow<'_, str> {
            Cow::Borrowed(value.unwrap_or_default())
        }
        [
            shown(Some(&self.time)),
            text(self.terminal_id),
            text(self.merchant_id),
            text(self.site),
            text(self.issuer),
            text(self.link),
            shown(self.mti.as_ref()),
            shown(self.stan.as_ref()),
            shown(self.rrn.as_ref()),
            number(self.amount),
            shown(self.currency.as_ref()),
            text(Some(self.entry_mode)),
            shown(self.dialect.as_ref()),
            shown(self.response_code.as_ref()),
            text(Some(self.outcome)),
            text(self.cause),
            text(self.reason),
            number(self.latency_ms),
            text(self.card.as_deref()),
            text(self.source.file),
            number(Some(self.source.offset)),
        ]
    }
}
