//! Which answers took long: longer than all but 2 % of those on the same link in the same hour, after what
//! the issuer takes on top.
//!
//! A link that is slow for an hour, and an issuer that is slow all day, are so made nobody's fault. Says
//! nothing of why an answer took long.

use super::over_chunks::{added, over_chunks};
use crate::baseline::HOURS;
use crate::rates::hour_of_day;
use posmortem_exchange::{Chunk, ExchangeTable};

/// Latency classes, and one for none.
const CLASSES: usize = 256;
/// One answer in so many may be slow.
const ONE_IN: u32 = 50;
/// Fewer answers of an hour tell no measure of it: the link's day stands in.
const FEWEST: u32 = 500;
/// Fewer answers of an issuer tell nothing of what it takes on top.
const FEWEST_OF_ISSUER: u64 = 100;

/// The measures of a table.
pub(super) struct Slowness {
    /// By link with enough answers: by hour the largest class that is not slow.
    most: Vec<[u64; HOURS]>,
    /// By link: its place there. Links may be as many as terminals, and a table of each is 24 KiB.
    place: Vec<Option<u32>>,
    /// By issuer: classes that it takes longer than its links let expect.
    on_top: Vec<u64>,
}

impl Slowness {
    pub(super) fn of(table: &ExchangeTable) -> Self {
        let (on_top, answers) = on_top(table);
        let mut places = 0..;
        let place: Vec<Option<u32>> = answers
            .iter()
            .map(|answers| if *answers < u64::from(FEWEST) { None } else { places.next() })
            .collect();
        let links = place.iter().flatten().count();
        let none = || vec![[0_u32; CLASSES]; links * HOURS];
        let count = |counts: &mut Vec<[u32; CLASSES]>, chunk: &Chunk| {
            for (row, class) in told(chunk) {
                let Some(place) = place[chunk.links().id(row)] else { continue };
                let class = class.saturating_sub(on_top[chunk.issuers().id(row)]);
                counts[place as usize * HOURS + hour_of_day(chunk.millis(row))][class as usize] += 1;
            }
        };
        let bytes = links * HOURS * size_of::<[u32; CLASSES]>();
        let counts = over_chunks(table, bytes, none, count, added);
        Self { most: counts.chunks(HOURS).map(most_of_link).collect(), place, on_top }
    }

    /// Whether an answer of that class is slow; one without a class is not.
    pub(super) fn is_slow(&self, link: usize, issuer: usize, at: i64, class: u64) -> bool {
        self.place[link].is_some_and(|place| {
            class.saturating_sub(self.on_top[issuer]) > self.most[place as usize][hour_of_day(at)]
        })
    }
}

/// Rows with a latency, and its class.
fn told(chunk: &Chunk) -> impl Iterator<Item = (usize, u64)> {
    (0..chunk.len()).map(|row| (row, chunk.latencies().get(row))).filter(|(_, class)| *class > 0)
}

/// By issuer, how much longer its answers take than the links on which they come, on the mean; classes are
/// logarithms. And the answers of each link.
fn on_top(table: &ExchangeTable) -> (Vec<u64>, Vec<u64>) {
    let (links, issuers) = (table.links().len(), table.issuers().len());
    let add_to_link = |sums: &mut Vec<[u64; 2]>, chunk: &Chunk| {
        for (row, class) in told(chunk) {
            let [sum, count] = &mut sums[chunk.links().id(row)];
            (*sum, *count) = (*sum + class, *count + 1);
        }
    };
    let of_link = over_chunks(table, 16 * links, || vec![[0; 2]; links], add_to_link, added);
    let means: Vec<u64> = of_link.iter().map(|[sum, count]| sum / (*count).max(1)).collect();
    let add_to_issuer = |sums: &mut Vec<[u64; 3]>, chunk: &Chunk| {
        for (row, class) in told(chunk) {
            let [sum, usual, count] = &mut sums[chunk.issuers().id(row)];
            (*sum, *usual, *count) = (*sum + class, *usual + means[chunk.links().id(row)], *count + 1);
        }
    };
    let by_issuer = over_chunks(table, 24 * issuers, || vec![[0; 3]; issuers], add_to_issuer, added);
    let on_top = |&[sum, usual, count]: &[u64; 3]| match count {
        0..FEWEST_OF_ISSUER => 0,
        _ => sum.saturating_sub(usual) / count,
    };
    (by_issuer.iter().map(on_top).collect(), of_link.into_iter().map(|[_, count]| count).collect())
}

/// By hour, the smallest class that at most one in [`ONE_IN`] answers is above.
fn most_of_link(by_hour: &[[u32; CLASSES]]) -> [u64; HOURS] {
    let mut day = [0_u32; CLASSES];
    for hour in by_hour {
        day.iter_mut().zip(hour).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
    }
    let of_day = most_of(&day).unwrap_or(u64::MAX);
    std::array::from_fn(|hour| most_of(&by_hour[hour]).unwrap_or(of_day))
}

fn most_of(counts: &[u32; CLASSES]) -> Option<u64> {
    let all: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    if all < u64::from(FEWEST) {
        return None;
    }
    let mut above = 0;
    for class in (0..CLASSES).rev() {
        above += u64::from(counts[class]);
        if above * u64::from(ONE_IN) > all {
            return Some(class as u64);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::CodeTables;
    use posmortem_exchange::{Exchange, Leg, Names, Source, conclude};
    use posmortem_iso8583::Timestamp;

    #[test]
    fn at_most_one_in_fifty_is_above() {
        let mut counts = [0; CLASSES];
        counts[40] = 970;
        counts[50] = 25;
        counts[60] = 5;
        assert_eq!(most_of(&counts), Some(50), "five of a thousand are above 50, thirty above 40");
        counts[40] = 400;
        assert_eq!(most_of(&counts), None, "too few");
    }

    #[test]
    fn an_hour_without_answers_takes_the_day_s_measure() {
        let mut by_hour = [[0; CLASSES]; HOURS];
        by_hour[9][40] = 1_000;
        by_hour[10][60] = 1_000;
        let most = most_of_link(&by_hour);
        assert_eq!((most[9], most[10], most[11]), (40, 60, 60));
        assert_eq!(most_of_link(&[[0; CLASSES]; HOURS]), [u64::MAX; HOURS]);
    }

    /// Answers whose time the log does not tell are none: 499 of a link tell no measure, 500 do.
    #[test]
    fn answers_without_a_time_are_not_counted() {
        let (mut table, mut names) = (ExchangeTable::default(), Names::default());
        let links = ["a", "b"].map(|link| names.intern(link));
        for (link, told) in links.into_iter().zip([499, 500]) {
            for number in 0..600 {
                let leg = Leg {
                    link,
                    latency_ms: (number < told).then_some(400),
                    ..Leg::untold(Timestamp { millis: number, offset_minutes: None }, Source::default())
                };
                let exchange = Exchange::alone(leg);
                table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
            }
        }
        table.finish(&names, |_, _| true);
        let slowness = Slowness::of(&table);
        let is_slow = links.map(|link| {
            let place = table.links().iter().position(|other| *other == link).expect("it was met");
            slowness.is_slow(place, 0, 0, 255)
        });
        assert_eq!(is_slow, [false, true]);
    }
}
