//! What a world is asked to be.

use crate::{FaultCounts, Form, Wire};
use jiff::civil::{Date, date};

/// Who lives in a world, and by which laws of chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum World {
    /// Terminals, issuers and customers who are much alike. Nothing is at fault.
    #[default]
    Plain,
    /// A large town: UnionPay for the most part, many issuers, much tapping, malls and rush hours. Volumes
    /// have a Pareto tail, rates of terminals are gamma, rates rise and fall with the hour.
    City,
    /// The country: GICC, Visa and ISO 8583:1987, savings banks that rule their region, chips and stripes,
    /// regular customers. Volumes and rates of terminals are mixtures, rates wander from hour to hour.
    Province,
}

impl World {
    /// Every world.
    pub const ALL: [Self; 3] = [Self::Plain, Self::City, Self::Province];
    /// The worlds of labelled days.
    pub const LABELLED: [Self; 2] = [Self::City, Self::Province];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::City => "city",
            Self::Province => "province",
        }
    }

    /// The world of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|world| world.name() == name)
    }
}

/// How often each ingredient occurs, from 0 to 1. Of attempts, where nothing else is said.
///
/// `declined`, `unanswered` and `late` are of the plain world: the others draw by the day how often an
/// attempt fails, and why.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// Declined attempts at an ordinary issuer.
    pub declined: f64,
    /// Attempts other than sales: pre-authorisations, voids, refunds, inquiries.
    pub other_kinds: f64,
    /// Sales approved for less than was asked.
    pub partial: f64,
    /// Answers without a code.
    pub no_code: f64,
    /// Declined attempts that the customer tries again within two minutes.
    pub retried: f64,
    /// Messages printed two to four times within milliseconds.
    pub copied: f64,
    /// Requests sent again (0201) while they wait.
    pub repeated: f64,
    /// Requests sent again after their answer, which then comes again.
    pub answer_lost: f64,
    /// Requests that nobody answers.
    pub unanswered: f64,
    /// Answers after the time-out.
    pub late: f64,
    /// Unanswered and late attempts that the terminal takes back.
    pub given_up: f64,
    /// Approved attempts that are taken back.
    pub reversed: f64,
    /// Declined attempts that are taken back.
    pub reversed_in_vain: f64,
    /// Reversals of approved attempts that are refused.
    pub refused: f64,
    /// Reversals and advices that are sent again minutes later.
    pub stored: f64,
    /// Reversals whose original is not there.
    pub orphans: f64,
    /// Attempts (and reversals) that pass a hop with a STAN of its own.
    pub renumbered: f64,
    /// Answers whose hop hides the issuer's code behind its own.
    pub masked: f64,
    /// Approved pre-authorisations that are completed.
    pub completed: f64,
    /// Advices of offline sales.
    pub offline: f64,
    /// Sign-ons and key changes.
    pub signed_on: f64,
    /// Lines written up to half a minute behind their time.
    pub delayed: f64,
    /// Of terminals: those whose answers print their number without left zeros.
    pub unpadded: f64,
    /// Of terminals: those whose answers do not tell the terminal.
    pub mute: f64,
}

impl Rates {
    /// Sales and their answers, and nothing else: each answer is one attempt.
    pub fn plain() -> Self {
        Self { declined: 0.04, ..Self::default() }
    }

    /// A day as shops see it.
    pub fn everyday() -> Self {
        Self {
            declined: 0.04,
            other_kinds: 0.08,
            partial: 0.002,
            no_code: 0.0002,
            retried: 0.3,
            copied: 0.05,
            repeated: 0.002,
            answer_lost: 0.001,
            unanswered: 0.002,
            late: 0.001,
            given_up: 0.8,
            reversed: 0.006,
            reversed_in_vain: 0.01,
            refused: 0.03,
            stored: 0.2,
            orphans: 0.0003,
            renumbered: 0.02,
            masked: 0.001,
            completed: 0.8,
            offline: 0.003,
            signed_on: 0.005,
            delayed: 0.01,
            unpadded: 0.02,
            mute: 0.0,
        }
    }

