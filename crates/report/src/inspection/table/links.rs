//! Links: whose codes they speak, how their clocks go, and what is seen on several of them.

use super::Page;
use crate::grid::{Cell, Column, Grid};
use crate::percent::Percent;
use posmortem_exchange::{Clock, InspectedLink, Inspection};

/// Unlisted codes shown; the JSON has them all.
const CODES: usize = 20;

pub(super) fn links(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.link).least(23),
        Column::right(labels.messages),
        Column::right(labels.answers),
        Column::left(labels.dialect).least(7),
        Column::right(labels.listed),
        Column::left(labels.lists_more).least(10).rank(1),
        Column::right(labels.log_less_de7).rank(2),
        Column::right(labels.log_less_de12).rank(3),
    ]);
    for link in &inspection.links {
        let listed = (link.answers > 0).then(|| Percent::of(link.listed, link.answers).tenths());
        grid.push(vec![
            Cell::new(page.link(&link.name)),
            Cell::new(link.messages.to_string()),
            Cell::new(link.answers.to_string()),
            Cell::new(link.told.map_or("-", |dialect| dialect.name())),
            Cell::new(listed.unwrap_or_default()),
            Cell::new(better(link)),
            Cell::new(milliseconds(link.transmission)),
            Cell::new(milliseconds(link.local)),
        ]);
    }
    page.section(labels.links, inspection.links.len(), &grid)
}

/// The tables that list more codes than those in force, with how many.
fn better(link: &InspectedLink) -> String {
    let Some((_, most)) = link.better_dialect() else { return String::new() };
    let best = link.dialects.iter().take_while(|(_, listed)| *listed == most);
    let best =
        best.map(|(dialect, listed)| format!("{dialect} {}", Percent::of(*listed, link.answers).tenths()));
    best.collect::<Vec<_>>().join(", ")
}

fn milliseconds(clock: Option<Clock>) -> String {
    clock.map_or_else(|| "-".to_owned(), |clock| clock.median_ms.to_string())
}

pub(super) fn hops(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.link).least(7),
        Column::left(labels.and_link).least(7),
        Column::right(labels.requests),
        Column::right(labels.answers),
        Column::right(labels.clock_ahead),
    ]);
    for hop in &inspection.hops {
        let [first, second] = &hop.links;
        grid.push(vec![
            Cell::new(page.link(first)),
            Cell::new(if first == second { labels.same_link.to_owned() } else { page.link(second) }),
            Cell::new(hop.requests.to_string()),
            Cell::new(hop.answers.to_string()),
            Cell::new(hop.skew_ms().map_or_else(|| "-".to_owned(), |skew| skew.to_string())),
        ]);
    }
    page.section(labels.seen_again, inspection.hops.len(), &grid)
}

pub(super) fn unlisted(page: &Page, inspection: &Inspection) -> Vec<String> {
    let labels = page.labels;
    let mut grid = Grid::new(vec![
        Column::left(labels.code),
        Column::right(labels.count),
        Column::left(labels.dialect),
        Column::left(labels.link).least(8),
    ]);
    for code in inspection.unlisted.iter().take(CODES) {
        grid.push(vec![
            Cell::new(code.code.as_str()),
            Cell::new(code.count.to_string()),
            Cell::new(code.dialect.name()),
            Cell::new(page.link(&code.link)),
        ]);
    }
    page.section(labels.unlisted_codes, inspection.unlisted.len(), &grid)
}
