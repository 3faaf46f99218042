//! Verdicts against the truth: own faults, false blame, attacks, silence.

use crate::calibration::Calibration;
use crate::rate::{Accuracy, Of};
use crate::said::{SILENCE, Said, SaidVerdict};
use crate::truth::{OwnFault, PowerLoss, Truth};
use crate::window::{intersection_over_union, overlap};
use posmortem::diagnose::State;
use std::collections::{BTreeMap, BTreeSet};

/// What is so, and what was said: how often.
pub(crate) type Confusion = BTreeMap<(&'static str, &'static str), u64>;

/// How right the verdicts of one day or more are.
#[derive(Clone, Debug, Default)]
pub(crate) struct TerminalScore {
    /// Blamed terminals with a fault of their own; faults large enough that were found.
    pub(crate) own: Accuracy,
    /// By fault, those large enough that were found.
    pub(crate) faults: BTreeMap<&'static str, Of>,
    /// Faults too small to count, found all the same.
    pub(crate) small: Of,
    /// Of the terminals rightly blamed, those with the right cause, and with the right reason.
    pub(crate) cause: Of,
    pub(crate) reason: Of,
    pub(crate) causes: Confusion,
    pub(crate) reasons: Confusion,
    /// Of the terminals rightly blamed: how well the window is met.
    pub(crate) windows: Vec<f64>,
    /// Blamed ones of those that only shared an incident.
    pub(crate) touched: Of,
    /// Blamed ones of those that only look faulty.
    pub(crate) mixed: Of,
    pub(crate) stormed: Of,
    pub(crate) busy: Of,
    /// Blamed ones of those that were attacked.
    pub(crate) attacked: Of,
    /// Attacks found, and terminals called so without one.
    pub(crate) attacks: Of,
    pub(crate) false_attacks: u64,
    /// Losses of power found, all and those long enough, and silence where there was none.
    pub(crate) powers: Of,
    pub(crate) long_powers: Of,
    pub(crate) false_silences: u64,
    pub(crate) calibration: Calibration,
    /// What was wrong, a line each.
    pub(crate) errors: Vec<String>,
}

impl TerminalScore {
    /// Of one day.
    pub(crate) fn of(truth: &Truth, said: &Said) -> Self {
        let mut score = Self::default();
        let blamed: BTreeSet<&str> = said
            .verdicts
            .iter()
            .filter(|verdict| verdict.is_own() && !is_power(truth, verdict))
            .map(|verdict| verdict.terminal.as_str())
            .collect();
        score.own = own_accuracy(truth, &blamed);
        for (terminal, fault) in &truth.own {
            score.own_fault(terminal, fault, said.verdict(terminal));
        }
        for verdict in &said.verdicts {
            score.claim(truth, said, verdict, blamed.contains(verdict.terminal.as_str()));
        }
        let blamed_of = |terminals: &BTreeSet<String>| Of {
            hits: terminals.iter().filter(|terminal| blamed.contains(terminal.as_str())).count() as u64,
            all: terminals.len() as u64,
        };
        score.touched = blamed_of(&truth.touched);
        score.mixed = blamed_of(&truth.mixed);
        score.stormed = blamed_of(&truth.stormed);
        score.busy = blamed_of(&truth.busy);
        score.attacked = blamed_of(&truth.attacked);
        score.attacks(truth, said);
        score.silences(truth, said);
        score
    }

    fn own_fault(&mut self, terminal: &str, fault: &OwnFault, verdict: Option<&SaidVerdict>) {
        let blamed = verdict.filter(|verdict| verdict.is_own());
        let of = if fault.counts { self.faults.entry(fault.fault).or_default() } else { &mut self.small };
        of.add(blamed.is_some());
        let Some(said) = blamed else {
            if fault.counts {
                let instead = verdict.map_or("normal".to_owned(), told);
                self.errors.push(format!("missed {} of {terminal}, said {instead}", fault.fault));
            }
            return;
        };
        self.cause.add(said.cause == fault.cause);
        self.reason.add(said.reason == fault.reason);
        *self.causes.entry((fault.cause, said.cause)).or_default() += 1;
        *self.reasons.entry((fault.reason, said.reason)).or_default() += 1;
        self.windows.push(said.window.map_or(0.0, |window| intersection_over_union(window, fault.window)));
        if said.reason != fault.reason {
            self.errors.push(format!("misnamed {} of {terminal}, said {}", fault.fault, told(said)));
        }
    }

