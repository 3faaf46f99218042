//! Why something was taken back, as far as the reversal itself says.
//!
//! `data/reversal-reasons.tsv` holds the codes. A scheme's own use of DE39 in reversals (Mastercard's
//! 82) is asked of [`CodeTables`](crate::CodeTables).

use std::sync::OnceLock;

use posmortem_iso8583::{Class, Mti, ResponseCode, Side};

use crate::data_error::rows;
use crate::{DataError, Meaning, Reason};

pub(crate) const REVERSAL_REASONS: &str = include_str!("../data/reversal-reasons.tsv");

/// The reason that a reversal gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReversalReason {
    /// The code that gave it.
    pub code: &'static str,
    /// What it means; `None` when the reversal calls its reason unspecified.
    pub reason: Option<Reason>,
}

/// Reads the reason of a reversal: the four-digit message reason (1993 and 2003 DE25, DE56 of some
/// 1987 systems), then DE39, then the two digits of a 1987 DE25. One that is unspecified stands only
/// when the others say nothing.
///
/// DE39 counts in requests alone; in an answer it is the host's. `None` when the message is no
/// reversal or the table knows none of its codes.
pub fn reversal_reason(
    de39: Option<ResponseCode>,
    message_reason: &[u8],
    mti: Mti,
) -> Option<ReversalReason> {
    if mti.class() != Class::Reversal {
        return None;
    }
    let message_reason = message_reason.trim_ascii();
    let de39 = de39.filter(|_| mti.side() == Side::Request);
    let de39 = de39.as_ref().map_or("", ResponseCode::as_str).as_bytes();
    let given = [
        find(Place::Reason1993, message_reason),
        // The jPOS CMF carries the 2003 reasons in DE39.
        find(Place::Reason1993, de39),
        find(Place::ResponseCode, de39),
        find(Place::Condition1987, message_reason),
    ];
    let mut given = given.into_iter().flatten();
    let first = given.next()?;
    Some(if first.reason.is_some() {
        first
    } else {
        given.find(|next| next.reason.is_some()).unwrap_or(first)
    })
}

impl ReversalReason {
    /// The reason that was told by this code before, if the table still has it.
    pub fn known(code: &str, reason: Option<Reason>) -> Option<Self> {
        let mut known = table().iter().map(|(_, given)| *given);
        known.find(|given| given.code == code && given.reason == reason)
    }
}

fn table() -> &'static [(Place, ReversalReason)] {
    static TABLE: OnceLock<Vec<(Place, ReversalReason)>> = OnceLock::new();
    TABLE.get_or_init(|| read(REVERSAL_REASONS).expect("reversal-reasons.tsv is checked by tests"))
}

fn find(place: Place, code: &[u8]) -> Option<ReversalReason> {
    let found = table().iter().find(|(at, given)| *at == place && given.code.as_bytes() == code);
    found.map(|(_, given)| *given)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    ResponseCode,
    Reason1993,
    Condition1987,
}

fn read(text: &'static str) -> Result<Vec<(Place, ReversalReason)>, DataError> {
    rows("reversal-reasons.tsv", text, ["where", "code", "cause", "reason"])?
        .map(|(place, [at, code, cause, name])| {
            let at = match at {
                "de39-04xx" => Place::ResponseCode,
                "reason-1993" => Place::Reason1993,
                "de25-1987" => Place::Condition1987,
                _ => return Err(place.unknown("place", at)),
            };
            let reason = match (cause, name) {
                ("none", "unspecified") => None,
                _ => {
                    let meaning = Meaning::from_names(cause, name);
                    Some(meaning.and_then(Meaning::reason).ok_or_else(|| place.unknown("reason", name))?)
                }
            };
            Ok((at, ReversalReason { code, reason }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversals_tell_why() {
        for (mti, de39, message_reason, expected) in [
            ("0420", "68", "", Some(("68", Some(Reason::RESPONSE_TIMEOUT)))),
            ("0400", "17", "00", Some(("17", Some(Reason::CANCELLED)))),
            ("0421", "A0", "", Some(("A0", Some(Reason::MAC_INVALID)))),
            ("1420", "", "4021", Some(("4021", Some(Reason::RESPONSE_TIMEOUT)))),
            ("2420", "4013", "", Some(("4013", Some(Reason::LINK_OUTAGE)))),
            ("0420", "00", "4000", Some(("4000", Some(Reason::CANCELLED)))),
            ("0400", "", "22", Some(("22", Some(Reason::TERMINAL_SOFTWARE_FAULT)))),
            ("0400", "68", "21", Some(("68", Some(Reason::RESPONSE_TIMEOUT)))),
            ("0420", "", "4001", Some(("4001", None))),
            ("0420", "96", "4001", Some(("96", Some(Reason::SWITCH_FAULT)))),
            ("0430", "96", "", None),
            ("0420", "00", "00", None),
            ("0210", "68", "", None),
        ] {
            let told = reversal_reason(
                ResponseCode::parse(de39.as_bytes()),
                message_reason.as_bytes(),
                Mti::parse(mti.as_bytes()).unwrap(),
            );
            let expected = expected.map(|(code, reason)| ReversalReason { code, reason });
            assert_eq!(told, expected, "{mti} {de39} {message_reason}");
        }
    }

    #[test]
    fn a_reason_is_known_again_by_its_code_and_what_it_meant() {
        for (_, given) in table() {
            assert_eq!(ReversalReason::known(given.code, given.reason), Some(*given));
        }
        assert_eq!(ReversalReason::known("4001", Some(Reason::CANCELLED)), None);
        assert_eq!(ReversalReason::known("9999", None), None);
    }

    #[test]
    fn the_table_has_its_rows_once() {
        let read = read(REVERSAL_REASONS).unwrap();
        assert_eq!(read.len(), 17);
        for (at, (place, given)) in read.iter().enumerate() {
            assert!(!read[..at].iter().any(|(other, same)| other == place && same.code == given.code));
        }
    }
}
