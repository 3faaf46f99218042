//! Undoes compression, recognised by the first bytes. File names are not looked at: rotated logs
//! are often misnamed.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use crate::input::{OpenError, buffered};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, of any number of members.
    Gzip,
    /// zstd, of any number of frames.
    Zstd,
}

/// The bytes that were looked at to recognise the compression, and those behind them.
type Whole = io::Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// A reader of plain bytes.
pub(crate) enum Decompressed {
    Plain(Whole),
    Gzip(Members<BufReader<Whole>>),
    Zstd(zstd::stream::read::Decoder<'static, BufReader<Whole>>),
}

/// The longest magic number: bzip2's, with the start of its first block.
const MAGIC_SIZE: u64 = 10;

impl Decompressed {
    pub(crate) fn new(reader: impl Read + Send + 'static) -> Result<(Self, Compression), OpenError> {
        let mut reader: Box<dyn Read + Send> = Box::new(reader);
        let mut magic = Vec::new();
        reader.by_ref().take(MAGIC_SIZE).read_to_end(&mut magic)?;
        let compression = recognise(&magic)?;
        let whole = Cursor::new(magic).chain(reader);
        let decompressed = match compression {
            Compression::Plain => Self::Plain(whole),
            Compression::Gzip => Self::Gzip(Members::new(buffered(whole))),
            Compression::Zstd => Self::Zstd(zstd::stream::read::Decoder::with_buffer(buffered(whole))?),
        };
        Ok((decompressed, compression))
    }
}

impl Read for Decompressed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
            Self::Zstd(reader) => reader.read(buffer),
        }
    }
}

/// The members of a gzip file one after the other. Zeros behind a member are padding, as on tapes
/// and in preallocated files; anything else there must be the next member.
pub(crate) struct Members<R> {
    /// The member being read; none behind the last.
    member: Option<Box<GzDecoder<R>>>,
}

impl<R: BufRead> Members<R> {
    fn new(reader: R) -> Self {
        Self { member: Some(Box::new(GzDecoder::new(reader))) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let len = member.read(buffer)?;
            if len > 0 || buffer.is_empty() {
                return Ok(len);
            }
            let is_last = !skip_zeros(member.get_mut())?;
            let reader = self.member.take().map(|member| member.into_inner());
            self.member = reader.filter(|_| !is_last).map(|reader| Box::new(GzDecoder::new(reader)));
        }
        Ok(0)
    }
}

/// Takes zeros from the front; whether anything stands behind them.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = reader.fill_buf()?;
        let (len, zeros) = (bytes.len(), bytes.iter().take_while(|byte| **byte == 0).count());
        reader.consume(zeros);
        if len == 0 || zeros < len {
            return Ok(len > 0);
        }
    }
}

fn recognise(magic: &[u8]) -> Result<Compression, OpenError> {
    match magic {
        [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
        // A frame, or a frame to skip before the first.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Compression::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => {
            Err(OpenError::Unsupported("bzip2"))
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Err(OpenError::Unsupported("xz")),
        _ => Ok(Compression::Plain),
    }
}
