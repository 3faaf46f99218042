//! What a table's run found beside the legs of its edges, which are paired anew where tables meet.

use posmortem_exchange::{Ledger, Leg, Names, Pairing, PairingSettings, RunFacts};
use posmortem_tables::TableError;

/// What a run found beside its edges and its exchanges: what it found in all, less what comes of its
/// edges alone. Exchanges are counted when they are decided; here it is seen that those of `settled` frames and of the
/// edges are all that it found.
pub(super) fn without_edges(
    run: &RunFacts,
    settled: u64,
    edges: &[Leg],
    settings: &PairingSettings,
    names: &Names,
) -> Result<RunFacts, TableError> {
    let mut alone = Pairing::new(settings.clone());
    for leg in edges {
        alone.push(leg, names, &mut |_| {});
    }
    alone.finish(&mut |_| {});
    let mut found = RunFacts::default();
    add_pairing(&mut found, &alone);
    let less = |all: u64, edges: u64| {
        all.checked_sub(edges).ok_or(TableError::Contradictory("the ledger and the legs"))
    };
    let (all, edges) = (&run.ledger, &found.ledger);
    if of_exchanges(all) != of_exchanges(edges) + settled {
        return Err(TableError::Contradictory("the ledger and the rows"));
    }
    let ledger = Ledger {
        duplicates: less(all.duplicates, edges.duplicates)?,
        reversal: less(all.reversal, edges.reversal)?,
        advice: less(all.advice, edges.advice)?,
        administrative: less(all.administrative, edges.administrative)?,
        out_of_order: all.out_of_order,
        rejected: all.rejected,
        non_message: all.non_message,
        ..Ledger::default()
    };
    Ok(RunFacts {
        files: Vec::new(),
        ledger,
        orphan_reversals: less(run.orphan_reversals, found.orphan_reversals)?,
        attempt_requests: less(run.attempt_requests, found.attempt_requests)?,
        attempt_answers: less(run.attempt_answers, found.attempt_answers)?,
        ..run.clone()
    })
}

/// Frames of exchanges, in whichever form they were decided.
pub(super) fn of_exchanges(ledger: &Ledger) -> u64 {
    ledger.paired + ledger.complete + ledger.request_only + ledger.response_only + ledger.open
}

pub(super) fn add_pairing(facts: &mut RunFacts, pairing: &Pairing) {
    facts.ledger += pairing.ledger();
    facts.orphan_reversals += pairing.orphan_reversals();
    facts.attempt_requests += pairing.attempt_requests();
    facts.attempt_answers += pairing.attempt_answers();
}
