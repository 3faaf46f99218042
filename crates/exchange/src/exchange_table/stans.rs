//! What the order of a terminal's STANs tells: restarts, and attempts that nobody saw.
//!
//! Only of terminals that count: many hosts number for all their terminals, and then STANs say nothing
//! about one. Messages that are no attempts use STANs up, too; what they used is not missing.

use super::{Dictionary, ExchangeTable};
use crate::{Aside, Symbol, TerminalEvent, TerminalEventKind};

/// STANs this close to each other in time may stand in either order.
const DISORDER_MS: i64 = 60_000;

/// STANs have six digits, and after the last one comes 1.
const LAST: u64 = 999_999;

/// Going back from this near the last STAN to as near the first one is no restart.
const NEAR: u64 = 1_000;

/// A terminal counts when half of its steps are no larger.
const SMALL_STEP: u64 = 16;

/// STANs of other messages that are remembered, a terminal.
const MOST_USED: usize = 64;

/// How a terminal numbers its attempts.
#[derive(Clone, Copy, Default)]
struct Counting {
    last: Option<u64>,
    steps: u32,
    small: u32,
    single: u32,
}

impl Counting {
    fn see(&mut self, stan: u64) {
        let Some(last) = self.last.replace(stan).filter(|last| *last != stan) else { return };
        self.steps += 1;
        if let Some(step) = stan.checked_sub(last) {
            self.small += u32::from(step <= SMALL_STEP);
            self.single += u32::from(step == 1);
        }
    }

    /// Whether a step back tells something.
    fn counts(self) -> bool {
        2 * self.small >= self.steps
    }

    /// Whether a step forward of more than one does.
    fn counts_singly(self) -> bool {
        2 * self.single >= self.steps
    }
}

/// A step forward that left STANs out.
struct Jump {
    at: i64,
    from: u64,
    to: u64,
    missing: u64,
}

/// Where a terminal's numbers have come.
#[derive(Default)]
struct Course {
    last: Option<(i64, u64)>,
    /// By messages that are no attempts, beyond the last one.
    used: Vec<u64>,
    /// Those that a late line may still fill.
    jumps: Vec<Jump>,
}

/// No terminal.
const UNTOLD: u32 = u32::MAX;

/// How the terminals of a table number their attempts.
pub(super) struct Stans {
    terminals: Dictionary<Symbol>,
    /// The number of each place's terminal, [`UNTOLD`] where it is not told.
    of_place: Vec<u32>,
    counting: Vec<Counting>,
}

impl Stans {
    /// Looks at all rows of a table in their order.
    pub(super) fn of(table: &ExchangeTable, asides: &[Aside]) -> Self {
        let mut terminals = Dictionary::<Symbol>::default();
        let mut number = |symbol: Symbol| if symbol.is_absent() { UNTOLD } else { terminals.id(symbol) };
        let of_place: Vec<u32> = table.places().iter().map(|place| number(place.terminal)).collect();
        asides.iter().for_each(|aside| _ = number(aside.terminal_key));
        let mut counting = vec![Counting::default(); terminals.values().len()];
        for (chunk, row) in rows(table) {
            let terminal = of_place[chunk.places().id(row)];
            if let (Some(counting), Some(stan)) = (counting.get_mut(terminal as usize), chunk.stan(row)) {
                counting.see(stan);
            }
        }
        Self { terminals, of_place, counting }
    }

    /// Adds what the order of STANs tells to `events`. `asides` are in the order of time.
    pub(super) fn events(mut self, table: &ExchangeTable, asides: &[Aside], events: &mut Vec<TerminalEvent>) {
        // The order tells nothing of a terminal that does not count.
        let counts = |number: u32| self.counting.get(number as usize).is_some_and(|of| of.counts());
        self.of_place.iter_mut().filter(|number| !counts(**number)).for_each(|number| *number = UNTOLD);
        let mut courses: Vec<Course> = Vec::new();
        courses.resize_with(self.counting.len(), Course::default);
        let mut asides = asides.iter().peekable();
        for (chunk, row) in rows(table) {
            let at = chunk.millis(row);
            while let Some(aside) = asides.next_if(|aside| aside.at.millis <= at) {
                self.use_up(aside, &mut courses);
            }
            let place = chunk.places().id(row);
            let number = self.of_place[place] as usize;
            let (Some(counting), Some(stan)) = (self.counting.get(number), chunk.stan(row)) else { continue };
            let terminal = table.places()[place].terminal;
            let mut tell = |at, what| events.push(TerminalEvent { at, terminal, what });
            courses[number].end_jumps(at, &mut tell);
            if courses[number].step(at, stan, *counting) {
                tell(at, TerminalEventKind::StanFellBack);
            }
        }
        asides.for_each(|aside| self.use_up(aside, &mut courses));
        for (course, terminal) in courses.iter_mut().zip(self.terminals.values()) {
            let mut tell = |at, what| events.push(TerminalEvent { at, terminal: *terminal, what });
            course.end_jumps(i64::MAX, &mut tell);
        }
    }

