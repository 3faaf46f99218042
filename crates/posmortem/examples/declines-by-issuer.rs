//! Counts declines by issuer and code while a log is read: an [`Observer`] at work.
//!
//! `cargo run -p posmortem --example declines-by-issuer -- fixtures/day.csv`

use posmortem::exchange::{Conclusion, Exchange, Names, Outcome};
use posmortem::{InputSource, Observer, Settings, analyse};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

fn main() -> io::Result<()> {
    let inputs: Vec<_> = std::env::args_os().skip(1).map(|path| InputSource::Path(path.into())).collect();
    write(&inputs, &mut io::stdout().lock())
}

/// Declines by issuer and code. The texts behind symbols are those of this run, and symbols are in no order.
#[derive(Default)]
struct Declines(BTreeMap<(String, String), u64>);

impl Observer for Declines {
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        if conclusion.outcome == Outcome::Declined {
            let issuer = names.text(exchange.symbol(|leg| leg.issuer)).to_owned();
            let code = conclusion.code.map(|code| code.to_string()).unwrap_or_default();
            *self.0.entry((issuer, code)).or_default() += 1;
        }
        // `Break` would end the run.
        ControlFlow::Continue(())
    }
}

fn write(inputs: &[InputSource], out: &mut dyn Write) -> io::Result<()> {
    let mut declines = Declines::default();
    analyse(inputs, &Settings::default(), &mut declines);
    for ((issuer, code), count) in &declines.0 {
        writeln!(out, "{issuer}\t{code}\t{count}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_issuer_was_down_on_the_day_of_fixtures() {
        let day = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/day.csv");
        let mut told = Vec::new();
        super::write(&[super::InputSource::Path(day.into())], &mut told).expect("a Vec takes every byte");
        let told = String::from_utf8(told).expect("texts are UTF-8");
        assert!(told.lines().any(|line| line == "62220200\t91\t30"), "{told}");
        let sum: u64 = told.lines().filter_map(|line| line.rsplit('\t').next()?.parse::<u64>().ok()).sum();
        assert_eq!(sum, 154);
    }
}
