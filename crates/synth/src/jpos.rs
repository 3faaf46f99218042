//! Messages as records of a jPOS Q2 log.

use crate::message::Message;
use crate::moment;
use std::io::{self, Write};

pub(crate) const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logger class=\"org.jpos.util.DailyLogListener\">";
pub(crate) const TAIL: &str = "</logger>";

/// Appends one record.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
    let (tag, direction) = if message.is_outgoing { ("send", "outgoing") } else { ("receive", "incoming") };
    writeln!(out, "<log realm=\"{}\" at=\"{}\">\n  <{tag}>", message.link.name, moment(message.at))?;
    writeln!(out, "    <isomsg direction=\"{direction}\">")?;
    for (id, value) in fields(message) {
        if !value.is_empty() {
            writeln!(out, "      <field id=\"{id}\" value=\"{value}\"/>")?;
        }
    }
    writeln!(out, "    </isomsg>\n  </{tag}>\n</log>")
}

/// Data elements and their values, empty where the message has none.
fn fields(message: &Message<'_>) -> [(u8, String); 14] {
    let told = Option::unwrap_or_default;
    let transmitted = transmitted(message.at);
    // Gateways fill the field up.
    let filled = |name: String| if message.is_answer { name } else { format!("{name:<16}") };
    let original = |(mti, stan)| format!("{mti}{stan:06}{transmitted}{:022}", 0);
    [
        (0, message.mti.to_owned()),
        (2, told(message.card.map(|card| format!("{card:016}")))),
        (3, message.processing_code.to_owned()),
        (4, told(message.amount.map(|amount| format!("{amount:012}")))),
        (7, transmitted.clone()),
        (11, format!("{:06}", message.stan)),
        (22, message.entry_mode.to_owned()),
        (37, told(message.rrn.map(|rrn| format!("{rrn:012}")))),
        (39, message.code.to_owned()),
        (41, told(message.terminal_name().map(filled))),
        (42, format!("{:015}", message.merchant)),
        (49, told(message.amount.map(|_| message.link.currency.to_owned()))),
        (70, message.network.to_owned()),
        (90, told(message.original.map(original))),
    ]
}

/// DE7: month, day and time.
fn transmitted(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).expect("days of four-digit years");
    at.strftime("%m%d%H%M%S").to_string()
}
