//! `rules check` and `rules list`.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::{RulesCheckPlan, RulesListPlan};
use posmortem::classify::CodeTables;
use posmortem_report::write_rules;

/// Runs the tests of rules that have been read.
pub(super) fn check(plan: &RulesCheckPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let files = &plan.files;
    for (rule, by) in files.rules.hidden() {
        let (place, rule, by) = (files.place(rule.place()), rule.name(), by.name());
        messages.warn(format_args!("{place}: `{rule}` never applies: `{by}` takes all of its attempts"));
    }
    let failures = files.rules.failures(CodeTables::built_in());
    if !failures.is_empty() {
        return Err(Failure::usage(files.failed(&failures)));
    }
    let [rules, tests] = [(files.rules.rules().len(), "rule"), (files.rules.tests(), "test")]
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let told = Output::standard().write_whole(|out| writeln!(out, "{rules}, {tests} passed"));
    told.map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}

/// Lists the rules in force.
pub(super) fn list(plan: &RulesListPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let RulesListPlan { files, format, view } = plan;
    if files.rules.rules().is_empty() {
        messages.warn("no rules are in force: name files, or state `rules` in a configuration");
    }
    let written =
        Output::standard().write_whole(|out| write_rules(&files.rules, &files.paths, *format, view, out));
    written.map_err(Failure::not_written)?;
    Ok(ExitCode::Done)
}
