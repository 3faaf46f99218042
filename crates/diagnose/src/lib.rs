//! From a day's exchanges to incidents and verdicts: which terminals are at fault, which only suffered.
//!
//! This crate exists to forbid chance: it does no I/O, reads no clock and draws no random number. It
//! receives an [`ExchangeTable`](posmortem_exchange::ExchangeTable) and says, with the numbers that
//! decided, what is wrong. The same table gives the same bytes at any number of threads.
#![forbid(unsafe_code)]

mod attack;
mod attribute;
mod day;
mod episodes;
mod mark;
mod own;
mod rates;
mod silence;

pub use attack::{AttackRun, KeyedEntry, attacks};
pub use attribute::Attribute;
pub use day::{Attempt, Day, Dimension, Flags, Leaves, UNTOLD};
pub use episodes::{Try, episodes};
pub use mark::Mark;
pub use own::{
    Counts, Family, Health, LN_FACTOR_EDGES, OwnSettings, OwnTest, Signature, SignatureMark, Signatures,
    Spread, Standing, Suspect, own_faults,
};
pub use rates::{LEAST_RATE, Rates};
pub use silence::{Silence, Silences, SitePower, silences};
