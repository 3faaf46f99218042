//! A run over tables: what they settled is taken over, and the legs of their edges meet.

use super::JoinError;
use super::agreement::{check, check_rules, settled_span};
use super::in_order::InOrder;
use crate::Settings;
use crate::fleet_limit::FleetLimit;
use crate::run::{InputSource, Observer, Run, Stop};
use crate::sequencer::Counting;
use crate::summing_up::{judged, summary_of};
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    Exchange, ExchangeTable, FileFacts, FileState, FileSummary, Ledger, Leg, Names, Pairing, PairingSettings,
    RunFacts,
};
use posmortem_tables::{GroupToDecode, Row, Table, TableError};
use std::collections::BTreeMap;
use std::fs::File;

/// Tables that fit together, open to be read as one input in place of the logs that they were made of.
///
/// ```
/// use posmortem::{InputSource, Settings, Tables, TokenKey, save_table};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("day.parquet");
/// let day = InputSource::Path("../../fixtures/day.csv".into());
/// let (settings, key) = (Settings::default(), TokenKey::for_this_run()?);
/// let (run, written) = save_table(&[day], &settings, &key, &mut (), std::fs::File::create(&path)?);
/// written?;
///
/// let again = Tables::open(&[InputSource::Path(path)])?.analyse(&settings, &mut ())?;
/// assert_eq!(again.summary.totals, run.summary.totals);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tables {
    tables: Vec<Input>,
    /// The logs of all tables in the order of their paths, as one run over them would have them, and
    /// files that are no table that can be read.
    files: Vec<FileFacts>,
}

/// One table.
struct Input {
    path: String,
    table: Table,
    /// Where its files stand among those of all tables.
    places: Vec<u32>,
}

impl Tables {
    /// Opens tables. A file that cannot be read as one does not end the run: its state tells.
    ///
    /// # Errors
    /// When the tables do not fit together.
    pub fn open(sources: &[InputSource]) -> Result<Self, JoinError> {
        let (mut opened, mut unreadable) = (Vec::new(), Vec::new());
        for source in sources {
            let path = source.label();
            match open(source) {
                Ok(table) => opened.push((path, table)),
                Err(state) => unreadable.push((file_of_table(path, state), None)),
            }
        }
        // By time, so that it does not matter how they are named.
        opened.sort_by(|(a_path, a), (b_path, b)| {
            let first = |table: &Table| table.header().facts.run.first;
            first(a).cmp(&first(b)).then_with(|| a_path.cmp(b_path))
        });
        check(&opened)?;
        let listed = opened.iter().enumerate().flat_map(|(number, (_, table))| {
            let files = table.header().facts.run.files.iter().cloned();
            files.map(move |file| (file, Some(number)))
        });
        let mut files: Vec<_> = listed.chain(unreadable).collect();
        files.sort_by(|(a, _), (b, _)| a.summary.path.cmp(&b.summary.path));
        let mut tables: Vec<_> =
            opened.into_iter().map(|(path, table)| Input { path, table, places: Vec::new() }).collect();
        for (place, (_, number)) in (0..).zip(&files) {
            if let Some(number) = number {
                tables[*number].places.push(place);
            }
        }
        Ok(Self { tables, files: files.into_iter().map(|(file, _)| file).collect() })
    }

    /// Checks that what rows say is what they come to by the rules of these settings: exchanges are concluded anew
    /// while they are read. [`Tables::analyse`] checks it, too; who has work to do before may ask first.
    ///
    /// # Errors
    /// When a table was saved by other rules.
    pub fn check_rules(&self, settings: &Settings) -> Result<(), JoinError> {
        check_rules(self.tables.iter().map(|input| (&input.path, &input.table)), settings)
    }

    /// The paths to which [`posmortem_exchange::Source::input`] refers.
    pub fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.summary.path.clone()).collect()
    }

    /// Reads all tables as one input. Horizon and time-outs are theirs; of the settings only filter,
    /// rules, diagnosis and table count. The observer hears of exchanges table by table, and not in the order of time.
    ///
    /// # Errors
    /// When a table was saved by other rules than those of the settings: what it settled would not fit what is settled
    /// now.
    pub fn analyse(self, settings: &Settings, observer: &mut dyn Observer) -> Result<Run, JoinError> {
        self.check_rules(settings)?;
        Ok(self.analyse_anew(settings, observer))
    }

    /// The same, by whichever rules: exchanges are concluded anew by those of the settings.
    pub(super) fn analyse_anew(self, settings: &Settings, observer: &mut dyn Observer) -> Run {
        let Self { tables, files } = self;
        let pairing = tables.first().map(|input| input.table.header().facts.pairing.clone());
        let mut join = Join::new(settings, pairing.unwrap_or_default(), files);
        join.hear(&tables);
        for (number, input) in (1..).zip(&tables) {
            if let Err(error) = join.read(number, input, observer) {
                let state = FileState::BrokenOff(error.to_string());
                join.facts.files.push(file_of_table(input.path.clone(), state));
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
        let (run, chosen) = join.finish(&tables, observer);
        judged(run, chosen, settings)
    }
}

fn open(source: &InputSource) -> Result<Table, FileState> {
    let unreadable = |error: TableError| FileState::Unreadable(error.to_string());
    let InputSource::Path(path) = source else {
        let why = "an exchange table is read from its end: give its file by name";
        return Err(FileState::Unreadable(why.to_owned()));
    };
    let table = File::open(path).map_err(TableError::from).and_then(Table::open).map_err(unreadable)?;
    let rules = CodeTables::built_in().sha256();
    if table.header().rules_sha256 != rules {
        let version = &table.header().version;
        return Err(FileState::Unreadable(format!(
            "its codes were judged by other rules, those of version {version}: save it again from its logs"
        )));
    }
    Ok(table)
}

fn file_of_table(path: String, state: FileState) -> FileFacts {
    let summary = FileSummary {
        path,
        format: "exchanges".into(),
        bytes: 0,
        frames: 0,
        rejected: 0,
        first_reject: None,
        state,
    };
    FileFacts { summary, is_unsorted: false, unknown_columns: Vec::new(), other_formats: Vec::new() }
}

/// Row groups that are decoded, or wait for their turn, while the rows of another one are taken over: that takes as long
/// as to decode it, so that more would only wait, and each takes some 15 MB.
const MOST_DECODED: usize = 3;

struct Join<'s> {
    settings: PairingSettings,
    names: Names,
    /// Pairs the legs of all edges, and decides what hangs on the spans of links.
    pairing: Pairing,
    counting: Counting<'s>,
    facts: RunFacts,
    /// The legs of all edges, with the number of their table.
    legs: Vec<(u32, Leg)>,
    fleet: FleetLimit,
    stopped: Option<Stop>,
}

