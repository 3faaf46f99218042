//! What befell a terminal beside its attempts.
//!
//! Messages of other classes tell of sign-ons, keys, stored advices and reversals: once for each run of
//! a message, however often it was repeated or passed on. The order of trace numbers tells of restarts
//! and of attempts that nobody saw (`exchange_table/stans.rs`).

use crate::{Source, Symbol};
use posmortem_classify::ReversalReason;
use posmortem_iso8583::Timestamp;
use std::cmp::Ordering;

/// How a network management message was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reply {
    /// With a code that accepts.
    Accepted,
    /// With one that refuses.
    Refused,
    /// Not within the horizon, though its link's log goes on.
    Unanswered,
    /// The log does not show how: it ends before, or the answer holds no code that says.
    Untold,
}

impl Reply {
    /// Every reply.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::Unanswered, Self::Untold];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Untold => "untold",
        }
    }

    /// The reply of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reply| reply.name() == name)
    }
}

/// What befell a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalEventKind {
    /// It signed on.
    SignOn(Reply),
    /// Its working keys were to be changed.
    KeyChange(Reply),
    /// Network management of which the log does not tell whether it was one of these, or that was
    /// neither (a sign-off). Echo tests are no events.
    NetworkManagement(Reply),
    /// It sent an advice (x12x, x22x): of what it had decided, or done, alone.
    StoredAdvice,
    /// It sent a reversal, for this reason where it told one.
    Reversal(Option<ReversalReason>),
    /// It sent a reversal of which nobody knows the original.
    OrphanReversal(Option<ReversalReason>),
    /// The STAN of an attempt is lower than that of the one before: a restart, or a set-up anew.
    StanFellBack,
    /// So many STANs are missing before that of an attempt; 65,535 stands for as many or more.
    StanJumped(u16),
}

impl TerminalEventKind {
    /// What decides the order of events of one terminal at one moment.
    fn rank(&self) -> (u8, u16, &'static str, Option<posmortem_classify::Reason>) {
        match self {
            Self::SignOn(reply) => (0, *reply as u16, "", None),
            Self::KeyChange(reply) => (1, *reply as u16, "", None),
            Self::NetworkManagement(reply) => (2, *reply as u16, "", None),
            Self::StoredAdvice => (3, 0, "", None),
            Self::Reversal(None) => (4, 0, "", None),
            Self::Reversal(Some(told)) => (4, 1, told.code, told.reason),
            Self::OrphanReversal(None) => (5, 0, "", None),
            Self::OrphanReversal(Some(told)) => (5, 1, told.code, told.reason),
            Self::StanFellBack => (6, 0, "", None),
            Self::StanJumped(gap) => (7, *gap, "", None),
        }
    }

    /// Why a reversal was sent, where it is one and tells it.
    pub fn reversal_reason(&self) -> Option<ReversalReason> {
        match self {
            Self::Reversal(reason) | Self::OrphanReversal(reason) => *reason,
            _ => None,
        }
    }

    /// The reply to network management.
    pub fn reply(&self) -> Option<Reply> {
        match self {
            Self::SignOn(reply) | Self::KeyChange(reply) | Self::NetworkManagement(reply) => Some(*reply),
            _ => None,
        }
    }

    /// The same with another reply, where it has one.
    #[must_use]
    pub fn with_reply(self, reply: Reply) -> Self {
        match self {
            Self::SignOn(_) => Self::SignOn(reply),
            Self::KeyChange(_) => Self::KeyChange(reply),
            Self::NetworkManagement(_) => Self::NetworkManagement(reply),
            other => other,
        }
    }
}

impl PartialOrd for TerminalEventKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TerminalEventKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// Something that befell a terminal, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalEvent {
    /// When, in milliseconds ([`Timestamp::millis`]).
    pub at: i64,
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// What.
    pub what: TerminalEventKind,
}

/// A message of a terminal that belongs to no attempt, with its answer and all its copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// When it was first sent, or answered where only the answer shows.
    pub at: Timestamp,
    /// Where that stands.
    pub source: Source,
    /// The terminal as printed.
    pub terminal: Symbol,
    /// The terminal without left zeros.
    pub terminal_key: Symbol,
    /// Its link.
    pub link: Symbol,
    /// DE11.
    pub stan: Option<u64>,
    /// What it tells; none where all it does is to use up a STAN (an echo test, a settlement).
    pub what: Option<TerminalEventKind>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_come_back_by_name() {
        assert!(Reply::ALL.into_iter().all(|reply| Reply::from_name(reply.name()) == Some(reply)));
    }

    #[test]
    fn events_are_small() {
        assert!(size_of::<TerminalEvent>() <= 48);
    }
}
