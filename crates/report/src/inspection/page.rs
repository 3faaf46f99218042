//! What the sections of the table share.

use crate::View;
use crate::grid::Grid;
use crate::labels::Labels;
use crate::pen::{Pen, Style};
use crate::wrap;
use posmortem_classify::Language;
use posmortem_exchange::Field;
use posmortem_iso8583::escape_controls;

/// Columns where the caller tells none.
const WIDTH: u16 = 100;

/// Fewer columns than this hold no table.
const LEAST_WIDTH: u16 = 60;

pub(super) struct Page {
    pub(super) language: Language,
    pub(super) labels: &'static Labels,
    pub(super) pen: Pen,
    pub(super) width: usize,
}

impl Page {
    pub(super) fn of(view: &View<'_>) -> Self {
        Self {
            language: view.language,
            labels: Labels::of(view.language),
            pen: Pen { color: view.color, ascii: view.ascii, markdown: false },
            width: usize::from(view.width.unwrap_or(WIDTH).max(LEAST_WIDTH)),
        }
    }

    /// A title with rows below it; nothing where there are no rows.
    pub(super) fn section(&self, title: &str, rows: usize, grid: &Grid) -> Vec<String> {
        if rows == 0 {
            return Vec::new();
        }
        std::iter::once(self.title(title)).chain(grid.lines(self.width, self.pen)).collect()
    }

    pub(super) fn title(&self, text: &str) -> String {
        self.pen.paint(Style::Bold, text).into_owned()
    }

    /// A sentence in as many lines as it needs.
    pub(super) fn sentence(&self, text: &str) -> Vec<String> {
        wrap::lines(text, self.width)
    }

    /// A text from outside, such as a path, that is safe and possible to show.
    pub(super) fn safe(&self, text: &str) -> String {
        self.pen.name(&escape_controls(text.as_bytes())).into_owned()
    }

    /// A link by its name.
    pub(super) fn link(&self, name: &str) -> String {
        if name.is_empty() { self.labels.no_link.to_owned() } else { self.safe(name) }
    }

    /// A field as people name it.
    pub(super) fn field(&self, field: &Field) -> String {
        match field {
            Field::Element(0) => "MTI".to_owned(),
            Field::Element(element) => format!("DE{element}"),
            Field::Part(element, part) => format!("DE{element}.{}", self.safe(part)),
            Field::Column(name) => (*name).to_owned(),
            Field::Other(name) => self.safe(name),
            Field::Unshown => self.labels.unshown_names.to_owned(),
            Field::Outside => self.labels.outside_of_fields.to_owned(),
        }
    }
}
