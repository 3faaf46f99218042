//! The pass: rows by the numbers of their values, which are looked up once for all rows.

use super::{Breakdown, Group, LostApprovals, Management, Minutes, SiteReads};
use crate::{Chunk, Conclusion, ExchangeTable, Names, Symbol, TerminalEventKind};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::Reason;
use posmortem_iso8583::{Currency, EntryMode, scheme_of};

/// Counts chunks of a table, any of them side by side.
pub struct BreakdownCounter<'t> {
    table: &'t ExchangeTable,
    names: &'t Names,
    /// By number of the issuer.
    schemes: Vec<Option<&'static str>>,
    /// By number of the manner: what its clock is ahead, in milliseconds.
    ahead: Vec<i64>,
    /// By number of the ending.
    technical: Vec<bool>,
}

/// What some chunks come to.
#[derive(Default)]
pub struct BreakdownPart {
    fleet: Group,
    minutes: Minutes,
    /// By number.
    issuers: Vec<Group>,
    /// By number.
    links: Vec<Group>,
    sites: HashMap<SiteKey, [u64; EntryMode::ALL.len()], FixedState>,
    lost: HashMap<LostKey, (u64, u128), FixedState>,
}

/// A site, and a scheme where it is known.
type SiteKey = (Symbol, Option<&'static str>);

/// A terminal, why approvals were lost there, and the currency of their amounts.
type LostKey = (Symbol, Reason, Option<Currency>);

impl BreakdownPart {
    /// Joins what two parts have counted.
    pub fn add(&mut self, other: Self) {
        let Self { fleet, minutes, issuers, links, sites, lost } = other;
        self.fleet.add(&fleet);
        self.minutes.add(minutes);
        add_groups(&mut self.issuers, &issuers);
        add_groups(&mut self.links, &links);
        for (site, reads) in sites {
            let sum = self.sites.entry(site).or_default();
            sum.iter_mut().zip(reads).for_each(|(sum, more)| *sum += more);
        }
        for (key, (count, minor)) in lost {
            let sum = self.lost.entry(key).or_default();
            *sum = (sum.0 + count, sum.1 + minor);
        }
    }
}

impl Group {
    fn record(&mut self, ending: &Conclusion, is_technical: bool, latency: usize) {
        self.counts.add_times(ending.outcome, ending.cause(), 1);
        self.technical += u64::from(is_technical);
        if latency > 0 {
            self.latencies.record(latency);
        }
    }

    fn add(&mut self, other: &Self) {
        self.counts += other.counts;
        self.technical += other.technical;
        self.latencies.add(&other.latencies);
    }
}

fn add_groups(groups: &mut Vec<Group>, others: &[Group]) {
    if others.len() > groups.len() {
        groups.resize_with(others.len(), Group::default);
    }
    groups.iter_mut().zip(others).for_each(|(group, other)| group.add(other));
}

/// The group of that number, made if it is missing.
fn group(groups: &mut Vec<Group>, number: usize) -> &mut Group {
    if number >= groups.len() {
        groups.resize_with(number + 1, Group::default);
    }
    &mut groups[number]
}

impl<'t> BreakdownCounter<'t> {
    /// For a finished table; `names` are those of its symbols.
    pub fn new(table: &'t ExchangeTable, names: &'t Names) -> Self {
        let ahead = |minutes: Option<i16>| i64::from(minutes.unwrap_or(0)) * 60_000;
        Self {
            table,
            names,
            schemes: table.issuers().iter().map(|issuer| scheme_of(names.text(*issuer))).collect(),
            ahead: table.manners().iter().map(|manner| ahead(manner.offset_minutes)).collect(),
            technical: table
                .endings()
                .iter()
                .map(|ending| ending.reason.is_some_and(Reason::is_technical))
                .collect(),
        }
    }

    /// Counts the rows of a chunk.
    pub fn count(&self, chunk: &Chunk, part: &mut BreakdownPart) {
        let Self { table, schemes, ahead, technical, .. } = self;
        for row in 0..chunk.len() {
            let (manner, ending) = (chunk.manners().id(row), chunk.endings().id(row));
            let (issuer, link) = (chunk.issuers().id(row), chunk.links().id(row));
            let (told, is_technical) = (&table.endings()[ending], technical[ending]);
            let latency = chunk.latencies().id(row);
            let minute = chunk.millis(row).saturating_add(ahead[manner]).div_euclid(60_000);
            part.minutes.of(minute).add_times(told.outcome, told.cause(), 1);
            part.fleet.record(told, is_technical, latency);
            group(&mut part.issuers, issuer).record(told, is_technical, latency);
            group(&mut part.links, link).record(told, is_technical, latency);
            let (place, manner) = (&table.places()[chunk.places().id(row)], &table.manners()[manner]);
            let reads = part.sites.entry((place.site, schemes[issuer])).or_default();
            reads[manner.entry_mode as usize] += 1;
            if let (true, Some(reason)) = (told.approval_lost, told.reason) {
                let sum = part.lost.entry((place.terminal, reason, manner.currency)).or_default();
                *sum = (sum.0 + 1, sum.1 + u128::from(chunk.amounts().get(row)));
            }
        }
    }

    /// What all chunks come to, in the order of texts.
    pub fn finish(&self, all: BreakdownPart) -> Breakdown {
        let BreakdownPart { fleet, minutes, issuers, links, sites, lost } = all;
        let text = |symbol: Symbol| self.names.text(symbol);
        let mut sites: Vec<_> =
            sites.into_iter().map(|((site, scheme), reads)| SiteReads { site, scheme, reads }).collect();
        sites.sort_by(|a, b| (text(a.site), a.scheme).cmp(&(text(b.site), b.scheme)));
        let mut lost: Vec<_> = lost
            .into_iter()
            .map(|((terminal, reason, currency), (count, minor))| LostApprovals {
                terminal,
                reason,
                currency,
                count,
                minor,
            })
            .collect();
        lost.sort_by(|a, b| {
            (text(a.terminal), a.reason, a.currency).cmp(&(text(b.terminal), b.reason, b.currency))
        });
        Breakdown {
            fleet,
            minutes,
            issuers: self.named(self.table.issuers(), issuers),
            links: self.named(self.table.links(), links),
            sites,
            lost,
            management: self.management(),
        }
    }

    fn named(&self, symbols: &[Symbol], groups: Vec<Group>) -> Vec<(Symbol, Group)> {
        let mut named: Vec<_> = symbols.iter().copied().zip(groups).collect();
        named.sort_by(|(a, _), (b, _)| self.names.text(*a).cmp(self.names.text(*b)));
        named
    }

    fn management(&self) -> Vec<Management> {
        let mut terminals = HashMap::<Symbol, Management, FixedState>::default();
        let is_told = |kind: &TerminalEventKind| {
            use TerminalEventKind::{KeyChange, OrphanReversal, SignOn};
            matches!(kind, SignOn(_) | KeyChange(_) | OrphanReversal(_))
        };
        for event in self.table.events().iter().filter(|event| is_told(&event.what)) {
            let terminal = terminals.entry(event.terminal).or_default();
            terminal.terminal = event.terminal;
            match event.what {
                TerminalEventKind::SignOn(reply) => terminal.sign_ons[reply as usize] += 1,
                TerminalEventKind::KeyChange(reply) => terminal.key_changes[reply as usize] += 1,
                _ => terminal.orphan_reversals += 1,
            }
        }
        let mut terminals: Vec<_> = terminals.into_values().collect();
        terminals.sort_by(|a, b| self.names.text(a.terminal).cmp(self.names.text(b.terminal)));
        terminals
    }
}
