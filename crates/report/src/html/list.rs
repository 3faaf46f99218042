//! Every terminal that is asked for, a row each: as data for the script, which searches, filters, sorts and turns
//! pages, and the first of them as rows that need none.
//!
//! A hundred thousand terminals have to go into a page of 10 MB, so a row is an array of numbers, texts that come
//! again are told once, and what is not known is left out at the end.

use super::IN_FULL;
use super::incidents::{Mention, mentions};
use super::lens::{Lens, safe};
use super::terminals::{named, place};
use super::words::Words;
use crate::judged::{Line, Listed};
use crate::labels::state_title;
use crate::moment::to_the_minute;
use posmortem_classify::{Cause, Reason};
use posmortem_diagnose::State;
use posmortem_exchange::{Outcome, Summary};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// In place of what is not known.
const NONE: i64 = -1;

#[derive(Serialize)]
pub(super) struct List {
    /// All that are listed.
    count: usize,
    /// Those that `top` leaves out.
    left_out: usize,
    rows: Vec<Row>,
    /// JSON in which nothing can end the element that holds it.
    data: String,
}

/// A row that needs no script.
#[derive(Serialize)]
struct Row {
    id: String,
    merchant: String,
    attempts: u64,
    failed: u64,
    causes: [u64; Cause::ALL.len()],
    unclassified: u64,
    state: &'static str,
    cause: Option<&'static str>,
    cause_title: &'static str,
    reason_title: &'static str,
    start: String,
    /// Where the end is known and past.
    end: String,
    ongoing: bool,
    observed: u64,
    expected: Option<String>,
    confidence: Option<String>,
    incidents: Vec<Mention>,
}

impl List {
    pub(super) fn of(lens: &Lens<'_>, listed: &Listed<'_>) -> Self {
        let lines = &listed.terminals;
        let shown = lines.len().min(IN_FULL);
        Self {
            count: lines.len(),
            left_out: listed.left_out,
            rows: lines[..shown].iter().map(|line| row(lens, line)).collect(),
            data: data(lens, lines),
        }
    }
}

fn row(lens: &Lens<'_>, (terminal, verdict): &Line<'_>) -> Row {
    let (summary, language) = (lens.summary, lens.language);
    let (counts, reason) = (&terminal.counts, verdict.reason());
    let clock = |at| to_the_minute(at, lens.with_day);
    Row {
        id: named(summary.names.text(terminal.terminal), lens.labels.no_id),
        merchant: safe(summary.merchant_of(terminal)),
        attempts: counts.exchanges,
        failed: counts.failed(),
        causes: counts.causes,
        unclassified: counts.with(Outcome::Unclassified),
        state: state_title(verdict.state(), language),
        cause: verdict.cause().map(Cause::name),
        cause_title: verdict.cause().map_or("", |cause| cause.title(language)),
        reason_title: reason.map_or("", |reason| reason.title(language)),
        start: verdict.start().map(clock).unwrap_or_default(),
        end: verdict.end().map(clock).unwrap_or_default(),
        ongoing: verdict.ongoing,
        observed: verdict.observed(),
        expected: verdict.expected().map(|expected| expected.to_string()),
        confidence: verdict.confidence().map(|confidence| confidence.to_string()),
        incidents: mentions(lens, verdict.incidents()),
    }
}

/// What the script reads.
#[derive(Serialize)]
struct Data<'d, 's> {
    words: BTreeMap<&'static str, &'static str>,
    /// The language by whose rules texts are sorted.
    lang: &'static str,
    /// The midnight from which minutes are counted, in milliseconds of the wall's clock.
    midnight: i64,
    with_day: bool,
    is_judged: bool,
    /// How many terminals are told in full.
    in_full: usize,
    /// Incidents that the page tells, by their ids.
    told: Vec<u32>,
    states: Vec<&'static str>,
    /// Name and title.
    causes: [(&'static str, &'static str); Cause::ALL.len()],
    /// Name, title and the number of the cause; no row is about any other.
    reasons: Vec<(&'static str, &'static str, usize)>,
    merchants: Vec<String>,
    rows: Rows<'d, 's>,
}

/// All rows, made one by one.
struct Rows<'d, 's> {
    summary: &'s Summary,
    lines: &'d [Line<'s>],
    merchants: &'d BTreeMap<&'s str, usize>,
    reasons: &'d BTreeMap<Reason, usize>,
    unnamed: &'static str,
    midnight: i64,
}

