//! What is to be said of an input beside the result, and the status that follows from it.
//!
//! Nothing at all could be read; something could not; the filter let nothing through. What decides
//! the status is an error and told even to the quiet, the rest are warnings.

use crate::exit_code::ExitCode;
use crate::messages::Messages;
use crate::plan::ReadingPlan;
use indicatif::HumanCount;
use posmortem::Run;
use posmortem::exchange::{FileState, FileSummary, Summary};

/// Sentences, and the status that they explain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) code: ExitCode,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Findings {
    /// What is to be said of a run.
    pub(crate) fn of(run: &Run, plan: &ReadingPlan) -> Self {
        let mut findings = Self { code: ExitCode::Done, errors: Vec::new(), warnings: Vec::new() };
        findings.look_at_files(&run.summary);
        findings.look_at_rejects(&run.summary, plan);
        if !has_messages(&run.summary) {
            findings.say_that_nothing_was_read(&run.summary);
        } else if run.selected == 0 && !plan.settings.filter.is_open() {
            findings.warnings.push("the filter matches nothing".to_owned());
        } else if run.selected == 0 {
            findings.warnings.push("there is no attempt in the input, only other messages".to_owned());
        }
        findings
    }

    /// Tells it, errors first.
    pub(crate) fn tell(&self, messages: Messages) {
        self.errors.iter().for_each(|error| messages.error(error));
        self.warnings.iter().for_each(|warning| messages.warn(warning));
    }

    /// A file without a message is a note beside good ones; one that breaks off is more than that.
    fn look_at_files(&mut self, summary: &Summary) {
        for file in &summary.files {
            match &file.state {
                FileState::Whole => {}
                FileState::Empty => self.warnings.push(sentence(file)),
                FileState::Unreadable(_) | FileState::BrokenOff(_) => {
                    self.code = self.code.and(ExitCode::Incomplete);
                    self.errors.push(sentence(file));
                }
            }
        }
    }

    fn look_at_rejects(&mut self, summary: &Summary, plan: &ReadingPlan) {
        let (rejected, records) = (summary.ledger.rejected, summary.ledger.frames());
        if rejected == 0 {
            return;
        }
        let (rejected_shown, records_shown) = (HumanCount(rejected), HumanCount(records));
        let list = match &plan.rejects {
            Some(path) => format!("{} lists them", path.display()),
            None => "--rejects FILE lists them".to_owned(),
        };
        let told = format!("{rejected_shown} of {records_shown} records could not be read ({list})");
        if plan.reject_limit.is_crossed(rejected, records) {
            self.code = self.code.and(ExitCode::Incomplete);
            self.errors.push(format!("{told}, more than --max-rejects allows"));
        } else {
            self.warnings.push(told);
        }
    }

    /// Then every file's state is part of the answer.
    fn say_that_nothing_was_read(&mut self, summary: &Summary) {
        self.code = self.code.and(ExitCode::NothingRead);
        self.warnings.clear();
        let whole =
            summary.files.iter().filter(|file| matches!(file.state, FileState::Whole | FileState::Empty));
        self.errors.extend(whole.map(sentence));
        self.errors.push("no message could be read".to_owned());
    }
}

fn has_messages(summary: &Summary) -> bool {
    summary.ledger.frames() > summary.ledger.rejected
}

/// How far a file could be read.
fn sentence(file: &FileSummary) -> String {
    let path = if file.path == "-" { "standard input" } else { &file.path };
    match &file.state {
        FileState::Unreadable(why) => format!("{path}: {why}"),
        FileState::BrokenOff(why) => {
            format!("{path}: {why}; {} records were read before that", HumanCount(file.frames))
        }
        FileState::Whole | FileState::Empty if file.bytes == 0 => format!("{path} is empty"),
        FileState::Whole | FileState::Empty if file.frames > 0 => {
            format!("{path}: none of its {} records can be read", HumanCount(file.frames))
        }
        FileState::Whole | FileState::Empty => format!("{path} holds no message"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RejectLimit;
    use posmortem::Settings;
    use posmortem::exchange::Ledger;

    /// Files as path, bytes, frames and state; half the frames found no partner, the rest is rejected.
    fn findings(
        files: &[(&str, u64, u64, FileState)],
        rejected: u64,
        selected: u64,
        filtered: bool,
    ) -> Findings {
        let frames: u64 = files.iter().map(|file| file.2).sum();
        let ledger = Ledger { request_only: frames - rejected, rejected, ..Ledger::default() };
        let file = |(path, bytes, frames, state): &(&str, u64, u64, FileState)| FileSummary {
            path: (*path).to_owned(),
            format: "",
            bytes: *bytes,
            frames: *frames,
            rejected: 0,
            state: state.clone(),
        };
        let summary = Summary { files: files.iter().map(file).collect(), ledger, ..Summary::default() };
        let mut settings = Settings::default();
        settings.filter.terminals.extend(filtered.then(|| "1".to_owned()));
        let plan = ReadingPlan {
            sources: Vec::new(),
            settings,
            threads: 1,
            rejects: None,
            reject_limit: RejectLimit::default(),
            shows_progress: false,
        };
        Findings::of(&Run { summary, rejects: Vec::new(), selected, stopped: false }, &plan)
    }

    #[test]
    fn a_good_day_leaves_nothing_to_say() {
        let good = findings(&[("a", 9, 4, FileState::Whole)], 0, 4, false);
        assert_eq!(good, Findings { code: ExitCode::Done, errors: Vec::new(), warnings: Vec::new() });
    }

    #[test]
    fn what_decides_the_status_is_an_error_and_the_rest_a_warning() {
        let broken = FileState::BrokenOff("broken off after byte 9: no more data".to_owned());
        let files = [("a", 9, 5000, FileState::Whole), ("b", 0, 0, FileState::Empty), ("c", 9, 1200, broken)];
        let found = findings(&files, 3, 0, true);
        assert_eq!(found.code, ExitCode::Incomplete);
        assert_eq!(
            found.errors,
            ["c: broken off after byte 9: no more data; 1,200 records were read before that"]
        );
        let rejects = "3 of 6,200 records could not be read (--rejects FILE lists them)";
        assert_eq!(found.warnings, ["b is empty", rejects, "the filter matches nothing"]);
    }

    #[test]
    fn nothing_read_tells_every_file() {
        let missing = FileState::Unreadable("no such file".to_owned());
        let files = [("-", 9, 20, FileState::Whole), ("b", 9, 0, FileState::Empty), ("c", 0, 0, missing)];
        let found = findings(&files, 20, 0, true);
        assert_eq!(found.code, ExitCode::NothingRead);
        let last = "no message could be read".to_owned();
        let expected =
            ["c: no such file", "standard input: none of its 20 records can be read", "b holds no message"];
        assert!(expected.iter().all(|told| found.errors.contains(&(*told).to_owned())), "{found:?}");
        assert_eq!((found.errors.last(), found.warnings.len()), (Some(&last), 0));
    }
}
