//! What a report is made of.

use posmortem_diagnose::Diagnosis;
use posmortem_exchange::{Breakdown, Summary};

/// The result of a run, and what else was found out of the same attempts.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// Counts, terminal by terminal.
    pub summary: &'a Summary,
    /// What is said of terminals and of what they share; without it no terminal is judged.
    pub diagnosis: Option<&'a Diagnosis>,
    /// Counts by time, issuer, link, site and latency; without it there is nothing to say of these.
    pub breakdown: Option<&'a Breakdown>,
}

impl<'a> Content<'a> {
    /// Counts alone.
    pub fn of(summary: &'a Summary) -> Self {
        Self { summary, diagnosis: None, breakdown: None }
    }
}
