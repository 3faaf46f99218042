//! Who is there: links, sites, terminals, issuers.

use crate::facts::{Code, DIALECTS, Facts};
use crate::random::{Random, happens, lognormal};
use crate::{Rates, Settings};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

/// Six digits each that schemes and processors publish for tests.
const TEST_RANGES: [u32; 10] =
    [411_111, 424_242, 400_000, 401_288, 555_555, 510_510, 222_300, 601_111, 353_011, 622_022];

const MODELS: [&str; 5] = ["P400", "A920", "IWL250", "Move5000", "S80"];
const FIRMWARES: [&str; 3] = ["3.1.4", "3.2.0", "4.0.1"];
const REGIONS: [&str; 6] = ["north", "east", "south", "west", "coast", "capital"];
/// Name, dialect, currency.
const LINKS: [(&str, &str, &str); 6] = [
    ("visa-east", "iso1987", "840"),
    ("up-north", "unionpay-pos", "156"),
    ("acq-west", "iso1987", "978"),
    ("up-coast", "unionpay-pos", "156"),
    ("debit-hub", "iso1987", "840"),
    ("yen-gate", "iso1987", "392"),
];

/// The way to a host.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// The dialect of its codes.
    pub dialect: &'static str,
    /// DE49.
    pub currency: &'static str,
    /// Whether its rows tell directions.
    pub(crate) directed: bool,
    /// Whether its answers print the card number.
    pub(crate) answers_show_card: bool,
    /// How slow it is.
    pub(crate) slowness: f64,
    pub(crate) approval: u8,
    pub(crate) partial: u8,
}

impl Link {
    /// The place of its dialect among [`DIALECTS`].
    fn dialect_number(&self) -> usize {
        DIALECTS.iter().position(|dialect| *dialect == self.dialect).expect("a dialect with codes")
    }
}

/// One terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Eight digits.
    pub id: u32,
    /// The shop's number among all: its name, its region and DE42 follow from it.
    pub site: u32,
    /// The place of its link among [`crate::Written::links`].
    pub link: u32,
    model: u8,
    firmware: u8,
    pub(crate) stan: u32,
    /// Minutes after midnight; equal when it never closes.
    opens: u16,
    closes: u16,
    /// How often cards are declined here, against the average.
    luck: f64,
    pub(crate) entry: u8,
    pub(crate) is_bare: bool,
    pub(crate) is_mute: bool,
}

impl Terminal {
    /// Its id as requests print it.
    pub fn name(&self) -> String {
        format!("{:08}", self.id)
    }

    /// DE42: fifteen digits that neither begin like a card of fifteen nor are as long as another.
    pub fn merchant(&self) -> u64 {
        merchant(self.site)
    }

    /// Where it stands: `S00042`.
    pub fn site_name(&self) -> String {
        format!("S{:05}", self.site)
    }

    /// The region of its site.
    pub fn region(&self) -> &'static str {
        REGIONS[self.site as usize / 3 % REGIONS.len()]
    }

    /// What it is.
    pub fn model(&self) -> &'static str {
        MODELS[usize::from(self.model)]
    }

    /// What runs on it.
    pub fn firmware(&self) -> &'static str {
        FIRMWARES[usize::from(self.firmware)]
    }

    /// Whether customers come at that minute after midnight.
    pub(crate) fn is_open(&self, minute: u16) -> bool {
        self.opens == self.closes
            || (self.opens..self.closes).contains(&minute)
            || (self.opens..self.closes).contains(&(minute + 1440))
    }
}

fn merchant(site: u32) -> u64 {
    102_911_000_000_000 + u64::from(site) * 1009 + 54_110_011
}

pub(crate) struct Issuer {
    /// Eight digits.
    prefix: u32,
    cards: u32,
    declined: f64,
    /// What it declines with, by dialect: weights of the rows of the table of codes.
    declines: [WeightedIndex<f64>; 2],
}

impl Issuer {
    pub(crate) fn card(&self, random: &mut Random) -> u64 {
        with_check_digit(u64::from(self.prefix) * 10_000_000 + u64::from(random.random_range(0..self.cards)))
    }

    /// How often it declines there. Below 1, so that a customer who never gives up has success some day.
    pub(crate) fn declines_at(&self, terminal: &Terminal) -> f64 {
        (self.declined * terminal.luck).min(0.9)
    }

    /// The code with which it declines on a link.
    pub(crate) fn decline(&self, link: &Link, random: &mut Random) -> u8 {
        self.declines[link.dialect_number()].sample(random) as u8
    }
}

/// Completes fifteen digits by Luhn's check digit.
fn with_check_digit(digits: u64) -> u64 {
    let (mut rest, mut sum, mut doubled) = (digits, 0, true);
    while rest > 0 {
        let digit = rest % 10;
        sum += match digit * 2 {
            _ if !doubled => digit,
            double @ 0..10 => double,
            double => double - 9,
        };
        doubled = !doubled;
        rest /= 10;
    }
    digits * 10 + (10 - sum % 10) % 10
}

pub(crate) struct Fleet {
    pub(crate) links: Vec<Link>,
    pub(crate) terminals: Vec<Terminal>,
    pub(crate) issuers: Vec<Issuer>,
    by_volume: WeightedIndex<f64>,
    by_cards: WeightedIndex<f64>,
    entries: Vec<WeightedIndex<f64>>,
}

/// DE22, and its weight at each of three sorts of terminal.
pub(crate) const ENTRY_MODES: [(&str, [f64; 3]); 7] = [
    ("071", [60.0, 30.0, 10.0]),
    ("051", [30.0, 60.0, 60.0]),
    ("072", [5.0, 2.0, 5.0]),
    ("901", [2.0, 4.0, 15.0]),
    ("801", [1.0, 2.0, 8.0]),
    ("012", [1.0, 1.0, 1.0]),
    ("021", [1.0, 1.0, 1.0]),
];

