#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]
use posmortem::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mut settings = Settings::default();
    settings.keep_table = true;
    let run = analyse(&[InputSource::Path(path.into())], &settings, &mut ());
    let table = run.table.unwrap();
    println!("{} attempts, {} events", table.len(), table.events().len());
    let names = &run.summary.names;
    let t = std::time::Instant::now();
    let d = posmortem_diagnose::diagnose(&table, names, &posmortem_diagnose::Settings::default());
    println!("{:?}", t.elapsed());
    for i in &d.incidents {
        println!(
            "{} {} {} {:?} {} {} obs {} exp {} n {} term {} conf {}",
            i.id,
            i.cause.name(),
            i.reason.name(),
            i.scope,
            i.start,
            i.end,
            i.observed,
            i.expected,
            i.attempts,
            i.terminals,
            i.confidence
        );
    }
    let mut by = std::collections::BTreeMap::new();
    for v in d.verdicts() {
        *by.entry((v.state.name(), v.reason.map_or("", |r| r.name()))).or_insert(0) += 1;
    }
    for (k, v) in by {
        println!("{k:?} {v}");
    }
    for v in d.verdicts().iter().filter(|v| v.state.name() == "own").take(5) {
        println!(
            "{} {:?} {:?} {}",
            names.text(v.terminal),
            v.reason,
            v.confidence,
            v.evidence.iter().map(|e| e.text(classify::Language::En, names)).collect::<Vec<_>>().join("; ")
        );
    }
}
