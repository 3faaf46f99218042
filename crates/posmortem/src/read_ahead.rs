//! Reads an input ahead of where it is wanted: one worker at a time decompresses it and cuts it into
//! blocks, while others parse and count the blocks before.
//!
//! How far it has been read is a matter of chance, and nothing else follows from it: blocks are taken by
//! number, and whoever takes them waits, or reads them himself if no worker does. What waits for nobody
//! costs no thread: reading is a task of the current rayon pool, and a pool of one reads as it takes.

use crate::run::InputSource;
use posmortem_logs::{Block, BlockReader, FileIdentity, Format, Input, InputSettings, OpenError};
use rayon::Yield;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

pub(crate) fn open_source(source: &InputSource) -> Result<Input, OpenError> {
    match source {
        InputSource::Stdin => Input::stdin(),
        InputSource::Path(path) | InputSource::Split(path, _) => Input::open(path),
    }
}

/// A reader of the frames of a source whose format is known. `input` is the source from its start.
pub(crate) fn blocks_of(
    source: &InputSource,
    input: Input,
    format: &Format,
    settings: &InputSettings,
) -> Result<BlockReader<Input>, OpenError> {
    let InputSource::Split(path, split) = source else {
        return Ok(BlockReader::new(input, format, settings));
    };
    let (input, from) = Input::open_at(path, split.reads_from(format))?;
    Ok(BlockReader::of_split(input, from, format, settings, *split))
}

/// How to open an input whose format is known.
pub(crate) struct Opening {
    pub(crate) source: InputSource,
    /// The file that was looked at to know its format.
    pub(crate) identity: FileIdentity,
    pub(crate) format: Format,
    pub(crate) settings: InputSettings,
}

/// Why an input is not read that is not what it was.
const ROTATED: &str =
    "it was cut, or another file took its name, before its turn came: read it again once logs are rotated";

/// What reads an input.
pub(crate) enum Reader {
    /// Opened when the first block is wanted.
    Closed(Box<Opening>),
    Open(Box<BlockReader<Input>>),
}

impl Reader {
    fn open(self) -> Result<Box<BlockReader<Input>>, String> {
        let Opening { source, identity, format, settings } = match self {
            Self::Open(reader) => return Ok(reader),
            Self::Closed(opening) => *opening,
        };
        let input = open_source(&source).map_err(|error| error.to_string())?;
        let settings = settings.for_input(&input);
        let blocks = blocks_of(&source, input, &format, &settings).map_err(|error| error.to_string())?;
        if !blocks.source().identity().is_some_and(|later| identity.goes_on_as(&later)) {
            return Err(ROTATED.to_owned());
        }
        Ok(Box::new(blocks))
    }
}

/// How an input ended.
pub(crate) enum Ending {
    /// Where it ends.
    Whole(Passed),
    /// It could not be opened again.
    Unreadable(String),
    /// It broke off.
    BrokenOff(String, Passed),
    /// A bug of a decompressor, to go on where the blocks are taken.
    Panic(Box<dyn Any + Send>),
}

/// What was passed when an input ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Passed {
    /// [`BlockReader::lines`]
    pub(crate) lines: u64,
    /// [`BlockReader::has_line_ends_in_rows`]
    pub(crate) line_ends_in_rows: bool,
}

impl Passed {
    fn of(blocks: &BlockReader<Input>) -> Self {
        Self { lines: blocks.lines(), line_ends_in_rows: blocks.has_line_ends_in_rows() }
    }
}

/// An input that is read ahead.
pub(crate) struct ReadAhead {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// A block more, the end, or nobody reads any longer.
    changed: Condvar,
}

struct State {
    /// None while somebody reads, and behind the end.
    reader: Option<Reader>,
    /// Whether a task waits to read.
    is_queued: bool,
    ready: VecDeque<Block>,
    /// Blocks whose buffers are to be used again.
    used: Vec<Block>,
    ending: Option<Ending>,
}

impl State {
    /// Whether so many blocks are there and another, or all that there will be.
    fn has(&self, count: usize) -> bool {
        self.ready.len() > count || self.ending.is_some()
    }
}