impl Fleet {
    pub(crate) fn draw(settings: &Settings, facts: &Facts, random: &mut Random) -> Self {
        let links: Vec<Link> =
            (0..settings.links.max(1)).map(|at| link(at, settings, facts, random)).collect();
        let rates = &settings.rates;
        let sites = settings.terminals / 3 + 1;
        let base = if random.random_range(0..2) == 0 { 123_400 } else { 10_012_300 };
        let mut terminals: Vec<Terminal> = Vec::with_capacity(settings.terminals as usize);
        for at in 0..settings.terminals.max(1) {
            let site = random.random_range(0..sites);
            terminals.push(terminal(base + at * 3, site, links.len() as u32, rates, random));
        }
        let volumes: Vec<f64> = terminals.iter().map(|_| lognormal(random, 1.1)).collect();
        // One that never closes, so that every hour has somewhere to go.
        terminals[0].closes = terminals[0].opens;
        let count = (settings.terminals / 40).clamp(6, 80) as usize;
        let issuers: Vec<Issuer> = (0..count).map(|at| issuer(at, rates, facts, random)).collect();
        let holders: Vec<f64> = issuers.iter().map(|_| lognormal(random, 0.9)).collect();
        let entries = (0..3).map(|sort| weighted(ENTRY_MODES.map(|(_, weights)| weights[sort])));
        Self {
            by_volume: weighted(volumes),
            by_cards: weighted(holders),
            entries: entries.collect(),
            links,
            terminals,
            issuers,
        }
    }

    /// A terminal that is open at that minute after midnight.
    pub(crate) fn open_terminal(&self, minute: u16, random: &mut Random) -> u32 {
        let drawn = (0..24).map(|_| self.by_volume.sample(random));
        // The first one never closes.
        drawn.into_iter().find(|at| self.terminals[*at].is_open(minute)).unwrap_or(0) as u32
    }

    pub(crate) fn issuer(&self, random: &mut Random) -> u16 {
        self.by_cards.sample(random) as u16
    }

    /// The place of an entry mode among [`ENTRY_MODES`].
    pub(crate) fn entry(&self, terminal: u32, random: &mut Random) -> u8 {
        self.entries[usize::from(self.terminals[terminal as usize].entry)].sample(random) as u8
    }

    pub(crate) fn link_of(&self, terminal: u32) -> &Link {
        &self.links[self.terminals[terminal as usize].link as usize]
    }
}

/// Draws by weight.
pub(crate) fn weighted(weights: impl IntoIterator<Item = f64>) -> WeightedIndex<f64> {
    WeightedIndex::new(weights).expect("weights that are not all zero")
}

fn link(at: u32, settings: &Settings, facts: &Facts, random: &mut Random) -> Link {
    let (name, dialect, currency) = LINKS[at as usize % LINKS.len()];
    let name = if (at as usize) < LINKS.len() { name.to_owned() } else { format!("{name}-{at}") };
    let dialect = if settings.two_dialects { dialect } else { DIALECTS[0] };
    let code = |text| facts.code(dialect, text).unwrap_or_default();
    Link {
        name,
        dialect,
        currency,
        directed: random.random_range(0..2) == 0,
        answers_show_card: random.random_range(0..2) == 0,
        slowness: lognormal(random, 0.3),
        approval: code("00"),
        partial: code("10"),
    }
}

fn terminal(id: u32, site: u32, links: u32, rates: &Rates, random: &mut Random) -> Terminal {
    let opens = 60 * random.random_range(6..=11) as u16;
    let hours = 60 * random.random_range(8..=13) as u16;
    let never_closes = random.random_range(0..10) == 0;
    // A terminal that prints its number in two ways tells it on both sides.
    let is_bare = happens(random, rates.bare);
    Terminal {
        id,
        site,
        link: site % links,
        model: random.random_range(0..MODELS.len()) as u8,
        firmware: random.random_range(0..FIRMWARES.len()) as u8,
        stan: random.random_range(1..=700_000),
        opens,
        closes: if never_closes { opens } else { opens + hours },
        luck: lognormal(random, 0.2),
        entry: random.random_range(0..3) as u8,
        is_bare,
        is_mute: !is_bare && happens(random, rates.mute),
    }
}

fn issuer(at: usize, rates: &Rates, facts: &Facts, random: &mut Random) -> Issuer {
    let prefix = TEST_RANGES[at % TEST_RANGES.len()] * 100 + (at / TEST_RANGES.len()) as u32 * 11;
    // One or two stand out.
    let outlier = if at % 37 == 3 { f64::from(random.random_range(3..=6)) } else { 1.0 };
    let declined = rates.declined * lognormal(random, 0.35) * outlier;
    let declines = DIALECTS.map(|dialect| {
        let of_dialect = |code: &Code| if code.dialect == dialect { code.weight } else { 0.0 };
        weighted(facts.codes.iter().map(|code| of_dialect(code) * lognormal(random, 0.35)))
    });
    Issuer { prefix, cards: random.random_range(50_000..=9_999_999), declined, declines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_iso8583::looks_like_card;

    #[test]
    fn cards_pass_their_check() {
        assert_eq!(with_check_digit(411_111_111_111_111), 4_111_111_111_111_111);
        assert_eq!(with_check_digit(555_555_555_555_444), 5_555_555_555_554_444);
    }

    #[test]
    fn no_merchant_looks_like_a_card() {
        for site in 0..100_000 {
            let text = merchant(site).to_string();
            assert!(text.len() == 15 && !looks_like_card(text.as_bytes()), "{text}");
        }
    }
}
