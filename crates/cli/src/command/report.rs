//! `report`: reads everything, then writes the result in every form that was asked for.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::kept::keep;
use crate::messages::Messages;
use crate::obtain_key::obtain_key;
use crate::output::Output;
use crate::plan::ReportPlan;
use crate::reading::{Reading, Saving, open_input, read};
use crate::terminal_files;
use posmortem::classify::CodeTables;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem_report::{Content, Format, Measures, View, write_report};
use std::ops::ControlFlow;
use std::path::Path;

/// Runs the command. A result is written whatever was rejected, but not when there is none.
pub(super) fn run(plan: &ReportPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let outputs = open(&plan.written)?;
    let saving = match &plan.save {
        Some((folder, key)) => {
            let key = if plan.reading.are_tables { None } else { Some(obtain_key(key, messages)?) };
            Some(Saving { key, out: Output::in_folder(folder).map_err(Failure::not_written)? })
        }
        None => None,
    };
    if let Some(folder) = &plan.per_terminal {
        // A folder that takes no file is told of before the work.
        drop(Output::in_folder(folder).map_err(Failure::not_written)?);
    }
    let input = open_input(&plan.reading)?;
    let each = |_: &Exchange, _: &Conclusion, _: &Names| ControlFlow::Continue(());
    let Reading { run, mut code, table } = read(&plan.reading, input, messages, saving, each)?;
    if code == ExitCode::NothingRead {
        return Ok(code);
    }
    if let (Some(table), Some((folder, _))) = (table, &plan.save)
        && let Err(error) =
            keep(folder, plan.keep_days, &run, plan.reading.settings.rules.as_deref(), table, messages)
    {
        messages.error(format_args!("{error:#}"));
        code = code.and(ExitCode::NotWritten);
    }
    // Nothing but JSON tells it, and a small log is read as fast as the tables are hashed.
    let tells_rules = outputs.iter().any(|(_, format)| *format == Format::Json);
    let tables = CodeTables::built_in();
    let rules_sha256 = match &plan.reading.settings.rules {
        _ if !tells_rules => String::new(),
        Some(rules) => tables.sha256_with(rules),
        None => tables.sha256(),
    };
    let (diagnosis, breakdown) = (run.diagnosis.as_ref(), run.breakdown.as_ref());
    let content = Content { summary: &run.summary, diagnosis, breakdown };
    let view = View { rules_sha256: &rules_sha256, ..plan.view };
    code = code.and(write_outputs(&content, outputs, &view, messages));
    if let Some(folder) = &plan.per_terminal {
        code = code.and(write_pages(&content, folder, &view, messages));
    }
    Ok(code.and(hold_to_limits(&content, plan, messages)))
}

/// Writes the report in each form. One that cannot be written keeps no other from it.
fn write_outputs(
    content: &Content<'_>,
    outputs: Vec<(Output, Format)>,
    on_screen: &View<'_>,
    messages: Messages,
) -> ExitCode {
    let mut code = ExitCode::Done;
    let in_file = View { color: false, width: None, ..*on_screen };
    for (output, format) in outputs {
        let view = if output.is_standard() { on_screen } else { &in_file };
        if let Err(error) = output.write_whole(|out| write_report(content, format, view, out)) {
            messages.error(format_args!("{error:#}"));
            code = ExitCode::NotWritten;
        }
    }
    code
}

/// Writes the pages of terminals, which answer no other question.
fn write_pages(content: &Content<'_>, folder: &Path, on_screen: &View<'_>, messages: Messages) -> ExitCode {
    let view = View { color: false, width: None, question: None, ..*on_screen };
    match terminal_files::write(content, &view, folder) {
        Ok(()) => ExitCode::Done,
        Err(error) => {
            messages.error(format_args!("{error:#}"));
            ExitCode::NotWritten
        }
    }
}

/// Tells each limit that the result crosses.
fn hold_to_limits(content: &Content<'_>, plan: &ReportPlan, messages: Messages) -> ExitCode {
    if plan.fail_on.is_empty() {
        return ExitCode::Done;
    }
    let measures = Measures::of(content, &plan.view);
    let mut code = ExitCode::Done;
    for crossed in plan.fail_on.iter().filter_map(|limit| limit.crossed_by(&measures)) {
        messages.error(crossed);
        code = ExitCode::LimitCrossed;
    }
    code
}
