//! From a day's exchanges to incidents and verdicts: which terminals are at fault, which only suffered.
//!
//! This crate exists to forbid chance: it does no I/O, reads no clock and draws no random number. It
//! receives an [`ExchangeTable`](posmortem_exchange::ExchangeTable) and says, with the numbers that
//! decided, what is wrong. The same table gives the same bytes at any number of threads.
#![forbid(unsafe_code)]

mod attack;
mod attribute;
mod baseline;
mod calendar_date;
mod comparison;
mod coverage;
mod crowd;
mod day;
mod day_findings;
mod diagnosis;
mod episodes;
mod evidence;
mod excess;
mod expectation;
mod fleet;
mod history;
mod incidents;
mod inventory;
mod judge;
mod key_age;
mod mark;
mod overlay;
mod own;
mod payment_scopes;
mod planned;
mod rates;
mod recurrence;
mod scan;
mod scheme_limit;
mod scope_actions;
mod settings;
mod silence;
mod terminal_counts;
mod thousandths;
mod verdict;
mod why;
mod words;

pub use attack::{AttackRun, KeyedEntry, attacks};
pub use attribute::Attribute;
pub use calendar_date::CalendarDate;
pub use comparison::{Change, Comparison, IncidentChange, TerminalChange};
pub use day::{Attempt, Day, Dimension, Flags, Half, Leaves, UNTOLD};
pub use day_findings::{DayFindings, FaultyTerminal, SharedCause};
pub use diagnosis::diagnose;
pub use episodes::{Try, episodes};
pub use evidence::{Evidence, Rule, Value};
pub use history::History;
pub use inventory::{Inventory, Listed};
pub use mark::Mark;
pub use overlay::Overlay;
pub use own::{
    Counts, Expected, Family, Health, LN_FACTOR_EDGES, OwnSettings, OwnTest, Signature, SignatureMark,
    Signatures, Spread, Standing, Suspect, own_faults,
};
pub use rates::{LEAST_RATE, Rates};
pub use recurrence::{Recurrence, Recurrences};
pub use scan::{Aside, Finding, Group, Groups, MarkCount, Scan, ScanSettings, Scanned, ScopeKind};
pub use scheme_limit::{LimitState, LimitedShare, SchemeLimit};
pub use settings::Settings;
pub use silence::{Silence, Silences, SitePower, silences};
pub use thousandths::Thousandths;
pub use verdict::{Diagnosis, Incident, State, Verdict, Weighed, Why, WhyLine};
pub use words::word;
