//! The commands: each takes its plan, does the work and says how it ended.

mod classify;
mod compare;
mod completions;
mod config_show;
mod decode;
mod explain;
mod inspect;
mod man;
mod report;
mod rules;
mod schema;
mod split_report;
mod splits;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::{Destination, Plan, Written};

/// Runs a command.
pub(crate) fn run(plan: Plan, messages: Messages) -> Result<ExitCode, Failure> {
    match plan {
        Plan::Report(plan) => report::run(&plan, messages),
        Plan::SplitReport(plan) => split_report::run(&plan, messages),
        Plan::Splits(plan) => splits::run(&plan, messages),
        Plan::Compare(plan) => compare::run(&plan, messages),
        Plan::Classify(plan) => classify::run(*plan, messages),
        Plan::Inspect(plan) => inspect::run(&plan, messages),
        Plan::Decode(plan) => decode::run(&plan, messages),
        Plan::Explain(plan) => explain::run(&plan),
        Plan::ConfigShow(plan) => config_show::run(&plan),
        Plan::RulesCheck(plan) => rules::check(&plan, messages),
        Plan::RulesList(plan) => rules::list(&plan, messages),
        Plan::Schema(document) => schema::run(document),
        Plan::Completions(shell) => completions::run(shell),
        Plan::Man(plan) => man::run(&plan),
    }
}

/// Opens every output before the work, so that a bad path ends the run at once.
fn open<F: Copy>(written: &Written<F>) -> Result<Vec<(Output, F)>, Failure> {
    let open = |(destination, format): &(Destination, F)| match destination {
        Destination::Standard => Ok((Output::standard(), *format)),
        Destination::File(path) => Ok((Output::file(path).map_err(Failure::not_written)?, *format)),
    };
    written.0.iter().map(open).collect()
}
