//! What an incident explains, and which incidents the others explain.
//!
//! Looks at accepted incidents alone.

use std::collections::BTreeSet;

use super::evidence::{edges, total};
use super::known::{Adjustment, Effect, Known};
use super::score::share;
use super::search::{Incident, Search, Subject};
use super::sheet::Tally;

impl Search<'_> {
    /// The exact edges of an incident that was seen in bins, and its counts.
    pub(super) fn exact(
        &self,
        subject: Subject,
        span: (i64, i64),
        besides: f64,
        known: &Known,
    ) -> (i64, i64, Tally) {
        let margin = i64::from(self.settings.bin_ms);
        let mut rows = self.rows(subject, (span.0 - margin, span.1 + margin), known);
        rows.sort_by_key(|row| row.at);
        let (start, end) = edges(&rows, besides).unwrap_or(span);
        let inside: Vec<_> = rows.iter().filter(|row| row.at >= start && row.at < end).copied().collect();
        (start, end, total(&inside))
    }

    pub(super) fn explained_by(&self, incident: &Incident) -> Adjustment {
        let pad = self.settings.pad_ms;
        Adjustment {
            kind: incident.subject.kind,
            value: incident.subject.value,
            window: (incident.start - pad, incident.end + pad),
            effect: Effect::Incident(share(incident.tally.hit_share())),
        }
    }

    /// Drops incidents that are no longer worth it given all others of their group, the weakest first;
    /// what remains is measured anew. The groups in which one was dropped.
    pub(super) fn drop_explained(&mut self) -> BTreeSet<usize> {
        let mut order: Vec<_> = (0..self.incidents.len()).collect();
        order.sort_by(|&one, &other| {
            let (one, other) = (&self.incidents[one], &self.incidents[other]);
            one.score
                .total_cmp(&other.score)
                .then(one.subject.cmp(&other.subject))
                .then(one.start.cmp(&other.start))
        });
        let mut kept: Vec<_> = self.incidents.iter().copied().map(Some).collect();
        for number in order {
            let Some(incident) = kept[number] else { continue };
            let rivals: Vec<_> =
                (0..kept.len()).filter(|&rival| rival != number && overlap(kept[rival], incident)).collect();
            if rivals.is_empty() {
                continue;
            }
            let mut without = kept.clone();
            without[number] = None;
            for rival in rivals {
                without[rival] = self.measured_anew(&without, rival);
            }
            let rows = self.rows(
                incident.subject,
                (incident.start, incident.end),
                &self.all_but(&without, number, incident.subject.group),
            );
            let length = 1 + self.sheet.bin(incident.end - 1) - self.sheet.bin(incident.start);
            if self.prices[incident.subject.kind].score(total(&rows), length) <= self.settings.accept {
                kept = without;
            }
        }
        let dropped = kept.iter().zip(&self.incidents).filter(|(kept, _)| kept.is_none());
        let groups: BTreeSet<_> = dropped.map(|(_, incident)| incident.subject.group).collect();
        for &group in &groups {
            self.replace(group, self.all_but(&kept, usize::MAX, group));
        }
        self.incidents = kept.into_iter().flatten().collect();
        groups
    }

    /// An incident with its edges and counts as the others of a set leave them.
    fn measured_anew(&self, set: &[Option<Incident>], number: usize) -> Option<Incident> {
        let incident = set[number]?;
        let others = self.all_but(set, number, incident.subject.group);
        let span = (incident.start, incident.end);
        let before = total(&self.rows(incident.subject, span, &others));
        let (start, end, tally) = self.exact(incident.subject, span, before.hit_share(), &others);
        Some(Incident { start, end, tally, ..incident })
    }

    /// What is known of a group: what is no incident, and the incidents of a set but one.
    pub(crate) fn all_but(&self, set: &[Option<Incident>], number: usize, group: usize) -> Known {
        let mut known = self.adjustments[group].without_incidents();
        let incidents = set.iter().enumerate().filter(|&(other, _)| other != number);
        let explained = incidents.filter_map(|(_, incident)| incident.as_ref());
        explained
            .filter(|incident| incident.subject.group == group)
            .for_each(|incident| known.push(self.explained_by(incident)));
        known
    }
}

