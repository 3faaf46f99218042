//! A result joined with what a diagnosis says of it: which terminals and incidents to show, in what
//! order.

use crate::verdict::Verdict;
use crate::{Content, View};
use posmortem_diagnose::{
    Diagnosis, Incident, IncidentChange, Recurrence, Recurrences, State, TerminalChange,
    Verdict as Judgement, Why,
};
use posmortem_exchange::{Breakdown, Summary, TerminalTally, terminal_key};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// A result, and the verdicts on its terminals where there are any.
pub(crate) struct Judged<'s> {
    pub(crate) summary: &'s Summary,
    pub(crate) diagnosis: Option<&'s Diagnosis>,
    pub(crate) breakdown: Option<&'s Breakdown>,
    /// By the terminal's id without left zeros.
    judgements: HashMap<&'s str, &'s Judgement>,
    whys: HashMap<&'s str, &'s Why>,
}

/// Failures of an incident beyond the expected ones, as whole ones: nobody acts on a thousandth of a failure.
pub(crate) fn whole_excess(incident: &Incident) -> u64 {
    (incident.excess().0 + 500) / 1000
}

/// A terminal and what is said of it.
pub(crate) type Line<'s> = (&'s TerminalTally, Verdict<'s>);

/// The terminals of a report.
pub(crate) struct Listed<'s> {
    pub(crate) terminals: Vec<Line<'s>>,
    /// How many more there are, which `top` leaves out.
    pub(crate) left_out: usize,
}

impl<'s> Judged<'s> {
    pub(crate) fn of(content: &Content<'s>) -> Self {
        let &Content { summary, diagnosis, breakdown } = content;
        let key = |terminal| terminal_key(summary.names.text(terminal));
        let judgements = diagnosis.iter().flat_map(|said| said.verdicts());
        let whys = diagnosis.iter().flat_map(|said| &said.whys);
        Self {
            summary,
            diagnosis,
            breakdown,
            judgements: judgements.map(|verdict| (key(verdict.terminal), verdict)).collect(),
            whys: whys.map(|why| (key(why.terminal), why)).collect(),
        }
    }

    pub(crate) fn verdict(&self, terminal: &'s TerminalTally) -> Verdict<'s> {
        let actions = &self.summary.actions;
        match (self.diagnosis, self.judgements.get(self.key(terminal))) {
            (Some(diagnosis), Some(said)) => {
                let recurrence = self.recurrences().and_then(|all| all.of_terminal(self.key(terminal)));
                Verdict::judged(said, &diagnosis.incidents, actions).with(recurrence)
            }
            _ => Verdict::unjudged(terminal, actions),
        }
    }

    /// How the verdict on a terminal came about, where that was asked for.
    pub(crate) fn why(&self, terminal: &TerminalTally) -> Option<&'s Why> {
        self.whys.get(self.key(terminal)).copied()
    }

