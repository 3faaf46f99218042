//! Which exchanges a run looks at.
//!
//! Filters choose exchanges after pairing, so that both sides of one are chosen together; the
//! ledger always covers the whole input.

use posmortem_classify::Cause;
use posmortem_exchange::{Aside, Conclusion, Exchange, Names, terminal_key};
use posmortem_iso8583::{ResponseCode, Timestamp};

/// What to look at; an empty list and `None` mean everything. Different conditions must all hold, of one list's
/// values any. It chooses what is counted and told; judged is the whole fleet.
///
/// ```
/// use posmortem::classify::Cause;
/// use posmortem::{Filter, InputSource, Settings, analyse};
/// let filter = Filter { terminals: vec!["10012307".into()], causes: vec![Cause::Key], ..Filter::default() };
/// let day = InputSource::Path("../../fixtures/day.csv".into());
/// let run = analyse(&[day], &Settings { filter, ..Settings::default() }, &mut ());
/// assert_eq!(run.selected, 29);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exchanges that began at this moment or after it.
    pub since: Option<Timestamp>,
    /// Exchanges that began before this moment.
    pub until: Option<Timestamp>,
    /// Terminals, with or without left zeros.
    pub terminals: Vec<String>,
    /// Merchants.
    pub merchants: Vec<String>,
    /// Issuers, by name or prefix of the card number as the report shows them.
    pub issuers: Vec<String>,
    /// Causes of failures.
    pub causes: Vec<Cause>,
    /// Terminal-facing codes.
    pub codes: Vec<ResponseCode>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it lets this exchange through.
    pub fn takes(&self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> bool {
        if self.is_open() {
            return true;
        }
        let one_of =
            |wanted: &[String], name: &str| wanted.is_empty() || wanted.iter().any(|text| text == name);
        self.takes_there(exchange.at(), names.text(exchange.terminal_key()))
            && one_of(&self.merchants, names.text(exchange.symbol(|leg| leg.merchant)))
            && one_of(&self.issuers, names.text(exchange.symbol(|leg| leg.issuer)))
            && (self.causes.is_empty()
                || conclusion.cause().is_some_and(|cause| self.causes.contains(&cause)))
            && (self.codes.is_empty()
                || conclusion
                    .code
                    .is_some_and(|code| self.codes.iter().any(|wanted| wanted.padded() == code.padded())))
    }

    /// Whether it lets a message through that is no attempt: one that has neither issuer nor cause is not chosen
    /// by these.
    pub(crate) fn takes_aside(&self, aside: &Aside, names: &Names) -> bool {
        let by_attempt = !self.merchants.is_empty() || !self.issuers.is_empty();
        let by_ending = !self.causes.is_empty() || !self.codes.is_empty();
        !by_attempt && !by_ending && self.takes_there(aside.at, names.text(aside.terminal_key))
    }

    /// Whether it lets through what happened then at that terminal, told without left zeros.
    fn takes_there(&self, at: Timestamp, terminal: &str) -> bool {
        let is_terminal = |wanted: &String| terminal_key(wanted) == terminal;
        self.since.is_none_or(|since| !is_before(at, since))
            && self.until.is_none_or(|until| is_before(at, until))
            && (self.terminals.is_empty() || self.terminals.iter().any(is_terminal))
    }
}

/// Instants where both tell their zone, and else what the clocks on the wall showed.
fn is_before(at: Timestamp, bound: Timestamp) -> bool {
    match (at.offset_minutes, bound.offset_minutes) {
        (Some(_), Some(_)) => at.millis < bound.millis,
        _ => at.civil_millis() < bound.civil_millis(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_decide_only_where_both_tell_them() {
        let at = |millis, offset_minutes| Timestamp { millis, offset_minutes };
        let hour = 3_600_000;
        assert!(is_before(at(0, Some(480)), at(1, Some(0))));
        // 08:00 on the wall in Shanghai against 07:00 on a wall that is not told.
        assert!(!is_before(at(0, Some(480)), at(7 * hour, None)));
        assert!(is_before(at(0, Some(480)), at(9 * hour, None)));
    }
}
