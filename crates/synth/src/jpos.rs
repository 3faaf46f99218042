//! Messages as records of a jPOS Q2 log, or as its events of JSON, one a line.

use crate::elements::elements;
use crate::message::Message;
use std::io::{self, Write};

pub(crate) const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logger class=\"org.jpos.util.DailyLogListener\">";
pub(crate) const TAIL: &str = "</logger>";

/// Appends one record.
pub(crate) fn write(out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
    let (tag, direction) = event(message);
    writeln!(out, "<log realm=\"{}\" at=\"{}\">\n  <{tag}>", message.link.name, message.at)?;
    writeln!(out, "    <isomsg direction=\"{direction}\">")?;
    for (id, value) in elements(message) {
        // A channel that is told to leave local times out does so.
        if matches!(id, 12 | 13) && !message.at.is_whole {
            continue;
        }
        writeln!(out, "      <field id=\"{id}\" value=\"{}\"/>", filled(id, &value, message))?;
    }
    writeln!(out, "    </isomsg>\n  </{tag}>\n</log>")
}

/// Appends one event of jPOS 3: the message is the XML of other versions, as a JSON string. Its time is that of
/// a machine, and the only one of all forms that tells its zone.
pub(crate) fn write_event(out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
    let (tag, direction) = event(message);
    write!(out, "{{\"ts\":\"{}Z\",\"kind\":\"{tag}\",\"tags\":{{", message.at)?;
    write!(out, "\"realm\":\"{}\"", message.link.name)?;
    if let Some(terminal) = message.terminal_name() {
        write!(out, ",\"tid\":\"{terminal}\"")?;
    }
    write!(out, ",\"mid\":\"{:015}\",\"mti\":\"{}\"}},", message.merchant, message.mti)?;
    write!(out, r#""payload":[{{"t":"msg","m":"<isomsg direction=\"{direction}\">\n"#)?;
    for (id, value) in elements(message) {
        write!(out, r#"  <field id=\"{id}\" value=\"{}\"/>\n"#, filled(id, &value, message))?;
    }
    writeln!(out, r#"</isomsg>"}}]}}"#)
}

fn event(message: &Message<'_>) -> (&'static str, &'static str) {
    if message.is_outgoing { ("send", "outgoing") } else { ("receive", "incoming") }
}

/// Gateways fill the terminal's number up.
fn filled(id: u8, value: &str, message: &Message<'_>) -> String {
    let width = if id == 41 && !message.is_answer { 16 } else { 0 };
    format!("{value:<width$}")
}
