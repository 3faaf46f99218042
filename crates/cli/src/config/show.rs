//! `config show`: every setting, its value, and who says so.

use super::{Config, Entry, Origin, Setting};
use posmortem::iso8583::screen;
use serde::Serialize;
use std::io::{self, Write};

/// A setting as it is shown.
struct Row<'c> {
    name: String,
    value: Option<&'c str>,
    /// `None`: built in.
    origin: Option<&'c Origin>,
}

/// Settings in their order, stated or not, then the columns, links and listings that are stated.
fn rows(config: &Config) -> Vec<Row<'_>> {
    let setting = |key: Setting| {
        let stated = config.stated(key);
        let value = stated.map(|stated| stated.text.as_str()).or(key.built_in());
        Row { name: key.name().to_owned(), value, origin: stated.map(|stated| &stated.origin) }
    };
    let others = config.entries().filter(|(entry, _)| !matches!(entry, Entry::Setting(_)));
    let others = others.map(|(entry, stated)| Row {
        name: entry.to_string(),
        value: Some(&stated.text),
        origin: Some(&stated.origin),
    });
    Setting::ALL.into_iter().map(setting).chain(others).collect()
}

/// Three columns: name, value (`-` where log or machine decide), origin.
pub(crate) fn write_text(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = rows(config)
        .into_iter()
        .map(|row| {
            let origin = row.origin.map_or_else(|| "default".to_owned(), Origin::to_string);
            [row.name, row.value.unwrap_or("-").to_owned(), origin].map(|text| shown(&text))
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (names, values) = (width(0), width(1));
    for [name, value, origin] in &rows {
        writeln!(out, "{name:names$}  {value:values$}  {origin}")?;
    }
    Ok(())
}

fn shown(text: &str) -> String {
    screen(text.as_bytes()).into_owned()
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    settings: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    name: String,
    value: Option<String>,
    origin: Place,
}

/// Where a value comes from; fields that do not apply are left out.
#[derive(Serialize)]
#[serde(tag = "layer", rename_all = "lowercase")]
enum Place {
    Flag { name: String },
    Environment { name: String },
    File { path: String, line: usize },
    Default,
}

impl From<Option<&Origin>> for Place {
    fn from(origin: Option<&Origin>) -> Self {
        match origin {
            Some(Origin::Flag(key)) => Self::Flag { name: key.flag() },
            Some(Origin::Variable(key)) => Self::Environment { name: key.variable() },
            Some(Origin::File { path, line }) => {
                Self::File { path: shown(&path.display().to_string()), line: *line }
            }
            None => Self::Default,
        }
    }
}

/// One JSON document, versioned like every machine format.
pub(crate) fn write_json(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(config);
    let settings = rows.iter().map(|row| {
        let Row { name, value, origin } = row;
        Shown { name: shown(name), value: value.map(shown), origin: Place::from(*origin) }
    });
    let document = Document { schema: 1, settings: settings.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
