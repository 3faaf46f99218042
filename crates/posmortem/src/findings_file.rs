//! Findings of a day as a file: one JSON document, `"findings": 1`.
//!
//! Diagnosing thirty saved tables anew every morning would take thirty times as long as the day itself, and none
//! of the tables could ever be thrown away. So what was found is kept beside the table, in a file that is
//! written whole or not at all, some twelve bytes a terminal, and read at once. It is no part of the table: a table says what happened, and
//! is the same whatever was made of it. What findings say stands in `diagnose`.

use crate::run_name::inputs_digest;
use posmortem_classify::{Cause, Reason, Rules};
use posmortem_diagnose::{Attribute, DayFindings, Diagnosis, FaultyTerminal, SharedCause, State};
use posmortem_exchange::{Counts, Outcome, Summary};
use posmortem_iso8583::{Timestamp, screen};
use posmortem_logs::parse_time;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// The version of the file. Findings of another one are refused, and found again from the logs.
const VERSION: u64 = 1;

/// Why findings cannot be read, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindingsError {
    /// Something else, or not whole.
    #[error(
        "no findings as `report --save` writes them, or not all of them: save them again from their logs"
    )]
    Broken,
    /// Of another version.
    #[error("findings of version {0}, and this posmortem reads {VERSION}: save them again from their logs")]
    OtherVersion(u64),
    /// Whole, and yet not what they should be.
    #[error("findings that contradict themselves (`{0}`): save them again from their logs")]
    Contradictory(&'static str),
}

/// What the diagnosis of a run found by those rules; none where it judged no attempt.
pub fn findings_of(summary: &Summary, diagnosis: &Diagnosis, rules: Option<&Rules>) -> Option<DayFindings> {
    DayFindings::of(summary, diagnosis, inputs_digest(summary), rules.and_then(Rules::decisions_sha256))
}

/// Writes findings.
///
/// # Errors
/// When `out` does not take them.
pub fn write_findings(findings: &DayFindings, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Document::of(findings))?;
    out.write_all(b"\n")
}

/// Reads findings.
///
/// # Errors
/// When they are none, not whole, or of another version.
pub fn read_findings(bytes: &[u8]) -> Result<DayFindings, FindingsError> {
    read(bytes, |ids: Vec<String>| ids)
}

/// Reads findings of other days, without the ids of those who were not at fault: nobody asks who else was there then, and
/// of a fleet they are nearly all. What could not be read, and why, comes back beside.
pub fn read_past(paths: &[PathBuf]) -> (Vec<DayFindings>, Vec<(PathBuf, String)>) {
    let (mut past, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        let bytes = fs::read(path).map_err(|error| error.to_string());
        match bytes
            .and_then(|bytes| read(&bytes, |_: IgnoredAny| Vec::new()).map_err(|error| error.to_string()))
        {
            Ok(findings) => past.push(findings),
            Err(why) => unread.push((path.clone(), why)),
        }
    }
    (past, unread)
}

fn read<'b, Ids: Deserialize<'b>>(
    bytes: &'b [u8],
    ids: fn(Ids) -> Vec<String>,
) -> Result<DayFindings, FindingsError> {
    let Versioned { findings: version } = serde_json::from_slice(bytes).map_err(|_| FindingsError::Broken)?;
    if version != VERSION {
        return Err(FindingsError::OtherVersion(version));
    }
    let document: Document<'_, Ids> = serde_json::from_slice(bytes).map_err(|_| FindingsError::Broken)?;
    document.into_findings(ids)
}

/// What every version says of itself.
#[derive(Deserialize)]
struct Versioned {
    findings: u64,
}

#[derive(Serialize, Deserialize)]
struct Document<'d, Ids> {
    findings: u64,
    inputs: String,
    /// Findings of versions that knew no rules have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
    first: String,
    last: String,
    totals: Totals,
    #[serde(borrow)]
    incidents: Vec<Incident<'d>>,
    #[serde(borrow)]
    terminals: Vec<Terminal<'d>>,
    faultless: Ids,
    undecided: Ids,
}

#[derive(Serialize, Deserialize)]
struct Totals {
    exchanges: u64,
    outcomes: BTreeMap<String, u64>,
    causes: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Incident<'d> {
    reason: &'d str,
    scope: BTreeMap<String, String>,
    observed: u64,
    terminals: u32,
}

#[derive(Serialize, Deserialize)]
struct Terminal<'d> {
    terminal_id: String,
    state: &'d str,
    cause: Option<&'d str>,
    reason: Option<&'d str>,
    observed: u64,
}

