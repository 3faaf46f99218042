//! Legs that may meet, gathered into components, and what is held of each until it is decided.

use super::keys::{Key, Keys};
use super::lists::{List, Lists};
use super::{Decided, Standing};
use crate::pairing::{MOST_CANDIDATES, REPEAT_MS};
use crate::{Aside, Conclusion, Exchange, Leg, Source};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::collections::VecDeque;

/// Legs of one component that are held before it is called an edge: a terminal that never counts its
/// STAN would else be held for the whole day.
const MOST_HELD: usize = 1 << 14;

/// When a component was last seen by a key.
#[derive(Clone, Copy)]
struct Seen {
    component: u32,
    /// By so many legs, one after the other.
    legs: u32,
    at: i64,
}

/// Those who have a key without meeting each other by it, ascending in time: nearly always one component,
/// by a request and its answer.
enum Holders {
    One(Seen),
    Many(VecDeque<Seen>),
}

impl Holders {
    fn add(&mut self, seen: Seen) {
        let last = match self {
            Self::One(last) => Some(last),
            Self::Many(all) => all.back_mut(),
        };
        match last {
            Some(last) if last.component == seen.component => {
                *last = Seen { legs: last.legs.saturating_add(1), ..seen };
                return;
            }
            _ => {}
        }
        match self {
            Self::One(first) => *self = Self::Many(VecDeque::from([*first, seen])),
            Self::Many(all) => all.push_back(seen),
        }
    }

