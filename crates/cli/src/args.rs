//! The command line as typed: checked for form, and inert.
//!
//! Nothing here looks at a file, a terminal or the environment; [`crate::plan`] does, and makes
//! settings of it. Settings that a configuration can hold too stay texts until then, so that one
//! place reads them whatever layer they come from.

mod compare;
mod complaint;
mod filter;
mod inspect;
mod parse;
mod reading;
mod shell;
mod splits;
mod teaching;

pub(crate) use compare::CompareArgs;
pub(crate) use filter::FilterArgs;
pub(crate) use inspect::InspectArgs;
pub(crate) use parse::NoCommand;
pub(crate) use reading::{LogArgs, PairingArgs, ReadingArgs};
pub(crate) use shell::{CompletionsArgs, ManArgs};
pub(crate) use splits::SplitsArgs;
pub(crate) use teaching::{EXAMPLES, Lesson, Teaching, exit_statuses};

use crate::config::Setting;
use crate::row_output::RowOutput;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, value_parser};
use posmortem_report::{DecodeFormat, ExplainFormat, Format, JsonDocument, Question, RulesFormat};
use std::path::PathBuf;

/// A hundred years: more is a slip of the hand.
const MOST_DAYS: i64 = 36_500;

/// Root causes of failing card terminals, from ISO 8583-style logs.
#[derive(Debug, Parser)]
#[command(name = "posmortem", version, after_help = teaching::posmortem(), max_term_width = 100)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// What every command takes.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Common")]
pub(crate) struct CommonArgs {
    /// Configuration beside the usual ones (`config show` tells which are in force)
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Language of the report: en or zh
    #[arg(long, value_name = "LANG", global = true)]
    lang: Option<String>,
    /// Colours in tables: auto, always or never
    #[arg(long, value_name = "WHEN", global = true)]
    color: Option<String>,
    /// No warnings and no progress; errors are still told
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Tell more on standard error
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

impl CommonArgs {
    /// The settings among them.
    pub(crate) fn stated(&self) -> impl Iterator<Item = (Setting, String)> {
        let stated = [(Setting::Lang, &self.lang), (Setting::Color, &self.color)];
        stated.into_iter().filter_map(|(key, text)| Some((key, text.clone()?)))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell which terminals are at fault, which suffered from shared causes, and what to do
    Report(ReportArgs),
    /// Tell what changed between two days: what is new, what persists, what is over
    Compare(CompareArgs),
    /// Write one row for each failed exchange, while reading
    Classify(ClassifyArgs),
    /// Tell what is in a log: formats, fields, links, codes, clocks, and card data in clear
    Inspect(InspectArgs),
    /// Show messages field by field, masked, and where those that cannot be read break
    Decode(DecodeArgs),
    /// Tell what a response code or a reason means and what to do about it
    Explain(ExplainArgs),
    /// Check rules of your own and run their tests, or list them
    #[command(subcommand, after_help = teaching::RULES)]
    Rules(RulesCommand),
    /// Tell how logs are cut into tasks for many machines: a manifest for `report --splits`
    Splits(SplitsArgs),
    /// Write the schema of what is written as JSON
    Schema(SchemaArgs),
    /// Show the settings in force and where each comes from
    #[command(subcommand, after_help = teaching::CONFIG)]
    Config(ConfigCommand),
    /// Write a script that lets a shell complete commands, flags and values
    Completions(CompletionsArgs),
    /// Write manual pages
    Man(ManArgs),
}

/// Settings as a subject of their own.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Every setting, its value, and the flag, variable or file that states it
    Show(ConfigShowArgs),
}

/// Rules as a subject of their own.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Tell what is wrong with rules, with a caret under it, and run the tests that stand beside them
    Check(RulesCheckArgs),
    /// Every rule in force: what it asks for, its reason and action, where it stands, and what hides it
    List(RulesListArgs),
}

