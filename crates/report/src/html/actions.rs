//! What to do, once for each reason that is the main one somewhere, and whose it is.

use super::lens::Lens;
use crate::labels::owner;
use crate::table::actions::counted;
use posmortem_classify::Audience;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Action {
    terminals: u64,
    cause: &'static str,
    cause_title: &'static str,
    reason: &'static str,
    reason_title: &'static str,
    owner: &'static str,
    action: String,
    /// What the shop can do.
    at_the_shop: &'static str,
}

pub(super) fn of(lens: &Lens<'_>) -> Vec<Action> {
    let told = |(reason, terminals): (posmortem_classify::Reason, u64)| Action {
        terminals,
        cause: reason.cause().name(),
        cause_title: reason.cause().title(lens.language),
        reason: reason.name(),
        reason_title: reason.title(lens.language),
        owner: owner(reason.owner(), lens.language),
        action: lens.summary.actions.of(reason, lens.language).to_owned(),
        at_the_shop: reason.action(lens.language, Audience::Merchant),
    };
    counted(lens.judged, lens.view).into_iter().map(told).collect()
}
