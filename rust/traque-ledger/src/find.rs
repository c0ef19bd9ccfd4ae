//! Looks values and ranges of values up: only the pages that can hold them are read.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use crate::columns::{OtherColumns, ValueColumn};
use crate::errors::guarded;
use crate::input::{Bounds, Input};
use crate::parallel::parallel;
use crate::rows::{Row, Table};

/// Files that are open at once.
const OPEN: usize = 128;

/// A question: a value, or values from one on and before another.
#[derive(Clone, Debug)]
struct Query<'a> {
    begin: &'a [u8],
    /// None for a value alone.
    end: Option<&'a [u8]>,
    number: u32,
}

/// All questions, and what they ask for together.
struct Queries<'a> {
    /// By value.
    points: Vec<Query<'a>>,
    /// By begin; none is empty.
    ranges: Vec<Query<'a>>,
    /// The greatest end of the ranges up to each.
    reach: Vec<&'a [u8]>,
    /// Disjoint and in order, each without its end.
    spans: Vec<(Vec<u8>, Vec<u8>)>,
}

impl<'a> Queries<'a> {
    fn new(points: &[&'a [u8]], ranges: &[(&'a [u8], &'a [u8])]) -> Self {
        let mut queries = (0u32..).zip(points.iter().copied());
        let mut points: Vec<_> = queries.by_ref().map(|(number, begin)| Query { begin, end: None, number }).collect();
        let numbers = u32::try_from(points.len()).unwrap_or(u32::MAX)..;
        let ranges = numbers.zip(ranges).map(|(number, &(begin, end))| Query { begin, end: Some(end), number });
        let mut ranges: Vec<_> = ranges.filter(|range| range.end > Some(range.begin)).collect();
        points.sort_by_key(|query| (query.begin, query.number));
        ranges.sort_by_key(|query| (query.begin, query.number));
        let reach = ranges.iter().scan(&[][..], |reach, query| {
            *reach = query.end.map_or(*reach, |end| end.max(*reach));
            Some(*reach)
        });
        let reach = reach.collect();
        // a value alone ends before the next one that can be: itself and a zero
        let after = |value: &[u8]| [value, &[0]].concat();
        let mut all: Vec<_> = points
            .iter()
            .chain(&ranges)
            .map(|query| (query.begin.to_vec(), query.end.map_or_else(|| after(query.begin), <[u8]>::to_vec)))
            .collect();
        all.sort_unstable();
        let mut spans: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(all.len());
        for (begin, end) in all {
            match spans.last_mut() {
                Some(last) if begin <= last.1 => last.1 = end.max(std::mem::take(&mut last.1)),
                _ => spans.push((begin, end)),
            }
        }
        Self { points, ranges, reach, spans }
    }

    /// The spans that values within these bounds may lie in.
    fn within(&self, (min, max): &Bounds) -> &[(Vec<u8>, Vec<u8>)] {
        let begin = self.spans.partition_point(|(_, end)| end <= min);
        let length = self.spans[begin..].partition_point(|(begin, _)| begin <= max);
        &self.spans[begin..begin + length]
    }

    /// The numbers of the questions that a value answers.
    fn answered(&self, value: &[u8], mut answer: impl FnMut(u32)) {
        let begin = self.points.partition_point(|query| query.begin < value);
        for query in self.points[begin..].iter().take_while(|query| query.begin == value) {
            answer(query.number);
        }
        let end = self.ranges.partition_point(|query| query.begin <= value);
        for (query, _) in self.ranges[..end].iter().zip(&self.reach).rev().take_while(|(_, reach)| **reach > value) {
            if query.end > Some(value) {
                answer(query.number);
            }
        }
    }
}

/// The rows that answer the questions, with the number of the question: first the values, then the ranges (from
/// a value on and before another), as they come. In order of question, value, source, day and fact; those of
/// several files added up.
///
/// # Errors
/// Those of the file system; `InvalidData` for a file that is damaged or no file of this table's rows.
pub fn find(
    table: Table,
    files: &[PathBuf],
    points: &[&[u8]],
    ranges: &[(&[u8], &[u8])],
) -> io::Result<Vec<(u32, Row)>> {
    let queries = Queries::new(points, ranges);
    let mut found = Vec::new();
    for files in files.chunks(OPEN) {
        let opened = parallel(files.len(), |index| {
            let path = &files[index];
            guarded(path, || {
                let input = Input::open(path, table)?;
                let mut groups = Vec::new();
                for group in 0..input.groups() {
                    if !queries.within(&input.bounds(group)?).is_empty() {
                        groups.push(group);
                    }
                }
                Ok((input, groups))
            })
        })?;
        let groups: Vec<_> =
            opened.iter().flat_map(|(input, groups)| groups.iter().map(move |&group| (input, group))).collect();
        let rows = parallel(groups.len(), |index| {
            let (input, group) = groups[index];
            guarded(&input.path, || find_in(input, group, &queries))
        })?;
        found.extend(rows.into_iter().flatten());
    }
    found.sort_by(|(one, row), (two, other)| (one, row.key()).cmp(&(two, other.key())));
    found.dedup_by(|(number, row), (kept, sum)| {
        let same = number == kept && row.key() == sum.key();
        if same {
            sum.tally.add(&row.tally);
        }
        same
    });
    Ok(found)
}

/// The answers of a row group.
fn find_in(input: &Input, group: usize, queries: &Queries) -> io::Result<Vec<(u32, Row)>> {
    let Matching { rows, values } = matching(input, group, queries)?;
    let mut found = Vec::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let mut columns = OtherColumns::open(input, group)?;
    let mut values = values.into_iter();
    let mut at = 0;
    for range in rows {
        columns.skip(range.start - at)?;
        at = range.end;
        for ((place, tally), value) in columns.read(range.len())?.into_iter().zip(&mut values) {
            let row = Row { value, source: place.source, day: place.day, fact: place.fact, tally };
            queries.answered(&row.value, |number| found.push((number, row.clone())));
        }
    }
    Ok(found)
}

/// Rows of a row group, in order, and their values.
#[derive(Default)]
struct Matching {
    rows: Vec<Range<usize>>,
    values: Vec<Box<[u8]>>,
}

/// The rows of a row group whose values are asked for.
fn matching(input: &Input, group: usize, queries: &Queries) -> io::Result<Matching> {
    let pages = input.pages(group)?;
    let mut found = Matching::default();
    let mut column = None;
    let mut at = 0;
    for (page, (begin, bounds)) in pages.iter().enumerate() {
        let spans = queries.within(bounds);
        if spans.is_empty() {
            continue;
        }
        let end = pages.get(page + 1).map_or(input.rows(group)?, |(begin, _)| *begin);
        let column = match &mut column {
            Some(column) => column,
            none => none.insert(ValueColumn::open(input, group)?),
        };
        column.skip(begin - at)?;
        let values = column.read(end - begin)?;
        at = end;
        for (low, high) in spans {
            let first = values.before(low);
            let last = values.before(high);
            if first < last {
                found.values.extend((first..last).map(|index| values.key(index)));
                match found.rows.last_mut() {
                    Some(range) if range.end == begin + first => range.end = begin + last,
                    _ => found.rows.push(begin + first..begin + last),
                }
            }
        }
    }
    Ok(found)
}