impl<'d> Document<'d, &'d [String]> {
    fn of(findings: &'d DayFindings) -> Self {
        let DayFindings { span, inputs, rules, totals, terminals, incidents, faultless, undecided } =
            findings;
        Self {
            findings: VERSION,
            inputs: inputs.clone(),
            rules: rules.clone(),
            first: span.0.to_string(),
            last: span.1.to_string(),
            totals: Totals::of(totals),
            incidents: incidents.iter().map(Incident::of).collect(),
            terminals: terminals.iter().map(Terminal::of).collect(),
            faultless,
            undecided,
        }
    }
}

impl<Ids> Document<'_, Ids> {
    fn into_findings(self, ids: fn(Ids) -> Vec<String>) -> Result<DayFindings, FindingsError> {
        let Self { inputs, rules, first, last, totals, incidents, terminals, faultless, undecided, .. } =
            self;
        let moment = |text: &str| -> Result<Timestamp, FindingsError> {
            parse_time(text.as_bytes()).ok_or(FindingsError::Contradictory("first, last"))
        };
        let span = (moment(&first)?, moment(&last)?);
        if span.0.civil_millis() > span.1.civil_millis() {
            return Err(FindingsError::Contradictory("first, last"));
        }
        Ok(DayFindings {
            span,
            inputs,
            rules,
            totals: totals.counts()?,
            terminals: terminals.into_iter().map(Terminal::into_fault).collect::<Result<_, _>>()?,
            incidents: incidents.into_iter().map(Incident::into_cause).collect::<Result<_, _>>()?,
            faultless: ids(faultless),
            undecided: ids(undecided),
        })
    }
}

impl Totals {
    fn of(counts: &Counts) -> Self {
        let outcomes = Outcome::ALL.map(|outcome| (outcome.name().to_owned(), counts.with(outcome)));
        let causes = Cause::ALL.map(|cause| (cause.name().to_owned(), counts.causes[cause.index()]));
        Self { exchanges: counts.exchanges, outcomes: outcomes.into(), causes: causes.into() }
    }

    fn counts(&self) -> Result<Counts, FindingsError> {
        let told = |counts: &BTreeMap<String, u64>, name| {
            counts.get(name).copied().ok_or(FindingsError::Contradictory("totals"))
        };
        let mut counts = Counts { exchanges: self.exchanges, ..Counts::default() };
        for outcome in Outcome::ALL {
            counts.outcomes[outcome as usize] = told(&self.outcomes, outcome.name())?;
        }
        for cause in Cause::ALL {
            counts.causes[cause.index()] = told(&self.causes, cause.name())?;
        }
        let sum = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        let unclassified = counts.with(Outcome::Unclassified);
        let failed = sum(&counts.causes).and_then(|sum| sum.checked_add(unclassified));
        let is_sound = sum(&counts.outcomes) == Some(counts.exchanges)
            && failed.is_some_and(|failed| failed <= counts.exchanges);
        if is_sound { Ok(counts) } else { Err(FindingsError::Contradictory("totals")) }
    }
}

impl<'d> Incident<'d> {
    fn of(cause: &SharedCause) -> Self {
        let SharedCause { reason, scope, observed, terminals } = cause;
        let scope = scope.iter().map(|(attribute, value)| (attribute.name().to_owned(), value.clone()));
        Self { reason: reason.name(), scope: scope.collect(), observed: *observed, terminals: *terminals }
    }

    fn into_cause(self) -> Result<SharedCause, FindingsError> {
        let value = |(name, value): (String, String)| Some((Attribute::from_name(&name)?, screened(&value)));
        let scope: Option<Vec<_>> = self.scope.into_iter().map(value).collect();
        let mut scope = scope.ok_or(FindingsError::Contradictory("scope"))?;
        scope.sort();
        Ok(SharedCause {
            reason: reason(self.reason)?,
            scope,
            observed: self.observed,
            terminals: self.terminals,
        })
    }
}

impl<'d> Terminal<'d> {
    fn of(fault: &FaultyTerminal) -> Self {
        let FaultyTerminal { terminal, state, cause, reason, observed } = fault;
        Self {
            terminal_id: terminal.clone(),
            state: state.name(),
            cause: cause.map(Cause::name),
            reason: reason.map(Reason::name),
            observed: *observed,
        }
    }

    fn into_fault(self) -> Result<FaultyTerminal, FindingsError> {
        let state = State::ALL.into_iter().find(|state| state.is_fault() && state.name() == self.state);
        let cause = |name| Cause::from_name(name).ok_or(FindingsError::Contradictory("cause"));
        Ok(FaultyTerminal {
            terminal: screened(&self.terminal_id),
            state: state.ok_or(FindingsError::Contradictory("state"))?,
            cause: self.cause.map(cause).transpose()?,
            reason: self.reason.map(reason).transpose()?,
            observed: self.observed,
        })
    }
}

