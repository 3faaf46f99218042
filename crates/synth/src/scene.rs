//! Plans what happens at a moment: attacks, storms, lost power, and what only looks like a fault.

use crate::bank::ACCOUNT;
use crate::fleet::{site_name, weighted};
use crate::flight::{Flight, Role};
use crate::labels::rounded;
use crate::plot::{MINUTE_MS, Plot};
use crate::random::{between, log_between};
use crate::world::DAY_MS;
use crate::{FaultKind, Label};
use rand::RngExt;
use rand::distr::Distribution;

/// What a terminal has to do besides customers, by the world's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errand {
    pub(crate) at: i64,
    pub(crate) terminal: u32,
    pub(crate) role: Role,
    /// Whether its STAN begins anew.
    pub(crate) resets: bool,
}

/// Attempts that follow a script, by the world's clock.
pub(crate) struct Scene {
    pub(crate) is_attack: bool,
    pub(crate) flights: Vec<Flight>,
}

/// Customers that most losses of power turn away.
const MISSED: f64 = 20.0;

/// Codes of an attack and their weights; some of its cards are good.
const TRIED: [(&str, f64); 5] = [("00", 12.0), ("05", 36.0), ("14", 30.0), ("51", 12.0), ("54", 10.0)];

impl Plot<'_> {
    /// An attack, a storm or a loss of power.
    pub(crate) fn scene(&mut self, kind: FaultKind, number: u32) {
        match kind {
            FaultKind::Attack => self.attack(),
            FaultKind::Storm => self.storm(),
            // The first one takes a whole site.
            _ => self.power(number.is_multiple_of(3)),
        }
    }

    /// Numbers of one issuer are tried at a shop that keys cards.
    fn attack(&mut self) {
        let keyed = |plot: &Self, at: u32| plot.town.tills[at as usize].shop.keys_cards();
        let Some(terminal) = self.cast(keyed).or_else(|| self.cast(|_, _| true)) else { return };
        let (opens, closes) = self.shift(terminal);
        let count = self.random.random_range(60..=300);
        let pace = log_between(&mut self.random, (3_000.0, 11_000.0));
        let last = (closes - (f64::from(count) * pace) as i64).max(opens + 1);
        let mut at = self.random.random_range(opens..last);
        let issuer = self.some_issuer();
        let of = &self.fleet.issuers[usize::from(issuer)];
        let first = self.random.random_range(0..of.cards);
        let dialect = self.fleet.link_of(terminal).dialect;
        let codes = TRIED.map(|(code, _)| self.facts.code(dialect, code));
        let draw = weighted(TRIED.map(|(_, weight)| weight));
        let flights = (0..count).map(|number| {
            at += (between(&mut self.random, (0.5, 1.5)) * pace) as i64;
            Flight {
                terminal,
                issuer,
                entry: 5,
                card: of.numbered(first + number * 7),
                amount: self.random.random_range(100..=900),
                script: codes[draw.sample(&mut self.random)],
                begin: at,
                ..Flight::default()
            }
        });
        let flights = flights.collect();
        self.town.scenes.push(Scene { is_attack: true, flights });
    }

    /// One card, again and again.
    fn storm(&mut self) {
        let Some(terminal) = self.cast(|_, _| true) else { return };
        let (start, _) = self.stretch(terminal, (25.0, 35.0));
        let mut flight = self.town.customer(self.fleet, terminal, start, &mut self.random);
        let code = ["51", "05", "61"][self.random.random_range(0..3)];
        flight.script = self.facts.code(self.fleet.link_of(terminal).dialect, code);
        flight.amount = self.random.random_range(1_000..=60_000);
        flight.role = Role::Retry;
        let mut flights = Vec::new();
        for _ in 0..self.random.random_range(20..=40) {
            flights.push(flight);
            flight.begin += self.random.random_range(8_000..60_000);
        }
        self.town.scenes.push(Scene { is_attack: false, flights });
    }

    /// Silence, then sign-ons and what was stored meanwhile.
    fn power(&mut self, is_site: bool) {
        // Most are missed by enough customers to be noticed, some are not.
        let least = if self.draw(0.15) { 0.0 } else { MISSED };
        let mut tries = 0;
        let (site, terminals, window, expected_attempts) = loop {
            let Some((site, terminals)) = self.cast_power(is_site) else { return };
            let window = self.outage(terminals[0]);
            let expected = self.expected(&terminals, window);
            tries += 1;
            if expected >= least || tries > 100 {
                break (site, terminals, window, expected);
            }
            terminals.iter().for_each(|terminal| self.uncast(*terminal));
        };
        let (start, end) = window;
        for terminal in terminals.iter().copied() {
            self.town.tills[terminal as usize].dark = Some(window);
            let resets = self.draw(0.6);
            let mut at = end + self.random.random_range(0..150_000);
            self.town.errands.push(Errand { at, terminal, role: Role::SignOn, resets });
            for _ in 0..self.random.random_range(0..3) {
                at += self.random.random_range(3_000..20_000);
                let role = if self.draw(0.5) { Role::Orphan } else { Role::Advice };
                self.town.errands.push(Errand { at, terminal, role, resets: false });
            }
        }
        let midnight = start - start.rem_euclid(DAY_MS);
        let skew = self.fleet.link_of(terminals[0]).skew;
        let label = Label::Power {
            terminals: terminals.iter().map(|at| self.reported(*at)).collect(),
            site: site.map(site_name),
            start: start + skew,
            end: end + skew,
            attempts_a_day: rounded(self.expected(&terminals, (midnight, midnight + DAY_MS))),
            expected_attempts: rounded(expected_attempts),
        };
        self.note(label);
    }

    /// A whole site, or else one terminal.
    fn cast_power(&mut self, is_site: bool) -> Option<(Option<u32>, Vec<u32>)> {
        if is_site && let Some((site, terminals)) = self.cast_site(2) {
            return Some((Some(site), terminals));
        }
        Some((None, vec![self.cast(|_, _| true)?]))
    }

    /// A stretch without power, not at the edges of the day: an hour of business before and after, where
    /// there is one.
    fn outage(&mut self, terminal: u32) -> (i64, i64) {
        let (opens, closes) = self.shift(terminal);
        let length = (log_between(&mut self.random, (10.0, 180.0)) * MINUTE_MS as f64) as i64;
        let margin = ((closes - opens - length).max(0) / 2).min(60 * MINUTE_MS);
        let room = (closes - opens - length - 2 * margin).max(0);
        let start = opens + margin + self.random.random_range(0..=room + MINUTE_MS);
        (start, start + length)
    }

    /// How many attempts some terminals may expect in a stretch.
    fn expected(&self, terminals: &[u32], window: (i64, i64)) -> f64 {
        let attempts = self.settings.attempts as f64 / f64::from(self.settings.days.max(1));
        let of = |at: &u32| self.town.expected(self.settings, self.fleet, *at, window, attempts);
        terminals.iter().map(of).sum()
    }

    fn reported(&self, terminal: u32) -> String {
        self.fleet.terminals[terminal as usize].reported(self.settings.form)
    }

    /// Something that is no fault.
    pub(crate) fn confounder(&mut self, kind: FaultKind, _: u32) {
        match kind {
            FaultKind::Clock => {
                let at = self.random.random_range(0..self.fleet.links.len());
                let ahead = self.random.random_range(2_000..9_000);
                let skew = if self.draw(0.5) { ahead } else { -ahead };
                let link = &mut self.fleet.links[at];
                link.skew = skew;
                let link = link.name.clone();
                self.note(Label::Clock { link, offset_ms: skew });
            }
            FaultKind::Mix => self.mix(),
            FaultKind::Busy => {
                let Some((site, terminals)) = self.cast_site(1) else { return };
                let start = self.midnight() + self.random.random_range(9 * 60..15 * 60) * MINUTE_MS;
                for at in &terminals {
                    self.town.tills[*at as usize].busy_from = Some(start);
                }
                let terminals = terminals.iter().map(|at| self.reported(*at)).collect();
                self.note(Label::Busy { site: site_name(site), terminals, start });
            }
            _ => {
                let Some((model, firmware, start)) = self.roll_out() else { return };
                self.note(Label::Rollout { model: model.into(), firmware: firmware.into(), start });
            }
        }
    }

    /// Customers of an issuer that declines often.
    fn mix(&mut self) {
        let Some(terminal) = self.cast(|_, _| true) else { return };
        let town = &mut *self.town;
        let mut worst: Vec<usize> = (0..town.banks.len()).collect();
        worst.sort_by(|a, b| town.banks[*b].rates[ACCOUNT].total_cmp(&town.banks[*a].rates[ACCOUNT]));
        let issuer = worst[self.random.random_range(0..2)];
        let share = between(&mut self.random, (0.6, 0.9));
        let mut weights = town.issuer_shares.clone();
        weights[issuer] = share / (1.0 - share);
        town.tills[terminal as usize].clientele = town.clienteles.len() as u16;
        town.clienteles.push(weighted(weights));
        let issuer = self.fleet.issuers[issuer].prefix.to_string();
        let terminal = self.reported(terminal);
        self.note(Label::Mix { terminal, issuer });
    }
}