impl<'s> Join<'s> {
    fn new(settings: &'s Settings, pairing: PairingSettings, files: Vec<FileFacts>) -> Self {
        Self {
            settings: pairing.clone(),
            names: Names::default(),
            pairing: Pairing::new(pairing),
            counting: Counting::new(settings),
            facts: RunFacts { files, ..RunFacts::default() },
            legs: Vec::new(),
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

    /// Takes over what a table settled, and keeps the legs of its edges.
    fn read(&mut self, number: u32, input: &Input, observer: &mut dyn Observer) -> Result<(), TableError> {
        let Self { names, pairing, counting, legs, fleet, .. } = self;
        let place_of = |file: u32| {
            let place = usize::try_from(file).ok().and_then(|at| input.places.get(at));
            place.copied().unwrap_or(u32::MAX)
        };
        let place = |leg: &mut Leg| leg.source.input = place_of(leg.source.input);
        let (begin, before) = (legs.len(), of_exchanges(&pairing.ledger()));
        let mut each = |row: Row, names: &Names| match row {
            Row::Settled(mut exchange) => {
                [&mut exchange.request, &mut exchange.answer].into_iter().flatten().for_each(place);
                fleet.meet(exchange.terminal_key());
                let count = &mut |exchange: Exchange| counting.count(&exchange, names, observer, &mut None);
                pairing.resume(exchange, count);
            }
            Row::Leg(mut leg) => {
                place(&mut leg);
                fleet.meet(leg.terminal_key);
                leg.trace = trace_among_tables(leg.trace, number);
                legs.push((number, leg));
            }
            Row::Aside(mut aside) => {
                aside.source.input = place_of(aside.source.input);
                fleet.meet(aside.terminal_key);
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
        let settled = of_exchanges(&self.pairing.ledger()) - before;
        let edges = sorted(&mut self.legs[begin..], &self.names);
        let told = &input.table.header().facts.run;
        let facts = without_edges(told, settled, edges, &self.settings, &self.names)?;
        self.facts.add(facts);
        Ok(())
    }

    /// Lets the edges of all tables meet, and sums up.
    fn finish(self, tables: &[Input], observer: &mut dyn Observer) -> (Run, Option<ExchangeTable>) {
        let Self { names, mut pairing, mut counting, mut facts, mut legs, stopped, .. } = self;
        let spans: BTreeMap<u32, (i64, i64)> = (1..)
            .zip(tables)
            .filter_map(|(number, input)| Some((number, settled_span(&input.table.header().facts)?)))
            .collect();
        // A wrong clock of one table stands where another one has nothing left to be paired.
        let all = legs.len();
        legs.retain(|(of, leg)| {
            let is_inside = |(from, to): &(i64, i64)| (from + 1..*to).contains(&leg.at.millis);
            !spans.iter().any(|(number, span)| number != of && is_inside(span))
        });
        facts.ledger.out_of_order += (all - legs.len()) as u64;
        let mut count = |exchange: Exchange| counting.count(&exchange, &names, observer, &mut None);
        for leg in sorted(&mut legs, &names) {
            pairing.push(leg, &names, &mut count);
        }
        pairing.finish(&mut count);
        counting.settle_asides(&mut pairing, &names, &mut None);
        counting.finish(&pairing, &names);
        add_pairing(&mut facts, &pairing);
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
fn trace_among_tables(trace: u64, table: u32) -> u64 {
    if trace & 1 == 1 || trace == 0 {
        return trace;
    }
    (trace ^ u64::from(table).wrapping_mul(0x9e37_79b9_7f4a_7c15) << 1) | 2
}

fn sorted<'l>(legs: &'l mut [(u32, Leg)], names: &Names) -> impl Iterator<Item = &'l Leg> + use<'l> {
    legs.sort_by(|(_, a), (_, b)| a.canonical_cmp(b, names));
    legs.iter().map(|(_, leg)| leg)
}

/// What a run found beside its edges and its exchanges: what it found in all, less what comes of its
/// edges alone. Exchanges are counted when they are decided; here it is seen that those of `settled` frames and of the
/// edges are all that it found.
fn without_edges<'l>(
    run: &RunFacts,
    settled: u64,
    edges: impl Iterator<Item = &'l Leg>,
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
fn of_exchanges(ledger: &Ledger) -> u64 {
    ledger.paired + ledger.complete + ledger.request_only + ledger.response_only + ledger.open
}

fn add_pairing(facts: &mut RunFacts, pairing: &Pairing) {
    facts.ledger += pairing.ledger();
    facts.orphan_reversals += pairing.orphan_reversals();
    facts.attempt_requests += pairing.attempt_requests();
    facts.attempt_answers += pairing.attempt_answers();
}
