//! Days of a made fleet, with the faults that were put into it.
//!
//! The rates that are expected are the ones that the fleet was drawn with, but for the levels of its
//! terminals: what is looked at here is the test of own faults and no baseline.

use posmortem_classify::Reason;
use posmortem_diagnose::{
    Attempt, Attribute, Day, Flags, Leaves, Mark, OwnSettings, OwnTest, Signatures, own_faults,
};
use posmortem_iso8583::EntryMode;
use rand::rngs::Xoshiro256PlusPlus as Random;
use rand::{RngExt, SeedableRng};

/// By value of the entry mode; the first stands for one that is not told.
pub(crate) const MODES: [EntryMode; 5] =
    [EntryMode::Unknown, EntryMode::Contactless, EntryMode::Chip, EntryMode::Stripe, EntryMode::Manual];
const ISSUERS: u32 = 20;
const MINUTE: i64 = 60_000;

/// How terminals differ without a fault.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tail {
    /// Lognormal, squared coefficient of variation about 0.1.
    Lognormal,
    /// As wide in its middle, but one terminal in a hundred at three times the norm and more.
    Heavy,
}

/// A fault that was put in.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) terminal: u32,
    pub(crate) signature: &'static str,
    pub(crate) window: (i64, i64),
    /// How many hits it was to cause, and how many attempts its terminal has.
    pub(crate) hits: f64,
    pub(crate) attempts: usize,
}

/// An incident of an issuer: that share of its attempts shows the mark in the window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) issuer: u32,
    pub(crate) window: (i64, i64),
    pub(crate) mark: Mark,
    pub(crate) share: f64,
}

pub(crate) struct Fleet {
    pub(crate) day: Day,
    pub(crate) cards: Vec<u64>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) outages: Vec<Outage>,
}

/// What a fleet is drawn with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) terminals: u32,
    /// The median of a terminal's attempts.
    pub(crate) attempts: f64,
    pub(crate) tail: Tail,
    /// Of each kind of fault, and how strong they are; 1 is the middle of what is published.
    pub(crate) faults: usize,
    pub(crate) effect: f64,
    pub(crate) outage: bool,
}

impl World {
    pub(crate) fn of(seed: u64) -> Self {
        Self {
            seed,
            terminals: 1_000,
            attempts: 110.0,
            tail: Tail::Lognormal,
            faults: 0,
            effect: 1.0,
            outage: false,
        }
    }
}

pub(crate) fn mark(name: &str) -> Mark {
    Mark::from_name(name).expect("the tests spell marks as the table does")
}

/// The marks that happen to good terminals, and how often.
fn base_rates() -> Vec<(Mark, f64)> {
    let rates = [
        ("insufficient_funds", 0.012),
        ("issuer_refused", 0.008),
        ("pin_incorrect", 0.004),
        ("pin_block_invalid", 0.0001),
        ("response_timeout", 0.0014),
        ("wrong_amount", 0.0015),
        ("function_not_enabled", 0.001),
        ("wrong_procedure", 0.001),
        ("original_not_found", 0.0005),
        ("mac_invalid", 0.0003),
        ("signon_required", 0.0002),
        ("terminal_software_fault", 0.0002),
        ("stripe_damaged", 0.0005),
        ("card_number_wrong", 0.0008),
        ("fallback_refused", 0.0003),
    ];
    rates.into_iter().map(|(name, rate)| (mark(name), rate)).collect()
}

const FELL_BACK: f64 = 0.01;

fn base_rate(rates: &[f64; Mark::COUNT], mark: Mark, mode: EntryMode) -> f64 {
    match (mark, mode) {
        (Mark::FELL_BACK, EntryMode::Chip) => FELL_BACK,
        (Mark::FELL_BACK, _) => 0.0,
        (mark, EntryMode::Manual) if mark == Mark::of(Reason::PIN_INCORRECT) => 0.0,
        (mark, _) => rates[mark.index()],
    }
}

fn table() -> [f64; Mark::COUNT] {
    let mut table = [0.0; Mark::COUNT];
    base_rates().into_iter().for_each(|(mark, rate)| table[mark.index()] = rate);
    table
}

fn normal(random: &mut Random) -> f64 {
    let (u, v): (f64, f64) = (random.random(), random.random());
    libm::sqrt(-2.0 * libm::log(1.0 - u)) * libm::cos(std::f64::consts::TAU * v)
}

fn level(random: &mut Random, tail: Tail, of_site: f64) -> f64 {
    let mut deviation = 0.8 * of_site + 0.6 * normal(random);
    if let Tail::Heavy = tail {
        // Student's t with five degrees of freedom.
        let square: f64 = (0..5).map(|_| normal(random).powi(2)).sum();
        deviation /= libm::sqrt(square / 5.0);
    }
    libm::exp((0.31 * deviation).clamp(-3.0, 2.3))
}

