//! Timing.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]
use posmortem::{InputSource, analyse, diagnose};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let asked = posmortem::Settings { keep_table: true, ..posmortem::Settings::default() };
    let run = analyse(&[InputSource::Path(path.into())], &asked, &mut ());
    let (table, names) = (run.table.unwrap(), run.summary.names);
    let diagnosis = diagnose::diagnose(&table, &names, &diagnose::Settings::default());
    for i in &diagnosis.incidents {
        println!("{:?} {:?} {:?} {:?}", i.scope, i.reason, i.observed, i.expected);
    }
}
