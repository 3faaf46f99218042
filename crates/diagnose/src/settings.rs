//! What may be asked of a diagnosis.

use crate::{History, Inventory};

/// What may be asked of a diagnosis.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Terminals (without left zeros) whose verdicts are to be explained step by step.
    pub why: Vec<String>,
    /// What the acquirer's own list says of terminals.
    pub inventory: Inventory,
    /// What earlier days let expect.
    pub history: History,
}
