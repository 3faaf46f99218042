//! Legs, pairing, outcomes and tallies: from message events to what each terminal went through.
//!
//! This crate exists to forbid text: it never parses a log and never prints one. It receives
//! [`Leg`]s, small copies that hold ids and keyed hashes instead of strings and card numbers, pairs
//! them into [`Exchange`]s by the rules of `docs/semantics.md`, and concludes each one's outcome
//! with the code tables of the crate `classify`. It does no I/O and knows no threads.
//!
//! Sums are integers, and whatever order decides a result is the canonical order of legs, never
//! that of files or threads.
#![forbid(unsafe_code)]

mod breakdown;
mod card_key;
mod edges;
mod equipment;
mod exchange;
mod exchange_table;
mod facts;
mod inspection;
mod ledger;
mod leg;
mod names;
mod offsets;
mod outcome;
mod pairing;
mod reference;
mod summary;
mod tally;
mod terminal_event;
mod traces;

pub use breakdown::{
    Breakdown, BreakdownCounter, BreakdownPart, Group, Latencies, LostApprovals, Management, Minutes,
    SiteReads, Timeline,
};
pub use card_key::{CardKey, CardToken};
pub use edges::{Decided, Edges, Standing, may_meet};
pub use equipment::Equipment;
pub use exchange::{Exchange, Form, Undo};
pub use exchange_table::{
    Attempt, CardMark, Chunk, Column, Detail, ExchangeTable, LatencyClass, Manner, Place, Row, TableBytes,
};
pub use facts::{DoubtfulLeg, FileFacts, RunFacts, SplitFacts};
pub use inspection::{
    Choice, Clock, ColumnGuess, Field, FieldCoverage, Hop, InspectedFile, InspectedLink, Inspection, Leaks,
    LinkGuess, RunnerUp, UnlistedCode, ZoneGuess,
};
pub use ledger::Ledger;
pub use leg::{Direction, Leg, Source, Traffic, canonical_order, terminal_key};
pub use names::{Names, Symbol};
pub use offsets::Offsets;
pub use outcome::{Conclusion, Outcome, conclude, conclude_by_rules};
pub use pairing::{LinkSpan, Pairing, PairingSettings, SilentLink};
pub use reference::Reference;
pub use summary::{CodeSummary, Coverage, FileState, FileSummary, FirstReject, IssuerCount, Summary};
pub use tally::{
    AmountTally, Approvals, Counts, CountsBy, Dominant, ReasonTally, Sample, Tally, TerminalTally,
};
pub use terminal_event::{Aside, Reply, TerminalEvent, TerminalEventKind};
pub use traces::Traces;
