//! What the members of records are to shapes: the same in all records whose members have the same paths.

use crate::members::Paths;
use crate::roles::Role;
use crate::shapes::Named;

/// What the members of a record are to a shape.
pub struct Fit {
    /// For each of its conditions the place of the first member of that path, and for each way to hold the place of
    /// the one that is compared.
    pub given: Vec<(Option<usize>, Vec<Option<usize>>)>,
    /// The places of the parts and what they are.
    pub roles: Vec<(usize, Role)>,
}

/// Remembers what members with certain paths are to shapes.
pub struct Fits {
    /// The paths.
    pub paths: Paths,
    /// By the places of the shapes.
    known: Vec<Option<Fit>>,
}

impl Fits {
    pub fn new(paths: Paths) -> Self {
        Self { paths, known: Vec::new() }
    }

    /// What the members are to `named`, which is the shape at that place.
    pub fn of(&mut self, place: usize, named: &Named) -> &Fit {
        if self.known.len() <= place {
            self.known.resize_with(place + 1, || None);
        }
        self.known[place].get_or_insert_with(|| named.fit(&self.paths))
    }
}
