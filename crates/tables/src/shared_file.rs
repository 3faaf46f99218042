//! A file of which several threads read at once, each where it wants.

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// A file and its length. Handles of one file share the place where it is read, so that only one of them may read at a
/// time.
#[derive(Clone)]
pub(crate) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl SharedFile {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(Mutex::new(file)), length })
    }

    fn read_at(&self, place: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place))?;
        file.read(bytes)
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<Part>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(Part { file: self.clone(), place: start }))
    }

    /// No more than the file holds, whatever a page says of its length.
    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF("a page beyond the end of the file".to_owned()));
        }
        let mut bytes = vec![0; length];
        Part { file: self.clone(), place: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// A file from some place on.
pub(crate) struct Part {
    file: SharedFile,
    place: u64,
}

impl Read for Part {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.place, bytes)?;
        self.place += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn parts_are_read_side_by_side_and_none_beyond_the_end() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let shared = SharedFile::new(file).unwrap();
        let mut parts = [2, 7].map(|start| Part { file: shared.clone(), place: start });
        let mut read = [[0; 2]; 4];
        for (at, bytes) in read.iter_mut().enumerate() {
            let count = parts[at % 2].read(bytes).unwrap();
            bytes[count..].fill(b'-');
        }
        assert_eq!(read, [*b"23", *b"78", *b"45", *b"9-"]);
        assert_eq!(shared.get_bytes(3, 7).unwrap(), "3456789");
        for (start, length) in [(3, 8), (11, 0), (u64::MAX, 1), (0, usize::MAX)] {
            assert!(shared.get_bytes(start, length).is_err(), "{start} {length}");
        }
    }
}
