//! What a command will do: arguments, configuration and surroundings, resolved once.
//!
//! Everything that can be wrong about a command line is found here, before any work. Below, nothing
//! looks at flags, files of settings, the environment or terminals.

mod compare;
mod decode;
mod diagnosis;
mod inputs;
mod inspect;
mod man;
mod reading;
mod rules;
mod selection;
mod splits;
mod subject;
mod written;

pub(crate) use compare::{ComparePlan, Side};
pub(crate) use decode::DecodePlan;
pub(crate) use inspect::InspectPlan;
pub(crate) use man::ManPlan;
pub(crate) use reading::ReadingPlan;
pub(crate) use rules::{RulesCheckPlan, RulesListPlan};
pub(crate) use splits::{SplitReportPlan, SplitsPlan};
pub(crate) use subject::{Subject, unknown};
pub(crate) use written::{Destination, Written};

use crate::args::{Args, ClassifyArgs, Command, ConfigCommand, ReportArgs, RulesCommand};
use crate::config::{Config, Setting, color, language};
use crate::fail_on::Expression;
use crate::messages::Messages;
use crate::row_output::RowOutput;
use crate::surroundings::Surroundings;
use anyhow::{Result, bail};
use clap_complete::Shell;
use posmortem::classify::Language;
use posmortem_report::{ExplainFormat, Format, JsonDocument, RowFormat, View};
use std::path::PathBuf;
use written::{refuse_among_pages, refuse_collisions};

/// A command, ready to run.
pub(crate) enum Plan {
    Report(Box<ReportPlan>),
    SplitReport(Box<SplitReportPlan>),
    Splits(Box<SplitsPlan>),
    Compare(Box<ComparePlan>),
    Classify(Box<ClassifyPlan>),
    Inspect(Box<InspectPlan>),
    Decode(Box<DecodePlan>),
    Explain(ExplainPlan),
    ConfigShow(ConfigShowPlan),
    RulesCheck(RulesCheckPlan),
    RulesList(RulesListPlan),
    Schema(JsonDocument),
    Completions(Shell),
    Man(ManPlan),
}

/// `report`
pub(crate) struct ReportPlan {
    pub(crate) reading: ReadingPlan,
    pub(crate) written: Written<Format>,
    /// Limits that the result is held to.
    pub(crate) fail_on: Vec<Expression>,
    /// The folder that keeps the table, and the key of its tokens.
    pub(crate) save: Option<(PathBuf, TokenKeyPlan)>,
    /// The folder of the pages of terminals.
    pub(crate) per_terminal: Option<PathBuf>,
    /// Files in that folder that ended so many days before are removed.
    pub(crate) keep_days: Option<u32>,
    /// How standard output looks at the result. Files are neither coloured nor as wide as a screen.
    pub(crate) view: View<'static>,
}

/// `classify`
pub(crate) struct ClassifyPlan {
    pub(crate) reading: ReadingPlan,
    pub(crate) written: Written<RowOutput>,
    /// Every exchange, not the failed ones alone.
    pub(crate) all: bool,
    pub(crate) token_key: TokenKeyPlan,
}

/// Where the token key is.
pub(crate) enum TokenKeyPlan {
    /// In this file, which must be there.
    Told(PathBuf),
    /// In the user's state folder, to be made when it is not there; without one, nowhere.
    Kept(Option<PathBuf>),
}

impl TokenKeyPlan {
    fn resolve(config: &Config, surroundings: &Surroundings) -> Self {
        match config.stated(Setting::TokenKey) {
            Some(stated) => Self::Told(PathBuf::from(&stated.text)),
            None => Self::Kept(surroundings.token_key()),
        }
    }
}

/// `explain`
pub(crate) struct ExplainPlan {
    pub(crate) subject: Subject,
    pub(crate) format: ExplainFormat,
    pub(crate) language: Language,
}

/// `config show`
pub(crate) struct ConfigShowPlan {
    pub(crate) config: Config,
    pub(crate) format: ExplainFormat,
}

