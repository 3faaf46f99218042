//! Who is there: links, terminals at their sites, issuers.

use crate::Form;
use crate::facts::Facts;
use crate::random::{Random, lognormal};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

/// Six digits each that schemes and processors publish for tests.
const TEST_RANGES: [u32; 10] =
    [411_111, 424_242, 400_000, 401_288, 555_555, 510_510, 222_300, 601_111, 353_011, 622_022];

/// The service code of a card without a chip.
pub(crate) const STRIPE_CARD: &str = "101";

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
    /// How far its clock is ahead, in milliseconds.
    pub(crate) skew: i64,
    pub(crate) approval: u8,
    pub(crate) partial: u8,
}

impl Link {
    /// A link whose slowness is spread that much around 1.
    pub(crate) fn draw(
        name: String,
        dialect: &'static str,
        currency: &'static str,
        spread: f64,
        facts: &Facts,
        random: &mut Random,
    ) -> Self {
        let code = |text| facts.code(dialect, text).unwrap_or_default();
        Self {
            name,
            dialect,
            currency,
            directed: random.random_range(0..2) == 0,
            answers_show_card: random.random_range(0..2) == 0,
            slowness: lognormal(random, spread),
            skew: 0,
            approval: code("00"),
            partial: code("10"),
        }
    }
}

/// One terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Eight digits.
    pub id: u32,
    /// The shop's number among all: its name and DE42 follow from it.
    pub site: u32,
    /// The place of its link among [`crate::Written::links`].
    pub link: u32,
    /// The region of its site.
    pub region: &'static str,
    /// What it is.
    pub model: &'static str,
    /// What runs on it when the first day begins.
    pub firmware: &'static str,
    /// What runs on it later, and from which moment of its link's clock on.
    pub update: Option<(i64, &'static str)>,
    pub(crate) stan: u32,
    /// Minutes after midnight; equal when it never closes.
    pub(crate) opens: u16,
    pub(crate) closes: u16,
    /// How often cards are declined here, against the average.
    pub(crate) luck: f64,
    pub(crate) entry: u8,
    pub(crate) is_unpadded: bool,
    pub(crate) is_mute: bool,
}

impl Terminal {
    /// Its id as requests print it.
    pub fn name(&self) -> String {
        format!("{:08}", self.id)
    }

    /// Its id as a report of that form has it.
    pub fn reported(&self, form: Form) -> String {
        if form == Form::Responses && self.is_unpadded { self.id.to_string() } else { self.name() }
    }

    /// DE42: fifteen digits that neither begin like a card of fifteen nor are as long as another.
    pub fn merchant(&self) -> u64 {
        merchant(self.site)
    }

    /// Where it stands: `S00042`.
    pub fn site_name(&self) -> String {
        site_name(self.site)
    }

    /// What runs on it at a moment.
    pub fn firmware_at(&self, moment: i64) -> &'static str {
        match self.update {
            Some((from, later)) if moment >= from => later,
            _ => self.firmware,
        }
    }

    /// Whether customers come at that minute after midnight.
    pub(crate) fn is_open(&self, minute: u16) -> bool {
        self.opens == self.closes
            || (self.opens..self.closes).contains(&minute)
            || (self.opens..self.closes).contains(&(minute + 1440))
    }
}

/// A site as logs name it.
pub(crate) fn site_name(site: u32) -> String {
    format!("S{site:05}")
}

fn merchant(site: u32) -> u64 {
    102_911_000_000_000 + u64::from(site) * 1009 + 54_110_011
}

pub(crate) struct Issuer {
    /// Eight digits.
    pub(crate) prefix: u32,
    pub(crate) cards: u32,
}

impl Issuer {
    /// One of a hundred with numbers of their own.
    pub(crate) fn new(at: usize, random: &mut Random) -> Self {
        Self { prefix: Self::prefix(at), cards: random.random_range(50_000..=9_999_999) }
    }

    pub(crate) fn prefix(at: usize) -> u32 {
        TEST_RANGES[at % TEST_RANGES.len()] * 100 + (at / TEST_RANGES.len()) as u32 * 11
    }

    pub(crate) fn card(&self, random: &mut Random) -> u64 {
        self.numbered(random.random_range(0..self.cards))
    }

    /// The card with that number among the issuer's.
    pub(crate) fn numbered(&self, number: u32) -> u64 {
        with_check_digit(u64::from(self.prefix) * 10_000_000 + u64::from(number))
    }
}

/// A card's service code: of a chip, or of a stripe alone, which that share has.
pub(crate) fn service_code(card: u64, stripes: f64) -> &'static str {
    if ((card / 10 % 1000) as f64) < stripes * 1000.0 { STRIPE_CARD } else { "201" }
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
    /// How cards are read, by sort of terminal: draws from [`ENTRY_MODES`].
    pub(crate) entries: Vec<WeightedIndex<f64>>,
    /// The share of cards without a chip; none where rows tell no service codes.
    pub(crate) stripes: Option<f64>,
}

/// DE22, and its weight at each of three sorts of terminal of the plain world.
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

    #[test]
    fn a_hundred_issuers_have_numbers_of_their_own() {
        let prefixes: std::collections::BTreeSet<u32> = (0..90).map(Issuer::prefix).collect();
        assert_eq!(prefixes.len(), 90);
    }
}
