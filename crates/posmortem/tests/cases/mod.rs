//! Cases of laws: drawn at random, kept as a file when a law fails, and read again ever after.
//!
//! A law is a function that holds for every case: a day's rows, and numbers that say how they are to be
//! read. [`uphold`] tries it on random cases. When it fails, the smallest case that proptest finds
//! is written to `fixtures/laws/`, the panic names the file, and [`replay`] puts it to the law in
//! every run from then on. `fixtures/laws/README.md` describes the files.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A law's name, and what must hold for every case.
pub(crate) type Law = (&'static str, fn(&Case) -> TestCaseResult);

/// The laws of all tests. A file that names none of them would never be replayed.
const LAWS: [&str; 11] = [
    "parallel_is_sequential",
    "what_waits_and_what_is_probed_change_nothing",
    "any_cut_into_files_says_the_same",
    "rows_dealt_to_several_files_say_the_same",
    "rows_in_any_order_say_the_same",
    "the_order_of_files_changes_no_byte",
    "packed_days_say_the_same",
    "a_glance_is_enough",
    "a_glance_is_enough_by_rules",
    "tables_cut_anywhere_say_what_the_day_says",
    "splits_cut_anywhere_say_what_the_day_says",
];

/// Runs of thirteen digits or more that random days may hold: test cards, merchants, an amount.
const LONG_NUMBERS: [&str; 7] = [
    "4111111111111111",
    "4242424242424242",
    "5555555555554444",
    "378282246310005",
    "102911054110011",
    "102911058120023",
    "0000000001000",
];

/// The form of a day's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One row a line, after a header.
    Csv,
    /// Records of several lines, each of which begins with `<log `.
    Jpos,
}

/// A day, and the numbers that say how it is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) form: Form,
    /// The header line; none in a jPOS log.
    pub(crate) header: String,
    pub(crate) rows: Vec<String>,
    /// By name: threads, block size, cuts and the like.
    pub(crate) inputs: Vec<(String, Vec<usize>)>,
}

impl Case {
    pub(crate) fn new(form: Form, header: &str, rows: Vec<String>) -> Self {
        Self { form, header: header.to_owned(), rows, inputs: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, numbers: &[usize]) -> Self {
        self.inputs.push((name.to_owned(), numbers.to_vec()));
        self
    }

    /// All numbers of that name.
    pub(crate) fn all(&self, name: &str) -> &[usize] {
        let found = self.inputs.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("the case tells no {name}")).1
    }

    /// The one number of that name.
    pub(crate) fn one(&self, name: &str) -> usize {
        let [number] = self.all(name) else { panic!("the case tells not one {name}") };
        *number
    }

    /// The rows between the cuts that the case tells, the empty pieces among them.
    pub(crate) fn pieces(&self) -> Vec<&[String]> {
        let len = self.rows.len();
        let cuts = self.all("cuts").iter().map(|&cut| cut.min(len));
        let mut cuts: Vec<usize> = cuts.chain([0, len]).collect();
        cuts.sort_unstable();
        cuts.windows(2).map(|cut| &self.rows[cut[0]..cut[1]]).collect()
    }

    /// The text of some of its rows, as a file has it.
    pub(crate) fn text(&self, rows: &[String]) -> String {
        let header = match self.form {
            Form::Csv => format!("{}\n", self.header),
            Form::Jpos => String::new(),
        };
        format!("{header}{}\n", rows.join("\n"))
    }

    fn write(&self, law: &str) -> String {
        let form = match self.form {
            Form::Csv => "csv",
            Form::Jpos => "jpos",
        };
        let mut text = format!("# law: {law}\n# form: {form}\n");
        for (name, numbers) in &self.inputs {
            write!(text, "# {name}:").expect("a String takes everything");
            numbers.iter().for_each(|number| write!(text, " {number}").expect("a String takes everything"));
            text.push('\n');
        }
        text + &self.text(&self.rows)
    }

