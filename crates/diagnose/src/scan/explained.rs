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
    use super::*;

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
}
