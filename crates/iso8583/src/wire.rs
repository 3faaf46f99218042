//! Bytes of one message to borrowed fields and back, by wire profiles that are data.
//!
//! A [`Profile`] says how a message type, bitmaps, lengths and values stand on the wire; profiles are
//! TOML files. [`Framing`] and [`Header`] are what stands around a message, and are kept apart from it.
//! [`rank()`] finds out which profile a sample follows. There are no log files here, no meaning of codes,
//! and no knowledge of which values may be shown.
//!
//! ```
//! use posmortem_iso8583::wire::{Fields, Profile};
//! let profile = Profile::built_in("iso87-ascii").expect("a built-in profile");
//! let message = b"0210000000000200000005";
//! let mut fields = Fields::new();
//! profile.decode(message, &mut fields)?;
//! let mut scratch = Vec::new();
//! let code = profile.value(message, &fields, 39).expect("a response code");
//! assert_eq!(code.text(&mut scratch), b"05");
//! # Ok::<(), posmortem_iso8583::wire::DecodeError>(())
//! ```

mod bitmap;
mod decode;
mod decode_error;
mod ebcdic;
mod element;
mod encode;
mod encoding;
mod fields;
mod framing;
mod header;
mod hex;
mod plausible;
mod profile;
mod rank;
mod selection;
mod value;

pub use bitmap::{BitmapForm, BitmapRule, ThirdBitmap};
pub use decode_error::{DecodeError, Expected};
pub(crate) use ebcdic::to_ascii as ebcdic_to_ascii;
pub use element::{Content, Element, Prefix};
pub use encode::{EncodeError, encode};
pub use encoding::{Encoding, LengthEncoding, LengthUnit};
pub use fields::{ElementSet, Fields};
pub use framing::{Frame, FrameEnd, Framing};
pub use header::Header;
pub use hex::{hex_into, unhex_into, unhex_to};
pub use profile::{MtiForm, Profile, ProfileError};
pub use rank::{Pair, Ranked, rank, read_alike};
pub use selection::Selection;
pub use value::Value;
