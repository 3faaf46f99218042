//! Messages as rows of comma-separated columns. No cell needs quotes.

use crate::message::Message;
use crate::moment;
use std::io::{self, Write};

pub(crate) const RESPONSES: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,\
                                    pos_entry_mode,response_code,link,latency_ms";
/// What rows of both sides tell further.
pub(crate) const FURTHER: &str = ",dialect,direction,original_stan,de70,site,region,model,firmware";

/// Appends one row; with `is_long` the further columns, too.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>, is_long: bool) -> io::Result<()> {
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
    if is_long {
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
            Some(of) => write!(out, "{},{},{},{}", of.site_name(), of.region(), of.model(), of.firmware())?,
            None => write!(out, ",,,")?,
        }
    }
    writeln!(out)
}
