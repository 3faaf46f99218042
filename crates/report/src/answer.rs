//! One question's answer in the data formats: the cells of its [`Sheet`] and nothing else of the result. What a
//! result does not hold has a header and no rows.

use crate::csv::{io_error, write_record};
use crate::sheet::{Sheet, Value};
use crate::{Question, tsv};
use schemars::{Schema, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(crate) fn write_tsv(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    tsv::write_row(out, sheet.columns.iter().map(|column| column.name))?;
    sheet.rows.iter().try_for_each(|row| tsv::write_row(out, row.iter().map(Value::plain)))
}

pub(crate) fn write_csv(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = ::csv::Writer::from_writer(out);
    rows.write_record(sheet.columns.iter().map(|column| column.name)).map_err(io_error)?;
    for row in &sheet.rows {
        write_record(&mut rows, row.iter().map(Value::plain))?;
    }
    rows.flush()
}

pub(crate) fn write_ndjson(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    for row in sheet.objects() {
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

pub(crate) fn write_json(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let answer = Answer { schema: 1, question: sheet.question.name(), rows: sheet.objects().collect() };
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    out.write_all(b"\n")
}

/// The schema of a question's rows.
pub(crate) fn rows_schema(question: Question) -> Schema {
    let columns = Sheet::columns(question);
    let properties: BTreeMap<_, _> = columns
        .iter()
        .map(|column| {
            (column.name, json_schema!({ "type": column.kind.json_types(), "title": column.title[0] }))
        })
        .collect();
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    json_schema!({
        "type": "array",
        "items": { "type": "object", "properties": properties, "required": names, "additionalProperties": false },
    })
}

/// The schema of one question's answer as JSON.
pub(crate) fn schema(question: Question) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "schema": { "const": 1 },
            "question": { "const": question.name() },
            "rows": rows_schema(question),
        },
        "required": ["schema", "question", "rows"],
    })
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: u32,
    question: &'static str,
    rows: Vec<Object<'a>>,
}

/// A row with its columns' names.
pub(crate) struct Object<'a> {
    sheet: &'a Sheet<'a>,
    row: &'a [Value<'a>],
}

impl<'s> Sheet<'s> {
    /// Its rows with their columns' names.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.rows.iter().map(|row| Object { sheet: self, row })
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.row.len()))?;
        for (column, value) in self.sheet.columns.iter().zip(self.row) {
            object.serialize_entry(column.name, value)?;
        }
        object.end()
    }
}
