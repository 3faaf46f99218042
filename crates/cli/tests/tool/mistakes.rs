//! Typical mistakes: each is told in one line that says what to do next.

use crate::bench::{Bench, fixture};

/// What is typed, the exit status, and what the last line on standard error must hold, parted by ` & `.
/// `DAY` stands for the day of fixtures.
const MISTAKES: &str = r"
                                        | 2 | a command is missing: report, compare, classify & (see `posmortem --help`)
reprot DAY                              | 2 | `reprot` is no command & did you mean `report`?
day.csv                                 | 2 | `day.csv` is no command & posmortem report day.csv
analyse DAY                             | 2 | `analyse` is no command: report, compare, classify, inspect & or man
help reprot                             | 2 | did you mean `report`?
config                                  | 2 | a command is missing: show & `posmortem config --help`
config shw                              | 2 | did you mean `show`?
report DAY --formt csv                  | 2 | `--formt` is no option of `posmortem report` & did you mean `--format`?
report DAY --out day.json               | 2 | did you mean `--output`?
report DAY --json                       | 2 | did you mean `--format json`?
report DAY -x                           | 2 | `-x` is no option of & (see `posmortem report --help`)
report DAY --limit 3                    | 2 | `--limit` is no option of `posmortem report` & belongs to `posmortem decode`
explain 55 --terminal 1                 | 2 | belongs to `posmortem report` and `posmortem classify`
--terminal 1 report DAY                 | 2 | `--terminal` is no option of `posmortem`; it belongs to `posmortem report`
config show --limit 3                   | 2 | no option of `posmortem config show`
report DAY -q -v                        | 2 | cannot be used with
report DAY --format yaml                | 2 | possible values: table, html, tsv, csv, json
report DAY --top ten                    | 2 | --top & write a whole number
report DAY --min-exchanges -1           | 2 | `-1` is no option & --help
report DAY --timezone                   | 2 | a value is required for '--timezone <ZONE>'
report DAY --why                        | 2 | say which, with --terminal ID
report DAY -o day                       | 2 | day: the name tells no format & .csv & --format
report DAY -o day.xyz                   | 2 | day.xyz: the name tells no format
report --splits no.tsv                  | 2 | --save
report --splits no.tsv --save t         | 2 | the splits in no.tsv cannot be read
report --splits typo.toml --save t      | 2 | --splits: typo.toml: line 2: write a path, its first byte
report DAY --splits no.tsv --save t     | 2 | cannot be used with
splits -                                | 2 | standard input cannot be cut: name the files
splits DAY --size lots                  | 2 | --size: `lots` is no size
report DAY -o no/day.csv                | 5 | no/day.csv cannot be written: make the folder no first
report DAY -o DAY                       | 2 | is an input and cannot be an output too
report DAY --save log.csv               | 5 | log.csv is no folder
report                                  | 3 | no message could be read
decode                                  | 3 | no message could be read
report folder                           | 2 | folder is a folder without a file in it: name logs
report --files-from no.txt              | 2 | the list no.txt cannot be read: 
report DAY --config no.toml             | 2 | the configuration no.toml cannot be read: 
report DAY --config folder              | 2 | the configuration folder cannot be read: 
report DAY --config typo.toml           | 2 | typo.toml:2: `timezon` is no setting; did you mean `timezone`?
report DAY --config broken.toml         | 2 | broken.toml:1: 
report DAY --terminals no.csv           | 2 | --terminals: no.csv cannot be read
report DAY --history no                 | 2 | --history: no cannot be read
report DAY --timezone Asia/Shangai      | 2 | did you mean `Asia/Shanghai`?
report DAY --timezone CST               | 2 | a name such as Asia/Shanghai & +08:00
report DAY --since yesterday            | 2 | `yesterday` is no time: write 2026-11-21
report DAY --since 2026-11-22 --until 2026-11-21 | 2 | --since is not before --until
report DAY --cause netwrk               | 2 | did you mean `network`?
report DAY --cause pin                  | 2 | write one of network, account, card, key, operator
report DAY --response-code 1-2          | 2 | is no response code: write one such as 55
report DAY --response-code Q9           | 0 | leave out --response-code to see what there is
report DAY --terminal 1001230           | 0 | has no attempt in the input; did you mean `1001230
report DAY --merchant=                  | 2 | --merchant: an id is empty
report DAY --dialect unionpay           | 2 | did you mean `unionpay-pos`?
report DAY --dialect mybank             | 2 | is no dialect: write one of iso1987,
report DAY --input-format csv           | 2 | write one of delimited, jpos
report DAY --profile default            | 2 | write one of iso87-ascii,
report DAY --profile my.toml            | 2 | cannot read the profile my.toml
report DAY --threads 0                  | 2 | no number of threads between 1 and 1024
report DAY --timeout 60                 | 2 | is no duration: write 90s, 1500ms or 10m
report DAY --max-rejects lots           | 2 | write a share such as 0.1% or a count such as 25
report DAY --separator ::               | 2 | one character, or comma, tab, pipe, semicolon
report DAY --lang cn                    | 2 | is neither en nor zh
explain                                 | 2 | <CODE or REASON> & (see `posmortem explain --help`)
explain 55 51                           | 2 | `51` is one argument too many for `posmortem explain`
explain pin_incorect                    | 2 | did you mean `pin_incorrect`?
explain nonsense_at_all                 | 2 | neither a known response code nor a reason & lists reasons
explain key                             | 2 | is a cause; its reasons are mac_invalid,
completions                             | 2 | <SHELL>; write bash, elvish, fish, powershell or zsh
completions tcsh                        | 2 | possible values: bash, elvish, fish, powershell, zsh
man reprot                              | 2 | did you mean `posmortem-report`?
classify DAY -o day.parquet             | 2 | say --all
inspect DAY --write-config log.csv      | 2 | log.csv is there already: --force replaces it
";

#[test]
fn every_mistake_is_told_what_to_do_next() {
    let bench = Bench::new()
        .with("log.csv", "time,rc\n")
        .with("folder/.hidden", "")
        .with("typo.toml", "\ntimezon = 'UTC'\n")
        .with("broken.toml", "timezone = \n");
    let day = fixture("day.csv");
    let mut tried = 0;
    for line in MISTAKES.lines().skip(1) {
        let [typed, code, told] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        let typed: Vec<_> =
            typed.split_whitespace().map(|word| if word == "DAY" { &day } else { word }).collect();
        let ended = bench.run(&typed);
        let (_, lines) = ended.with_code(code.parse().unwrap());
        let last = lines.last().unwrap_or_else(|| panic!("nothing is said: {line}"));
        for part in told.replace(" or REASON", "|REASON").split(" & ") {
            assert!(last.contains(part.trim()), "{line}\n{ended:?}");
        }
        tried += 1;
    }
    assert!(tried > 60);
}

#[test]
fn a_file_that_is_not_there_is_looked_for_beside() {
    let bench = Bench::new().with("logs/day.csv", "");
    let ended = bench.run(&["report", "logs/dya.csv"]);
    let (_, lines) = ended.with_code(3);
    assert!(lines[0].starts_with("posmortem: logs/dya.csv: "), "{lines:?}");
    assert!(lines[0].ends_with("; did you mean `logs/day.csv`?"), "{lines:?}");
    let ended = bench.run(&["report", "logs/unlike", "no/day.csv"]);
    assert!(!ended.with_code(3).1.join(" ").contains("did you mean"), "{ended:?}");
}