    /// Whether what was said of a terminal is so.
    fn claim(&mut self, truth: &Truth, said: &Said, verdict: &SaidVerdict, is_blamed: bool) {
        let is_right = match verdict.state {
            State::Own | State::Mixed => !is_blamed || truth.own.contains_key(&verdict.terminal),
            State::Attack => truth.attacked.contains(&verdict.terminal),
            State::Silent => is_power(truth, verdict) || in_silent_site(said, verdict),
            _ => return,
        };
        if let Some(confidence) = verdict.confidence {
            self.calibration.add(confidence, is_right);
        }
        if !is_right {
            let named = [
                (&truth.touched, "touched"),
                (&truth.mixed, "mix"),
                (&truth.stormed, "storm"),
                (&truth.busy, "busy"),
                (&truth.attacked, "attacked"),
            ];
            let among = named.iter().filter(|(terminals, _)| terminals.contains(&verdict.terminal));
            let mut also: Vec<&str> = among.map(|(_, name)| *name).collect();
            also.extend(truth.own.get(&verdict.terminal).map(|fault| fault.fault));
            let (terminal, told) = (&verdict.terminal, told(verdict));
            self.errors.push(format!("false {told} of {terminal} ({})", also.join(", ")));
        }
    }

    fn attacks(&mut self, truth: &Truth, said: &Said) {
        let is_attack = |verdict: &SaidVerdict| verdict.state == State::Attack;
        for terminal in &truth.attacked {
            let verdict = said.verdict(terminal);
            self.attacks.add(verdict.is_some_and(is_attack));
            if !verdict.is_some_and(is_attack) {
                let instead = verdict.map_or("normal".to_owned(), told);
                self.errors.push(format!("missed attack of {terminal}, said {instead}"));
            }
        }
        let calls = said.verdicts.iter().filter(|verdict| is_attack(verdict));
        self.false_attacks =
            calls.filter(|verdict| !truth.attacked.contains(&verdict.terminal)).count() as u64;
    }

    /// A silence is found where one of its terminals is called silent, or an incident of silence holds it.
    fn silences(&mut self, truth: &Truth, said: &Said) {
        for power in &truth.powers {
            let is_found = said.verdicts.iter().any(|verdict| tells_of(verdict, power, said));
            self.powers.add(is_found);
            if power.is_long {
                self.long_powers.add(is_found);
            }
            if !is_found {
                let terminals: Vec<&str> = power.terminals.iter().map(String::as_str).collect();
                let long = if power.is_long { "long" } else { "short" };
                self.errors.push(format!("missed {long} loss of power of {}", terminals.join(", ")));
            }
        }
        let called = said.verdicts.iter().filter(|verdict| verdict.state == State::Silent);
        let alone = called.filter(|verdict| !is_power(truth, verdict) && !in_silent_site(said, verdict));
        let of_sites = said.incidents.iter().filter(|incident| incident.reason == SILENCE);
        let untrue = of_sites.filter(|incident| {
            let holds = |verdict: &&SaidVerdict| verdict.incidents.contains(&incident.id);
            let held = || said.verdicts.iter().filter(holds);
            !truth.powers.iter().any(|power| {
                overlap(power.window, incident.window)
                    && held().any(|verdict| power.terminals.contains(&verdict.terminal))
            })
        });
        self.false_silences = (alone.count() + untrue.count()) as u64;
    }

    /// Adds other days.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.own += other.own;
        for (fault, found) in &other.faults {
            *self.faults.entry(fault).or_default() += *found;
        }
        for (sums, more) in [(&mut self.causes, &other.causes), (&mut self.reasons, &other.reasons)] {
            for (pair, count) in more {
                *sums.entry(*pair).or_default() += count;
            }
        }
        for (sum, more) in [
            (&mut self.small, other.small),
            (&mut self.cause, other.cause),
            (&mut self.reason, other.reason),
            (&mut self.touched, other.touched),
            (&mut self.mixed, other.mixed),
            (&mut self.stormed, other.stormed),
            (&mut self.busy, other.busy),
            (&mut self.attacked, other.attacked),
            (&mut self.attacks, other.attacks),
            (&mut self.powers, other.powers),
            (&mut self.long_powers, other.long_powers),
        ] {
            *sum += more;
        }
        self.windows.extend(&other.windows);
        self.false_attacks += other.false_attacks;
        self.false_silences += other.false_silences;
        self.calibration += &other.calibration;
    }
}

/// How right it is to blame those terminals. Faults too small to be found are no misses, and those who find
/// them are no false alarms.
pub(crate) fn own_accuracy(truth: &Truth, blamed: &BTreeSet<&str>) -> Accuracy {
    let mut accuracy = Accuracy::default();
    blamed.iter().for_each(|terminal| accuracy.precision.add(truth.own.contains_key(*terminal)));
    for (terminal, fault) in truth.own.iter().filter(|(_, fault)| fault.counts) {
        accuracy.recall.add(blamed.contains(terminal.as_str()) && fault.counts);
    }
    accuracy
}

/// Whether a terminal is said to have fallen silent while it was without power: as such, or as a fault of
/// its own for that reason.
fn is_power(truth: &Truth, verdict: &SaidVerdict) -> bool {
    truth.powers.iter().any(|power| tells_itself_of(verdict, power))
}

