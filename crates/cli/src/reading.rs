//! A run: the library at work, watched, and what is to be said of it afterwards.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::ReadingPlan;
use crate::reject_list;
use crate::remarks::Remarks;
use crate::tables::{self, Tables};
use crate::watch::Watch;
use anyhow::{Result, anyhow};
use indicatif::HumanCount;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::{Run, Stop, TokenKey, analyse, sorted_paths};
use rayon::ThreadPool;
use std::ops::ControlFlow;

/// What was read, and how the command ends if nothing else goes wrong.
pub(crate) struct Reading {
    pub(crate) run: Run,
    pub(crate) code: ExitCode,
    /// The table that was saved, to be ended.
    pub(crate) table: Option<Result<Output>>,
}

/// Where a table of the run goes.
pub(crate) struct Saving {
    /// The key of its tokens. Tables of tables have the tokens of those.
    pub(crate) key: Option<TokenKey>,
    pub(crate) out: Output,
}

/// What is read.
pub(crate) enum Input {
    Logs,
    Tables(Tables),
}

impl Input {
    /// The inputs' paths, to which exchanges refer by number.
    pub(crate) fn paths(&self, plan: &ReadingPlan) -> Vec<String> {
        match self {
            Self::Logs => sorted_paths(&plan.sources),
            Self::Tables(tables) => tables.paths(),
        }
    }
}

/// Opens what must be open before rows of it can be written.
pub(crate) fn open_input(plan: &ReadingPlan) -> Result<Input, Failure> {
    if !plan.are_tables {
        return Ok(Input::Logs);
    }
    tables::open(&plan.sources, &plan.settings).map(Input::Tables).map_err(Failure::usage)
}

/// Reads all inputs, hands every exchange to `each`, lists rejects and tells what went wrong.
pub(crate) fn read(
    plan: &ReadingPlan,
    input: Input,
    messages: Messages,
    saving: Option<Saving>,
    each: impl FnMut(&Exchange, &Conclusion, &Names) -> ControlFlow<()> + Send,
) -> Result<Reading, Failure> {
    let list = plan.rejects.as_deref().map(Output::file).transpose().map_err(Failure::not_written)?;
    let pool = workers(plan.threads)?;
    let mut watch = Watch::new(each, plan.shows_progress);
    let (run, table) = match (input, saving) {
        (Input::Tables(tables), None) => {
            let run = pool.install(|| tables.analyse(&plan.settings, &mut watch));
            (run.map_err(Failure::usage)?, None)
        }
        (Input::Tables(tables), Some(Saving { out, .. })) => {
            let saved = pool.install(|| tables::join(tables, &plan.settings, &mut watch, out));
            let (run, table) = saved.map_err(Failure::usage)?;
            (run, Some(table))
        }
        (Input::Logs, Some(Saving { key: Some(key), out })) => {
            let (run, table) =
                pool.install(|| tables::save(&plan.sources, &plan.settings, &key, &mut watch, out));
            (run, Some(table))
        }
        (Input::Logs, _) => (pool.install(|| analyse(&plan.sources, &plan.settings, &mut watch)), None),
    };
    watch.end();
    match run.stopped {
        None => {}
        // Nobody wanted the rest of the output: nothing can be said of an input that was not read.
        Some(Stop::ByObserver) => return Ok(Reading { run, code: ExitCode::Done, table: None }),
        Some(Stop::TooManyTerminals) => return Err(too_many_terminals(plan)),
    }
    let remarks = Remarks::of(&run, plan);
    let mut code = remarks.code;
    remarks.tell(messages);
    if let Some(list) = list
        && let Err(error) = list.write_whole(|out| reject_list::write(&run, out))
    {
        messages.error(format_args!("{error:#}"));
        code = code.and(ExitCode::NotWritten);
    }
    Ok(Reading { run, code, table })
}

/// Reads logs for their table alone.
pub(crate) fn save_alone(plan: &ReadingPlan, key: &TokenKey, out: Output) -> Result<(Run, Output), Failure> {
    let saved =
        workers(plan.threads)?.install(|| tables::save(&plan.sources, &plan.settings, key, &mut (), out));
    match saved {
        (run, _) if run.stopped == Some(Stop::TooManyTerminals) => Err(too_many_terminals(plan)),
        (run, table) => table.map(|table| (run, table)).map_err(Failure::not_written),
    }
}

/// The threads of a run.
pub(crate) fn workers(threads: usize) -> Result<ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
        Failure::usage(anyhow!(
            "the workers cannot be started: {error}; say --threads 1, or raise the limit of processes (ulimit -u)"
        ))
    })
}

fn too_many_terminals(plan: &ReadingPlan) -> Failure {
    let most = HumanCount(plan.settings.max_terminals);
    Failure::too_much(anyhow!(
        "the input has more than {most} terminals: if that is right, --max-terminals allows more; if not, look with \
         `posmortem inspect` whether the column of terminal_id holds something else"
    ))
}
