use std::fs;
use std::io;
use std::path::PathBuf;

use crate::{DRAFT, Draft, Dropped, Place, Row, Table, Tally, Writer, find, merge, write};

const DAY: i64 = 86_400_000_000;

/// A folder that is removed with its files.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("traque-ledger-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn row(value: &[u8], source: u32, day: Option<i32>, at: i64) -> Row {
    let first = day.map_or(0, |day| i64::from(day) * DAY + at);
    let last = if day.is_some() { first + 1_500_000 } else { 0 };
    let tally = Tally { count: 1, first, last, inward: None, outward: Some(10) };
    Row { value: value.into(), source, day, fact: 0, tally }
}

/// Sorted, and enough for several pages.
fn many() -> Vec<Row> {
    (0..20_000u32).map(|n| row(&(n * 200_000).to_be_bytes(), n % 7, Some(18_000), i64::from(n) * 1_000_003)).collect()
}

#[test]
fn rows_come_back_as_they_were_written() {
    let folder = Folder::new("back");
    for (table, value) in [
        (Table::Ipv4, &[255, 0, 0, 1][..]),
        (Table::Ipv6, &[0x20; 16]),
        (Table::DomainName, "example.évil.www".as_bytes()),
        (Table::Sha512, &[7; 64]),
    ] {
        let rows = [row(value, 1, None, 0), row(value, 1, Some(-1), 86_398_499_999), row(value, u32::MAX, Some(3), 5)];
        let path = folder.file(table.name());
        let written = write(&path, table, &rows).unwrap();
        assert_eq!((written.rows, written.bytes), (3, fs::metadata(&path).unwrap().len()));
        assert_eq!((&*written.min, &*written.max), (value, value));
        let found = find(table, &[path], &[value], &[]).unwrap();
        assert_eq!(found.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), rows);
    }
}

#[test]
fn drafts_are_merged_as_files_are() {
    let folder = Folder::new("drafts");
    let mut rows = many();
    rows.push(row(&[255; 4], 1, None, 0));
    rows.extend([(0, 0), (7, 1 << 40)].map(|(day, inward)| {
        let mut row = row(&[255; 4], 1, Some(day), 3 * i64::from(day) * 1_000_000);
        row.tally = Tally { count: 1 << 50, inward: Some(inward), outward: None, ..row.tally };
        row
    }));
    let path = folder.file("one").with_extension(DRAFT);
    let mut draft = Draft::create(&path, 7).unwrap();
    for row in &mut rows {
        row.source = 7;
        draft.push(&row.value, row.day, row.fact, row.tally).unwrap();
    }
    assert_eq!(draft.finish().unwrap(), rows.len() as u64);
    let (filed, merged) = (folder.file("filed"), folder.file("merged"));
    let written = write(&filed, Table::Ipv4, &rows).unwrap();
    assert_eq!(merge(Table::Ipv4, std::slice::from_ref(&path), &merged, Dropped::default()).unwrap(), written);
    fs::write(&path, &fs::read(&path).unwrap()[..70_003]).unwrap();
    assert!(merge(Table::Ipv4, &[path], &merged, Dropped::default()).is_err());
}

#[test]
fn values_and_ranges_are_found_over_pages_and_files() {
    let folder = Folder::new("pages");
    let rows = many();
    let (one, two) = rows.split_at(9_000);
    let paths = [folder.file("one"), folder.file("two")];
    write(&paths[0], Table::Ipv4, one).unwrap();
    write(&paths[1], Table::Ipv4, two).unwrap();
    let (begin, end) = (rows[8_990].value.clone(), rows[13_000].value.clone());
    let found = find(Table::Ipv4, &paths, &[&rows[4_096].value, &[9; 4]], &[(&begin, &end), (&end, &begin)]).unwrap();
    let wanted: Vec<_> = std::iter::once((0, rows[4_096].clone()))
        .chain(rows[8_990..13_000].iter().map(|row| (2, row.clone())))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn equal_rows_add_up() {
    let folder = Folder::new("sum");
    let rows = many();
    let paths = [folder.file("one"), folder.file("two"), folder.file("sum")];
    write(&paths[0], Table::Ipv4, &rows).unwrap();
    write(&paths[1], Table::Ipv4, &rows[500..]).unwrap();
    let dropped = Dropped { sources: vec![5], values: vec![rows[501].value.to_vec()], before: Some(18_000) };
    let merged = merge(Table::Ipv4, &paths[..2], &paths[2], dropped).unwrap();
    let left = rows.iter().enumerate().filter(|(n, row)| row.source != 5 && *n != 501).count();
    assert_eq!(merged.rows, left as u64);
    let found = find(Table::Ipv4, &paths[2..], &[&rows[500].value, &rows[499].value], &[]).unwrap();
    assert_eq!(
        found.iter().map(|(_, row)| (row.tally.count, row.tally.outward)).collect::<Vec<_>>(),
        [(2, Some(20)), (1, Some(10))]
    );
    let none = merge(Table::Ipv4, &paths[..1], &paths[2], Dropped { before: Some(18_001), ..Dropped::default() });
    assert_eq!(none.unwrap().rows, 0);
}

#[test]
fn a_file_that_was_not_finished_is_gone() {
    let folder = Folder::new("gone");
    let path = folder.file("rows");
    let mut writer = Writer::create(&path, Table::Md5).unwrap();
    let tally = many()[0].tally;
    let place = Place { source: 0, day: Some(18_000), fact: 0 };
    writer.push(&[1; 16], place, tally).unwrap();
    assert_eq!(writer.push(&[0; 16], place, tally).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    drop(writer);
    assert!(!path.exists());
}

#[test]
fn a_damaged_file_is_an_error() {
    let folder = Folder::new("damaged");
    let path = folder.file("rows");
    write(&path, Table::Ipv4, &many()).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 9);
    fs::write(&path, &bytes).unwrap();
    let error = find(Table::Ipv4, &[path], &[&[0; 4]], &[]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}
