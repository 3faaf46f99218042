//! A recognised format with all that is needed to read blocks of it.

use std::fmt;
use std::sync::Arc;

use crate::column::Column;
use crate::delimited::Names;
use crate::frames::Frames;
use crate::hexlines::HexLines;
use crate::labelled::Labelled;
use crate::names::{NameRules, Named};
use crate::record::FieldName;
use crate::settings::{InputFormat, InputSettings};
use crate::time::TimeRules;
use crate::wire_message::WireFormat;

/// How to read one input. Cheap to clone and to send to workers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Format {
    /// Rows of separated columns.
    Delimited(Layout),
    /// The XML of jPOS's Q2 loggers.
    Jpos(Arc<TimeRules>),
    /// The JSON lines of jPOS 3.
    JposJsonl(Arc<TimeRules>),
    /// One JSON object a line.
    Ndjson(Arc<NamedValues>),
    /// Pairs such as `rc=00` in a line.
    KeyValue(Arc<NamedValues>),
    /// Debug blocks of IST/Switch.
    Ist(Arc<TimeRules>),
    /// Rows of a name, an element and a value.
    Table(Arc<TimeRules>),
    /// Listings of fields, a line a field.
    Labelled(Arc<Labelled>),
    /// Messages in hexadecimal digits.
    HexLines(HexLines),
    /// Messages in wire bytes.
    Frames(Frames),
}

impl Format {
    /// Where the frames begin; what stands before them says how to read them or nothing at all.
    pub(crate) fn start(&self) -> u64 {
        match self {
            Self::Delimited(layout) => layout.start(),
            _ => 0,
        }
    }

    /// Whether a record without MTI is a row that tells a whole exchange.
    pub fn has_rows(&self) -> bool {
        matches!(self, Self::Delimited(_) | Self::Ndjson(_) | Self::KeyValue(_))
    }

    /// Whether the reader was held against real files; see [`InputFormat::is_verified`]. Listings differ in
    /// that.
    pub fn is_verified(&self) -> bool {
        match self {
            Self::Labelled(labelled) => labelled.listing().is_verified(),
            _ => self.input_format().is_verified(),
        }
    }

    /// Which format it is.
    pub fn input_format(&self) -> InputFormat {
        match self {
            Self::Delimited(_) => InputFormat::Delimited,
            Self::Jpos(_) => InputFormat::Jpos,
            Self::JposJsonl(_) => InputFormat::JposJsonl,
            Self::Ndjson(_) => InputFormat::Ndjson,
            Self::KeyValue(_) => InputFormat::KeyValue,
            Self::Ist(_) => InputFormat::Ist,
            Self::Table(_) => InputFormat::Table,
            Self::Labelled(_) => InputFormat::Labelled,
            Self::HexLines(_) => InputFormat::HexLines,
            Self::Frames(_) => InputFormat::Frames,
        }
    }

    /// How its messages stand on the wire, where it holds such.
    pub fn wire(&self) -> Option<&WireFormat> {
        match self {
            Self::HexLines(layout) => Some(&layout.wire),
            Self::Frames(layout) => Some(&layout.wire),
            _ => None,
        }
    }
}

/// How values with names are read: whose names are known, and how times are completed.
#[derive(Debug)]
pub struct NamedValues {
    names: NameRules,
    times: TimeRules,
}

impl NamedValues {
    pub(crate) fn new(settings: &InputSettings) -> Self {
        Self { names: NameRules::new(&settings.aliases), times: settings.time_rules() }
    }

    pub(crate) fn names(&self) -> &NameRules {
        &self.names
    }

    pub(crate) fn times(&self) -> &TimeRules {
        &self.times
    }
}

/// The columns of a delimited input.
#[derive(Clone)]
pub struct Layout {
    shape: Arc<Shape>,
}

struct Shape {
    separator: u8,
    columns: Vec<Option<Column>>,
    fields: Vec<(Named, String)>,
    start: u64,
    header: Option<Vec<u8>>,
    times: TimeRules,
}

impl Layout {
    /// The first row stands at `start`; with a header it is that one, here as it stands there
    /// without byte order mark and line end.
    pub(crate) fn new(
        separator: u8,
        names: Names,
        start: u64,
        header: Option<Vec<u8>>,
        times: TimeRules,
    ) -> Self {
        let Names { columns, fields, .. } = names;
        Self { shape: Arc::new(Shape { separator, columns, fields, start, header, times }) }
    }

    /// The byte between two columns.
    pub fn separator(&self) -> u8 {
        self.shape.separator
    }

    /// What each column of the input holds; `None` for those that are ignored.
    pub fn columns(&self) -> &[Option<Column>] {
        &self.shape.columns
    }

    /// Whether the input names its columns in a first row.
    pub fn has_header(&self) -> bool {
        self.shape.header.is_some()
    }

    /// How sinks are told of each column of the input.
    pub(crate) fn fields(&self) -> impl Iterator<Item = FieldName<'_>> {
        self.shape.fields.iter().map(|(named, name)| named.field(name.as_bytes()))
    }

    pub(crate) fn start(&self) -> u64 {
        self.shape.start
    }

    pub(crate) fn header(&self) -> Option<&[u8]> {
        self.shape.header.as_deref()
    }

    pub(crate) fn times(&self) -> &TimeRules {
        &self.shape.times
    }
}

/// Without the header row: what stands in it is not ours to show.
impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layout")
            .field("separator", &char::from(self.separator()))
            .field("columns", &self.columns())
            .field("has_header", &self.has_header())
            .finish_non_exhaustive()
    }
}
