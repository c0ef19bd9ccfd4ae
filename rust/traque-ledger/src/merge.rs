//! Files of rows become one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use crate::batch::Values;
use crate::columns::{OtherColumns, ValueColumn};
use crate::draft::{Drafted, ENDING};
use crate::errors::{about, guarded, invalid};
use crate::input::Input;
use crate::rows::{Place, Table, Tally};
use crate::write::{Writer, Written};

/// Rows that are read of a file at once.
const ROWS: usize = 4096;

/// The rows that are left out of a merged file.
#[derive(Clone, Debug, Default)]
pub struct Dropped {
    /// Those of these sources.
    pub sources: Vec<u32>,
    /// Those of days before this one; rows without a day stay.
    pub before: Option<i32>,
    /// Those of these values.
    pub values: Vec<Vec<u8>>,
}

impl Dropped {
    fn sorted(mut self) -> Self {
        self.sources.sort_unstable();
        self.values.sort_unstable();
        self
    }

    fn drops(&self, value: &[u8], place: Place) -> bool {
        self.before.is_some_and(|before| place.day.is_some_and(|day| day < before))
            || self.sources.binary_search(&place.source).is_ok()
            || (!self.values.is_empty()
                && self.values.binary_search_by(|dropped| dropped.as_slice().cmp(value)).is_ok())
    }
}

/// Write the rows of `inputs`, without those of `dropped`, as one new file, `output`; equal rows are added up.
/// Memory does not grow with the number of rows.
///
/// # Errors
/// As of [`crate::write`]; `InvalidData` for an input that is damaged or no file of this table's rows.
pub fn merge(table: Table, inputs: &[PathBuf], output: &Path, dropped: Dropped) -> io::Result<Written> {
    let dropped = dropped.sorted();
    if let Ok(output) = fs::canonicalize(output)
        && inputs.iter().any(|input| fs::canonicalize(input).is_ok_and(|input| input == output))
    {
        return Err(about(&output)(invalid("a file cannot be merged into itself")));
    }
    let mut heap = BinaryHeap::with_capacity(inputs.len());
    for path in inputs {
        heap.extend(Cursor::open(path, table)?);
    }
    let mut writer = Writer::create(output, table)?;
    while let Some(mut first) = heap.peek_mut() {
        let Cursor { value, place, tally, .. } = &*first.cursor;
        if !dropped.drops(value, *place) {
            // What is out of order comes from this file.
            writer.push(value, *place, *tally).map_err(about(first.cursor.path()))?;
        }
        if !first.advance()? {
            PeekMut::pop(first);
        }
    }
    writer.finish()
}

/// A cursor, and how its value begins: most comparisons end there.
struct Head {
    beginning: u128,
    cursor: Box<Cursor>,
}

/// Goes through the rows of a file in order.
struct Cursor {
    rows: Rows,
    /// The row that it stands at.
    value: Vec<u8>,
    place: Place,
    tally: Tally,
}

/// Where rows come from.
enum Rows {
    Filed(Box<Filed>),
    Drafted(Drafted),
}

impl Head {
    /// Go to the next row; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let is_there = self.cursor.advance()?;
        self.beginning = beginning(&self.cursor.value);
        Ok(is_there)
    }
}

impl Cursor {
    /// A cursor at the first row, if the file has one.
    fn open(path: &Path, table: Table) -> io::Result<Option<Head>> {
        let rows = if path.extension().is_some_and(|ending| ending == ENDING) {
            Rows::Drafted(Drafted::open(path).map_err(about(path))?)
        } else {
            Rows::Filed(Box::new(guarded(path, || Filed::open(path, table))?))
        };
        let tally = Tally { count: 0, first: 0, last: 0, inward: None, outward: None };
        let cursor = Box::new(Self { rows, value: Vec::new(), place: Place::default(), tally });
        let mut head = Head { beginning: 0, cursor };
        Ok(head.advance()?.then_some(head))
    }

    /// Go to the next row; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let next = match &mut self.rows {
            Rows::Filed(rows) => rows.next(&mut self.value)?,
            Rows::Drafted(rows) => rows.next(&mut self.value).map_err(about(&rows.path))?,
        };
        let Some((place, tally)) = next else { return Ok(false) };
        (self.place, self.tally) = (place, tally);
        Ok(true)
    }

    fn path(&self) -> &Path {
        match &self.rows {
            Rows::Filed(rows) => &rows.input.path,
            Rows::Drafted(rows) => &rows.path,
        }
    }
}

/// The first bytes of a value as a number in their order.
fn beginning(value: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let length = value.len().min(bytes.len());
    bytes[..length].copy_from_slice(&value[..length]);
    u128::from_be_bytes(bytes)
}

/// The rows of a file of the ledger.
struct Filed {
    input: Input,
    /// The row group after the one that is read.
    group: usize,
    /// What is left of that one.
    left: usize,
    columns: Option<(ValueColumn, OtherColumns)>,
    values: Values,
    rows: vec::IntoIter<(Place, Tally)>,
    index: usize,
}

impl Filed {
    fn open(path: &Path, table: Table) -> io::Result<Self> {
        Ok(Self {
            input: Input::open(path, table)?,
            group: 0,
            left: 0,
            columns: None,
            values: Values::Numbers(Vec::new()),
            rows: Vec::new().into_iter(),
            index: 0,
        })
    }

    /// The next row, whose value takes the place of what is in `value`.
    fn next(&mut self, value: &mut Vec<u8>) -> io::Result<Option<(Place, Tally)>> {
        if self.index == self.values.len() {
            let path = self.input.path.clone();
            if !guarded(&path, || self.fill())? {
                return Ok(None);
            }
        }
        self.values.copy(self.index, value);
        self.index += 1;
        Ok(self.rows.next())
    }

    /// Read the next rows; whether there are any.
    fn fill(&mut self) -> io::Result<bool> {
        while self.left == 0 {
            if self.group == self.input.groups() {
                return Ok(false);
            }
            self.columns =
                Some((ValueColumn::open(&self.input, self.group)?, OtherColumns::open(&self.input, self.group)?));
            self.left = self.input.rows(self.group)?;
            self.group += 1;
        }
        let Some((values, others)) = &mut self.columns else { return Ok(false) };
        let rows = self.left.min(ROWS);
        self.values = values.read(rows)?;
        self.rows = others.read(rows)?.into_iter();
        self.index = 0;
        self.left -= rows;
        Ok(true)
    }
}

/// The least row is the greatest cursor: the first of a heap.
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.beginning.cmp(&self.beginning).then_with(|| {
            let (one, other) = (&self.cursor, &other.cursor);
            (&other.value, other.place).cmp(&(&one.value, one.place))
        })
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}
