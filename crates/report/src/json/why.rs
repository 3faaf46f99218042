//! The key `why` of a terminal: how its verdict came about, for those that were asked for.

use crate::decimal::Decimal;
use crate::evidence;
use crate::shown::Shown;
use posmortem_classify::Language;
use posmortem_exchange::Names;
use posmortem_iso8583::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub(super) struct Why {
    attempts: u64,
    failed: u64,
    failures: Vec<Failures>,
    weighed: Vec<Weighed>,
    would_change: Vec<String>,
}

/// One kind of failure: observed = incidents + set_aside + left.
#[derive(Serialize, JsonSchema)]
struct Failures {
    what: &'static str,
    observed: u64,
    fleet: Decimal,
    mix: Decimal,
    incidents: u64,
    set_aside: u64,
    left: u64,
}

#[derive(Serialize, JsonSchema)]
struct Weighed {
    signature: &'static str,
    start: Shown<Timestamp>,
    end: Shown<Timestamp>,
    attempts: u64,
    observed: u64,
    expected: Decimal,
    ln_bayes: Decimal,
    chance: Decimal,
}

impl Why {
    pub(super) fn of(why: &posmortem_diagnose::Why, names: &Names, language: Language) -> Self {
        let failures = why.lines.iter().map(|line| Failures {
            what: line.what,
            observed: line.observed,
            fleet: line.fleet.into(),
            mix: line.mix.into(),
            incidents: line.incidents,
            set_aside: line.set_aside,
            left: line.left(),
        });
        let weighed = why.weighed.iter().map(|weighed| Weighed {
            signature: weighed.signature,
            start: Shown(weighed.window.0),
            end: Shown(weighed.window.1),
            attempts: weighed.attempts,
            observed: weighed.observed,
            expected: weighed.expected.into(),
            ln_bayes: Decimal::signed(weighed.ln_bayes),
            chance: weighed.chance.into(),
        });
        Self {
            attempts: why.attempts,
            failed: why.failed,
            failures: failures.collect(),
            weighed: weighed.collect(),
            would_change: evidence::sentences(&why.would_change, names, language),
        }
    }
}
