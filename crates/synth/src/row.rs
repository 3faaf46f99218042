//! Messages as rows of named columns, which several forms write each in its own way.

use crate::message::Message;
use std::fmt::{self, Arguments};
use std::io;

/// How many columns a row has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    /// What a message on the wire tells, and its link.
    Lean,
    Responses,
    Further,
    Labelled,
}

/// Every row tells these.
const FIRST: [&str; 12] = [
    "time",
    "mti",
    "stan",
    "rrn",
    "terminal_id",
    "merchant_id",
    "pan",
    "processing_code",
    "amount",
    "currency",
    "pos_entry_mode",
    "response_code",
];
/// What lean rows tell besides.
const WIRE: [&str; 6] = ["link", "de7", "de12", "de13", "de70", "de90"];
/// What an export tells besides.
const EXPORT: [&str; 2] = ["link", "latency_ms"];
/// What rows of both sides tell further.
const FURTHER: [&str; 8] =
    ["dialect", "direction", "original_stan", "de70", "site", "region", "model", "firmware"];
/// What rows of both sides of a labelled world tell beyond that.
const LABELLED: [&str; 3] = ["service_code", "tvr", "chip_condition"];

/// The names of the columns.
pub(crate) fn columns(width: Width) -> impl Iterator<Item = &'static str> {
    let further: &[&[&str]] = match width {
        Width::Lean => &[&WIRE],
        Width::Responses => &[&EXPORT],
        Width::Further => &[&EXPORT, &FURTHER],
        Width::Labelled => &[&EXPORT, &FURTHER, &LABELLED],
    };
    FIRST.into_iter().chain(further.iter().flat_map(|names| names.iter().copied()))
}

/// A number filled up with zeros, or nothing.
struct Filled<T>(Option<T>, usize);

impl<T: fmt::Display> fmt::Display for Filled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, width) = self;
        number.as_ref().map_or(Ok(()), |number| write!(f, "{number:0width$}"))
    }
}

/// Tells a row's cells in the order of its columns.
pub(crate) fn cells(
    message: &Message<'_>,
    width: Width,
    mut put: impl FnMut(Arguments<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let Message { at, mti, stan, merchant, processing_code, entry_mode, code, link, .. } = *message;
    put(format_args!("{at}"))?;
    put(format_args!("{mti}"))?;
    put(format_args!("{stan:06}"))?;
    put(format_args!("{}", Filled(message.rrn, 12)))?;
    put(format_args!("{}", message.terminal_name().unwrap_or_default()))?;
    put(format_args!("{merchant:015}"))?;
    put(format_args!("{}", Filled(message.card, 16)))?;
    put(format_args!("{processing_code}"))?;
    put(format_args!("{}", Filled(message.amount, 0)))?;
    put(format_args!("{}", message.amount.map_or("", |_| link.currency)))?;
    put(format_args!("{entry_mode}"))?;
    put(format_args!("{code}"))?;
    put(format_args!("{}", link.name))?;
    if width == Width::Lean {
        let civil = at.civil();
        for shape in ["%m%d%H%M%S", "%H%M%S", "%m%d"] {
            put(format_args!("{}", civil.strftime(shape)))?;
        }
        put(format_args!("{}", message.network))?;
        return put(format_args!("{}", message.original_elements()));
    }
    put(format_args!("{}", Filled(message.latency, 0)))?;
    if width >= Width::Further {
        further_cells(message, &mut put)?;
    }
    if width == Width::Labelled {
        // A keyed number comes without.
        let code = message.service_code.filter(|_| message.entry_mode != "012");
        put(format_args!("{}", code.unwrap_or_default()))?;
        put(format_args!("{}", message.chip.tvr))?;
        put(format_args!("{}", message.chip.condition))?;
    }
    Ok(())
}

fn further_cells(
    message: &Message<'_>,
    put: &mut impl FnMut(Arguments<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let direction = match (message.link.directed, message.is_outgoing) {
        (false, _) => "",
        (true, true) => "out",
        (true, false) => "in",
    };
    put(format_args!("{}", message.link.dialect))?;
    put(format_args!("{direction}"))?;
    put(format_args!("{}", Filled(message.original.map(|(_, stan)| stan), 6)))?;
    put(format_args!("{}", message.network))?;
    let Some(terminal) = message.terminal else { return (0..4).try_for_each(|_| put(format_args!(""))) };
    put(format_args!("{}", terminal.site_name()))?;
    put(format_args!("{}", terminal.region))?;
    put(format_args!("{}", terminal.model))?;
    put(format_args!("{}", message.firmware))
}
