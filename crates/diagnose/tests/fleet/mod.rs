//! A small fleet with known faults, drawn from a seed: what the scan must find is written in the test.

use posmortem_diagnose::{Attempt, Attribute, Day, Flags, Leaves, Mark, Rates};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;

const TERMINALS: u32 = 300;
const ISSUERS: u32 = 12;
const MODES: u32 = 4;
/// How often a mark is seen where nothing is wrong.
pub(crate) const NORMS: [(&str, f64); 9] = [
    ("insufficient_funds", 0.012),
    ("issuer_refused", 0.006),
    ("pin_incorrect", 0.004),
    ("response_timeout", 0.0015),
    ("issuer_unavailable", 0.001),
    ("switch_fault", 0.0008),
    ("terminal_software_fault", 0.0005),
    ("mac_invalid", 0.0003),
    ("wrong_procedure", 0.002),
];

/// Numbers from a seed (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.share() * f64::from(end)) as u32
    }
}

/// The attributes of a leaf, in the order of [`Attribute::ALL`].
pub(crate) type Told = [u32; 9];

/// Something that is wrong.
pub(crate) struct Fault {
    pub(crate) hits: Box<dyn Fn(&Told) -> bool>,
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) share: f64,
    pub(crate) mark: Mark,
}

pub(crate) fn mark(name: &str) -> Mark {
    Mark::from_name(name).expect("a mark of that name")
}

pub(crate) fn fault(
    hits: impl Fn(&Told) -> bool + 'static,
    from: i64,
    until: i64,
    share: f64,
    of: &str,
) -> Fault {
    Fault { hits: Box::new(hits), from, until, share, mark: mark(of) }
}

pub(crate) fn is(attribute: Attribute, value: u32) -> impl Fn(&Told) -> bool {
    move |told| told[attribute.dimension()] == value
}

/// The attributes that a terminal fixes: three terminals a site, five sites a region at a time; most
/// of a region is on one link.
fn terminal(number: u32) -> [u32; 6] {
    let site = (number - 1) / 3 + 1;
    let region = (site - 1) % 6 + 1;
    let link = if number.is_multiple_of(5) { number % 4 + 1 } else { (region - 1) % 4 + 1 };
    let model = number % 4 + 1;
    let firmware = number / 4 % 3 + 1;
    [number, site, region, link, model, firmware]
}

/// A day of 24 hours and about `mean` attempts a terminal, most of them by daylight.
pub(crate) fn day(seed: u64, mean: f64, faults: &[Fault]) -> Day {
    let mut chance = Chance::new(seed);
    let mut leaves = Leaves { columns: vec![Vec::new(); 9], cells: Vec::new(), ..Leaves::default() };
    let mut attempts = Vec::new();
    let mut sequences = Vec::with_capacity(TERMINALS as usize + 1);
    sequences.push(0..0);
    for number in 1..=TERMINALS {
        let begin = attempts.len();
        let first_leaf = leaves.cells.len() as u32;
        for issuer in 1..=ISSUERS {
            for mode in 1..=MODES {
                for (column, value) in leaves.columns.iter_mut().zip(terminal(number)) {
                    column.push(value);
                }
                leaves.columns[6].push(issuer);
                leaves.columns[7].push(mode);
                leaves.columns[8].push(1);
                leaves.cells.push((issuer - 1) * MODES + mode - 1);
            }
        }
        let busy = mean * (0.4 + 1.2 * chance.share());
        let mut moments: Vec<_> = (0..busy as usize).map(|_| moment(&mut chance)).collect();
        moments.sort_unstable();
        for at in moments {
            // Large issuers and small ones; most cards are tapped.
            let issuer = (chance.share() * chance.share() * f64::from(ISSUERS)) as u32;
            let mode = [0, 0, 0, 1, 1, 2, 3][chance.below(7) as usize];
            let leaf = first_leaf + issuer * MODES + mode;
            let told = std::array::from_fn(|dimension| leaves.columns[dimension][leaf as usize]);
            let mark = outcome(&mut chance, &told, at, faults);
            attempts.push(Attempt { at, leaf, count: 1, mark, flags: Flags::default() });
        }
        sequences.push(begin..attempts.len());
    }
    let values = vec![TERMINALS + 1, TERMINALS / 3 + 1, 7, 5, 5, 4, ISSUERS + 1, MODES + 1, 2];
    Day { attempts, sequences, leaves, values, span: (0, 24 * HOUR) }
}

fn moment(chance: &mut Chance) -> i64 {
    let hours = if chance.share() < 0.1 { 24.0 * chance.share() } else { 8.0 + 14.0 * chance.share() };
    (hours * HOUR as f64) as i64
}

fn outcome(chance: &mut Chance, told: &Told, at: i64, faults: &[Fault]) -> Mark {
    let mut then = faults.iter().filter(|fault| at >= fault.from && at < fault.until && (fault.hits)(told));
    if let Some(fault) = then.find(|fault| chance.share() < fault.share) {
        return fault.mark;
    }
    let (mut drawn, issuer) = (chance.share(), told[6]);
    for (name, norm) in NORMS {
        let norm = norm * of_issuer(issuer);
        if drawn < norm {
            return mark(name);
        }
        drawn -= norm;
    }
    Mark::NONE
}

/// Issuers differ.
fn of_issuer(issuer: u32) -> f64 {
    0.6 + 0.08 * f64::from(issuer)
}

/// The rates that the day was drawn with.
pub(crate) fn rates() -> Rates {
    let by_cell = (0..ISSUERS * MODES).map(|cell| {
        let mut rates = [0.0; Mark::COUNT];
        for (name, norm) in NORMS {
            rates[mark(name).index()] = (norm * of_issuer(cell / MODES + 1)) as f32;
        }
        rates
    });
    Rates::new(by_cell.collect(), vec![[1.0; Mark::COUNT]])
}
