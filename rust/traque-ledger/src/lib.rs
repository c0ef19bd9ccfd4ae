//! The ledger's rows (docs/ledger-format.md).

mod batch;
mod errors;
mod layout;
mod output;
mod rows;
mod write;

pub use rows::{Row, Table, Tally};
pub use write::{Writer, Written, write};
