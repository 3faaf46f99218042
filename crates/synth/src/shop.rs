//! The sorts of sites of the labelled worlds.

use crate::World;
use crate::fleet::ENTRY_MODES;
use posmortem_iso8583::rows;
use std::fmt::Debug;
use std::str::FromStr;

const SHOPS: &str = include_str!("../data/shops.tsv");
const WELL_FORMED: &str = "the crate's own tables are checked by a test";

/// A sort of site.
#[derive(Debug)]
pub(crate) struct Shop {
    /// Its share of sites.
    pub(crate) share: f64,
    pub(crate) volume: f64,
    /// Customers by hour.
    pub(crate) hours: [u8; 24],
    /// Volume on Saturdays and on Sundays.
    pub(crate) weekend: [f64; 2],
    /// Opening hour, and how many hours it is open; 24 never closes.
    pub(crate) opens: (u16, u16),
    pub(crate) open_for: (u16, u16),
    /// The most terminals at one site.
    pub(crate) most: u32,
    /// How cards are read, in the order of [`ENTRY_MODES`].
    pub(crate) entries: [f64; ENTRY_MODES.len()],
}

impl Shop {
    /// The sorts of a world.
    pub(crate) fn of(world: World) -> Vec<Self> {
        let before =
            "world shop share volume saturday sunday opens_from opens_until open_least open_most most";
        let modes = ENTRY_MODES.map(|(mode, _)| mode);
        let mut columns = before.split(' ').chain(modes).chain(["hours"]);
        let columns: [&str; 19] = std::array::from_fn(|_| columns.next().expect("so many columns"));
        let table = rows(SHOPS, columns).expect(WELL_FORMED);
        let of_world = table.iter().filter(|row| row.fields[0] == world.name());
        of_world.map(|row| Self::read(&row.fields)).collect()
    }

    fn read(cells: &[&str; 19]) -> Self {
        let [_, _, share, volume, saturday, sunday, from, until, least, longest, most, entries @ .., hours] =
            *cells;
        let mut hours = hours.split(' ').map(number);
        Self {
            share: number(share),
            volume: number(volume),
            hours: std::array::from_fn(|_| hours.next().expect(WELL_FORMED)),
            weekend: [number(saturday), number(sunday)],
            opens: (number(from), number(until)),
            open_for: (number(least), number(longest)),
            most: number(most),
            entries: entries.map(number),
        }
    }

    /// Whether most cards are keyed there: nothing is read, and no PIN entered.
    pub(crate) fn keys_cards(&self) -> bool {
        self.entries[5] > 30.0
    }
}

fn number<N: FromStr<Err: Debug>>(text: &str) -> N {
    text.parse().expect(WELL_FORMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_makes_a_world_each() {
        for world in World::LABELLED {
            let shops = Shop::of(world);
            let share: f64 = shops.iter().map(|shop| shop.share).sum();
            assert!((share - 1.0).abs() < 1e-9, "{share}");
            assert_eq!(shops.iter().filter(|shop| shop.keys_cards()).count(), 1);
            for shop in &shops {
                let ordered = shop.opens.0 <= shop.opens.1 && shop.open_for.0 <= shop.open_for.1;
                assert!(ordered && shop.opens.1 < 12 && shop.open_for.1 <= 24 && shop.most > 0, "{shop:?}");
                assert!(shop.volume > 0.0 && shop.entries.iter().all(|weight| *weight > 0.0), "{shop:?}");
                // Somebody comes when the last one opens.
                assert!(shop.hours[usize::from(shop.opens.1)] > 0, "{shop:?}");
            }
        }
        let rows = SHOPS.lines().filter(|line| !line.starts_with('#')).skip(1);
        assert!(
            rows.clone()
                .all(|row| row.rsplit('\t').next().is_some_and(|hours| hours.split(' ').count() == 24))
        );
        let all: usize = World::LABELLED.into_iter().map(|world| Shop::of(world).len()).sum();
        assert_eq!(rows.count(), all);
    }
}
