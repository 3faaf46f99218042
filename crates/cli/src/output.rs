//! Where results go: standard output, and files that appear whole or not at all.
//!
//! An output is made before the work, so that a bad path fails at once. A file is written under
//! another name in its folder and takes its own name at the end; whoever reads it meanwhile, or after
//! a failure, finds what was there before.

use crate::unfinished::{self, Unfinished};
use anyhow::{Error, Result, anyhow, bail};
use std::fs::{self, File};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 * 1024;

/// One output, open for writing.
pub(crate) struct Output {
    name: String,
    sink: Sink,
    /// The reader has closed its pipe. Kept here because writers on the way wrap the error.
    is_closed: bool,
}

enum Sink {
    Standard(BufWriter<Stdout>),
    /// What is no regular file and cannot be replaced: a device, a named pipe.
    Device(BufWriter<File>),
    File {
        content: BufWriter<File>,
        temporary: Unfinished,
        path: PathBuf,
        outlives: Outlives,
    },
}

/// What a file that has its name is still there after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outlives {
    /// It is on the disk before it takes its name.
    PowerFailure,
    /// The system writes it when it likes: of thousands of files, waiting for the disk at each took nearly all the time.
    Run,
}

impl Output {
    /// Standard output.
    pub(crate) fn standard() -> Self {
        let sink = Sink::Standard(BufWriter::with_capacity(BUFFER, io::stdout()));
        Self { name: "standard output".to_owned(), sink, is_closed: false }
    }

    /// A file.
    ///
    /// # Errors
    /// When it could not be written in the end either: no folder, no right, a folder itself.
    pub(crate) fn file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if let Some(missing) = folder_of(path).filter(|folder| !folder.exists()) {
            bail!("{name} cannot be written: make the folder {} first", missing.display());
        }
        let sink = open(path).map_err(|error| cannot_write(&name, &error))?;
        Ok(Self { name, sink, is_closed: false })
    }

    /// A file in `folder`, which is made if it is missing, to be named at the end
    /// ([`Output::end_as`]).
    ///
    /// # Errors
    /// When no file can be written there.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self> {
        let name = folder.display().to_string();
        if fs::metadata(folder).is_ok_and(|there| !there.is_dir()) {
            bail!("{name} is no folder: name one, or one that is to be made");
        }
        fs::create_dir_all(folder).map_err(|error| cannot_write(&name, &error))?;
        Self::to_be_named(folder, Outlives::PowerFailure)
    }

    /// The same for one of many files, which can be written again: `folder` is there, and nothing waits for the disk.
    ///
    /// # Errors
    /// When no file can be written there.
    pub(crate) fn one_of_many(folder: &Path) -> Result<Self> {
        Self::to_be_named(folder, Outlives::Run)
    }

    fn to_be_named(folder: &Path, outlives: Outlives) -> Result<Self> {
        let name = folder.display().to_string();
        let (content, temporary) = open_in(folder).map_err(|error| cannot_write(&name, &error))?;
        let sink = Sink::File { content, temporary, path: folder.to_owned(), outlives };
        Ok(Self { name, sink, is_closed: false })
    }

    /// Ends an output that [`Output::in_folder`] or [`Output::one_of_many`] opened, under this name.
    ///
    /// # Errors
    /// As [`Output::write_whole`].
    pub(crate) fn end_as(mut self, file: &str) -> Result<()> {
        if let Sink::File { path, .. } = &mut self.sink {
            path.push(file);
            self.name = path.display().to_string();
        }
        self.end(Ok(()))
    }

    /// Writes with `write` and ends the output: only then does a file take its name. A reader that
    /// has closed its pipe has seen enough, which is no error.
    ///
    /// # Errors
    /// When it cannot be written; a file then stays as it was.
    pub(crate) fn write_whole(mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let written = write(&mut self);
        self.end(written)
    }

    /// Ends an output to which `written` happened.
    ///
    /// # Errors
    /// As [`Output::write_whole`].
    pub(crate) fn end(self, written: io::Result<()>) -> Result<()> {
        let Self { name, sink, is_closed } = self;
        match written.and_then(|()| sink.commit()) {
            Err(error) if is_closed || error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            ended => ended.map_err(|error| cannot_write(&name, &error)),
        }
    }

    /// What errors call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is standard output.
    pub(crate) fn is_standard(&self) -> bool {
        matches!(self.sink, Sink::Standard(_))
    }

    fn take_note<T>(&mut self, written: io::Result<T>) -> io::Result<T> {
        self.is_closed |= written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        written
    }
}

