//! Legs of all inputs into canonical order, and on through pairing into the tally.
//!
//! Legs wait here until no input can bring an earlier one. How often the caller looks whether some
//! may go on decides nothing but memory.

use crate::alone::{Alone, Whole};
use crate::batch::Spare;
use crate::crowd::{Compare, Crowd, Settled};
use crate::plain::{PlainBlock, PlainLeg, Role, Vocabulary};
use crate::run::Observer;
use crate::tap::{Heard, Tap};
use crate::{Filter, Settings};
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    Aside, Conclusion, Exchange, ExchangeTable, Leg, LinkSpan, Names, Pairing, RunFacts, Symbol, Tally,
    canonical_order,
};
use std::ops::ControlFlow;

/// Legs that are paired before what was heard of them is told: few enough to be still at hand then.
const HEARD_AT_ONCE: usize = 1 << 11;

/// What one step has read.
#[derive(Default)]
pub(crate) struct NewLegs {
    /// Legs in full.
    pub(crate) legs: Vec<Leg>,
    /// Plain legs by block.
    pub(crate) plain: Vec<PlainBlock>,
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
    alone: Alone<'s>,
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
    settings: &'s Settings,
    tables: &'s CodeTables,
    filter: &'s Filter,
    pub(crate) tally: Tally,
    /// All exchanges, where somebody needs them.
    pub(crate) table: Option<ExchangeTable>,
    /// Those that the filter chooses, where somebody needs them apart.
    pub(crate) chosen: Option<ExchangeTable>,
    pub(crate) selected: u64,
    /// Whether the observer has broken off.
    pub(crate) is_broken_off: bool,
}

/// What is left when all legs have gone through.
pub(crate) struct Counted {
    pub(crate) pairing: Pairing,
    pub(crate) tally: Tally,
    pub(crate) table: Option<ExchangeTable>,
    pub(crate) chosen: Option<ExchangeTable>,
    pub(crate) selected: u64,
    /// Whether the observer has broken off.
    pub(crate) is_broken_off: bool,
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
            alone: Alone::new(settings),
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
    pub(crate) fn is_broken_off(&self) -> bool {
        self.counting.is_broken_off
    }

    /// Takes in legs, and lets those go on that none can precede any more.
    pub(crate) fn take(
        &mut self,
        legs: NewLegs,
        names: &Names,
        words: Option<&Vocabulary>,
        spare: &Spare,
        observer: &mut dyn Observer,
    ) {
        let NewLegs { legs, plain, spans, settled } = legs;
        for (link, span) in spans {
            self.pairing.hear(link, span, names);
        }
        if let Some(crowd) = &mut self.crowd {
            for leg in &legs {
                crowd.see(leg);
                // What is settled before this leg is paired must know of it.
                self.pairing.hear(leg.link, LinkSpan::of(leg), names);
            }
        }
        keep(&mut self.waiting, legs);
        let Some(words) = words else {
            if self.waiting.len() >= self.due {
                self.advance_to(settled, names, observer);
            }
            return;
        };
        for block in plain {
            let mut room = self.add_plain(block, words);
            room.clear();
            spare.plain.put(room);
        }
        let settled = self.settle_plain(settled, names, words, observer);
        if self.waiting.len() >= self.due {
            self.advance_to(settled, names, observer);
        }
    }

    /// Takes in the plain legs of a block, and hands the room for them back.
    fn add_plain(&mut self, mut block: PlainBlock, words: &Vocabulary) -> Vec<PlainLeg> {
        let Self { crowd: Some(crowd), waiting, .. } = self else { return block.legs };
        if block.latest > block.trusted {
            // Legs that would hold up all that come behind them.
            for leg in block.legs.extract_if(.., |leg| leg.at > block.trusted) {
                let leg = leg.unfold(words);
                crowd.see(&leg);
                waiting.push(leg);
            }
        }
        crowd.add(&block);
        block.legs
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
        let (mut complete, mut answers, mut pairs) = (0, 0, 0);
        // Rows of one moment nearly in the order of the table, which is cheaper than to move them later.
        let by_terminal = |a: &PlainLeg, b: &PlainLeg| {
            let key = |leg: &PlainLeg| (names.text(words.who(leg.who).terminal_key), leg.stan);
            key(a).cmp(&key(b))
        };
        let compare: Option<&Compare<'_>> = if counting.table.is_some() { Some(&by_terminal) } else { None };
        crowd.settle_before(settled, words, compare, |settled| {
            let whole = match settled {
                Settled::Crowded(leg) => {
                    keep(waiting, [leg.unfold(words)]);
                    return;
                }
                Settled::Alone(main) => Whole { main, answer: None },
                Settled::Pair(main, answer) => Whole { main, answer: Some(answer) },
            };
            let is_in_time = whole.is_in_time(words);
            let is_told = match whole.answer {
                Some(_) => true,
                // A row that stands for a whole exchange has no other half to miss.
                None if whole.main.standing.role == Role::WHOLE => true,
                None => !pairing.begins_before(words.what(whole.main.what).link, whole.main.at),
            };
            if is_in_time && is_told {
                let Counting { tally, table, selected, .. } = &mut *counting;
                *selected += 1;
                alone.add(&whole, names, words, tally, table.as_mut());
                match whole.answer {
                    Some(_) => pairs += 1,
                    None if whole.main.standing.role == Role::WHOLE => complete += 1,
                    None => answers += 1,
                }
            } else if let Some(answer) = whole.answer {
                keep(waiting, [whole.main, answer].map(|leg| leg.unfold(words)));
            } else {
                let done = &mut |exchange| counting.count(&exchange, names, observer, &mut None);
                pairing.push_alone(&whole.main.unfold(words), done);
            }
        });
        pairing.count_alone(complete, answers, pairs);
        settled.saturating_sub(settings.pairing.horizon_ms)
    }

