//! Attempts of which one plain leg, or a request and its answer, tell everything: into the tally, and into the
//! exchange table where there is one.
//!
//! What is counted is what [`Tally::record`] and [`ExchangeTable::push`] would count, and sums do not depend on
//! the order. Only the order of memory does: a tally of twenty thousand terminals is larger than what a
//! processor keeps at hand. What attempts of one kind come to is found out once.

use crate::Settings;
use crate::plain::{PlainLeg, Vocabulary};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    Approvals, Attempt, Conclusion, Detail, Exchange, ExchangeTable, Names, Outcome, Symbol, Tally,
};
use posmortem_iso8583::Timestamp;

/// Failed attempts that are gathered before they are counted, terminal by terminal.
const MOST_FAILED: usize = 1 << 14;

/// Approved attempts that are gathered before they are counted.
const AT_ONCE: usize = 1 << 8;

/// Meanings in front of the map of them.
const FRONT: usize = 1 << 12;

/// Approved attempts of one terminal at one merchant.
#[derive(Clone, Copy)]
struct Approved {
    count: u64,
    last: Timestamp,
}

/// A request and its answer, or one leg that stands for both.
#[derive(Clone, Copy)]
pub(crate) struct Whole<'l> {
    pub(crate) main: &'l PlainLeg,
    pub(crate) answer: Option<&'l PlainLeg>,
}

/// All that decides what an attempt comes to but times, amounts and names: what its legs are, and which of
/// them tell an amount.
type Sort = (u32, u32, [bool; 2]);

/// What attempts of one sort come to, and what a table calls that.
struct Meaning {
    conclusion: Conclusion,
    is_approved: bool,
    link: u32,
    manner: u32,
    ending: u32,
}

/// The answer's part in the sort of a leg that stands for both.
const NO_ANSWER: u32 = u32::MAX;

/// A sort without a meaning so far.
const NO_MEANING: u32 = u32::MAX;

/// Attempts that are not in the tally yet.
pub(crate) struct Alone<'s> {
    settings: &'s Settings,
    /// By the number of who was at the terminal.
    approved: Vec<Approved>,
    /// Approved attempts that are not among these yet.
    latest: Vec<(u32, Timestamp)>,
    failed: Vec<(PlainLeg, Option<PlainLeg>, u32)>,
    meanings: Vec<Meaning>,
    by_sort: HashMap<Sort, u32, RandomState>,
    /// In front of the map, one entry for each of so many hashes.
    front: Vec<(Sort, u32)>,
    /// A table's numbers of places, by who, and of issuers, by symbol; 0 for those that are not known, else
    /// one more.
    places: Vec<u32>,
    issuers: Vec<u32>,
}

impl<'s> Alone<'s> {
    pub(crate) fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            approved: Vec::new(),
            latest: Vec::with_capacity(AT_ONCE),
            failed: Vec::new(),
            meanings: Vec::new(),
            by_sort: HashMap::default(),
            front: vec![((0, 0, [false; 2]), NO_MEANING); FRONT],
            places: Vec::new(),
            issuers: Vec::new(),
        }
    }
}

impl Whole<'_> {
    /// Whether it was answered in time, as the log says itself and as its times do.
    #[inline(always)]
    pub(crate) fn is_in_time(&self, words: &Vocabulary) -> bool {
        let timeout_ms = words.what(self.main.what).timeout_ms;
        let told = self.answer.unwrap_or(self.main).latency_ms();
        let waited = self.answer.map_or(0, |answer| answer.at - self.main.at);
        told.is_none_or(|told| i64::from(told) <= timeout_ms) && waited <= timeout_ms
    }

    #[inline(always)]
    fn sort(&self) -> Sort {
        let Self { main, answer } = self;
        let amounts = [main.has_amount(), answer.is_some_and(PlainLeg::has_amount)];
        (main.what, answer.map_or(NO_ANSWER, |answer| answer.what), amounts)
    }

    /// In full.
    fn unfold(&self, words: &Vocabulary) -> Exchange {
        let main = self.main.unfold(words);
        match self.answer {
            Some(answer) => Exchange::paired(main, answer.unfold(words)),
            None => Exchange::alone(main),
        }
    }

    /// As [`Exchange::latency_ms`].
    #[inline(always)]
    fn latency_ms(&self) -> Option<u64> {
        let Self { main, answer } = self;
        let Some(answer) = answer else { return main.latency_ms().map(u64::from) };
        let told = answer.latency_ms().or(main.latency_ms());
        told.map(u64::from).or_else(|| u64::try_from(answer.at - main.at).ok())
    }
}

