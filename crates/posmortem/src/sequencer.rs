//! Legs of all inputs into canonical order, and on through pairing into the tally.
//!
//! Legs wait here until no input can bring an earlier one. How often the caller looks whether some
//! may go on decides nothing but memory.

use crate::alone::Alone;
use crate::crowd::Crowd;
use crate::plain::{PlainLeg, Vocabulary};
use crate::run::Observer;
use crate::tap::Tap;
use crate::{Filter, Settings};
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    Aside, Exchange, ExchangeTable, Leg, LinkSpan, Names, Pairing, RunFacts, Symbol, Tally, canonical_order,
    conclude,
};
use std::ops::ControlFlow;

/// What one step has read.
#[derive(Default)]
pub(crate) struct NewLegs {
    /// Legs in full.
    pub(crate) legs: Vec<Leg>,
    /// Plain legs of a block, and the time up to which its input can be trusted: a later leg has a
    /// wrong clock.
    pub(crate) plain: Vec<(Vec<PlainLeg>, i64)>,
    /// When links are heard by plain legs.
    pub(crate) spans: Vec<(Symbol, LinkSpan)>,
    /// Before this time no leg can come any more.
    pub(crate) settled: i64,
}

pub(crate) struct Sequencer<'s, 't> {
    settings: &'s Settings,
    waiting: Vec<Leg>,
    /// Plain legs, where there are any.
    crowd: Option<Crowd>,
    alone: Alone,
    /// The number of waiting legs at which the next look is due: twice those that had to stay, so
    /// that each leg is sorted a bounded number of times.
    due: usize,
    fewest: usize,
    pairing: Pairing,
    counting: Counting<'s>,
    tap: Option<&'t mut dyn Tap>,
}

/// What happens to an exchange that has been settled.
pub(crate) struct Counting<'s> {
    tables: &'s CodeTables,
    filter: &'s Filter,
    pub(crate) tally: Tally,
    /// All exchanges, where somebody needs them.
    pub(crate) table: Option<ExchangeTable>,
    pub(crate) selected: u64,
    pub(crate) stopped: bool,
}

/// What is left when all legs have gone through.
pub(crate) struct Counted {
    pub(crate) pairing: Pairing,
    pub(crate) tally: Tally,
    pub(crate) table: Option<ExchangeTable>,
    pub(crate) selected: u64,
    pub(crate) stopped: bool,
}

impl<'s, 't> Sequencer<'s, 't> {
    pub(crate) fn new(settings: &'s Settings, tap: Option<&'t mut dyn Tap>) -> Self {
        let fewest = settings.waiting_legs;
        let mut pairing = Pairing::new(settings.pairing.clone());
        if settings.inspects {
            pairing.count_hops();
        }
        Self {
            settings,
            waiting: Vec::new(),
            crowd: None,
            alone: Alone::default(),
            due: fewest,
            fewest,
            pairing,
            counting: Counting::new(settings),
            tap,
        }
    }

    /// Plain legs will come.
    pub(crate) fn expect_plain_legs(&mut self) {
        self.crowd = Some(Crowd::new(self.settings.pairing.horizon_ms));
    }

    /// Whether the observer has broken off.
    pub(crate) fn stopped(&self) -> bool {
        self.counting.stopped
    }

    /// Takes in legs, and lets those go on that none can precede any more.
    pub(crate) fn take(
        &mut self,
        legs: NewLegs,
        names: &Names,
        words: Option<&Vocabulary>,
        observer: &mut dyn Observer,
    ) {
        let NewLegs { legs, plain, spans, settled } = legs;
        for (link, span) in spans {
            self.pairing.hear(link, span, names);
        }
        if let Some(crowd) = &mut self.crowd {
            legs.iter().for_each(|leg| crowd.see(leg));
        }
        self.waiting.extend(legs);
        let Some(words) = words else {
            if self.waiting.len() >= self.due {
                self.advance_to(settled, names, observer);
            }
            return;
        };
        for (plain, trusted) in plain {
            self.add_plain(plain, trusted, words);
        }
        let settled = self.settle_plain(settled, names, words, observer);
        if self.waiting.len() >= self.due {
            self.advance_to(settled, names, observer);
        }
    }

    fn add_plain(&mut self, plain: Vec<PlainLeg>, trusted: i64, words: &Vocabulary) {
        let Self { crowd: Some(crowd), waiting, .. } = self else { return };
        let (plain, ahead): (Vec<_>, Vec<_>) = match plain.iter().all(|leg| leg.at.millis <= trusted) {
            true => (plain, Vec::new()),
            // Legs that would hold up all that come behind them.
            false => plain.into_iter().partition(|leg| leg.at.millis <= trusted),
        };
        crowd.add(&plain);
        for leg in ahead {
            let leg = leg.unfold(words);
            crowd.see(&leg);
            waiting.push(leg);
        }
    }

