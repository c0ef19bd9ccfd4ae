//! A file of rows, open for reading: its row groups, pages and columns.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::DataType;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::index_reader::{decode_column_index, decode_offset_index};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::errors::{damaged, from_parquet};
use crate::layout::{self, TABLE_KEY, VALUE, VERSION, VERSION_KEY};
use crate::rows::Table;

/// A file that several threads read, each where it wants.
#[derive(Debug)]
struct Positioned {
    file: Arc<File>,
    size: u64,
}

/// Reads on from a place in it.
pub struct From {
    file: Arc<File>,
    at: u64,
}

impl Read for From {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Positioned {
    type T = From;

    fn get_read(&self, start: u64) -> parquet::errors::Result<From> {
        Ok(From { file: Arc::clone(&self.file), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.size) {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// The first and the last value of a page or of a row group, or bounds of them.
pub type Bounds = (Vec<u8>, Vec<u8>);

/// A file of a table's rows.
#[derive(Debug)]
pub struct Input {
    pub path: PathBuf,
    pub table: Table,
    file: Arc<Positioned>,
    metadata: ParquetMetaData,
}

impl Input {
    /// Open it; that it is not a file of this table's rows is an error.
    pub fn open(path: &Path, table: Table) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let file = Arc::new(Positioned { file: Arc::new(file), size });
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&*file).map_err(from_parquet)?;
        let described = metadata.file_metadata();
        let stated = |key| {
            let pairs = described.key_value_metadata()?;
            pairs.iter().find(|pair| pair.key == key)?.value.as_deref()
        };
        let foreign = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        match stated(VERSION_KEY) {
            None => return Err(foreign("this is no file of the ledger's rows".to_owned())),
            Some(VERSION) => {}
            Some(other) => {
                let what = format!("its rows are of version {other:?}; this traque reads version {VERSION}");
                return Err(foreign(what));
            }
        }
        if stated(TABLE_KEY) != Some(table.name()) {
            return Err(foreign(format!("it does not hold rows of {}", table.name())));
        }
        if *described.schema() != *layout::schema(table).map_err(from_parquet)? {
            return Err(damaged("its columns are not those of its table"));
        }
        Ok(Self { path: path.to_owned(), table, file, metadata })
    }

    /// How many row groups it has.
    pub fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    fn group(&self, group: usize) -> &RowGroupMetaData {
        self.metadata.row_group(group)
    }

    /// Rows of a row group.
    pub fn rows(&self, group: usize) -> io::Result<usize> {
        usize::try_from(self.group(group).num_rows()).map_err(|_| damaged("a row group has fewer than no rows"))
    }

    /// Between which values a row group lies.
    pub fn bounds(&self, group: usize) -> io::Result<Bounds> {
        let statistics = self.group(group).column(VALUE).statistics();
        let bounds = statistics.and_then(|known| Some((known.min_bytes_opt()?, known.max_bytes_opt()?)));
        let (min, max) = bounds.ok_or_else(|| damaged("a row group does not say between which values it lies"))?;
        Ok((self.key(min), self.key(max)))
    }

    /// A value of the statistics as its table has it.
    fn key(&self, bytes: &[u8]) -> Vec<u8> {
        let mut key = bytes.to_vec();
        if self.table == Table::Ipv4 {
            key.reverse();
        }
        key
    }

    /// The first row of each page of values, and between which values it lies.
    pub fn pages(&self, group: usize) -> io::Result<Vec<(usize, Bounds)>> {
        let column = self.group(group).column(VALUE);
        let range = column.column_index_range().ok_or_else(|| damaged("it has no index of its pages"))?;
        let bytes = self.bytes(range)?;
        let index = decode_column_index(&bytes, column.column_type()).map_err(from_parquet)?;
        let bounds = |page| match &index {
            ColumnIndexMetaData::INT32(index) => {
                let key = |value: i32| value.to_be_bytes().to_vec();
                Some((key(*index.min_value(page)?), key(*index.max_value(page)?)))
            }
            ColumnIndexMetaData::BYTE_ARRAY(index) | ColumnIndexMetaData::FIXED_LEN_BYTE_ARRAY(index) => {
                Some((index.min_value(page)?.to_vec(), index.max_value(page)?.to_vec()))
            }
            _ => None,
        };
        let locations = self.locations(group, VALUE)?;
        if index.num_pages() != locations.len() as u64 {
            return Err(damaged("the indexes of its pages do not agree"));
        }
        locations
            .iter()
            .enumerate()
            .map(|(page, location)| {
                let bounds = bounds(page).ok_or_else(|| damaged("a page does not say between which values it lies"))?;
                Ok((usize::try_from(location.first_row_index).unwrap_or_default(), bounds))
            })
            .collect()
    }

    /// Where the pages of a column are: in order, the first at row 0.
    fn locations(&self, group: usize, column: usize) -> io::Result<Vec<PageLocation>> {
        let column = self.group(group).column(column);
        let range = column.offset_index_range().ok_or_else(|| damaged("it has no index of its pages"))?;
        let index = decode_offset_index(&self.bytes(range)?).map_err(from_parquet)?;
        let locations = index.page_locations().clone();
        let rows = self.group(group).num_rows();
        let begins = locations.first().is_some_and(|page| page.first_row_index == 0);
        let ordered = locations.is_sorted_by(|one, next| {
            one.first_row_index < next.first_row_index && one.offset < next.offset && next.first_row_index < rows
        });
        let chunk = column.byte_range().0;
        let inside = locations.first().is_some_and(|page| u64::try_from(page.offset).is_ok_and(|at| at >= chunk));
        if !(begins && ordered && inside) {
            return Err(damaged("the index of its pages is out of order"));
        }
        Ok(locations)
    }

    /// A reader of a column's rows, which skips pages without reading them.
    pub fn column<T: DataType>(&self, group: usize, column: usize) -> io::Result<ColumnReaderImpl<T>> {
        let locations = self.locations(group, column)?;
        let chunk = self.group(group).column(column);
        let pages = SerializedPageReader::new(Arc::clone(&self.file), chunk, self.rows(group)?, Some(locations));
        let pages = Box::new(pages.map_err(from_parquet)?);
        let descriptor = chunk.column_descr_ptr();
        Ok(get_typed_column_reader(parquet::column::reader::get_column_reader(descriptor, pages)))
    }

    fn bytes(&self, range: std::ops::Range<u64>) -> io::Result<Bytes> {
        let length = range.end.checked_sub(range.start).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or_else(|| damaged("an index ends before it begins"))?;
        self.file.get_bytes(range.start, length).map_err(from_parquet)
    }
}
