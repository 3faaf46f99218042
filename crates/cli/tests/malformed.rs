//! Every malformed file, and inputs that are wrong as a whole: the exit status, the ledger and the
//! message say what could be read, and nothing is lost in silence.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use support::terminals_without_places;
use support::{Bench, Ended, WHOLE_REPORT, counts, fixture, ledger, list, number, read_report, report};

/// Files that can be read, at least in part: exit status, ledger (lines that are not 0), lines that
/// are rejected, and attempts by outcome and cause.
const REPORTS: &str = "
    bad-amount.csv          | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    bad-mti.csv             | 0 | complete 1, open 1, paired 2, rejected 4 | 4 5 6 8 | approved 2, open 1
    bad-time.csv            | 0 | open 4, rejected 4                       | 3 5 7 9 | open 4
    bad-xml.log             | 0 | paired 4, non_message 1                  |         | approved 1, declined 1, account 1
    bom.csv                 | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    broken-off.log          | 0 | paired 2, rejected 1                     | 34      | approved 1
    cdata.log               | 0 | paired 2                                 |         | approved 1
    complete-rows.csv       | 0 | complete 6                               |         | approved 2, declined 2, unanswered 2, network 2, account 2
    control-characters.csv  | 0 | paired 8                                 |         | declined 4, account 4
    crlf.csv                | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    de-names.csv            | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    five-time-stamps.log    | 0 | response_only 6                          |         | approved 6
    hops.csv                | 0 | duplicates 6, paired 6                   |         | approved 2, declined 1, network 1
    interleaved.log         | 0 | paired 6, rejected 1                     | 34      | approved 2, declined 1, account 1
    late-response.csv       | 0 | paired 8, reversal 2                     |         | approved 2, late 2, network 2
    long-row.csv            | 0 | paired 6, rejected 1                     | 6       | approved 1, declined 2, account 2
    midnight-cut-a.csv      | 0 | open 1, paired 4                         |         | approved 2, open 1
    midnight-cut-b.csv      | 0 | open 1, paired 4                         |         | approved 1, declined 1, open 1, account 1
    nested-mti.log          | 0 | paired 4, rejected 1                     | 34      | approved 2
    no-final-newline.csv    | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    nul.csv                 | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    pipe.psv                | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    planted-card-data.csv   | 0 | rejected 1, response_only 11             | 5       | declined 11, account 11
    planted-card-data.log   | 0 | duplicates 2, open 2, paired 2, rejected 1, non_message 1 | 111 | declined 1, open 2, account 1
    quoted-newline.csv      | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    responses-only.csv      | 0 | response_only 5                          |         | approved 2, declined 3, network 1, account 2
    reversal-partial.csv    | 0 | paired 4, reversal 2                     |         | approved 1, reversed 1, operator 1
    scripts.log             | 0 | duplicates 2, paired 2, non_message 2    |         | approved 1
    semicolon.csv           | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    short-row.csv           | 0 | paired 6, rejected 1                     | 6       | approved 1, declined 2, account 2
    stray-quote.csv         | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    tab.tsv                 | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    truncated.csv.gz        | 4 | paired 6, rejected 1                     | 8       | approved 2, declined 1, account 1
    two-members.csv.gz      | 0 | paired 8                                 |         | approved 2, declined 2, account 2
    unclosed-quote.csv      | 0 | open 1, paired 6, rejected 1             | 8       | approved 2, declined 1, open 1, account 1
    unknown-columns.csv     | 0 | paired 8                                 |         | approved 2, declined 2, account 2
";

/// Files of which nothing can be read, and what is said of them.
const REFUSED: &str = "
    README.md            | no known log format
    duplicate-column.csv | both stand for the column `response_code`
    empty.csv            | is empty
    header-only.csv      | holds no message
    missing-time.csv     | the header row lacks a time
    no-header.csv        | no known log format
    noise.bin            | no known log format
    not-a-log.txt        | no known log format
    planted.txt          | no known log format
";

