//! `compare`: finds what was wrong on two days, and writes what changed.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::plan::{ComparePlan, Side};
use crate::reading::{Reading, open_input, read};
use anyhow::anyhow;
use posmortem::diagnose::{Comparison, DayFindings};
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::iso8583::screen;
use posmortem::{findings_of, read_findings};
use posmortem_report::{Compared, View, write_comparison};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// Runs the command. Nothing is written where one of the two days could not be read at all.
pub(super) fn run(plan: &ComparePlan, messages: Messages) -> Result<ExitCode, Failure> {
    let outputs = open(&plan.written)?;
    let mut days = Vec::new();
    let mut code = ExitCode::Done;
    for side in [&plan.old, &plan.new] {
        let (path, found, of_side) = findings(side, messages)?;
        code = code.and(of_side);
        let Some(found) = found else { return Ok(code) };
        days.push((screen(path.to_string_lossy().as_bytes()).into_owned(), found));
    }
    let [(old_path, old), (new_path, new)] = &days[..] else { return Ok(code) };
    if old.rules != new.rules {
        messages.warn(format_args!(
            "{old_path} and {new_path} were judged by different rules: what is new or over may be so by the rules alone"
        ));
    }
    let comparison = Comparison::of(old, new);
    let compared = Compared { old: (old_path, old), new: (new_path, new), comparison: &comparison };
    for (output, format) in outputs {
        let in_file = View { color: false, width: None, ..plan.view };
        let view = if output.is_standard() { plan.view } else { in_file };
        if let Err(error) = output.write_whole(|out| write_comparison(&compared, format, &view, out)) {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    Ok(code)
}

/// What was wrong on a day, and how its reading ended; none where there is nothing to compare.
fn findings(side: &Side, messages: Messages) -> Result<(&Path, Option<DayFindings>, ExitCode), Failure> {
    let nothing = |path: &Path, why: String| Failure {
        code: ExitCode::NothingRead,
        error: anyhow!("{}: {why}", path.display()),
    };
    match side {
        Side::Findings(path) => {
            let bytes = fs::read(path).map_err(|error| nothing(path, error.to_string()))?;
            let found = read_findings(&bytes).map_err(|error| nothing(path, error.to_string()))?;
            Ok((path, Some(found), ExitCode::Done))
        }
        Side::Inputs(path, reading) => {
            let input = open_input(reading)?;
            let each = |_: &Exchange, _: &Conclusion, _: &Names| ControlFlow::Continue(());
            let Reading { run, code, .. } = read(reading, input, messages, None, each)?;
            if code == ExitCode::NothingRead {
                return Ok((path, None, code));
            }
            let rules = reading.settings.rules.as_deref();
            let found = run.diagnosis.as_ref().and_then(|said| findings_of(&run.summary, said, rules));
            let found = found.ok_or_else(|| nothing(path, "no attempt in it can be judged".to_owned()))?;
            Ok((path, Some(found), code))
        }
    }
}
