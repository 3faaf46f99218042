//! A run: the library at work, watched, and what is to be said of it afterwards.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::findings::Findings;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::ReadingPlan;
use crate::reject_list;
use crate::watch::{Interruption, Watch};
use anyhow::Context;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::{Run, analyse};
use std::ops::ControlFlow;

/// What was read, and how the command ends if nothing else goes wrong.
pub(crate) struct Reading {
    pub(crate) run: Run,
    pub(crate) code: ExitCode,
}

/// Reads all inputs, hands every exchange to `each`, lists rejects and tells what went wrong.
pub(crate) fn read(
    plan: &ReadingPlan,
    messages: Messages,
    each: impl FnMut(&Exchange, &Conclusion, &Names) -> ControlFlow<()> + Send,
) -> Result<Reading, Failure> {
    let list = plan.rejects.as_deref().map(Output::file).transpose().map_err(Failure::not_written)?;
    let interruption = Interruption::listen();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads).build();
    let pool = pool.context("the workers cannot be started").map_err(Failure::usage)?;
    let mut watch = Watch::new(each, &interruption, plan.shows_progress);
    let run = pool.install(|| analyse(&plan.sources, &plan.settings, &mut watch));
    watch.end();
    if interruption.happened() {
        return Ok(Reading { run, code: ExitCode::Interrupted });
    }
    // Nobody wanted the rest of the output: nothing can be said of an input that was not read.
    if run.stopped {
        return Ok(Reading { run, code: ExitCode::Done });
    }
    let findings = Findings::of(&run, plan);
    let mut code = findings.code;
    findings.tell(messages);
    if let Some(list) = list
        && let Err(error) = list.write_whole(|out| reject_list::write(&run, out))
    {
        messages.error(format_args!("{error:#}"));
        code = code.and(ExitCode::NotWritten);
    }
    Ok(Reading { run, code })
}
