//! Plans the faults of single terminals.

use crate::FaultKind;
use crate::fault::{Course, Scope};
use crate::flight::Role;
use crate::plot::{MINUTE_MS, Plot};
use crate::random::Random;
use crate::scene::Errand;
use rand::RngExt;

/// Hits that most faults may expect at effect 1.
const NOTICED: f64 = 8.0;

impl Plot<'_> {
    /// One terminal's own fault.
    pub(crate) fn own(&mut self, kind: FaultKind, _: u32) {
        let name = match kind {
            FaultKind::Reader => "reader",
            FaultKind::PinKey => "pin_key",
            FaultKind::MacKey => "mac_key",
            FaultKind::SignOn => "sign_on",
            FaultKind::Signal => "signal",
            FaultKind::Software => "software",
            _ if self.draw(0.5) => "operator_amount",
            _ => "operator_steps",
        };
        let (_, nature) = self.nature(name);
        let tells = crate::fault::traces(name, &self.fleet.links, self.facts);
        let suits = |plot: &Self, terminal: u32| {
            let of = &plot.fleet.terminals[terminal as usize];
            let is_keyed = plot.town.tills[terminal as usize].shop.keys_cards();
            tells[of.link as usize].is_some() && !(is_keyed && matches!(name, "reader" | "pin_key"))
        };
        let minutes = nature.minutes.expect("own faults have their lengths");
        // Most can be noticed at effect 1, some cannot.
        let least = if self.draw(0.15) { 0.0 } else { NOTICED };
        let mut tries = 0;
        let (terminal, (start, mut end)) = loop {
            let Some(terminal) = self.cast(suits) else { return };
            let stretch = self.stretch(terminal, minutes);
            tries += 1;
            if tries > 60 || self.attempts_in(terminal, stretch) * nature.effect >= least {
                break (terminal, stretch);
            }
            self.uncast(terminal);
        };
        let effect = self.effect(&nature);
        let is_key = nature.cause == "key";
        if is_key {
            end = self.mended(terminal, name, (start, end));
        }
        let course = match nature.course {
            "ramp" => Course::Ramp,
            "bursts" => {
                let on = bursts((start, end), &mut self.random);
                end = on.last().map_or(end, |last| last.1);
                let share =
                    on.iter().map(|(from, to)| to - from).sum::<i64>() as f64 / (end - start).max(1) as f64;
                let inside = (0.92 * effect / share).min(0.9);
                let outside = if share < 1.0 { 0.08 * effect / (1.0 - share) } else { 0.0 };
                Course::Bursts { on, inside, outside }
            }
            _ => Course::Even,
        };
        let number = self.add(name, Scope::Terminal(terminal), (start, end), effect, course);
        self.town.tills[terminal as usize].fault = Some(number);
    }

    /// When a key is in step again: mostly with a sign-on, else tomorrow. A key that was changed may be
    /// what put it out of step.
    fn mended(&mut self, terminal: u32, name: &str, (start, end): (i64, i64)) -> i64 {
        if name == "pin_key" && self.draw(0.5) {
            let at = start - self.random.random_range(1_000..20_000);
            self.town.errands.push(Errand { at, terminal, role: Role::KeyChange, resets: false });
        }
        let midnight = start - start.rem_euclid(crate::world::DAY_MS);
        let closes =
            midnight + i64::from(self.fleet.terminals[terminal as usize].closes.min(1_440)) * MINUTE_MS;
        if self.draw(0.15) && closes > end {
            return closes;
        }
        if name != "pin_key" || self.draw(0.75) {
            self.town.errands.push(Errand { at: end, terminal, role: Role::SignOn, resets: false });
        }
        end
    }
}

/// Stretches on and off: some minutes each, a quarter of the time on.
fn bursts((start, end): (i64, i64), random: &mut Random) -> Vec<(i64, i64)> {
    let mut stretch = |minutes: f64| {
        let drawn = -libm::log(1.0 - random.random::<f64>()) * minutes;
        (drawn.max(0.5) * MINUTE_MS as f64) as i64
    };
    let (mut bursts, mut at) = (Vec::new(), start);
    while at < end {
        let until = (at + stretch(8.0)).min(end);
        bursts.push((at, until));
        at = until + stretch(24.0);
    }
    bursts
}