    fn within(&mut self, since: i64) -> impl Iterator<Item = Seen> {
        let (one, many) = match self {
            Self::One(seen) => (Some(*seen).filter(|seen| seen.at >= since), None),
            Self::Many(all) => {
                while all.front().is_some_and(|seen| seen.at < since) {
                    all.pop_front();
                }
                (None, Some(all.iter().copied()))
            }
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Keeps those that stay, and tells whether any does.
    fn retain(&mut self, stays: impl Fn(&mut Seen) -> bool) -> bool {
        match self {
            Self::One(seen) => stays(seen),
            Self::Many(all) => {
                all.retain_mut(stays);
                !all.is_empty()
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Component {
    /// Of a component that went into another one, that one; else itself.
    parent: u32,
    is_edge: bool,
    last: i64,
    legs: List,
    exchanges: List,
    asides: List,
}

/// What is held of all components.
#[derive(Default)]
struct Held {
    legs: Lists<Leg>,
    exchanges: Lists<(Exchange, Conclusion)>,
    asides: Lists<Aside>,
}

/// All components that have not been let go.
pub(super) struct Components {
    horizon_ms: i64,
    all: Vec<Component>,
    held: Held,
    shared: HashMap<Key, Seen, RandomState>,
    /// Messages of one record are one component, and exchanges find theirs again by where they stand:
    /// these stay as long as their component, whatever the time.
    places: HashMap<Source, u32, RandomState>,
    /// STAN and link of legs with a terminal, and of those without.
    full: HashMap<Key, Holders, RandomState>,
    bare: HashMap<Key, Holders, RandomState>,
    cards: HashMap<Key, Holders, RandomState>,
    keys: Keys,
    met: Vec<u32>,
}

impl Components {
    pub(super) fn new(horizon_ms: i64) -> Self {
        Self {
            horizon_ms,
            all: Vec::new(),
            held: Held::default(),
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
            None => self.begin(),
            Some((first, others)) => {
                others.iter().fold(self.root(*first), |home, other| self.join(home, *other, out))
            }
        };
        met.clear();
        self.met = met;
        self.enter(home, leg);
        let component = &mut self.all[home as usize];
        component.last = at;
        if is_edge || component.legs.len() >= MOST_HELD {
            component.become_edge(&mut self.held, out);
        }
        if component.is_edge {
            out(Decided::Leg(leg));
        } else {
            self.held.legs.push(&mut component.legs, *leg);
        }
    }

    /// A component of its own.
    fn begin(&mut self) -> u32 {
        // So many do not fit into memory.
        let parent = self.all.len() as u32;
        let (legs, exchanges, asides) = (List::default(), List::default(), List::default());
        self.all.push(Component { parent, is_edge: false, last: i64::MIN, legs, exchanges, asides });
        parent
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
        let legs: usize = others.iter().map(|seen| seen.legs as usize).sum();
        let crowded = legs >= MOST_CANDIDATES;
        let is_near = |seen: &Seen| crowded || all[root(all, seen.component) as usize].last >= at - REPEAT_MS;
        met.extend(others.iter().filter(|seen| is_near(seen)).map(|seen| seen.component));
    }

    /// Makes a component findable by the keys of its newest leg, which [`Components::meet`] has set.
    fn enter(&mut self, component: u32, leg: &Leg) {
        let seen = Seen { component, legs: 1, at: leg.at.millis };
        let Self { shared, places, full, bare, cards, keys, .. } = self;
        places.insert(leg.source, component);
        for key in &keys.shared {
            shared.insert(*key, seen);
        }
        let add = |all: &mut HashMap<Key, Holders, RandomState>, key| match all.entry(key) {
            Entry::Occupied(mut holders) => holders.get_mut().add(seen),
            Entry::Vacant(place) => _ = place.insert(Holders::One(seen)),
        };
        if let Some((key, is_bare)) = keys.link {
            add(if is_bare { bare } else { full }, key);
        }
        if let Some(key) = keys.card {
            add(cards, key);
        }
    }

    fn root(&mut self, component: u32) -> u32 {
        let root = root(&self.all, component);
        self.all[component as usize].parent = root;
        root
    }

    /// Makes two components one, the greater of them.
    fn join(&mut self, a: u32, b: u32, out: &mut impl FnMut(Decided<'_>)) -> u32 {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return a;
        }
        let Self { all, held, .. } = self;
        let rank = |component: u32| {
            let component = &all[component as usize];
            (component.is_edge, component.legs.len())
        };
        let (into, from) = if rank(a) >= rank(b) { (a, b) } else { (b, a) };
        let is_edge = all[into as usize].is_edge;
        let gone = &mut all[from as usize];
        gone.parent = into;
        if is_edge {
            gone.become_edge(held, out);
        }
        let Component { last, legs, exchanges, asides, .. } = *gone;
        let kept = &mut all[into as usize];
        kept.last = kept.last.max(last);
        held.legs.append(&mut kept.legs, legs);
        held.exchanges.append(&mut kept.exchanges, exchanges);
        held.asides.append(&mut kept.asides, asides);
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
        match component.map(|component| &mut self.all[component as usize]) {
            Some(component) if !component.is_edge => {
                self.held.exchanges.push(&mut component.exchanges, (*exchange, *conclusion));
            }
            _ => out(Decided::Exchange(exchange, conclusion, Standing::Edge)),
        }
    }

    /// Keeps a message that is no attempt until its component is decided. That of an edge is not kept.
    pub(super) fn aside(&mut self, aside: &Aside) {
        let component = self.places.get(&aside.source).map(|component| root(&self.all, *component));
        debug_assert!(component.is_some(), "a message outlived its component");
        if let Some(component) = component.map(|component| &mut self.all[component as usize])
            && !component.is_edge
        {
            self.held.asides.push(&mut component.asides, *aside);
        }
    }

    /// How a component that was last heard before `bound` is decided, by the place of one of its legs.
    pub(super) fn standing_if_before(&self, source: Source, bound: i64) -> Option<Standing> {
        let component = &self.all[root(&self.all, *self.places.get(&source)?) as usize];
        let standing = if component.is_edge { Standing::Edge } else { Standing::Settled };
        (component.last < bound).then_some(standing)
    }

    /// Calls every component an edge that was heard at `bound` or after it.
    pub(super) fn make_edges_from(&mut self, bound: i64, out: &mut impl FnMut(Decided<'_>)) {
        let Self { all, held, .. } = self;
        let roots = (0..).zip(all).filter(|(at, component)| component.parent == *at);
        let late = roots.filter(|(_, component)| component.last >= bound);
        late.for_each(|(_, component)| component.become_edge(held, out));
    }

    /// Lets go of every component that was last heard before `bound`: what is no edge is settled.
    /// Gives the number of legs that are.
    pub(super) fn release_before(&mut self, bound: i64, now: i64, out: &mut impl FnMut(Decided<'_>)) -> u64 {
        let (gone, moved) = self.take_before(bound);
        self.forget(now, &moved);
        let Held { legs, exchanges, asides } = &mut self.held;
        let mut settled: Vec<_> = gone
            .iter()
            .flat_map(|component| exchanges.iter(component.exchanges))
            .map(|(place, (exchange, _))| (exchange.at(), exchange.source(), place))
            .collect();
        settled.sort_by_key(|(at, source, _)| (*at, *source));
        for (.., place) in &settled {
            let (exchange, conclusion) = exchanges.at(*place);
            out(Decided::Exchange(exchange, conclusion, Standing::Settled));
        }
        let mut events: Vec<&Aside> =
            gone.iter().flat_map(|component| asides.iter(component.asides)).map(|(_, aside)| aside).collect();
        events.sort_by_key(|aside| (aside.at.millis, aside.source));
        events.into_iter().for_each(|aside| out(Decided::Aside(aside)));
        for component in &gone {
            legs.free(component.legs);
            exchanges.free(component.exchanges);
            asides.free(component.asides);
        }
        gone.iter().map(|component| component.legs.len() as u64).sum()
    }

    /// Takes out the components that were last heard before `bound`, and tells where the others are now, by
    /// where they were.
    fn take_before(&mut self, bound: i64) -> (Vec<Component>, Vec<Option<u32>>) {
        let (mut gone, mut kept) = (Vec::new(), Vec::new());
        let mut moved = vec![None; self.all.len()];
        for (at, component) in (0..).zip(&self.all).filter(|(at, component)| component.parent == *at) {
            if component.last < bound {
                gone.push(*component);
            } else {
                let parent = kept.len() as u32;
                moved[at as usize] = Some(parent);
                kept.push(Component { parent, ..*component });
            }
        }
        for at in 0..moved.len() {
            moved[at] = moved[root(&self.all, at as u32) as usize];
        }
        self.all = kept;
        (gone, moved)
    }

    /// Forgets the keys of components that are gone, and of those that were last seen by them longer ago than
    /// the horizon.
    fn forget(&mut self, now: i64, moved: &[Option<u32>]) {
        let since = now.saturating_sub(self.horizon_ms);
        let follow = |component: &mut u32| match moved[*component as usize] {
            Some(to) => {
                *component = to;
                true
            }
            None => false,
        };
        let stays = |seen: &mut Seen| seen.at >= since && follow(&mut seen.component);
        self.places.retain(|_, component| follow(component));
        self.shared.retain(|_, seen| stays(seen));
        for holders in [&mut self.full, &mut self.bare, &mut self.cards] {
            holders.retain(|_, holders| holders.retain(stays));
        }
    }
}

impl Component {
    /// Hands out what is held; nothing is from now on.
    fn become_edge(&mut self, held: &mut Held, out: &mut impl FnMut(Decided<'_>)) {
        self.is_edge = true;
        let [legs, exchanges, asides] =
            [&mut self.legs, &mut self.exchanges, &mut self.asides].map(std::mem::take);
        held.legs.iter(legs).for_each(|(_, leg)| out(Decided::Leg(leg)));
        for (_, (exchange, conclusion)) in held.exchanges.iter(exchanges) {
            out(Decided::Exchange(exchange, conclusion, Standing::Edge));
        }
        held.legs.free(legs);
        held.exchanges.free(exchanges);
        held.asides.free(asides);
    }
}

/// The component into which this one went at last.
fn root(all: &[Component], mut component: u32) -> u32 {
    while all[component as usize].parent != component {
        component = all[component as usize].parent;
    }
    component
}
