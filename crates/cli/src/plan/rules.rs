//! Which rules are in force, and what is done with them.

use crate::args::{RulesCheckArgs, RulesListArgs};
use crate::config::{self, Config, Setting, color, language};
use crate::messages::Messages;
use crate::rule_files::RuleFiles;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use posmortem::classify::Rules;
use posmortem_report::{RulesFormat, View};
use std::path::PathBuf;
use std::sync::Arc;

/// `rules check`
pub(crate) struct RulesCheckPlan {
    pub(crate) files: RuleFiles,
}

/// `rules list`
pub(crate) struct RulesListPlan {
    pub(crate) files: RuleFiles,
    pub(crate) format: RulesFormat,
    pub(crate) view: View<'static>,
}

impl RulesCheckPlan {
    pub(super) fn resolve(args: &RulesCheckArgs, config: &Config) -> Result<Self> {
        let files = paths(&args.files, config)?;
        if files.is_empty() {
            bail!("no rules to check: name files, or state `rules` in a configuration");
        }
        Ok(Self { files: RuleFiles::read(&files)? })
    }
}

impl RulesListPlan {
    pub(super) fn resolve(
        args: &RulesListArgs,
        config: &Config,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let by_surroundings =
            if surroundings.stdout_is_terminal { RulesFormat::Table } else { RulesFormat::Tsv };
        let view = View {
            language: config.value(Setting::Lang, language)?.unwrap_or_default(),
            width: surroundings.width(),
            color: config.value(Setting::Color, color)?.flatten().unwrap_or(surroundings.takes_color()),
            ascii: args.ascii,
            ..View::default()
        };
        let files = RuleFiles::read(&paths(&args.files, config)?)?;
        Ok(Self { files, format: args.format.unwrap_or(by_surroundings), view })
    }
}

/// The files that are named, else those of the settings.
fn paths(named: &[PathBuf], config: &Config) -> Result<Vec<PathBuf>> {
    if !named.is_empty() {
        return Ok(named.to_owned());
    }
    Ok(config.value(Setting::Rules, config::files)?.unwrap_or_default())
}

/// The rules by which a run concludes, if there are any.
pub(super) fn in_force(config: &Config, messages: Messages) -> Result<Option<Arc<Rules>>> {
    let files = RuleFiles::read(&paths(&[], config)?)?;
    if files.rules.rules().is_empty() && !files.paths.is_empty() {
        messages.warn(format_args!("no rule stands in {}", files.paths.join(", ")));
    }
    Ok(Some(files.rules).filter(|rules| !rules.rules().is_empty()))
}
