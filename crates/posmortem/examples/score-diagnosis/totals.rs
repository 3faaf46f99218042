//! Days of one world and effect together, and the figures that they come to.

use crate::cost::Cost;
use crate::day::DayScore;
use crate::incident_score::IncidentScore;
use crate::rate::Accuracies;
use crate::terminal_score::TerminalScore;

/// How right several days were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) days: u64,
    pub(crate) own: Accuracies,
    pub(crate) incidents_by_day: Accuracies,
    pub(crate) terminals: TerminalScore,
    pub(crate) incidents: IncidentScore,
    pub(crate) baselines: Option<[Accuracies; 3]>,
    pub(crate) cost: Cost,
}

/// Windows are met where they share so much of what they cover together.
pub(crate) const MET: f64 = 0.8;

impl Totals {
    /// Adds a day.
    pub(crate) fn add(&mut self, day: &DayScore) {
        self.days += 1;
        self.own.0.push(day.terminals.own);
        self.incidents_by_day.0.push(day.incidents.accuracy);
        self.terminals.absorb(&day.terminals);
        self.incidents.absorb(&day.incidents);
        if let Some(day) = &day.baselines {
            let sums = self.baselines.get_or_insert_default();
            sums.iter_mut().zip(day).for_each(|(sum, day)| sum.0.push(*day));
        }
        self.cost += day.cost;
    }

    /// So many a day.
    pub(crate) fn a_day(&self, count: u64) -> f64 {
        count as f64 / self.days.max(1) as f64
    }

    /// The figures that can be held to floors: names and values.
    pub(crate) fn figures(&self) -> Vec<(&'static str, f64)> {
        let [precision, recall, f1] = self.own.mean();
        let (terminals, incidents) = (&self.terminals, &self.incidents);
        let [incident_precision, incident_recall, incident_f1] = incidents.accuracy.figures();
        vec![
            ("own_precision", precision),
            ("own_recall", recall),
            ("own_f1", f1),
            ("own_f1_worst_day", self.own.worst()[2]),
            ("own_window_iou_median", median(&terminals.windows)),
            ("cause_right", terminals.cause.share()),
            ("reason_right", terminals.reason.share()),
            ("touched_blamed", share_of_blamed(terminals.touched)),
            ("mix_blamed", share_of_blamed(terminals.mixed)),
            ("storm_blamed", share_of_blamed(terminals.stormed)),
            ("busy_blamed", share_of_blamed(terminals.busy)),
            ("attacked_blamed", share_of_blamed(terminals.attacked)),
            ("attacks_found", terminals.attacks.share()),
            ("false_attacks_a_day", self.a_day(terminals.false_attacks)),
            ("power_found", terminals.powers.share()),
            ("long_power_found", terminals.long_powers.share()),
            ("false_silences_a_day", self.a_day(terminals.false_silences)),
            ("incident_precision", incident_precision),
            ("incident_recall", incident_recall),
            ("incident_f1", incident_f1),
            ("incident_window_iou_median", median(&incidents.windows)),
            ("incident_window_iou_mean", mean(&incidents.windows)),
            ("incident_windows_met", met(&incidents.windows)),
            ("extra_incidents_a_day", self.a_day(incidents.extra)),
        ]
    }

    /// The figures of days on which nothing is wrong.
    pub(crate) fn null_figures(&self) -> Vec<(&'static str, f64)> {
        let terminals = &self.terminals;
        vec![
            ("null_own_a_day", self.a_day(terminals.own.precision.all)),
            ("null_incidents_a_day", self.a_day(self.incidents.extra)),
            ("null_attacks_a_day", self.a_day(terminals.false_attacks)),
            ("null_silences_a_day", self.a_day(terminals.false_silences)),
        ]
    }
}

fn share_of_blamed(of: crate::rate::Of) -> f64 {
    if of.all == 0 { 0.0 } else { of.share() }
}

/// The middle one; 1 of none, for none was missed.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 1.0,
        len if len % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// The mean; 1 of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 1.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The share of windows that are met; 1 of none.
pub(crate) fn met(values: &[f64]) -> f64 {
    mean(&values.iter().map(|shared| f64::from(u8::from(*shared >= MET))).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_summed_up() {
        let shared = [1.0, 0.5, 0.9, 0.8];
        assert!((median(&shared) - 0.85).abs() < 1e-12 && (mean(&shared) - 0.8).abs() < 1e-12);
        assert_eq!((met(&shared), median(&[0.2, 0.1, 0.9])), (0.75, 0.2));
        assert_eq!((median(&[]), mean(&[]), met(&[])), (1.0, 1.0, 1.0));
    }
}
