//! Legs that may meet, gathered into components, and what is held of each until it is decided.

use super::keys::{Key, Keys};
use super::{Decided, Standing};
use crate::pairing::{MOST_CANDIDATES, REPEAT_MS};
use crate::{Aside, Conclusion, Exchange, Leg, Source};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::VecDeque;

/// Legs of one component that are held before it is called an edge: a terminal that never counts its
/// STAN would else be held for the whole day.
const MOST_HELD: usize = 1 << 14;

/// When a component was last seen by a key.
#[derive(Clone, Copy)]
struct Seen {
    component: usize,
    at: i64,
}

/// Those who have a key without meeting each other by it, ascending in time.
#[derive(Default)]
struct Holders(VecDeque<Seen>);

impl Holders {
    fn within(&mut self, since: i64) -> impl Iterator<Item = Seen> + Clone {
        while self.0.front().is_some_and(|seen| seen.at < since) {
            self.0.pop_front();
        }
        self.0.iter().copied()
    }
}

#[derive(Default)]
struct Component {
    /// Of a component that went into another one, that one.
    parent: Option<usize>,
    last: i64,
    is_edge: bool,
    legs: Vec<Leg>,
    exchanges: Vec<(Exchange, Conclusion)>,
    asides: Vec<Aside>,
}

/// All components that have not been let go.
pub(super) struct Components {
    horizon_ms: i64,
    all: Vec<Component>,
    shared: HashMap<Key, Seen, RandomState>,
    /// Messages of one record are one component, and exchanges find theirs again by where they stand:
    /// these stay as long as their component, whatever the time.
    places: HashMap<Source, usize, RandomState>,
    /// STAN and link of legs with a terminal, and of those without.
    full: HashMap<Key, Holders, RandomState>,
    bare: HashMap<Key, Holders, RandomState>,
    cards: HashMap<Key, Holders, RandomState>,
    keys: Keys,
    met: Vec<usize>,
}

