//! Messages as rows of comma-separated columns.

use crate::message::Message;
use crate::text::Text;

pub(crate) const RESPONSES: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,\
                                    pos_entry_mode,response_code,link,latency_ms\n";
pub(crate) const BOTH: &str = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,\
                               pos_entry_mode,response_code,link,latency_ms,dialect,direction,original_stan\n";

/// Appends one row; with `is_long` the three columns that answers alone do not need.
pub(crate) fn write(text: &mut Text, message: &Message<'_>, is_long: bool) {
    text.moment(message.at);
    text.push(",");
    text.push(message.mti);
    text.push(",");
    text.digits::<6>(u64::from(message.stan));
    text.push(",");
    if let Some(rrn) = message.rrn {
        text.digits::<12>(rrn);
    }
    text.push(",");
    match message.terminal {
        Some(terminal) if message.is_bare => text.number(u64::from(terminal)),
        Some(terminal) => text.digits::<8>(u64::from(terminal)),
        None => {}
    }
    text.push(",");
    text.digits::<15>(message.merchant);
    text.push(",");
    if let Some(card) = message.card {
        text.digits::<16>(card);
    }
    text.push(",");
    text.push(message.processing_code);
    text.push(",");
    if let Some(amount) = message.amount {
        text.number(amount);
        text.push(",");
        text.push(message.link.currency);
    } else {
        text.push(",");
    }
    text.push(",");
    text.push(message.entry_mode);
    text.push(",");
    text.push(message.code);
    text.push(",");
    text.push(&message.link.name);
    text.push(",");
    if let Some(latency) = message.latency {
        text.number(u64::from(latency));
    }
    if is_long {
        text.push(",");
        text.push(message.link.dialect);
        text.push(match (message.link.directed, message.is_outgoing) {
            (false, _) => ",,",
            (true, true) => ",out,",
            (true, false) => ",in,",
        });
        if let Some((_, stan)) = message.original {
            text.digits::<6>(u64::from(stan));
        }
    }
    text.push("\n");
}
