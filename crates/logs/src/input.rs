//! Where bytes come from: a file, standard input or any reader, decompressed on the way.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::compression::{Compression, Decompressed, compression_of};
use crate::detect::DetectError;
use crate::log_file::{FileIdentity, LogFile};
use crate::time::DateHint;
use crate::zstd_frames::frames;

/// Bytes from the start of an input by which its format is recognised.
pub const SAMPLE_SIZE: usize = 64 * 1024;

/// Bytes from the start that are looked at where the first [`SAMPLE_SIZE`] hold nothing that is known: a
/// banner may be long.
pub const LONGEST_SAMPLE: usize = 1024 * 1024;

/// Whether a sample is as long as one that may go on. Any other is all there is.
pub(crate) fn breaks_off(sample: &[u8]) -> bool {
    matches!(sample.len(), SAMPLE_SIZE | LONGEST_SAMPLE)
}

/// Why an input cannot be opened. The path is the caller's to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not a file.
    #[error("is a directory")]
    Directory,
    /// A compression that is recognised and not undone here.
    #[error("{0} compression is not read; decompress it, or use gzip, zstd, bzip2 or xz")]
    Unsupported(&'static str),
}

/// An opened input: reads as plain bytes, whatever compression the file has.
pub struct Input {
    source: Decompressed,
    compression: Compression,
    date_hint: Option<DateHint>,
    identity: Option<FileIdentity>,
    sample: Vec<u8>,
    /// How much of the sample was read as part of the stream.
    replayed: usize,
    /// What ended the sample early; told when the stream gets there.
    ending: Option<Ending>,
}

enum Ending {
    Eof,
    Error(io::Error),
}

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    /// When the file cannot be opened or read, or is compressed in a way that is not supported.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::open_at(path, 0)?.0)
    }

    /// Opens a file to be read from this byte on, counted after decompression, or from a byte before it: where the input
    /// begins comes beside it. What stands before is not read of a plain file, nor of one of several zstd frames that tell
    /// their sizes; of any other all is.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_at(path: &Path, offset: u64) -> Result<(Self, u64), OpenError> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(OpenError::Directory);
        }
        let from_name = path.file_name().and_then(|name| DateHint::from_file_name(&name.to_string_lossy()));
        let modified = || DateHint::from_system_time(metadata.modified().ok()?);
        let identity = FileIdentity::of(&metadata);
        let place = match identity {
            Some(_) if offset > 0 => Place::of(&mut file, offset)?,
            _ => Place::default(),
        };
        let Place { at, begins, compression } = place;
        let mut input = match identity.filter(|_| at > 0) {
            Some(identity) => {
                file.seek(SeekFrom::Start(at))?;
                let rest = LogFile::at(file, at, identity);
                match compression {
                    Compression::Plain => Self::of(Decompressed::plain(rest)),
                    _ => Self::from_reader(rest)?,
                }
            }
            None => Self::from_file(file, identity)?,
        };
        input.identity = identity;
        input.date_hint = from_name.or_else(modified);
        Ok((input, begins))
    }

    /// Takes standard input. It has no date of its own.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn stdin() -> Result<Self, OpenError> {
        #[cfg(unix)]
        {
            use std::os::fd::AsFd;
            let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
            let identity = FileIdentity::of(&file.metadata()?);
            Self::from_file(file, identity)
        }
        #[cfg(not(unix))]
        Self::from_reader(io::stdin())
    }

    fn from_file(file: File, identity: Option<FileIdentity>) -> Result<Self, OpenError> {
        match identity {
            Some(identity) => Self::from_reader(LogFile::new(file, identity)),
            None => Self::from_reader(file),
        }
    }

    /// Takes any reader. It has no date of its own.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn from_reader(reader: impl Read + Send + 'static) -> Result<Self, OpenError> {
        Decompressed::new(reader).map(Self::of)
    }

    fn of((source, compression): (Decompressed, Compression)) -> Self {
        Self {
            source,
            compression,
            date_hint: None,
            identity: None,
            sample: Vec::new(),
            replayed: 0,
            ending: None,
        }
    }

    /// How the input is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Which file it is, to know it again when it is opened another time; none of what can be read once: a pipe, a
    /// device.
    pub fn identity(&self) -> Option<FileIdentity> {
        self.identity
    }

    /// When the input was written: the date in the file's name, else the day on which it was last
    /// modified.
    pub fn date_hint(&self) -> Option<DateHint> {
        self.date_hint
    }

    /// The first bytes of the input, at most [`SAMPLE_SIZE`]. They stay part of the stream when
    /// asked for before the first read.
    ///
    /// # Errors
    /// When not even one byte can be read. A later error is told by the stream itself.
    pub fn sample(&mut self) -> io::Result<&[u8]> {
        if self.sample.is_empty() && self.ending.is_none() {
            self.take_sample(SAMPLE_SIZE);
        }
        if self.sample.is_empty()
            && let Some(Ending::Error(error)) = &self.ending
        {
            return Err(io::Error::new(error.kind(), error.to_string()));
        }
        Ok(&self.sample)
    }

    /// Has `look` recognise the input by its sample, and by a longer one of at most [`LONGEST_SAMPLE`] where
    /// the first tells nothing. What was looked at stays part of the stream.
    ///
    /// # Errors
    /// As [`Self::sample`]; inside, what `look` says.
    pub fn recognise<T>(
        &mut self,
        look: impl Fn(&[u8]) -> Result<T, DetectError>,
    ) -> io::Result<Result<T, DetectError>> {
        let found = look(self.sample()?);
        let tells_nothing = matches!(
            found,
            Err(DetectError::Unknown { .. } | DetectError::MissingColumns { .. } | DetectError::Empty)
        );
        if !tells_nothing || self.sample.len() < SAMPLE_SIZE {
            return Ok(found);
        }
        self.take_sample(LONGEST_SAMPLE);
        Ok(look(&self.sample))
    }

    /// Reads until the sample has this size, or ends.
    fn take_sample(&mut self, size: usize) {
        let mut filled = self.sample.len();
        self.sample.resize(size.max(filled), 0);
        while filled < self.sample.len() && self.ending.is_none() {
            match self.source.read(&mut self.sample[filled..]) {
                Ok(0) => self.ending = Some(Ending::Eof),
                Ok(len) => filled += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.ending = Some(Ending::Error(error)),
            }
        }
        self.sample.truncate(filled);
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut waiting = self.sample.get(self.replayed..).unwrap_or_default();
        if !waiting.is_empty() {
            let len = waiting.read(buffer)?;
            self.replayed += len;
            return Ok(len);
        }
        match self.ending.take() {
            None => self.source.read(buffer),
            Some(Ending::Eof) => {
                self.ending = Some(Ending::Eof);
                Ok(0)
            }
            Some(Ending::Error(error)) => {
                self.ending = Some(Ending::Eof);
                Err(error)
            }
        }
    }
}

