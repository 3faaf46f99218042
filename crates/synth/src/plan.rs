//! What happens to a transaction: its lines, each at its time.
//!
//! Draws do not depend on the form, so that all forms of a seed tell the same day.

use crate::facts::{Decision, Facts, WhyReversed};
use crate::fleet::{Fleet, weighted};
use crate::flight::{Flight, Kind, Part, Role};
use crate::queue::Queue;
use crate::random::{Random, happens, lognormal, seconds};
use crate::reversal::Why;
use crate::world::DAY_MS;
use crate::{Rates, Settings};
use rand::distr::weighted::WeightedIndex;
use rand::{RngExt, SeedableRng};

/// STANs of hops count apart from those of terminals.
const FIRST_HOP_STAN: u32 = 800_000;
const HOP_STANS: u32 = 150_000;
/// Named by reversals of nothing; no terminal counts so far within a horizon.
const NO_STAN: u32 = 990_000;
/// Near a hard cut only what a cut cannot make ambiguous happens.
const EDGE_MS: i64 = 15 * 60_000;

/// Plans transactions and puts their lines into the queue.
pub(crate) struct Planner {
    pub(crate) fleet: Fleet,
    pub(crate) facts: Facts,
    pub(crate) queue: Queue,
    pub(crate) random: Random,
    pub(crate) rates: Rates,
    /// Quantiles of the time that a host takes, in milliseconds.
    latencies: Vec<u32>,
    pub(crate) lost_why: WeightedIndex<f64>,
    pub(crate) answered_why: WeightedIndex<f64>,
    edges: Vec<i64>,
    /// How a day's reference numbers begin, and how many there were.
    pub(crate) rrn: u64,
    hop_stan: u32,
}

impl Planner {
    pub(crate) fn new(settings: &Settings) -> Self {
        let facts = Facts::read();
        let mut random = Random::seed_from_u64(settings.seed);
        let fleet = Fleet::draw(settings, &facts, &mut random);
        let mut latencies: Vec<u32> =
            (0..1024).map(|_| (420.0 * lognormal(&mut random, 0.55)).clamp(30.0, 15_000.0) as u32).collect();
        latencies.sort_unstable();
        let why = |weight: fn(&WhyReversed) -> f64| weighted(facts.reversals.iter().map(weight));
        let start = settings.start();
        Self {
            lost_why: why(|why| why.lost),
            answered_why: why(|why| why.answered),
            edges: settings.cut.iter().flat_map(|(from, to)| [start + from, start + to]).collect(),
            rates: settings.rates.clone(),
            queue: Queue::default(),
            fleet,
            facts,
            random,
            latencies,
            rrn: 0,
            hop_stan: 0,
        }
    }

    /// A customer comes to a terminal.
    pub(crate) fn arrive(&mut self, at: i64) {
        let random = &mut self.random;
        let minute = (at.rem_euclid(DAY_MS) / 60_000) as u16;
        let terminal = self.fleet.open_terminal(minute, random);
        let issuer = self.fleet.issuer(random);
        let card = self.fleet.issuers[usize::from(issuer)].card(random);
        let kind = kind(self.rates.other_kinds, random);
        let entry = self.fleet.entry(terminal, random);
        let amount = if kind == Kind::Inquiry { 0 } else { amount(random) };
        let flight = Flight {
            kind,
            terminal,
            issuer,
            entry,
            card,
            amount,
            approved: amount,
            begin: at,
            ..Flight::default()
        };
        if self.draw(self.rates.offline) {
            self.begin(Flight { role: Role::Advice, amount: amount.max(100), kind: Kind::Sale, ..flight });
        }
        if self.draw(self.rates.orphans) {
            self.begin(Flight { role: Role::Orphan, amount: amount.max(100), kind: Kind::Sale, ..flight });
        }
        if self.draw(self.rates.signed_on) {
            let role = if self.random.random_range(0..3) == 0 { Role::KeyChange } else { Role::SignOn };
            self.begin(Flight { role, amount: 0, ..flight });
            let place = self.queue.add(flight);
            self.queue.push(place, Part::Begin, at + 5_000, 0);
            return;
        }
        self.begin(flight);
    }

    /// A transaction begins now.
    pub(crate) fn begin(&mut self, flight: Flight) {
        let place = self.queue.add(flight);
        self.begin_at(place);
    }

    /// The same for one that waited for its time.
    pub(crate) fn begin_at(&mut self, place: u32) {
        let mut flight = *self.queue.flight(place);
        flight.stan = self.next_stan(flight.terminal);
        if flight.rrn == 0 && !matches!(flight.role, Role::SignOn | Role::KeyChange) {
            self.rrn += 1;
            flight.rrn = self.rrn;
        }
        match flight.role {
            Role::Attempt | Role::Retry => self.attempt(place, flight),
            Role::Orphan => self.orphan(place, flight),
            Role::Advice | Role::SignOn | Role::KeyChange => self.told_afterwards(place, flight),
        }
    }

