//! The converted table against the collection that it was made from, where that is at hand.

use posmortem_classify::CodeTables;

#[test]
fn code_cause_reason_and_retry_are_the_references() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/response-codes.tsv");
    let Ok(reference) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is not here");
        return;
    };
    let reference: Vec<[&str; 5]> = reference
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>()[..5].try_into().unwrap())
        .collect();
    let entries = CodeTables::built_in().all_entries();
    assert_eq!(entries.len(), reference.len());
    for (entry, [dialect, code, cause, reason, retry]) in entries.iter().zip(reference) {
        let ours = entry.mti.map_or(entry.code.to_owned(), |mti| format!("{}({mti})", entry.code));
        let names = match entry.meaning.names() {
            // The reference tells partial approvals by their title alone.
            ("approved", "partial") => ("approved", "none"),
            names => names,
        };
        assert_eq!(
            (entry.dialect.name(), ours.as_str(), names, entry.retry.name()),
            (dialect, code, (cause, reason), retry),
        );
    }
}
