//! The seal of a table: proof that its bytes are those that were written.
//!
//! It stands between the last row group and the Parquet footer, where no reader of Parquet looks:
//! eight bytes that name it, and the SHA-256 of every other byte of the file. A decoder is never
//! handed what does not agree with it. It guards against accidents, not against forgers.

use crate::{MAGIC, TableError};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// What the seal begins with.
const MARK: &[u8; 8] = b"posmseal";

/// Its length in bytes.
const LENGTH: u64 = 8 + 32;

/// The footer's length and the magic bytes behind it.
const TAIL: u64 = 8;

/// A seal, which also tells one table from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seal([u8; 32]);

/// Counts what is written, holds back the footer and puts the seal before it.
pub(crate) struct SealedWriter<W: Write> {
    out: W,
    digest: Sha256,
    footer: Option<Vec<u8>>,
}

impl<W: Write> SealedWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, digest: Sha256::new(), footer: None }
    }

    /// From here on comes the footer.
    pub(crate) fn begin_footer(&mut self) {
        self.footer = Some(Vec::new());
    }

    /// Writes seal and footer.
    pub(crate) fn seal(self) -> io::Result<W> {
        let Self { mut out, digest, footer } = self;
        let footer = footer.unwrap_or_default();
        let digest = digest.chain_update(&footer).finalize();
        out.write_all(MARK)?;
        out.write_all(&digest)?;
        out.write_all(&footer)?;
        out.flush()?;
        Ok(out)
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(footer) = &mut self.footer {
            footer.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads a file through and compares it with its seal.
pub(crate) fn check(file: &mut (impl Read + Seek)) -> Result<Seal, TableError> {
    let length = file.seek(SeekFrom::End(0))?;
    if length < MAGIC.len() as u64 + LENGTH + TAIL {
        return Err(TableError::Truncated);
    }
    let mut tail = [0; TAIL as usize];
    file.seek(SeekFrom::Start(length - TAIL))?;
    file.read_exact(&mut tail)?;
    let (footer, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(TableError::Truncated);
    }
    let footer = footer.iter().rev().fold(0, |length, byte| length << 8 | u64::from(*byte)) + TAIL;
    let place = length.checked_sub(footer + LENGTH).ok_or(TableError::Foreign)?;
    file.seek(SeekFrom::Start(place))?;
    let mut seal = [0; LENGTH as usize];
    file.read_exact(&mut seal)?;
    let (mark, digest) = seal.split_at(MARK.len());
    if mark != MARK {
        return Err(TableError::Foreign);
    }
    file.rewind()?;
    let mut found = Sha256::new();
    let mut rows = file.by_ref().take(place);
    digest_of(&mut rows, &mut found)?;
    file.seek(SeekFrom::Start(place + LENGTH))?;
    digest_of(file, &mut found)?;
    let found: [u8; 32] = found.finalize().into();
    if found == *digest { Ok(Seal(found)) } else { Err(TableError::Damaged) }
}

fn digest_of(bytes: &mut impl Read, digest: &mut Sha256) -> io::Result<()> {
    let mut block = vec![0; 1 << 16];
    loop {
        match bytes.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => digest.update(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
