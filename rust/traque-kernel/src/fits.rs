//! Which members of a record a shape asks for: the same in all records whose members have the same paths.

use std::collections::HashMap;

use crate::members::Members;
use crate::roles::Role;
use crate::set::Seed;
use crate::shapes::Named;

/// Lists of paths that are remembered, and their bytes.
const LISTS: usize = 256;
const BYTES: usize = 4 << 20;

/// What the members of a record are to a shape.
pub struct Fit {
    /// For each of its conditions the place of the first member of that path, and for each way to hold the place of
    /// the one that is compared.
    pub given: Vec<(Option<usize>, Vec<Option<usize>>)>,
    /// The places of the parts and what they are.
    pub roles: Vec<(usize, Role)>,
}

/// The paths of records that were seen, and what is known of each.
struct List {
    paths: Vec<u8>,
    ends: Vec<usize>,
    /// By the places of the shapes.
    fits: Vec<Option<Fit>>,
}

impl List {
    fn is_of(&self, members: &Members) -> bool {
        self.paths == members.paths() && members.ends().eq(self.ends.iter().copied())
    }
}

/// Remembers what members are.
pub struct Fits {
    seed: Seed,
    lists: Vec<List>,
    bytes: usize,
    places: HashMap<u64, usize, Seed>,
    /// The list of the record before.
    last: usize,
}

impl Fits {
    pub fn new() -> Self {
        let seed = Seed::random();
        Self { seed, lists: Vec::new(), bytes: 0, places: HashMap::with_hasher(seed), last: 0 }
    }

    /// What the members are to `named`, which is the shape at that place.
    pub fn of(&mut self, members: &Members, place: usize, named: &Named) -> &Fit {
        if self.lists.get(self.last).is_none_or(|list| !list.is_of(members)) {
            self.last = self.find(members);
        }
        let fits = &mut self.lists[self.last].fits;
        if fits.len() <= place {
            fits.resize_with(place + 1, || None);
        }
        fits[place].get_or_insert_with(|| named.fit(members))
    }

    fn find(&mut self, members: &Members) -> usize {
        let hash = self.seed.long(members.paths());
        if let Some(&known) = self.places.get(&hash) {
            if !self.lists[known].is_of(members) {
                self.lists[known] = List::new(members);
            }
            return known;
        }
        if self.lists.len() == LISTS || self.bytes > BYTES {
            self.lists.clear();
            self.places.clear();
            self.bytes = 0;
        }
        self.bytes += members.paths().len();
        self.places.insert(hash, self.lists.len());
        self.lists.push(List::new(members));
        self.lists.len() - 1
    }
}

impl List {
    fn new(members: &Members) -> Self {
        Self { paths: members.paths().to_vec(), ends: members.ends().collect(), fits: Vec::new() }
    }
}
