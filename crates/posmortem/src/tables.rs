//! Runs that leave an exchange table, and runs over tables instead of logs.
//!
//! A table holds what its run settled and, near its edges in time, the legs themselves; tables that
//! are read together pair those legs again. So tables cut anywhere give the report of the whole day.
//! Why that is exact stands in `exchange/src/edges.rs`; what a row holds, in the crate `tables`.

mod agreement;
mod beside_edges;
mod history;
mod in_order;
mod join;
mod join_error;
mod meeting;
mod opening;
mod parts;
mod retention;
mod save;
mod taking_over;

pub use history::read_history;
pub use join::Tables;
pub use join_error::JoinError;
pub use posmortem_tables::TableError;
pub use retention::{Expired, expired};
pub use save::save_table;

use crate::Settings;
use std::fmt::Write;

/// What stands before the digest of the rules in a text of settings.
const RULES: &str = "rules=";

/// What of the settings shapes the rows of a table, as one comparable text.
fn settings_text(settings: &Settings) -> String {
    let Settings { input, pairing, dialect, link_dialects, rules, bin_digits, amount_unit, .. } = settings;
    let mut text = format!("horizon={}ms timeout={}ms", pairing.horizon_ms, pairing.timeout_ms);
    let mut add = |told: std::fmt::Arguments<'_>| {
        let written = text.write_fmt(told);
        debug_assert!(written.is_ok(), "a String takes every character");
    };
    if let Some(rules) = rules.as_ref().and_then(|rules| rules.decisions_sha256()) {
        add(format_args!(" {RULES}{rules}"));
    }
    for (link, timeout) in &pairing.link_timeouts_ms {
        add(format_args!(" timeout[{link}]={timeout}ms"));
    }
    if let Some(dialect) = dialect {
        add(format_args!(" dialect={dialect}"));
    }
    for (link, dialect) in link_dialects {
        add(format_args!(" dialect[{link}]={dialect}"));
    }
    if let Some(digits) = bin_digits {
        add(format_args!(" bin_digits={digits}"));
    }
    add(format_args!(" amount_unit={amount_unit:?}"));
    if let Some(zone) = input.zone_name() {
        add(format_args!(" timezone={zone}"));
    }
    text
}
