//! What the short run may not fall below, and the figures that do.

const FLOORS: &str = include_str!("floors.tsv");

/// The bounds of one figure.
struct Floor {
    figure: &'static str,
    least: Option<f64>,
    most: Option<f64>,
}

/// The bounds of `floors.tsv`.
///
/// # Panics
/// Never: a test reads the file.
fn floors() -> Vec<Floor> {
    let rows = FLOORS.lines().filter(|line| !line.starts_with('#')).skip(1);
    let bound = |cell: &str| (cell != "-").then(|| cell.parse().expect("a number"));
    rows.map(|row| {
        let cells: Vec<&'static str> = row.split('\t').collect();
        let [figure, least, most] = cells[..] else { panic!("a floor has three cells: {row}") };
        Floor { figure, least: bound(least), most: bound(most) }
    })
    .collect()
}

/// Which of the figures are out of their bounds, a line each.
pub(crate) fn broken(figures: &[(&'static str, f64)]) -> Vec<String> {
    let mut broken = Vec::new();
    for Floor { figure, least, most } in floors() {
        for (_, value) in figures.iter().filter(|(name, _)| *name == figure) {
            if let Some(least) = least.filter(|least| value < least) {
                broken.push(format!("{figure} is {value:.3}, at least {least} is wanted"));
            }
            if let Some(most) = most.filter(|most| value > most) {
                broken.push(format!("{figure} is {value:.3}, at most {most} is allowed"));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totals::Totals;

    #[test]
    fn every_floor_is_of_a_figure() {
        let totals = Totals::default();
        let figures: Vec<_> = totals.figures().into_iter().chain(totals.null_figures()).collect();
        for floor in floors() {
            assert!(figures.iter().any(|(name, _)| *name == floor.figure), "{}", floor.figure);
            assert!(floor.least.is_some() || floor.most.is_some(), "{}", floor.figure);
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_told() {
        assert!(broken(&[("own_f1", 1.0), ("null_own_a_day", 0.0)]).is_empty());
        let told = broken(&[("own_f1", 0.01), ("null_own_a_day", 50.0), ("unknown", 0.0)]);
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("own_f1 is 0.010, at least "), "{told:?}");
        assert!(told[1].starts_with("null_own_a_day is 50.000, at most "), "{told:?}");
    }
}
