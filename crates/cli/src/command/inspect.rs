//! `inspect`: reads everything, then writes what is in it, and a configuration if one is asked for.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::InspectPlan;
use crate::reading::{Input, Reading, read};
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem_report::{write_configuration, write_inspection};
use std::ops::ControlFlow;

/// Runs the command. What was found is written even where no message could be read: that is when one
/// wants to know. A configuration is proposed only for a log that could.
pub(super) fn run(plan: &InspectPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let config = plan.config.as_deref().map(Output::file).transpose().map_err(Failure::not_written)?;
    let each = |_: &Exchange, _: &Conclusion, _: &Names| ControlFlow::Continue(());
    let Reading { run, mut code, .. } = read(&plan.reading, Input::Logs, messages, None, each)?;
    let Some(inspection) = run.inspection else { return Ok(code) };
    let (summary, view) = (&run.summary, &plan.view);
    let written =
        Output::standard().write_whole(|out| write_inspection(summary, &inspection, plan.format, view, out));
    let proposed = config.filter(|_| inspection.messages > 0).map(|output| {
        messages.note("the configuration proposes and does not decide: read it first");
        let profile = plan.profile.as_deref();
        output.write_whole(|out| write_configuration(summary, &inspection, profile, view, out))
    });
    for error in [written, proposed.unwrap_or(Ok(()))].into_iter().filter_map(Result::err) {
        messages.error(format_args!("{error:#}"));
        code = code.and(ExitCode::NotWritten);
    }
    Ok(code)
}
