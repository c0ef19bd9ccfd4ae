//! The ledger's rows (docs/ledger-format.md): written in order, merged, and looked up.

mod batch;
mod columns;
mod draft;
mod errors;
mod find;
mod input;
mod layout;
mod merge;
mod output;
mod parallel;
mod rows;
mod write;

pub use draft::{Draft, ENDING as DRAFT};
pub use errors::FileError;
pub use find::find;
pub use merge::{Dropped, merge};
pub use rows::{Place, Row, Table, Tally};
pub use write::{Writer, Written, write};

#[cfg(test)]
mod tests;
