//! Facts about one ISO 8583 message: what its MTI, entry mode, amount, code and card number say.
//!
//! This crate exists to forbid input and output around card data: it knows bytes in, values out. It
//! does no I/O, allocates nothing on success in its parsers, and does not know serde, files or
//! causes. A card number lives only in [`CardNumber`], which cannot be shown.
//!
//! ```
//! use posmortem_iso8583::{Mti, Side};
//! let mti = Mti::parse(b"0210").expect("four digits of a known class");
//! assert_eq!(mti.side(), Side::Response);
//! assert!(mti.asks_for_decision());
//! ```
#![forbid(unsafe_code)]

mod amount;
mod card_number;
mod check_digit;
mod digit_run;
mod elements;
mod entry_mode;
mod icc_data;
mod issuer_range;
mod leak;
mod masked;
mod masked_run;
mod mti;
mod network_management;
mod pin_entry;
mod redact;
mod response_code;
mod table;
mod timestamp;
pub mod tlv;
mod track2;
pub mod wire;
mod writing;

pub use amount::{Amount, AmountUnit, Currency};
pub use card_number::{CardNumber, Visibility};
pub use check_digit::looks_like_card;
pub use elements::{Version, element_is_shown, element_name, emv_tag_is_shown, emv_tag_name};
pub use entry_mode::EntryMode;
pub use icc_data::{Cid, Cryptogram, Cvm, CvmResults, Iad, IccData, Tsi, Tvr, authorisation_response};
pub use issuer_range::scheme_of;
pub use leak::{CardData, find_card_data, find_card_data_of_chip};
pub use masked::{Fault, FieldLabel, MaskedField, MaskedMessage, MaskedTag, Shown};
pub use mti::{Class, Mti, Side};
pub use network_management::{ManagementField, NetworkManagement};
pub use pin_entry::PinEntry;
pub use redact::{escape_controls, is_switch_word, looks_like_pin_block, screen};
pub use response_code::ResponseCode;
pub use table::{TableError, TableRow, rows};
pub use timestamp::Timestamp;
pub use track2::Track2;
