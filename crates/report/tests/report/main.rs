//! Every format, written from one small day.
#![allow(clippy::unwrap_used, reason = "a test may panic in its helpers too")]

mod day;
mod diagnosed;
mod explain;
mod formats;
mod history;
mod html;
mod measures;
mod rows;
mod table;
mod told;
mod verdicts;
