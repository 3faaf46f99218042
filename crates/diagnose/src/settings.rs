//! What may be asked of a diagnosis.

use crate::{DayFindings, History, Inventory};

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
}
