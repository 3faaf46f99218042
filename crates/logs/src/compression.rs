//! Undoes compression, recognised by the first bytes. File names are not looked at: rotated logs
//! are often misnamed.

use std::io::{self, BufRead, Cursor, Read, Seek};
use std::ops::Range;

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

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
    /// bzip2, of any number of streams.
    Bzip2,
    /// xz, of any number of streams.
    Xz,
}

impl Compression {
    /// The name that reports show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

/// The bytes that were looked at to recognise the compression, and those behind them.
type Whole = io::Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// A reader of plain bytes.
pub(crate) enum Decompressed {
    Plain(Whole),
    Packed(InPieces),
}

/// The longest magic number: bzip2's, with the start of its first block.
const MAGIC_SIZE: u64 = 10;

/// How a file is compressed that is read from its start.
pub(crate) fn compression_of(file: &mut (impl Read + Seek)) -> Result<Compression, OpenError> {
    let magic = magic(file)?;
    file.rewind()?;
    recognise(&magic)
}

fn magic(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut magic = Vec::new();
    reader.by_ref().take(MAGIC_SIZE).read_to_end(&mut magic)?;
    Ok(magic)
}

impl Decompressed {
    /// What is known to be plain, whatever it begins with.
    pub(crate) fn plain(reader: impl Read + Send + 'static) -> (Self, Compression) {
        let reader: Box<dyn Read + Send> = Box::new(reader);
        (Self::Plain(Cursor::new(Vec::new()).chain(reader)), Compression::Plain)
    }

    pub(crate) fn new(reader: impl Read + Send + 'static) -> Result<(Self, Compression), OpenError> {
        let mut reader: Box<dyn Read + Send> = Box::new(reader);
        let magic = magic(&mut reader)?;
        let compression = recognise(&magic)?;
        let whole = Cursor::new(magic).chain(reader);
        let packed = |whole| buffered(Filled { source: whole, broken: None });
        let unpacked: Box<dyn Read + Send> = match compression {
            Compression::Plain => return Ok((Self::Plain(whole), compression)),
            Compression::Gzip => Box::new(Members::<GzDecoder<_>>::new(packed(whole))),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed(whole))?),
            Compression::Bzip2 => Box::new(Members::<BzDecoder<_>>::new(packed(whole))),
            Compression::Xz => Box::new(Members::<XzReader<_>>::new(packed(whole))),
        };
        Ok((Self::Packed(InPieces::new(unpacked)), compression))
    }
}

impl Read for Decompressed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Packed(reader) => reader.read(buffer),
        }
    }
}

/// Fills a buffer each time, in however small pieces its source gives: where a decompressor finds a fault it gives up what
/// it has unpacked of the same buffer, so that what is left of a damaged file would follow the pieces of a pipe.
struct Filled<R> {
    source: R,
    /// What broke off behind bytes that were given.
    broken: Option<io::Error>,
}

impl<R: Read> Read for Filled<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let mut filled = 0;
        while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.source.read(free) {
                Ok(0) => break,
                Ok(len) => filled += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            }
        }
        Ok(filled)
    }
}

/// What a decompressor is asked for at a time: small beside a block, so that hardly anything is copied.
const PIECE: usize = 32 * 1024;

/// Asks a decompressor for as much each time, whatever it is asked for itself: where one finds a fault it gives up what it
/// has unpacked in the same read, so that what is left of a damaged file would follow the size of blocks.
pub(crate) struct InPieces {
    unpacked: Box<dyn Read + Send>,
    piece: Box<[u8]>,
    /// What of the piece is still to be given.
    waiting: Range<usize>,
}

impl InPieces {
    fn new(unpacked: Box<dyn Read + Send>) -> Self {
        Self { unpacked, piece: vec![0; PIECE].into(), waiting: 0..0 }
    }
}

impl Read for InPieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.waiting.is_empty() {
            if let Some(buffer) = buffer.get_mut(..PIECE) {
                return self.unpacked.read(buffer);
            }
            if buffer.is_empty() {
                return Ok(0);
            }
            self.waiting = 0..self.unpacked.read(&mut self.piece)?;
        }
        let len = (&self.piece[self.waiting.clone()]).read(buffer)?;
        self.waiting.start += len;
        Ok(len)
    }
}

/// A decompressor of one member: what stands alone in a file of several joined end to end.
pub(crate) trait Member: Read {
    /// Where the compressed bytes come from.
    type Source: BufRead;

    fn open(source: Self::Source) -> Self;
    fn source(&mut self) -> &mut Self::Source;
    fn into_source(self) -> Self::Source;
}

impl<R: BufRead> Member for GzDecoder<R> {
    type Source = R;

    fn open(source: R) -> Self {
        Self::new(source)
    }
    fn source(&mut self) -> &mut R {
        self.get_mut()
    }
    fn into_source(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Member for BzDecoder<R> {
    type Source = R;

    fn open(source: R) -> Self {
        Self::new(source)
    }
    fn source(&mut self) -> &mut R {
        self.get_mut()
    }
    fn into_source(self) -> R {
        self.into_inner()
    }
}

/// The largest dictionary of an xz file that is allocated, in KiB: that of `xz -9` is 64 MiB.
const MOST_XZ_KIB: u32 = 128 * 1024;

impl<R: BufRead> Member for XzReader<R> {
    type Source = R;

    /// Its own way of reading several streams takes a header that lies across two buffers for a broken one.
    fn open(source: R) -> Self {
        Self::new_mem_limit(source, false, MOST_XZ_KIB)
    }
    fn source(&mut self) -> &mut R {
        self.inner_mut()
    }
    fn into_source(self) -> R {
        self.into_inner()
    }
}

/// The members of a file one after the other. Zeros behind a member are padding, as on tapes and in
/// preallocated files; anything else there must be the next member.
pub(crate) struct Members<M> {
    /// The member being read; none behind the last.
    member: Option<Box<M>>,
}

impl<M: Member> Members<M> {
    fn new(source: M::Source) -> Self {
        Self { member: Some(Box::new(M::open(source))) }
    }
}

impl<M: Member> Read for Members<M> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let len = member.read(buffer)?;
            if len > 0 || buffer.is_empty() {
                return Ok(len);
            }
            let is_last = !skip_zeros(member.source())?;
            let source = self.member.take().map(|member| member.into_source());
            self.member = source.filter(|_| !is_last).map(|source| Box::new(M::open(source)));
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
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Ok(Compression::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Ok(Compression::Xz),
        [b'P', b'K', 3, 4, ..] => Err(OpenError::Unsupported("zip")),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Err(OpenError::Unsupported("7-Zip")),
        [0x04, 0x22, 0x4d, 0x18, ..] => Err(OpenError::Unsupported("lz4")),
        _ => Ok(Compression::Plain),
    }
}
