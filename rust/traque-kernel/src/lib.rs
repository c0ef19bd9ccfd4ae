//! Finds bounded observables (addresses, names, hashes...) in log bytes and looks them up in a set.
//!
//! The cost does not depend on how many indicators there are, and only the kinds that the set
//! holds are looked for. What counts as an observable is specified by the slow Python oracle
//! (`traque.scan.oracle`), which this crate equals in both directions.

mod addresses;
mod batch;
mod buckets;
#[cfg(test)]
mod changes;
mod chars;
mod choice;
mod classes;
mod collector;
mod domains;
mod emails;
mod engine;
mod escapes;
mod everything;
mod facts;
mod files;
mod fingerprints;
mod fits;
mod forms;
mod found;
mod hashes;
mod held_names;
mod held_urls;
mod holes;
mod hosts;
mod indicators;
mod ipv4;
mod ipv6;
mod json;
mod known;
#[allow(clippy::doc_markdown)]
mod label_chars;
mod literals;
mod long_line;
mod lookout;
mod members;
mod moments;
mod name_set;
mod names;
mod numbers;
mod pairs;
mod patterns;
mod places;
mod programs;
mod readings;
mod roles;
mod rows;
mod runs;
mod samples;
mod scalars;
mod scanner;
mod seeking;
mod set;
mod shapes;
mod sights;
mod simd;
mod sorted_texts;
mod split;
mod stream;
mod tails;
mod texts;
mod timestamps;
mod told;
mod url_form;
mod url_text;
mod urls;
mod values;
mod walks;
mod watched;
mod windows_dns;
mod words;

pub use batch::{Batch, Record};
pub use collector::Collector;
pub use engine::Engine;
pub use facts::{ALONE, Clock, Counted, Groups, Hour, Total};
pub use files::File;
pub use found::{Hit, Relation};
pub use indicators::{Malformed, Spelling};
pub use lookout::{Lookout, Told};
pub use moments::Clock as SourceClock;
pub use readings::Kind;
pub use roles::{Networks, Role, VALUES};
pub use rows::{Collected, Tally};
pub use samples::Sample;
pub use scanner::Scanner;
pub use seeking::Seeker;
pub use shapes::{BadShape, Given, Named, Shapes};
pub use simd::Path;
pub use split::Split;
pub use timestamps::{Stamp, TimeRule, read as read_time};
pub use told::Fresh;
pub use words::Words;
