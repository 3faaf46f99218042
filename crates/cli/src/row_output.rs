//! What `classify` writes: rows of a text format, or a table.

use posmortem_report::RowFormat;

/// A form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowOutput {
    /// Rows as they come.
    Text(RowFormat),
    /// The exchange table, as Parquet.
    Table,
}

impl RowOutput {
    /// Every form.
    pub(crate) const ALL: [Self; 4] =
        [Self::Text(RowFormat::Csv), Self::Text(RowFormat::Tsv), Self::Text(RowFormat::Ndjson), Self::Table];

    /// The name used on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text(format) => format.name(),
            Self::Table => "parquet",
        }
    }

    /// The form of that name, if there is one.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.name() == name)
    }

    /// The form of files that end so.
    pub(crate) fn from_extension(extension: &str) -> Option<Self> {
        if extension.eq_ignore_ascii_case("parquet") {
            return Some(Self::Table);
        }
        RowFormat::from_extension(extension).map(Self::Text)
    }
}
