//! An inspection for eyes: inputs first, then what is in them, then what to look into.

mod content;
mod inputs;
mod links;

use super::page::Page;
use crate::View;
use crate::sections::write_sections;
pub(super) use inputs::zone_text;
use posmortem_exchange::{Inspection, Summary};
use std::io::{self, Write};

pub(super) fn write(
    summary: &Summary,
    inspection: &Inspection,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::of(view);
    let sections = [
        inputs::heading(&page, summary, inspection),
        inputs::files(&page, summary, inspection),
        content::types(&page, inspection),
        content::fields(&page, inspection),
        content::pairing(&page, &summary.ledger),
        links::links(&page, inspection),
        links::hops(&page, inspection),
        content::rejects(&page, inspection),
        links::unlisted(&page, inspection),
        inputs::columns(&page, inspection),
        inputs::card_data(&page, summary, inspection),
    ];
    write_sections(&sections, out)
}
