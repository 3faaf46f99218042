//! How an attempt ends: known before its first line is planned.

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    /// The answer's code; none for an answer without one.
    pub(crate) code: Option<u8>,
    pub(crate) declined: bool,
    pub(crate) unanswered: bool,
    pub(crate) late: bool,
    pub(crate) is_partial: bool,
    /// Whether the request is sent again while it waits.
    pub(crate) repeated: bool,
    /// From the last request to an answer in time, in milliseconds.
    pub(crate) latency: i64,
    /// Whether a fault decided: then no hop hides its code.
    pub(crate) is_struck: bool,
}
