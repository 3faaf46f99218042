//! Says how right a diagnosis is: draws labelled days, diagnoses them, and compares.
//!
//! Days come from the crate `synth` and are read and paired as any log is; the truth is compared with what
//! was said and never shown to it. Seeds below 1,000 are for tuning, those from 1,000 on for figures that
//! are told to others. It changes nothing of the diagnosis, and what it prints is for people (`--json` for
//! machines).
#![allow(clippy::print_stdout, reason = "a tool that prints scores")]

mod baselines;
mod calibration;
mod cost;
mod coverage;
mod day;
mod floors;
mod incident_score;
mod json;
mod rate;
mod report;
mod said;
mod significance;
mod terminal_score;
mod totals;
mod truth;
mod window;

use anyhow::Context;
use clap::Parser;
use posmortem_synth::{FaultCounts, Settings, World};
use serde_json::Value;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use totals::Totals;

/// Says how right a diagnosis is, on labelled days.
#[derive(Parser)]
#[command(name = "score-diagnosis")]
struct Args {
    /// city or province; both where none is named.
    #[arg(long, value_parser = world)]
    world: Vec<World>,
    /// How strong faults are: 1 is the middle of what is published.
    #[arg(long, value_delimiter = ',', default_values_t = [1.0, 0.5, 0.25])]
    effects: Vec<f64>,
    /// Days of each world and effect [default: 20, or 3 with --short].
    #[arg(long)]
    seeds: Option<u64>,
    /// The first day's seed; those from 1000 on are never tuned on.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Days of each world on which nothing is wrong [default: as many as --seeds].
    #[arg(long)]
    null_seeds: Option<u64>,
    /// Terminals [default: 4000, or 400 with --short].
    #[arg(long)]
    terminals: Option<u32>,
    /// Attempts a day [default: 100 a terminal].
    #[arg(long)]
    attempts: Option<u64>,
    /// Few small days at effect 1; fails where a figure is out of the bounds of floors.tsv.
    #[arg(long, conflicts_with = "effects")]
    short: bool,
    /// Writes the scores as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Lets the diagnosis know so many days before, of the same world without its faults.
    #[arg(long, default_value_t = 0, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=366))]
    history: u32,
    /// Lists what was wrong, day by day.
    #[arg(long)]
    errors: bool,
    /// Scores three simpler ways beside.
    #[arg(long)]
    baselines: bool,
}

fn world(name: &str) -> Result<World, &'static str> {
    World::from_name(name).filter(|world| World::LABELLED.contains(world)).ok_or("city or province")
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    // Made before the work, so that a wrong path fails at once.
    let json = args
        .json
        .as_ref()
        .map(|path| File::create(path).with_context(|| format!("cannot write {}", path.display())));
    let json = json.transpose()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let log = folder.path().join("day.csv");
    let worlds = if args.world.is_empty() { World::LABELLED.to_vec() } else { args.world.clone() };
    let (mut scores, mut broken) = (Vec::new(), Vec::new());
    for world in worlds {
        let figures = args.score(world, &log, &mut scores)?;
        let told = floors::broken(&figures).into_iter().map(|told| format!("{}: {told}", world.name()));
        broken.extend(told);
    }
    if let Some(json) = json {
        let mut json = BufWriter::new(json);
        serde_json::to_writer_pretty(&mut json, &Value::Array(scores)).context("cannot write the scores")?;
        writeln!(json).and_then(|()| json.flush()).context("cannot write the scores")?;
    }
    if !args.short {
        return Ok(ExitCode::SUCCESS);
    }
    broken.iter().for_each(|told| println!("{told}"));
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Args {
    /// Scores a world: all effects, then days without faults. The figures of effect 1 and of null days come
    /// back.
    fn score(
        &self,
        world: World,
        log: &Path,
        scores: &mut Vec<Value>,
    ) -> anyhow::Result<Vec<(&'static str, f64)>> {
        let (mut figures, mut all) = (Vec::new(), Totals::default());
        let effects: &[f64] = if self.short { &[1.0] } else { &self.effects };
        for effect in effects {
            let title = format!("{}, effect {effect}", world.name());
            let mut faults = FaultCounts::usual(self.terminals());
            faults.effect = *effect;
            let totals = self.days((world, &faults), self.seeds(), (&title, log), &mut all)?;
            print!("{}", report::faulty(&totals));
            scores.push(json::scores(world.name(), Some(*effect), &totals));
            if *effect == 1.0 {
                figures.extend(totals.figures());
            }
        }
        let nulls = self.null_seeds.unwrap_or(self.seeds());
        if nulls > 0 {
            let title = format!("{}, null days", world.name());
            let faults = FaultCounts::null(self.terminals());
            let totals = self.days((world, &faults), nulls, (&title, log), &mut all)?;
            print!("{}", report::null(&totals));
            scores.push(json::scores(world.name(), None, &totals));
            figures.extend(totals.null_figures());
        }
        println!("== {}, all days: {} ==\n", world.name(), all.days);
        print!("{}", report::claims(&all));
        Ok(figures)
    }

    /// Scores so many days, one after another.
    fn days(
        &self,
        (world, faults): (World, &FaultCounts),
        count: u64,
        (title, log): (&str, &Path),
        all: &mut Totals,
    ) -> anyhow::Result<Totals> {
        let (first, terminals) = (self.first_seed, self.terminals());
        let last = first + count.max(1) - 1;
        let attempts = self.attempts.unwrap_or(u64::from(terminals) * 100);
        println!(
            "== {title}: {count} days (seeds {first} to {last}) of {terminals} terminals and {attempts} attempts ==\n"
        );
        let mut totals = Totals::default();
        for seed in first..first + count {
            let settings =
                Settings { attempts, faults: *faults, ..Settings::labelled(seed, world, terminals) };
            let day = day::score(&settings, self.history, log, self.baselines)?;
            totals.add(&day);
            all.add(&day);
            if self.errors {
                let errors = day.terminals.errors.iter().chain(&day.incidents.errors);
                errors.for_each(|error| println!("seed {seed}: {error}"));
            }
        }
        if self.errors {
            println!();
        }
        Ok(totals)
    }

    fn seeds(&self) -> u64 {
        self.seeds.unwrap_or(if self.short { 3 } else { 20 })
    }

    fn terminals(&self) -> u32 {
        self.terminals.unwrap_or(if self.short { 400 } else { 4_000 })
    }
}