/// Draws a fleet and its day.
pub(crate) fn draw(world: World) -> Fleet {
    let mut random = Random::seed_from_u64(world.seed);
    let signatures = Signatures::built_in();
    let outages = if world.outage { outages() } else { Vec::new() };
    let mut fleet = Fleet { day: Day::default(), cards: Vec::new(), faults: Vec::new(), outages };
    let sizes = faulty(&world, &mut random);
    let (mut site, mut left, mut of_site) = (0, 0, vec![0.0; signatures.len()]);
    let mut leaves =
        Leaves { columns: vec![Vec::new(); Attribute::ALL.len()], cells: Vec::new(), ..Leaves::default() };
    fleet.day.sequences.push(0..0);
    for terminal in 1..=world.terminals {
        if left == 0 {
            (site, left) = (site + 1, random.random_range(1..=5));
            of_site.iter_mut().for_each(|site| *site = normal(&mut random));
        }
        left -= 1;
        let levels: Vec<f64> =
            of_site.iter().map(|&of_site| level(&mut random, world.tail, of_site)).collect();
        let first_leaf = leaves.cells.len() as u32;
        add_leaves(&mut leaves, terminal, site);
        let fault = sizes.iter().find(|fault| fault.0 == terminal).map(|fault| fault.1);
        let begin = fleet.day.attempts.len();
        add_attempts(
            &mut fleet,
            world,
            &signatures,
            &mut random,
            first_leaf,
            &levels,
            fault.map(|kind| (terminal, kind)),
        );
        fleet.day.sequences.push(begin..fleet.day.attempts.len());
    }
    fleet.day.values = vec![0; Attribute::ALL.len()];
    fleet.day.span = (0, 24 * 60 * MINUTE);
    fleet.day.leaves = leaves;
    fleet
}

const KINDS: [&str; 5] = ["mac", "pin", "signal", "reader", "operator"];

