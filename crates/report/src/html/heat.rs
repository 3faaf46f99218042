//! Failures by cause and hour of the log's own clock, as a table whose cells are shaded by their number.

use super::lens::Lens;
use crate::percent::Percent;
use posmortem_classify::Cause;
use posmortem_exchange::{Counts, Outcome};
use serde::Serialize;

/// Shades beside none.
const SHADES: u64 = 9;

#[derive(Serialize)]
pub(super) struct Heat {
    /// By cause, those without a failure left out.
    rows: Vec<Row>,
    attempts: Vec<u64>,
    all_attempts: u64,
    /// Failed attempts of each hour's, in whole per cent.
    shares: Vec<String>,
    all_share: String,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    cells: Vec<Cell>,
    all: u64,
}

#[derive(Serialize)]
struct Cell {
    count: u64,
    shade: u64,
}

impl Heat {
    /// `None` where nothing failed.
    pub(super) fn of(lens: &Lens<'_>) -> Option<Self> {
        let breakdown = lens.judged.breakdown?;
        let (hours, fleet) = (breakdown.minutes.hours(), &breakdown.fleet.counts);
        let rows = rows(lens, &hours);
        let share = |counts: &Counts| Percent::of(counts.failed(), counts.exchanges).rounded();
        (!rows.is_empty()).then(|| Self {
            rows,
            attempts: hours.iter().map(|hour| hour.exchanges).collect(),
            all_attempts: fleet.exchanges,
            shares: hours
                .iter()
                .map(|hour| if hour.exchanges > 0 { share(hour) } else { String::new() })
                .collect(),
            all_share: share(fleet),
        })
    }
}

fn rows(lens: &Lens<'_>, hours: &[Counts; 24]) -> Vec<Row> {
    let of_causes = Cause::ALL.map(|cause| {
        (cause.name(), cause.title(lens.language), hours.map(|hour| hour.causes[cause.index()]))
    });
    let unclassified =
        ("unclassified", lens.labels.unclassified, hours.map(|hour| hour.with(Outcome::Unclassified)));
    let all: Vec<_> = of_causes.into_iter().chain([unclassified]).collect();
    let most = all.iter().flat_map(|(_, _, counts)| counts).max().copied().unwrap_or(0).max(1);
    let cell = |count| Cell { count, shade: (count * SHADES).div_ceil(most) };
    let row = |(name, title, counts): (_, _, [u64; 24])| Row {
        name,
        title,
        cells: counts.map(cell).into(),
        all: counts.iter().sum(),
    };
    all.into_iter().map(row).filter(|row| row.all > 0).collect()
}
