//! Files that are being written: each under a name of its own in the folder of what it is to become, until it is whole.
//!
//! All of them are known in one place, so that whatever ends the process leaves none behind ([`abandon_all`]). Nobody can
//! do that for a process that is killed, or that ran out of memory: what such a run leaves is removed by the next one that
//! writes into the folder. It knows such a file by its name, and by the lock that nobody holds any more.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempPath;

/// How their names begin: they are hidden from whoever lists logs, tables or pages.
const PREFIX: &str = ".posmortem-";

/// How their names end: what a collector of files or a history takes ends otherwise.
const SUFFIX: &str = ".tmp";

/// Files are made and named under this lock alone.
static ALL: Mutex<All> = Mutex::new(All { paths: BTreeSet::new(), cleared: BTreeSet::new() });

struct All {
    paths: BTreeSet<PathBuf>,
    /// Folders that hold nothing of killed runs.
    cleared: BTreeSet<PathBuf>,
}

/// The name of a file that is not whole yet. The file goes with it unless it is named.
pub(crate) struct Unfinished {
    /// None once it has its name.
    temporary: Option<TempPath>,
}

/// Makes a file in a folder, open for writing. Whoever writes keeps it open until it has its name: the lock says that it is
/// still being written.
pub(crate) fn make(folder: &Path) -> io::Result<(File, Unfinished)> {
    let mut all = all();
    if all.cleared.insert(folder.to_owned()) {
        clear(folder);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any new file: readable as the user's mask has it. The builder's default is for secrets.
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    loop {
        let (file, temporary) = builder.make_in(folder, create)?.into_parts();
        if is_ours(&file) {
            all.paths.insert(temporary.to_path_buf());
            return Ok((file, Unfinished { temporary: Some(temporary) }));
        }
    }
}

impl Unfinished {
    /// Gives the file its name, in place of what has it.
    pub(crate) fn name(mut self, path: &Path) -> io::Result<()> {
        let mut all = all();
        let Some(temporary) = self.temporary.take() else { return Ok(()) };
        all.paths.remove(&*temporary);
        temporary.persist(path).map_err(|failed| failed.error)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut all = all();
        if let Some(temporary) = self.temporary.take() {
            all.paths.remove(&*temporary);
            // Under the lock: what ends the process finds it in the list, or gone.
            drop(temporary);
        }
    }
}

/// Removes every file that is not whole. No other is made or named as long as what this returns lives.
pub(crate) fn abandon_all() -> impl Sized {
    let all = all();
    for path in &all.paths {
        // One that is gone already is as good.
        fs::remove_file(path).ok();
    }
    all
}

fn all() -> MutexGuard<'static, All> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks a new file. Another run that clears the folder up may have come between: then it is no more. Where files cannot be
/// locked, none is taken for a killed run's.
fn is_ours(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && has_name(file)
}

#[cfg(unix)]
fn has_name(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|there| there.nlink() > 0)
}

#[cfg(not(unix))]
fn has_name(_: &File) -> bool {
    true
}

/// Removes what killed runs have left in a folder. What cannot be removed stays: it is in nobody's way.
fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_called_so =
            name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_called_so && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            remove_if_left(&entry.path());
        }
    }
}

/// Removes a file that nobody writes. It is locked until it is gone: a run that has just made it then knows.
fn remove_if_left(path: &Path) {
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        fs::remove_file(path).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    /// Every file that is made can be named, however often others clear the folder up.
    #[test]
    fn a_file_that_is_being_made_is_not_taken_for_one_that_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, is_over) = (folder.path().join("day.csv"), AtomicBool::new(false));
        let make_and_name = || {
            let (_written, unfinished) = make(folder.path())?;
            unfinished.name(&path)
        };
        let named: io::Result<()> = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        clear(folder.path());
                    }
                });
            }
            let named = (0..2000).try_for_each(|_| make_and_name());
            is_over.store(true, Ordering::Relaxed);
            named
        });
        named.unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
