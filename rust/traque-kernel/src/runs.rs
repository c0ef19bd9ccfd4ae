//! How far bytes of one sort go.

/// How many bytes of that sort begin a text.
#[inline]
pub fn run(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    // All of some bytes are looked at without a branch between.
    let all = |eight: &&[u8; 8]| eight.iter().fold(true, |all, &byte| all & is(byte));
    let begun = text.as_chunks().0.iter().take_while(all).count() * 8;
    begun + text[begun..].iter().take_while(|&&byte| is(byte)).count()
}
