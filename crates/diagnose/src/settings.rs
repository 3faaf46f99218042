//! What may be asked of a diagnosis.

use crate::{DayFindings, History, Inventory, Recurrences};

/// What may be asked of a diagnosis.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Terminals (without left zeros) whose verdicts are to be explained step by step.
    pub why: Vec<String>,
    /// What the acquirer's own list says of terminals.
    pub inventory: Inventory,
    /// What earlier days let expect.
    pub history: History,
    /// What was found on other days, where that is asked for: the pipeline then tells what is new. No verdict
    /// depends on it, and who was not at fault then is not looked at.
    pub past: Option<Vec<DayFindings>>,
    /// What lies more days before is about to be thrown away, and is left out of both: a run that is done again then
    /// says the same.
    pub kept_days: Option<u32>,
}

impl Settings {
    /// So many days before are looked at.
    pub fn days_before(&self) -> u32 {
        self.kept_days.map_or(Recurrences::DAYS, |kept| kept.min(Recurrences::DAYS))
    }
}
