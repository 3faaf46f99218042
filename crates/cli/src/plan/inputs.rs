//! Where the messages come from, by what stands on the command line: files, folders, lists of either,
//! and standard input.

mod file_list;
mod folder;

pub(super) use file_list::contents;

use crate::args::SourceArgs;
use crate::messages::Messages;
use anyhow::{Result, bail};
use posmortem::{InputSource, TABLE_MAGIC, is_findings_path};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What is read: logs or tables, never both.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inputs {
    pub(super) sources: Vec<InputSource>,
    pub(super) are_tables: bool,
}

/// The sources, and whether they are tables.
pub(super) fn inputs(args: &SourceArgs, stdin_is_terminal: bool, messages: Messages) -> Result<Inputs> {
    let sources = sources(args, stdin_is_terminal, messages)?;
    let table = sources.iter().find(|source| is_table(source));
    let log = sources.iter().find(|source| !is_table(source));
    if let (Some(table), Some(log)) = (table, log) {
        let (table, log) = (table.label(), log.label());
        bail!(
            "{table} is a table and {log} is not: save the logs first (report --save), then name tables alone"
        );
    }
    if table.is_some() && !crate::tables::ARE_BUILT_IN {
        bail!(crate::tables::NOT_BUILT_IN);
    }
    Ok(Inputs { are_tables: table.is_some(), sources })
}

/// Whether a source begins as tables do. Pipes are not looked into: what is read is gone.
fn is_table(source: &InputSource) -> bool {
    matches!(source, InputSource::Path(path) if is_table_file(path))
}

fn is_table_file(path: &Path) -> bool {
    if !fs::metadata(path).is_ok_and(|file| file.is_file()) {
        return false;
    }
    let mut magic = [0; TABLE_MAGIC.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *TABLE_MAGIC
}

/// The sources; nothing told is standard input, unless somebody would have to type a log.
fn sources(args: &SourceArgs, stdin_is_terminal: bool, messages: Messages) -> Result<Vec<InputSource>> {
    let mut gathered = Gathered { messages, seen: BTreeSet::new(), sources: Vec::new() };
    for path in &args.inputs {
        gathered.add(path)?;
    }
    match &args.files_from {
        Some(list) => file_list::read(list, |path| gathered.add(path))?,
        None if args.inputs.is_empty() && stdin_is_terminal => {
            bail!("no input: name log files, or pipe a log into standard input")
        }
        None if args.inputs.is_empty() => return Ok(vec![InputSource::Stdin]),
        None => {}
    }
    Ok(gathered.sources)
}

/// The sources that were named so far.
struct Gathered {
    messages: Messages,
    seen: BTreeSet<PathBuf>,
    sources: Vec<InputSource>,
}

impl Gathered {
    /// Takes what a path stands for: standard input, a file, or all files of a folder.
    fn add(&mut self, path: &Path) -> Result<()> {
        if path == Path::new("-") {
            return self.add_named(InputSource::Stdin, PathBuf::from("-"), path);
        }
        if is_findings_path(path) {
            bail!(
                "{} holds what was found on a day, for --history and `compare`: name the log or the table",
                path.display()
            );
        }
        if !path.is_dir() {
            let own = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            return self.add_named(InputSource::Path(path.to_owned()), own, path);
        }
        let found = folder::files(path)?;
        for table in &found.tables_beside_logs {
            let table = table.display();
            self.messages.warn(format_args!("{table} is a table among logs and passed over"));
        }
        for file in found.files {
            // A link such as `latest.log` leads to a file that is there under its own name, too.
            if self.seen.insert(fs::canonicalize(&file).unwrap_or_else(|_| file.clone())) {
                self.sources.push(InputSource::Path(file));
            }
        }
        Ok(())
    }

    fn add_named(&mut self, source: InputSource, own: PathBuf, path: &Path) -> Result<()> {
        if self.seen.insert(own) {
            self.sources.push(source);
        } else {
            self.messages.warn(format_args!("{} is named twice and read once", path.display()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Messages = Messages { quiet: true, verbose: false };

    fn of(paths: &[&str], stdin_is_terminal: bool) -> Result<Vec<InputSource>> {
        let args = SourceArgs { inputs: paths.iter().map(PathBuf::from).collect(), ..SourceArgs::default() };
        sources(&args, stdin_is_terminal, QUIET)
    }

    #[test]
    fn nothing_is_standard_input_unless_that_is_a_terminal() {
        assert_eq!(of(&[], false).unwrap(), [InputSource::Stdin]);
        assert!(of(&[], true).is_err());
        assert_eq!(of(&["-"], true).unwrap(), [InputSource::Stdin]);
    }

    #[test]
    fn a_file_named_twice_is_read_once() {
        let here = [InputSource::Path(PathBuf::from("Cargo.toml"))];
        assert_eq!(of(&["Cargo.toml", "./Cargo.toml", "src/../Cargo.toml"], true).unwrap(), here);
        assert_eq!(of(&["-", "-"], true).unwrap(), [InputSource::Stdin]);
        let twice = of(&["src/plan/inputs/folder.rs", "src/plan/inputs"], true).unwrap();
        let files = ["src/plan/inputs/folder.rs", "src/plan/inputs/file_list.rs"];
        assert_eq!(twice, files.map(|file| InputSource::Path(PathBuf::from(file))));
    }

    #[test]
    fn a_missing_file_is_the_readers_business() {
        assert!(of(&["no/such.log"], true).is_ok());
    }

    #[test]
    fn a_list_is_no_reason_to_read_standard_input_too() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        fs::write(&list, "Cargo.toml\nsrc/plan/inputs\n").unwrap();
        let args = SourceArgs { files_from: Some(list), ..SourceArgs::default() };
        let paths = ["Cargo.toml", "src/plan/inputs/file_list.rs", "src/plan/inputs/folder.rs"];
        let expected = paths.map(|path| InputSource::Path(PathBuf::from(path)));
        assert_eq!(sources(&args, false, QUIET).unwrap(), expected);
    }
}
