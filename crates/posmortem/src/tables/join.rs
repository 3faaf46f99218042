//! Tables that fit together, as one input.

use super::JoinError;
use super::agreement::{check, check_rules};
use super::opening::{file_of_table, open, with_cause};
use super::parts::{Files, Part};
use super::taking_over::take_over;
use crate::Settings;
use crate::run::{InputSource, Observer, Run};
use crate::summing_up::judged;
use crate::tap::Tap;
use posmortem_exchange::FileFacts;
use posmortem_tables::{Header, Table};

/// Tables that fit together, open to be read as one input in place of the logs that they were made of.
///
/// ```
/// use posmortem::{InputSource, Settings, Tables, TokenKey, save_table};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("day.parquet");
/// let day = InputSource::Path("../../fixtures/day.csv".into());
/// let (settings, key) = (Settings::default(), TokenKey::for_this_run()?);
/// let (run, written) = save_table(&[day], &settings, &key, &mut (), std::fs::File::create(&path)?);
/// written?;
///
/// let again = Tables::open(&[InputSource::Path(path)])?.analyse(&settings, &mut ())?;
/// assert_eq!(again.summary.totals, run.summary.totals);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tables {
    tables: Vec<Input>,
    /// The logs of all tables in the order of their paths, as one run over them would have them, and
    /// files that are no table that can be read.
    files: Vec<FileFacts>,
}

/// One table.
pub(super) struct Input {
    pub(super) path: String,
    pub(super) table: Table,
    /// Where its files stand among those of all tables.
    pub(super) places: Vec<u32>,
    /// Those of its files that are parts of files.
    pub(super) parts: Vec<Part>,
}

impl Tables {
    /// Opens tables. A file that cannot be read as one does not end the run: its state tells.
    ///
    /// # Errors
    /// When the tables do not fit together.
    pub fn open(sources: &[InputSource]) -> Result<Self, JoinError> {
        let (mut opened, mut unreadable) = (Vec::new(), Vec::new());
        for source in sources {
            let path = source.label();
            match open(source) {
                Ok(table) => opened.push((path, table)),
                Err(state) => unreadable.push(file_of_table(path, state)),
            }
        }
        // By time, so that it does not matter how they are named.
        opened.sort_by(|(a_path, a), (b_path, b)| {
            let first = |table: &Table| table.header().facts.run.first;
            first(a).cmp(&first(b)).then_with(|| a_path.cmp(b_path))
        });
        check(&opened)?;
        let horizon_ms = opened.first().map_or(0, |(_, table)| table.header().facts.pairing.horizon_ms);
        let unread = unreadable.first().map(|file: &FileFacts| file.summary.clone());
        let Files { files, places, parts } =
            Files::of(&opened, unreadable, horizon_ms).map_err(|error| with_cause(error, unread))?;
        let tables = opened.into_iter().zip(places).zip(parts);
        let tables = tables.map(|(((path, table), places), parts)| Input { path, table, places, parts });
        Ok(Self { tables: tables.collect(), files })
    }

    /// Checks that what rows say is what they come to by the rules of these settings: exchanges are concluded anew
    /// while they are read. [`Tables::analyse`] checks it, too; who has work to do before may ask first.
    ///
    /// # Errors
    /// When a table was saved by other rules.
    pub fn check_rules(&self, settings: &Settings) -> Result<(), JoinError> {
        check_rules(self.tables.iter().map(|input| (&input.path, &input.table)), settings)
    }

    /// The paths to which [`posmortem_exchange::Source::input`] refers.
    pub fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.summary.path.clone()).collect()
    }

    /// Reads all tables as one input. Horizon and time-outs are theirs; of the settings only filter,
    /// rules, diagnosis and table count. The observer hears of exchanges table by table, and not in the order of time.
    ///
    /// # Errors
    /// When a table was saved by other rules than those of the settings: what it settled would not fit what is settled
    /// now.
    pub fn analyse(self, settings: &Settings, observer: &mut dyn Observer) -> Result<Run, JoinError> {
        self.check_rules(settings)?;
        self.analyse_anew(settings, observer)
    }

    /// The same, by whichever rules: exchanges are concluded anew by those of the settings.
    pub(super) fn analyse_anew(
        self,
        settings: &Settings,
        observer: &mut dyn Observer,
    ) -> Result<Run, JoinError> {
        self.analyse_with(settings, observer, None)
    }

    /// What the tables say of themselves, in the order of time.
    pub(super) fn headers(&self) -> impl Iterator<Item = &Header> {
        self.tables.iter().map(|input| input.table.header())
    }

    /// The same, with someone who listens to everything that is taken over and paired.
    pub(super) fn analyse_with(
        self,
        settings: &Settings,
        observer: &mut dyn Observer,
        tap: Option<&mut dyn Tap>,
    ) -> Result<Run, JoinError> {
        let (run, chosen) = take_over(&self.tables, self.files, settings, observer, tap)?;
        Ok(judged(run, chosen, settings))
    }
}
