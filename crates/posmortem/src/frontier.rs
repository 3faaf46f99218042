//! How far in time an input has come, told by its legs and not misled by a few wrong clocks.

/// The sixteenth-latest time of an input's legs so far.
///
/// A broken clock that writes one line of the year 2099 would otherwise put the rest of the file
/// out of order. Sixteen such lines still do, and the ledger then says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frontier {
    /// The latest times, ascending.
    latest: Vec<i64>,
}

/// As many wrong times as an input may have without harm, and one more.
pub(crate) const DEPTH: usize = 16;

impl Frontier {
    /// Takes note of a leg.
    pub(crate) fn see(&mut self, millis: i64) {
        if self.latest.len() == DEPTH {
            if millis <= self.latest[0] {
                return;
            }
            self.latest.remove(0);
        }
        let at = self.latest.partition_point(|&latest| latest <= millis);
        self.latest.insert(at, millis);
    }

    /// Whether all legs of a block are near enough to the times seen before them, in whatever order
    /// they come, so that none needs to be looked at by itself.
    pub(crate) fn has_all_in_front(&self, earliest: i64, latest: i64, horizon_ms: i64) -> bool {
        let reached = self.reached().map_or(latest, |reached| reached.max(latest));
        earliest >= reached.saturating_sub(horizon_ms)
    }

    /// How many legs of those seen are later than a time by more than the horizon, at most [`DEPTH`].
    pub(crate) fn ahead_of(&self, millis: i64, horizon_ms: i64) -> usize {
        let bound = millis.saturating_add(horizon_ms);
        self.latest.len() - self.latest.partition_point(|&latest| latest <= bound)
    }

    /// The latest times, ascending.
    pub(crate) fn latest(&self) -> &[i64] {
        &self.latest
    }

    /// Whether no leg of a block has any before it that is later by more than the horizon.
    pub(crate) fn is_in_front_of_all(&self, earliest: i64, latest: i64, horizon_ms: i64) -> bool {
        let latest = self.latest.last().map_or(latest, |seen| latest.max(*seen));
        latest <= earliest.saturating_add(horizon_ms)
    }

    /// Whether a time lies further back than the horizon.
    pub(crate) fn is_behind(&self, millis: i64, horizon_ms: i64) -> bool {
        self.reached().is_some_and(|reached| millis < reached.saturating_sub(horizon_ms))
    }

    /// The time that the input has reached, once there are enough legs to tell.
    pub(crate) fn reached(&self) -> Option<i64> {
        (self.latest.len() == DEPTH).then(|| self.latest[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wrong_clocks_move_nothing() {
        let mut frontier = Frontier::default();
        (0..15).for_each(|_| frontier.see(4_070_908_800_000));
        assert_eq!(frontier.reached(), None);
        (1..=100).for_each(|millis| frontier.see(millis));
        assert_eq!(frontier.reached(), Some(100));
        frontier.see(50);
        assert_eq!(frontier.reached(), Some(100));
    }
}
