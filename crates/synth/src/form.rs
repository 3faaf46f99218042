//! The forms of a log.

/// How a day is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Delimited rows, one an answer.
    #[default]
    Responses,
    /// Delimited rows of requests and answers.
    Both,
    /// A jPOS Q2 log of requests and answers.
    Jpos,
    /// Delimited rows of both sides that tell what a message on the wire tells, its link, and no more.
    Lean,
    /// JSON objects, one a line.
    Ndjson,
    /// `name=value` pairs behind the time, one message a line.
    Keyvalue,
    /// Events of jPOS 3, one JSON object a line.
    JposJsonl,
    /// Blocks of an IST/Switch debug log.
    Ist,
    /// Rows of `NAME | element | value`.
    Table,
    /// Listings of the Go library of moov.
    Moov,
    /// Listings of the logging handler of jreactive-8583.
    Jreactive,
    /// Messages in hexadecimal digits behind their time, one a line.
    Hexlines,
    /// Messages in frames, and nothing else: their times are their own.
    Frames,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 13] = [
        Self::Responses,
        Self::Both,
        Self::Jpos,
        Self::Lean,
        Self::Ndjson,
        Self::Keyvalue,
        Self::JposJsonl,
        Self::Ist,
        Self::Table,
        Self::Moov,
        Self::Jreactive,
        Self::Hexlines,
        Self::Frames,
    ];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Both => "both",
            Self::Jpos => "jpos",
            Self::Lean => "lean",
            Self::Ndjson => "ndjson",
            Self::Keyvalue => "keyvalue",
            Self::JposJsonl => "jpos-jsonl",
            Self::Ist => "ist",
            Self::Table => "table",
            Self::Moov => "moov",
            Self::Jreactive => "jreactive",
            Self::Hexlines => "hexlines",
            Self::Frames => "frames",
        }
    }

    /// The form of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Whether its messages name their links.
    pub fn tells_links(self) -> bool {
        matches!(
            self,
            Self::Responses
                | Self::Both
                | Self::Jpos
                | Self::Lean
                | Self::Ndjson
                | Self::Keyvalue
                | Self::JposJsonl
                | Self::Ist
                | Self::Table
        )
    }

    /// Whether its answers tell how long they took.
    pub fn tells_latency(self) -> bool {
        matches!(self, Self::Responses | Self::Both | Self::Ndjson | Self::Keyvalue)
    }
}
