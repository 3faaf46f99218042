//! What a fault is called: the traces beyond codes that name its reason more closely.
//!
//! Rows of `data/traces.tsv`. They never make a fault where the test found none; some of them tell that
//! it is the customers' cards and not the terminal, and some are no more than evidence.

use super::cards::Part;
use super::own::Hits;
use super::{Judge, share};
use crate::own::Suspect;
use crate::{Attempt, Attribute, Evidence, Flags, UNTOLD, Value};
use posmortem_classify::Reason;
use posmortem_exchange::{Symbol, TerminalEventKind, Traces};
use posmortem_iso8583::TableRow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Terminals of a site with a read fault at the same time that make it interference.
const FEWEST_DISTURBED: usize = 2;
/// An operator's share of a terminal's hits must be so many times that of its other failures: one who
/// works there all day has all of both.
const MORE_OFTEN: u64 = 2;

/// What speaks for a reason, and who has the fault.
pub(super) struct Named {
    pub(super) reason: Reason,
    pub(super) blamed: Blamed,
    pub(super) evidence: Vec<Evidence>,
}

/// Who has the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blamed {
    Terminal,
    /// The customers': other terminals that read others cannot read them, either.
    Cards,
}

/// How many hits (or their cards) show a trace, and the numbers for its sentence.
struct Held {
    count: u64,
    values: Vec<Value>,
}

/// What disturbs a whole site is over sooner; readers that die take longer.
const SHORT_MS: i64 = 3 * 3_600_000;

/// Whether two windows are one: short, and with more in common than apart, for what disturbs a site begins and
/// ends for all of it.
fn coincide(one: (i64, i64), other: (i64, i64)) -> bool {
    let common = one.1.min(other.1) - one.0.max(other.0);
    let whole = one.1.max(other.1) - one.0.min(other.0);
    whole <= SHORT_MS && 2 * common >= whole
}

impl Judge<'_, '_> {
    /// The first rule of the signature that holds gives the reason; rules without one speak beside it.
    pub(super) fn named(&self, suspect: &Suspect, hits: &Hits) -> Named {
        let signature = self.signatures.get(suspect.signature).name;
        let mut named = Named { reason: suspect.reason, blamed: Blamed::Terminal, evidence: Vec::new() };
        let mut is_decided = false;
        for rule in rules().iter().filter(|rule| rule.signature == signature) {
            if rule.reason.is_some() && is_decided {
                continue;
            }
            let held = self.holding(rule.trace, suspect, hits);
            if held.count == 0 || held.count * 100 < hits.rows.len() as u64 * rule.least_percent {
                continue;
            }
            named.evidence.push(Evidence::new(rule.evidence, held.values));
            if let Some(reason) = rule.reason {
                (named.reason, named.blamed, is_decided) = (reason, rule.blames, true);
            }
        }
        named
    }

    fn holding(&self, trace: Trace, suspect: &Suspect, hits: &Hits) -> Held {
        let with =
            |traces: Traces| hits.rows.iter().filter(|at| self.fleet.traces(**at).has(traces)).count() as u64;
        let count = match trace {
            Trace::Told(traces) => with(traces),
            Trace::SwipedThoughFine => with(Traces::CHIP_CARD | Traces::CHIP_READ_FINE),
            Trace::FailElsewhere(part) => {
                let elsewhere = self.cards_elsewhere;
                let failing = hits.cards.iter().filter(|card| {
                    elsewhere.failed(part, **card) && !elsewhere.read_well(part, **card, suspect.terminal)
                });
                failing.count() as u64
            }
            Trace::SiteDisturbed => match self.disturbed(suspect) >= FEWEST_DISTURBED {
                true => hits.rows.len() as u64,
                false => 0,
            },
            Trace::Restarts => {
                let (start, end) = suspect.window;
                let events = self.fleet.events[suspect.terminal as usize].iter();
                let restarts = events.filter(|event| {
                    event.what == TerminalEventKind::StanFellBack && (start..=end).contains(&event.at)
                });
                restarts.count() as u64
            }
            Trace::OneOperator => return self.one_operator(suspect, hits),
            Trace::KeysOverdue => return self.keys_overdue(suspect, hits),
        };
        Held { count, values: vec![Value::Count(count), share(count, hits.rows.len() as u64)] }
    }

    /// Terminals of its site that are at fault with the same signature in an overlapping window.
    fn disturbed(&self, suspect: &Suspect) -> usize {
        let day = &self.fleet.day;
        let site = day.leaves.value(Attribute::Site.dimension(), day.attempts[suspect.rows.start].leaf);
        if site == UNTOLD {
            return 0;
        }
        let others = self.fleet.of_site(site).iter().filter_map(|terminal| self.suspect(*terminal));
        let same = others.filter(|other| {
            other.own && other.signature == suspect.signature && coincide(other.window, suspect.window)
        });
        same.count()
    }

    /// All hits, where the terminal has not signed on for too long before them.
    fn keys_overdue(&self, suspect: &Suspect, hits: &Hits) -> Held {
        let Some(overdue) = self.key_ages.overdue(suspect.terminal, suspect.window.0) else {
            return Held { count: 0, values: Vec::new() };
        };
        let peers = share(overdue.peers.0, overdue.peers.1);
        let values = vec![Value::Count(overdue.hours), peers, Value::Count(overdue.policy)];
        Held { count: hits.rows.len() as u64, values }
    }

