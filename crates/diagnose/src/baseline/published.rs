//! Rates for fleets that are too small to be their own baseline: those of `data/published-rates.tsv`.

use super::Cells;
use crate::{Mark, Rates};

/// The year of `data/published-rates.tsv`.
pub(crate) const PUBLISHED_YEAR: u16 = 2026;
const COLUMNS: [&str; 2] = ["mark", "rate"];
/// The rate of what the table does not list.
const UNLISTED: f32 = 2e-5;

/// The same rates in every cell and at every hour.
pub(crate) fn published(cells: &Cells) -> Rates {
    let rates = read().expect("the table of published rates is checked by a test");
    Rates::new(vec![rates; cells.of.len()], vec![[1.0; Mark::COUNT]])
}

fn read() -> Option<[f32; Mark::COUNT]> {
    let rows = posmortem_iso8583::rows(include_str!("../../data/published-rates.tsv"), COLUMNS).ok()?;
    let mut rates = [UNLISTED; Mark::COUNT];
    for row in rows {
        let [mark, rate] = row.fields;
        rates[Mark::from_name(mark)?.index()] = rate.parse().ok()?;
    }
    Some(rates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::Cause;

    #[test]
    fn the_sums_by_cause_are_those_of_the_heading() {
        let rates = read().expect("every row is well formed");
        let published = [0.0035, 0.021, 0.0045, 0.0009, 0.003];
        for (cause, sum) in Cause::ALL.into_iter().zip(published) {
            let of_cause =
                Mark::all().filter(|mark| mark.reason().is_some_and(|reason| reason.cause() == cause));
            let listed = of_cause.map(|mark| rates[mark.index()]).filter(|rate| *rate > UNLISTED);
            let got = f64::from(listed.sum::<f32>());
            assert!((got / sum - 1.0).abs() < 0.1, "{}: {got}", cause.name());
        }
        let year = format!("Year {PUBLISHED_YEAR}.");
        assert!(include_str!("../../data/published-rates.tsv").contains(&year));
    }
}