fn data(lens: &Lens<'_>, lines: &[Line<'_>]) -> String {
    let merchants = numbered(lines.iter().map(|(terminal, _)| lens.summary.merchant_of(terminal)));
    let reasons = numbered(lines.iter().filter_map(|(_, verdict)| verdict.reason()));
    let midnight = lens.summary.first.map_or(0, |first| first.civil_millis().div_euclid(DAY_MS) * DAY_MS);
    let titled = |reason: &Reason| (reason.name(), reason.title(lens.language), reason.cause().index());
    let states = State::ALL.into_iter().map(Some).chain([None]);
    let rows = Rows {
        summary: lens.summary,
        lines,
        merchants: &merchants,
        reasons: &reasons,
        unnamed: lens.labels.no_id,
        midnight,
    };
    let data = Data {
        words: Words::of(lens.language).of_script().collect(),
        lang: lens.lang(),
        midnight,
        with_day: lens.with_day,
        is_judged: lens.judged.diagnosis.is_some(),
        in_full: lines.len().min(IN_FULL),
        told: lens.told.iter().map(|incident| incident.id).collect(),
        states: states.map(|state| state_title(state, lens.language)).collect(),
        causes: Cause::ALL.map(|cause| (cause.name(), cause.title(lens.language))),
        reasons: reasons.keys().map(titled).collect(),
        merchants: merchants.keys().map(|merchant| safe(merchant)).collect(),
        rows,
    };
    harmless(&serde_json::to_string(&data).expect("texts, numbers and arrays of them"))
}

/// Each once, in its order, by its number.
fn numbered<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let each: BTreeSet<T> = all.collect();
    each.into_iter().enumerate().map(|(at, one)| (one, at)).collect()
}

/// JSON that says the same without a character by which markup begins. Outside of texts it has none.
fn harmless(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

impl Serialize for Rows<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines.iter().map(|line| Cells { rows: self, line }))
    }
}

/// A row: id, merchant, attempts, failed, failures by cause and without one, state, seen, expected, confidence;
/// and where something is claimed its reason, start, end, whether it goes on, and incidents.
struct Cells<'d, 's> {
    rows: &'d Rows<'d, 's>,
    line: &'d Line<'s>,
}

impl Serialize for Cells<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rows, line: (terminal, verdict) } = self;
        let counts = &terminal.counts;
        let mut cells = serializer.serialize_seq(None)?;
        cells.serialize_element(&named(rows.summary.names.text(terminal.terminal), rows.unnamed))?;
        cells.serialize_element(&rows.merchants[rows.summary.merchant_of(terminal)])?;
        for count in [counts.exchanges, counts.failed()].iter().chain(&counts.causes) {
            cells.serialize_element(count)?;
        }
        cells.serialize_element(&counts.with(Outcome::Unclassified))?;
        cells.serialize_element(&place(verdict.state()))?;
        cells.serialize_element(&verdict.observed())?;
        for thousandths in [verdict.expected(), verdict.confidence()] {
            cells.serialize_element(
                &thousandths.map_or(NONE, |number| i64::try_from(number.0).unwrap_or(NONE)),
            )?;
        }
        if verdict.reason().is_some() || verdict.start().is_some() || !verdict.incidents().is_empty() {
            let reason = verdict.reason().map(|reason| rows.reasons[&reason]);
            cells.serialize_element(&reason.map_or(NONE, |number| number as i64))?;
            for at in [verdict.start(), verdict.end()] {
                let minutes = |at: posmortem_iso8583::Timestamp| {
                    (at.civil_millis() - rows.midnight).div_euclid(MINUTE_MS)
                };
                cells.serialize_element(&at.map(minutes))?;
            }
            cells.serialize_element(&u8::from(verdict.ongoing))?;
            for incident in verdict.incidents() {
                cells.serialize_element(incident)?;
            }
        }
        cells.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_element_that_holds_it() {
        let texts = ["</script><script>alert(1)</script>", "<!--", "a & b", "\"]}"];
        let shown = harmless(&serde_json::to_string(&texts).expect("texts"));
        assert!(!shown.contains(['<', '>', '&']), "{shown}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).expect("JSON"), texts);
    }
}
