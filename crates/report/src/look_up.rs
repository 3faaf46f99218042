//! A failure as a help desk looks it up: what its log tells of it, and where it stands.

use posmortem_exchange::{Reference, Sample, Summary};
use posmortem_iso8583::{ResponseCode, Timestamp};

/// What is known of a sample.
pub(crate) struct LookUp<'s> {
    pub(crate) at: Timestamp,
    pub(crate) stan: Option<u64>,
    pub(crate) rrn: Option<Reference>,
    pub(crate) code: Option<ResponseCode>,
    /// The path of its file.
    pub(crate) file: Option<&'s str>,
    /// Its first byte there, after decompression.
    pub(crate) offset: u64,
}

impl<'s> LookUp<'s> {
    pub(crate) fn of(summary: &'s Summary, sample: &Sample) -> Self {
        let file = usize::try_from(sample.source.input).ok().and_then(|at| summary.files.get(at));
        Self {
            at: sample.at,
            stan: sample.stan,
            rrn: Some(sample.rrn).filter(|rrn| !rrn.is_absent()),
            code: sample.code,
            file: file.map(|file| file.path.as_str()),
            offset: sample.source.offset,
        }
    }
}
