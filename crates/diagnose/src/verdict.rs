//! What is said of incidents and terminals: the result that reports print.

use crate::{Attribute, Evidence, Recurrences, Thousandths, Value};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_classify::{Cause, Reason};
use posmortem_exchange::{Sample, Symbol};
use posmortem_iso8583::Timestamp;

/// What is said of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its own fault.
    Own,
    /// Its own fault, and incidents that it shared besides.
    Mixed,
    /// Used to try card numbers.
    Attack,
    /// It fell silent at a time when it used to be busy.
    Silent,
    /// What failed is explained by the incidents listed.
    Shared,
    /// Unusual customers at a normal terminal.
    Mix,
    /// The data cannot tell.
    Insufficient,
    /// Nothing unusual.
    Normal,
}

impl State {
    /// Every state, worst first.
    pub const ALL: [Self; 8] = [
        Self::Own,
        Self::Mixed,
        Self::Attack,
        Self::Silent,
        Self::Shared,
        Self::Mix,
        Self::Insufficient,
        Self::Normal,
    ];

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Mixed => "mixed",
            Self::Attack => "attack",
            Self::Silent => "silent",
            Self::Shared => "shared",
            Self::Mix => "mix",
            Self::Insufficient => "insufficient",
            Self::Normal => "normal",
        }
    }
}

/// A shared cause.
#[derive(Clone, Debug)]
pub struct Incident {
    /// 1 for the first; in the order of start, scope and cause.
    pub id: u32,
    /// What broke.
    pub cause: Cause,
    /// Why.
    pub reason: Reason,
    /// Where: the values in which everything affected agrees.
    pub scope: Vec<(Attribute, String)>,
    /// Its first moment.
    pub start: Timestamp,
    /// The moment after its last.
    pub end: Timestamp,
    /// Failures of its kind inside.
    pub observed: u64,
    /// Those that were to be expected all the same.
    pub expected: Thousandths,
    /// Attempts inside.
    pub attempts: u64,
    /// Terminals that it hit.
    pub terminals: u32,
    /// From 0 to 0.999.
    pub confidence: Thousandths,
    /// Whether it lasts until the log's end.
    pub ongoing: bool,
    /// What decided.
    pub evidence: Vec<Evidence>,
}

impl Incident {
    /// Failures beyond what was to be expected.
    pub fn excess(&self) -> Thousandths {
        Thousandths((self.observed * 1000).saturating_sub(self.expected.0))
    }
}

/// What is said of one terminal.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// In one word.
    pub state: State,
    /// What broke; none for normal terminals.
    pub cause: Option<Cause>,
    /// Why.
    pub reason: Option<Reason>,
    /// The first moment of what is said.
    pub start: Option<Timestamp>,
    /// Its last moment.
    pub end: Option<Timestamp>,
    /// Failures that it rests on.
    pub observed: u64,
    /// Those that were to be expected of a good terminal with these customers.
    pub expected: Thousandths,
    /// From 0 to 0.999; none where nothing is claimed.
    pub confidence: Option<Thousandths>,
    /// Whether it lasts until the terminal's last attempt.
    pub ongoing: bool,
    /// The incidents that hit it, by [`Incident::id`].
    pub incidents: Vec<u32>,
    /// What decided.
    pub evidence: Vec<Evidence>,
    /// At most three failures, for a help desk.
    pub samples: Vec<Sample>,
}

impl Verdict {
    /// That state, and nothing else said.
    pub fn of(terminal: Symbol, state: State) -> Self {
        Self {
            terminal,
            state,
            cause: None,
            reason: None,
            start: None,
            end: None,
            observed: 0,
            expected: Thousandths::default(),
            confidence: None,
            ongoing: false,
            incidents: Vec::new(),
            evidence: Vec::new(),
            samples: Vec::new(),
        }
    }
}

/// One kind of failure at a terminal, on the way from the raw count to what is left to explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyLine {
    /// The reason's name, `fell_back` or `unclassified`.
    pub what: &'static str,
    /// Failures.
    pub observed: u64,
    /// Expected of the fleet's average attempt, customers not looked at.
    pub fleet: Thousandths,
    /// Expected of this terminal's customers and hours.
    pub mix: Thousandths,
    /// Failures inside incidents of that kind.
    pub incidents: u64,
    /// Failures left out: repeats of one card and amount, attacks.
    pub set_aside: u64,
}

impl WhyLine {
    /// Failures that neither incidents nor anything else has explained.
    pub fn left(&self) -> u64 {
        self.observed.saturating_sub(self.incidents).saturating_sub(self.set_aside)
    }
}

/// A fault of its own that was weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The signature's name.
    pub signature: &'static str,
    /// Failures that fit it inside the window.
    pub observed: u64,
    /// Those that were to be expected.
    pub expected: Thousandths,
    /// Eligible attempts inside.
    pub attempts: u64,
    /// The window.
    pub window: (Timestamp, Timestamp),
    /// ln of the Bayes factor, thousandths; may be negative.
    pub ln_bayes: i64,
    /// The probability that it is chance all the same.
    pub chance: Thousandths,
}

/// How a verdict came about.
#[derive(Clone, Debug)]
pub struct Why {
    /// The terminal without left zeros.
    pub terminal: Symbol,
    /// Its attempts.
    pub attempts: u64,
    /// Those that failed.
    pub failed: u64,
    /// By kind of failure, most first.
    pub lines: Vec<WhyLine>,
    /// Faults that were weighed, likeliest first.
    pub weighed: Vec<Weighed>,
    /// What would have changed the verdict.
    pub would_change: Vec<Evidence>,
}

/// What is said of a day.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// Shared causes, in the order of their ids.
    pub incidents: Vec<Incident>,
    verdicts: Vec<Verdict>,
    /// Places in `verdicts`.
    by_terminal: HashMap<Symbol, usize, FixedState>,
    /// How verdicts came about, for the terminals that were asked for.
    pub whys: Vec<Why>,
    /// What limits the whole diagnosis: few terminals, rates of other years, half the exchange unseen.
    pub limits: Vec<Evidence>,
    /// The first attempt that was judged, and the last; none where there was none.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What the findings of the days before say, where they were asked.
    pub recurrences: Option<Recurrences>,
}

impl Diagnosis {
    /// Of those incidents, and one verdict a terminal with attempts, by the text of its id.
    pub fn new(
        incidents: Vec<Incident>,
        verdicts: Vec<Verdict>,
        whys: Vec<Why>,
        limits: Vec<Evidence>,
    ) -> Self {
        let by_terminal = verdicts.iter().enumerate().map(|(at, verdict)| (verdict.terminal, at)).collect();
        Self { incidents, verdicts, by_terminal, whys, limits, span: None, recurrences: None }
    }

    /// Takes what the findings of the days before say, and what limits that.
    pub fn recall(&mut self, recurrences: Recurrences) {
        if recurrences.other_rules > 0 {
            let days = [recurrences.other_rules, recurrences.known].map(|days| Value::Count(days.into()));
            self.limits.push(Evidence::new("judged_by_other_rules", days));
        }
        self.recurrences = Some(recurrences);
    }

    /// One a terminal with attempts that the inventory does not silence, by the text of its id.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// What is said of that terminal, by its id without left zeros.
    pub fn verdict(&self, terminal: Symbol) -> Option<&Verdict> {
        self.by_terminal.get(&terminal).map(|at| &self.verdicts[*at])
    }
}
