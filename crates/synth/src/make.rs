//! Of what the two labelled worlds are made: numbers alone. What is drawn from them is `town.rs`'s business.
//!
//! The two differ in family and not in size alone, and neither is the family that the statistics of a
//! diagnosis would assume. So what holds in one must be shown to hold in the other.

use crate::World;
use crate::random::Spread;

/// A link, and how much of the fleet it carries.
pub(crate) struct LinkMake {
    pub(crate) name: &'static str,
    pub(crate) dialect: &'static str,
    pub(crate) weight: f64,
}

/// How rates move in the course of a day.
#[derive(Clone, Copy)]
pub(crate) enum Drift {
    /// They rise and fall once, by that share.
    Wave(f64),
    /// A new step each hour, of that size on a logarithmic scale.
    Walk(f64),
}

/// A world's make.
pub(crate) struct Make {
    pub(crate) currency: &'static str,
    pub(crate) links: &'static [LinkMake],
    /// The share of sites that use the link of their region.
    pub(crate) loyalty: f64,
    pub(crate) regions: &'static [&'static str],
    pub(crate) models: &'static [(&'static str, f64)],
    pub(crate) firmwares: &'static [&'static str],
    pub(crate) issuers: (u32, u32),
    pub(crate) holders: Spread,
    /// How often an issuer's cards fail, against the average.
    pub(crate) issuer_rates: Spread,
    pub(crate) site_volumes: Spread,
    pub(crate) volumes: Spread,
    pub(crate) terminal_rates: Spread,
    /// How much the issuers of one clientele differ from those of another, and how many clienteles a region has.
    pub(crate) clientele: Spread,
    pub(crate) clienteles: usize,
    /// The share of a region's cards that its own bank has.
    pub(crate) local_bank: f64,
    pub(crate) drift: Drift,
    /// A site's volume from quarter to quarter of an hour: size on a logarithmic scale, and memory.
    pub(crate) gusts: (f64, f64),
    /// How often a customer is followed by others at once, and the most of them.
    pub(crate) parties: (f64, u32),
    /// How often a customer comes back the same day.
    pub(crate) returns: f64,
    /// The share of cards without a chip.
    pub(crate) stripes: f64,
    /// The usual time to an answer in milliseconds, and its spread.
    pub(crate) latency: (f64, Spread),
}

impl Make {
    /// The make of a labelled world.
    pub(crate) fn of(world: World) -> Option<&'static Self> {
        match world {
            World::Plain => None,
            World::City => Some(&CITY),
            World::Province => Some(&PROVINCE),
        }
    }
}

const CITY: Make = Make {
    currency: "156",
    links: &[
        LinkMake { name: "up-metro-a", dialect: "unionpay-pos", weight: 34.0 },
        LinkMake { name: "up-metro-b", dialect: "unionpay-pos", weight: 26.0 },
        LinkMake { name: "up-cell", dialect: "unionpay-pos", weight: 18.0 },
        LinkMake { name: "up-mall", dialect: "unionpay-pos", weight: 12.0 },
        LinkMake { name: "intl-gate", dialect: "iso1987", weight: 10.0 },
    ],
    loyalty: 0.6,
    regions: &["riverside", "old-town", "port", "hills", "airport", "campus", "west-end", "new-town"],
    models: &[("A920", 0.34), ("P400", 0.22), ("S80", 0.18), ("N86", 0.14), ("QR65", 0.12)],
    firmwares: &["5.0.2", "5.1.0", "5.2.1"],
    issuers: (60, 90),
    holders: Spread::Pareto { exponent: 1.1, most: 60.0 },
    issuer_rates: Spread::Gamma(6.0),
    site_volumes: Spread::Pareto { exponent: 1.6, most: 12.0 },
    volumes: Spread::Pareto { exponent: 1.9, most: 15.0 },
    terminal_rates: Spread::Gamma(14.0),
    clientele: Spread::Gamma(0.8),
    clienteles: 2,
    local_bank: 0.0,
    drift: Drift::Wave(0.25),
    gusts: (0.22, 0.8),
    parties: (0.05, 3),
    returns: 0.04,
    stripes: 0.02,
    latency: (310.0, Spread::Gamma(4.0)),
};

const PROVINCE: Make = Make {
    currency: "978",
    links: &[
        LinkMake { name: "gi-rhein", dialect: "gicc", weight: 30.0 },
        LinkMake { name: "gi-elbe", dialect: "gicc", weight: 24.0 },
        LinkMake { name: "iso-coop", dialect: "iso1987", weight: 20.0 },
        LinkMake { name: "v-direct", dialect: "visa", weight: 16.0 },
        LinkMake { name: "gi-mobil", dialect: "gicc", weight: 10.0 },
    ],
    loyalty: 0.8,
    regions: &["lowland", "valley", "lakes", "moor", "coast", "ridge"],
    models: &[("IWL250", 0.3), ("Move5000", 0.25), ("H5000", 0.2), ("VX520", 0.15), ("ICT220", 0.1)],
    firmwares: &["2.18", "2.19", "3.02"],
    issuers: (30, 48),
    holders: Spread::Gamma(0.6),
    issuer_rates: Spread::Mixture { narrow: 0.2, share: 0.12, lift: 1.9, wide: 0.4 },
    site_volumes: Spread::Mixture { narrow: 0.6, share: 0.06, lift: 4.0, wide: 0.5 },
    volumes: Spread::Mixture { narrow: 0.7, share: 0.1, lift: 0.25, wide: 0.6 },
    terminal_rates: Spread::Mixture { narrow: 0.12, share: 0.08, lift: 1.5, wide: 0.15 },
    clientele: Spread::Gamma(2.5),
    clienteles: 1,
    local_bank: 0.3,
    drift: Drift::Walk(0.09),
    gusts: (0.12, 0.6),
    parties: (0.015, 6),
    returns: 0.08,
    stripes: 0.05,
    latency: (640.0, Spread::Mixture { narrow: 0.35, share: 0.08, lift: 3.0, wide: 0.5 }),
};
