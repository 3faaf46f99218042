//! What a failed attempt shows: the unit that baseline, scan and signatures count.
//!
//! A mark is the reason of a failure, or one of two that are none: an answer that no table lists, and
//! a chip card that was read by its stripe. Which marks belong together is data (`groups.tsv`,
//! `signatures.tsv`) and not told here.

use posmortem_classify::Reason;

/// The number of a mark. An attempt has at most one; a fall back to the stripe is a flag besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(u8);

/// The number of reasons, checked by a test.
const REASONS: u8 = 58;

impl Mark {
    /// Nothing: approved, or not known.
    pub const NONE: Self = Self(u8::MAX);
    /// A chip card was read by its stripe; whatever became of the attempt.
    pub const FELL_BACK: Self = Self(REASONS);
    /// A code that the dialect does not list as a decision.
    pub const UNCLASSIFIED: Self = Self(REASONS + 1);
    /// How many marks there are, [`Mark::NONE`] apart.
    pub const COUNT: usize = REASONS as usize + 2;

    /// The mark of a failure for that reason.
    pub fn of(reason: Reason) -> Self {
        Self(reason.index() as u8)
    }

    /// Every mark but [`Mark::NONE`].
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// Whether the attempt shows nothing.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// A dense number below [`Mark::COUNT`]; larger for [`Mark::NONE`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The reason that it stands for.
    pub fn reason(self) -> Option<Reason> {
        Reason::all().nth(self.index())
    }

    /// The name in the data files and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::FELL_BACK => "fell_back",
            Self::UNCLASSIFIED => "unclassified",
            mark => mark.reason().map_or("", Reason::name),
        }
    }

    /// The mark of that name in the data files: a reason's, `fell_back` or `unclassified`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "fell_back" => Some(Self::FELL_BACK),
            "unclassified" => Some(Self::UNCLASSIFIED),
            name => Reason::from_name(name).map(Self::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_mark_of_its_own() {
        assert_eq!(Reason::all().len(), usize::from(REASONS));
        for reason in Reason::all() {
            assert_eq!(Mark::of(reason).reason(), Some(reason));
            assert_eq!(Mark::from_name(reason.name()), Some(Mark::of(reason)));
        }
        for mark in [Mark::FELL_BACK, Mark::UNCLASSIFIED, Mark::NONE] {
            assert_eq!(mark.reason(), None);
        }
    }
}
