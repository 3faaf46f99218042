//! A build without tables says so.

use crate::bench::{Bench, fixture};

#[test]
fn tables_that_are_not_built_in_are_2() {
    let bench = Bench::new().with("day.parquet", "PAR1");
    let day = fixture("day.csv");
    for arguments in [
        &["report", &day, "--save", "tables"][..],
        &["classify", "--all", &day, "-o", "a.parquet"],
        &["report", "day.parquet"],
    ] {
        bench.run(arguments).says_only(2, "built without exchange tables");
    }
}
