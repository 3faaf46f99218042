//! What may be asked of a diagnosis.

/// What may be asked of a diagnosis.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Terminals (without left zeros) whose verdicts are to be explained step by step.
    pub why: Vec<String>,
}
