//! Tells which terminals of a log are at fault themselves, why, and what to do, a line each.
//!
//! `cargo run -p posmortem --example terminals-at-fault -- fixtures/day.csv`

use posmortem::classify::Language;
use posmortem::diagnose;
use posmortem::{InputSource, Settings, analyse};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let inputs: Vec<_> = std::env::args_os().skip(1).map(|path| InputSource::Path(path.into())).collect();
    write(&inputs, &mut io::stdout().lock())
}

fn write(inputs: &[InputSource], out: &mut dyn Write) -> io::Result<()> {
    let settings = Settings {
        tells_exchanges: false,
        diagnosis: Some(diagnose::Settings::default()),
        ..Settings::default()
    };
    let run = analyse(inputs, &settings, &mut ());
    let verdicts = run.diagnosis.iter().flat_map(diagnose::Diagnosis::verdicts);
    for verdict in verdicts.filter(|verdict| verdict.state.is_fault()) {
        let Some(reason) = verdict.reason else { continue };
        let terminal = run.summary.names.text(verdict.terminal);
        let action = run.summary.actions.of(reason, Language::En);
        writeln!(
            out,
            "{terminal}: {} ({} seen, {} expected). {action}",
            reason.name(),
            verdict.observed,
            verdict.expected
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_day_of_fixtures_has_five() {
        let day = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/day.csv");
        let mut told = Vec::new();
        super::write(&[super::InputSource::Path(day.into())], &mut told).expect("a Vec takes every byte");
        let told = String::from_utf8(told).expect("texts are UTF-8");
        assert_eq!(told.lines().count(), 5, "{told}");
        let line = "10012307: mac_key_out_of_sync (27 seen, 0.011 expected). Exchange the MAC key anew and look for \
                    an 0810 that got lost.";
        assert!(told.lines().any(|told| told == line), "{told}");
    }
}
