//! What codes and reversal reasons mean in this world.
//!
//! Kept in files of the crate's own, so that the truth does not rest on the tables it is to check.

use crate::World;
use posmortem_iso8583::rows;

const CODES: &str = include_str!("../data/codes.tsv");
const LABELLED_CODES: &str = include_str!("../data/labelled-codes.tsv");
const REVERSALS: &str = include_str!("../data/reversal-reasons.tsv");
const MASKED: &str = include_str!("../data/masked-codes.tsv");

/// The five causes, in the order of reports.
pub const CAUSES: [&str; 5] = ["network", "account", "card", "key", "operator"];

/// The dialects of the plain world.
pub(crate) const DIALECTS: [&str; 2] = ["iso1987", "unionpay-pos"];

/// A reason and the number of its cause in [`CAUSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name used in reports.
    pub name: &'static str,
    /// Its cause.
    pub cause: usize,
}

/// What a code decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approves,
    /// The reason's number.
    Declines(u8),
    /// Nothing that the dialect lists.
    Nothing,
}

/// A code of one dialect.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) dialect: &'static str,
    pub(crate) text: &'static str,
    pub(crate) weight: f64,
    decision: Decision,
    /// The decision in voids and refunds.
    related: Decision,
}

impl Code {
    pub(crate) fn decision(&self, is_related: bool) -> Decision {
        if is_related { self.related } else { self.decision }
    }
}

/// Why something is taken back.
#[derive(Clone, Debug)]
pub(crate) struct WhyReversed {
    pub(crate) text: &'static str,
    pub(crate) lost: f64,
    pub(crate) answered: f64,
    pub(crate) reason: Option<u8>,
}

/// All facts.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) reasons: Vec<Reason>,
    pub(crate) codes: Vec<Code>,
    pub(crate) reversals: Vec<WhyReversed>,
    pub(crate) masked: Vec<(&'static str, &'static str)>,
}

impl Facts {
    /// Reads the tables that the crate carries for a world.
    pub(crate) fn read(world: World) -> Self {
        const WELL_FORMED: &str = "the crate's own tables are checked by a test";
        let mut reasons: Vec<Reason> = Vec::new();
        let mut number = |cause: &'static str, name: &'static str| {
            let cause = CAUSES.iter().position(|known| *known == cause)?;
            let reason = Reason { name, cause };
            let at = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            });
            Some(at as u8)
        };
        let codes = if world == World::Plain { CODES } else { LABELLED_CODES };
        let table =
            rows(codes, ["dialect", "code", "weight", "cause", "reason", "related"]).expect(WELL_FORMED);
        let codes = table.into_iter().map(|row| {
            let [dialect, text, weight, cause, reason, related] = row.fields;
            let decision = match number(cause, reason) {
                _ if cause == "approved" => Decision::Approves,
                Some(reason) => Decision::Declines(reason),
                None => Decision::Nothing,
            };
            let related = match related {
                "-" => decision,
                related => {
                    let (cause, reason) = related.split_once('/').unwrap_or((cause, related));
                    number(cause, reason).map_or(Decision::Nothing, Decision::Declines)
                }
            };
            Code { dialect, text, weight: weight.parse().expect(WELL_FORMED), decision, related }
        });
        let codes = codes.collect();
        // What a time-out is called where no reversal tells.
        number("network", "response_timeout");
        let table = rows(REVERSALS, ["code", "lost", "answered", "cause", "reason"]).expect(WELL_FORMED);
        let reversals = table.into_iter().map(|row| {
            let [code, lost, answered, cause, reason] = row.fields;
            WhyReversed {
                text: if code == "-" { "" } else { code },
                lost: lost.parse().expect(WELL_FORMED),
                answered: answered.parse().expect(WELL_FORMED),
                reason: number(cause, reason),
            }
        });
        let reversals = reversals.collect();
        let table = rows(MASKED, ["upstream", "shown"]).expect(WELL_FORMED);
        let masked = table.into_iter().map(|row| (row.fields[0], row.fields[1])).collect();
        Self { reasons, codes, reversals, masked }
    }

    /// The cause of a code that declines, as its number in [`CAUSES`].
    pub(crate) fn cause(&self, code: u8) -> Option<usize> {
        match self.codes[usize::from(code)].decision {
            Decision::Declines(reason) => Some(self.reasons[usize::from(reason)].cause),
            Decision::Approves | Decision::Nothing => None,
        }
    }

    /// The number of a code in a dialect.
    pub(crate) fn code(&self, dialect: &str, text: &str) -> Option<u8> {
        let found = self.codes.iter().position(|code| code.dialect == dialect && code.text == text);
        found.map(|at| at as u8)
    }

    /// The number of the reason that a request without an answer has.
    pub(crate) fn timeout(&self) -> u8 {
        let found = self.reasons.iter().position(|reason| reason.name == "response_timeout");
        found.unwrap_or_default() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        let facts = Facts::read(World::Plain);
        assert!(facts.codes.len() > 50 && facts.reversals.len() == 7);
        for dialect in DIALECTS {
            assert!(facts.code(dialect, "00").is_some());
            for (upstream, shown) in &facts.masked {
                assert!(facts.code(dialect, upstream).is_some() && facts.code(dialect, shown).is_some());
            }
        }
        assert_eq!(facts.reasons[usize::from(facts.timeout())].cause, 0);
        let unlisted = facts.codes.iter().filter(|code| code.decision == Decision::Nothing);
        assert!(unlisted.clone().count() > 2 && unlisted.clone().all(|code| code.weight < 5.0));
    }

    #[test]
    fn labelled_worlds_have_codes_of_every_cause_that_their_dialects_know() {
        let facts = Facts::read(World::City);
        for dialect in ["unionpay-pos", "gicc", "visa", "iso1987"] {
            let of_cause = |cause: usize| {
                let is_one =
                    |at: &usize| facts.codes[*at].dialect == dialect && facts.cause(*at as u8) == Some(cause);
                (0..facts.codes.len()).filter(is_one).map(|at| facts.codes[at].weight).sum::<f64>()
            };
            let weights: Vec<f64> = (0..CAUSES.len()).map(of_cause).collect();
            // ISO 8583:1987 lists no code of keys.
            let known = weights.iter().filter(|weight| **weight > 0.0).count();
            assert_eq!(known, if dialect == "iso1987" { 4 } else { 5 }, "{dialect}");
            assert!(facts.masked.iter().all(|(upstream, _)| facts.code(dialect, upstream).is_some()));
        }
        assert!(facts.codes.iter().all(|code| code.decision != Decision::Nothing));
        let code = &facts.codes[usize::from(facts.code("gicc", "57").unwrap())];
        let Decision::Declines(related) = code.decision(true) else { panic!("57 declines") };
        assert_eq!(CAUSES[facts.reasons[usize::from(related)].cause], "operator");
    }

    #[test]
    fn a_void_may_change_the_reason() {
        let facts = Facts::read(World::Plain);
        let code = &facts.codes[usize::from(facts.code("unionpay-pos", "12").unwrap())];
        assert_ne!(code.decision(false), code.decision(true));
    }
}