fn overlap(rival: Option<Incident>, incident: Incident) -> bool {
    rival.is_some_and(|rival| {
        rival.subject.group == incident.subject.group
            && rival.start < incident.end
            && incident.start < rival.end
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Groups, Scan, ScanSettings};
    use super::*;
    use crate::scan::tests::kinds;
    use crate::{Attempt, Day, Flags, Leaves, Mark, Rates};

    #[test]
    fn incidents_of_one_group_overlap_where_they_share_a_moment() {
        let incident = |group, start, end| Incident {
            subject: Subject { kind: 0, value: 1, group },
            start,
            end,
            tally: Tally::default(),
            score: 9.0,
        };
        let rival = |group, start, end| overlap(Some(incident(group, start, end)), incident(2, 100, 200));
        assert!(rival(2, 0, 101) && rival(2, 199, 300) && rival(2, 120, 130) && rival(2, 0, 300));
        // An end is the moment after the last.
        assert!(!rival(2, 0, 100) && !rival(2, 200, 300));
        assert!(!rival(3, 0, 300) && !overlap(None, incident(2, 100, 200)));
    }

    const MINUTE_MS: i64 = 60_000;

    /// Four terminals, two on either link, with an attempt of either issuer each minute of ten hours, of which one in a
    /// hundred is to be expected to time out. All on the first link do from 300 to 360, and besides all of the second
    /// issuer from 450 to 470.
    fn day(mark: Mark) -> Day {
        let leaf = |terminal: u32, issuer: u32| (terminal - 1) * 2 + issuer - 1;
        let pairs = || (1..=4_u32).flat_map(|terminal| [1, 2].map(|issuer| (terminal, issuer)));
        let columns = vec![
            pairs().map(|(terminal, _)| terminal).collect(),
            pairs().map(|(terminal, _)| terminal.div_ceil(2)).collect(),
            pairs().map(|(_, issuer)| issuer).collect(),
        ];
        let leaves = Leaves { columns, cells: vec![0; 8], ..Leaves::default() };
        let mut day = Day { leaves, values: vec![5, 3, 3], span: (0, 600 * MINUTE_MS), ..Day::default() };
        day.sequences.push(0..0);
        for terminal in 1..=4 {
            let begin = day.attempts.len();
            for (minute, issuer) in (0..600_i64).flat_map(|minute| [1, 2].map(|issuer| (minute, issuer))) {
                let is_down = terminal <= 2 && (300..360).contains(&minute)
                    || issuer == 2 && (450..470).contains(&minute);
                let (at, mark) = (minute * MINUTE_MS, if is_down { mark } else { Mark::NONE });
                let leaf = leaf(terminal, issuer);
                day.attempts.push(Attempt { at, leaf, count: 1, mark, flags: Flags::NONE });
            }
            day.sequences.push(begin..day.attempts.len());
        }
        day
    }

    /// The failures of the first issuer are those of the first link, and the link's are not the issuer's.
    #[test]
    fn what_others_explain_is_dropped_and_they_are_measured_anew() {
        let mark = Mark::from_name("response_timeout").expect("a mark");
        let (day, groups) = (day(mark), Groups::of_one("timeout", mark));
        let rates = Rates::new(vec![[0.01; Mark::COUNT]], vec![[1.0; Mark::COUNT]]);
        let kinds = kinds(&[&[1], &[2]]);
        let scan = Scan::new(&day, &rates, &groups, &kinds, ScanSettings::day(0));
        let incident = |kind, value, minutes: (i64, i64), observed, attempts: u64, score| Incident {
            subject: Subject { kind, value, group: 0 },
            start: minutes.0 * MINUTE_MS,
            end: minutes.1 * MINUTE_MS,
            tally: Tally { attempts, observed, expected: share(0.01) * attempts },
            score,
        };
        let link = incident(0, 1, (300, 360), 240, 240, 50.0);
        let of_link = incident(1, 1, (300, 360), 120, 240, 9.0);
        let issuer = incident(1, 2, (450, 470), 80, 80, 30.0);
        let left = |incidents: &[Incident]| {
            let mut search = Search::new(
                &scan.sheet,
                &scan.kinds,
                scan.described,
                &scan.prices,
                &scan.within,
                &scan.settings,
            );
            search.incidents = incidents.to_vec();
            let groups: Vec<usize> = search.drop_explained().into_iter().collect();
            let told = |one: &Incident| {
                let edges = (one.start / MINUTE_MS, (one.end - 1) / MINUTE_MS, (one.end - 1) % MINUTE_MS);
                (one.subject.kind, one.subject.value, edges, one.tally.observed, one.tally.attempts)
            };
            (groups, search.incidents.iter().map(told).collect::<Vec<_>>())
        };
        // To the moment after its last failure, of which no attempt beyond is one.
        let measured = (0, 1, (300, 359, 0), 240, 240);
        assert_eq!(left(&[of_link, link]), (vec![0], vec![measured]));
        assert_eq!(left(&[link, of_link]), (vec![0], vec![measured]));
        let (dropped, kept) = left(&[link, issuer]);
        assert_eq!((dropped, kept.len()), (vec![], 2), "neither has to do with the other");
        assert_eq!(left(&[]), (vec![], vec![]));
    }
}
