//! Findings of days of November 2026, by lines such as `T own weak_signal 5`, `T fine`, `T undecided` and
//! `issuer=62220200 issuer_unavailable`.

use posmortem_classify::Reason;
use posmortem_diagnose::{Attribute, CalendarDate, DayFindings, FaultyTerminal, SharedCause, State};
use posmortem_exchange::Counts;
use posmortem_iso8583::Timestamp;

const HOUR_MS: i64 = 3_600_000;

/// 2026-11-01 at midnight.
const NOVEMBER_MS: i64 = 20_758 * 24 * HOUR_MS;

fn at(day: i64, hour: i64) -> Timestamp {
    Timestamp { millis: NOVEMBER_MS + ((day - 1) * 24 + hour) * HOUR_MS, offset_minutes: None }
}

/// The calendar date of a day.
pub(crate) fn date(day: i64) -> CalendarDate {
    CalendarDate::of(at(day, 0))
}

/// Findings of a whole day, each of a log of its own.
pub(crate) fn day(number: i64, lines: &[&str]) -> DayFindings {
    part(number, (0, 24), &number.to_string(), lines)
}

/// Findings from an hour of a day until another one, of that log.
pub(crate) fn part(number: i64, (from, until): (i64, i64), inputs: &str, lines: &[&str]) -> DayFindings {
    let last = at(number, until);
    let mut day = DayFindings {
        span: (at(number, from), Timestamp { millis: last.millis - 1, ..last }),
        inputs: inputs.to_owned(),
        rules: None,
        totals: Counts::default(),
        terminals: Vec::new(),
        incidents: Vec::new(),
        faultless: Vec::new(),
        undecided: Vec::new(),
    };
    for line in lines {
        match line.split(' ').collect::<Vec<_>>()[..] {
            [""] => {}
            [terminal, "fine"] => day.faultless.push(terminal.to_owned()),
            [terminal, "undecided"] => day.undecided.push(terminal.to_owned()),
            [scope, reason] => day.incidents.push(incident(scope, reason)),
            [terminal, state, reason] => day.terminals.push(faulty(terminal, state, reason, "1")),
            [terminal, state, reason, observed] => {
                day.terminals.push(faulty(terminal, state, reason, observed));
            }
            _ => panic!("{line}"),
        }
    }
    day
}

fn faulty(terminal: &str, state: &str, reason: &str, observed: &str) -> FaultyTerminal {
    let reason = Reason::from_name(reason).unwrap();
    FaultyTerminal {
        terminal: terminal.to_owned(),
        state: State::ALL.into_iter().find(|one| one.name() == state).unwrap(),
        cause: Some(reason.cause()),
        reason: Some(reason),
        observed: observed.parse().unwrap(),
    }
}

fn incident(scope: &str, reason: &str) -> SharedCause {
    let value = |told: &str| {
        let (attribute, value) = told.split_once('=').unwrap();
        (Attribute::from_name(attribute).unwrap(), value.to_owned())
    };
    let mut scope: Vec<_> = scope.split(',').map(value).collect();
    scope.sort();
    SharedCause { reason: Reason::from_name(reason).unwrap(), scope, observed: 12, terminals: 9 }
}
