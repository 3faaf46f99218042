use crate::Attempt;
pub(crate) fn mark_repeats(_: &mut [Attempt], _: impl Fn(usize) -> Option<(u64, u64)>) {}
