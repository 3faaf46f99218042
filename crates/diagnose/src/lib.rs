//! From a day's exchanges to incidents and verdicts: which terminals are at fault, which only suffered.
//!
//! This crate exists to forbid chance: it does no I/O, reads no clock and draws no random number. It
//! receives an [`ExchangeTable`](posmortem_exchange::ExchangeTable) and says, with the numbers that
//! decided, what is wrong. The same table gives the same bytes at any number of threads.
#![forbid(unsafe_code)]

mod attribute;
mod baseline;
mod day;
mod evidence;
mod excess;
mod inventory;
mod mark;
mod rates;
mod settings;
mod thousandths;
mod verdict;

pub use attribute::Attribute;
pub use day::{Attempt, Day, Dimension, Flags, Leaves, UNTOLD};
pub use evidence::{Evidence, Rule, Value};
pub use inventory::{Inventory, Listed};
pub use mark::Mark;
pub use rates::{LEAST_RATE, Rates};
pub use settings::Settings;
pub use thousandths::Thousandths;
pub use verdict::{Diagnosis, Incident, State, Verdict, Weighed, Why, WhyLine};