/// `report`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::REPORT)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Form of standard output: table on a terminal and with --why, else tsv
    #[arg(long, value_name = "FORMAT", value_parser = named(Format::ALL.map(Format::name), Format::from_name))]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Answer another question than that for the terminals at fault (JSON answers all of them)
    #[arg(long, value_name = "QUESTION", value_parser = named(Question::ALL.map(Question::name), Question::from_name))]
    pub(crate) ask: Option<Question>,
    /// Write a page of Markdown for each terminal that the table lists, too: DIR/ID.md
    #[arg(long, value_name = "DIR")]
    pub(crate) per_terminal: Option<PathBuf>,
    /// End with status 1 when the result crosses this limit, and say which and by how much; repeatable. Several
    /// limits with `and` between them must all be crossed
    #[arg(long, value_name = "EXPR")]
    pub(crate) fail_on: Vec<String>,
    /// Save every exchange as a table in DIR, too: a Parquet file that later runs read as input. What was found
    /// is kept beside it, for --history and `compare`
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// Read the splits that FILE names, a line each: path, first byte, first byte behind it or `-`, with tabs between
    /// them, as `posmortem splits` writes them; `-` is standard input. Nothing is reported: the table of --save is part
    /// of a job, its path is written to standard output, and `report` over all tables of the job reports
    #[arg(long, value_name = "FILE", help_heading = "Input", requires = "save", conflicts_with_all = [
        "inputs", "files_from", "rejects", "format", "outputs", "ask", "per_terminal", "fail_on", "keep_days", "top",
        "min_exchanges", "all_terminals", "no_diagnosis", "why", "inventory", "history", "ascii",
    ])]
    pub(crate) splits: Option<PathBuf>,
    /// Remove tables and findings from the folder of --save that ended more than N days before this day, by
    /// the days of the data. No other file is touched
    #[arg(long, value_name = "N", requires = "save", value_parser = value_parser!(u32).range(1..=MOST_DAYS))]
    pub(crate) keep_days: Option<u32>,
    /// Show at most so many rows of each table
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// Leave out terminals with fewer exchanges
    #[arg(long, value_name = "N")]
    pub(crate) min_exchanges: Option<u64>,
    /// List terminals of which there is nothing to say, too
    #[arg(long)]
    pub(crate) all_terminals: bool,
    /// Count alone and judge nothing, in memory that follows traffic and terminals, not the number of rows
    #[arg(long, help_heading = "Diagnosis")]
    pub(crate) no_diagnosis: bool,
    /// Explain step by step how the verdicts on the terminals of --terminal came about
    #[arg(long, help_heading = "Diagnosis")]
    pub(crate) why: bool,
    /// What you know of terminals: a delimited list with the columns terminal_id, site, region, model,
    /// firmware, link, status; goes before what the log tells. Terminals whose status is test,
    /// decommissioned or maintenance are not judged
    #[arg(long = "terminals", value_name = "FILE", help_heading = "Diagnosis")]
    pub(crate) inventory: Option<PathBuf>,
    /// Tell by what was saved in DIR on other days (see --save) what is new, what recurs and what is over, and
    /// expect what those days were like: so an issuer that is down all day shows. The day itself is passed over
    #[arg(long, value_name = "DIR", help_heading = "Diagnosis")]
    pub(crate) history: Option<PathBuf>,
    /// Draw tables with ASCII characters alone
    #[arg(long)]
    pub(crate) ascii: bool,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// `classify`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::CLASSIFY)]
pub(crate) struct ClassifyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Write every exchange, not the failed ones alone
    #[arg(long)]
    pub(crate) all: bool,
    /// Form of standard output [default: csv]
    #[arg(long, value_name = "FORMAT", value_parser = named(RowOutput::ALL.map(RowOutput::name), RowOutput::from_name))]
    pub(crate) format: Option<RowOutput>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// `decode`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::DECODE)]
