//! What is to be said of an input beside the result, and the status that follows from it.
//!
//! Nothing at all could be read; something could not, or not be paired; the filter let nothing
//! through; the numbers are doubtful. What decides the status is an error and told even to the quiet,
//! the rest are warnings.

use crate::exit_code::ExitCode;
use crate::messages::Messages;
use crate::nearest::{did_you_mean, nearest};
use crate::plan::ReadingPlan;
use indicatif::HumanCount;
use posmortem::exchange::{FileState, FileSummary, Ledger, Summary, terminal_key};
use posmortem::{Filter, Run};
use std::fs;
use std::path::Path;

/// Sentences, and the status that they explain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Remarks {
    pub(crate) code: ExitCode,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Remarks {
    /// What is to be said of a run.
    pub(crate) fn of(run: &Run, plan: &ReadingPlan) -> Self {
        let mut remarks = Self { code: ExitCode::Done, errors: Vec::new(), warnings: Vec::new() };
        remarks.look_at_files(&run.summary);
        remarks.look_at_ledger(&run.summary, plan);
        if !plan.shows_warnings {
            remarks.warnings.extend(run.summary.warnings.iter().cloned());
        }
        let unexplained = unexplained(run, plan);
        if !has_messages(&run.summary) {
            remarks.say_that_nothing_was_read(&run.summary);
        } else if !unexplained.is_empty() {
            remarks.warnings.extend(unexplained);
        } else if run.selected == 0 && !plan.settings.filter.is_open() {
            remarks.warnings.push(nothing_matches(&plan.settings.filter));
        } else if run.selected == 0 {
            remarks.warnings.push("there is no attempt in the input, only other messages".to_owned());
        }
        remarks
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

    /// Records that are not in the result although they should be: their sum meets the limit.
    fn look_at_ledger(&mut self, summary: &Summary, plan: &ReadingPlan) {
        let (rejected, astray) = (summary.ledger.rejected, summary.ledger.out_of_order);
        let too_many = plan.reject_limit.is_crossed(rejected + astray, summary.ledger.frames());
        let limit = match (too_many, rejected > 0 && astray > 0) {
            (false, _) => "",
            (true, false) => ", more than --max-rejects allows",
            (true, true) => ", together more than --max-rejects allows",
        };
        let sentences = [rejects(summary, plan, limit), out_of_order(summary, limit)];
        let told = if too_many { &mut self.errors } else { &mut self.warnings };
        told.extend(sentences.into_iter().flatten());
        if too_many {
            self.code = self.code.and(ExitCode::Incomplete);
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

/// Why there is no verdict on terminals that were named.
fn unexplained(run: &Run, plan: &ReadingPlan) -> Vec<String> {
    let (Some(diagnosis), Some(asked)) = (&run.diagnosis, &plan.settings.diagnosis) else {
        return Vec::new();
    };
    let known = || diagnosis.verdicts().iter().map(|verdict| run.summary.names.text(verdict.terminal));
    let why = |id: &String| {
        let key = terminal_key(id);
        let listed = asked.inventory.terminal(id).filter(|listed| listed.is_silenced());
        let silenced = listed.map(|listed| {
            format!("terminal `{id}` is not judged: its status in the list is `{}`", listed.status)
        });
        let stranger =
            || format!("terminal `{id}` has no attempt in the input{}", did_you_mean(key, known()));
        silenced.or_else(|| (!known().any(|text| text == key)).then(stranger))
    };
    plan.settings.filter.terminals.iter().filter_map(why).collect()
}

/// How many records could not be read, what was wrong with the first one, and where all are listed.
fn rejects(summary: &Summary, plan: &ReadingPlan, limit: &str) -> Option<String> {
    let &Ledger { rejected: rejected @ 1.., .. } = &summary.ledger else { return None };
    let (rejected, records) = (HumanCount(rejected), HumanCount(summary.ledger.frames()));
    let first = summary.files.iter().find_map(|file| Some((name(file), file.first_reject.as_ref()?)));
    let first = first.map(|(file, place)| format!(", first {file} {place}")).unwrap_or_default();
    let list = match &plan.rejects {
        Some(path) => format!("{} lists them", path.display()),
        None if plan.are_tables => "with its log, --rejects FILE lists them".to_owned(),
        None => "--rejects FILE lists them".to_owned(),
    };
    Some(format!("{rejected} of {records} records could not be read{first} ({list}){limit}"))
}

/// How many messages came too late in the log for their partners.
fn out_of_order(summary: &Summary, limit: &str) -> Option<String> {
    let &Ledger { out_of_order: astray @ 1.., .. } = &summary.ledger else { return None };
    let (astray, messages) = (HumanCount(astray), HumanCount(summary.ledger.frames()));
    let stand = "stand too far out of the order of time to be paired";
    Some(format!("{astray} of {messages} messages {stand}{limit}: sort the log by time"))
}

fn has_messages(summary: &Summary) -> bool {
    summary.ledger.frames() > summary.ledger.rejected
}

fn name(file: &FileSummary) -> &str {
    if file.path == "-" { "standard input" } else { &file.path }
}

/// The file that was probably meant by a path that leads nowhere.
fn probably_meant(path: &str) -> String {
    // Standard input leads somewhere.
    if path == "-" {
        return String::new();
    }
    let path = Path::new(path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return String::new() };
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(listed) else { return String::new() };
    // A link that leads nowhere is there.
    if path.symlink_metadata().is_ok() {
        return String::new();
    }
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    let meant = nearest(&name.to_string_lossy(), names.iter().map(String::as_str));
    meant.map(|meant| format!("; did you mean `{}`?", folder.join(meant).display())).unwrap_or_default()
}

/// Which flags let nothing through.
fn nothing_matches(filter: &Filter) -> String {
    let Filter { since, until, terminals, merchants, issuers, causes, codes } = filter;
    let flags = [
        (since.is_some(), "--since"),
        (until.is_some(), "--until"),
        (!terminals.is_empty(), "--terminal"),
        (!merchants.is_empty(), "--merchant"),
        (!issuers.is_empty(), "--issuer"),
        (!causes.is_empty(), "--cause"),
        (!codes.is_empty(), "--response-code"),
    ];
    let flags: Vec<_> = flags.into_iter().filter_map(|(is_on, flag)| is_on.then_some(flag)).collect();
    format!("the filter matches nothing: leave out {} to see what there is", flags.join(" or "))
}

/// How far a file could be read.
fn sentence(file: &FileSummary) -> String {
    let path = name(file);
    match &file.state {
        FileState::Unreadable(why) => format!("{path}: {why}{}", probably_meant(&file.path)),
        FileState::BrokenOff(why) => {
            format!("{path}: {why}; {} records were read before that", HumanCount(file.frames))
        }
        FileState::Whole | FileState::Empty if file.bytes == 0 => format!("{path} is empty"),
        FileState::Whole | FileState::Empty if file.frames > 0 => {
            let why = file.first_reject.as_ref().map(|first| format!(" ({first})")).unwrap_or_default();
            format!("{path}: none of its {} records can be read{why}", HumanCount(file.frames))
        }
        FileState::Whole | FileState::Empty => format!("{path} holds no message"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RejectLimit;
    use posmortem::Settings;
    use posmortem::diagnose::{Diagnosis, Listed, State, Verdict};
    use posmortem::exchange::FirstReject;

    /// Files as path, bytes, frames and state; half the frames found no partner, the rest is rejected.
    fn remarks(
        files: &[(&str, u64, u64, FileState)],
        rejected: u64,
        selected: u64,
        filtered: bool,
    ) -> Remarks {
        let frames: u64 = files.iter().map(|file| file.2).sum();
        let ledger = Ledger { request_only: frames - rejected, rejected, ..Ledger::default() };
        let file = |(path, bytes, frames, state): &(&str, u64, u64, FileState)| FileSummary {
            path: (*path).to_owned(),
            format: "".into(),
            bytes: *bytes,
            frames: *frames,
            rejected: 0,
            first_reject: (rejected > 0 && *frames > 0)
                .then(|| FirstReject { line: 7, reason: "no readable time".to_owned() }),
            state: state.clone(),
        };
        let summary = Summary { files: files.iter().map(file).collect(), ledger, ..Summary::default() };
        let mut plan = plan();
        plan.settings.filter.terminals.extend(filtered.then(|| "1".to_owned()));
        Remarks::of(&run(summary, selected), &plan)
    }

    fn run(summary: Summary, selected: u64) -> Run {
        Run {
            summary,
            rejects: Vec::new(),
            table: None,
            inspection: None,
            diagnosis: None,
            breakdown: None,
            selected,
            stopped: None,
        }
    }

    fn plan() -> ReadingPlan {
        ReadingPlan {
            sources: Vec::new(),
            are_tables: false,
            settings: Settings::default(),
            threads: 1,
            rejects: None,
            reject_limit: RejectLimit::default(),
            shows_progress: false,
            shows_warnings: false,
        }
    }

    fn of_summary(summary: Summary, plan: &ReadingPlan) -> Remarks {
        Remarks::of(&run(summary, 1), plan)
    }

    #[test]
    fn a_good_day_leaves_nothing_to_say() {
        let good = remarks(&[("a", 9, 4, FileState::Whole)], 0, 4, false);
        assert_eq!(good, Remarks { code: ExitCode::Done, errors: Vec::new(), warnings: Vec::new() });
    }

    #[test]
    fn what_decides_the_status_is_an_error_and_the_rest_a_warning() {
        let broken = FileState::BrokenOff("broken off after byte 9: no more data".to_owned());
        let files = [("a", 9, 5000, FileState::Whole), ("b", 0, 0, FileState::Empty), ("c", 9, 1200, broken)];
        let found = remarks(&files, 3, 0, true);
        assert_eq!(found.code, ExitCode::Incomplete);
        assert_eq!(
            found.errors,
            ["c: broken off after byte 9: no more data; 1,200 records were read before that"]
        );
        let rejects = "3 of 6,200 records could not be read, first a line 7: no readable time \
                       (--rejects FILE lists them)";
        let nothing = "the filter matches nothing: leave out --terminal to see what there is";
        assert_eq!(found.warnings, ["b is empty", rejects, nothing]);
    }

    #[test]
    fn nothing_read_tells_every_file() {
        let missing = FileState::Unreadable("no such file".to_owned());
        let files = [("-", 9, 20, FileState::Whole), ("b", 9, 0, FileState::Empty), ("c", 0, 0, missing)];
        let found = remarks(&files, 20, 0, true);
        assert_eq!(found.code, ExitCode::NothingRead);
        let last = "no message could be read".to_owned();
        let expected = [
            "c: no such file",
            "standard input: none of its 20 records can be read (line 7: no readable time)",
            "b holds no message",
        ];
        assert!(expected.iter().all(|told| found.errors.contains(&(*told).to_owned())), "{found:?}");
        assert_eq!((found.errors.last(), found.warnings.len()), (Some(&last), 0));
    }

    #[test]
    fn messages_out_of_order_count_like_rejects() {
        let astray = |out_of_order, rejected| {
            let ledger = Ledger { paired: 1500, out_of_order, rejected, ..Ledger::default() };
            of_summary(Summary { ledger, ..Summary::default() }, &plan())
        };
        let few = astray(10, 0);
        assert_eq!((few.code, few.errors.len()), (ExitCode::Done, 0));
        let told = "10 of 1,510 messages stand too far out of the order of time to be paired: \
                    sort the log by time";
        assert_eq!(few.warnings, [told]);
        let many = astray(11, 0);
        assert_eq!((many.code, many.warnings.len()), (ExitCode::Incomplete, 0));
        let told = "to be paired, more than --max-rejects allows: sort the log by time";
        assert!(many.errors[0].ends_with(told), "{many:?}");
        let both = astray(6, 5);
        assert_eq!((both.code, both.errors.len()), (ExitCode::Incomplete, 2));
        let together = ", together more than --max-rejects allows";
        assert!(both.errors.iter().all(|error| error.contains(together)), "{both:?}");
        assert_eq!(astray(5, 5).code, ExitCode::Done);
    }

    #[test]
    fn doubts_are_told_unless_the_result_shows_them() {
        let doubtful = || Summary {
            ledger: Ledger { paired: 2, ..Ledger::default() },
            warnings: vec!["No column holds the terminal.".to_owned()],
            ..Summary::default()
        };
        assert_eq!(of_summary(doubtful(), &plan()).warnings, doubtful().warnings);
        let shown = of_summary(doubtful(), &ReadingPlan { shows_warnings: true, ..plan() });
        assert_eq!(shown, Remarks { code: ExitCode::Done, errors: Vec::new(), warnings: Vec::new() });
    }

    #[test]
    fn who_has_no_verdict_is_told_why() {
        let mut summary = Summary { ledger: Ledger { paired: 2, ..Ledger::default() }, ..Summary::default() };
        let verdict = Verdict::of(summary.names.intern("10012307"), State::Normal);
        let diagnosis = Diagnosis::new(Vec::new(), vec![verdict], Vec::new(), Vec::new());
        let mut plan = plan();
        plan.settings.filter.terminals = ["0010012307", "10012370", "8"].map(str::to_owned).into();
        let mut asked = posmortem::diagnose::Settings::default();
        asked.inventory.insert("8", Listed { status: "Test".to_owned(), ..Listed::default() });
        plan.settings.diagnosis = Some(asked);
        let found = Remarks::of(&Run { diagnosis: Some(diagnosis), ..run(summary, 1) }, &plan);
        let stranger = "terminal `10012370` has no attempt in the input; did you mean `10012307`?";
        let silenced = "terminal `8` is not judged: its status in the list is `Test`";
        assert_eq!(
            (found.code, &found.warnings[..]),
            (ExitCode::Done, &[stranger, silenced].map(str::to_owned)[..])
        );
    }
}
