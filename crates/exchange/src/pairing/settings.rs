//! How long things may take.

use std::collections::BTreeMap;

/// How long things may take.
#[derive(Clone, Debug)]
pub struct PairingSettings {
    /// How far apart in time the legs of one exchange and its reversal may lie, in milliseconds.
    pub horizon_ms: i64,
    /// After how many milliseconds an answer is late.
    pub timeout_ms: i64,
    /// The same for single links, by name.
    pub link_timeouts_ms: BTreeMap<String, i64>,
}

impl Default for PairingSettings {
    /// Ten minutes and sixty seconds.
    fn default() -> Self {
        Self { horizon_ms: 600_000, timeout_ms: 60_000, link_timeouts_ms: BTreeMap::new() }
    }
}

impl PairingSettings {
    /// After how many milliseconds an answer on this link is late.
    pub fn timeout_of(&self, link: &str) -> i64 {
        self.link_timeouts_ms.get(link).copied().unwrap_or(self.timeout_ms)
    }
}
