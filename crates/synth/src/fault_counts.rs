//! How many things go wrong on a labelled day, by kind.

/// What may go wrong, or look as if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A reader that fails more and more often: fallbacks and codes of unreadable cards.
    Reader,
    /// A PIN key out of step: wrong PINs and PIN blocks, keyed entries apart.
    PinKey,
    /// A MAC key out of step: nearly every attempt, until a sign-on.
    MacKey,
    /// A terminal that is told to sign on first.
    SignOn,
    /// A weak signal: no answers, late answers, repeats and reversals, in bursts.
    Signal,
    /// Staff who mistake amounts or steps during their shift.
    Operator,
    /// Terminal software that builds messages wrongly.
    Software,
    /// An issuer that is down.
    IssuerOutage,
    /// A link that is down, or says so for every issuer.
    LinkOutage,
    /// A carrier's trouble in one region, whatever the link.
    RegionOutage,
    /// A site whose terminals are cut off together.
    SiteTrouble,
    /// A firmware that is rolled out to a model and does not suit it.
    FirmwareBug,
    /// An issuer that declines an entry mode from some hour on.
    PolicyChange,
    /// Power lost by a terminal, or by a site: silence, then sign-ons.
    Power,
    /// Card testing at a shop that keys cards.
    Attack,
    /// No fault: customers of an issuer that declines often.
    Mix,
    /// No fault: a card that is tried again and again.
    Storm,
    /// No fault: a site with three times its customers.
    Busy,
    /// No fault: a link whose clock is some seconds off.
    Clock,
    /// No fault: a firmware that is rolled out and works.
    Rollout,
}

/// Name, how many are usual among 4,000 terminals, and whether it is no fault at all.
const KINDS: [(FaultKind, &str, u32, bool); 20] = [
    (FaultKind::Reader, "reader", 25, false),
    (FaultKind::PinKey, "pin_key", 12, false),
    (FaultKind::MacKey, "mac_key", 12, false),
    (FaultKind::SignOn, "sign_on", 3, false),
    (FaultKind::Signal, "signal", 25, false),
    (FaultKind::Operator, "operator", 12, false),
    (FaultKind::Software, "software", 3, false),
    (FaultKind::IssuerOutage, "issuer_outage", 2, false),
    (FaultKind::LinkOutage, "link_outage", 2, false),
    (FaultKind::RegionOutage, "region_outage", 1, false),
    (FaultKind::SiteTrouble, "site_trouble", 1, false),
    (FaultKind::FirmwareBug, "firmware_bug", 1, false),
    (FaultKind::PolicyChange, "policy_change", 1, false),
    (FaultKind::Power, "power", 3, false),
    (FaultKind::Attack, "attack", 5, false),
    (FaultKind::Mix, "mix", 30, true),
    (FaultKind::Storm, "storm", 10, true),
    (FaultKind::Busy, "busy", 3, true),
    (FaultKind::Clock, "clock", 1, true),
    (FaultKind::Rollout, "rollout", 1, true),
];

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; KINDS.len()] = {
        let mut all = [Self::Reader; KINDS.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = KINDS[at].0;
            at += 1;
        }
        all
    };

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// The kind of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether nothing is wrong, although it may look so.
    pub fn is_confounder(self) -> bool {
        KINDS[self as usize].3
    }
}

/// How many of each kind, and how strong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultCounts {
    /// Multiplies the share of attempts that a fault hits.
    pub effect: f64,
    counts: [u32; KINDS.len()],
}

impl Default for FaultCounts {
    /// None of anything, at effect 1.
    fn default() -> Self {
        Self { effect: 1.0, counts: [0; KINDS.len()] }
    }
}

impl FaultCounts {
    /// What is usual among so many terminals: own faults, attacks and mixes grow with them, as do incidents
    /// beyond one of each.
    pub fn usual(terminals: u32) -> Self {
        let of = |usual: u32| (u64::from(usual) * u64::from(terminals)).div_ceil(4_000).max(1) as u32;
        Self { effect: 1.0, counts: KINDS.map(|(_, _, usual, _)| of(usual)) }
    }

    /// A day without any fault or attack: what is usual beside.
    pub fn null(terminals: u32) -> Self {
        let mut counts = Self::usual(terminals);
        for kind in FaultKind::ALL.into_iter().filter(|kind| !kind.is_confounder()) {
            counts = counts.with(kind, 0);
        }
        counts
    }

    /// The same with another number of one kind.
    #[must_use]
    pub fn with(mut self, kind: FaultKind, count: u32) -> Self {
        self.counts[kind as usize] = count;
        self
    }

    /// How many of a kind.
    pub fn of(&self, kind: FaultKind) -> u32 {
        self.counts[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        for (at, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, FaultKind::from_name(kind.name())), (at, Some(kind)));
        }
    }

    #[test]
    fn null_days_have_no_fault() {
        let null = FaultCounts::null(4_000);
        let faults = FaultKind::ALL.into_iter().filter(|kind| null.of(*kind) > 0);
        assert!(faults.clone().all(FaultKind::is_confounder) && faults.count() == 5);
        assert_eq!(FaultCounts::usual(4_000).of(FaultKind::Reader), 25);
        assert_eq!(FaultCounts::usual(40).of(FaultKind::Reader), 1);
    }
}
