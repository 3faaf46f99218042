//! Which manual pages are asked for.

use crate::args::ManArgs;
use crate::manual::{self, Page};
use crate::nearest::did_you_mean;
use anyhow::{Result, anyhow};
use std::path::PathBuf;

/// `man`
pub(crate) enum ManPlan {
    One(Box<Page>),
    All(PathBuf, Vec<Page>),
}

impl ManPlan {
    /// # Errors
    /// When there is no such command.
    pub(super) fn resolve(args: ManArgs) -> Result<Self> {
        let mut pages = manual::pages();
        if let Some(folder) = args.dir {
            return Ok(Self::All(folder, pages));
        }
        // `report`, and `posmortem report` and `posmortem-report` as `man` itself is asked.
        let mut wanted = args.command.join("-");
        if wanted != manual::TOOL && !wanted.starts_with(&format!("{}-", manual::TOOL)) {
            let dash = if wanted.is_empty() { "" } else { "-" };
            wanted = [manual::TOOL, dash, &wanted].concat();
        }
        match pages.iter().position(|page| page.name == wanted) {
            Some(at) => Ok(Self::One(Box::new(pages.swap_remove(at)))),
            None => {
                let hint = did_you_mean(&wanted, pages.iter().map(|page| page.name.as_str()));
                Err(anyhow!("there is no page `{wanted}`{hint} (`man --dir DIR` writes all)"))
            }
        }
    }
}
