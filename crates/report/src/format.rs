//! The formats by name and by file extension.

/// A format of a run's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For eyes: the only one that may change from version to version.
    Table,
    /// Terminals, tab-separated, without quotes.
    Tsv,
    /// Terminals as RFC 4180 has it, with line feeds.
    Csv,
    /// Everything.
    Json,
    /// Terminals, a JSON object a line.
    Ndjson,
    /// For tickets and mail: what the table says, as Markdown.
    Markdown,
    /// What a monitor is to know, as Prometheus reads it from a file.
    Prometheus,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Tsv, Self::Csv, Self::Json, Self::Ndjson, Self::Markdown, Self::Prometheus];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Tsv => "tsv",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::Prometheus => "prometheus",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of files that end so; the extension is given without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Table),
            "jsonl" => Some(Self::Ndjson),
            "md" => Some(Self::Markdown),
            "prom" => Some(Self::Prometheus),
            "table" | "markdown" | "prometheus" => None,
            name => Self::from_name(name),
        }
    }
}

/// A format of classified exchanges, one row each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// As RFC 4180 has it, with line feeds.
    Csv,
    /// Tab-separated, without quotes.
    Tsv,
    /// A JSON object a line.
    Ndjson,
}

impl RowFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Tsv, Self::Ndjson];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of files that end so; the extension is given without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" => Some(Self::Ndjson),
            name => Self::from_name(name),
        }
    }
}

/// A format of explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainFormat {
    /// For eyes.
    Text,
    /// One object.
    Json,
}

impl ExplainFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// The format of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        assert!(Format::ALL.into_iter().all(|format| Format::from_name(format.name()) == Some(format)));
        assert!(RowFormat::ALL.into_iter().all(|format| RowFormat::from_name(format.name()) == Some(format)));
        assert!(
            ExplainFormat::ALL
                .into_iter()
                .all(|format| ExplainFormat::from_name(format.name()) == Some(format))
        );
        assert_eq!(Format::from_name("html"), None);
    }

    #[test]
    fn extensions_tell_the_format() {
        for (extension, format, rows) in [
            ("txt", Some(Format::Table), None),
            ("tsv", Some(Format::Tsv), Some(RowFormat::Tsv)),
            ("CSV", Some(Format::Csv), Some(RowFormat::Csv)),
            ("json", Some(Format::Json), None),
            ("ndjson", Some(Format::Ndjson), Some(RowFormat::Ndjson)),
            ("jsonl", Some(Format::Ndjson), Some(RowFormat::Ndjson)),
            ("md", Some(Format::Markdown), None),
            ("markdown", None, None),
            ("prom", Some(Format::Prometheus), None),
            ("table", None, None),
            ("prometheus", None, None),
            ("", None, None),
        ] {
            assert_eq!(Format::from_extension(extension), format, "{extension}");
            assert_eq!(RowFormat::from_extension(extension), rows, "{extension}");
        }
    }
}
