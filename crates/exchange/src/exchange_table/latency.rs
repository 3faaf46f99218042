//! How long an answer took, in one byte.

/// How long an answer took, on a scale whose steps are a quarter of a doubling: exact below 8 ms, and
/// beyond that a fifth too small at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LatencyClass(u8);

impl LatencyClass {
    /// The class of a latency in milliseconds.
    pub fn of(ms: u64) -> Self {
        let class = match ms.checked_ilog2() {
            None | Some(0 | 1) => ms + 1,
            Some(octave) => {
                let octave = u64::from(octave);
                1 + (octave - 1) * 4 + (ms >> (octave - 2) & 3)
            }
        };
        // The largest is 252.
        Self(class as u8)
    }

    /// The class of that number ([`super::Chunk::latencies`]); `None` for 0.
    pub fn from_number(number: u64) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| (1..=252).contains(number)).map(Self)
    }

    /// Its number, never 0.
    pub fn number(self) -> u64 {
        u64::from(self.0)
    }

    /// The shortest latency of the class, in milliseconds.
    pub fn least_ms(self) -> u64 {
        let class = self.number() - 1;
        match class {
            0..=3 => class,
            _ => (4 + class % 4) << (class / 4 - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_grow_with_latency_and_keep_its_size() {
        let near = (0..64_u32).flat_map(|bit| [1_u64 << bit, (1 << bit) - 1, 1 << bit | 1 << bit >> 1]);
        let mut all: Vec<u64> = (0..10_000).chain(near).chain([u64::MAX]).collect();
        all.sort_unstable();
        for ms in &all {
            let class = LatencyClass::of(*ms);
            let least = class.least_ms();
            assert!(least <= *ms && ms - least <= ms / 5, "{ms} in a class from {least}");
            assert_eq!(LatencyClass::of(least), class, "{ms}");
            assert_eq!(LatencyClass::from_number(class.number()), Some(class));
        }
        assert!(all.windows(2).all(|pair| LatencyClass::of(pair[0]) <= LatencyClass::of(pair[1])));
        assert!((0..8).all(|ms| LatencyClass::of(ms).least_ms() == ms));
        assert_eq!([0, 253].map(LatencyClass::from_number), [None, None]);
    }
}
