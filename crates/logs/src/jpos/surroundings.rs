//! What a record, or the line of an event, says of its messages besides their fields.

use posmortem_iso8583::is_switch_word;

/// Ports from here on are given to clients for one connection and name no link.
const FIRST_EPHEMERAL_PORT: u32 = 32_768;

/// What is known of messages that stand in no record of a log file.
pub(super) struct Surroundings<'b> {
    pub(super) at: &'b [u8],
    pub(super) realm: &'b [u8],
    pub(super) trace_id: &'b [u8],
    /// The MTI, the terminal and the merchant, where the only message does not tell them.
    pub(super) mti: &'b [u8],
    pub(super) terminal_id: &'b [u8],
    pub(super) merchant_id: &'b [u8],
    /// Where parts of the text begin, in it and in the line that the record is.
    pub(super) anchors: &'b [(usize, u64)],
}

/// Why the switch refused: its own word for it (`card.not.found`) where it has one, else its sentence,
/// else whatever it left.
pub(super) fn switch_reason<'v>(reason: &'v [u8], extended: &'v [u8]) -> &'v [u8] {
    let is_told = |text: &[u8]| !text.trim_ascii().is_empty();
    if is_switch_word(reason.trim_ascii()) || !is_told(extended) { reason } else { extended }
}

/// A realm without the port that its client was given for one connection.
pub(super) fn without_ephemeral_port(realm: &[u8]) -> &[u8] {
    let Some(colon) = memchr::memrchr(b':', realm) else { return realm };
    let (link, port) = realm.split_at(colon);
    let port = std::str::from_utf8(&port[1..]).ok().and_then(|port| port.trim_end().parse().ok());
    match port {
        Some(FIRST_EPHEMERAL_PORT..=65_535u32) => link,
        _ => realm,
    }
}
