//! Where a terminal stands in the course of its day.

use super::values::{Standing, Values};
use crate::UNTOLD;
use posmortem_exchange::ExchangeTable;

/// By place of the table: what its messages tell.
pub(super) struct Places {
    told: Vec<Standing>,
}

impl Places {
    pub(super) fn of(table: &ExchangeTable, values: &Values<'_>) -> Self {
        let places = table.places().iter();
        let told = places.map(|place| values.standing(place.terminal, place.site, place.equipment)).collect();
        Self { told }
    }

    /// What holds before a terminal's first attempt: of each attribute, what is told first.
    pub(super) fn first_told(&self, places: impl Iterator<Item = u32>) -> Standing {
        let mut standing = Standing::default();
        let mut last = None;
        for place in places {
            // Most terminals stand at one place all day.
            if last.replace(place) == Some(place) {
                continue;
            }
            standing = merged(self.told[place as usize], standing);
            if ![standing.site, standing.region, standing.model, standing.firmware].contains(&UNTOLD) {
                break;
            }
        }
        standing
    }

    /// What holds with an attempt made at that place.
    pub(super) fn after(&self, before: Standing, place: u32) -> Standing {
        merged(before, self.told[place as usize])
    }
}

/// What is told by the second, else by the first.
fn merged(before: Standing, told: Standing) -> Standing {
    let pick = |told: u32, before: u32| if told == UNTOLD { before } else { told };
    Standing {
        site: pick(told.site, before.site),
        region: pick(told.region, before.region),
        model: pick(told.model, before.model),
        firmware: pick(told.firmware, before.firmware),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_holds_until_something_else_is() {
        let standing = |firmware| Standing { site: 1, firmware, ..Standing::default() };
        let places = Places { told: vec![Standing::default(), standing(3), standing(4)] };
        let mut now = places.first_told([0, 1, 2].into_iter());
        assert_eq!(now, standing(3));
        let held = [0, 1, 0, 2, 0].map(|place| {
            now = places.after(now, place);
            now.firmware
        });
        assert_eq!(held, [3, 3, 3, 4, 4]);
    }
}
