//! A run that writes what it pairs as a table, of logs or of tables.

use super::in_order::InOrder;
use super::opening::TABLE_FORMAT;
use super::{JoinError, Tables, settings_text};
use crate::run::{InputSource, Observer, Run, analyse_with, sorted_paths};
use crate::tap::Tap;
use crate::{Settings, TokenKey};
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    Aside, Conclusion, Decided, Edges, Exchange, Leg, Names, Pairing, PairingSettings, RunFacts, Standing,
};
use posmortem_tables::{EncodedGroup, Header, TableError, TableFacts, TableWriter};
use std::io::Write;

/// Reads all inputs as [`crate::analyse`] does and writes a table of all exchanges on the way, whatever
/// the filter. Cards are written as tokens under `key`.
///
/// The table is not whole when the run was stopped.
pub fn save_table<W: Write + Send>(
    sources: &[InputSource],
    settings: &Settings,
    key: &TokenKey,
    observer: &mut dyn Observer,
    out: W,
) -> (Run, Result<W, TableError>) {
    let settings = Settings { token_key: Some(key.clone()), ..settings.clone() };
    let writer = match TableWriter::new(out, sorted_paths(sources)) {
        Ok(writer) => writer,
        Err(error) => return (crate::analyse(sources, &settings, observer), Err(error)),
    };
    let meaning = Meaning {
        settings: settings_text(&settings),
        token_key_id: key.id().to_owned(),
        pairing: settings.pairing.clone(),
    };
    let mut saver = Saver::new(writer, meaning, 0);
    let run = analyse_with(sources, &settings, observer, Some(&mut saver));
    (run, saver.written())
}

impl Tables {
    /// Reads all tables as [`Tables::analyse`] does and writes one table that says what all of them say. What is an edge
    /// where two of them meet is settled there.
    ///
    /// The table is not whole when the run was stopped, and not written when one of the tables could not be read.
    ///
    /// # Errors
    /// As [`Tables::analyse`].
    pub fn save<W: Write + Send>(
        self,
        settings: &Settings,
        observer: &mut dyn Observer,
        out: W,
    ) -> Result<(Run, Result<W, TableError>), JoinError> {
        self.check_rules(settings)?;
        let unread = || TableError::Contradictory("one of the tables cannot be read");
        let Some(header) = self.headers().next() else {
            return Ok((self.analyse(settings, observer)?, Err(unread())));
        };
        let meaning = Meaning {
            settings: header.settings.clone(),
            token_key_id: header.token_key_id.clone(),
            pairing: header.facts.pairing.clone(),
        };
        let settled = self.headers().map(|header| header.facts.settled_legs).fold(0, u64::saturating_add);
        let writer = match TableWriter::new(out, self.paths()) {
            Ok(writer) => writer,
            Err(error) => return Ok((self.analyse(settings, observer)?, Err(error))),
        };
        let mut saver = Saver::new(writer, meaning, settled);
        let run = self.analyse_with(settings, observer, Some(&mut saver))?;
        let is_whole = run.summary.files.iter().all(|file| file.format != TABLE_FORMAT);
        Ok((run, if is_whole { saver.written() } else { Err(unread()) }))
    }
}

/// What the rows of a table mean.
struct Meaning {
    /// [`Header::settings`]
    settings: String,
    token_key_id: String,
    pairing: PairingSettings,
}

/// Listens to a run and writes rows as soon as they are decided.
struct Saver<W: Write + Send> {
    meaning: Meaning,
    edges: Edges,
    /// Legs that other tables have settled.
    settled: u64,
    table: Table<W>,
    header: Option<Header>,
}

/// Row groups that may be encoded, or wait for it, while the run goes on: so much is done in the time in which another
/// one fills, and each takes some 30 MB.
const MOST_ENCODED: usize = 2;

/// A table until the first error, which is kept for the end.
struct Table<W: Write + Send> {
    writer: TableWriter<W>,
    encoding: InOrder<Result<EncodedGroup, TableError>>,
    failed: Option<TableError>,
}

impl<W: Write + Send> Table<W> {
    fn write(&mut self, decided: Decided<'_>, names: &Names) {
        if self.failed.is_none() {
            self.failed = self.try_write(decided, names).err();
        }
    }

    fn try_write(&mut self, decided: Decided<'_>, names: &Names) -> Result<(), TableError> {
        let full = match decided {
            Decided::Leg(leg) => self.writer.leg(leg, names),
            Decided::Aside(aside) => self.writer.aside(aside, names),
            Decided::Exchange(exchange, conclusion, standing) => {
                self.writer.exchange(exchange, conclusion, standing, names)
            }
        };
        if let Some(group) = full? {
            self.encoding.give(move || group.encode());
            self.write_encoded(MOST_ENCODED)?;
        }
        Ok(())
    }

    /// Writes the groups that come first until no more than so many are left.
    fn write_encoded(&mut self, left: usize) -> Result<(), TableError> {
        while self.encoding.len() > left
            && let Some(group) = self.encoding.take()
        {
            self.writer.write(group?)?;
        }
        Ok(())
    }

    fn finish(mut self, header: &Header) -> Result<W, TableError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.write_encoded(0)?;
        self.writer.finish(header)
    }
}

impl<W: Write + Send> Saver<W> {
    fn new(writer: TableWriter<W>, meaning: Meaning, settled: u64) -> Self {
        let edges = Edges::new(meaning.pairing.horizon_ms);
        Self {
            meaning,
            edges,
            settled,
            table: Table { writer, encoding: InOrder::default(), failed: None },
            header: None,
        }
    }

    /// Ends the table.
    fn written(self) -> Result<W, TableError> {
        let Self { table, header, .. } = self;
        match header {
            Some(header) => table.finish(&header),
            None => Err(TableError::Contradictory("a run without an end")),
        }
    }
}

impl<W: Write + Send> Tap for Saver<W> {
    fn leg(&mut self, leg: &Leg, names: &Names) {
        self.edges.leg(leg, &mut |decided| self.table.write(decided, names));
    }

    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) {
        self.edges.exchange(exchange, conclusion, &mut |decided| self.table.write(decided, names));
    }

    fn aside(&mut self, aside: &Aside, _names: &Names) {
        self.edges.aside(aside);
    }

    fn settled(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) {
        self.table.write(Decided::Exchange(exchange, conclusion, Standing::Settled), names);
    }

    fn settled_aside(&mut self, aside: &Aside, names: &Names) {
        self.table.write(Decided::Aside(aside), names);
    }

    fn pause(&mut self, pairing: &Pairing, names: &Names) {
        self.edges.release(pairing.waiting(), &mut |decided| self.table.write(decided, names));
    }

    fn finish(&mut self, facts: &RunFacts, pairing: &Pairing, names: &Names) {
        self.edges.finish(&mut |decided| self.table.write(decided, names));
        let links = pairing.spans().map(|(link, span)| (names.text(link).to_owned(), span));
        let facts = TableFacts {
            run: facts.clone(),
            pairing: self.meaning.pairing.clone(),
            links: links.collect(),
            core: self.edges.begins().zip(self.edges.ends()),
            settled_legs: self.edges.settled_legs().saturating_add(self.settled),
        };
        self.header = Some(Header {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_sha256: CodeTables::built_in().sha256(),
            token_key_id: self.meaning.token_key_id.clone(),
            settings: self.meaning.settings.clone(),
            facts,
        });
    }
}
