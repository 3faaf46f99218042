//! What a caller can say about an input before it is read.

use std::sync::Arc;

use jiff::tz::TimeZone;
use posmortem_iso8583::wire::Profile;

use crate::column::Column;
use crate::input::Input;
use crate::labelled::Listing;
use crate::time::{DateHint, TimeRules};

/// How inputs are to be taken. [`Default`] leaves everything to detection.
#[derive(Clone, Debug)]
pub struct InputSettings {
    /// The format, whatever the content looks like.
    pub forced_format: Option<InputFormat>,
    /// Column names for delimited files without a header row; a name that is no column, such as
    /// `-`, stands for a column that is not wanted.
    pub columns: Option<Vec<String>>,
    /// Further names of columns; without a column, a name is known and ignored. They win over the
    /// names that are built in.
    pub aliases: Vec<(String, Option<Column>)>,
    /// Kinds of listings besides those that are built in, which they go before.
    pub listings: Vec<Listing>,
    /// The zone of times that name none; without it they stay civil times.
    pub time_zone: Option<TimeZone>,
    /// The separator of delimited files: an ASCII character, no quote and no line end.
    pub separator: Option<u8>,
    /// When the input was written, for dates without a year; see [`Self::for_input`].
    pub date_hint: Option<DateHint>,
    /// The day of the run, for inputs that have no date of their own, such as standard input.
    pub today: Option<DateHint>,
    /// The wire profile of messages in hex lines and frames, whatever they look like.
    pub profile: Option<Arc<Profile>>,
    /// Whether the likeliest format and profile are taken though others come close: for a look into a
    /// log, never for a count.
    pub guesses: bool,
    /// About how many bytes a block has.
    pub block_size: usize,
    /// The largest frame in bytes; larger ones are rejected.
    pub max_record: usize,
}

impl Default for InputSettings {
    fn default() -> Self {
        Self {
            forced_format: None,
            columns: None,
            aliases: Vec::new(),
            listings: Vec::new(),
            time_zone: None,
            separator: None,
            date_hint: None,
            today: None,
            profile: None,
            guesses: false,
            block_size: 256 * 1024,
            max_record: 1024 * 1024,
        }
    }
}

impl InputSettings {
    /// The zone of times that tell none, as a comparable text.
    pub fn zone_name(&self) -> Option<String> {
        let zone = self.time_zone.as_ref()?;
        let fixed = || zone.to_offset(jiff::Timestamp::UNIX_EPOCH).to_string();
        Some(zone.iana_name().map_or_else(fixed, str::to_owned))
    }

    /// These settings with the input's own date, where none is set.
    #[must_use]
    pub fn for_input(&self, input: &Input) -> Self {
        Self { date_hint: self.date_hint.or(input.date_hint()).or(self.today), ..self.clone() }
    }

    pub(crate) fn time_rules(&self) -> TimeRules {
        TimeRules { time_zone: self.time_zone.clone(), date_hint: self.date_hint }
    }
}

/// The name of a log format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// Rows of separated columns.
    Delimited,
    /// The XML of jPOS's Q2 loggers.
    Jpos,
    /// The JSON lines of jPOS 3, with messages as XML in them.
    JposJsonl,
    /// One JSON object a line.
    Ndjson,
    /// Pairs such as `rc=00` in a line.
    KeyValue,
    /// Debug blocks of IST/Switch.
    Ist,
    /// Rows of a name, an element and a value.
    Table,
    /// Listings of fields, a line a field, by patterns that are data.
    Labelled,
    /// Messages in hexadecimal digits, one a line or in dumps.
    HexLines,
    /// Messages in wire bytes, each with its length.
    Frames,
}

impl InputFormat {
    /// Every format, in the order in which they are tried and told.
    pub const ALL: [Self; 10] = [
        Self::Delimited,
        Self::Jpos,
        Self::JposJsonl,
        Self::Ndjson,
        Self::KeyValue,
        Self::Ist,
        Self::Table,
        Self::Labelled,
        Self::HexLines,
        Self::Frames,
    ];

    /// The name that users write and reports show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delimited => "delimited",
            Self::Jpos => "jpos",
            Self::JposJsonl => "jpos-jsonl",
            Self::Ndjson => "ndjson",
            Self::KeyValue => "keyvalue",
            Self::Ist => "ist",
            Self::Table => "table",
            Self::Labelled => "labelled",
            Self::HexLines => "hexlines",
            Self::Frames => "frames",
        }
    }

    /// Whether the reader was held against real files of the format, or against the source of the
    /// program that writes them and its published output. `ndjson` and `keyvalue` follow no standard, so
    /// that every site has its own; of `jpos-jsonl` there is no public file yet.
    pub fn is_verified(self) -> bool {
        match self {
            Self::Delimited | Self::Jpos | Self::Ist | Self::Table | Self::Labelled => true,
            Self::HexLines | Self::Frames => true,
            Self::JposJsonl | Self::Ndjson | Self::KeyValue => false,
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}
