//! Inputs that are kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of kept inputs, one below it for each target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Inputs that led to code which the seeds do not reach.
    Corpus,
    /// Inputs that failed once, named by what was wrong.
    Regressions,
}

impl Kept {
    /// Where they are.
    pub fn folder(self) -> PathBuf {
        let name = match self {
            Self::Corpus => "corpus",
            Self::Regressions => "regressions",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }
}

/// The kept inputs of a target by their paths; none where there is no folder.
pub fn kept(kept: Kept, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(folder) = fs::read_dir(kept.folder().join(target)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a readable file");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}
