//! Rows and columns on a screen: aligned, and fitted into a width by leaving out, cutting short.
//!
//! Why not a table crate: a narrow screen must lose the least of its columns, not wrap all of them,
//! and colour must not count as width. No borders and no wrapping, so that a row is a line.

use crate::pen::{Pen, Style};
use crate::wrap::{cut, cut_list, width};

/// Where a column's texts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A column.
pub(crate) struct Column {
    title: &'static str,
    align: Align,
    /// Columns of the screen between it and the one before it.
    gap: usize,
    /// Cut to this many where there is no room.
    least: Option<usize>,
    /// Cut between items only.
    is_list: bool,
    /// Left out where there is no room, the highest number first, those of one number together.
    rank: Option<u8>,
}

impl Column {
    pub(crate) fn left(title: &'static str) -> Self {
        Self { title, align: Align::Left, gap: 2, least: None, is_list: false, rank: None }
    }

    pub(crate) fn right(title: &'static str) -> Self {
        Self { align: Align::Right, ..Self::left(title) }
    }

    /// One space before it instead of two.
    pub(crate) fn close(self) -> Self {
        Self { gap: 1, ..self }
    }

    /// May be cut, down to this many columns of the screen.
    pub(crate) fn least(self, least: usize) -> Self {
        Self { least: Some(least), ..self }
    }

    /// May be cut between its items.
    pub(crate) fn list(self, least: usize) -> Self {
        Self { is_list: true, ..self.least(least) }
    }

    /// May be left out; the highest rank goes first, and with it all columns of that rank.
    pub(crate) fn rank(self, rank: u8) -> Self {
        Self { rank: Some(rank), ..self }
    }
}

/// A text with its style.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::Plain }
    }

    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// Columns and their rows.