/// Says which output could not be written, why, and what to do about it where that is not the same.
pub(crate) fn cannot_write(name: &str, error: &io::Error) -> Error {
    let next_step = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room there and run it again",
        io::ErrorKind::FileTooLarge => "; raise the limit of the size of files (ulimit -f)",
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "; name a place that you may write to"
        }
        _ if error.raw_os_error() == Some(TOO_MANY_FILES) => {
            "; name fewer outputs, or raise the limit of open files (ulimit -n)"
        }
        _ => "",
    };
    anyhow!("{name} cannot be written: {error}{next_step}")
}

/// `EMFILE`, which has no kind. It is the same number on every Unix that the tool is built for.
const TOO_MANY_FILES: i32 = 24;

/// The folder of a file, where its path names one.
fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

fn open(path: &Path) -> io::Result<Sink> {
    // A link stays a link: what it points to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = fs::metadata(&path).ok();
    if there.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return Ok(Sink::Device(BufWriter::with_capacity(BUFFER, File::options().write(true).open(&path)?)));
    }
    let folder = folder_of(&path).unwrap_or(Path::new("."));
    let (content, temporary) = open_in(folder)?;
    if let Some(there) = there {
        // Write-protected files are not replaced behind their owner's back.
        if there.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        content.get_ref().set_permissions(there.permissions())?;
    }
    Ok(Sink::File { content, temporary, path, outlives: Outlives::PowerFailure })
}

/// A new file under a name of its own.
fn open_in(folder: &Path) -> io::Result<(BufWriter<File>, Unfinished)> {
    let (content, temporary) = unfinished::make(folder)?;
    Ok((BufWriter::with_capacity(BUFFER, content), temporary))
}

impl Sink {
    fn commit(self) -> io::Result<()> {
        match self {
            Self::Standard(mut out) => out.flush(),
            Self::Device(mut out) => out.flush(),
            Self::File { content, temporary, path, outlives } => {
                let content = content.into_inner().map_err(io::IntoInnerError::into_error)?;
                if outlives == Outlives::PowerFailure {
                    content.sync_all()?;
                }
                temporary.name(&path)
            }
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Standard(out) => out,
            Self::Device(out) => out,
            Self::File { content, .. } => content,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.writer().write(bytes);
        self.take_note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.sink.writer().flush();
        self.take_note(flushed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_appears_whole_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.csv");
        fs::write(&path, "old").unwrap();
        let mut output = Output::file(&path).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        output.end(Ok(())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["day.csv"]);
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.csv");
        fs::write(&path, "old").unwrap();
        let output = Output::file(&path).unwrap();
        assert!(output.write_whole(|_| Err(io::ErrorKind::StorageFull.into())).is_err());
        drop(Output::file(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["day.csv"]);
    }

    #[test]
    fn one_of_many_appears_whole_in_a_folder_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Output::one_of_many(&folder.path().join("missing")).is_err());
        for text in ["old", "new"] {
            let mut page = Output::one_of_many(folder.path()).unwrap();
            page.write_all(text.as_bytes()).unwrap();
            page.end_as("1.md").unwrap();
            assert_eq!(fs::read_to_string(folder.path().join("1.md")).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["1.md"]);
    }

    #[test]
    fn a_bad_path_fails_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = Output::file(&folder.path().join("no/day.csv")).err().unwrap();
        assert!(error.to_string().contains("no/day.csv cannot be written: make the folder "), "{error}");
        assert!(!format!("{error:#}").contains(".posmortem-"), "{error:#}");
        assert!(Output::file(folder.path()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_device_is_written_to_and_a_link_stays_a_link() {
        Output::file(Path::new("/dev/null")).unwrap().write_whole(|out| out.write_all(b"x")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("day.csv"), folder.path().join("latest.csv"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        Output::file(&link).unwrap().write_whole(|out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
