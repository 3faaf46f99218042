//! Messages as records of a jPOS Q2 log.

use crate::day::Day;
use crate::message::Message;
use crate::text::Text;

pub(crate) const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logger class=\"org.jpos.util.DailyLogListener\">\n";
pub(crate) const TAIL: &str = "</logger>\n";

/// Appends one record.
pub(crate) fn write(text: &mut Text, message: &Message<'_>) {
    text.push("<log realm=\"");
    text.push(&message.link.name);
    text.push("\" at=\"");
    text.moment(message.at);
    let (tag, direction) = if message.is_outgoing { ("send", "outgoing") } else { ("receive", "incoming") };
    text.push("\">\n  <");
    text.push(tag);
    text.push(">\n    <isomsg direction=\"");
    text.push(direction);
    text.push("\">\n");
    fields(text, message);
    text.push("    </isomsg>\n  </");
    text.push(tag);
    text.push(">\n</log>\n");
}

fn fields(text: &mut Text, message: &Message<'_>) {
    field(text, "0", |text| text.push(message.mti));
    if let Some(card) = message.card {
        field(text, "2", |text| text.digits::<16>(card));
    }
    if !message.processing_code.is_empty() {
        field(text, "3", |text| text.push(message.processing_code));
    }
    if let Some(amount) = message.amount {
        field(text, "4", |text| text.digits::<12>(amount));
    }
    field(text, "7", |text| transmitted(text, message.at));
    field(text, "11", |text| text.digits::<6>(u64::from(message.stan)));
    if !message.entry_mode.is_empty() {
        field(text, "22", |text| text.push(message.entry_mode));
    }
    if let Some(rrn) = message.rrn {
        field(text, "37", |text| text.digits::<12>(rrn));
    }
    if !message.code.is_empty() {
        field(text, "39", |text| text.push(message.code));
    }
    if let Some(terminal) = message.terminal {
        field(text, "41", |text| {
            if message.is_bare {
                text.number(u64::from(terminal));
            } else {
                text.digits::<8>(u64::from(terminal));
            }
            // Gateways fill the field up.
            if !message.is_answer {
                text.push("        ");
            }
        });
    }
    field(text, "42", |text| text.digits::<15>(message.merchant));
    if message.amount.is_some() {
        field(text, "49", |text| text.push(message.link.currency));
    }
    if !message.network.is_empty() {
        field(text, "70", |text| text.push(message.network));
    }
    if let Some((mti, stan)) = message.original {
        field(text, "90", |text| {
            text.push(mti);
            text.digits::<6>(u64::from(stan));
            transmitted(text, message.at);
            text.push("0000000000000000000000");
        });
    }
}

fn field(text: &mut Text, id: &str, value: impl Fn(&mut Text)) {
    text.push("      <field id=\"");
    text.push(id);
    text.push("\" value=\"");
    value(text);
    text.push("\"/>\n");
}

/// DE7: month, day and time.
fn transmitted(text: &mut Text, at: i64) {
    let day = Day::of(at);
    let (_, month, date) = day.civil();
    let seconds = (at - day.start()) as u64 / 1000;
    text.digits::<2>(month as u64);
    text.digits::<2>(date as u64);
    text.digits::<2>(seconds / 3600);
    text.digits::<2>(seconds / 60 % 60);
    text.digits::<2>(seconds % 60);
}