impl Plan {
    /// Resolves a command; what the user should know of the configuration is told on the way.
    ///
    /// # Errors
    /// When command line or configuration are wrong.
    pub(crate) fn resolve(args: Args, surroundings: &Surroundings, messages: Messages) -> Result<Self> {
        let Args { command, common } = args;
        let gather = |reading: Vec<(Setting, String)>| -> Result<Config> {
            let flags = common.stated().chain(reading).collect();
            let config = Config::gather(flags, common.config.as_deref(), surroundings)?;
            config.warnings.iter().for_each(|warning| messages.warn(warning));
            Ok(config)
        };
        Ok(match command {
            Command::Report(args) => {
                let config = gather(args.reading.stated())?;
                if let Some(list) = &args.splits {
                    let plan = SplitReportPlan::resolve(&args, list, &config, surroundings, messages)?;
                    return Ok(Self::SplitReport(Box::new(plan)));
                }
                Self::Report(Box::new(ReportPlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Compare(args) => {
                let config = gather(args.reading.stated())?;
                Self::Compare(Box::new(ComparePlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Classify(args) => {
                let config = gather(args.reading.stated())?;
                Self::Classify(Box::new(ClassifyPlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Decode(args) => {
                let config = gather(args.log.stated())?;
                Self::Decode(Box::new(DecodePlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Inspect(args) => {
                let config = gather([args.log.stated(), args.pairing.stated()].concat())?;
                Self::Inspect(Box::new(InspectPlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Explain(args) => {
                let subject = Subject::from_text(&args.subject)?;
                let language = gather(Vec::new())?.value(Setting::Lang, language)?.unwrap_or_default();
                Self::Explain(ExplainPlan { subject, format: args.format, language })
            }
            Command::Config(ConfigCommand::Show(args)) => {
                let config = gather(args.reading.stated())?;
                Self::ConfigShow(ConfigShowPlan { config, format: args.format })
            }
            Command::Rules(RulesCommand::Check(args)) => {
                Self::RulesCheck(RulesCheckPlan::resolve(&args, &gather(Vec::new())?)?)
            }
            Command::Rules(RulesCommand::List(args)) => {
                Self::RulesList(RulesListPlan::resolve(&args, &gather(Vec::new())?, surroundings)?)
            }
            Command::Splits(args) => {
                let config = gather([args.log.stated(), args.pairing.stated()].concat())?;
                Self::Splits(Box::new(SplitsPlan::resolve(&args, &config, surroundings, messages)?))
            }
            Command::Schema(args) => Self::Schema(args.document),
            Command::Completions(args) => Self::Completions(args.shell),
            Command::Man(args) => Self::Man(ManPlan::resolve(args)?),
        })
    }
}

impl ReportPlan {
    fn resolve(
        args: &ReportArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let is_read_by_eye = surroundings.stdout_is_terminal || args.why;
        let by_surroundings = if is_read_by_eye { Format::Table } else { Format::Tsv };
        let format = args.format.unwrap_or(by_surroundings);
        let written = Written::resolve(&args.output.outputs, args.format, format, Format::from_extension)?;
        let fail_on = fail_on(&args.fail_on, args.no_diagnosis)?;
        let mut reading = ReadingPlan::resolve(
            &args.input,
            &args.filter,
            &args.reading.log,
            config,
            surroundings,
            messages,
        )?;
        reading.shows_progress = surroundings.stderr_is_terminal && !messages.quiet;
        reading.settings.tells_exchanges = false;
        reading.shows_warnings = written.0.contains(&(Destination::Standard, Format::Table));
        refuse_collisions(reading.files(), &written, reading.rejects.as_deref())?;
        if let Some(pages) = &args.per_terminal {
            let files = reading.files().chain(written.paths()).chain(reading.rejects.as_deref());
            refuse_among_pages(pages, files)?;
        }
        reading.settings.rules = rules::in_force(config, messages)?;
        reading.settings.diagnosis = diagnosis::resolve(args, &reading.settings, &written, messages)?;
        reading.settings.breakdown = needs_breakdown(args, &written)?;
        // Who names terminals wants to hear of them, whatever there is to say.
        let is_about_some = !reading.settings.filter.terminals.is_empty() && !args.no_diagnosis;
        let view = View {
            language: config.value(Setting::Lang, language)?.unwrap_or_default(),
            question: args.ask,
            top: args.top,
            min_exchanges: args.min_exchanges.unwrap_or(0),
            all_terminals: args.all_terminals || is_about_some,
            filtered: !reading.settings.filter.is_open(),
            width: surroundings.width(),
            color: config.value(Setting::Color, color)?.flatten().unwrap_or(surroundings.takes_color()),
            ascii: args.ascii,
            now: surroundings.now,
            version: env!("CARGO_PKG_VERSION"),
            rules_sha256: "",
        };
        let save = match &args.save {
            Some(folder) => {
                reading.refuse_to_save("--save")?;
                Some((folder.clone(), TokenKeyPlan::resolve(config, surroundings)))
            }
            None => None,
        };
        let per_terminal = args.per_terminal.clone();
        Ok(Self { reading, written, fail_on, save, per_terminal, keep_days: args.keep_days, view })
    }
}

/// Whether anything that is written tells of more than terminals. Counts alone are promised to hold no attempts, so
/// JSON and the page go without there, unless a question asks.
fn needs_breakdown(args: &ReportArgs, written: &Written<Format>) -> Result<bool> {
    let judges = !args.no_diagnosis;
    if let Some(question) = args.ask {
        if question.needs_diagnosis() && !judges {
            bail!("--ask {} asks for what --no-diagnosis leaves out: leave one of them out", question.name());
        }
        if args.why {
            bail!("--why explains verdicts, and --ask asks for something else: leave one of them out");
        }
        let has_page = written.0.iter().any(|(_, format)| *format == Format::Html);
        return Ok(!question.needs_diagnosis() || judges && has_page);
    }
    let tells_it = |format: &Format| matches!(format, Format::Json | Format::Html);
    Ok(judges && written.0.iter().any(|(_, format)| tells_it(format)))
}

/// Limits as typed to expressions.
fn fail_on(texts: &[String], no_diagnosis: bool) -> Result<Vec<Expression>> {
    let expressions: Vec<Expression> = texts.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    if let Some(name) = expressions.iter().find_map(Expression::needs_verdicts).filter(|_| no_diagnosis) {
        bail!(
            "--fail-on: `{name}` needs verdicts, and --no-diagnosis asks for counts: leave one of them out"
        );
    }
    Ok(expressions)
}

impl ClassifyPlan {
    fn resolve(
        args: &ClassifyArgs,
        config: &Config,
        surroundings: &Surroundings,
        messages: Messages,
    ) -> Result<Self> {
        let format = args.format.unwrap_or(RowOutput::Text(RowFormat::Csv));
        let written = Written::resolve(&args.output.outputs, args.format, format, RowOutput::from_extension)?;
        let mut reading = ReadingPlan::resolve(
            &args.input,
            &args.filter,
            &args.reading.log,
            config,
            surroundings,
            messages,
        )?;
        reading.settings.rules = rules::in_force(config, messages)?;
        // A spinner between the rows on one screen would tear them.
        let rows_on_screen = surroundings.stdout_is_terminal && written.to_standard();
        reading.shows_progress = surroundings.stderr_is_terminal && !messages.quiet && !rows_on_screen;
        refuse_collisions(reading.files(), &written, reading.rejects.as_deref())?;
        let tables = written.0.iter().filter(|(_, form)| *form == RowOutput::Table).count();
        if tables > 0 {
            reading.refuse_to_save("a table")?;
            if !args.all {
                bail!("a table holds every exchange: say --all");
            }
            if tables > 1 {
                bail!("one run writes one table: copy it");
            }
            if rows_on_screen && written.0.contains(&(Destination::Standard, RowOutput::Table)) {
                bail!("a table is nothing to look at: give it a file with -o");
            }
        }
        let token_key = TokenKeyPlan::resolve(config, surroundings);
        Ok(Self { reading, written, all: args.all, token_key })
    }
}
