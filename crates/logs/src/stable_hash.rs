//! A hash that is the same everywhere and in every run: for samples that must not depend on the machine.

/// FNV-1a. A log can choose texts that collide under it: only for what may then merely be sampled worse.
pub fn stable_hash(value: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    value.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}
