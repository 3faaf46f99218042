//! Loops in the shifts and registers of AVX2, where the machine has them.
//!
//! The results do not depend on it: what is compiled twice is the same code.

use fearless_simd::Level;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::Simd;

/// Does some work with what AVX2 machines have, where this is one: all of it that is inlined here.
#[inline(always)]
pub fn widened<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = Level::new().as_avx2() {
        return avx2.vectorize(work);
    }
    work()
}
