//! The ledger's rows (docs/ledger-format.md).

mod rows;

pub use rows::{Row, Table, Tally};
