//! A file that others may write to, cut, rename or replace while it is read.
//!
//! What was cut off would look like the end of the file, and a file that has taken its name like itself. Both are told;
//! nothing is locked, and nobody is kept from anything.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::time::SystemTime;

/// Which file an input is, and how long it was when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    /// The file system and the number in it, where the system tells them.
    number: Option<(u64, u64)>,
    /// Since when it is there, where the system tells: numbers are given again.
    made: Option<SystemTime>,
    len: u64,
}

impl FileIdentity {
    /// Of a regular file; what is none can be read once.
    pub(crate) fn of(file: &Metadata) -> Option<Self> {
        file.is_file().then(|| Self { number: number(file), made: file.created().ok(), len: file.len() })
    }

    /// Whether `later` is the same file, and nothing of it was cut off.
    pub fn goes_on_as(&self, later: &Self) -> bool {
        (self.number, self.made) == (later.number, later.made) && self.len <= later.len
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "not every system tells")]
fn number(file: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Reads a regular file, and tells where it ends whether it was cut in the meantime.
pub(crate) struct LogFile {
    file: File,
    /// As long as it was seen to be, by its length or by what was read.
    longest: u64,
    read: u64,
}

impl LogFile {
    pub(crate) fn new(file: File, identity: FileIdentity) -> Self {
        Self::at(file, 0, identity)
    }

    /// The same, of which so much is passed over.
    pub(crate) fn at(file: File, passed: u64, identity: FileIdentity) -> Self {
        Self { file, longest: identity.len, read: passed }
    }
}

impl Read for LogFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read(buffer)?;
        self.read += len as u64;
        // Files of the kernel have no length, or one that means nothing.
        if len > 0 || buffer.is_empty() || self.longest == 0 {
            return Ok(len);
        }
        self.longest = self.longest.max(self.read);
        if self.file.metadata()?.len() < self.longest {
            let why = "it became shorter while it was read: read it again once logs are rotated";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn identity(path: &Path) -> FileIdentity {
        FileIdentity::of(&fs::metadata(path).unwrap()).unwrap()
    }

    fn open(path: &Path) -> LogFile {
        LogFile::new(File::open(path).unwrap(), identity(path))
    }

    #[test]
    fn a_cut_is_told_and_growth_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.log");
        let rest = |file: &mut LogFile| {
            let mut rest = Vec::new();
            file.read_to_end(&mut rest).map(|_| rest)
        };
        let mut begin = [0; 3];
        fs::write(&path, "012345").unwrap();
        let mut file = open(&path);
        file.read_exact(&mut begin).unwrap();
        fs::write(&path, "012345678").unwrap();
        assert_eq!(rest(&mut file).unwrap(), b"345678");
        for left in ["", "0", "01234"] {
            fs::write(&path, "012345").unwrap();
            let mut file = open(&path);
            file.read_exact(&mut begin).unwrap();
            fs::write(&path, left).unwrap();
            assert_eq!(rest(&mut file).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{left}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn another_file_of_that_name_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let [path, moved] = ["day.log", "day.log.1"].map(|name| folder.path().join(name));
        fs::write(&path, "012").unwrap();
        let before = identity(&path);
        fs::write(&path, "01234").unwrap();
        assert!(before.goes_on_as(&identity(&path)));
        fs::write(&path, "01").unwrap();
        assert!(!before.goes_on_as(&identity(&path)));
        fs::write(&path, "012").unwrap();
        fs::rename(&path, &moved).unwrap();
        fs::write(&path, "012").unwrap();
        assert!(before.goes_on_as(&identity(&moved)) && !before.goes_on_as(&identity(&path)));
    }
}
