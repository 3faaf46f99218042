//! The rows of a table in the order of their terminals.

use super::{RowMeanings, Stretch};
use crate::Attempt;
use posmortem_exchange::Chunk;
use rayon::prelude::*;

/// Chunks of the table that are put into the order of terminals at a time, 4 MB of attempts.
pub(in crate::fleet) const CHUNKS: usize = 4;
/// So many times as many are put in order beside each other, in 11 MB and 16 bytes a terminal: more threads than
/// these wait here, for a day of a million attempts is near its bound of memory.
pub(in crate::fleet) const GROUPS: usize = 2;

/// Rows of some chunks.
struct Group {
    /// The first of them in the table.
    first: u32,
    /// In the order of the rows.
    attempts: Vec<Attempt>,
    /// The rows terminal by terminal, and where each terminal's end.
    order: Vec<u32>,
    ends: Vec<usize>,
}

/// Puts each row to the attempts of its terminal, where the next one goes: rows come in the order of time. Its
/// ware stands for its leaf, and its [`Payment`](super::Payment) for its count.
///
/// Twenty thousand terminals are written to at once, so that each write would miss the cache: some chunks are put
/// in order by themselves first.
pub(super) fn lay_out(meanings: &RowMeanings<'_, '_>, bounds: &[usize], stretches: &mut [Stretch<'_>]) {
    let mut next: Vec<usize> = bounds.to_vec();
    let mut rest = next.as_mut_slice();
    let mut rooms: Vec<(&mut Stretch<'_>, &mut [usize])> = Vec::new();
    for stretch in stretches {
        let (own, others) = std::mem::take(&mut rest).split_at_mut(stretch.terminals.len());
        rooms.push((stretch, own));
        rest = others;
    }
    let chunks = meanings.table.chunks();
    for (first, chunks) in (0_u32..).step_by(CHUNKS * GROUPS).zip(chunks.chunks(CHUNKS * GROUPS)) {
        let groups: Vec<Group> = chunks
            .par_chunks(CHUNKS)
            .enumerate()
            .map(|(at, chunks)| Group::of(meanings, (first + (at * CHUNKS) as u32) << 16, chunks))
            .collect();
        rooms.par_iter_mut().for_each(|(stretch, next)| {
            groups.iter().for_each(|group| group.lay_down(stretch, next));
        });
    }
}

impl Group {
    /// Rows of these chunks (full, but for the table's last).
    fn of(meanings: &RowMeanings<'_, '_>, first: u32, chunks: &[Chunk]) -> Self {
        let mut next = meanings.bounds(chunks);
        let mut order = vec![0; chunks.iter().map(Chunk::len).sum()];
        let mut attempts = Vec::with_capacity(order.len());
        for chunk in chunks {
            for row in 0..chunk.len() {
                let next = &mut next[meanings.terminal(chunk, row)];
                order[*next] = attempts.len() as u32;
                attempts.push(meanings.attempt(chunk, row));
                *next += 1;
            }
        }
        // Where the next one of a terminal would go, its own end.
        next.pop();
        Self { first, attempts, order, ends: next }
    }

    /// Lays the attempts of a stretch down; `next` tells where those of each of its terminals go.
    fn lay_down(&self, stretch: &mut Stretch<'_>, next: &mut [usize]) {
        let mut begin = match stretch.terminals.start {
            0 => 0,
            first => self.ends[first - 1],
        };
        for (next, end) in next.iter_mut().zip(&self.ends[stretch.terminals.clone()]) {
            for row in &self.order[begin..*end] {
                let at = *next - stretch.begin;
                (stretch.attempts[at], stretch.rows[at]) = (self.attempts[*row as usize], self.first + *row);
                *next += 1;
            }
            begin = *end;
        }
    }
}
