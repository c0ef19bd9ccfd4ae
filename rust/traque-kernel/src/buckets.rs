//! Numbers by the hash of a key that their owner can work out again from the number: four bytes a number, two for a
//! bucket of two and two of filter, because no key is kept.

use crate::set::{Filter, scaled};

/// Numbers, each in the bucket of its hash.
#[derive(Debug)]
pub struct Buckets {
    filter: Filter,
    /// Where each bucket begins in the members, and where the last one ends.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Buckets {
    /// Of pairs of hash and number.
    #[must_use]
    pub fn new(pairs: &[(u64, u32)]) -> Self {
        let buckets = pairs.len().div_ceil(2).max(1);
        let mut filter = Filter::new(pairs.len());
        let mut starts = vec![0_u32; buckets + 1];
        for &(hash, _) in pairs {
            filter.insert(hash);
            starts[scaled(hash, buckets)] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut members = vec![0; pairs.len()];
        for &(hash, number) in pairs.iter().rev() {
            let start = &mut starts[scaled(hash, buckets)];
            *start -= 1;
            members[*start as usize] = number;
        }
        Self { filter, starts, members }
    }

    /// That hash again: [`Self::candidates`] will be asked for soon.
    #[inline]
    #[must_use]
    pub fn ask(&self, hash: u64) -> u64 {
        self.filter.fetch(hash);
        hash
    }

    /// The numbers that may have been put in with `hash`, in the order in which they were; usually none.
    #[must_use]
    pub fn candidates(&self, hash: u64) -> &[u32] {
        if !self.filter.may_hold(hash) {
            return &[];
        }
        let bucket = scaled(hash, self.starts.len() - 1);
        &self.members[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Buckets;
    use crate::set::Seed;

    #[test]
    fn whatever_was_put_in_is_a_candidate() {
        let seed = Seed::random();
        let pairs: Vec<(u64, u32)> = (0..5000).map(|n| (seed.number(u64::from(n % 3000)), n)).collect();
        let buckets = Buckets::new(&pairs);
        for &(hash, number) in &pairs {
            assert!(buckets.candidates(hash).contains(&number));
            assert!(buckets.candidates(hash).is_sorted());
        }
        let others = (10_000..20_000).filter(|&n| !buckets.candidates(seed.number(n)).is_empty()).count();
        assert!(others < 500, "{others}");
        assert!(Buckets::new(&[]).candidates(7).is_empty());
    }
}
