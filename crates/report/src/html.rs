//! The result as one page for a browser: headline, incidents, terminals and what to do about them, where the
//! failures lie, codes, and where every frame went.
//!
//! The page is one file that asks for nothing outside of itself, can be read without its script, and holds no
//! `style` attribute, so that its policy allows nothing but the style and the script that stand in it. What stands
//! where is the business of the templates under `data/html`; the modules below gather the values for them.
//! Escaping is the template engine's. Like the table, the page has no contract: programs read the other formats.

mod actions;
mod cleared;
mod codes;
mod digits;
mod fallback;
mod groups;
mod headline;
mod heat;
mod incidents;
mod input;
mod latency;
mod lens;
mod list;
mod policy;
mod template;
mod terminals;
mod timeline;
mod words;

use crate::View;
use crate::judged::Judged;
use crate::labels::Labels;
use lens::Lens;
use serde::Serialize;
use std::io::{self, Write};

/// The worst terminals, told in full. The list below them holds every one that is asked for.
const IN_FULL: usize = 100;

pub(crate) fn write(judged: &Judged<'_>, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    template::render(&Page::of(&Lens::of(judged, view)), out)
}

/// Everything that the templates show.
#[derive(Serialize)]
struct Page<'s> {
    lang: &'static str,
    version: &'s str,
    policy: String,
    style: &'static str,
    script: &'static str,
    labels: &'static Labels,
    words: words::Words,
    /// Whether a diagnosis was made.
    is_judged: bool,
    headline: headline::Headline,
    incidents: incidents::Incidents,
    terminals: terminals::Terminals,
    list: list::List,
    actions: Vec<actions::Action>,
    cleared: Option<cleared::Cleared>,
    /// What follows is there where a breakdown is.
    has_breakdown: bool,
    timeline: Option<timeline::Chart>,
    heat: Option<heat::Heat>,
    issuers: Option<groups::Groups>,
    links: Option<groups::Groups>,
    fallback: Option<fallback::Fallback>,
    latency: Option<latency::Latency>,
    codes: codes::Codes,
    input: input::Input,
}

impl<'s> Page<'s> {
    fn of(lens: &Lens<'s>) -> Self {
        let listed = lens.judged.listed(lens.view);
        Self {
            lang: lens.lang(),
            version: lens.view.version,
            policy: policy::policy(),
            style: policy::STYLE,
            script: policy::SCRIPT,
            labels: lens.labels,
            words: words::Words::of(lens.language),
            is_judged: lens.judged.diagnosis.is_some(),
            headline: headline::Headline::of(lens),
            incidents: incidents::Incidents::of(lens),
            terminals: terminals::Terminals::of(lens, &listed.terminals),
            list: list::List::of(lens, &listed),
            actions: actions::of(lens),
            cleared: cleared::Cleared::of(lens),
            has_breakdown: lens.judged.breakdown.is_some(),
            timeline: timeline::Chart::of(lens),
            heat: heat::Heat::of(lens),
            issuers: groups::issuers(lens),
            links: groups::links(lens),
            fallback: fallback::Fallback::of(lens),
            latency: latency::Latency::of(lens),
            codes: codes::Codes::of(lens),
            input: input::Input::of(lens),
        }
    }
}
