//! Memory of one run over a log, with and without the exchange table.
//!
//! The peak is that of a process, so each run has one of its own (Linux only):
//! `cargo bench -p posmortem-benches --bench memory -- [--table | --exchanges] LOG`.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use posmortem::exchange::ExchangeTable;
use posmortem::{InputSource, Run, Settings, analyse};
use std::time::Instant;

fn main() {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let is_asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let Some(log) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        println!("memory: give it a log to read, and `--table` to keep the exchange table");
        return;
    };
    let keep_table = is_asked("--table");
    let settings = Settings { keep_table, tells_exchanges: is_asked("--exchanges"), ..Settings::default() };
    let start = Instant::now();
    let Run { summary, table, .. } = analyse(&[InputSource::Path(log.into())], &settings, &mut ());
    let (attempts, terminals) = (summary.totals.exchanges, summary.terminals.len());
    println!("{attempts} attempts, {terminals} terminals, {:.2} s", start.elapsed().as_secs_f64());
    println!("peak: {} MiB", peak_kib().map_or("unknown".to_owned(), |kib| (kib / 1024).to_string()));
    if let Some(table) = table {
        tell_bytes(&table);
        tell_pass(&table);
    }
}

fn tell_bytes(table: &ExchangeTable) {
    let bytes = table.bytes();
    let a_row = |bytes: usize, rows: usize| bytes as f64 / rows.max(1) as f64;
    println!("core: {} bytes, {:.2} an attempt", bytes.core, a_row(bytes.core, table.len()));
    println!(
        "side: {} bytes, {:.2} an entry of {}, {:.2} an attempt",
        bytes.side,
        a_row(bytes.side, table.side_len()),
        table.side_len(),
        a_row(bytes.side, table.len()),
    );
    println!("dictionaries: {} bytes", bytes.dictionaries);
    println!("events: {} bytes for {}", bytes.events, table.events().len());
    println!("table: {:.2} bytes an attempt", a_row(bytes.total(), table.len()));
}

/// A pass as the baseline of diagnosis makes it: the cube of issuer, manner, hour and ending.
fn tell_pass(table: &ExchangeTable) {
    let dimensions = [table.issuers().len(), table.manners().len(), 24, table.endings().len()];
    let [_, manners, hours, endings] = dimensions;
    let start = Instant::now();
    let mut cube = vec![0_u32; dimensions.iter().product()];
    for chunk in table.chunks() {
        for row in 0..chunk.len() {
            let hour = chunk.millis(row).div_euclid(3_600_000).rem_euclid(24) as usize;
            let cell = chunk.issuers().id(row) * manners + chunk.manners().id(row);
            cube[(cell * hours + hour) * endings + chunk.endings().id(row)] += 1;
        }
    }
    let nanoseconds = start.elapsed().as_nanos() as f64 / table.len().max(1) as f64;
    assert_eq!(cube.iter().map(|cell| u64::from(*cell)).sum::<u64>(), table.len() as u64);
    println!("pass over {dimensions:?}: {nanoseconds:.1} ns an attempt");
}

/// The most memory that this process has held, in KiB.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
