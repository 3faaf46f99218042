//! The attributes by which payments are searched for shared causes.

use crate::Dimension;

/// An attribute of an attempt, in the order of its dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// DE41.
    Terminal,
    /// The site that the log names, else DE42.
    Site,
    /// As the log or the inventory tells.
    Region,
    /// Channel, realm, host or route.
    Link,
    /// As the log or the inventory tells.
    Model,
    /// As the log or the inventory tells.
    Firmware,
    /// A named issuer, else the prefix of the card number.
    Issuer,
    /// How the card was read; a fall back counts as chip, for the customer brought one.
    EntryMode,
    /// What the customer wanted.
    ProcessingCode,
}

impl Attribute {
    /// Every attribute, by its dimension.
    pub const ALL: [Self; 9] = [
        Self::Terminal,
        Self::Site,
        Self::Region,
        Self::Link,
        Self::Model,
        Self::Firmware,
        Self::Issuer,
        Self::EntryMode,
        Self::ProcessingCode,
    ];

    /// Its place in [`Leaves`](crate::Leaves).
    pub fn dimension(self) -> Dimension {
        self as Dimension
    }

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Site => "site",
            Self::Region => "region",
            Self::Link => "link",
            Self::Model => "model",
            Self::Firmware => "firmware",
            Self::Issuer => "issuer",
            Self::EntryMode => "entry_mode",
            Self::ProcessingCode => "processing_code",
        }
    }

    /// The attribute of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.name() == name)
    }
}
