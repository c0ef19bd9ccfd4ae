//! Every layout reads, or refuses, any bytes; the first rule that reads a record decides.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use traque_kernel::{TimeRule, read_time};

const LAYOUTS: &[&str] =
    &["iso", "syslog", "clf", "day-month", "epoch", "fortigate", "apache-error", "us-slash", "eu-slash", "auto"];

/// Every layout at the beginning, behind an anchor, and in a column.
static RULES: LazyLock<Vec<TimeRule>> = LazyLock::new(|| {
    let places: [(&[u8], i64, &[u8]); 3] = [(b"", -1, b""), (b"t=", -1, b""), (b"", 1, b",")];
    let rules: Vec<_> = LAYOUTS
        .iter()
        .flat_map(|layout| places.iter().map(move |&(anchor, column, separator)| (layout, anchor, column, separator)))
        .map(|(layout, anchor, column, separator)| TimeRule::new(layout, anchor, column, separator))
        .collect::<Option<_>>()
        .expect("these are layouts");
    rules
});

/// 1 January of year 0 and 31 December 9999, and a day for the zone, in microseconds since 1970.
const EARLIEST: i64 = -62_167_305_600_000_000;
const LATEST: i64 = 253_402_387_200_000_000;

fuzz_target!(|record: &[u8]| {
    let each: Vec<_> = RULES.iter().map(|rule| read_time(record, std::slice::from_ref(rule))).collect();
    for stamp in each.iter().flatten() {
        assert!((EARLIEST..LATEST).contains(&stamp.us), "{stamp:?}");
    }
    assert_eq!(read_time(record, &RULES), each.into_iter().flatten().next());
});
