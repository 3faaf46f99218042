//! The pass: rows by the numbers of their values, which are looked up once for all rows.

use super::{Breakdown, Group, LostApprovals, Management, Minutes, SiteReads};
use crate::{Chunk, Conclusion, Counts, ExchangeTable, Names, Outcome, Symbol, TerminalEventKind};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Cause, Reason};
use posmortem_iso8583::{Currency, EntryMode, scheme_of};

/// Counts chunks of a table, any of them side by side.
pub struct BreakdownCounter<'t> {
    table: &'t ExchangeTable,
    names: &'t Names,
    /// By number of the issuer: the number of its scheme.
    schemes: Vec<u32>,
    /// By number of a scheme.
    scheme_names: Vec<Option<&'static str>>,
    /// By number of the manner: what its clock is ahead, in milliseconds.
    ahead: Vec<i64>,
    /// By number of the ending.
    endings: Vec<Ending>,
}

/// What of an ending is counted.
struct Ending {
    outcome: Outcome,
    cause: Option<Cause>,
    is_technical: bool,
    /// Why an approval was lost.
    lost: Option<Reason>,
}

impl Ending {
    fn of(conclusion: &Conclusion) -> Self {
        Self {
            outcome: conclusion.outcome,
            cause: conclusion.cause(),
            is_technical: conclusion.reason.is_some_and(Reason::is_technical),
            lost: conclusion.reason.filter(|_| conclusion.approval_lost),
        }
    }
}

/// What some chunks come to.
#[derive(Default)]
pub struct BreakdownPart {
    minutes: Minutes,
    /// By number.
    issuers: Vec<Group>,
    /// By number.
    links: Vec<Group>,
    sites: HashMap<SiteKey, [u64; EntryMode::ALL.len()], FixedState>,
    lost: HashMap<LostKey, (u64, u128), FixedState>,
}

/// A site, and the number of a scheme.
type SiteKey = (Symbol, u32);

/// A terminal, why approvals were lost there, and the currency of their amounts.
type LostKey = (Symbol, Reason, Option<Currency>);

impl BreakdownPart {
    /// Joins what two parts have counted.
    pub fn add(&mut self, other: Self) {
        let Self { minutes, issuers, links, sites, lost } = other;
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
    fn record(&mut self, ending: &Ending, latency: usize) {
        self.counts.add_times(ending.outcome, ending.cause, 1);
        self.technical += u64::from(ending.is_technical);
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
        let mut scheme_names = Vec::new();
        let mut number_of = |scheme: Option<&'static str>| {
            let known = scheme_names.iter().position(|name| *name == scheme);
            let at = known.unwrap_or_else(|| {
                scheme_names.push(scheme);
                scheme_names.len() - 1
            });
            at as u32
        };
        Self {
            table,
            names,
            schemes: table.issuers().iter().map(|issuer| number_of(scheme_of(names.text(*issuer)))).collect(),
            scheme_names,
            ahead: table.manners().iter().map(|manner| ahead(manner.offset_minutes)).collect(),
            endings: table.endings().iter().map(Ending::of).collect(),
        }
    }

    /// Counts the rows of a chunk.
    pub fn count(&self, chunk: &Chunk, part: &mut BreakdownPart) {
        let Self { table, schemes, ahead, endings, .. } = self;
        // Most rows are of the minute of the one before.
        let (mut minute, mut of_minute) = (i64::MIN, Counts::default());
        for row in 0..chunk.len() {
            let (issuer, link) = (chunk.issuers().id(row), chunk.links().id(row));
            let (manner, ending) = (chunk.manners().id(row), &endings[chunk.endings().id(row)]);
            let latency = chunk.latencies().id(row);
            let began = chunk.millis(row).saturating_add(ahead[manner]).div_euclid(60_000);
            if began != minute {
                part.minutes.add_to(minute, of_minute);
                (minute, of_minute) = (began, Counts::default());
            }
            of_minute.add_times(ending.outcome, ending.cause, 1);
            group(&mut part.issuers, issuer).record(ending, latency);
            group(&mut part.links, link).record(ending, latency);
            let (place, manner) = (&table.places()[chunk.places().id(row)], &table.manners()[manner]);
            let reads = part.sites.entry((place.site, schemes[issuer])).or_default();
            reads[manner.entry_mode as usize] += 1;
            if let Some(reason) = ending.lost {
                let sum = part.lost.entry((place.terminal, reason, manner.currency)).or_default();
                *sum = (sum.0 + 1, sum.1 + u128::from(chunk.amounts().get(row)));
            }
        }
        part.minutes.add_to(minute, of_minute);
    }

    /// What all chunks come to, in the order of texts.
    pub fn finish(&self, all: BreakdownPart) -> Breakdown {
        let BreakdownPart { minutes, issuers, links, sites, lost } = all;
        // Every attempt is of some link.
        let mut fleet = Group::default();
        links.iter().for_each(|link| fleet.add(link));
        let text = |symbol: Symbol| self.names.text(symbol);
        let mut sites: Vec<_> =
            sites.into_iter().map(|((site, scheme), reads)| self.site_reads(site, scheme, reads)).collect();
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

    fn site_reads(&self, site: Symbol, scheme: u32, reads: [u64; EntryMode::ALL.len()]) -> SiteReads {
        SiteReads { site, scheme: self.scheme_names[scheme as usize], reads }
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