/// The cells of a table's rows.
fn cells<const N: usize>(table: &'static str) -> Vec<[&'static str; N]> {
    let rows = table.trim().lines();
    rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn malformed(name: &str) -> String {
    fixture(&format!("malformed/{name}"))
}

#[test]
fn every_malformed_file_has_a_row() {
    let entries = fs::read_dir(fixture("malformed")).unwrap();
    let there: BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let reports = cells::<5>(REPORTS).into_iter().map(|[name, ..]| name.to_owned());
    let refused = cells::<2>(REFUSED).into_iter().map(|[name, _]| name.to_owned());
    assert_eq!(reports.chain(refused).collect::<BTreeSet<_>>(), there);
}

/// `name count` of what is not 0.
fn listed<'n>(counts: impl IntoIterator<Item = (&'n str, u64)>) -> String {
    let lines = counts.into_iter().filter(|(_, count)| *count > 0);
    lines.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

/// The lines in a list of rejects.
fn rejected_lines(list: &str) -> String {
    let lines = list.lines().skip(1).map(|row| row.split('\t').nth(2).unwrap());
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_can_be_read_is_counted_and_the_rest_is_told() {
    for [name, code, in_ledger, rejects, attempts] in cells(REPORTS) {
        let bench = Bench::new();
        let report = report(&bench, code.parse().unwrap(), &["--rejects", "rejects.tsv", &malformed(name)]);
        let non_messages = ("non_message", number(&report["input"]["ledger"]["non_message"]));
        assert_eq!(listed(ledger(&report).into_iter().chain([non_messages])), in_ledger, "{name}");
        assert_eq!(rejected_lines(&bench.read("rejects.tsv")), rejects, "{name}");
        assert_eq!(listed(counts(&report["totals"]).into_iter().skip(1)), attempts, "{name}");
    }
}

#[test]
fn neither_threads_nor_what_is_asked_for_change_a_count() {
    for [name, code, ..] in cells::<5>(REPORTS) {
        let of = |options: &[&str]| {
            let bench = Bench::new();
            bench
                .run(&[&WHOLE_REPORT[..], options, &[&malformed(name)]].concat())
                .with_code(code.parse().unwrap())
                .0
                .to_owned()
        };
        assert_eq!(of(&["--threads", "1"]), of(&["--threads", "2"]), "{name}");
        let [counted, judged] = [&["--no-diagnosis"][..], &[]].map(|options| read_report(&of(options)));
        assert_eq!((&counted["input"], &counted["totals"]), (&judged["input"], &judged["totals"]), "{name}");
    }
}

/// What belongs together over files may pair otherwise than alone, and still every frame of every file is there once.
#[test]
fn every_frame_of_all_files_is_in_one_ledger() {
    let names: Vec<String> = cells::<5>(REPORTS).iter().map(|[name, ..]| malformed(name)).collect();
    let frames = |report: &Value| {
        let files = list(&report["input"]["files"]).iter();
        files
            .map(|file| (file["path"].clone(), file["frames"].clone(), file["rejected"].clone()))
            .collect::<Vec<_>>()
    };
    let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
    let together = report(&Bench::new(), 4, &inputs);
    let alone = cells::<5>(REPORTS).into_iter().flat_map(|[name, code, ..]| {
        frames(&report(&Bench::new(), code.parse().unwrap(), &[&malformed(name)]))
    });
    assert_eq!(frames(&together), alone.collect::<Vec<_>>());
    let rejected: u64 = list(&together["input"]["files"]).iter().map(|file| number(&file["rejected"])).sum();
    assert_eq!(number(&together["input"]["ledger"]["rejected"]), rejected);
}

#[test]
fn nothing_to_read_is_3_with_the_reason_and_no_report() {
    for [name, told] in cells(REFUSED) {
        let ended = Bench::new().run(&[&WHOLE_REPORT[..], &[&malformed(name)]].concat());
        let (stdout, lines) = ended.with_code(3);
        assert!(stdout.is_empty() && lines[0].contains(name) && lines[0].contains(told), "{ended:?}");
        assert_eq!(lines[1..], ["posmortem: no message could be read"], "{name}");
    }
}

#[test]
fn other_ways_to_write_the_same_rows_give_the_same_report() {
    let terminals = |name| terminals_without_places(&report(&Bench::new(), 0, &[&malformed(name)]));
    let plain = terminals("no-final-newline.csv");
    for name in [
        "bom.csv",
        "crlf.csv",
        "de-names.csv",
        "pipe.psv",
        "quoted-newline.csv",
        "semicolon.csv",
        "tab.tsv",
        "two-members.csv.gz",
        "unknown-columns.csv",
    ] {
        assert_eq!(terminals(name), plain, "{name}");
    }
}

#[test]
fn rows_without_a_header_are_read_when_their_columns_are_named() {
    let columns = "time,mti,terminal_id,merchant_id,stan,rrn,amount,currency,response_code";
    let report = report(&Bench::new(), 0, &[&malformed("no-header.csv"), "--columns", columns]);
    assert_eq!(listed(counts(&report["totals"])), "exchanges 4, approved 2, declined 2, account 2");
}

#[test]
fn halves_of_an_exchange_cut_by_midnight_find_each_other() {
    let [before, after] = ["midnight-cut-a.csv", "midnight-cut-b.csv"].map(malformed);
    let in_order = report(&Bench::new(), 0, &[&before, &after]);
    assert_eq!(listed(ledger(&in_order)), "paired 10");
    assert_eq!(listed(counts(&in_order["totals"])), "exchanges 5, approved 4, declined 1, account 1");
    assert_eq!(report(&Bench::new(), 0, &[&after, &before]), in_order);
}

/// Rows of `classify --all` as objects.
fn classified(name: &str) -> Vec<Value> {
    let ended = Bench::new().run(&["classify", "--all", "--format", "ndjson", &malformed(name)]);
    ended.with_code(0).0.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_code_that_a_hop_hid_gives_the_cause() {
    let rows = classified("hops.csv");
    let told = ["response_code", "outcome", "cause", "reason"].map(|name| rows[0][name].as_str().unwrap());
    assert_eq!(told, ["96", "declined", "network", "issuer_unavailable"]);
}

#[test]
fn every_generation_of_time_stamps_is_read() {
    let rows = classified("five-time-stamps.log");
    let times: Vec<_> = rows.iter().map(|row| row["time"].as_str().unwrap()).collect();
    let expected = [
        "2014-11-24T00:00:03.292",
        "2014-11-24T00:01:03.029",
        "2015-02-21T20:35:14.969",
        "2015-09-29T12:16:04.787Z",
        "2019-10-25T09:57:01.382",
        "2026-11-21T10:00:02.125",
    ];
    assert_eq!(times, expected);
}

#[test]
fn answers_alone_are_told_as_such() {
    let coverage = |name| report(&Bench::new(), 0, &[&malformed(name)])["totals"]["coverage"].clone();
    assert_eq!(coverage("responses-only.csv"), "responses_only");
    assert_eq!(coverage("complete-rows.csv"), "complete");
}

#[test]
fn an_amount_that_cannot_be_read_is_in_no_sum() {
    let report = report(&Bench::new(), 0, &[&malformed("bad-amount.csv")]);
    let failed: u64 = list(&report["totals"]["amounts"]).iter().map(|sum| number(&sum["failed"])).sum();
    assert_eq!(failed, 0, "the declined ones are -990 and one of twenty digits beside nothing");
}

#[test]
fn ids_cannot_drive_a_terminal_or_tear_a_table() {
    for (arguments, lines) in [
        (&["report", "--format", "tsv"][..], 5),
        (&["report", "--format", "csv"], 5),
        (&["classify", "--format", "tsv"], 5),
        (&["classify", "--format", "csv"], 5),
        (&["classify", "--format", "ndjson"], 4),
        (&["report", "--format", "table"], 0),
        (&["report", "--format", "json"], 0),
        (&["report", "--format", "html"], 0),
    ] {
        let name = malformed("control-characters.csv");
        let ended = Bench::new().run(&[arguments, &[&name]].concat());
        let (stdout, _) = ended.with_code(0);
        let is_odd = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
        assert!(!stdout.contains(is_odd), "{arguments:?}: {stdout:?}");
        assert!(lines == 0 || stdout.lines().count() == lines, "{arguments:?}: {stdout:?}");
        if arguments.ends_with(&["tsv"]) {
            let tabs: BTreeSet<_> = stdout.lines().map(|line| line.matches('\t').count()).collect();
            assert_eq!(tabs.len(), 1, "{stdout:?}");
        }
    }
}

#[test]
fn a_nul_does_not_cut_an_id_short() {
    let row = &classified("nul.csv")[1];
    assert_eq!(row["merchant_id"], "1029110541\\x0010011");
}

/// Good rows, of which a report counts four attempts.
fn good() -> String {
    malformed("crlf.csv")
}

#[track_caller]
fn has_the_good_rows(ended: &Ended, code: i32, told: &str) {
    let (stdout, lines) = ended.with_code(code);
    assert_eq!(read_report(stdout)["totals"]["exchanges"], 4);
    assert!(lines.iter().any(|line| line.contains(told)), "{lines:?}");
}

/// Alone, such an input leaves nothing to report.
#[track_caller]
fn is_3_alone_and_4_among_good_ones(bench: &Bench, input: &str, told: &str) {
    let alone = bench.run(&[&WHOLE_REPORT[..], &[input]].concat());
    let (stdout, lines) = alone.with_code(3);
    assert!(stdout.is_empty() && lines[0].contains(told), "{alone:?}");
    for inputs in [[input, &good()], [&good(), input]] {
        has_the_good_rows(&bench.run(&[&WHOLE_REPORT, &inputs[..]].concat()), 4, told);
    }
}

#[test]
fn a_missing_file_is_told() {
    is_3_alone_and_4_among_good_ones(&Bench::new(), "missing.log", "missing.log: No such file");
}

#[test]
fn noise_is_told() {
    is_3_alone_and_4_among_good_ones(
        &Bench::new(),
        &malformed("noise.bin"),
        "noise.bin: no known log format",
    );
}

#[test]
#[cfg(unix)]
fn a_file_without_permission_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().with("secret.csv", "time,mti\n");
    fs::set_permissions(bench.path("secret.csv"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(bench.path("secret.csv")).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    is_3_alone_and_4_among_good_ones(&bench, "secret.csv", "secret.csv: Permission denied");
}

/// Opens, and fails at the first byte: nothing is mapped there.
#[test]
#[cfg(target_os = "linux")]
fn a_file_whose_bytes_cannot_be_read_is_told() {
    is_3_alone_and_4_among_good_ones(&Bench::new(), "/proc/self/mem", "/proc/self/mem: ");
}

#[test]
fn a_folder_without_files_is_wrong_usage() {
    let bench = Bench::new();
    for inputs in [&["."][..], &[".", &good()], &[&good(), "."]] {
        bench.run(&[&["report"], inputs].concat()).says_only(2, ". is a folder without a file in it");
    }
}

#[test]
fn nothing_on_standard_input_is_3() {
    let header = "time,mti,terminal_id,stan,response_code";
    for (stdin, told) in [
        ("", "standard input is empty"),
        ("\n \n", "standard input is empty"),
        (header, "standard input holds no message"),
        (&format!("{header}\r\n"), "standard input holds no message"),
    ] {
        for command in ["report", "classify"] {
            let ended = Bench::new().run_on(stdin, &[command]);
            let (stdout, lines) = ended.with_code(3);
            assert_eq!(stdout, "");
            assert!(lines[0].contains(told) && lines.len() == 2, "{stdin:?}: {lines:?}");
        }
    }
}

#[test]
fn nothing_in_a_file_is_a_note_among_good_ones() {
    for (name, told) in
        [("empty.csv", "empty.csv is empty"), ("header-only.csv", "header-only.csv holds no message")]
    {
        let ended = Bench::new().run(&[&WHOLE_REPORT[..], &[&malformed(name), &good()]].concat());
        has_the_good_rows(&ended, 0, told);
    }
}

#[test]
fn a_stream_that_breaks_off_is_4_alone_and_among_good_ones() {
    let (bench, broken) = (Bench::new(), malformed("truncated.csv.gz"));
    let told = "truncated.csv.gz: broken off after byte 658";
    for inputs in [&[&*broken][..], &[&broken, &good()], &[&good(), &broken]] {
        let ended = bench.run(&[&WHOLE_REPORT, inputs].concat());
        let (stdout, lines) = ended.with_code(4);
        assert!(lines[0].contains(told), "{lines:?}");
        let exchanges = if inputs.len() == 1 { 3 } else { 4 };
        assert_eq!(read_report(stdout)["totals"]["exchanges"], exchanges, "the same rows twice are one");
    }
}

/// The last row looks whole and is not: its code was 91 or anything that begins with a 9.
#[test]
fn a_row_at_which_a_stream_breaks_off_is_not_taken_for_whole() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(b"time,mti,terminal_id,stan,response_code\n").unwrap();
    packer.write_all(b"2026-11-21T10:00:00,0200,T1,1,\n2026-11-21T10:00:02,0210,T1,1,9").unwrap();
    packer.flush().unwrap();
    let bench = Bench::new().with("broken.gz", packer.get_ref());
    assert_eq!(listed(ledger(&report(&bench, 4, &["broken.gz"]))), "open 1, rejected 1");
}

#[test]
fn a_stream_that_breaks_off_in_its_first_bytes_is_3() {
    let whole = fs::read(malformed("truncated.csv.gz")).unwrap();
    for length in [3, 10, 12] {
        let bench = Bench::new().with("broken.gz", &whole[..length]);
        is_3_alone_and_4_among_good_ones(&bench, "broken.gz", "broken.gz: ");
    }
}

/// A file of 64 MiB without a line end, between two texts.
#[cfg(target_os = "linux")]
fn with_endless_line(before: &str, after: &str) -> Bench {
    let line = vec![b'x'; 64 << 20];
    Bench::new().with("log", [before.as_bytes(), &line, after.as_bytes()].concat())
}

/// Runs a report with the file `log` on standard input and little memory.
#[cfg(target_os = "linux")]
fn run_within_limits(bench: &Bench) -> Ended {
    let script = format!(
        "ulimit -v 600000; exec '{}' {} --threads 2 <log",
        env!("CARGO_BIN_EXE_posmortem"),
        WHOLE_REPORT.join(" ")
    );
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", &script]).current_dir(bench.path("")).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
#[cfg(target_os = "linux")]
fn a_line_without_end_is_3_in_little_memory() {
    let header = "time,mti,terminal_id,stan,response_code\n";
    for (before, told) in [
        ("", "standard input: no known log format"),
        ("time,mti,response_code,", "the header row does not end within the first"),
        (header, "standard input: none of its 1 records can be read"),
        (&format!("{header}\""), "standard input: none of its 1 records can be read"),
    ] {
        let bench = with_endless_line(before, "");
        let ended = run_within_limits(&bench);
        let (stdout, lines) = ended.with_code(3);
        assert!(stdout.is_empty() && lines.iter().any(|line| line.contains(told)), "{ended:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn rows_around_a_line_of_64_mib_are_read() {
    let row = |stan, code| format!("2026-11-21T10:0{stan}:00,,T1,{stan},{code}\n");
    let before = "time,mti,terminal_id,stan,response_code\n".to_owned() + &row(1, "00");
    let bench = with_endless_line(&before, &("\n".to_owned() + &row(2, "51")));
    let report = read_report(run_within_limits(&bench).with_code(0).0);
    assert_eq!(listed(ledger(&report)), "complete 2, rejected 1");
    assert_eq!(listed(counts(&report["totals"])), "exchanges 2, approved 1, declined 1, account 1");
}