    /// The law's name and the case, of a kept file.
    fn read(text: &str) -> (String, Self) {
        let (mut law, mut case) = (String::new(), Self::new(Form::Csv, "", Vec::new()));
        let mut rest = text;
        while let Some((line, below)) = rest.strip_prefix("# ").and_then(|rest| rest.split_once('\n')) {
            let (name, value) = line.split_once(':').expect("a name and a colon");
            match (name, value.trim()) {
                ("law", name) => name.clone_into(&mut law),
                ("form", "csv") => case.form = Form::Csv,
                ("form", "jpos") => case.form = Form::Jpos,
                _ => {
                    let numbers = value.split_whitespace().map(|number| number.parse().expect("a number"));
                    case = case.with(name, &numbers.collect::<Vec<_>>());
                }
            }
            rest = below;
        }
        let body = rest.strip_suffix('\n').expect("a whole last line");
        match case.form {
            Form::Csv => {
                let mut lines = body.split('\n').map(str::to_owned);
                case.header = lines.next().expect("a header");
                case.rows = lines.collect();
            }
            Form::Jpos => {
                let begins = body.match_indices("\n<log ").map(|(at, _)| at + 1);
                let begins: Vec<usize> = std::iter::once(0).chain(begins).chain([body.len() + 1]).collect();
                case.rows = begins.windows(2).map(|row| body[row[0]..row[1] - 1].to_owned()).collect();
            }
        }
        (law, case)
    }
}

/// Why a law failed, and the file that keeps the smallest case.
#[derive(Debug)]
pub(crate) struct Failure {
    reason: String,
    kept: PathBuf,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/laws")
}

/// Puts random cases to a law; `PROPTEST_CASES` says how many. Panics with the name of the file in
/// which the smallest failure is kept.
pub(crate) fn uphold(laws: &[Law], name: &str, cases: &impl Strategy<Value = Case>) {
    let (_, law) = laws.iter().find(|(known, _)| *known == name).expect("a law of that name");
    assert!(LAWS.contains(&name), "{name} is not among the laws that are replayed");
    let config = ProptestConfig::default();
    if let Err(Failure { reason, kept }) = attempt(name, *law, cases, &config, &folder()) {
        panic!("{name} fails; the smallest case is kept in {}\n{reason}", kept.display());
    }
}

fn attempt(
    name: &str,
    law: fn(&Case) -> TestCaseResult,
    cases: &impl Strategy<Value = Case>,
    config: &ProptestConfig,
    folder: &Path,
) -> Result<(), Failure> {
    let config = ProptestConfig { failure_persistence: None, ..config.clone() };
    match TestRunner::new(config).run(cases, |case| law(&case)) {
        Ok(()) => Ok(()),
        Err(TestError::Abort(reason)) => panic!("{name} was not tried: {reason}"),
        Err(TestError::Fail(reason, case)) => {
            let text = case.write(name);
            let hash = Sha256::digest(&text);
            let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
            let kept = folder.join(format!("{name}-{hash}.case"));
            fs::write(&kept, text).expect("a writable folder");
            Err(Failure { reason: reason.message().to_owned(), kept })
        }
    }
}

/// Puts every kept case of these laws to its law.
pub(crate) fn replay(laws: &[Law]) {
    let files = fs::read_dir(folder()).expect("the folder of kept cases");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a readable folder").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "case")) {
        replay_file(laws, file);
    }
}

fn replay_file(laws: &[Law], file: &Path) {
    let text = fs::read_to_string(file).expect("a readable file");
    for number in text.split(|letter: char| !letter.is_ascii_digit()).filter(|number| number.len() > 12) {
        assert!(LONG_NUMBERS.contains(&number), "{}: {number} may be somebody's", file.display());
    }
    let (name, case) = Case::read(&text);
    let law = laws.iter().find(|(law, _)| *law == name);
    assert!(law.is_some() || LAWS.contains(&&*name), "{}: no law is called {name:?}", file.display());
    if let Some((_, law)) = law
        && let Err(error) = law(&case)
    {
        panic!("{name} fails again on {}\n{error}", file.display());
    }
}

