//! What `inspect` will do.

use super::written::refuse_collisions;
use super::{Destination, ReadingPlan, Written};
use crate::args::{FilterArgs, InspectArgs};
use crate::config::{Config, Setting, color, language};
use crate::messages::Messages;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use posmortem_report::{InspectionFormat, View};
use std::path::PathBuf;

/// `inspect`
pub(crate) struct InspectPlan {
    pub(crate) reading: ReadingPlan,
    pub(crate) format: InspectionFormat,
    /// Where a configuration is proposed.
    pub(crate) config: Option<PathBuf>,
    /// The wire profile as it was stated: a name or a file.
    pub(crate) profile: Option<String>,
    /// How standard output looks at it.
    pub(crate) view: View<'static>,
}

impl InspectPlan {
    pub(super) fn resolve(
        args: &InspectArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let no_filter = FilterArgs::default();
        let mut reading =
            ReadingPlan::resolve(&args.input, &no_filter, &args.log, config, surroundings, messages)?;
        if reading.are_tables {
            bail!("a table is no log: inspect the logs that it was made of");
        }
        reading.shows_progress = surroundings.stderr_is_terminal && !messages.quiet;
        reading.settings.tells_exchanges = false;
        reading.settings.inspects = true;
        reading.settings.input.guesses = true;
        let files = args.write_config.iter().map(|path| (Destination::File(path.clone()), args.format));
        refuse_collisions(reading.files(), &Written(files.collect()), reading.rejects.as_deref())?;
        // A device takes whatever is written to it, and a folder is told when it is opened.
        if let Some(path) = args.write_config.as_ref().filter(|path| path.is_file() && !args.force) {
            bail!("{} is there already: --force replaces it", path.display());
        }
        let view = View {
            language: config.value(Setting::Lang, language)?.unwrap_or_default(),
            width: surroundings.width(),
            color: config.value(Setting::Color, color)?.flatten().unwrap_or(surroundings.takes_color()),
            ascii: args.ascii,
            version: env!("CARGO_PKG_VERSION"),
            ..View::default()
        };
        let profile = config.stated(Setting::Profile).map(|stated| stated.text.clone());
        Ok(Self { reading, format: args.format, config: args.write_config.clone(), profile, view })
    }
}
