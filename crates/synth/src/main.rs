//! Writes a labelled day: a log, and the truth about it in a file beside.
#![allow(clippy::print_stderr, reason = "a tool says what it did")]

use anyhow::Context;
use clap::Parser;
use posmortem_synth::{Day, Form, Rates, Settings, write};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes transaction logs of a seeded world, with their known truth beside them.
#[derive(Parser)]
#[command(name = "posmortem-synth")]
struct Args {
    /// Draws everything: the same seed and settings give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Attempts of all days; retries, reversals, advices and sign-ons come on top.
    #[arg(long, default_value_t = 100_000)]
    attempts: u64,
    /// Terminals.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    terminals: u32,
    /// Links.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    links: u32,
    /// responses, both or jpos.
    #[arg(long, default_value = "responses", value_parser = |text: &str| Form::from_name(text).ok_or("responses, both or jpos"))]
    form: Form,
    /// The first day.
    #[arg(long, default_value = "2026-11-21", value_parser = |text: &str| Day::parse(text).ok_or("a day such as 2026-11-21"))]
    day: Day,
    /// How many days.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=36_525))]
    days: u32,
    /// Sales and answers alone: no retries, repeats, reversals, advices or late answers.
    #[arg(long, conflicts_with = "nasty")]
    plain: bool,
    /// Everything that is rare on an ordinary day, often.
    #[arg(long)]
    nasty: bool,
    /// ISO 8583:1987 codes alone, so that nobody needs to be told a link's dialect.
    #[arg(long)]
    one_dialect: bool,
    /// The log, `-` for standard output.
    #[arg(short, long, default_value = "-")]
    output: PathBuf,
    /// What a report must say of the log.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// One row an attempt.
    #[arg(long)]
    truth_attempts: Option<PathBuf>,
    /// A configuration for posmortem that tells each link's dialect.
    #[arg(long)]
    config: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let settings = Settings {
        day: args.day,
        days: args.days,
        attempts: args.attempts,
        terminals: args.terminals,
        links: args.links,
        two_dialects: !args.one_dialect,
        form: args.form,
        rates: if args.plain {
            Rates::plain()
        } else if args.nasty {
            Rates::nasty()
        } else {
            Rates::everyday()
        },
        ..Settings::new(args.seed)
    };
    let mut out: Box<dyn Write> = if args.output == Path::new("-") {
        Box::new(std::io::stdout().lock())
    } else {
        Box::new(create(&args.output)?)
    };
    // Made before the work, so that a wrong path fails at once.
    let truth = args.truth.as_deref().map(create).transpose()?;
    let mut attempts = args.truth_attempts.as_deref().map(create).transpose()?.map(BufWriter::new);
    let attempts_out = attempts.as_mut().map(|file| file as &mut dyn Write);
    let written = write(&settings, &mut *out, attempts_out).context("cannot write the log")?;
    out.flush()?;
    if let Some(mut attempts) = attempts {
        attempts.flush()?;
    }
    if let Some(truth) = truth {
        let mut truth = BufWriter::new(truth);
        written.truth.write_tsv(&mut truth)?;
        truth.flush()?;
    }
    if let Some(path) = &args.config {
        let mut config = create(path)?;
        for link in &written.links {
            writeln!(config, "[link.\"{}\"]\ndialect = \"{}\"\n", link.name, link.dialect)?;
        }
    }
    let truth = &written.truth;
    eprintln!("{} messages of {} attempts, {} bytes", truth.lines, truth.totals.exchanges, truth.bytes);
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_that_no_machine_can_hold_are_refused() {
        for (flag, most) in [("--terminals", "10000000"), ("--links", "100000"), ("--days", "36525")] {
            let parse = |number| Args::try_parse_from(["posmortem-synth", flag, number]);
            assert!(parse(most).is_ok() && parse("1").is_ok(), "{flag}");
            assert!(parse("0").is_err() && parse("4294967295").is_err(), "{flag}");
        }
    }
}
