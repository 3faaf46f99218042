//! Manual pages, made of the command line's own description and of what its help teaches by example.
//!
//! Nothing is told here that the help does not tell, but for the environment and the files, which are no
//! command's own. Pages are made whole in memory; where they go is not decided here.

mod sections;

use crate::args::{Args, Teaching, exit_statuses};
use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::io;

/// The first word of every page's name.
pub(crate) const TOOL: &str = "posmortem";

/// One manual page, in the first section.
pub(crate) struct Page {
    /// `posmortem-report`
    pub(crate) name: String,
    /// Its source.
    pub(crate) roff: Vec<u8>,
}

impl Page {
    /// `posmortem-report.1`
    pub(crate) fn file_name(&self) -> String {
        format!("{}.1", self.name)
    }
}

/// Every page, the tool's own first.
pub(crate) fn pages() -> Vec<Page> {
    let mut root = Args::command().disable_help_subcommand(true).subcommand_help_heading("COMMANDS");
    root.build();
    let mut pages = Vec::new();
    add(&root, &mut pages);
    pages
}

/// Adds the page of a command, and those of its commands.
fn add(command: &Command, pages: &mut Vec<Page>) {
    let roff = page(command).expect("a Vec takes every byte");
    pages.push(Page { name: name_of(command), roff });
    command.get_subcommands().for_each(|command| add(command, pages));
}

fn name_of(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let is_tool = command.get_name() == TOOL;
    let man = Man::new(prepared(command));
    let mut page = Vec::new();
    title(command).to_writer(&mut page)?;
    let mut section = |render: &dyn Fn(&mut dyn io::Write) -> io::Result<()>| {
        let mut section = Vec::new();
        render(&mut section)?;
        page.extend_from_slice(without_preamble(&section)?);
        io::Result::Ok(())
    };
    section(&|out| man.render_name_section(out))?;
    section(&|out| man.render_synopsis_section(out))?;
    section(&|out| man.render_description_section(out))?;
    let mut taught = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if !is_tool {
        taught = [&taught, "\n\n", &exit_statuses()].concat();
    }
    let taught = Teaching::parse(&taught);
    section(&|out| sections::prose(&taught).to_writer(out))?;
    if command.has_subcommands() {
        section(&|out| man.render_subcommands_section(out))?;
    }
    section(&|out| man.render_options_section(out))?;
    section(&|out| sections::shown(&taught).to_writer(out))?;
    if is_tool {
        section(&|out| sections::environment().to_writer(out))?;
        section(&|out| sections::files().to_writer(out))?;
    }
    section(&|out| see_also(command).to_writer(out))?;
    // Two of them are a backslash to some readers of roff only.
    Ok(String::from_utf8_lossy(&page).replace(r"\\", r"\e").into_bytes())
}

/// A page has the date of no day: what it says is what its version does.
fn title(command: &Command) -> Roff {
    let version = concat!("posmortem ", env!("CARGO_PKG_VERSION"));
    let mut roff = Roff::new();
    // An argument that is empty would be left out without the quotes.
    roff.control("TH", [name_of(command).to_uppercase().as_str(), "1", "\"\"", version, "User Commands"]);
    roff
}

/// What every piece of roff begins with; once is enough.
fn without_preamble(piece: &[u8]) -> io::Result<&[u8]> {
    let mut preamble = Vec::new();
    Roff::new().to_writer(&mut preamble)?;
    Ok(piece.strip_prefix(preamble.as_slice()).unwrap_or(piece))
}

/// The command with a usage as short as in its help, and possible values in the line, not one below the other.
fn prepared(command: &Command) -> Command {
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage).mut_args(with_values_in_line)
}

fn with_values_in_line(arg: Arg) -> Arg {
    let values = arg.get_possible_values();
    let takes_values = arg.get_num_args().is_some_and(|count| count.takes_values());
    let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
    if names.is_empty() || !takes_values {
        return arg;
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let told = format!("{help} [possible values: {}]", names.join(", "));
    arg.help(told).hide_possible_values(true)
}

/// The page above a command's, and those below it.
fn see_also(command: &Command) -> Roff {
    let own = name_of(command);
    let above = own.rsplit_once('-').map(|(above, _)| above.to_owned());
    let tool = Some(TOOL.to_owned()).filter(|tool| above.as_ref().is_some_and(|above| above != tool));
    let below = command.get_subcommands().map(name_of);
    let names: Vec<_> = tool.into_iter().chain(above).chain(below).map(|name| name + "(1)").collect();
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]).text([roman(names.join(", "))]);
    roff
}