    /// Lets the legs before `millis` go on, none of which can come any more.
    fn advance_to(&mut self, millis: i64, names: &Names, observer: &mut dyn Observer) {
        let Self { waiting, due, fewest, pairing, counting, tap, .. } = self;
        let legs = canonical_order(waiting, millis, names).map(|at| &waiting[at]);
        match tap {
            None => legs.for_each(|leg| {
                let count = &mut |exchange| counting.count(&exchange, names, observer, &mut None);
                pairing.push(leg, names, count);
            }),
            Some(tap) => pair_and_tell(legs, names, pairing, counting, observer, *tap),
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
        self.take(NewLegs { settled: i64::MAX, ..legs }, names, words, &Spare::default(), observer);
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
        let Counting { tally, table, chosen, selected, is_broken_off, .. } = counting;
        Counted { pairing, tally, table, chosen, selected, is_broken_off }
    }
}

/// Pairs legs, and tells what was heard of them while the next ones are paired.
fn pair_and_tell<'l>(
    mut legs: impl ExactSizeIterator<Item = &'l Leg>,
    names: &Names,
    pairing: &mut Pairing,
    counting: &mut Counting<'_>,
    observer: &mut dyn Observer,
    tap: &mut dyn Tap,
) {
    let [mut told, mut heard] = [Heard::default(), Heard::default()];
    let mut left = usize::MAX;
    while left > 0 {
        left = legs.len();
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| told.tell(tap, names));
            for leg in legs.by_ref().take(HEARD_AT_ONCE) {
                heard.leg(leg);
                pairing.push(leg, names, &mut |exchange| {
                    let conclusion = counting.conclude(&exchange, names);
                    heard.exchange(&exchange, &conclusion);
                    counting.add(&exchange, &conclusion, names, observer);
                });
            }
        });
        std::mem::swap(&mut told, &mut heard);
    }
}

/// Has legs wait. Those of a busy hour are most of what reading holds: not in twice the room that they need.
fn keep(waiting: &mut Vec<Leg>, legs: impl IntoIterator<Item = Leg, IntoIter: ExactSizeIterator>) {
    let legs = legs.into_iter();
    if waiting.capacity() - waiting.len() < legs.len() {
        waiting.reserve_exact(legs.len().max(waiting.len() / 4));
    }
    waiting.extend(legs);
}

impl<'s> Counting<'s> {
    pub(crate) fn new(settings: &'s Settings) -> Self {
        let (tables, filter) = (CodeTables::built_in(), &settings.filter);
        let table = settings.needs_table().then(ExchangeTable::default);
        let chosen = settings.needs_chosen().then(ExchangeTable::default);
        Self {
            settings,
            tables,
            filter,
            tally: Tally::default(),
            table,
            chosen,
            selected: 0,
            is_broken_off: false,
        }
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
            self.add_aside(&aside, names);
        }
    }

    /// Adds a message that is no attempt to the tables.
    pub(crate) fn add_aside(&mut self, aside: &Aside, names: &Names) {
        if let Some(table) = &mut self.table {
            table.push_aside(aside);
        }
        if let Some(chosen) = self.chosen.as_mut().filter(|_| self.filter.takes_aside(aside, names)) {
            chosen.push_aside(aside);
        }
    }

    /// Puts the tables in order, once everything has been counted.
    pub(crate) fn finish(&mut self, pairing: &Pairing, names: &Names) {
        for table in self.table.iter_mut().chain(&mut self.chosen) {
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
        let conclusion = self.conclude(exchange, names);
        if let Some(tap) = tap {
            tap.exchange(exchange, &conclusion, names);
        }
        self.add(exchange, &conclusion, names, observer);
    }

    pub(crate) fn conclude(&self, exchange: &Exchange, names: &Names) -> Conclusion {
        self.settings.conclude(exchange, self.tables, names)
    }

    /// Counts an exchange, whoever has heard of it.
    pub(crate) fn add(
        &mut self,
        exchange: &Exchange,
        conclusion: &Conclusion,
        names: &Names,
        observer: &mut dyn Observer,
    ) {
        // Whatever the filter: a terminal is judged by the whole fleet.
        if let Some(table) = &mut self.table {
            table.push(exchange, conclusion);
        }
        if self.is_broken_off || !self.filter.takes(exchange, conclusion, names) {
            return;
        }
        self.selected += 1;
        if let Some(chosen) = &mut self.chosen {
            chosen.push(exchange, conclusion);
        }
        self.tally.record(exchange, conclusion, names);
        self.is_broken_off = observer.exchange(exchange, conclusion, names) == ControlFlow::Break(());
    }
}
