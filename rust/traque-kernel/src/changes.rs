//! Records like others, for tests.

/// Steps through numbers, the same on each run.
pub struct Numbers(pub u64);

impl Numbers {
    /// One below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// A record like another: some bytes are others, are left out, or stand twice.
pub fn changed(record: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut text = record.to_vec();
    for _ in 0..numbers.below(4) {
        let (at, length) = (numbers.below(text.len() + 1), numbers.below(4));
        let end = (at + length).min(text.len());
        let others = b"\"\\,:{}[]= -0.9eatrue\n\x7f\xc3>";
        match numbers.below(4) {
            0 => drop(text.splice(at..end, [others[numbers.below(others.len())]])),
            1 => drop(text.splice(at..end, [])),
            2 => drop(text.splice(at..at, record[..record.len() / 2].iter().rev().take(length).copied())),
            _ => drop(text.splice(at..at, text[at..end].to_vec())),
        }
    }
    text
}
