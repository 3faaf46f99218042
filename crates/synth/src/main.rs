//! Writes a labelled day: a log, and the truth about it in a file beside.
#![allow(clippy::print_stderr, reason = "a tool says what it did")]

use anyhow::{Context, bail};
use clap::Parser;
use jiff::civil::Date;
use posmortem_synth::{FaultCounts, FaultKind, Form, Rates, Settings, Wire, World, write};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
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
    /// plain, city or province. The latter two have faults.
    #[arg(long, default_value = "plain", value_parser = |text: &str| World::from_name(text).ok_or("plain, city or province"))]
    world: World,
    /// Multiplies the share of attempts that each fault hits.
    #[arg(long, default_value_t = 1.0, value_parser = effect)]
    effect: f64,
    /// No fault and no attack; what only looks like one remains.
    #[arg(long)]
    null: bool,
    /// How many of a kind of fault, such as issuer_outage=1; the others are as usual, or none with --null.
    #[arg(long, value_name = "KIND=NUMBER", value_parser = count)]
    count: Vec<(FaultKind, u32)>,
    /// Links of the plain world.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    links: u32,
    /// responses, both, jpos, lean, ndjson, keyvalue, jpos-jsonl, ist, table, moov,
    /// jreactive, hexlines or frames.
    #[arg(long, default_value = "responses", value_parser = form)]
    form: Form,
    /// What messages of hexlines and frames look like, such as iso87-bcd.
    #[arg(long, value_name = "NAME", default_value = "iso87-ascii", value_parser = wire)]
    profile: Wire,
    /// Only what every form can tell: whole seconds, and what a message on the wire says.
    #[arg(long)]
    bare: bool,
    /// What the one link of a bare day is called.
    #[arg(long, value_name = "NAME", default_value = "", requires = "bare")]
    link: String,
    /// The first day.
    #[arg(long, default_value = "2026-11-21", value_parser = day)]
    day: Date,
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
    /// What a diagnosis should say, one JSON object a line.
    #[arg(long)]
    labels: Option<PathBuf>,
    /// A configuration for posmortem that tells each link's dialect.
    #[arg(long)]
    config: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    refuse_collisions(&args)?;
    match run(&args) {
        // Who reads the log has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        ended => ended,
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    let settings = args.settings();
    // All made before the work, so that a wrong path fails at once.
    let mut out: Box<dyn Write> = match args.log() {
        None => Box::new(io::stdout().lock()),
        Some(path) => Box::new(create(path)?),
    };
    let truth = args.truth.as_deref().map(create).transpose()?;
    let labels = args.labels.as_deref().map(create).transpose()?;
    let config = args.config.as_deref().map(create).transpose()?;
    let mut attempts = args.truth_attempts.as_deref().map(create).transpose()?.map(BufWriter::new);
    let attempts_out = attempts.as_mut().map(|file| file as &mut dyn Write);
    let written = write(&settings, &mut *out, attempts_out).context("cannot write the log")?;
    out.flush().context("cannot write the log")?;
    if let Some(mut attempts) = attempts {
        attempts.flush().context("cannot write the attempts")?;
    }
    if let Some(truth) = truth {
        let mut truth = BufWriter::new(truth);
        written.truth.write_tsv(&mut truth).and_then(|()| truth.flush()).context("cannot write the truth")?;
    }
    if let Some(labels) = labels {
        let mut labels = BufWriter::new(labels);
        let told = written.labels.write_json_lines(&mut labels).and_then(|()| labels.flush());
        told.context("cannot write the labels")?;
    }
    if let Some(mut config) = config {
        // The links of a bare day have one name.
        let mut told = BTreeSet::new();
        for link in written.links.iter().filter(|link| told.insert(&link.name)) {
            writeln!(config, "[link.\"{}\"]\ndialect = \"{}\"\n", link.name, link.dialect)
                .context("cannot write the configuration")?;
        }
    }
    let truth = &written.truth;
    eprintln!("{} messages of {} attempts, {} bytes", truth.lines, truth.totals.exchanges, truth.bytes);
    Ok(())
}