/// Cases that are the same in every run, for tests of what is drawn.
pub(crate) fn draw<T>(cases: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    (0..count).map(|_| cases.new_tree(&mut runner).expect("a case").current()).collect()
}

/// Two texts that must be equal; tells the first lines that are not.
pub(crate) fn same(what: &str, one: &str, other: &str) -> TestCaseResult {
    let lines = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
    let lines: Vec<_> = lines.take(8).collect();
    prop_assert!(one == other, "{what} ({} and {} bytes): {lines:#?}", one.len(), other.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds for no day with two rows of terminal T7.
    fn broken(case: &Case) -> TestCaseResult {
        let sevens = case.rows.iter().filter(|row| row.contains("T7")).count();
        prop_assert!(sevens < 2 || case.one("threads") < 3, "{sevens} rows of T7");
        Ok(())
    }

    fn days() -> impl Strategy<Value = Case> {
        let row = (0..20_u32, 0..10_u32).prop_map(|(stan, terminal)| format!("{stan},T{terminal}"));
        (prop::collection::vec(row, 1..200), 1..9_usize, prop::collection::vec(0..200_usize, 0..6)).prop_map(
            |(rows, threads, cuts)| {
                Case::new(Form::Csv, "stan,tid", rows).with("threads", &[threads]).with("cuts", &cuts)
            },
        )
    }

    #[test]
    fn a_failure_is_kept_at_its_smallest_and_fails_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let failure = attempt("broken", broken, &days(), &ProptestConfig::with_cases(500), folder.path());
        let Failure { reason, kept } = failure.expect_err("a broken law fails");
        assert!(reason.starts_with("2 rows of T7"), "{reason}");
        let text = fs::read_to_string(&kept).expect("the file that the failure names");
        assert_eq!(text, "# law: broken\n# form: csv\n# threads: 3\n# cuts:\nstan,tid\n0,T7\n0,T7\n");
        let name = kept.file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(name, "broken-d5e0f9c4.case");

        let again = std::panic::catch_unwind(|| replay_file(&[("broken", broken)], &kept));
        let message = *again.expect_err("the law fails again").downcast::<String>().expect("a message");
        assert!(message.starts_with("broken fails again on ") && message.contains(name), "{message}");
        replay_file(&[("broken", |_| Ok(()))], &kept);
        // The law of no test: nobody would put the file to it.
        std::panic::catch_unwind(|| replay_file(&[], &kept)).expect_err("an unknown law");
    }

    #[test]
    fn nobodys_card_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.case");
        fs::write(&file, "# law: a\n# form: csv\nstan,pan\n1,9999999999999999\n").expect("a writable folder");
        std::panic::catch_unwind(|| replay_file(&[("a", |_| Ok(()))], &file)).expect_err("a strange card");
    }

    #[test]
    fn cases_are_read_as_they_were_written() {
        let csv = Case::new(Form::Csv, "a,b", ["1,\"2\"", "", "3\r", ""].map(str::to_owned).to_vec());
        let records = ["<log at=\"1\">\n<isomsg>\n</log>", "<log at=\"2\">\n", "<log at=\"\">"];
        let jpos = Case::new(Form::Jpos, "", records.map(str::to_owned).to_vec());
        for case in [csv, jpos] {
            let case = case.with("threads", &[7]).with("cuts", &[]).with("hands", &[0, 3, 1]);
            assert_eq!(Case::read(&case.write("a law")), ("a law".to_owned(), case));
        }
    }

    #[test]
    fn cuts_leave_every_row() {
        let rows: Vec<_> = (0..5).map(|row| row.to_string()).collect();
        let case = Case::new(Form::Csv, "a", rows.clone()).with("cuts", &[9, 2, 2]);
        assert_eq!(case.pieces(), [&rows[..2], &[], &rows[2..], &[]]);
    }
}
