//! Messages as data elements: what a message on the wire tells, and no more.

use crate::message::Message;

/// The data elements that a message has and their values, by number; 0 is the MTI.
pub(crate) fn elements(message: &Message<'_>) -> Vec<(u8, String)> {
    let told = Option::unwrap_or_default;
    let at = message.at.civil();
    let [transmitted, time, date] =
        ["%m%d%H%M%S", "%H%M%S", "%m%d"].map(|shape| at.strftime(shape).to_string());
    let mut elements = vec![
        (0, message.mti.to_owned()),
        (2, told(message.card.map(|card| format!("{card:016}")))),
        (3, message.processing_code.to_owned()),
        (4, told(message.amount.map(|amount| format!("{amount:012}")))),
        (7, transmitted),
        (11, format!("{:06}", message.stan)),
        (12, time),
        (13, date),
        (22, message.entry_mode.to_owned()),
        (37, told(message.rrn.map(|rrn| format!("{rrn:012}")))),
        (39, message.code.to_owned()),
        (41, told(message.terminal_name())),
        (42, format!("{:015}", message.merchant)),
        (49, told(message.amount.map(|_| message.link.currency.to_owned()))),
        (70, message.network.to_owned()),
        (90, message.original_elements()),
    ];
    elements.retain(|(_, value)| !value.is_empty());
    elements
}

/// Digits without left zeros, of which one stays where there is nothing else.
pub(crate) fn without_left_zeros(digits: &str) -> &str {
    let rest = digits.trim_start_matches('0');
    if rest.is_empty() { "0" } else { rest }
}

/// The bitmaps of these elements in hexadecimal digits: one, or two where one of them is beyond the 64th.
pub(crate) fn bitmap(elements: &[(u8, String)]) -> String {
    let of = |half: u8| {
        let within = |element: u8| (1..=64).contains(&(element.wrapping_sub(64 * half)));
        let elements = elements.iter().map(|(element, _)| *element).filter(|element| within(*element));
        elements.fold(0_u64, |bits, element| bits | 1 << (64 * half + 64 - element))
    };
    match (of(0), of(1)) {
        (first, 0) => format!("{first:016x}"),
        (first, second) => format!("{:016x}{second:016x}", first | 1 << 63),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmaps_tell_their_elements() {
        let of =
            |elements: &[u8]| bitmap(&elements.iter().map(|at| (*at, String::new())).collect::<Vec<_>>());
        assert_eq!(of(&[0, 2, 3, 64]), "6000000000000001");
        assert_eq!(of(&[0, 3, 65, 70, 128]), "a0000000000000008400000000000001");
    }
}