fn faulty(world: &World, random: &mut Random) -> Vec<(u32, &'static str)> {
    let mut faulty: Vec<(u32, &'static str)> = Vec::new();
    while faulty.len() < world.faults * KINDS.len() {
        let terminal = random.random_range(1..=world.terminals);
        if faulty.iter().all(|other| other.0 != terminal) {
            faulty.push((terminal, KINDS[faulty.len() % KINDS.len()]));
        }
    }
    faulty
}

fn outages() -> Vec<Outage> {
    let window = |hour: i64, minutes: i64| (hour * 60 * MINUTE, (hour * 60 + minutes) * MINUTE);
    vec![
        Outage { issuer: 3, window: window(11, 240), mark: mark("response_timeout"), share: 0.9 },
        Outage { issuer: 5, window: window(9, 600), mark: mark("pin_incorrect"), share: 0.2 },
        Outage { issuer: 7, window: window(14, 30), mark: mark("mac_invalid"), share: 0.9 },
    ]
}

fn add_leaves(leaves: &mut Leaves, terminal: u32, site: u32) {
    for issuer in 1..=ISSUERS {
        for mode in 1..MODES.len() as u32 {
            for (column, attribute) in leaves.columns.iter_mut().zip(Attribute::ALL) {
                column.push(match attribute {
                    Attribute::Terminal => terminal,
                    Attribute::Site => site,
                    Attribute::Issuer => issuer,
                    Attribute::EntryMode => mode,
                    _ => 1,
                });
            }
            leaves.cells.push(issuer * MODES.len() as u32 + mode);
        }
    }
}

/// The window of a fault, and how often it strikes there at effect 1.
fn strike(kind: &str, random: &mut Random) -> ((i64, i64), f64) {
    let (open, close) = (8 * 60, 20 * 60);
    match kind {
        "mac" | "pin" => {
            let length = random.random_range(60..300);
            let start = random.random_range(open..close - length);
            ((start * MINUTE, (start + length) * MINUTE), 0.6)
        }
        "reader" => ((random.random_range(open..13 * 60) * MINUTE, 24 * 60 * MINUTE), 0.08),
        "operator" => {
            let start = random.random_range(open..12 * 60);
            ((start * MINUTE, (start + 480) * MINUTE), 0.05)
        }
        _ => ((0, 24 * 60 * MINUTE), 0.05),
    }
}

/// What a fault shows; not in equal shares, as the test has it.
fn shown(kind: &str, random: &mut Random) -> Mark {
    let draw: f64 = random.random();
    let pick = |names: &[(&str, f64)]| {
        let name = names.iter().find(|name| draw < name.1).expect("shares reach 1").0;
        mark(name)
    };
    match kind {
        "mac" => pick(&[("mac_invalid", 1.0)]),
        "pin" => pick(&[("pin_incorrect", 0.7), ("pin_block_invalid", 1.0)]),
        "signal" => pick(&[("response_timeout", 1.0)]),
        "reader" => pick(&[("fell_back", 0.75), ("stripe_damaged", 0.9), ("card_number_wrong", 1.0)]),
        _ => pick(&[("wrong_amount", 0.6), ("wrong_procedure", 0.8), ("function_not_enabled", 1.0)]),
    }
}

fn add_attempts(
    fleet: &mut Fleet,
    world: World,
    signatures: &Signatures,
    random: &mut Random,
    first_leaf: u32,
    levels: &[f64],
    fault: Option<(u32, &'static str)>,
) {
    let level = |mark| signatures.of_mark(mark).map_or(1.0, |(signature, _)| levels[signature]);
    let rates: Vec<(Mark, f64)> =
        base_rates().into_iter().map(|(mark, rate)| (mark, rate * level(mark))).collect();
    let fell_back = FELL_BACK * level(Mark::FELL_BACK);
    let volume = world.attempts * libm::exp(0.7 * normal(random));
    let mut times: Vec<i64> =
        (0..volume as usize).map(|_| random.random_range(8 * 60 * MINUTE..20 * 60 * MINUTE)).collect();
    times.sort_unstable();
    let attempts = times.len();
    let strike = fault.map(|(terminal, kind)| (terminal, kind, strike(kind, random)));
    let mut hits = 0.0;
    for at in times {
        let issuer = random.random_range(1..=ISSUERS);
        let mode = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 4][random.random_range(0..15)];
        let leaf = first_leaf + (issuer - 1) * (MODES.len() as u32 - 1) + mode - 1;
        let mut attempt = Attempt { at, leaf, count: 1, mark: Mark::NONE, flags: Flags::default() };
        let mode = MODES[mode as usize];

        if mode == EntryMode::Chip && random.random::<f64>() < fell_back {
            attempt.flags = Flags::FELL_BACK;
        }
        let mut draw: f64 = random.random();
        for &(mark, rate) in &rates {
            let keyed_pin = mode == EntryMode::Manual && mark == Mark::of(Reason::PIN_INCORRECT);
            draw -= if keyed_pin { 0.0 } else { rate };
            if draw < 0.0 {
                attempt.mark = mark;
                break;
            }
        }
        for outage in &fleet.outages {
            let is_in = outage.issuer == issuer && (outage.window.0..outage.window.1).contains(&at);
            if is_in && attempt.mark.is_none() && random.random::<f64>() < outage.share {
                attempt.mark = outage.mark;
            }
        }
        if let Some((_, kind, (window, share))) = strike {
            let signature = signatures.get(signatures.named(kind).expect("a kind is a signature"));
            if (window.0..window.1).contains(&at) && signature.is_eligible(mode) {
                hits += share * world.effect;
                if random.random::<f64>() < share * world.effect {
                    match shown(kind, random) {
                        Mark::FELL_BACK => {
                            attempt.flags = Flags::FELL_BACK;
                            // Whatever the customer held out, it is a chip that was not read.
                            attempt.leaf = first_leaf + (issuer - 1) * (MODES.len() as u32 - 1) + 1;
                        }
                        mark => attempt.mark = mark,
                    }
                }
            }
        }
        fleet.day.attempts.push(attempt);
        fleet.cards.push(random.random_range(0..100_000));
    }
    if let Some((terminal, kind, (window, _))) = strike {
        fleet.faults.push(Fault { terminal, signature: kind, window, hits, attempts });
    }
}

impl Fleet {
    /// Tests it, with the rates that it was drawn with and those of its incidents inside them.
    pub(crate) fn test(&self) -> OwnTest {
        let table = table();
        let leaves = &self.day.leaves;
        let value =
            |attempt: &Attempt, attribute: Attribute| leaves.value(attribute.dimension(), attempt.leaf);
        let expected = |attempt: &Attempt, mark: Mark| {
            let mode = MODES[value(attempt, Attribute::EntryMode) as usize];
            let rate = base_rate(&table, mark, mode);
            let issuer = value(attempt, Attribute::Issuer);
            let hit = self.outages.iter().find(|outage| {
                outage.mark == mark
                    && outage.issuer == issuer
                    && (outage.window.0..outage.window.1).contains(&attempt.at)
            });
            hit.map_or(rate, |outage| rate + (1.0 - rate) * outage.share)
        };
        let cards = |row: usize| Some(self.cards[row]);
        let signatures = Signatures::built_in();
        own_faults(&self.day, &signatures, &MODES, &OwnSettings::default(), &expected, &cards)
    }
}