impl Args {
    fn settings(&self) -> Settings {
        let is_plain = self.world == World::Plain;
        let mut faults = match (is_plain, self.null) {
            (true, _) => FaultCounts::default(),
            (false, true) => FaultCounts::null(self.terminals),
            (false, false) => FaultCounts::usual(self.terminals),
        };
        faults.effect = self.effect;
        for (kind, count) in &self.count {
            faults = faults.with(*kind, *count);
        }
        let rates = match (self.plain, self.nasty, is_plain) {
            (true, ..) => Rates::plain(),
            (_, true, _) => Rates::nasty(),
            (.., true) => Rates::everyday(),
            (.., false) => Rates::labelled(),
        };
        Settings {
            day: self.day,
            days: self.days,
            attempts: self.attempts,
            terminals: self.terminals,
            world: self.world,
            faults,
            links: self.links,
            two_dialects: !self.one_dialect,
            form: self.form,
            wire: self.profile,
            bare: self.bare,
            link: self.link.clone(),
            rates,
            ..Settings::new(self.seed)
        }
    }

    /// The file of the log, unless it goes to standard output.
    fn log(&self) -> Option<&Path> {
        Some(self.output.as_path()).filter(|path| *path != Path::new("-"))
    }
}

/// Two outputs in one file would be neither.
fn refuse_collisions(args: &Args) -> anyhow::Result<()> {
    let further = [&args.truth, &args.truth_attempts, &args.labels, &args.config];
    let mut seen = BTreeSet::new();
    for path in args.log().into_iter().chain(further.into_iter().flatten().map(PathBuf::as_path)) {
        let is_device = fs::metadata(path).is_ok_and(|there| !there.is_file());
        if !is_device && !seen.insert(identity(path)) {
            bail!("{} is named for two outputs", path.display());
        }
    }
    Ok(())
}

/// The file behind a path, whether it is there yet or not.
fn identity(path: &Path) -> PathBuf {
    let not_yet = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(not_yet).unwrap_or_else(|| path.to_owned())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .root_cause()
        .downcast_ref()
        .is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// A share of what is published, and no more than all attempts make sense of.
fn effect(text: &str) -> Result<f64, String> {
    let effect: f64 = text.parse().map_err(|_| "a number such as 0.5")?;
    if (0.0..=10.0).contains(&effect) { Ok(effect) } else { Err("a number from 0 to 10".to_owned()) }
}

fn form(text: &str) -> Result<Form, String> {
    Form::from_name(text).ok_or_else(|| format!("one of: {}", Form::ALL.map(Form::name).join(", ")))
}

fn wire(text: &str) -> Result<Wire, String> {
    let names = || Wire::all().map(Wire::name).collect::<Vec<_>>().join(", ");
    Wire::from_name(text).ok_or_else(|| format!("one of: {}", names()))
}

/// A kind of fault and how many.
fn count(text: &str) -> Result<(FaultKind, u32), String> {
    let kinds = || FaultKind::ALL.map(FaultKind::name).join(", ");
    let (kind, count) = text.split_once('=').ok_or("a kind and a number, such as attack=2")?;
    let kind = FaultKind::from_name(kind).ok_or_else(|| format!("a kind of: {}", kinds()))?;
    let count = count.parse().ok().filter(|count| *count <= 100_000);
    Ok((kind, count.ok_or("a number up to 100000")?))
}

/// A day on which, and on as many as are allowed after it, times have four-digit years.
fn day(text: &str) -> Result<Date, String> {
    let day: Date = text.parse().map_err(|_| "a day such as 2026-11-21")?;
    if (1970..9_899).contains(&day.year()) { Ok(day) } else { Err("a year from 1970 to 9898".to_owned()) }
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
        for (text, is_day) in
            [("2024-02-29", true), ("2026-02-29", false), ("9899-01-01", false), ("x", false)]
        {
            assert_eq!(day(text).is_ok(), is_day, "{text}");
        }
    }
}
