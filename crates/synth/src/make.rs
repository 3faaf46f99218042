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

/// A sort of site.
pub(crate) struct Shop {
    /// Its share of sites.
    pub(crate) share: f64,
    pub(crate) volume: f64,
    /// Customers by hour.
    pub(crate) hours: [u8; 24],
    /// Volume on Saturdays and on Sundays.
    pub(crate) weekend: [f64; 2],
    /// Opening hour, and how many hours it is open; 24 never closes.
    pub(crate) opens: (u16, u16),
    pub(crate) open_for: (u16, u16),
    /// The most terminals at one site.
    pub(crate) most: u32,
    /// How cards are read, in the order of `ENTRY_MODES`.
    pub(crate) entries: [f64; 7],
}

impl Shop {
    /// Whether most cards are keyed there: nothing is read, and no PIN entered.
    pub(crate) fn keys_cards(&self) -> bool {
        self.entries[5] > 30.0
    }
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
    pub(crate) shops: &'static [Shop],
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
    shops: &[
        // Offices, with a noon of their own, still on Sundays.
        Shop {
            share: 0.25,
            volume: 0.9,
            hours: [0, 0, 0, 0, 0, 1, 5, 20, 30, 15, 15, 60, 100, 60, 20, 18, 20, 40, 30, 15, 8, 4, 1, 0],
            weekend: [0.4, 0.2],
            opens: (6, 8),
            open_for: (10, 14),
            most: 4,
            entries: [62.0, 12.0, 22.0, 0.3, 0.35, 0.4, 0.2],
        },
        // Malls.
        Shop {
            share: 0.12,
            volume: 1.6,
            hours: [0, 0, 0, 0, 0, 0, 0, 0, 5, 30, 50, 60, 70, 65, 60, 60, 65, 75, 90, 100, 90, 50, 10, 0],
            weekend: [1.5, 1.6],
            opens: (9, 10),
            open_for: (11, 13),
            most: 12,
            entries: [50.0, 25.0, 20.0, 0.5, 0.5, 0.5, 0.3],
        },
        // Shops in the street.
        Shop {
            share: 0.5,
            volume: 0.7,
            hours: [2, 1, 1, 1, 1, 3, 15, 40, 50, 45, 50, 60, 70, 60, 50, 50, 55, 75, 90, 80, 60, 35, 15, 6],
            weekend: [1.1, 1.0],
            opens: (6, 10),
            open_for: (10, 16),
            most: 3,
            entries: [55.0, 18.0, 24.0, 0.5, 0.45, 0.6, 0.3],
        },
        // Stations and petrol.
        Shop {
            share: 0.1,
            volume: 1.4,
            hours: [
                8, 5, 4, 4, 8, 25, 60, 100, 95, 60, 45, 45, 50, 50, 45, 50, 70, 100, 95, 60, 45, 35, 25, 15,
            ],
            weekend: [0.9, 0.8],
            opens: (5, 6),
            open_for: (24, 24),
            most: 8,
            entries: [64.0, 10.0, 24.0, 0.4, 0.6, 0.1, 0.2],
        },
        // Orders by telephone: keyed for the most part.
        Shop {
            share: 0.03,
            volume: 0.5,
            hours: [0, 0, 0, 0, 0, 0, 2, 20, 60, 90, 100, 90, 60, 70, 90, 90, 80, 60, 40, 30, 20, 10, 2, 0],
            weekend: [0.5, 0.3],
            opens: (7, 9),
            open_for: (9, 13),
            most: 2,
            entries: [8.0, 8.0, 4.0, 0.2, 0.2, 60.0, 0.1],
        },
    ],
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
    shops: &[
        // Grocers, thinly visited at noon.
        Shop {
            share: 0.3,
            volume: 1.2,
            hours: [0, 0, 0, 0, 0, 0, 4, 30, 70, 90, 100, 80, 35, 30, 45, 70, 85, 95, 80, 40, 10, 0, 0, 0],
            weekend: [1.2, 0.1],
            opens: (7, 8),
            open_for: (11, 13),
            most: 6,
            entries: [38.0, 48.0, 6.0, 1.0, 0.8, 0.3, 0.5],
        },
        // Inns.
        Shop {
            share: 0.2,
            volume: 0.5,
            hours: [1, 0, 0, 0, 0, 0, 0, 2, 5, 8, 15, 50, 90, 70, 20, 10, 15, 40, 90, 100, 90, 60, 25, 6],
            weekend: [1.5, 1.4],
            opens: (8, 11),
            open_for: (10, 14),
            most: 2,
            entries: [30.0, 52.0, 8.0, 1.5, 1.0, 0.5, 0.8],
        },
        // Workshops, doctors, hairdressers.
        Shop {
            share: 0.32,
            volume: 0.35,
            hours: [0, 0, 0, 0, 0, 0, 1, 15, 60, 90, 100, 85, 45, 40, 60, 70, 80, 60, 25, 6, 0, 0, 0, 0],
            weekend: [0.5, 0.05],
            opens: (7, 9),
            open_for: (9, 11),
            most: 3,
            entries: [25.0, 60.0, 4.0, 2.0, 1.0, 1.0, 1.0],
        },
        // Petrol stations.
        Shop {
            share: 0.14,
            volume: 1.3,
            hours: [4, 3, 2, 3, 8, 25, 60, 80, 75, 60, 55, 55, 60, 60, 60, 65, 80, 95, 80, 55, 40, 25, 15, 8],
            weekend: [0.9, 0.9],
            opens: (5, 6),
            open_for: (16, 24),
            most: 5,
            entries: [35.0, 50.0, 7.0, 1.0, 0.9, 0.1, 0.6],
        },
        // Orders by telephone.
        Shop {
            share: 0.04,
            volume: 0.4,
            hours: [0, 0, 0, 0, 0, 0, 0, 10, 60, 90, 100, 90, 50, 60, 80, 90, 80, 50, 20, 5, 0, 0, 0, 0],
            weekend: [0.3, 0.05],
            opens: (7, 9),
            open_for: (9, 11),
            most: 1,
            entries: [4.0, 10.0, 2.0, 0.5, 0.2, 70.0, 0.2],
        },
    ],
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