    /// An everyday day on which few change their minds: what fails is the day's and its faults' doing.
    pub fn labelled() -> Self {
        Self { reversed: 0.0015, signed_on: 0.001, mute: 0.0, ..Self::everyday() }
    }

    /// Everything that is rare elsewhere, often: small days that hold all of it.
    pub fn nasty() -> Self {
        Self {
            declined: 0.2,
            other_kinds: 0.3,
            partial: 0.05,
            no_code: 0.01,
            retried: 0.5,
            copied: 0.2,
            repeated: 0.05,
            answer_lost: 0.04,
            unanswered: 0.06,
            late: 0.05,
            given_up: 0.6,
            reversed: 0.12,
            reversed_in_vain: 0.1,
            refused: 0.2,
            stored: 0.4,
            orphans: 0.02,
            renumbered: 0.15,
            masked: 0.04,
            completed: 0.7,
            offline: 0.03,
            signed_on: 0.05,
            delayed: 0.1,
            unpadded: 0.3,
            mute: 0.1,
        }
    }
}

/// The settings of a world.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Draws everything.
    pub seed: u64,
    /// The first day.
    pub day: Date,
    /// How many days.
    pub days: u32,
    /// Attempts of all days. Retries come on top, and so do reversals, advices and sign-ons.
    pub attempts: u64,
    /// Terminals.
    pub terminals: u32,
    /// Who lives there.
    pub world: World,
    /// What goes wrong; nothing does in the plain world.
    pub faults: FaultCounts,
    /// Links to hosts, in the plain world; the others have their own.
    pub links: u32,
    /// Whether some links speak another dialect than ISO 8583:1987, in the plain world and where lines name
    /// their links.
    pub two_dialects: bool,
    /// How the days are written.
    pub form: Form,
    /// What messages look like on the wire, for the forms that hold them as such.
    pub wire: Wire,
    /// Whether it tells only what every form can: whole seconds, and what a message on the wire says. All links
    /// are one then, and a day of the plain world has one dialect.
    ///
    /// No answer to a terminal, and no answer of a hop before it, falls into one second, so that their order
    /// is the same in a log that tells directions and in one that does not.
    pub bare: bool,
    /// What the one link of a bare day is called, in forms that name links; may be empty.
    pub link: String,
    /// What occurs how often.
    pub rates: Rates,
    /// Milliseconds since the first midnight between which lines are kept, as if the log were cut
    /// hard there.
    pub cut: Option<(i64, i64)>,
}

impl Settings {
    /// An everyday world of that seed on 2026-11-21.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            day: date(2026, 11, 21),
            days: 1,
            attempts: 10_000,
            terminals: 100,
            world: World::Plain,
            faults: FaultCounts::default(),
            links: 4,
            two_dialects: true,
            form: Form::default(),
            wire: Wire::default(),
            bare: false,
            link: String::new(),
            rates: Rates::everyday(),
            cut: None,
        }
    }

    /// A labelled day of that world: a hundred attempts a terminal, both sides, and the usual faults.
    pub fn labelled(seed: u64, world: World, terminals: u32) -> Self {
        Self {
            attempts: u64::from(terminals) * 100,
            terminals,
            world,
            faults: FaultCounts::usual(terminals),
            form: Form::Both,
            rates: Rates::labelled(),
            ..Self::new(seed)
        }
    }

    /// Whether its lines tell one link from another.
    pub(crate) fn tells_links(&self) -> bool {
        self.form.tells_links() && !self.bare
    }

    /// Whether its answers tell how long they took.
    pub(crate) fn tells_latency(&self) -> bool {
        self.form.tells_latency() && !self.bare
    }

    /// Its first midnight, in milliseconds since 1970.
    pub(crate) fn start(&self) -> i64 {
        self.day.duration_since(date(1970, 1, 1)).as_millis() as i64
    }
}
