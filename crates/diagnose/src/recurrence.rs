//! Whether what was found on a day is new, on how many of the thirty days before it was found too, and what is
//! over since the latest of them.
//!
//! Only days before count, by the calendar of their logs: the day itself, parts of it and what came after never
//! do. A day of which no findings were kept is unknown, and neither for nor against anything.

use crate::comparison::{IncidentKey, TerminalKey};
use crate::history::{is_same_day, outgrown};
use crate::{
    CalendarDate, Change, Comparison, DayFindings, FaultyTerminal, IncidentChange, SharedCause,
    TerminalChange,
};
use std::collections::{BTreeMap, BTreeSet};

/// How often a trouble was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// On so many known days; on none it is new.
    pub days: u32,
    /// Known days, at least one.
    pub of: u32,
    /// The first of them.
    pub first: Option<CalendarDate>,
}

impl Recurrence {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        if self.days == 0 { "new" } else { "recurring" }
    }
}

/// What the days before say of a day's findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recurrences {
    /// How many of the days before are known.
    pub known: u32,
    /// How many of those were judged by other rules of the user than today, at least in part.
    pub other_rules: u32,
    /// The latest known day.
    pub latest: Option<CalendarDate>,
    /// By the id of the terminal.
    terminals: BTreeMap<String, Recurrence>,
    /// In the order of the incidents' ids.
    incidents: Vec<Recurrence>,
    /// Shared causes of the latest day that are over.
    pub cleared_incidents: Vec<(IncidentChange, Recurrence)>,
    /// Terminals that were at fault on the latest day and are not any more, or not as far as is known.
    pub cleared_terminals: Vec<(TerminalChange, Recurrence)>,
}

impl Recurrences {
    /// So many days before are looked at.
    pub const DAYS: u32 = 30;

    /// What `past` says of `today`, in whatever order it comes, as far as it is of so many days before.
    pub fn of(today: &DayFindings, past: &[DayFindings], days: u32) -> Self {
        let (days, other_rules) = days_before(today, past, days);
        let Some((latest, of_latest)) = days.last_key_value() else { return Self::default() };
        let seen = Seen::of(&days);
        let Comparison { incidents, terminals } = Comparison::of(of_latest, today);
        let is_over = |change| !matches!(change, Change::New | Change::Persisting);
        let with_incident = |one: IncidentChange| {
            let recurrence = seen.incident(one.old.as_ref()?);
            Some((one, recurrence))
        };
        let with_terminal = |one: TerminalChange| {
            let recurrence = seen.terminal(one.old.as_ref()?);
            Some((one, recurrence))
        };
        Self {
            known: seen.known,
            other_rules,
            latest: Some(*latest),
            terminals: today.terminals.iter().map(|one| (one.terminal.clone(), seen.terminal(one))).collect(),
            incidents: today.incidents.iter().map(|one| seen.incident(one)).collect(),
            cleared_incidents: (incidents.into_iter().filter(|one| is_over(one.change)))
                .filter_map(with_incident)
                .collect(),
            cleared_terminals: (terminals.into_iter().filter(|one| is_over(one.change)))
                .filter_map(with_terminal)
                .collect(),
        }
    }

    /// Of a terminal at fault, by its id without left zeros.
    pub fn of_terminal(&self, id: &str) -> Option<Recurrence> {
        self.terminals.get(id).copied()
    }

    /// Of a shared cause, by [`Incident::id`](crate::Incident::id).
    pub fn of_incident(&self, id: u32) -> Option<Recurrence> {
        let at = usize::try_from(id).ok()?.checked_sub(1)?;
        self.incidents.get(at).copied()
    }
}

/// The known days before a day, each with all its parts, and how many of them were judged by other rules.
fn days_before(
    today: &DayFindings,
    past: &[DayFindings],
    days: u32,
) -> (BTreeMap<CalendarDate, DayFindings>, u32) {
    let date = today.date();
    let window = date.before(days)..date;
    let is_before = |part: &&DayFindings| {
        // A log of several days holds some that have been looked at one by one.
        window.contains(&part.date()) && !is_same_day(civil(part), civil(today))
    };
    let parts: Vec<&DayFindings> = past.iter().filter(is_before).collect();
    let logs: Vec<_> = parts.iter().map(|part| (part.inputs.as_str(), civil(part))).collect();
    let outgrown = outgrown(&logs);
    let (mut days, mut by_others) = (BTreeMap::<CalendarDate, DayFindings>::new(), BTreeSet::new());
    for (part, _) in parts.iter().zip(outgrown).filter(|(_, outgrown)| !outgrown) {
        if part.rules != today.rules {
            by_others.insert(part.date());
        }
        match days.get_mut(&part.date()) {
            Some(day) => day.join(part),
            None => {
                days.insert(part.date(), (*part).clone());
            }
        }
    }
    (days, by_others.len() as u32)
}

fn civil(part: &DayFindings) -> (i64, i64) {
    (part.span.0.civil_millis(), part.span.1.civil_millis() + 1)
}

/// On which known days each trouble was there.
struct Seen<'d> {
    known: u32,
    terminals: BTreeMap<TerminalKey<'d>, BTreeSet<CalendarDate>>,
    incidents: BTreeMap<IncidentKey<'d>, BTreeSet<CalendarDate>>,
}

impl<'d> Seen<'d> {
    fn of(days: &'d BTreeMap<CalendarDate, DayFindings>) -> Self {
        let (mut terminals, mut incidents) =
            (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for (date, day) in days {
            for terminal in &day.terminals {
                terminals.entry(terminal.key()).or_default().insert(*date);
            }
            for incident in &day.incidents {
                incidents.entry(incident.key()).or_default().insert(*date);
            }
        }
        Self { known: days.len() as u32, terminals, incidents }
    }

    fn terminal(&self, terminal: &FaultyTerminal) -> Recurrence {
        self.on(self.terminals.get(&terminal.key()))
    }

    fn incident(&self, incident: &SharedCause) -> Recurrence {
        self.on(self.incidents.get(&incident.key()))
    }

    fn on(&self, dates: Option<&BTreeSet<CalendarDate>>) -> Recurrence {
        let days = dates.map_or(0, |dates| dates.len() as u32);
        Recurrence { days, of: self.known, first: dates.and_then(|dates| dates.first().copied()) }
    }
}