impl Components {
    pub(super) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            all: Vec::new(),
            shared: HashMap::default(),
            places: HashMap::default(),
            full: HashMap::default(),
            bare: HashMap::default(),
            cards: HashMap::default(),
            keys: Keys::default(),
            met: Vec::new(),
        }
    }

    /// Puts a leg where it belongs; components that meet in it become one.
    pub(super) fn add(&mut self, leg: &Leg, is_edge: bool, out: &mut impl FnMut(Decided<'_>)) {
        let at = leg.at.millis;
        self.meet(leg);
        let mut met = std::mem::take(&mut self.met);
        let home = match met.split_first() {
            None => {
                self.all.push(Component::default());
                self.all.len() - 1
            }
            Some((first, others)) => {
                others.iter().fold(self.root(*first), |home, other| self.join(home, *other, out))
            }
        };
        met.clear();
        self.met = met;
        self.enter(home, leg);
        let component = &mut self.all[home];
        component.last = at;
        if is_edge || component.legs.len() >= MOST_HELD {
            component.become_edge(out);
        }
        if component.is_edge {
            out(Decided::Leg(leg));
        } else {
            component.legs.push(*leg);
        }
    }

    /// Gathers the components that `leg` may meet in `met`.
    fn meet(&mut self, leg: &Leg) {
        let at = leg.at.millis;
        let since = at.saturating_sub(self.horizon_ms);
        self.keys.set(leg);
        let Self { all, shared, places, full, bare, cards, keys, met, .. } = self;
        met.extend(places.get(&leg.source));
        let known = keys.shared.iter().chain(&keys.asked).filter_map(|key| shared.get(key));
        met.extend(known.filter(|seen| seen.at >= since).map(|seen| seen.component));
        if let Some(holders) = keys.card_asked.and_then(|key| cards.get_mut(&key)) {
            met.extend(holders.within(since).map(|seen| seen.component));
        }
        let Some((key, is_bare)) = keys.link else { return };
        let mut others: Vec<Seen> = Vec::new();
        if let Some(holders) = bare.get_mut(&key) {
            others.extend(holders.within(since));
        }
        if is_bare && let Some(holders) = full.get_mut(&key) {
            others.extend(holders.within(since));
        }
        // Pairing looks for exchanges that were heard of a minute ago at most. But where so many share
        // STAN and link that it cannot look at all, those beyond the minute take up places, too.
        let crowded = others.len() >= MOST_CANDIDATES;
        let is_near = |seen: &Seen| crowded || all[root(all, seen.component)].last >= at - REPEAT_MS;
        met.extend(others.iter().filter(|seen| is_near(seen)).map(|seen| seen.component));
    }

    /// Makes a component findable by the keys of its newest leg, which [`Components::meet`] has set.
    fn enter(&mut self, component: usize, leg: &Leg) {
        let seen = Seen { component, at: leg.at.millis };
        let Self { shared, places, full, bare, cards, keys, .. } = self;
        places.insert(leg.source, component);
        for key in &keys.shared {
            shared.insert(*key, seen);
        }
        if let Some((key, is_bare)) = keys.link {
            let holders = if is_bare { bare } else { full };
            holders.entry(key).or_default().0.push_back(seen);
        }
        if let Some(key) = keys.card {
            cards.entry(key).or_default().0.push_back(seen);
        }
    }

    fn root(&mut self, component: usize) -> usize {
        let root = root(&self.all, component);
        if root != component {
            self.all[component].parent = Some(root);
        }
        root
    }

    /// Makes two components one, the greater of them.
    fn join(&mut self, a: usize, b: usize, out: &mut impl FnMut(Decided<'_>)) -> usize {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return a;
        }
        let rank = |component: &Component| (component.is_edge, component.legs.len());
        let (into, from) = if rank(&self.all[a]) >= rank(&self.all[b]) { (a, b) } else { (b, a) };
        let mut gone = std::mem::take(&mut self.all[from]);
        self.all[from].parent = Some(into);
        let kept = &mut self.all[into];
        if kept.is_edge {
            gone.become_edge(out);
        }
        kept.last = kept.last.max(gone.last);
        kept.legs.append(&mut gone.legs);
        kept.exchanges.append(&mut gone.exchanges);
        kept.asides.append(&mut gone.asides);
        into
    }

    /// Keeps an exchange until its component is decided.
    pub(super) fn exchange(
        &mut self,
        source: Source,
        exchange: &Exchange,
        conclusion: &Conclusion,
        out: &mut impl FnMut(Decided<'_>),
    ) {
        let component = self.places.get(&source).map(|component| root(&self.all, *component));
        debug_assert!(component.is_some(), "an exchange outlived its component");
        match component.map(|component| &mut self.all[component]) {
            Some(component) if !component.is_edge => component.exchanges.push((*exchange, *conclusion)),
            _ => out(Decided::Exchange(exchange, conclusion, Standing::Edge)),
        }
    }

    /// Keeps a message that is no attempt until its component is decided. That of an edge is not kept.
    pub(super) fn aside(&mut self, aside: &Aside) {
        let component = self.places.get(&aside.source).map(|component| root(&self.all, *component));
        debug_assert!(component.is_some(), "a message outlived its component");
        if let Some(component) = component.map(|component| &mut self.all[component])
            && !component.is_edge
        {
            component.asides.push(*aside);
        }
    }

    /// How a component that was last heard before `bound` is decided, by the place of one of its legs.
    pub(super) fn standing_if_before(&self, source: Source, bound: i64) -> Option<Standing> {
        let component = &self.all[root(&self.all, *self.places.get(&source)?)];
        let standing = if component.is_edge { Standing::Edge } else { Standing::Settled };
        (component.last < bound).then_some(standing)
    }

    /// Calls every component an edge that was heard at `bound` or after it.
    pub(super) fn make_edges_from(&mut self, bound: i64, out: &mut impl FnMut(Decided<'_>)) {
        let late = self.all.iter_mut().filter(|component| component.last >= bound);
        late.for_each(|component| component.become_edge(out));
    }

    /// Lets go of every component that was last heard before `bound`: what is no edge is settled.
    /// Gives the number of legs that are.
    pub(super) fn release_before(&mut self, bound: i64, now: i64, out: &mut impl FnMut(Decided<'_>)) -> u64 {
        let (mut settled, mut asides, mut legs) = (Vec::new(), Vec::new(), 0);
        let mut kept = Vec::new();
        let mut moved = vec![None; self.all.len()];
        let roots: Vec<usize> = (0..self.all.len()).map(|at| root(&self.all, at)).collect();
        for (at, component) in self.all.drain(..).enumerate().filter(|(at, _)| roots[*at] == *at) {
            if component.last >= bound {
                moved[at] = Some(kept.len());
                kept.push(component);
            } else {
                legs += component.legs.len() as u64;
                settled.extend(component.exchanges);
                asides.extend(component.asides);
            }
        }
        self.all = kept;
        let moved = |component: usize| moved[roots[component]];
        let since = now.saturating_sub(self.horizon_ms);
        self.places.retain(|_, component| moved(*component).map(|to| *component = to).is_some());
        let stays = |seen: &mut Seen| {
            seen.at >= since && moved(seen.component).map(|to| seen.component = to).is_some()
        };
        self.shared.retain(|_, seen| stays(seen));
        for holders in [&mut self.full, &mut self.bare, &mut self.cards] {
            holders.retain(|_, Holders(seen)| {
                seen.retain_mut(stays);
                !seen.is_empty()
            });
        }
        settled.sort_by_key(|(exchange, _)| (exchange.at(), exchange.source()));
        for (exchange, conclusion) in &settled {
            out(Decided::Exchange(exchange, conclusion, Standing::Settled));
        }
        asides.sort_by_key(|aside: &Aside| (aside.at.millis, aside.source));
        asides.iter().for_each(|aside| out(Decided::Aside(aside)));
        legs
    }
}

impl Component {
    /// Hands out what is held; nothing is from now on.
    fn become_edge(&mut self, out: &mut impl FnMut(Decided<'_>)) {
        self.is_edge = true;
        self.asides = Vec::new();
        std::mem::take(&mut self.legs).iter().for_each(|leg| out(Decided::Leg(leg)));
        for (exchange, conclusion) in std::mem::take(&mut self.exchanges) {
            out(Decided::Exchange(&exchange, &conclusion, Standing::Edge));
        }
    }
}

/// The component into which this one went at last.
fn root(all: &[Component], mut component: usize) -> usize {
    while let Some(parent) = all[component].parent {
        component = parent;
    }
    component
}
