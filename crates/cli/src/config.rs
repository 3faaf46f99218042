//! The configuration: every setting from the highest layer that has it, remembered with its origin.
//!
//! Layers, from the highest: flags, environment, `--config FILE`, `./posmortem.toml`, the user's
//! file, the machine's file, and what is built in. Columns, links and listings merge entry by entry. A value is
//! checked wherever it stands, also where a higher layer hides it; what a setting then does is not
//! decided here.

mod entry;
mod file;
mod limits;
mod origin;
mod setting;
mod show;
mod values;

pub(crate) use entry::Entry;
pub(crate) use limits::{RejectLimit, max_memory, max_record, max_terminals, millionths, reject_limit, size};
pub(crate) use origin::{Origin, Stated};
pub(crate) use setting::Setting;
pub(crate) use show::{write_json, write_text};
pub(crate) use values::{
    amount_unit, bin_digits, color, column, dialect, duration_ms, files, files_text, input_format, language,
    listing, profile,
};
pub(crate) use values::{separator, threads, time_zone};

use crate::nearest::did_you_mean;
use crate::surroundings::Surroundings;
use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Every setting that is stated somewhere.
#[derive(Debug, Default)]
pub(crate) struct Config {
    stated: BTreeMap<Entry, Stated>,
    /// What the user should hear about it.
    pub(crate) warnings: Vec<String>,
}

impl Config {
    /// Puts the layers together.
    ///
    /// # Errors
    /// When a file cannot be read, a key is unknown or a value is bad; the text tells where.
    pub(crate) fn gather(
        flags: Vec<(Setting, String)>,
        told_file: Option<&Path>,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let mut config = Self::default();
        let stated_by_flag = |(key, text)| (Entry::Setting(key), Stated { text, origin: Origin::Flag(key) });
        config.add_layer(flags.into_iter().map(stated_by_flag))?;
        config.add_layer(Setting::ALL.into_iter().filter_map(|key| variable(key, surroundings)))?;
        config.warn_of_strange_variables(surroundings);
        if let Some(path) = told_file {
            let text = fs::read_to_string(path).with_context(|| cannot_read(path))?;
            config.add_layer(file::read(path, &text)?)?;
        }
        for path in usual_files(surroundings) {
            match fs::read_to_string(&path) {
                Ok(text) => config.add_layer(file::read(&path, &text)?)?,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(error).with_context(|| cannot_read(&path)),
            }
        }
        Ok(config)
    }

    /// Where and how a setting is stated, if it is.
    pub(crate) fn stated(&self, key: Setting) -> Option<&Stated> {
        self.stated.get(&Entry::Setting(key))
    }

    /// The value of a setting, if it is stated.
    pub(crate) fn value<T>(
        &self,
        key: Setting,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        self.stated(key).map(|stated| stated.read(&Entry::Setting(key), read)).transpose()
    }

    /// Everything that is stated, settings first, then columns, links and listings.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Entry, &Stated)> {
        self.stated.iter()
    }

    /// Takes the next lower layer.
    fn add_layer(&mut self, layer: impl IntoIterator<Item = (Entry, Stated)>) -> Result<()> {
        for (entry, stated) in layer {
            stated.read(&entry, |text| entry.check(text))?;
            self.stated.entry(entry).or_insert(stated);
        }
        Ok(())
    }

    /// A variable with our prefix that sets nothing is likely a typing error, but may be somebody
    /// else's: worth a warning, no error.
    fn warn_of_strange_variables(&mut self, surroundings: &Surroundings) {
        let known = Setting::ALL.map(Setting::variable);
        let ours = surroundings.variables.keys().filter(|name| name.starts_with(Setting::PREFIX));
        for name in ours.filter(|name| !known.contains(name)) {
            let hint = did_you_mean(name, known.iter().map(String::as_str));
            self.warnings.push(format!("the environment variable {name} sets nothing{hint}"));
        }
    }
}

fn variable(key: Setting, surroundings: &Surroundings) -> Option<(Entry, Stated)> {
    let text = surroundings.variable(&key.variable())?.to_owned();
    Some((Entry::Setting(key), Stated { text, origin: Origin::Variable(key) }))
}

/// The files that need not be named, from the highest layer down.
fn usual_files(surroundings: &Surroundings) -> Vec<PathBuf> {
    let here = surroundings.folder.join("posmortem.toml");
    [Some(here), surroundings.user_config(), Some(surroundings.machine_config.clone())]
        .into_iter()
        .flatten()
        .filter(|path| !path.as_os_str().is_empty())
        .collect()
}

fn cannot_read(path: &Path) -> anyhow::Error {
    anyhow!("the configuration {} cannot be read", path.display())
}

#[cfg(test)]
mod tests;