fn tells_itself_of(verdict: &SaidVerdict, power: &PowerLoss) -> bool {
    let is_silent = verdict.state == State::Silent || (verdict.is_own() && verdict.reason == SILENCE);
    is_silent
        && power.terminals.contains(&verdict.terminal)
        && verdict.window.is_some_and(|window| overlap(window, power.window))
}

fn tells_of(verdict: &SaidVerdict, power: &PowerLoss, said: &Said) -> bool {
    let of_incidents = said.incidents.iter().filter(|incident| {
        incident.reason == SILENCE
            && verdict.incidents.contains(&incident.id)
            && overlap(incident.window, power.window)
    });
    tells_itself_of(verdict, power)
        || (power.terminals.contains(&verdict.terminal) && of_incidents.count() > 0)
}

/// Whether the silence is told by an incident, too, which is then judged in its place.
fn in_silent_site(said: &Said, verdict: &SaidVerdict) -> bool {
    said.incidents
        .iter()
        .any(|incident| incident.reason == SILENCE && verdict.incidents.contains(&incident.id))
}

fn told(verdict: &SaidVerdict) -> String {
    let SaidVerdict { state, reason, observed, expected, .. } = verdict;
    let confidence = verdict.confidence.map_or(String::new(), |confidence| format!(", {confidence:.3} sure"));
    let window = verdict.window.map_or(String::new(), crate::day::hours);
    format!("{} {reason}{window} ({observed} for {expected:.1}{confidence})", state.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(terminal: &str, state: State, reason: &'static str) -> SaidVerdict {
        SaidVerdict {
            terminal: terminal.to_owned(),
            state,
            cause: "card",
            reason,
            window: Some((0, 100)),
            confidence: Some(0.96),
            incidents: Vec::new(),
            observed: 5,
            expected: 0.2,
        }
    }

    fn fault(counts: bool) -> OwnFault {
        let (cause, reason) = ("card", "reader_hardware_fault");
        OwnFault { fault: "reader", cause, reason, window: (0, 200), counts }
    }

    fn truth() -> Truth {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Truth {
            own: [("1", true), ("2", true), ("3", false), ("4", false)]
                .map(|(terminal, counts)| (terminal.to_owned(), fault(counts)))
                .into(),
            touched: names(&["5", "6"]),
            attacked: names(&["7"]),
            powers: vec![PowerLoss { terminals: names(&["8", "9"]), window: (50, 150), is_long: true }],
            ..Truth::default()
        }
    }

    #[test]
    fn small_faults_are_neither_missed_nor_false() {
        let said = |verdicts| Said { verdicts, incidents: Vec::new() };
        let score = TerminalScore::of(
            &truth(),
            &said(vec![
                verdict("1", State::Own, "reader_hardware_fault"),
                verdict("3", State::Mixed, "weak_signal"),
                verdict("5", State::Own, "weak_signal"),
            ]),
        );
        let (precision, recall) = (score.own.precision, score.own.recall);
        assert_eq!((precision, recall), (Of { hits: 2, all: 3 }, Of { hits: 1, all: 2 }));
        assert_eq!(score.faults["reader"], Of { hits: 1, all: 2 });
        assert_eq!(score.small, Of { hits: 1, all: 2 });
        assert_eq!((score.cause, score.reason), (Of { hits: 2, all: 2 }, Of { hits: 1, all: 2 }));
        assert_eq!(score.reasons[&("reader_hardware_fault", "weak_signal")], 1);
        assert_eq!(score.touched, Of { hits: 1, all: 2 });
        assert_eq!(score.windows, [0.5, 0.5]);
        let [.., (claims, right, _), _] = score.calibration.bands;
        assert_eq!((claims, right), (3, 2));
    }

    #[test]
    fn attacks_and_silences_are_found_at_their_terminals() {
        let far = SaidVerdict { window: Some((150, 300)), ..verdict("8", State::Silent, "") };
        let verdicts = vec![
            verdict("6", State::Attack, "suspected_fraud"),
            verdict("7", State::Own, "weak_signal"),
            far.clone(),
        ];
        let score = TerminalScore::of(&truth(), &Said { verdicts, incidents: Vec::new() });
        assert_eq!((score.attacks, score.false_attacks), (Of { hits: 0, all: 1 }, 1));
        assert_eq!(score.attacked, Of { hits: 1, all: 1 });
        assert_eq!((score.powers, score.false_silences), (Of { hits: 0, all: 1 }, 1));
        let verdicts = vec![verdict("9", State::Own, SILENCE)];
        let score = TerminalScore::of(&truth(), &Said { verdicts, incidents: Vec::new() });
        assert_eq!((score.powers, score.false_silences), (Of { hits: 1, all: 1 }, 0));
        assert_eq!(score.own.precision.all, 0, "lost power is no false alarm");
    }
}