/// Where in a file to begin.
struct Place {
    /// In the file.
    at: u64,
    /// After decompression.
    begins: u64,
    compression: Compression,
}

impl Default for Place {
    /// At the start.
    fn default() -> Self {
        Self { at: 0, begins: 0, compression: Compression::Plain }
    }
}

impl Place {
    /// The last place at or before a byte, counted after decompression, from which the file can be read.
    fn of(file: &mut File, offset: u64) -> Result<Self, OpenError> {
        let compression = compression_of(file)?;
        let (at, begins) = match compression {
            Compression::Plain => (offset, offset),
            Compression::Zstd => {
                let frames =
                    frames(&mut BufReader::new(&*file))?.map(|(frames, _)| frames).unwrap_or_default();
                let behind = frames.partition_point(|frame| frame.holds_from <= offset);
                let frame = behind.checked_sub(1).and_then(|before| frames.get(before));
                frame.map_or((0, 0), |frame| (frame.at, frame.holds_from))
            }
            _ => (0, 0),
        };
        file.rewind()?;
        Ok(Self { at, begins, compression })
    }
}

/// What a file holds that can be read from other places than its start: how much after decompression.
///
/// # Errors
/// When it cannot be read.
pub fn seekable_size(path: &Path) -> io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    match compression_of(&mut file) {
        Ok(Compression::Plain) => Ok(Some(metadata.len())),
        Ok(Compression::Zstd) => {
            let found = frames(&mut BufReader::new(file))?;
            Ok(found.filter(|(frames, _)| frames.len() > 1).map(|(_, size)| size))
        }
        Ok(_) | Err(OpenError::Unsupported(_) | OpenError::Directory) => Ok(None),
        Err(OpenError::Io(error)) => Err(error),
    }
}

/// A reader with a buffer, for the decompressors.
pub(crate) fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(128 * 1024, reader)
}
