//! What an exchange that is no attempt tells of its terminal.

use super::open::Open;
use crate::{Aside, Leg, Reply, TerminalEventKind, Traffic};
use posmortem_classify::{Category, Circumstances, CodeTables, Meaning};
use posmortem_iso8583::{Class, NetworkManagement};

/// What is left of `open`; none where nobody tells its terminal.
pub(super) fn aside(open: &Open) -> Option<Aside> {
    let main = open.request.as_ref().or(open.answer.as_ref())?;
    let legs = || [&open.request, &open.answer].into_iter().flatten();
    let of_terminal = legs().find(|leg| !leg.terminal_key.is_absent())?;
    let what = match open.traffic {
        Traffic::Attempt => return None,
        Traffic::Advice => Some(TerminalEventKind::StoredAdvice),
        Traffic::Reversal => {
            let reason = open.request.as_ref().and_then(|leg| leg.reversal_reason);
            Some(match open.original {
                Some(_) => TerminalEventKind::Reversal(reason),
                None => TerminalEventKind::OrphanReversal(reason),
            })
        }
        Traffic::Administrative => {
            let is_network = main.mti.is_some_and(|mti| mti.class() == Class::Network);
            let told = legs().find_map(|leg| leg.management);
            if is_network { management(told, reply(open)) } else { None }
        }
    };
    Some(Aside {
        at: main.at,
        source: main.source,
        terminal: of_terminal.terminal,
        terminal_key: of_terminal.terminal_key,
        link: main.link,
        stan: legs().find_map(|leg| leg.stan),
        what,
    })
}

fn management(told: Option<NetworkManagement>, reply: Reply) -> Option<TerminalEventKind> {
    match told {
        Some(NetworkManagement::SignOn) => Some(TerminalEventKind::SignOn(reply)),
        Some(NetworkManagement::KeyChange) => Some(TerminalEventKind::KeyChange(reply)),
        Some(NetworkManagement::Other) | None => Some(TerminalEventKind::NetworkManagement(reply)),
        Some(NetworkManagement::Echo) => None,
    }
}

/// How it was answered. Whether an answer can be missed is asked again when the run ends, since a link
/// may be heard long after ([`super::Pairing::link_goes_on_after`]).
fn reply(open: &Open) -> Reply {
    let upstream = open.upstream.as_deref();
    // An export that writes the answer's code into the request's row.
    let of_row = open.request.as_ref().filter(|leg| leg.is_row && leg.code.is_some());
    match open.answer.as_ref().or(upstream).or(of_row) {
        Some(answer) => reply_of(answer),
        None => Reply::Unanswered,
    }
}

fn reply_of(answer: &Leg) -> Reply {
    let Some(code) = answer.code else { return Reply::Untold };
    let tables = CodeTables::built_in();
    let circumstances = Circumstances { mti: answer.mti, kind: answer.kind, entry_mode: answer.entry_mode };
    match tables.meaning(tables.resolve(answer.dialect, code, answer.mti), code, &circumstances) {
        Meaning::Approved { .. } | Meaning::NoDecline(Category::NetworkManagement) => Reply::Accepted,
        Meaning::Declined(_) => Reply::Refused,
        Meaning::NoDecline(_) | Meaning::Unlisted => Reply::Untold,
    }
}
