//! An input as a file, for what reads files alone.

use posmortem::InputSource;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file in a folder of its own, both gone with it.
pub(crate) struct InputFile {
    _folder: TempDir,
    path: PathBuf,
}

impl InputFile {
    /// With this content. The name ends in `name`, which may tell a date.
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        fs::write(&path, content).expect("a writable folder");
        Self { _folder: folder, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn source(&self) -> InputSource {
        InputSource::Path(self.path.clone())
    }
}
