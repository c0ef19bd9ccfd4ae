//! Classification of bytes, and loops over what it found, by the widest means the processor has.
//!
//! Every path gives the same answers. The only unsafe code is here and in the files of `simd/`,
//! one for each set of instructions.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use crate::classes::Class;

/// Something that [`Path::run`] compiles for each path: it and what it calls often must always be inlined, which a
/// closure cannot promise.
pub trait Work {
    /// What comes of it.
    type Done;

    /// Do it.
    fn run(self) -> Self::Done;
}

/// A set of instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(Means);

/// Private, so that no [`Path`] is made where the processor lacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

impl Path {
    /// Those that this processor has, the fastest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            if bits && has!("avx2") && has!("avx512f") && has!("avx512bw") && has!("avx512vl") {
                paths.push(Self(Means::Avx512));
            }
            if bits && has!("avx2") {
                paths.push(Self(Means::Avx2));
            }
        }
        paths.extend([
            #[cfg(target_arch = "aarch64")]
            Self(Means::Neon), // no processor of this kind lacks it
            Self(Means::Portable),
        ]);
        paths
    }

    /// The fastest.
    #[must_use]
    pub fn best() -> Self {
        Self::all().first().copied().unwrap_or(Self(Means::Portable))
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Means::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Means::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Means::Neon => "neon",
            Means::Portable => "portable",
        }
    }

    /// Sets bit `i` of `words` for each byte `i` of `bytes` that `class` holds.
    ///
    /// Bits past the end of `bytes` are zero.
    ///
    /// # Panics
    /// If `words` has not exactly one word for each 64 bytes begun.
    pub fn classify(self, bytes: &[u8], class: Class, words: &mut [u64]) {
        assert_eq!(words.len(), bytes.len().div_ceil(64));
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx512 => unsafe { avx512::classify(bytes, class, words) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx2 => unsafe { avx2::classify(bytes, class, words) },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: no processor of this kind lacks what the function asks for.
            Means::Neon => unsafe { neon::classify(bytes, class, words) },
            Means::Portable => portable::classify(bytes, class, words),
        }
    }

    /// Does `work`, compiled for the instructions of this path.
    #[inline]
    pub fn run<W: Work>(self, work: W) -> W::Done {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx512 => unsafe { avx512::run(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx2 => unsafe { avx2::run(work) },
            #[cfg(target_arch = "aarch64")]
            Means::Neon => work.run(),
            Means::Portable => work.run(),
        }
    }
}

/// Has the processor fetch the beginning of `what`, which will be read soon.
#[inline(always)]
pub fn fetch<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint that changes nothing, and the address is that of something readable.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(what).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}

/// The last, incomplete 64 bytes of `bytes` as a whole block; zero belongs to no class.
fn padded(tail: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..tail.len()].copy_from_slice(tail);
    block
}

#[cfg(test)]
mod tests {
    use super::Path;
    use crate::classes::Class;

    #[test]
    fn every_byte_value_is_classified_alike_by_every_path() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for class in [Class::DIGIT, Class::HEX, Class::byte(b'.'), Class::byte(b'%')] {
            for length in 0..bytes.len() {
                let bytes = &bytes[..length];
                let expected: Vec<u64> = bytes
                    .chunks(64)
                    .map(|block| {
                        block.iter().enumerate().fold(0, |bits, (at, &byte)| bits | u64::from(class.holds(byte)) << at)
                    })
                    .collect();
                for path in Path::all() {
                    let mut words = vec![u64::MAX; expected.len()];
                    path.classify(bytes, class, &mut words);
                    assert_eq!(words, expected, "{path:?}");
                }
            }
        }
    }
}
