//! The files of a folder and of the folders in it, in one order whatever the file system's.
//!
//! What is hidden (a name that begins with a dot), what is no file (pipes, sockets, devices) and the findings that
//! stand beside tables are passed over. Links are followed, and a folder that is met again, as in a loop of links, is not.

use super::is_table_file;
use anyhow::{Context, Result, bail};
use posmortem::is_findings_path;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a folder holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Logs, or tables where there is no log; at least one.
    pub(super) files: Vec<PathBuf>,
    /// Tables that are passed over, since there are logs too.
    pub(super) tables_beside_logs: Vec<PathBuf>,
}

/// Looks for files in `folder`.
///
/// # Errors
/// When a folder cannot be listed, or there is no file at all.
pub(super) fn files(folder: &Path) -> Result<Found> {
    let mut walk = Walk::default();
    walk.enter(folder)?;
    if walk.files.is_empty() {
        bail!(
            "{} is a folder without a file in it: name logs, or a folder that holds some",
            folder.display()
        );
    }
    let is_table = |path: &PathBuf| is_table_file(path) || path.extension() == Some("parquet".as_ref());
    let (tables, logs): (Vec<_>, Vec<_>) = walk.files.into_iter().partition(is_table);
    Ok(match logs.is_empty() {
        true => Found { files: tables, tables_beside_logs: Vec::new() },
        false => Found { files: logs, tables_beside_logs: tables },
    })
}

#[derive(Default)]
struct Walk {
    /// Folders that were listed, as they are without links.
    listed: BTreeSet<PathBuf>,
    files: Vec<PathBuf>,
}

impl Walk {
    fn enter(&mut self, folder: &Path) -> Result<()> {
        let cannot = || format!("the folder {} cannot be read", folder.display());
        if !self.listed.insert(fs::canonicalize(folder).with_context(cannot)?) {
            return Ok(());
        }
        let entries = fs::read_dir(folder).with_context(cannot)?;
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.with_context(cannot)?.file_name();
            if !name.as_encoded_bytes().starts_with(b".") {
                names.push(name);
            }
        }
        names.sort();
        for name in names {
            let path = folder.join(name);
            // A link that leads nowhere is no file.
            let Ok(there) = fs::metadata(&path) else { continue };
            if there.is_dir() {
                self.enter(&path)?;
            } else if there.is_file() && !is_findings_path(&path) {
                self.files.push(path);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(names: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        folder
    }

    fn names(folder: &TempDir, paths: &[PathBuf]) -> Vec<String> {
        let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
        paths.iter().map(name).collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_names_and_nothing_hidden_does() {
        let folder = folder(&["b.log", "a/2.log", "a/1.log.gz", "c/d/e", ".hidden", ".git/config", "B.log"]);
        let found = files(folder.path()).unwrap();
        assert_eq!(names(&folder, &found.files), ["B.log", "a/1.log.gz", "a/2.log", "b.log", "c/d/e"]);
        assert!(found.tables_beside_logs.is_empty());
    }

    #[test]
    fn tables_are_passed_over_beside_logs_and_read_alone() {
        let beside = folder(&["day.parquet", "day.log"]);
        fs::write(beside.path().join("renamed"), "PAR1...").unwrap();
        let found = files(beside.path()).unwrap();
        assert_eq!(names(&beside, &found.files), ["day.log"]);
        assert_eq!(names(&beside, &found.tables_beside_logs), ["day.parquet", "renamed"]);
        let alone = folder(&["2.parquet", "1.parquet"]);
        let found = files(alone.path()).unwrap();
        assert_eq!(names(&alone, &found.files), ["1.parquet", "2.parquet"]);
        assert!(found.tables_beside_logs.is_empty());
    }

    #[test]
    fn findings_beside_tables_are_no_logs() {
        let kept = folder(&["day.parquet", "day.findings.json"]);
        let found = files(kept.path()).unwrap();
        assert_eq!(names(&kept, &found.files), ["day.parquet"]);
        assert!(found.tables_beside_logs.is_empty());
    }

    #[test]
    fn a_folder_without_files_is_told() {
        let folder = folder(&[".hidden"]);
        fs::create_dir(folder.path().join("empty")).unwrap();
        let told = files(folder.path()).unwrap_err().to_string();
        assert!(told.contains(" is a folder without a file in it: "), "{told}");
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed_and_loops_end() {
        use std::os::unix::fs::symlink;
        let (folder, other) = (folder(&["a/1.log", "b.log"]), folder(&["2.log"]));
        symlink(folder.path(), folder.path().join("a/up")).unwrap();
        symlink(other.path(), folder.path().join("other")).unwrap();
        symlink("nowhere", folder.path().join("dangling")).unwrap();
        let found = files(folder.path()).unwrap();
        assert_eq!(names(&folder, &found.files), ["a/1.log", "b.log", "other/2.log"]);
    }
}
