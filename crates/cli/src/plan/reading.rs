//! What is read and how: the settings of a run.

use super::inputs::{Inputs, inputs};
use super::selection::selection;
use crate::args::{FilterArgs, InputArgs, LogArgs};
use crate::config::{self, Config, Entry, Origin, RejectLimit, Setting};
use crate::memory_limit;
use crate::messages::Messages;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use posmortem::classify::Dialect;
use posmortem::exchange::PairingSettings;
use posmortem::logs::{DateHint, InputSettings};
use posmortem::{InputSource, Settings};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

/// What `report` and `classify` have in common.
pub(crate) struct ReadingPlan {
    pub(crate) sources: Vec<InputSource>,
    /// Whether they are tables, and not logs.
    pub(crate) are_tables: bool,
    pub(crate) settings: Settings,
    pub(crate) threads: usize,
    /// Where records that could not be read are listed.
    pub(crate) rejects: Option<PathBuf>,
    pub(crate) reject_limit: RejectLimit,
    pub(crate) shows_progress: bool,
    /// Whether the result shows its warnings to the user by itself.
    pub(crate) shows_warnings: bool,
}

impl ReadingPlan {
    /// Logs, or tables and nothing that only logs can be asked.
    pub(super) fn resolve(
        input: &InputArgs,
        filter: &FilterArgs,
        log: &LogArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let plan = Self::of_any(input, filter, log, config, surroundings, messages)?;
        if plan.are_tables {
            refuse_reading(log, input, config)?;
        }
        Ok(plan)
    }

    /// The same where what says how logs are read may be meant for another input.
    pub(super) fn of_any(
        input: &InputArgs,
        filter: &FilterArgs,
        log: &LogArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let inputs = inputs(&input.sources, surroundings.stdin_is_terminal, messages)?;
        Self::of(inputs, input.rejects.clone(), filter, log, config, surroundings, messages)
    }

    /// The same of inputs that are known.
    pub(super) fn of(
        inputs: Inputs,
        rejects: Option<PathBuf>,
        filter: &FilterArgs,
        log: &LogArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        // From here on: a history is read before the logs are.
        let max_memory = config.value(Setting::MaxMemory, config::max_memory)?;
        memory_limit::keep(max_memory.unwrap_or_else(memory_limit::built_in), messages);
        let input_settings = input_settings(log, config, surroundings, messages)?;
        let settings = Settings {
            filter: selection(filter, input_settings.time_zone.as_ref())?,
            input: input_settings,
            pairing: pairing_settings(config)?,
            dialect: config.value(Setting::Dialect, config::dialect)?,
            bin_digits: config.value(Setting::BinDigits, config::bin_digits)?,
            amount_unit: config.value(Setting::AmountUnit, config::amount_unit)?.unwrap_or_default(),
            link_dialects: link_dialects(config)?,
            keep_rejects: rejects.is_some(),
            max_terminals: config
                .value(Setting::MaxTerminals, config::max_terminals)?
                .unwrap_or(Settings::default().max_terminals),
            ..Settings::default()
        };
        let Inputs { sources, are_tables } = inputs;
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            sources,
            are_tables,
            settings,
            threads: config.value(Setting::Threads, config::threads)?.unwrap_or_else(processors),
            rejects,
            reject_limit: config.value(Setting::MaxRejects, config::reject_limit)?.unwrap_or_default(),
            shows_progress: false,
            shows_warnings: false,
        })
    }
}

impl ReadingPlan {
    /// The files that are read.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().filter_map(InputSource::path)
    }

    /// A table holds what the whole run found.
    pub(super) fn refuse_to_save(&self, what: &str) -> Result<()> {
        if !crate::tables::ARE_BUILT_IN {
            bail!(crate::tables::NOT_BUILT_IN);
        }
        if !self.settings.filter.is_open() {
            bail!("{what} holds every exchange: filter when you read it");
        }
        Ok(())
    }
}

