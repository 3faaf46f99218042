//! Sums over the rows of a table, some of its chunks on each thread.

use posmortem_exchange::{Chunk, ExchangeTable};
use rayon::prelude::*;
use std::ops::AddAssign;

/// Each thread has a sum of its own where that takes so many bytes at most: what follows links or terminals may be
/// large, and must not be held many times.
const LARGEST: usize = 4 << 20;

/// Adds up the chunks of a table into a sum of about so many bytes. Parts of the table are as many as threads, and
/// joined in their order: the result is the same for any number of them when `join` makes of two parts what `add`
/// makes of both.
pub(super) fn over_chunks<S: Send>(
    table: &ExchangeTable,
    bytes: usize,
    none: impl Fn() -> S + Sync,
    add: impl Fn(&mut S, &Chunk) + Sync,
    join: impl Fn(S, S) -> S + Sync + Send,
) -> S {
    let part = |chunks: &[Chunk]| {
        let mut sum = none();
        chunks.iter().for_each(|chunk| add(&mut sum, chunk));
        sum
    };
    let chunks = table.chunks();
    let parts = if bytes <= LARGEST { rayon::current_num_threads() } else { 1 };
    let each = chunks.len().div_ceil(parts).max(1);
    chunks.par_chunks(each).map(part).reduce_with(join).unwrap_or_else(&none)
}

/// The sums of two lists, place by place.
pub(super) fn added<T: Copy + AddAssign, const N: usize>(
    mut sums: Vec<[T; N]>,
    more: Vec<[T; N]>,
) -> Vec<[T; N]> {
    for (sums, more) in sums.iter_mut().zip(more) {
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    sums
}
