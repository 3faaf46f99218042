//! Scores for machines.

use crate::baselines::BASELINES;
use crate::calibration::{BANDS, Calibration};
use crate::rate::Of;
use crate::totals::Totals;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One world and effect, or one world without faults (no effect).
pub(crate) fn scores(world: &str, effect: Option<f64>, totals: &Totals) -> Value {
    let figures = if effect.is_some() { totals.figures() } else { totals.null_figures() };
    let figures: Map<String, Value> =
        figures.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let baselines: Map<String, Value> = BASELINES
        .into_iter()
        .zip(totals.baselines.iter().flatten())
        .map(|(name, days)| (name.to_owned(), json!(days.mean())))
        .collect();
    json!({
        "world": world,
        "effect": effect,
        "days": totals.days,
        "figures": figures,
        "own_faults": by_fault(&totals.terminals.faults),
        "incidents": by_fault(&totals.incidents.faults),
        "baselines": baselines,
        "verdict_calibration": calibration(&totals.terminals.calibration),
        "incident_calibration": calibration(&totals.incidents.calibration),
        "exchanges": totals.cost.exchanges,
        "seconds": totals.cost.seconds,
        "cpu_seconds": totals.cost.cpu_seconds,
    })
}

fn by_fault(faults: &BTreeMap<&'static str, Of>) -> Value {
    let counts = |(fault, of): (&&str, &Of)| ((*fault).to_owned(), json!([of.hits, of.all]));
    Value::Object(faults.iter().map(counts).collect())
}

fn calibration(of: &Calibration) -> Value {
    let bands = BANDS.iter().zip(&of.bands);
    let bands = bands.map(|(from, (claims, right, sum))| {
        json!({ "from": from, "claims": claims, "right": right, "confidence_sum": sum })
    });
    json!({ "bands": bands.collect::<Vec<_>>(), "brier": of.brier() })
}