    /// The terminals to show, the worst first, and how many more `top` leaves out.
    pub(crate) fn listed(&self, view: &View<'_>) -> Listed<'s> {
        self.listed_if(view, |_| true)
    }

    /// The same of those whose verdict `wanted` takes.
    pub(crate) fn listed_if(&self, view: &View<'_>, wanted: impl Fn(&Verdict<'s>) -> bool) -> Listed<'s> {
        let mut terminals: Vec<_> = self
            .counted(view)
            .filter(|(terminal, verdict)| self.shows(view, terminal, verdict) && wanted(verdict))
            .collect();
        if self.diagnosis.is_some() {
            terminals.sort_by_cached_key(|(terminal, verdict)| {
                let state = State::ALL.iter().position(|state| Some(*state) == verdict.state());
                let worst = (state.unwrap_or(State::ALL.len()), Reverse(verdict.confidence()));
                (worst, Reverse(verdict.observed()), self.summary.names.text(terminal.terminal))
            });
        }
        let left_out = terminals.len().saturating_sub(view.top.unwrap_or(usize::MAX));
        terminals.truncate(terminals.len() - left_out);
        Listed { terminals, left_out }
    }

    /// Every terminal with as many attempts as the view asks for, in the order of the summary.
    pub(crate) fn counted(&self, view: &View<'_>) -> impl Iterator<Item = Line<'s>> {
        let terminals = self.summary.terminals.iter();
        let busy = terminals.filter(move |terminal| terminal.counts.exchanges >= view.min_exchanges);
        busy.map(|terminal| (terminal, self.verdict(terminal)))
    }

    /// Whether any terminal is listed, `top` aside.
    pub(crate) fn lists_any(&self, view: &View<'_>) -> bool {
        self.counted(view).any(|(terminal, verdict)| self.shows(view, terminal, &verdict))
    }

    /// Whether a terminal is listed, `top` aside. Of a diagnosed fleet those are not about whom there is
    /// nothing to say: the normal ones, those that the diagnosis passes over, and those that are too
    /// small to judge and have not failed.
    fn shows(&self, view: &View<'_>, terminal: &TerminalTally, verdict: &Verdict<'_>) -> bool {
        let failed = terminal.counts.failed() > 0;
        view.all_terminals
            || match (self.diagnosis, verdict.state()) {
                (None, _) | (_, Some(State::Insufficient)) => failed,
                (_, None | Some(State::Normal)) => false,
                _ => true,
            }
    }

    /// The incidents to show, in the order of their ids. Where filters have chosen exchanges, those alone
    /// that hit a terminal with such an exchange.
    pub(crate) fn incidents(&self, view: &View<'_>) -> Vec<&'s Incident> {
        let Some(diagnosis) = self.diagnosis else { return Vec::new() };
        let of_terminals = || self.summary.terminals.iter().flat_map(|one| self.verdict(one).incidents());
        let hit: Option<BTreeSet<u32>> = view.filtered.then(|| of_terminals().copied().collect());
        let is_shown = |incident: &&Incident| hit.as_ref().is_none_or(|hit| hit.contains(&incident.id));
        diagnosis.incidents.iter().filter(is_shown).collect()
    }

    /// The same, the largest first, as many as `top` leaves.
    pub(crate) fn largest_incidents(&self, view: &View<'_>) -> Vec<&'s Incident> {
        let mut incidents = self.incidents(view);
        incidents.sort_by_key(|incident| (Reverse(incident.excess()), incident.id));
        incidents.truncate(view.top.unwrap_or(usize::MAX));
        incidents
    }

    /// What the days before say, where they were asked.
    pub(crate) fn recurrences(&self) -> Option<&'s Recurrences> {
        self.diagnosis.and_then(|said| said.recurrences.as_ref())
    }

    /// How often an incident was there before, where that is known.
    pub(crate) fn recurrence(&self, incident: &Incident) -> Option<Recurrence> {
        self.recurrences()?.of_incident(incident.id)
    }

    /// Incidents of the latest day before that are over. Where filters have chosen exchanges, none is told: whom one
    /// of that day has hit is not known.
    pub(crate) fn cleared_incidents(&self, view: &View<'_>) -> Vec<&'s (IncidentChange, Recurrence)> {
        let all = self.recurrences().filter(|_| !view.filtered);
        all.into_iter().flat_map(|all| &all.cleared_incidents).collect()
    }

    /// Terminals that were at fault on the latest day before and are not any more; where filters have chosen
    /// exchanges, those alone that have such an exchange.
    pub(crate) fn cleared_terminals(&self, view: &View<'_>) -> Vec<&'s (TerminalChange, Recurrence)> {
        let chosen: BTreeSet<&str> = match view.filtered {
            true => self.summary.terminals.iter().map(|terminal| self.key(terminal)).collect(),
            false => BTreeSet::new(),
        };
        let is_chosen = |(one, _): &&(TerminalChange, Recurrence)| {
            !view.filtered || one.old.as_ref().is_some_and(|old| chosen.contains(old.terminal.as_str()))
        };
        let all = self.recurrences().into_iter().flat_map(|all| &all.cleared_terminals);
        all.filter(is_chosen).collect()
    }

    fn key(&self, terminal: &TerminalTally) -> &'s str {
        terminal_key(self.summary.names.text(terminal.terminal))
    }
}
