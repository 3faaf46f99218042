//! What tables settled is taken over, and the legs of their edges meet: one table after the other, in the order of time.
//!
//! Which legs cannot be paired any more is decided here, too: those that are out of order by what stands in other parts of
//! their file, and those whose clock puts them where another table has settled what they may belong to.

use super::JoinError;
use super::beside_edges::{add_pairing, of_exchanges, without_edges};
use super::in_order::InOrder;
use super::join::Input;
use super::meeting::Meeting;
use super::opening::file_of_table;
use super::parts::{Part, late_in};
use crate::Settings;
use crate::fleet_limit::FleetLimit;
use crate::run::{Observer, Run, Stop};
use crate::sequencer::Counting;
use crate::summing_up::summary_of;
use crate::tap::Tap;
use posmortem_exchange::{
    ExchangeTable, FileFacts, FileState, Leg, LinkSpan, Names, Pairing, PairingSettings, RunFacts, Symbol,
};
use posmortem_tables::{GroupToDecode, Row, TableError};
use std::collections::BTreeMap;

/// Reads tables in the order of time. The observer hears of exchanges table by table, the tap of all that is taken over and
/// paired.
///
/// # Errors
/// When it shows that parts of files cannot be put together.
pub(super) fn take_over(
    tables: &[Input],
    files: Vec<FileFacts>,
    settings: &Settings,
    observer: &mut dyn Observer,
    tap: Option<&mut dyn Tap>,
) -> Result<(Run, Option<ExchangeTable>), JoinError> {
    let pairing = tables.first().map(|input| input.table.header().facts.pairing.clone());
    let pairing = pairing.unwrap_or_default();
    let meeting = Meeting::of(tables.iter().map(|input| &input.table.header().facts), &pairing);
    let mut join = Join::new(settings, pairing, meeting, files, tap);
    join.hear(tables);
    for (number, input) in tables.iter().enumerate() {
        match join.read(tables, number, observer) {
            Ok(()) => {}
            Err(ReadError::Table(error)) => {
                let state = FileState::BrokenOff(error.to_string());
                join.facts.files.push(file_of_table(input.path.clone(), state));
            }
            Err(ReadError::Join(error)) => return Err(error),
        }
        let bytes = input.places.iter().map(|place| join.facts.files[*place as usize].summary.bytes);
        let is_broken_off = observer.progress(bytes.sum(), join.facts.ledger.frames()).is_break();
        join.stopped = match is_broken_off || join.counting.is_broken_off {
            true => Some(Stop::ByObserver),
            false => join.fleet.is_crossed().then_some(Stop::TooManyTerminals),
        };
        if join.stopped.is_some() {
            break;
        }
    }
    Ok(join.finish(tables, observer))
}

/// Why a table was not read to its end.
#[derive(thiserror::Error, Debug)]
enum ReadError {
    /// It is told as the state of a file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Nothing can be said of any table.
    #[error(transparent)]
    Join(#[from] JoinError),
}

/// Row groups that are decoded, or wait for their turn, while the rows of another one are taken over: that takes as long
/// as to decode it, so that more would only wait, and each takes some 15 MB.
const MOST_DECODED: usize = 3;

struct Join<'s, 't> {
    tap: Option<&'t mut dyn Tap>,
    settings: PairingSettings,
    names: Names,
    /// Pairs the legs of all edges, and decides what hangs on the spans of links.
    pairing: Pairing,
    counting: Counting<'s>,
    facts: RunFacts,
    /// The legs of edges.
    meeting: Meeting,
    fleet: FleetLimit,
    stopped: Option<Stop>,
}

impl<'s, 't> Join<'s, 't> {
    fn new(
        settings: &'s Settings,
        pairing: PairingSettings,
        meeting: Meeting,
        files: Vec<FileFacts>,
        tap: Option<&'t mut dyn Tap>,
    ) -> Self {
        Self {
            tap,
            settings: pairing.clone(),
            names: Names::default(),
            pairing: Pairing::new(pairing),
            counting: Counting::new(settings),
            facts: RunFacts { files, ..RunFacts::default() },
            meeting,
            fleet: FleetLimit::new(settings.max_terminals),
            stopped: None,
        }
    }