impl Alone<'_> {
    /// Takes an attempt that was answered in time and not taken back.
    #[inline(always)]
    pub(crate) fn add(
        &mut self,
        whole: &Whole<'_>,
        names: &Names,
        words: &Vocabulary,
        tally: &mut Tally,
        mut table: Option<&mut ExchangeTable>,
    ) {
        let number = self.meaning(whole, names, words, table.as_deref_mut());
        if let Some(table) = table {
            self.push(whole, number, words, table);
        }
        let Whole { main, answer } = *whole;
        // A merchant that the answer alone tells is rare, and left to the tally.
        let tells_merchant =
            answer.is_none_or(|answer| answer.who == main.who) || !words.who(main.who).merchant.is_absent();
        if !self.meanings[number as usize].is_approved || !tells_merchant {
            self.failed.push((*main, answer.copied(), number));
            if self.failed.len() >= MOST_FAILED {
                self.count_failed(names, words, tally);
            }
            return;
        }
        self.latest.push((main.who, main.moment(words)));
        if self.latest.len() >= AT_ONCE {
            self.count_latest();
        }
    }

    /// Counts the approved attempts that were gathered: what is known of their terminals is then on its way from
    /// memory for many of them at once.
    #[inline(never)]
    fn count_latest(&mut self) {
        let Self { approved, latest, .. } = self;
        for (who, at) in latest.drain(..) {
            let place = who as usize;
            if approved.len() <= place {
                let none = Approved { count: 0, last: Timestamp { millis: 0, offset_minutes: None } };
                approved.resize((place + 1).next_power_of_two(), none);
            }
            let approved = &mut approved[place];
            approved.last = if approved.count == 0 { at } else { approved.last.max(at) };
            approved.count += 1;
        }
    }

    /// The number of what an attempt comes to.
    #[inline(always)]
    fn meaning(
        &mut self,
        whole: &Whole<'_>,
        names: &Names,
        words: &Vocabulary,
        table: Option<&mut ExchangeTable>,
    ) -> u32 {
        let sort = whole.sort();
        let mixed = (u64::from(sort.0) << 32 | u64::from(sort.1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (mixed >> (64 - FRONT.ilog2())) as usize;
        match self.front[place] {
            (known, number) if known == sort && number != NO_MEANING => number,
            _ => {
                let number = self.find_meaning(sort, whole, names, words, table);
                self.front[place] = (sort, number);
                number
            }
        }
    }

    #[cold]
    fn find_meaning(
        &mut self,
        sort: Sort,
        whole: &Whole<'_>,
        names: &Names,
        words: &Vocabulary,
        table: Option<&mut ExchangeTable>,
    ) -> u32 {
        let Self { settings, meanings, by_sort, .. } = self;
        *by_sort.entry(sort).or_insert_with(|| {
            let exchange = whole.unfold(words);
            let conclusion = settings.conclude(&exchange, CodeTables::built_in(), names);
            meanings.push(meaning_of(&exchange, conclusion, table));
            // No more of them than pairs that a log shows.
            (meanings.len() - 1) as u32
        })
    }

    /// Puts an attempt into the table.
    fn push(&mut self, whole: &Whole<'_>, number: u32, words: &Vocabulary, table: &mut ExchangeTable) {
        let meaning = &self.meanings[number as usize];
        let Whole { main, answer } = *whole;
        let issuer = match main.issuer {
            Symbol::ABSENT => answer.map_or(Symbol::ABSENT, |answer| answer.issuer),
            issuer => issuer,
        };
        let place = match answer {
            Some(answer) if answer.who != main.who => table.place_number(&whole.unfold(words)),
            _ => {
                *known(&mut self.places, main.who as usize, || table.place_number(&whole.unfold(words)) + 1)
                    - 1
            }
        };
        let issuer = *known(&mut self.issuers, issuer.index(), || table.issuer_number(issuer) + 1) - 1;
        let minor = if main.has_amount() { main.minor() } else { answer.map_or(0, PlainLeg::minor) };
        let attempt = Attempt {
            at: main.at,
            place,
            issuer,
            link: meaning.link,
            manner: meaning.manner,
            ending: meaning.ending,
            minor,
            card: main.card().or_else(|| answer.and_then(PlainLeg::card)),
            latency_ms: whole.latency_ms(),
            stan: Some(u64::from(main.stan)),
        };
        let detail = meaning.conclusion.has_detail().then(|| Detail::of(&whole.unfold(words)));
        table.push_attempt(&attempt, detail.as_ref());
    }

    /// Puts everything into the tally.
    pub(crate) fn count(&mut self, names: &Names, words: &Vocabulary, tally: &mut Tally) {
        self.count_failed(names, words, tally);
        self.count_latest();
        for (who, Approved { count, last }) in (0..).zip(std::mem::take(&mut self.approved)) {
            if count > 0 {
                let who = words.who(who);
                let (key, terminal, merchant) = (who.terminal_key, who.terminal, who.merchant);
                tally.record_approvals(&Approvals { key, terminal, merchant, count, last }, names);
            }
        }
    }

    fn count_failed(&mut self, names: &Names, words: &Vocabulary, tally: &mut Tally) {
        self.failed.sort_unstable_by_key(|(main, ..)| main.terminal.index());
        for (main, answer, number) in self.failed.drain(..) {
            let whole = Whole { main: &main, answer: answer.as_ref() };
            tally.record(&whole.unfold(words), &self.meanings[number as usize].conclusion, names);
        }
    }
}

/// A number, found out when it is asked for the first time.
#[inline(always)]
fn known(numbers: &mut Vec<u32>, place: usize, find: impl FnOnce() -> u32) -> &mut u32 {
    if numbers.len() <= place {
        numbers.resize((place + 1).next_power_of_two(), 0);
    }
    let number = &mut numbers[place];
    if *number == 0 {
        *number = find();
    }
    number
}

#[cold]
fn meaning_of(exchange: &Exchange, conclusion: Conclusion, table: Option<&mut ExchangeTable>) -> Meaning {
    let [link, manner, ending] = table.map_or([0; 3], |table| {
        [table.link_number(exchange), table.manner_number(exchange), table.ending_number(&conclusion)]
    });
    Meaning { conclusion, is_approved: conclusion.outcome == Outcome::Approved, link, manner, ending }
}