    /// The operator with most of the hits, if his share of the terminal's other failures (which customers
    /// bring to every operator alike) is much smaller. A repeat of a hit, an entry of an attack and what
    /// fits the signature outside the window are no other failures.
    fn one_operator(&self, suspect: &Suspect, hits: &Hits) -> Held {
        let fits = |mark| self.signatures.of_mark(mark).is_some_and(|(of, _)| of == suspect.signature);
        let is_other = |attempt: &Attempt| {
            !attempt.flags.has_any(Flags::NEUTRAL.with(Flags::ATTACK)) && !fits(attempt.mark)
        };
        let mut counts: BTreeMap<&str, (Symbol, u64, u64)> = BTreeMap::new();
        let mut others = 0;
        for at in self.range(suspect.terminal) {
            let operator = self.fleet.table.detail(self.fleet.rows[at]).map(|detail| detail.operator);
            let Some(operator) = operator.filter(|operator| !operator.is_absent()) else { continue };
            let is_hit = hits.rows.binary_search(&at).is_ok();
            if !is_hit && !is_other(&self.fleet.day.attempts[at]) {
                continue;
            }
            let (_, of_hits, of_others) =
                counts.entry(self.fleet.names.text(operator)).or_insert((operator, 0, 0));
            *of_hits += u64::from(is_hit);
            *of_others += u64::from(!is_hit);
            others += u64::from(!is_hit);
        }
        // Of several with as many hits the first by his id.
        let most = counts.values().fold(None::<(Symbol, u64, u64)>, |most, next| match most {
            Some(most) if most.1 >= next.1 => Some(most),
            _ => Some(*next),
        });
        let all = hits.rows.len() as u64;
        match most {
            Some((operator, count, of_others)) if count * others > MORE_OFTEN * of_others * all => {
                let values = [Value::Count(count), Value::Name(operator)];
                let beside = [Value::Count(of_others), Value::Count(others)];
                Held { count, values: values.into_iter().chain(beside).collect() }
            }
            _ => Held { count: 0, values: Vec::new() },
        }
    }
}

/// Something that a fault's attempts may show beyond codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// Told by their messages.
    Told(Traces),
    /// A chip card's stripe was read though the chip had just been read well.
    SwipedThoughFine,
    /// This part of their cards fails at terminals that are not at fault, too, and is read well at none.
    FailElsewhere(Part),
    /// Another terminal of the site has it at the same time.
    SiteDisturbed,
    /// The STAN began anew.
    Restarts,
    /// Its last sign-on or key change before is long ago.
    KeysOverdue,
    /// One operator keyed them in, and far fewer of the terminal's other failures.
    OneOperator,
}

/// A row of `data/traces.tsv`.
struct TraceRule {
    signature: &'static str,
    trace: Trace,
    /// Of the hits.
    least_percent: u64,
    blames: Blamed,
    /// None where the trace is evidence alone.
    reason: Option<Reason>,
    evidence: &'static str,
}

fn rules() -> &'static [TraceRule] {
    static RULES: OnceLock<Vec<TraceRule>> = OnceLock::new();
    RULES.get_or_init(|| read_rules().expect("the table of traces is checked by a test"))
}

const COLUMNS: [&str; 6] = ["signature", "trace", "least_percent", "blames", "reason", "evidence"];

fn read_rules() -> Option<Vec<TraceRule>> {
    let rows = posmortem_iso8583::rows(include_str!("../../data/traces.tsv"), COLUMNS).ok()?;
    let rule = |row: TableRow<'static, 6>| {
        let [signature, trace, least_percent, blames, reason, evidence] = row.fields;
        let trace = match trace {
            "swiped_though_fine" => Trace::SwipedThoughFine,
            "chips_fail_elsewhere" => Trace::FailElsewhere(Part::Chip),
            "stripes_fail_elsewhere" => Trace::FailElsewhere(Part::Stripe),
            "site_disturbed" => Trace::SiteDisturbed,
            "restarts" => Trace::Restarts,
            "keys_overdue" => Trace::KeysOverdue,
            "one_operator" => Trace::OneOperator,
            told => Trace::Told(Traces::ALL.iter().find(|(_, name)| *name == told)?.0),
        };
        let blames = match blames {
            "terminal" => Blamed::Terminal,
            "cards" => Blamed::Cards,
            _ => return None,
        };
        let reason = match reason {
            "-" => None,
            name => Some(Reason::from_name(name)?),
        };
        let least_percent = least_percent.parse().ok()?;
        Some(TraceRule { signature, trace, least_percent, blames, reason, evidence })
    };
    rows.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signatures;
    use posmortem_classify::Cause;

    #[test]
    fn every_rule_names_what_exists() {
        let rules = read_rules().expect("every row is well formed");
        assert!(rules.len() >= 10);
        for rule in &rules {
            assert!(Signatures::built_in().named(rule.signature).is_some(), "{}", rule.signature);
            assert!(rule.least_percent <= 100);
            Evidence::new(rule.evidence, []);
            let blames_cards = rule.blames == Blamed::Cards;
            assert!(
                !blames_cards || rule.reason.map(Reason::cause) == Some(Cause::Card),
                "{}",
                rule.evidence
            );
            let alike = rules.iter().filter(|o| o.signature == rule.signature && o.trace == rule.trace);
            assert_eq!(alike.count(), 1, "{} {}", rule.signature, rule.evidence);
        }
    }

    #[test]
    fn windows_coincide_that_are_short_and_have_half_in_common() {
        assert!(coincide((0, 100), (25, 125)) && coincide((25, 125), (0, 100)));
        assert!(!coincide((0, 100), (50, 150)) && !coincide((50, 150), (0, 100)));
        assert!(
            coincide((0, 100), (0, 50)) && !coincide((0, 100), (0, 49)) && !coincide((0, 100), (51, 100))
        );
        assert!(!coincide((0, 10), (90, 100)));
        let long = |end| coincide((-60_000, end), (0, end));
        assert!(long(SHORT_MS - 60_000) && !long(SHORT_MS - 59_999));
    }
}