/// What is shown of a file that anybody may have written. What a run has written comes back as it is.
fn screened(text: &str) -> String {
    screen(text.as_bytes()).into_owned()
}

fn reason(name: &str) -> Result<Reason, FindingsError> {
    Reason::from_name(name).ok_or(FindingsError::Contradictory("reason"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> DayFindings {
        let moment = |millis| Timestamp { millis, offset_minutes: Some(480) };
        let reason = |name: &str| Reason::from_name(name).unwrap();
        let fault = |terminal: &str, state, name: &str| FaultyTerminal {
            terminal: terminal.to_owned(),
            state,
            cause: Some(reason(name).cause()),
            reason: Some(reason(name)),
            observed: 12,
        };
        let mut totals = Counts { exchanges: 40, ..Counts::default() };
        totals.outcomes[Outcome::Approved as usize] = 28;
        totals.outcomes[Outcome::Declined as usize] = 12;
        totals.causes[Cause::Key.index()] = 12;
        DayFindings {
            span: (moment(1_763_683_230_250), moment(1_763_750_000_000)),
            inputs: "e3b0c442".to_owned(),
            rules: Some("5f70bf18".to_owned()),
            totals,
            terminals: vec![
                fault("1 \"quoted\" \\ 一", State::Own, "mac_key_out_of_sync"),
                fault("2", State::Silent, "power_unstable"),
            ],
            incidents: vec![SharedCause {
                reason: reason("issuer_unavailable"),
                scope: vec![(Attribute::Link, "up".to_owned()), (Attribute::Issuer, "62220200".to_owned())],
                observed: 24,
                terminals: 10,
            }],
            faultless: vec!["3".to_owned(), "4".to_owned()],
            undecided: vec!["5".to_owned()],
        }
    }

    fn written(findings: &DayFindings) -> String {
        let mut bytes = Vec::new();
        write_findings(findings, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let told = written(&findings());
        assert!(told.starts_with("{\"findings\":1,") && told.ends_with("}\n"), "{told}");
        assert_eq!(read_findings(told.as_bytes()), Ok(findings()));
        // Where no rules decided, nothing is told of them, as before there were any.
        let plain = DayFindings { rules: None, ..findings() };
        let told = written(&plain);
        assert!(!told.contains("rules"), "{told}");
        assert_eq!(read_findings(told.as_bytes()), Ok(plain));
    }

    #[test]
    fn what_is_shown_of_it_is_screened() {
        let told = written(&findings())
            .replace("\"terminal_id\":\"2\"", "\"terminal_id\":\"\\u001b[2J 4111113100002012\"");
        let read = read_findings(told.as_bytes()).unwrap();
        let shown = &read.terminals[1].terminal;
        assert!(shown.starts_with("\\x1b[2J ") && !shown.contains("4111113100002012"), "{shown}");
    }

    #[test]
    fn what_is_no_findings_of_this_version_is_refused_and_says_why() {
        let told = written(&findings());
        for (text, error) in [
            (told.replace("\"findings\":1", "\"findings\":2"), FindingsError::OtherVersion(2)),
            // Another version may look like anything else.
            ("{\"findings\": 7, \"days\": []}".to_owned(), FindingsError::OtherVersion(7)),
            (told[..told.len() / 2].to_owned(), FindingsError::Broken),
            (told.clone() + &told, FindingsError::Broken),
            (String::new(), FindingsError::Broken),
            ("{\"schema\":1}".to_owned(), FindingsError::Broken),
            (told.replace("mac_key_out_of_sync", "mac_key"), FindingsError::Contradictory("reason")),
            (told.replace("\"own\"", "\"normal\""), FindingsError::Contradictory("state")),
            (told.replace("\"issuer\":", "\"bank\":"), FindingsError::Contradictory("scope")),
            (told.replace("\"late\":", "\"lost\":"), FindingsError::Contradictory("totals")),
            (
                told.replace("\"first\":\"2025", "\"first\":\"once"),
                FindingsError::Contradictory("first, last"),
            ),
            (
                told.replace("\"first\":\"2025", "\"first\":\"2026"),
                FindingsError::Contradictory("first, last"),
            ),
            (told.replace("\"approved\":28", "\"approved\":29"), FindingsError::Contradictory("totals")),
            (
                told.replace("\"approved\":28", &format!("\"approved\":{}", u64::MAX)),
                FindingsError::Contradictory("totals"),
            ),
            (
                told.replace("\"key\":12", &format!("\"key\":{}", u64::MAX))
                    .replace("\"card\":0", "\"card\":1"),
                FindingsError::Contradictory("totals"),
            ),
            (told.replace("\"key\":12", "\"key\":41"), FindingsError::Contradictory("totals")),
        ] {
            assert_eq!(read_findings(text.as_bytes()), Err(error), "{text}");
        }
    }
}