/// What says how logs are to be read says nothing to tables, which have been read.
pub(super) fn refuse_reading(log: &LogArgs, input: &InputArgs, config: &Config) -> Result<()> {
    let of_tables = [
        Setting::Rules,
        Setting::Threads,
        Setting::TokenKey,
        Setting::MaxRejects,
        Setting::MaxTerminals,
        Setting::MaxMemory,
        Setting::Lang,
        Setting::Color,
    ];
    let mut typed = config.entries().filter_map(|(_, stated)| match stated.origin {
        Origin::Flag(setting) => Some(setting),
        _ => None,
    });
    let stated = typed.find(|setting| !of_tables.contains(setting));
    let columns = (!log.columns.is_empty()).then_some("--columns");
    let rejects = input.rejects.as_ref().map(|_| "--rejects");
    if let Some(flag) = stated.map(Setting::flag).as_deref().or(columns).or(rejects) {
        bail!("{flag} belongs to the reading of logs, and these are tables: say it when you save them");
    }
    Ok(())
}

/// Code tables by the name of the link.
pub(super) fn link_dialects(config: &Config) -> Result<BTreeMap<String, Dialect>> {
    let mut dialects = BTreeMap::new();
    for (entry, stated) in config.entries() {
        if let Entry::LinkDialect(link) = entry {
            dialects.insert(link.clone(), stated.read(entry, config::dialect)?);
        }
    }
    Ok(dialects)
}

pub(super) fn input_settings(
    log: &LogArgs,
    config: &Config,
    surroundings: &Surroundings,
    messages: Messages,
) -> Result<InputSettings> {
    let mut settings = InputSettings {
        forced_format: config.value(Setting::InputFormat, config::input_format)?,
        profile: config.value(Setting::Profile, config::profile)?,
        today: surroundings.now.and_then(DateHint::from_system_time),
        separator: config.value(Setting::Separator, config::separator)?,
        time_zone: config.value(Setting::Timezone, config::time_zone)?,
        columns: (!log.columns.is_empty()).then(|| log.columns.clone()),
        ..InputSettings::default()
    };
    if let Some(longest) = config.value(Setting::MaxRecord, config::max_record)? {
        settings.max_record = longest;
    }
    for (entry, stated) in config.entries() {
        if let Entry::Column(name) = entry {
            settings.aliases.push((name.clone(), stated.read(entry, config::column)?));
        }
        if let Entry::Listing(_) = entry {
            settings.listings.push(stated.read(entry, config::listing)?);
        }
    }
    let configured = |name: &str| settings.aliases.iter().any(|(alias, _)| alias == name);
    for name in log.columns.iter().filter(|name| !configured(name)) {
        if let Err(why) = config::column(name) {
            messages.warn(format_args!("--columns: {why}; it is passed over"));
        }
    }
    Ok(settings)
}

fn pairing_settings(config: &Config) -> Result<PairingSettings> {
    let mut settings = PairingSettings::default();
    if let Some(horizon) = config.value(Setting::Horizon, |text| horizon_ms(text, config))? {
        settings.horizon_ms = horizon;
    }
    let horizon = shown(Setting::Horizon, config);
    let within = |text: &str| timeout_ms(text, settings.horizon_ms, horizon);
    if let Some(timeout) = config.value(Setting::Timeout, within)? {
        settings.timeout_ms = timeout;
    }
    for (entry, stated) in config.entries() {
        if let Entry::LinkTimeout(link) = entry {
            let timeout = stated.read(entry, within)?;
            settings.link_timeouts_ms.insert(link.clone(), timeout);
        }
    }
    Ok(settings)
}

/// A horizon, which must hold the built-in time-out where nobody states another.
fn horizon_ms(text: &str, config: &Config) -> Result<i64, String> {
    let horizon_ms = config::duration_ms(text)?;
    let is_stated = config.stated(Setting::Timeout).is_some();
    if !is_stated && horizon_ms < PairingSettings::default().timeout_ms {
        let timeout = shown(Setting::Timeout, config);
        return Err(format!("`{text}` is shorter than the time-out of {timeout}"));
    }
    Ok(horizon_ms)
}

/// A time-out, which the horizon must hold: an answer beyond that finds no request.
fn timeout_ms(text: &str, horizon_ms: i64, horizon: &str) -> Result<i64, String> {
    let timeout_ms = config::duration_ms(text)?;
    if timeout_ms > horizon_ms {
        return Err(format!("`{text}` is longer than the horizon of {horizon}"));
    }
    Ok(timeout_ms)
}

/// A setting's value as the user knows it.
fn shown(key: Setting, config: &Config) -> &str {
    let stated = config.stated(key).map(|stated| stated.text.as_str());
    stated.or(key.built_in()).unwrap_or_default()
}
