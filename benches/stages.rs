//! The stages that are measured, each as one function whose result is a count to assert.

use crate::{Character, attempts};
use posmortem::classify::{Circumstances, CodeTables, Dialect, Kind, Meaning};
use posmortem::exchange::{
    BreakdownCounter, BreakdownPart, Exchange, ExchangeTable, Leg, Names, Pairing, PairingSettings,
    Reference, Source, Summary, Tally, conclude,
};
use posmortem::iso8583::{Amount, AmountUnit, EntryMode, Mti, ResponseCode, Timestamp};
use posmortem::logs::{
    BlockReader, DateHint, Format, InputSettings, PlainMessage, Position, Record, RecordSink, RejectReason,
    SAMPLE_SIZE, Scratch, detect, read_block,
};
use posmortem::{InputSource, Settings, analyse, diagnose};
use posmortem_report::{Format as ReportFormat, View, write_summary};
use std::path::Path;

/// What a log held, apart from its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// Records read.
    pub records: u64,
    /// Frames that could not be read.
    pub rejected: u64,
    /// Records that hold no message.
    pub non_messages: u64,
}

/// Counts what it is told; with `GLANCES` it takes messages as they lie, as the glance takes nearly all of them.
#[derive(Default)]
struct Reading<const GLANCES: bool>(Frames);

impl<const GLANCES: bool> RecordSink for Reading<GLANCES> {
    fn takes_plain_messages(&self) -> bool {
        GLANCES
    }
    fn plain_message(&mut self, _: &PlainMessage<'_>) -> bool {
        self.0.records += 1;
        true
    }
    fn record(&mut self, _: &Record<'_>) {
        self.0.records += 1;
    }
    fn rejected(&mut self, _: Position, _: RejectReason) {
        self.0.rejected += 1;
    }
    fn non_message(&mut self, _: Position) {
        self.0.non_messages += 1;
    }
}

/// Cuts a log into blocks and reads every record.
pub fn parse(log: &[u8]) -> Frames {
    read(log, &format_of(log))
}

/// The format of a log, as it shows by its content. Messages that tell no year are of 2026.
pub fn format_of(log: &[u8]) -> Format {
    let settings = InputSettings { date_hint: DateHint::new(2026, 11, 21), ..InputSettings::default() };
    // As much as a run looks at first.
    let sample = log.get(..SAMPLE_SIZE).unwrap_or(log);
    detect(sample, &settings).expect("a known format").format
}

/// The same of a log whose format is known.
pub fn read(log: &[u8], format: &Format) -> Frames {
    read_into::<false>(log, format)
}

/// The same, messages as they lie where the format has such.
pub fn read_at_a_glance(log: &[u8], format: &Format) -> Frames {
    read_into::<true>(log, format)
}

fn read_into<const GLANCES: bool>(log: &[u8], format: &Format) -> Frames {
    let (settings, mut sink) = (InputSettings::default(), Reading::<GLANCES>::default());
    let mut blocks = BlockReader::new(log, format, &settings);
    let mut scratch = Scratch::default();
    while let Some(block) = blocks.next_block().expect("bytes in memory do not break off") {
        read_block(format, &block, &mut scratch, &mut sink);
        blocks.recycle(block);
    }
    sink.0
}

/// The whole run on a file; the result is the number of attempts.
pub fn end_to_end(log: &Path) -> u64 {
    let sources = [InputSource::Path(log.to_owned())];
    analyse(&sources, &Settings::default(), &mut ()).summary.totals.exchanges
}

/// The same where nobody asks for exchanges, in blocks so small that most rows come after the probe.
pub fn end_to_end_at_a_glance(log: &Path) -> u64 {
    let sources = [InputSource::Path(log.to_owned())];
    let mut settings = Settings { tells_exchanges: false, probed_legs: 1, ..Settings::default() };
    settings.input.block_size = 1 << 12;
    analyse(&sources, &settings, &mut ()).summary.totals.exchanges
}

/// What a run found, and the words for it.
pub fn summary_of(log: &Path) -> Summary {
    analyse(&[InputSource::Path(log.to_owned())], &Settings::default(), &mut ()).summary
}

/// Writes every terminal of a result; the result is the number of bytes.
pub fn report(summary: &Summary, format: ReportFormat) -> usize {
    let mut out = Vec::new();
    let view = View { all_terminals: true, ..View::default() };
    write_summary(summary, format, &view, &mut out).expect("a Vec takes every byte");
    out.len()
}

