//! `report`: reads everything, then writes the result in every form that was asked for.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::obtain_key::obtain_key;
use crate::output::Output;
use crate::plan::ReportPlan;
use crate::reading::{Reading, Saving, open_input, read};
use posmortem::classify::CodeTables;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem_report::{Format, View, write_report};
use std::ops::ControlFlow;

/// Runs the command. A result is written whatever was rejected, but not when there is none.
pub(super) fn run(plan: &ReportPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let outputs = open(&plan.written)?;
    let saving = match &plan.save {
        Some((folder, key)) => {
            let key = obtain_key(key, messages)?;
            Some(Saving { key, out: Output::in_folder(folder).map_err(Failure::not_written)? })
        }
        None => None,
    };
    let input = open_input(&plan.reading)?;
    let each = |_: &Exchange, _: &Conclusion, _: &Names| ControlFlow::Continue(());
    let Reading { run, mut code, table } = read(&plan.reading, input, messages, saving, each)?;
    if matches!(code, ExitCode::NothingRead | ExitCode::Interrupted) {
        return Ok(code);
    }
    if let Some(table) = table {
        let name = crate::tables::file_name(&run.summary);
        if let Err(error) = table.and_then(|output| output.end_as(&name)) {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    // Nothing but JSON tells it, and a small log is read as fast as the tables are hashed.
    let tells_rules = outputs.iter().any(|(_, format)| *format == Format::Json);
    let tables = CodeTables::built_in();
    let rules_sha256 = match &plan.reading.settings.rules {
        _ if !tells_rules => String::new(),
        Some(rules) => tables.sha256_with(rules),
        None => tables.sha256(),
    };
    for (output, format) in outputs {
        let on_screen = View { rules_sha256: &rules_sha256, ..plan.view };
        let in_file = View { color: false, width: None, ..on_screen };
        let view = if output.is_standard() { on_screen } else { in_file };
        let diagnosis = run.diagnosis.as_ref();
        let written = output.write_whole(|out| write_report(&run.summary, diagnosis, format, &view, out));
        if let Err(error) = written {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    Ok(code)
}
