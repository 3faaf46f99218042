//! Failed attempts that a help desk can look up.

use crate::{Reference, Source};
use posmortem_iso8583::{ResponseCode, Timestamp};

/// A failed attempt that a help desk can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// When it began.
    pub at: Timestamp,
    /// Its STAN.
    pub stan: Option<u64>,
    /// Its reference number.
    pub rrn: Reference,
    /// The terminal-facing code.
    pub code: Option<ResponseCode>,
    /// Where it stands in the input.
    pub source: Source,
}

/// A sample in half the room. A terminal keeps three for each reason, since any of them may become its
/// most frequent one.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// One with a code of at most four characters, and a reference of twelve digits or none.
    Plain {
        millis: i64,
        offset: u64,
        /// As a number, 0 for none.
        rrn: u64,
        input: u32,
        /// `NO_STAN` for none.
        stan: u32,
        code: [u8; 4],
        offset_minutes: Option<i16>,
    },
    /// Any other.
    Rich(Box<Sample>),
}

const NO_STAN: u32 = u32::MAX;

impl Kept {
    pub(super) fn at(&self) -> Timestamp {
        match *self {
            Self::Plain { millis, offset_minutes, .. } => Timestamp { millis, offset_minutes },
            Self::Rich(ref sample) => sample.at,
        }
    }

    pub(super) fn sample(&self) -> Sample {
        match *self {
            Self::Plain { offset, rrn, input, stan, code, .. } => Sample {
                at: self.at(),
                stan: (stan != NO_STAN).then_some(u64::from(stan)),
                rrn: if rrn == 0 { Reference::default() } else { Reference::of_twelve_digits(rrn) },
                code: ResponseCode::parse(code.split(|byte| *byte == 0).next().unwrap_or_default()),
                source: Source { input, offset },
            },
            Self::Rich(ref sample) => **sample,
        }
    }

    fn plain(sample: &Sample) -> Option<Self> {
        let Sample { at: Timestamp { millis, offset_minutes }, stan, rrn, code, source } = *sample;
        let stan =
            stan.map_or(Some(NO_STAN), |stan| u32::try_from(stan).ok().filter(|stan| *stan != NO_STAN));
        let rrn = if rrn.is_absent() { Some(0) } else { rrn.twelve_digits().filter(|number| *number != 0) };
        let mut short = [0; 4];
        if let Some(code) = &code {
            let text = code.as_str().as_bytes();
            short.get_mut(..text.len())?.copy_from_slice(text);
        }
        let Source { input, offset } = source;
        Some(Self::Plain { millis, offset, rrn: rrn?, input, stan: stan?, code: short, offset_minutes })
    }
}

impl From<&Sample> for Kept {
    fn from(sample: &Sample) -> Self {
        Self::plain(sample).unwrap_or_else(|| Self::Rich(Box::new(*sample)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_comes_back() {
        let stans = [None, Some(0), Some(999_999), Some(u64::from(NO_STAN)), Some(999_999_999_999)];
        let references = ["", "000000000001", "999999999999", "R1", "12345678901234567890123"];
        let codes = ["", "0", "00", "1803", "ABCDE", "12345678"];
        let zones = [None, Some(0), Some(-720), Some(480)];
        for (number, stan) in stans.into_iter().enumerate() {
            for rrn in references.map(Reference::new) {
                for code in codes.map(|code| ResponseCode::parse(code.as_bytes())) {
                    let at = Timestamp { millis: i64::MIN, offset_minutes: zones[number % zones.len()] };
                    let source = Source { input: u32::MAX, offset: u64::MAX - number as u64 };
                    let sample = Sample { at, stan, rrn, code, source };
                    let kept = Kept::from(&sample);
                    assert_eq!((kept.at(), kept.sample()), (at, sample));
                }
            }
        }
    }

    #[test]
    fn a_usual_sample_takes_forty_bytes() {
        assert_eq!(size_of::<Kept>(), 40);
        let sample = Sample {
            at: Timestamp { millis: 1_793_000_000_000, offset_minutes: Some(480) },
            stan: Some(123_456),
            rrn: Reference::new("632500000001"),
            code: ResponseCode::parse(b"51"),
            source: Source { input: 1, offset: 1 << 40 },
        };
        assert!(matches!(Kept::from(&sample), Kept::Plain { .. }));
    }
}
