//! Causes and reasons, the tables of response codes, and what a code means in its message.
//!
//! This crate exists to forbid input and output, threads and statistics around the question "what
//! does this code say": it knows one message at a time. Whether a wrong PIN is the customer's or the
//! PIN key's is asked of many messages and is answered elsewhere. All knowledge is rows of the tables
//! under `data/`; the code only reads and joins them.
//!
//! ```
//! use posmortem_classify::{Cause, Circumstances, CodeTables, Dialect, Meaning};
//! use posmortem_iso8583::ResponseCode;
//! let tables = CodeTables::built_in();
//! let code = ResponseCode::parse(b"91").expect("two digits");
//! let Meaning::Declined(reason) = tables.meaning(Dialect::ISO1987, code, &Circumstances::default())
//! else { unreachable!() };
//! assert_eq!((reason.name(), reason.cause()), ("issuer_unavailable", Cause::Network));
//! ```
#![forbid(unsafe_code)]

mod actions;
mod cause;
mod code_tables;
mod data_error;
mod dialect;
mod entry;
mod kind;
mod lookup;
mod meaning;
mod qualified;
mod reason;
mod reason_names;
mod reversal_reason;
mod rules;
mod source;
mod wording;

pub use actions::Actions;
pub use cause::Cause;
pub use code_tables::CodeTables;
pub use data_error::DataError;
pub use dialect::Dialect;
pub use entry::{Entry, Retry};
pub use kind::Kind;
pub use meaning::{Category, Circumstances, Meaning};
pub use qualified::QualifiedCode;
pub use reason::Reason;
pub use reversal_reason::{ReversalReason, reversal_reason};
pub use rules::{Answered, Rule, RuleFault, Rules, WrongRule};
pub use source::source_title;
pub use wording::{Audience, Language};
