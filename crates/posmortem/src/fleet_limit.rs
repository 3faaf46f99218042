//! How many terminals a run has met, against the most that it takes.
//!
//! Every terminal counts, whatever the filter: names and what waits for its partner take memory for all of them. One
//! bit for each name of the log.

use posmortem_exchange::Symbol;

pub(crate) struct FleetLimit {
    most: u64,
    met: u64,
    /// By [`Symbol::index`].
    is_met: Vec<u64>,
}

impl FleetLimit {
    pub(crate) fn new(most: u64) -> Self {
        Self { most, met: 0, is_met: Vec::new() }
    }

    /// Takes note of the terminal of a message.
    pub(crate) fn meet(&mut self, terminal: Symbol) {
        let (word, bit) = (terminal.index() / 64, 1 << (terminal.index() % 64));
        if word >= self.is_met.len() {
            self.is_met.resize(word + 1, 0);
        }
        if !terminal.is_absent() && self.is_met[word] & bit == 0 {
            self.is_met[word] |= bit;
            self.met += 1;
        }
    }

    /// Whether there are more than it takes.
    pub(crate) fn is_crossed(&self) -> bool {
        self.met > self.most
    }
}