    /// Takes note of all spans of links first: they decide which halves of exchanges can be missed.
    fn hear(&mut self, tables: &[Input]) {
        for (link, span) in tables.iter().flat_map(|input| &input.table.header().facts.links) {
            let link = self.names.intern(link);
            self.pairing.hear(link, *span, &self.names);
        }
    }

    /// Takes over what a table settled, and lets the legs of its edges meet those of the tables before it.
    fn read(
        &mut self,
        tables: &[Input],
        number: usize,
        observer: &mut dyn Observer,
    ) -> Result<(), ReadError> {
        let input = &tables[number];
        let mut legs = Vec::new();
        let read = self.rows(input, number, &mut legs, observer);
        legs.sort_by(|a, b| a.canonical_cmp(b, &self.names));
        let settled = match read {
            Ok(settled) => settled,
            Err(error) => {
                self.meeting.take(legs, &self.names);
                return Err(error.into());
            }
        };
        let told = &input.table.header().facts.run;
        let facts = without_edges(told, settled, &legs, &self.settings, &self.names)?;
        self.facts.add(facts);
        self.leave_out_late(&mut legs, &input.parts)?;
        self.leave_out_astray(&mut legs, tables, number)?;
        self.meeting.take(legs, &self.names);
        self.pair(number, observer);
        Ok(())
    }

    /// Takes over what a table settled, and gives the legs of its edges. Tells how many frames are settled.
    fn rows(
        &mut self,
        input: &Input,
        number: usize,
        legs: &mut Vec<Leg>,
        observer: &mut dyn Observer,
    ) -> Result<u64, TableError> {
        let Self { names, pairing, counting, fleet, tap, .. } = self;
        let place_of = |file: u32| {
            let place = usize::try_from(file).ok().and_then(|at| input.places.get(at));
            place.copied().unwrap_or(u32::MAX)
        };
        let place = |leg: &mut Leg| leg.source.input = place_of(leg.source.input);
        let before = of_exchanges(&pairing.ledger());
        let mut each = |row: Row, names: &Names| match row {
            Row::Settled(mut exchange) => {
                [&mut exchange.request, &mut exchange.answer].into_iter().flatten().for_each(place);
                fleet.meet(exchange.terminal_key());
                pairing.resume(exchange, &mut |exchange| {
                    let conclusion = counting.conclude(&exchange, names);
                    if let Some(tap) = tap {
                        tap.settled(&exchange, &conclusion, names);
                    }
                    counting.add(&exchange, &conclusion, names, observer);
                });
            }
            Row::Leg(mut leg) => {
                place(&mut leg);
                fleet.meet(leg.terminal_key);
                leg.trace = trace_among_tables(leg.trace, number);
                legs.push(leg);
            }
            Row::Aside(mut aside) => {
                aside.source.input = place_of(aside.source.input);
                fleet.meet(aside.terminal_key);
                if let Some(tap) = tap {
                    tap.settled_aside(&aside, names);
                }
                counting.add_aside(&aside, names);
            }
        };
        let (mut groups, mut decoding) = (input.table.groups(), InOrder::default());
        let ahead = match rayon::current_num_threads() {
            1 => 0,
            threads => threads.min(MOST_DECODED),
        };
        loop {
            for group in groups.by_ref().take(ahead + 1 - decoding.len()) {
                decoding.give(|| GroupToDecode::decode(group));
            }
            let Some(group) = decoding.take() else { break };
            group?.hand_out(names, &mut each)?;
        }
        Ok(of_exchanges(&self.pairing.ledger()) - before)
    }

    /// Leaves out the legs that stand in parts of files and are out of order there.
    fn leave_out_late(&mut self, legs: &mut Vec<Leg>, parts: &[Part]) -> Result<(), JoinError> {
        let horizon_ms = self.settings.horizon_ms;
        let (all, mut listed, mut is_span) = (legs.len(), 0, None);
        legs.retain(|leg| {
            let (place, offset, millis) = (leg.source.input, leg.source.offset, leg.at.millis);
            let part = Part::holding(parts, place, offset);
            let Some(part) = part.filter(|part| part.is_late(offset, millis, horizon_ms)) else {
                return true;
            };
            listed += usize::from(part.lists(offset, millis));
            if self.bounds_its_link(leg) {
                is_span = Some(place);
            }
            false
        });
        self.facts.ledger.out_of_order += (all - legs.len()) as u64;
        // All that are known to be late must have been left out, and no link's log may seem longer by one of them.
        let known: usize = parts.iter().map(|part| part.late(horizon_ms)).sum();
        let in_settled = || parts.iter().find(|part| part.late(horizon_ms) > 0).map(Part::place);
        let refused = is_span.or_else(|| if listed == known { None } else { in_settled() });
        match refused {
            None => Ok(()),
            Some(place) => Err(late_in(self.path(place))),
        }
    }