    fn use_up(&mut self, aside: &Aside, courses: &mut [Course]) {
        let number = self.terminals.id(aside.terminal_key) as usize;
        if let (Some(course), Some(stan)) = (courses.get_mut(number), aside.stan) {
            course.use_up(aside.at.millis, stan);
        }
    }
}

/// Whether numbers come round on the way from one to the other.
fn goes_round(from: u64, to: u64) -> bool {
    from <= LAST && from > LAST - NEAR && to < NEAR
}

/// Whether a number comes after another one, which may be the last.
fn is_ahead(stan: u64, of: u64) -> bool {
    stan > of || goes_round(of, stan)
}

fn rows(table: &ExchangeTable) -> impl Iterator<Item = (&super::Chunk, usize)> {
    table.chunks().iter().flat_map(|chunk| (0..chunk.len()).map(move |row| (chunk, row)))
}

impl Course {
    /// Takes note of a STAN that is no attempt's.
    fn use_up(&mut self, at: i64, stan: u64) {
        self.fill(at, stan);
        if self.last.is_none_or(|(_, last)| is_ahead(stan, last))
            && self.used.len() < MOST_USED
            && !self.used.contains(&stan)
        {
            self.used.push(stan);
        }
    }

    /// Takes note of an attempt's STAN, and tells whether it fell back.
    fn step(&mut self, at: i64, stan: u64, counting: Counting) -> bool {
        let Some((last_at, last)) = self.last else {
            self.last = Some((at, stan));
            return false;
        };
        let is_late = at.saturating_sub(last_at) <= DISORDER_MS;
        if is_late && goes_round(stan, last) {
            self.fill(at, stan);
            return false;
        } else if stan >= last {
            let used = self.used.iter().filter(|used| (last + 1..stan).contains(used)).count() as u64;
            self.used.retain(|used| is_ahead(*used, stan));
            self.jump(at, last, stan, (stan - last).saturating_sub(1 + used), counting);
        } else if goes_round(last, stan) {
            let missing = (stan + LAST - last).saturating_sub(1);
            let used = self.used.iter().filter(|used| **used > last || **used < stan).count() as u64;
            self.used.retain(|used| (stan + 1..=last).contains(used));
            self.jump(at, last, stan, missing.saturating_sub(used), counting);
        } else if is_late {
            self.fill(at, stan);
            return false;
        } else {
            self.used.clear();
            self.last = Some((at, stan));
            return counting.counts();
        }
        self.last = Some((at, stan));
        false
    }

    fn jump(&mut self, at: i64, from: u64, to: u64, missing: u64, counting: Counting) {
        if missing > 0 && counting.counts_singly() {
            self.jumps.push(Jump { at, from, to, missing });
        }
    }

    /// A line that came late: its STAN was not missing after all.
    fn fill(&mut self, at: i64, stan: u64) {
        let is_left_out = |jump: &Jump| match jump.from < jump.to {
            true => jump.from < stan && stan < jump.to,
            false => jump.from < stan || stan < jump.to,
        };
        let near = |jump: &&mut Jump| at.saturating_sub(jump.at) <= DISORDER_MS && is_left_out(jump);
        if let Some(jump) = self.jumps.iter_mut().find(near) {
            jump.missing -= jump.missing.min(1);
        }
    }

    /// Tells of the jumps that no line can fill any more.
    fn end_jumps(&mut self, now: i64, tell: &mut impl FnMut(i64, TerminalEventKind)) {
        self.jumps.retain(|jump| {
            let goes_on = now.saturating_sub(jump.at) <= DISORDER_MS;
            if !goes_on && jump.missing > 0 {
                let gap = u16::try_from(jump.missing).unwrap_or(u16::MAX);
                tell(jump.at, TerminalEventKind::StanJumped(gap));
            }
            goes_on
        });
    }
}