    fn attempt(&mut self, place: u32, mut flight: Flight) {
        let begin = flight.begin;
        let plain = self.is_near_edge(begin);
        let link = self.fleet.link_of(flight.terminal);
        let (approval, partial, dialect, slowness) =
            (link.approval, link.partial, link.dialect, link.slowness);
        let random = &mut self.random;
        let terminal = &self.fleet.terminals[flight.terminal as usize];
        let issuer = &self.fleet.issuers[usize::from(flight.issuer)];
        let declined = happens(random, issuer.declines_at(terminal));
        flight.code = Some(approval);
        if declined {
            flight.code = Some(issuer.decline(self.fleet.link_of(flight.terminal), random));
        } else if happens(random, self.rates.no_code) {
            flight.code = None;
        }
        let is_mute = terminal.is_mute;
        let unanswered = happens(random, self.rates.unanswered);
        let late = !unanswered && happens(random, self.rates.late);
        let whole = flight.kind == Kind::Sale && !declined && !late && !unanswered && flight.code.is_some();
        let is_partial = whole && happens(random, self.rates.partial);
        if is_partial {
            flight.code = Some(partial);
            flight.approved = flight.amount * 2 / 3;
        }
        let latency = (f64::from(self.latencies[random.random_range(0..1024) as usize]) * slowness) as i64;
        let repeated = !plain && happens(random, self.rates.repeated);
        // When the request was last sent before its answer.
        let mut sent = 0;
        self.line(place, begin, Part::Request, 0);
        let renumbered = !plain && !is_mute && flight.amount > 0 && self.draw(self.rates.renumbered);
        if renumbered {
            flight.hop_stan = self.next_hop_stan();
            flight.hop_changes_class = self.random.random_range(0..4) == 0;
            let after = i64::from(self.random.random_range(1..=5));
            self.line(place, begin, Part::HopRequest, after);
        }
        if repeated {
            for _ in 0..self.random.random_range(1..=2) {
                sent += seconds(&mut self.random, 12, 24);
                self.line(place, begin, Part::Repeat, sent);
            }
        }
        let mut gives_up = (unanswered || late) && flight.amount > 0 && self.draw(self.rates.given_up);
        gives_up &= !plain || unanswered;
        let given_up_at = sent + seconds(&mut self.random, 30, 55);
        let after_undo = gives_up && self.random.random_range(0..2) == 0;
        let mut answered = match (late, after_undo) {
            (false, _) if repeated => sent + latency.min(40_000) + 1_000,
            (false, _) => latency,
            (true, true) => given_up_at + seconds(&mut self.random, 1, 100),
            (true, false) => sent + seconds(&mut self.random, 62, 240),
        };
        answered = answered.max(20);
        flight.latency = (answered - sent) as u32;
        let is_approved = flight.code == Some(approval);
        let mut is_masked = false;
        if !unanswered {
            let masked = declined && !late && !plain && self.draw(self.rates.masked);
            flight.upstream_code = flight.code;
            if masked {
                is_masked = true;
                let at = self.random.random_range(0..self.facts.masked.len());
                let (upstream, shown) = self.facts.masked[at];
                flight.upstream_code = self.facts.code(dialect, upstream);
                flight.code = self.facts.code(dialect, shown);
            }
            let before = answered - i64::from(self.random.random_range(2..=6));
            if renumbered {
                self.line(place, begin, Part::HopAnswer, before);
            } else if masked {
                self.line(place, begin, Part::Upstream, before);
            }
            self.line(place, begin, Part::Answer, answered);
        }
        if !plain && !unanswered && !late && !is_masked && !repeated && self.draw(self.rates.answer_lost) {
            let again = answered + seconds(&mut self.random, 2, 40);
            self.line(place, begin, Part::Repeat, again);
            let latency = i64::from(self.random.random_range(30..=2_000));
            self.line(place, begin, Part::Answer, again + latency);
        } else if gives_up {
            let at =
                if late && !after_undo { answered + seconds(&mut self.random, 1, 20) } else { given_up_at };
            self.undo(place, &mut flight, at, Why::Lost);
        } else if !unanswered && !late && !is_partial && flight.amount > 0 {
            let chance = if is_approved { self.rates.reversed } else { self.rates.reversed_in_vain };
            // Beyond a cut, the second try of the same card would be all that is left to take back.
            if (is_approved || !plain) && self.draw(chance) {
                let at = answered + seconds(&mut self.random, 1, 200);
                self.undo(place, &mut flight, at, if is_approved { Why::Approved } else { Why::InVain });
            } else if is_approved && flight.kind == Kind::Preauth && !plain && self.draw(self.rates.completed)
            {
                let begin = flight.begin + answered + seconds(&mut self.random, 5, 400);
                self.follow(Flight { role: Role::Advice, begin, rrn: flight.rrn, ..next(&flight) });
            }
        }
        if declined && !unanswered && self.draw(self.rates.retried) {
            let begin = flight.begin + answered + seconds(&mut self.random, 8, 110);
            self.follow(Flight { role: Role::Retry, begin, ..next(&flight) });
        }
        // Lines have been counted meanwhile.
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    fn orphan(&mut self, place: u32, mut flight: Flight) {
        self.undo(place, &mut flight, 0, Why::InVain);
        // The original is none of this log's.
        flight.stan = NO_STAN + self.random.random_range(0..9_000);
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    /// Advices and administrative messages.
    fn told_afterwards(&mut self, place: u32, mut flight: Flight) {
        let is_advice = flight.role == Role::Advice;
        flight.code = Some(self.fleet.link_of(flight.terminal).approval);
        flight.latency = self.random.random_range(40..=3_000);
        let latency = i64::from(flight.latency);
        let begin = flight.begin;
        self.line(place, begin, Part::Request, 0);
        if is_advice && self.draw(self.rates.stored) {
            if self.random.random_range(0..2) == 0 && !self.is_near_edge(begin) {
                self.line(place, begin, Part::Answer, latency);
            }
            let again = seconds(&mut self.random, 65, 400);
            self.line(place, begin, Part::Repeat, again);
            self.line(place, begin, Part::Answer, again + latency);
        } else if self.random.random_range(0..20) > 0 {
            self.line(place, begin, Part::Answer, latency);
        }
        flight.left = self.queue.flight(place).left;
        *self.queue.flight(place) = flight;
    }

    /// Puts a line into the queue, some milliseconds into the flight, and its copies.
    pub(crate) fn line(&mut self, place: u32, begin: i64, part: Part, after: i64) {
        let mut at = begin + after;
        let delay = if self.draw(self.rates.delayed) { seconds(&mut self.random, 0, 30) } else { 0 };
        self.queue.push(place, part, at, delay);
        // A code that was hidden is never printed after the one that hides it.
        if part != Part::Upstream && self.draw(self.rates.copied) {
            for _ in 0..self.random.random_range(1..=3) {
                at += i64::from(self.random.random_range(1..=3));
                self.queue.push(place, part, at, delay);
            }
        }
    }

    fn follow(&mut self, flight: Flight) {
        let begin = flight.begin;
        let place = self.queue.add(flight);
        self.queue.push(place, Part::Begin, begin, 0);
    }

    pub(crate) fn is_near_edge(&self, moment: i64) -> bool {
        self.edges.iter().any(|edge| (moment - edge).abs() < EDGE_MS)
    }

    pub(crate) fn draw(&mut self, chance: f64) -> bool {
        happens(&mut self.random, chance)
    }

    pub(crate) fn next_stan(&mut self, terminal: u32) -> u32 {
        let stan = &mut self.fleet.terminals[terminal as usize].stan;
        *stan = if *stan >= FIRST_HOP_STAN - 1 { 1 } else { *stan + 1 };
        *stan
    }

    pub(crate) fn next_hop_stan(&mut self) -> u32 {
        self.hop_stan = (self.hop_stan + 1) % HOP_STANS;
        FIRST_HOP_STAN + self.hop_stan
    }

    /// Whether a code approves.
    pub(crate) fn decision(&self, flight: &Flight, code: u8) -> Decision {
        self.facts.codes[usize::from(code)].decision(flight.kind.is_related())
    }
}

/// The same customer at the same terminal, later.
fn next(flight: &Flight) -> Flight {
    let Flight { kind, terminal, issuer, entry, card, amount, .. } = *flight;
    Flight { kind, terminal, issuer, entry, card, amount, approved: amount, ..Flight::default() }
}

fn kind(others: f64, random: &mut Random) -> Kind {
    if !happens(random, others) {
        return Kind::Sale;
    }
    match random.random_range(0..8) {
        0..3 => Kind::Preauth,
        3 => Kind::Void,
        4 | 5 => Kind::Refund,
        _ => Kind::Inquiry,
    }
}

/// Small ones are common.
fn amount(random: &mut Random) -> u64 {
    let most = 1_000_u32 << random.random_range(0..6);
    u64::from(random.random_range(100..=most + 100))
}
