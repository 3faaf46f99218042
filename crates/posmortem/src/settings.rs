//! Everything a run can be told. Resolved by the caller: no file, flag or variable is read here.

use crate::{Filter, TokenKey};
use posmortem_classify::{CodeTables, Dialect, Rules};
use posmortem_exchange::{Conclusion, Exchange, Names, PairingSettings, conclude, conclude_by_rules};
use posmortem_iso8583::AmountUnit;
use posmortem_logs::InputSettings;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The settings of a run: write those that matter and take the rest from [`Settings::default()`].
///
/// ```
/// use posmortem::Settings;
/// use posmortem::classify::Dialect;
/// use posmortem::exchange::PairingSettings;
/// let unionpay = Dialect::from_name("unionpay-pos").expect("it is built in");
/// let settings = Settings {
///     // What the log does not tell: whose codes they are, and when an answer is late.
///     link_dialects: [("up-north".to_owned(), unionpay)].into(),
///     pairing: PairingSettings { timeout_ms: 45_000, ..PairingSettings::default() },
///     ..Settings::default()
/// };
/// assert!(settings.diagnosis.is_none(), "counts alone, unless asked");
/// ```
#[derive(Clone)]
pub struct Settings {
    /// How inputs are opened and read.
    pub input: InputSettings,
    /// Horizon and time-outs.
    pub pairing: PairingSettings,
    /// The dialect of every code, whatever the log says.
    pub dialect: Option<Dialect>,
    /// The dialect of a link's codes, by the link's name.
    pub link_dialects: BTreeMap<String, Dialect>,
    /// Rules of the user, which are asked before the code tables; none is no rule.
    pub rules: Option<Arc<Rules>>,
    /// Digits of the card number that name the issuer, 6 or 8; `None` takes eight where they show.
    pub bin_digits: Option<u8>,
    /// How bare amounts are to be read.
    pub amount_unit: AmountUnit,
    /// Which exchanges to look at.
    pub filter: Filter,
    /// The key for tokens; without one, exchanges carry none.
    pub token_key: Option<TokenKey>,
    /// Whether an observer is told of every exchange. Where none is, those that need no search are
    /// counted without being made.
    pub tells_exchanges: bool,
    /// What is asked of the diagnosis; without it there are counts alone, and memory does not follow the
    /// number of attempts.
    pub diagnosis: Option<posmortem_diagnose::Settings>,
    /// Whether [`crate::Run::breakdown`] is made: attempts by time, issuer, link, site and latency. Like a
    /// diagnosis it needs every attempt in memory.
    pub breakdown: bool,
    /// Whether [`crate::Run::table`] is kept when the run is over.
    pub keep_table: bool,
    /// Whether the places and reasons of rejects are kept for a list of them.
    pub keep_rejects: bool,
    /// Whether [`crate::Run::inspection`] is made. Columns whose names mean nothing are then read as what they
    /// look like, where an input cannot be read without them.
    pub inspects: bool,
    /// The most terminals that a run takes ([`crate::Stop::TooManyTerminals`]): a log can name any number, and each
    /// takes memory.
    pub max_terminals: u64,
    /// Legs at the start of an input that tell where it begins and whether it is in the order of time.
    /// At least sixteen; tests set it low.
    pub probed_legs: usize,
    /// Bytes at the start of an input in which they are looked for: what holds none could go on for ever.
    pub probed_bytes: u64,
    /// Legs that may wait before some are settled. Decides memory and speed and nothing else; tests
    /// set it low.
    pub waiting_legs: usize,
}

impl Default for Settings {
    /// Everything as the log tells it; five million terminals, which are more than an acquirer has; 16,384 legs probed in
    /// 32 MiB, which hold as many of the wordiest logs, and 65,536 waiting: sorting fewer at a time costs more than
    /// holding them.
    fn default() -> Self {
        Self {
            input: InputSettings::default(),
            pairing: PairingSettings::default(),
            dialect: None,
            link_dialects: BTreeMap::new(),
            rules: None,
            bin_digits: None,
            amount_unit: AmountUnit::default(),
            filter: Filter::default(),
            token_key: None,
            tells_exchanges: true,
            diagnosis: None,
            breakdown: false,
            keep_table: false,
            keep_rejects: false,
            inspects: false,
            max_terminals: 5_000_000,
            probed_legs: 1 << 14,
            probed_bytes: 32 << 20,
            waiting_legs: 1 << 16,
        }
    }
}

impl Settings {
    /// What became of an exchange, and why.
    #[inline]
    pub(crate) fn conclude(&self, exchange: &Exchange, tables: &CodeTables, names: &Names) -> Conclusion {
        match &self.rules {
            None => conclude(exchange, tables),
            Some(rules) => conclude_by_rules(exchange, tables, rules, names),
        }
    }

    /// Whether attempts may be counted without being made into exchanges: nobody asks for them one by
    /// one, and no rule for their amounts, which attempts of one sort do not share.
    pub(crate) fn may_glance(&self) -> bool {
        if self.rules.as_ref().is_some_and(|rules| rules.ask_for_amounts()) {
            return false;
        }
        let glances = !self.tells_exchanges && !self.inspects && self.amount_unit != AmountUnit::Major;
        glances && self.filter.is_open() && self.token_key.is_none()
    }

    /// Whether a second exchange table is made, of the attempts that the filter chooses.
    pub(crate) fn needs_chosen(&self) -> bool {
        self.breakdown && !self.filter.is_open()
    }

    /// Whether the exchange table is made.
    pub(crate) fn needs_table(&self) -> bool {
        self.keep_table || self.diagnosis.is_some() || (self.breakdown && self.filter.is_open())
    }
}
