//! Messages as rows of comma-separated columns. No cell needs quotes.

use crate::message::Message;
use crate::moment;
use std::io::{self, Write};

const RESPONSES: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,\
                                    pos_entry_mode,response_code,link,latency_ms";
/// What rows of both sides tell further.
const FURTHER: &str = ",dialect,direction,original_stan,de70,site,region,model,firmware";

/// What rows of both sides of a labelled world tell beyond that.
const LABELLED: &str = ",service_code,tvr,chip_condition";

/// How many columns a row has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    Responses,
    Further,
    Labelled,
}

/// Appends the names of the columns.
pub(crate) fn write_header(out: &mut Vec<u8>, width: Width) -> io::Result<()> {
    let further = if width >= Width::Further { FURTHER } else { "" };
    let labelled = if width == Width::Labelled { LABELLED } else { "" };
    writeln!(out, "{RESPONSES}{further}{labelled}")
}

/// Appends one row.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, width: Width) -> io::Result<()> {
    let Message { at, mti, stan, merchant, processing_code, entry_mode, code, link, .. } = *message;
    write!(out, "{},{mti},{stan:06},", moment(at))?;
    if let Some(rrn) = message.rrn {
        write!(out, "{rrn:012}")?;
    }
    let terminal = message.terminal_name().unwrap_or_default();
    write!(out, ",{terminal},{merchant:015},")?;
    if let Some(card) = message.card {
        write!(out, "{card:016}")?;
    }
    write!(out, ",{processing_code},")?;
    match message.amount {
        Some(amount) => write!(out, "{amount},{}", link.currency)?,
        None => write!(out, ",")?,
    }
    write!(out, ",{entry_mode},{code},{},", link.name)?;
    if let Some(latency) = message.latency {
        write!(out, "{latency}")?;
    }
    if width >= Width::Further {
        let direction = match (link.directed, message.is_outgoing) {
            (false, _) => "",
            (true, true) => "out",
            (true, false) => "in",
        };
        write!(out, ",{},{direction},", link.dialect)?;
        if let Some((_, stan)) = message.original {
            write!(out, "{stan:06}")?;
        }
        write!(out, ",{},", message.network)?;
        match message.terminal {
            Some(of) => write!(out, "{},{},{},{}", of.site_name(), of.region, of.model, message.firmware)?,
            None => write!(out, ",,,")?,
        }
    }
    if width == Width::Labelled {
        out.push(b',');
        // A keyed number comes without.
        if let Some(code) = message.service_code.filter(|_| message.entry_mode != "012") {
            write!(out, "{code}")?;
        }
        write!(out, ",{},{}", message.chip.tvr, message.chip.condition)?;
    }
    writeln!(out)
}