    /// Counts the plain legs that stand alone, and lets the others wait with the rest. Before the time
    /// that it tells, none is left: a crowded leg is known as such a horizon after its time.
    fn settle_plain(
        &mut self,
        settled: i64,
        names: &Names,
        words: &Vocabulary,
        observer: &mut dyn Observer,
    ) -> i64 {
        let Self { settings, waiting, crowd: Some(crowd), alone, pairing, counting, .. } = self else {
            return settled;
        };
        let (mut complete, mut answers) = (0, 0);
        let shows_requests = pairing.has_requests();
        crowd.settle_before(settled, words, |leg| match leg.is_crowded {
            true => waiting.push(leg.unfold(words)),
            false => match leg.conclusion(words, settings) {
                Some(conclusion) if !shows_requests => {
                    counting.selected += 1;
                    alone.add(leg, conclusion, names, words, &mut counting.tally);
                    *(if leg.is_whole(words) { &mut complete } else { &mut answers }) += 1;
                }
                _ => {
                    let done = &mut |exchange| counting.count(&exchange, names, observer, &mut None);
                    pairing.push_alone(&leg.unfold(words), done);
                }
            },
        });
        pairing.count_alone(complete, answers);
        settled.saturating_sub(settings.pairing.horizon_ms)
    }

    /// Lets the legs before `millis` go on, none of which can come any more.
    fn advance_to(&mut self, millis: i64, names: &Names, observer: &mut dyn Observer) {
        let Self { waiting, due, fewest, pairing, counting, tap, .. } = self;
        for at in canonical_order(waiting, millis, names) {
            let leg = &waiting[at];
            if let Some(tap) = tap {
                tap.leg(leg, names);
            }
            pairing.push(leg, names, &mut |exchange| counting.count(&exchange, names, observer, tap));
        }
        waiting.retain(|leg| leg.at.millis >= millis);
        counting.settle_asides(pairing, names, tap);
        if let Some(tap) = tap {
            tap.pause(pairing, names);
        }
        *due = (2 * waiting.len()).max(*fewest);
    }

    /// Lets everything go on and ends the pairing, whose findings go into the run's.
    pub(crate) fn finish(
        mut self,
        legs: NewLegs,
        names: &Names,
        words: Option<&Vocabulary>,
        facts: &mut RunFacts,
        observer: &mut dyn Observer,
    ) -> Counted {
        self.take(NewLegs { settled: i64::MAX, ..legs }, names, words, observer);
        self.advance_to(i64::MAX, names, observer);
        if let Some(words) = words {
            self.alone.count(names, words, &mut self.counting.tally);
        }
        let Self { mut pairing, mut counting, mut tap, .. } = self;
        pairing.finish(&mut |exchange| counting.count(&exchange, names, observer, &mut tap));
        counting.settle_asides(&mut pairing, names, &mut tap);
        counting.finish(&pairing, names);
        facts.ledger += pairing.ledger();
        facts.orphan_reversals += pairing.orphan_reversals();
        facts.attempt_requests += pairing.attempt_requests();
        facts.attempt_answers += pairing.attempt_answers();
        if let Some(tap) = tap {
            tap.finish(facts, &pairing, names);
        }
        let Counting { tally, table, selected, stopped, .. } = counting;
        Counted { pairing, tally, table, selected, stopped }
    }
}

impl<'s> Counting<'s> {
    pub(crate) fn new(settings: &'s Settings) -> Self {
        let (tables, filter) = (CodeTables::built_in(), &settings.filter);
        let table = settings.needs_table().then(ExchangeTable::default);
        Self { tables, filter, tally: Tally::default(), table, selected: 0, stopped: false }
    }

    /// Takes over what pairing has settled beside attempts.
    pub(crate) fn settle_asides(
        &mut self,
        pairing: &mut Pairing,
        names: &Names,
        tap: &mut Option<&mut dyn Tap>,
    ) {
        for aside in pairing.take_asides() {
            if let Some(tap) = tap {
                tap.aside(&aside, names);
            }
            self.add_aside(&aside);
        }
    }

    /// Adds a message that is no attempt to the table.
    pub(crate) fn add_aside(&mut self, aside: &Aside) {
        if let Some(table) = &mut self.table {
            table.push_aside(aside);
        }
    }

    /// Puts the table in order, once everything has been counted.
    pub(crate) fn finish(&mut self, pairing: &Pairing, names: &Names) {
        if let Some(table) = &mut self.table {
            let is_missed = |link, began| pairing.link_goes_on_after(link, began);
            table.finish(names, is_missed);
        }
    }

    pub(crate) fn count(
        &mut self,
        exchange: &Exchange,
        names: &Names,
        observer: &mut dyn Observer,
        tap: &mut Option<&mut dyn Tap>,
    ) {
        let conclusion = conclude(exchange, self.tables);
        if let Some(tap) = tap {
            tap.exchange(exchange, &conclusion, names);
        }
        // Whatever the filter: a terminal is judged by the whole fleet.
        if let Some(table) = &mut self.table {
            table.push(exchange, &conclusion);
        }
        if self.stopped || !self.filter.takes(exchange, &conclusion, names) {
            return;
        }
        self.selected += 1;
        self.tally.record(exchange, &conclusion, names);
        self.stopped = observer.exchange(exchange, &conclusion, names) == ControlFlow::Break(());
    }
}