pub(crate) struct DecodeArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// Form of standard output: text on a terminal, else ndjson
    #[arg(long, value_name = "FORMAT", value_parser = named(DecodeFormat::ALL.map(DecodeFormat::name), DecodeFormat::from_name))]
    pub(crate) format: Option<DecodeFormat>,
    /// Show only messages that cannot be read, or not to their end
    #[arg(long)]
    pub(crate) failed: bool,
    /// Stop after so many messages of each input
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// `schema`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::SCHEMA)]
pub(crate) struct SchemaArgs {
    /// What is described: the JSON of a report, a terminal or an exchange (a line of NDJSON), the answer to a
    /// question of --ask, a message of `decode`, an inspection, an explanation
    #[arg(value_name = "DOCUMENT", default_value = "report", hide_default_value = true,
        value_parser = named(JsonDocument::all().map(JsonDocument::name), JsonDocument::from_name))]
    pub(crate) document: JsonDocument,
}

/// `explain`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::EXPLAIN)]
pub(crate) struct ExplainArgs {
    /// A response code (`55`, `A0`, `116`), a range of codes as a table has it (`45-50`), or a reason by
    /// its name or title (`pin_incorrect`, `Wrong PIN`)
    #[arg(value_name = "CODE|REASON")]
    pub(crate) subject: String,
    /// Form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = text_format())]
    pub(crate) format: ExplainFormat,
}

/// `config show`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::CONFIG_SHOW)]
pub(crate) struct ConfigShowArgs {
    /// Form of the list
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = text_format())]
    pub(crate) format: ExplainFormat,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// `rules check`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::RULES_CHECK)]
pub(crate) struct RulesCheckArgs {
    /// Files that are in force together [default: those of the configuration]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `rules list`
#[derive(Debug, ClapArgs)]
#[command(after_help = teaching::RULES_LIST)]
pub(crate) struct RulesListArgs {
    /// Files that are in force together [default: those of the configuration]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Form of standard output: table on a terminal, else tsv
    #[arg(long, value_name = "FORMAT", value_parser = named(RulesFormat::ALL.map(RulesFormat::name), RulesFormat::from_name))]
    pub(crate) format: Option<RulesFormat>,
    /// Draw tables with ASCII characters alone
    #[arg(long)]
    pub(crate) ascii: bool,
}

/// What is read, and what of it could not be.
#[derive(Debug, ClapArgs)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// List the records that could not be read: file, byte offset, line, reason (TSV)
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) rejects: Option<PathBuf>,
}

/// Where it stands.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct SourceArgs {
    /// Log files, plain or compressed, folders of them, or tables that `--save` made; `-` is standard
    /// input, and so is nothing at all on a pipe
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Further inputs from a list: one path a line, or between NUL bytes as `find -print0` writes them;
    /// `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) files_from: Option<PathBuf>,
}

/// What is written.
#[derive(Debug, ClapArgs)]
pub(crate) struct OutputArgs {
    /// Write to FILE, in the form that its name ends with; repeatable; `-` is standard output, which
    /// is silent otherwise
    #[arg(short, long = "output", value_name = "FILE")]
    pub(crate) outputs: Vec<PathBuf>,
}

fn text_format() -> impl TypedValueParser<Value = ExplainFormat> {
    named(ExplainFormat::ALL.map(ExplainFormat::name), ExplainFormat::from_name)
}

/// One of the formats that have names.
fn named<T: Clone + Send + Sync + 'static>(
    names: impl IntoIterator<Item = &'static str>,
    from_name: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name| from_name(&name).ok_or("no such format"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_setting_has_a_flag() {
        let report = Args::command();
        let show = report.find_subcommand("config").unwrap().find_subcommand("show").unwrap();
        let flags: Vec<_> =
            show.get_arguments().chain(report.get_arguments()).filter_map(clap::Arg::get_long).collect();
        for key in Setting::ALL {
            assert!(flags.contains(&key.flag().trim_start_matches("--")), "{key:?}");
        }
    }
}
