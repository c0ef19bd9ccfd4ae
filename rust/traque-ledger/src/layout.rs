//! How a table's rows stand in its files (docs/ledger-format.md).

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, Type};

use crate::rows::Table;

/// The version of this layout; a reader refuses any other.
pub const VERSION: &str = "1";

/// Under which name a file's metadata state the version, and its table.
pub const VERSION_KEY: &str = "traque.ledger.rows";
pub const TABLE_KEY: &str = "traque.ledger.kind";

/// The columns, in the order of the file.
pub const VALUE: usize = 0;
pub const SOURCE: usize = 1;
pub const DAY: usize = 2;
pub const FACT: usize = 3;
pub const COUNT: usize = 4;
pub const SECOND: usize = 5;
pub const MICROSECOND: usize = 6;
pub const SPAN: usize = 7;
pub const SPAN_MICROSECOND: usize = 8;
pub const INWARD: usize = 9;
pub const OUTWARD: usize = 10;

/// Rows of a page of the columns that a look-up decodes; of the others, which are mostly runs.
const PAGE_ROWS: usize = 4 << 10;
const RUN_PAGE_ROWS: usize = 32 << 10;
/// Bytes of a page at most: pages of long values hold fewer rows.
const PAGE_BYTES: usize = 256 << 10;
const DICTIONARY_BYTES: usize = 256 << 10;
/// A bound in an index is cut to so many bytes.
const BOUND_BYTES: usize = 64;

impl Table {
    /// How long each of its values is; None for texts.
    #[must_use]
    pub const fn width(self) -> Option<usize> {
        match self {
            Self::Ipv4 => Some(4),
            Self::Ipv6 | Self::Md5 => Some(16),
            Self::Sha1 => Some(20),
            Self::Sha256 => Some(32),
            Self::Sha512 => Some(64),
            Self::DomainName | Self::Url | Self::EmailAddr => None,
        }
    }
}

/// The columns of a table's files and their types.
pub fn schema(table: Table) -> Result<Arc<Type>> {
    let value = match (table, table.width()) {
        (Table::Ipv4, _) => "int32 value (INTEGER(32,false))".to_owned(),
        (_, Some(width)) => format!("fixed_len_byte_array({width}) value"),
        (_, None) => "binary value (UTF8)".to_owned(),
    };
    let message = format!(
        "message rows {{
            required {value};
            required int32 source (INTEGER(32,false));
            optional int32 day (DATE);
            required int32 fact (INTEGER(32,false));
            required int64 count;
            required int32 second;
            required int32 microsecond;
            required int32 span;
            required int32 span_microsecond;
            optional int64 inward;
            optional int64 outward;
        }}"
    );
    parse_message_type(&message).map(Arc::new)
}

/// How they are written: sorted numbers and texts, and times, as differences, what repeats as a dictionary, values with the
/// bounds of each page.
pub fn properties(table: Table) -> Result<WriterPropertiesBuilder> {
    let values = match table.width() {
        _ if table == Table::Ipv4 => Encoding::DELTA_BINARY_PACKED,
        // not as differences: Polars does not read these of a fixed length
        Some(_) => Encoding::PLAIN,
        None => Encoding::DELTA_BYTE_ARRAY,
    };
    let key = (0..=3).map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true });
    let stated = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by(concat!("traque version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![stated(VERSION_KEY, VERSION), stated(TABLE_KEY, table.name())]))
        .set_sorting_columns(Some(key.collect()))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_data_page_v2_compression_ratio_threshold(0.95)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_data_page_row_count_limit(RUN_PAGE_ROWS)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_index_truncate_length(Some(BOUND_BYTES))
        .set_statistics_truncate_length(Some(BOUND_BYTES))
        .set_column_statistics_enabled(path("value"), EnabledStatistics::Page)
        .set_column_statistics_enabled(path("source"), EnabledStatistics::Chunk)
        .set_column_statistics_enabled(path("day"), EnabledStatistics::Chunk);
    for (column, encoding) in [("value", values), ("second", Encoding::DELTA_BINARY_PACKED)] {
        properties = properties
            .set_column_dictionary_enabled(path(column), false)
            .set_column_encoding(path(column), encoding)
            .set_column_data_page_row_count_limit(path(column), PAGE_ROWS);
    }
    for column in ["source", "day", "fact", "count", "microsecond", "span", "span_microsecond", "inward", "outward"] {
        properties = properties.set_column_encoding(path(column), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties)
}

fn path(column: &str) -> ColumnPath {
    ColumnPath::from(column)
}