pub(crate) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row: a cell for each column.
    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a cell a column");
        self.rows.push(row);
    }

    /// Header and rows, none longer than `room`.
    pub(crate) fn lines(&self, room: usize, pen: Pen) -> Vec<String> {
        let widths = self.fit(room);
        let header: Vec<_> =
            self.columns.iter().map(|column| Cell::styled(column.title, Style::Dim)).collect();
        std::iter::once(&header).chain(&self.rows).map(|row| self.line(row, &widths, pen)).collect()
    }

    /// Headings and alignment, then rows, in the dialect of Markdown that most trackers take. Cells are made by
    /// whom they come from; a bar in one is escaped here, for nothing else keeps it from ending its cell.
    pub(crate) fn markdown(&self) -> Vec<String> {
        let cell = |text: &str| text.replace('|', "\\|");
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let titles = self.columns.iter().map(|column| cell(column.title)).collect();
        let marks = self.columns.iter().map(|column| match column.align {
            Align::Left => "---".to_owned(),
            Align::Right => "--:".to_owned(),
        });
        let rows = self.rows.iter().map(|row| line(row.iter().map(|shown| cell(&shown.text)).collect()));
        [line(titles), line(marks.collect())].into_iter().chain(rows).collect()
    }

    /// The width of each column; `None` for those left out.
    fn fit(&self, room: usize) -> Vec<Option<usize>> {
        let natural = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text));
            cells.chain([width(self.columns[at].title)]).max()
        };
        let mut widths: Vec<_> = (0..self.columns.len()).map(natural).collect();
        // Leave out, until the rest could be cut to fit.
        while self.taken(&widths, |at, width| self.columns[at].least.map_or(width, |least| least.min(width)))
            > room
        {
            let candidates =
                (0..widths.len()).filter(|at| widths[*at].is_some() && self.columns[*at].rank.is_some());
            let Some(rank) = candidates.map(|at| self.columns[at].rank).max() else { break };
            let of_rank = widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.rank == rank);
            of_rank.for_each(|(width, _)| *width = None);
        }
        // Cut: what may be left out gives way first, then the columns to the right.
        let mut excess = self.taken(&widths, |_, width| width).saturating_sub(room);
        let mut order: Vec<_> = (0..widths.len()).filter(|at| self.columns[*at].least.is_some()).collect();
        order.sort_by_key(|at| std::cmp::Reverse((self.columns[*at].rank, *at)));
        for at in order {
            let (Some(width), Some(least)) = (&mut widths[at], self.columns[at].least) else { continue };
            let given = excess.min(width.saturating_sub(least));
            *width -= given;
            excess -= given;
        }
        widths
    }

    fn taken(&self, widths: &[Option<usize>], of: impl Fn(usize, usize) -> usize) -> usize {
        let shown = widths.iter().enumerate().filter_map(|(at, width)| Some((at, (*width)?)));
        let gap = |nth: usize, at: usize| if nth == 0 { 0 } else { self.columns[at].gap };
        shown.enumerate().map(|(nth, (at, width))| gap(nth, at) + of(at, width)).sum()
    }

    fn line(&self, row: &[Cell], widths: &[Option<usize>], pen: Pen) -> String {
        let mut line = String::new();
        // Spaces wait for the next text, so that no line ends with them.
        let mut spaces = 0;
        let shown =
            self.columns.iter().zip(row).zip(widths).filter_map(|(pair, width)| Some((pair, (*width)?)));
        for (nth, ((column, cell), room)) in shown.enumerate() {
            let cut = if column.is_list { cut_list } else { cut };
            let text = cut(&cell.text, room, pen.ellipsis());
            let padding = room.saturating_sub(width(&text));
            spaces += if nth == 0 { 0 } else { column.gap };
            let (before, behind) = if column.align == Align::Right { (padding, 0) } else { (0, padding) };
            if text.is_empty() {
                spaces += padding;
                continue;
            }
            line.extend(std::iter::repeat_n(' ', spaces + before));
            line.push_str(&pen.paint(cell.style, &text));
            spaces = behind;
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(vec![
            Column::left("terminal").least(6),
            Column::left("merchant").least(4).rank(2),
            Column::right("failed"),
            Column::right("key").close(),
            Column::left("cause").least(8),
            Column::right("share").rank(1),
        ]);
        grid.push(["29110001", "M1", "12", "3", "PIK不同步", "58 %"].map(Cell::new).into());
        grid.push(["2", "MERCHANT7", "1", "", "", ""].map(Cell::new).into());
        grid
    }

    #[test]
    fn numbers_stand_right_and_no_line_ends_with_spaces() {
        assert_eq!(
            grid().lines(80, Pen::PLAIN),
            [
                "terminal  merchant   failed key  cause      share",
                "29110001  M1             12   3  PIK不同步   58 %",
                "2         MERCHANT7       1",
            ]
        );
    }

    #[test]
    fn a_narrow_screen_loses_the_least() {
        assert_eq!(grid().lines(46, Pen::PLAIN)[2], "2         MERCH…       1");
        assert_eq!(grid().lines(38, Pen::PLAIN)[1], "29110001      12   3  PIK不同步   58 %");
        assert_eq!(grid().lines(36, Pen::PLAIN)[1], "291100…      12   3  PIK不同…   58 %");
        assert_eq!(grid().lines(34, Pen::PLAIN)[1], "29110001      12   3  PIK不同步");
        assert_eq!(grid().lines(29, Pen::PLAIN)[0], "termin…  failed key  cause");
    }

    #[test]
    fn every_width_from_the_least_on_is_kept() {
        for room in 28..90 {
            assert!(grid().lines(room, Pen::PLAIN).iter().all(|line| width(line) <= room), "{room}");
        }
    }

    #[test]
    fn colour_takes_no_room() {
        let pen = Pen { color: true, ..Pen::PLAIN };
        let mut grid = Grid::new(vec![Column::left("a"), Column::left("b")]);
        grid.push(vec![Cell::styled("x", Style::Bold), Cell::new("y")]);
        assert_eq!(grid.lines(80, pen), ["\x1b[2ma\x1b[0m  \x1b[2mb\x1b[0m", "\x1b[1mx\x1b[0m  y"]);
    }
}