    /// Whether a link was heard from that moment on, or to it.
    fn bounds_its_link(&self, leg: &Leg) -> bool {
        let millis = leg.at.millis;
        let of_link = |(link, _): &(Symbol, LinkSpan)| *link == leg.link;
        self.pairing.spans().find(of_link).is_some_and(|(_, span)| {
            [span.first.millis, span.last.millis].contains(&millis) || span.first_request == Some(millis)
        })
    }

    fn path(&self, place: u32) -> &str {
        let file = usize::try_from(place).ok().and_then(|place| self.facts.files.get(place));
        file.map_or("", |file| &file.summary.path)
    }

    /// Looks at the legs that stand where another table has settled everything, and leaves out those that may belong to
    /// what is settled there. Parts of files must say what the files say, and are refused then.
    fn leave_out_astray(
        &mut self,
        legs: &mut Vec<Leg>,
        tables: &[Input],
        number: usize,
    ) -> Result<(), ReadError> {
        let mut by_other: BTreeMap<usize, Vec<Leg>> = BTreeMap::new();
        legs.retain(|leg| match self.meeting.settled_by_other(number, leg.at.millis) {
            None => true,
            Some(other) => {
                by_other.entry(other).or_default().push(*leg);
                false
            }
        });
        for (other, found) in by_other {
            let other = &tables[other];
            let astray = self.meeting.astray_in(&found, &other.table, &mut self.names)?;
            for (leg, is_astray) in found.into_iter().zip(astray) {
                if !is_astray {
                    legs.push(leg);
                } else if tables[number].parts.is_empty() && other.parts.is_empty() {
                    self.facts.ledger.out_of_order += 1;
                } else {
                    let (path, offset) = (self.path(leg.source.input).to_owned(), leg.source.offset);
                    return Err(JoinError::Astray { path, offset, other: other.path.clone() }.into());
                }
            }
        }
        legs.sort_by(|a, b| a.canonical_cmp(b, &self.names));
        Ok(())
    }

    /// Pairs the legs before which none comes of the tables behind this one.
    fn pair(&mut self, number: usize, observer: &mut dyn Observer) {
        let Self { names, pairing, counting, meeting, tap, .. } = self;
        while let Some(leg) = meeting.next_behind(number) {
            if let Some(tap) = tap {
                tap.leg(&leg, names);
            }
            pairing.push(&leg, names, &mut |exchange| counting.count(&exchange, names, observer, tap));
        }
        counting.settle_asides(pairing, names, tap);
        if let Some(tap) = tap {
            tap.pause(pairing, names);
        }
    }

    /// Ends the pairing, and sums up.
    fn finish(mut self, tables: &[Input], observer: &mut dyn Observer) -> (Run, Option<ExchangeTable>) {
        self.pair(tables.len(), observer);
        let Self { names, mut pairing, mut counting, mut facts, mut tap, stopped, .. } = self;
        pairing.finish(&mut |exchange| counting.count(&exchange, &names, observer, &mut tap));
        counting.settle_asides(&mut pairing, &names, &mut tap);
        counting.finish(&pairing, &names);
        add_pairing(&mut facts, &pairing);
        if let Some(tap) = tap {
            tap.finish(&facts, &pairing, &names);
        }
        let Counting { tally, table, chosen, selected, is_broken_off, .. } = counting;
        let summary = summary_of(facts, &pairing, tally, names);
        let run = Run {
            summary,
            rejects: Vec::new(),
            table,
            inspection: None,
            diagnosis: None,
            breakdown: None,
            selected,
            stopped: stopped.or(is_broken_off.then_some(Stop::ByObserver)),
        };
        (run, chosen)
    }
}

/// Dumps are known by their place in their own run alone (an even number): two runs know two of them
/// by one number.
fn trace_among_tables(trace: u64, table: usize) -> u64 {
    if trace & 1 == 1 || trace == 0 {
        return trace;
    }
    (trace ^ (table as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) << 1) | 2
}
