//! What `decode` shows, and of what.

use super::inputs::inputs;
use super::reading::{input_settings, link_dialects};
use crate::args::DecodeArgs;
use crate::config::{self, Config, Setting};
use crate::messages::Messages;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use posmortem::classify::Language;
use posmortem::logs::InputSettings;
use posmortem::{InputSource, Settings};
use posmortem_report::DecodeFormat;

/// `decode`
pub(crate) struct DecodePlan {
    pub(crate) sources: Vec<InputSource>,
    pub(crate) settings: Settings,
    pub(crate) format: DecodeFormat,
    pub(crate) language: Language,
    /// Only messages that cannot be read, or not to their end.
    pub(crate) failed: bool,
    /// Messages of each input.
    pub(crate) limit: u64,
}

impl DecodePlan {
    pub(super) fn resolve(
        args: &DecodeArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let inputs = inputs(&args.sources, surroundings.stdin_is_terminal, messages)?;
        if inputs.are_tables {
            bail!("a table holds no messages: decode the logs that it was made of");
        }
        let by_surroundings =
            if surroundings.stdout_is_terminal { DecodeFormat::Text } else { DecodeFormat::Ndjson };
        Ok(Self {
            sources: inputs.sources,
            settings: Settings {
                input: InputSettings {
                    guesses: true,
                    ..input_settings(&args.log, config, surroundings, messages)?
                },
                dialect: config.value(Setting::Dialect, config::dialect)?,
                link_dialects: link_dialects(config)?,
                ..Settings::default()
            },
            format: args.format.unwrap_or(by_surroundings),
            language: config.value(Setting::Lang, config::language)?.unwrap_or_default(),
            failed: args.failed,
            limit: args.limit.unwrap_or(u64::MAX),
        })
    }
}
