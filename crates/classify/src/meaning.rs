//! What a response code says, and the circumstances under which it is asked.

use posmortem_iso8583::{EntryMode, Mti};

use crate::{Cause, Kind, Reason};

/// What a code means in its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The attempt is approved.
    Approved {
        /// For less than was asked.
        partial: bool,
        /// Somebody stands in for the issuer.
        stand_in: bool,
    },
    /// The attempt is declined.
    Declined(Reason),
    /// The code is known and declines no purchase; under an attempt that is a finding, not an
    /// outcome.
    NoDecline(Category),
    /// The tables lack the code.
    #[default]
    Unlisted,
}

/// What a code is about when it is no decision on a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Category {
    /// Disputes.
    Chargeback,
    /// Maintenance of files.
    FileAction,
    /// A status or a note.
    Info,
    /// Retrieval requests, fees and other administration.
    Admin,
    /// State of the network, sign-on, echo.
    NetworkManagement,
    /// Totals.
    Reconciliation,
    /// Kept free by the standard; no meaning is published.
    Reserved,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] = [
        Self::Chargeback,
        Self::FileAction,
        Self::Info,
        Self::Admin,
        Self::NetworkManagement,
        Self::Reconciliation,
        Self::Reserved,
    ];

    /// The name used in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chargeback => "chargeback",
            Self::FileAction => "file_action",
            Self::Info => "info",
            Self::Admin => "admin",
            Self::NetworkManagement => "netmgt",
            Self::Reconciliation => "recon",
            Self::Reserved => "reserved",
        }
    }

    /// The category of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

impl Meaning {
    /// A plain approval.
    pub const APPROVED: Self = Self::Approved { partial: false, stand_in: false };

    /// Reads the columns `cause` and `reason` of a table. `None` when they do not belong together.
    pub fn from_names(cause: &str, reason: &str) -> Option<Self> {
        match (cause, reason) {
            ("approved", "none") => Some(Self::APPROVED),
            ("approved", "partial") => Some(Self::Approved { partial: true, stand_in: false }),
            ("none", "stand_in") => Some(Self::Approved { partial: false, stand_in: true }),
            ("none", category) => Category::from_name(category).map(Self::NoDecline),
            (cause, reason) => {
                let reason = Reason::from_name(reason)?;
                (Some(reason.cause()) == Cause::from_name(cause)).then_some(Self::Declined(reason))
            }
        }
    }

    /// The columns `cause` and `reason` as the tables have them; both `none` when unlisted.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Approved { stand_in: true, .. } => ("none", "stand_in"),
            Self::Approved { partial: true, .. } => ("approved", "partial"),
            Self::Approved { .. } => ("approved", "none"),
            Self::Declined(reason) => (reason.cause().name(), reason.name()),
            Self::NoDecline(category) => ("none", category.name()),
            Self::Unlisted => ("none", "none"),
        }
    }

    /// The reason of a decline.
    pub fn reason(self) -> Option<Reason> {
        if let Self::Declined(reason) = self { Some(reason) } else { None }
    }

    /// Whether the attempt is approved, in part or whole.
    pub fn is_approved(self) -> bool {
        matches!(self, Self::Approved { .. })
    }
}

/// What of the message decides between the meanings of one code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The MTI of the message that carries the code: 0210 for an answer, 0420 for a reversal
    /// request with a reason in DE39.
    pub mti: Option<Mti>,
    /// The attempt's kind.
    pub kind: Kind,
    /// How the card was read.
    pub entry_mode: EntryMode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_a_reason_fixes_its_cause() {
        let mut names = vec![("approved", "none"), ("approved", "partial"), ("none", "stand_in")];
        names.extend(Category::ALL.map(|category| ("none", category.name())));
        names.extend(Reason::all().map(|reason| (reason.cause().name(), reason.name())));
        for (cause, reason) in names {
            assert_eq!(Meaning::from_names(cause, reason).unwrap().names(), (cause, reason));
        }
        for (cause, reason) in [("network", "pin_incorrect"), ("none", "pin_incorrect"), ("approved", "info")]
        {
            assert_eq!(Meaning::from_names(cause, reason), None);
        }
    }

    #[test]
    fn a_meaning_fits_a_register() {
        assert!(size_of::<Meaning>() <= 4);
    }
}
