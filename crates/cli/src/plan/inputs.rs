//! Where the messages come from, by what stands on the command line.

use crate::messages::Messages;
use anyhow::{Result, bail};
use posmortem::{InputSource, TABLE_MAGIC};
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
pub(super) fn inputs(paths: &[PathBuf], stdin_is_terminal: bool, messages: Messages) -> Result<Inputs> {
    let sources = sources(paths, stdin_is_terminal, messages)?;
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

/// Whether a file begins as tables do. Pipes are not looked into: what is read is gone.
fn is_table(source: &InputSource) -> bool {
    let InputSource::Path(path) = source else { return false };
    if !fs::metadata(path).is_ok_and(|file| file.is_file()) {
        return false;
    }
    let mut magic = [0; TABLE_MAGIC.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *TABLE_MAGIC
}

/// The sources; nothing told is standard input, unless somebody would have to type a log.
fn sources(paths: &[PathBuf], stdin_is_terminal: bool, messages: Messages) -> Result<Vec<InputSource>> {
    if paths.is_empty() {
        if stdin_is_terminal {
            bail!("no input: name log files, or pipe a log into standard input");
        }
        return Ok(vec![InputSource::Stdin]);
    }
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for path in paths {
        let source = source(path)?;
        let is_new = match &source {
            InputSource::Stdin => seen.insert(PathBuf::from("-")),
            InputSource::Path(path) => seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
        };
        if is_new {
            sources.push(source);
        } else {
            messages.warn(format_args!("{} is named twice and read once", path.display()));
        }
    }
    Ok(sources)
}

fn source(path: &Path) -> Result<InputSource> {
    if path == Path::new("-") {
        return Ok(InputSource::Stdin);
    }
    if path.is_dir() {
        bail!("{} is a folder: name the files in it", path.display());
    }
    Ok(InputSource::Path(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str], stdin_is_terminal: bool) -> Result<Vec<InputSource>> {
        let paths: Vec<_> = paths.iter().map(PathBuf::from).collect();
        sources(&paths, stdin_is_terminal, Messages { quiet: true, verbose: false })
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
    }

    #[test]
    fn a_folder_is_refused_and_a_missing_file_is_the_readers_business() {
        let refusal = of(&["src"], true).unwrap_err().to_string();
        assert_eq!(refusal, "src is a folder: name the files in it");
        assert!(of(&["no/such.log"], true).is_ok());
    }
}