impl ReadAhead {
    pub(crate) fn new(reader: Reader) -> Self {
        let state = State {
            reader: Some(reader),
            is_queued: false,
            ready: VecDeque::new(),
            used: Vec::new(),
            ending: None,
        };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }) }
    }

    /// Has a worker read until so many blocks wait, if less than half of them do and nobody reads.
    pub(crate) fn read_on(&self, most: usize) {
        if rayon::current_num_threads() < 2 {
            return;
        }
        let mut state = self.shared.lock();
        let is_wanted = state.reader.is_some() && state.ready.len() <= most / 2;
        if state.is_queued || !is_wanted {
            return;
        }
        state.is_queued = true;
        drop(state);
        let shared = Arc::clone(&self.shared);
        rayon::spawn(move || {
            let mut state = shared.lock();
            state.is_queued = false;
            let reader = state.reader.take();
            drop(state);
            if let Some(reader) = reader {
                shared.read(reader, most);
            }
        });
    }

    /// The next `count` blocks, fewer at the end alone, and the end once they are the last.
    pub(crate) fn take(&self, count: usize) -> (Vec<Block>, Option<Ending>) {
        let mut state = self.wait_for(count);
        let taken = count.min(state.ready.len());
        let blocks: Vec<Block> = state.ready.drain(..taken).collect();
        let ending = if state.ready.is_empty() { state.ending.take() } else { None };
        drop(state);
        if let Some(Ending::Panic(payload)) = ending {
            resume_unwind(payload);
        }
        (blocks, ending)
    }

    /// Gives a buffer back.
    pub(crate) fn recycle(&self, block: Block) {
        let mut state = self.shared.lock();
        if state.ending.is_none() {
            state.used.push(block);
        }
    }

    fn wait_for(&self, count: usize) -> MutexGuard<'_, State> {
        let Shared { changed, .. } = &*self.shared;
        loop {
            let mut state = self.shared.lock();
            if state.has(count) {
                return state;
            }
            if let Some(reader) = state.reader.take() {
                drop(state);
                self.shared.read(reader, count + 1);
                continue;
            }
            drop(state);
            // Another worker reads it. Other inputs may want to be read meanwhile.
            if rayon::yield_now() == Some(Yield::Executed) {
                continue;
            }
            let state = self.shared.lock();
            let is_read = |state: &mut State| !state.has(count) && state.reader.is_none();
            drop(changed.wait_while(state, is_read).unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until so many blocks wait or the input ends. Takes no other task meanwhile, so that whoever
    /// waits for it does not wait for himself.
    fn read(&self, reader: Reader, most: usize) {
        let ended = match catch_unwind(AssertUnwindSafe(|| self.read_blocks(reader, most))) {
            Ok(ended) => ended,
            Err(payload) => Err(Ending::Panic(payload)),
        };
        let mut state = self.lock();
        match ended {
            Ok(reader) => state.reader = Some(Reader::Open(reader)),
            Err(ending) => {
                state.used = Vec::new();
                state.ending = Some(ending);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    fn read_blocks(&self, reader: Reader, most: usize) -> Result<Box<BlockReader<Input>>, Ending> {
        let mut reader = reader.open().map_err(Ending::Unreadable)?;
        loop {
            let block = match reader.next_block() {
                Ok(Some(block)) => block,
                Ok(None) => return Err(Ending::Whole(Passed::of(&reader))),
                Err(error) => return Err(Ending::BrokenOff(error.to_string(), Passed::of(&reader))),
            };
            let mut state = self.lock();
            state.used.drain(..).for_each(|block| reader.recycle(block));
            state.ready.push_back(block);
            let is_enough = state.ready.len() >= most;
            drop(state);
            self.changed.notify_all();
            if is_enough {
                return Ok(reader);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_logs::detect;
    use std::io::{self, Read};

    const ROWS: usize = 500;

    fn day() -> String {
        let row =
            |at: usize| format!("2026-11-21 08:{:02}:{:02},0210,{at:06},T{},00\n", at / 60, at % 60, at % 7);
        "time,mti,stan,terminal_id,response_code\n".to_owned() + &(0..ROWS).map(row).collect::<String>()
    }

    fn ahead(day: &str, source: impl Read + Send + 'static) -> ReadAhead {
        let settings = InputSettings { block_size: 100, ..InputSettings::default() };
        let format = detect(day.as_bytes(), &settings).expect("a day").format;
        let input = Input::from_reader(source).expect("plain bytes");
        ReadAhead::new(Reader::Open(Box::new(BlockReader::new(input, &format, &settings))))
    }

    /// The begins of blocks by step.
    fn steps(ahead: &ReadAhead, count: usize, most: usize) -> (Vec<Vec<u64>>, Ending) {
        let mut steps = Vec::new();
        loop {
            ahead.read_on(most);
            let (blocks, ending) = ahead.take(count);
            steps.push(blocks.iter().map(|block| block.position().offset).collect());
            blocks.into_iter().for_each(|block| ahead.recycle(block));
            if let Some(ending) = ending {
                return (steps, ending);
            }
        }
    }

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
    }

    #[test]
    fn steps_are_the_same_whoever_reads() {
        let day = day();
        for count in [1, 2, 8] {
            let of = |threads: usize, most| {
                let ahead = ahead(&day, io::Cursor::new(day.clone()));
                pool(threads).install(|| steps(&ahead, count, most).0)
            };
            let alone = of(1, count);
            assert!(alone.iter().rev().skip(1).all(|blocks| blocks.len() == count));
            for (threads, most) in [(2, 2 * count), (4, 3), (4, 100)] {
                assert_eq!(of(threads, most), alone, "{threads} threads, {most} blocks ahead");
            }
        }
    }

    /// Fails, or panics, behind what it gives.
    struct Broken(io::Cursor<String>, bool);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 if self.1 => panic!("a bug"),
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                len => Ok(len),
            }
        }
    }

    #[test]
    fn a_break_is_told_behind_all_blocks_before_it() {
        let day = day();
        let ahead = ahead(&day, Broken(io::Cursor::new(day.clone()), false));
        let (steps, ending) = pool(3).install(|| steps(&ahead, 4, 8));
        assert!(steps.len() > 10 && matches!(ending, Ending::BrokenOff(..)));
    }

    #[test]
    fn a_file_that_is_another_when_its_turn_comes_is_not_read() {
        let (folder, day) = (tempfile::tempdir().expect("a folder"), day());
        let path = folder.path().join("day.csv");
        let settings = InputSettings::default();
        let format = detect(day.as_bytes(), &settings).expect("a day").format;
        let ending_after = |happens: &dyn Fn()| {
            std::fs::write(&path, &day).expect("a file");
            let identity = Input::open(&path).expect("a file").identity().expect("a regular one");
            happens();
            let (source, format, settings) =
                (InputSource::Path(path.clone()), format.clone(), settings.clone());
            let ahead = ReadAhead::new(Reader::Closed(Opening { source, identity, format, settings }.into()));
            pool(1).install(|| ahead.take(usize::MAX - 1).1)
        };
        let write = |bytes: &str| std::fs::write(&path, bytes).expect("a file");
        assert!(matches!(ending_after(&|| {}), Some(Ending::Whole(_))));
        assert!(matches!(ending_after(&|| write(&(day.clone() + "\n"))), Some(Ending::Whole(_))));
        let is_told = |ending| matches!(ending, Some(Ending::Unreadable(why)) if why == ROTATED);
        assert!(is_told(ending_after(&|| write(&day[..day.len() / 2]))));
        assert!(is_told(ending_after(&|| {
            std::fs::rename(&path, folder.path().join("day.csv.1")).expect("a name");
            write(&day);
        })));
    }

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_bug_where_it_reads_is_heard_where_blocks_are_taken() {
        let day = day();
        let ahead = ahead(&day, Broken(io::Cursor::new(day.clone()), true));
        let ahead = AssertUnwindSafe(ahead);
        pool(3).install(|| steps(&ahead, 4, 8));
    }
}