/// Codes of a day, with the dialects in which they are looked up.
pub fn codes(count: u64) -> Vec<(Dialect, ResponseCode)> {
    let codes = ["00", "51", "55", "91", "05", "54"]
        .map(|code| ResponseCode::parse(code.as_bytes()).expect("a code"));
    let dialects =
        ["iso1987", "visa", "unionpay-pos"].map(|name| Dialect::from_name(name).expect("a dialect"));
    (0..count as usize).map(|at| (dialects[at % 3], codes[at % 6])).collect()
}

/// Looks up every code; the result is how many decline.
pub fn classify(codes: &[(Dialect, ResponseCode)]) -> usize {
    let tables = CodeTables::built_in();
    let circumstances =
        Circumstances { mti: Mti::parse(b"0210"), kind: Kind::Sale, entry_mode: EntryMode::Chip };
    let meanings = codes.iter().map(|&(dialect, code)| tables.meaning(dialect, code, &circumstances));
    meanings.filter(|meaning| matches!(meaning, Meaning::Declined(_))).count()
}

/// Request and answer of each attempt of a typical day, in canonical order, half a second apart.
pub fn legs(count: u64) -> (Vec<Leg>, Names) {
    legs_of(count, Character::Typical)
}

/// The same of a day of that character.
pub fn legs_of(count: u64, character: Character) -> (Vec<Leg>, Names) {
    let mut names = Names::default();
    let (request, response) = (Mti::parse(b"0200"), Mti::parse(b"0210"));
    let mut legs = Vec::new();
    for attempt in attempts(count, character) {
        let terminal = names.intern(&attempt.terminal.to_string());
        let at = Timestamp { millis: attempt.number as i64 * 500, offset_minutes: None };
        let leg = Leg {
            mti: request,
            terminal,
            terminal_key: terminal,
            stan: Some(attempt.number),
            rrn: Reference::new(&format!("3263{:08}", attempt.number)),
            amount: Amount::parse(attempt.amount.to_string().as_bytes(), None, AmountUnit::Minor, 0),
            entry_mode: EntryMode::from_de22(attempt.entry.as_bytes()),
            ..Leg::untold(at, Source { input: 0, offset: attempt.number })
        };
        let at = Timestamp { millis: leg.at.millis + 300, ..leg.at };
        legs.push(leg);
        legs.push(Leg { at, mti: response, code: ResponseCode::parse(attempt.code.as_bytes()), ..leg });
    }
    (legs, names)
}

/// Exchanges of a day, and the names in them.
pub fn exchanges((legs, names): (Vec<Leg>, Names)) -> (Vec<Exchange>, Names) {
    let mut exchanges = Vec::new();
    let mut pairing = Pairing::new(PairingSettings::default());
    for leg in &legs {
        pairing.push(leg, &names, &mut |exchange| exchanges.push(exchange));
    }
    pairing.finish(&mut |exchange| exchanges.push(exchange));
    (exchanges, names)
}

/// Concludes every exchange and counts it by terminal, code and currency; the result is how many failed.
pub fn count((exchanges, names): &(Vec<Exchange>, Names)) -> u64 {
    let (tables, mut tally, mut failed) = (CodeTables::built_in(), Tally::default(), 0);
    for exchange in exchanges {
        let conclusion = conclude(exchange, tables);
        failed += u64::from(conclusion.failed());
        tally.record(exchange, &conclusion, names);
    }
    failed
}

/// Pairs all legs; the result is the number of exchanges.
pub fn pair((legs, names): &(Vec<Leg>, Names)) -> usize {
    let mut exchanges = 0;
    let mut count = |_: Exchange| exchanges += 1;
    let mut pairing = Pairing::new(PairingSettings::default());
    for leg in legs {
        pairing.push(leg, names, &mut count);
    }
    pairing.finish(&mut count);
    exchanges
}

/// What a run hands to the diagnosis: every attempt of a log.
pub fn table_of(log: &Path) -> (ExchangeTable, Names) {
    let sources = [InputSource::Path(log.to_owned())];
    let run = analyse(&sources, &Settings { keep_table: true, ..Settings::default() }, &mut ());
    (run.table.expect("the run was asked to keep it"), run.summary.names)
}

/// Judges a day; the result is the number of verdicts and of incidents.
pub fn judge((table, names): &(ExchangeTable, Names)) -> (usize, usize) {
    let diagnosis = diagnose::diagnose(table, names, &diagnose::Settings::default());
    (diagnosis.verdicts().len(), diagnosis.incidents.len())
}

/// Counts every attempt of a table by minute, issuer, link, site and latency; the result is their number.
pub fn break_down((table, names): &(ExchangeTable, Names)) -> u64 {
    let (counter, mut part) = (BreakdownCounter::new(table, names), BreakdownPart::default());
    table.chunks().iter().for_each(|chunk| counter.count(chunk, &mut part));
    counter.finish(part).fleet.counts.exchanges
}
