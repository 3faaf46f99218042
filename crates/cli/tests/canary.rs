//! Card data that is planted in logs comes out nowhere: not on standard output or standard error,
//! not in a file, whatever the command, the format and the mistake of the user.
//!
//! What is promised depends on where a value stands. In the columns of its kind, in free text and in
//! columns that are not read nothing of it ever comes out. In the place of an id or a number it is
//! covered when its form gives it away: card numbers and tracks are, names, CVVs and PIN blocks
//! cannot be.
// Clippy takes the functions beside the tests for something else than tests.
#![allow(clippy::unwrap_used)]

mod support;

use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::{BTreeSet, HashMap};
use std::{fs, thread};
use support::{Bench, Ended, fixture};

/// Values that must not be found.
struct Canaries {
    /// By the bytes that they begin with.
    by_start: HashMap<Vec<u8>, BTreeSet<String>>,
    /// Whether any begins with these three bytes: most places in a text are passed over by it, unhashed.
    begins: Vec<bool>,
}

/// The first three bytes of a text as a number.
fn beginning(text: &[u8]) -> usize {
    usize::from(text[0]) << 16 | usize::from(text[1]) << 8 | usize::from(text[2])
}

/// No value is shorter.
const SHORTEST: usize = 7;

impl Canaries {
    fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut forms = BTreeSet::new();
        for value in values {
            let compact = compact(value);
            forms.extend(track_parts(&compact).into_iter().filter(|part| is_number(part)).map(last_ten));
            forms.extend(track_parts(&compact).into_iter().map(str::to_owned));
            forms.insert(hex(value));
            forms.insert(hex(&compact));
            forms.insert(compact);
        }
        let mut by_start = HashMap::<_, BTreeSet<_>>::new();
        let mut begins = vec![false; 1 << 24];
        for form in forms {
            begins[beginning(form.as_bytes())] = true;
            by_start.entry(form.as_bytes()[..SHORTEST].to_vec()).or_default().insert(form);
        }
        Self { by_start, begins }
    }

    /// What is found in a text of what must not be.
    fn in_text(&self, told: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for text in [told.to_lowercase(), compact(told)] {
            let places = text.as_bytes().windows(SHORTEST).enumerate();
            for (at, start) in places.filter(|(_, start)| self.begins[beginning(start)]) {
                let values = self.by_start.get(start).into_iter().flatten();
                let are_here = |value: &&String| text.as_bytes()[at..].starts_with(value.as_bytes());
                found.extend(values.filter(are_here).map(String::as_str));
            }
        }
        found
    }

    #[track_caller]
    fn are_not_in(&self, told: &str, which: &str) {
        assert_eq!(self.in_text(told), BTreeSet::new(), "{which}");
    }
}

/// Without what groups digits.
fn compact(text: &str) -> String {
    text.to_lowercase().replace([' ', '-'], "")
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The number, name and further data of a track; a value that is none is one part.
fn track_parts(value: &str) -> Vec<&str> {
    let is_track_2 = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'=' | b'd'));
    let separators: &[char] = if is_track_2 { &['=', 'd'] } else { &['^'] };
    let parts = value.split(separators).map(|part| part.trim_matches(['%', 'b', '?']));
    parts.filter(|part| part.len() >= SHORTEST).collect()
}

fn is_number(part: &str) -> bool {
    (13..=19).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// An issuer's prefix may be shown, the rest of a number may not, nor nearly all of it.
fn last_ten(number: &str) -> String {
    number[number.len() - 10..].to_owned()
}

const CVV: &str = "7093";

fn planted() -> Vec<String> {
    let lines = fs::read_to_string(fixture("malformed/planted.txt")).unwrap();
    lines.lines().filter(|line| *line != CVV).map(str::to_owned).collect()
}

/// Of those that are planted, what can be told by its form: numbers, and what follows them in tracks.
fn planted_numbers_and_tracks() -> Vec<String> {
    let is_digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = |value: &String| -> Vec<String> {
        track_parts(&compact(value)).into_iter().filter(is_digits).map(str::to_owned).collect()
    };
    planted().iter().flat_map(digits).collect()
}

/// Card numbers of the day's rows.
fn of_rows() -> Vec<String> {
    let mut reader = csv::Reader::from_path(fixture("day.csv")).unwrap();
    let at = reader.headers().unwrap().iter().position(|name| name == "pan").unwrap();
    let numbers = reader.records().map(|row| row.unwrap()[at].to_owned());
    numbers.filter(|number| !number.is_empty()).collect()
}

/// Card numbers, tracks, PIN blocks and working keys of the day's log.
fn of_log() -> Vec<String> {
    let log = fs::read_to_string(fixture("day.log")).unwrap();
    let values = ["2", "35", "52", "62"].map(|id| {
        let field = format!("<field id=\"{id}\" value=\"");
        let values = log.split(&field).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        // Dumps print masked numbers and `[WIPED]`.
        values
            .filter(|value| value.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'='))
            .collect::<Vec<_>>()
    });
    values.concat()
}

fn canaries(values: &[String]) -> Canaries {
    Canaries::new(values.iter().map(String::as_str))
}

fn of_the_day() -> Canaries {
    canaries(&[of_rows(), of_log()].concat())
}

/// Every format, in one pass each.
const ALL_FORMATS: [&[&str]; 2] = [
    &[
        "report",
        "--all-terminals",
        "-o",
        "a.json",
        "-o",
        "a.csv",
        "-o",
        "a.tsv",
        "-o",
        "a.txt",
        "-o",
        "a.html",
        "-o",
        "a.prom",
    ],
    &["classify", "--all", "-o", "a.csv", "-o", "a.tsv", "-o", "a.ndjson"],
];

/// As a table, which is read back value by value.
const AS_TABLE: [&[&str]; 1] = [&["classify", "--all", "-o", "a.parquet"]];

/// What is kept of a day for others, and a day beside itself.
const KEPT: [&[&str]; 2] = [
    &["report", "--save", ".", "--history", ".", "--keep-days", "30", "-o", "a.json"],
    &["compare", "-o", "a.json", "-o", "a.txt"],
];

/// On standard output, in another language, failures alone.
const ON_STANDARD_OUTPUT: [&[&str]; 5] = [
    &["report", "--all-terminals", "--lang", "zh", "--format", "table"],
    &["report", "--format", "json"],
    &["report", "--no-diagnosis", "--format", "json"],
    &["classify"],
    &["classify", "--all", "--format", "ndjson"],
];

/// Everything that a run told: both streams and every file that it left.
fn told(bench: &Bench, ended: &Ended) -> String {
    let files = bench.names().into_iter().map(|name| match name.ends_with(".parquet") {
        true => table(bench, &name),
        false => bench.read(&name),
    });
    [ended.stdout.clone(), ended.stderr.clone()].into_iter().chain(files).collect::<Vec<_>>().join("\n")
}

/// Every value of a table and all that it says of itself, and its bytes as they are.
fn table(bench: &Bench, name: &str) -> String {
    let file = fs::File::open(bench.path(name)).unwrap();
    let file = SerializedFileReader::new(file).unwrap();
    let about = format!("{:?}", file.metadata().file_metadata().key_value_metadata());
    let rows: Vec<_> = file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    let bytes = fs::read(bench.path(name)).unwrap();
    [about, rows.join("\n"), String::from_utf8_lossy(&bytes).into_owned()].join("\n")
}

/// All that some commands tell of an input.
fn told_by(commands: &[&[&str]], input: &str, options: &[&str]) -> String {
    let mut all = String::new();
    for command in commands {
        let bench = Bench::new();
        let of_command = match command[0] {
            "decode" => &["-v", input][..],
            "compare" => &["-v", input, input],
            _ => &["-v", "--rejects", "rejects.tsv", input],
        };
        let ended = bench.run(&[command, of_command, options].concat());
        assert!(matches!(ended.code, Some(0 | 2 | 3 | 4)), "{ended:?}");
        all += &told(&bench, &ended);
    }
    all
}

/// What is in a log, and what is proposed to say of it.
const INSPECTED: [&[&str]; 3] = [
    &["inspect", "--format", "json", "--write-config", "a.toml"],
    &["inspect"],
    &["inspect", "--lang", "zh", "--ascii"],
];

/// Messages one by one.
const DECODED: [&[&str]; 3] = [
    &["decode", "--format", "text"],
    &["decode", "--format", "ndjson"],
    &["decode", "--format", "text", "--lang", "zh"],
];

/// All that can be told of an input.
fn told_of(input: &str, options: &[&str]) -> String {
    let commands = [&ALL_FORMATS[..], &AS_TABLE, &KEPT, &ON_STANDARD_OUTPUT, &INSPECTED, &DECODED].concat();
    told_by(&commands, input, options)
}

/// Inside a token or an offset it may stand by chance, not by itself.
#[track_caller]
fn has_no_cvv(told: &str, which: &str) {
    let mut words = told.split(|c: char| !c.is_alphanumeric());
    assert!(words.all(|word| word != CVV), "{which}");
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let canaries = canaries(&planted());
    for leak in [
        "x 4111113100002012 y",
        "4111 1131 0000 2012",
        "4111-1131-0000-2012",
        "411111****3100002012",
        "34313131313133313030303032303132",
        "c4a2f1c9d37b5e8a",
        "Vantongeren/Odile M",
        "***^28122010000000000000000?",
    ] {
        assert!(!canaries.in_text(leak).is_empty(), "{leak}");
    }
    canaries.are_not_in("41111131 2026-11-21T10:00:02.125 ****************", "");
}

#[test]
fn nothing_of_the_day_comes_out() {
    let canaries = of_the_day();
    canaries.are_not_in(&told_of(&fixture("day.csv"), &[]), "day.csv");
    for options in [&[][..], &["--config", &fixture("posmortem.toml")]] {
        canaries.are_not_in(&told_of(&fixture("day.log"), options), "day.log");
    }
}

#[test]
fn nothing_that_is_planted_comes_out() {
    let canaries = canaries(&planted());
    for name in ["malformed/planted-card-data.csv", "malformed/planted-card-data.log"] {
        for options in [&[][..], &["--bin-digits", "8"], &["--dialect", "visa"], &["--max-rejects", "0"]] {
            let told = told_of(&fixture(name), options);
            canaries.are_not_in(&told, name);
            has_no_cvv(&told, name);
        }
    }
}

#[test]
fn a_planted_list_is_no_log_and_is_not_repeated() {
    let told = told_of(&fixture("malformed/planted.txt"), &[]);
    canaries(&planted()).are_not_in(&told, "planted.txt");
    has_no_cvv(&told, "planted.txt");
}

/// What a column can be taken for.
const COLUMNS: [&str; 30] = [
    "time",
    "mti",
    "stan",
    "rrn",
    "terminal_id",
    "merchant_id",
    "bin",
    "processing_code",
    "amount",
    "currency",
    "pos_entry_mode",
    "response_code",
    "acquirer_id",
    "issuer",
    "link",
    "latency_ms",
    "direction",
    "site",
    "reason_text",
    "dialect",
    "track2",
    "service_code",
    "original_stan",
    "original_rrn",
    "expiry",
    "condition_code",
    "receiving_id",
    "original_data",
    "replacement_amounts",
    "trace_id",
];

/// The columns of a file, the one called `source` taken for `target`.
fn mapped(name: &str, source: &str, target: &str) -> String {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let taken = |column| match column {
        _ if column == source => target,
        _ if column == target => "-",
        _ => column,
    };
    text.lines().next().unwrap().split(',').map(taken).collect::<Vec<_>>().join(",")
}

/// Where values show when the column `source` is taken for any other, as rows and one by one.
fn leaks(canaries: &Canaries, name: &str, source: &str) -> Vec<String> {
    let mut leaks = Vec::new();
    for target in COLUMNS.into_iter().filter(|target| *target != source) {
        let commands = if source == "pan" {
            [&ALL_FORMATS[..], &AS_TABLE, &KEPT[..1]].concat()
        } else {
            ALL_FORMATS.to_vec()
        };
        let commands = [&commands[..], &INSPECTED[..1], &DECODED[..1]].concat();
        let told = told_by(&commands, &fixture(name), &["--columns", &mapped(name, source, target)]);
        if let Some(first) = canaries.in_text(&told).first() {
            leaks.push(format!("{source} as {target}: {first}"));
        }
    }
    leaks
}

#[test]
fn card_numbers_taken_for_something_else_are_covered() {
    assert_eq!(leaks(&canaries(&of_rows()), "day.csv", "pan"), [""; 0]);
}

#[test]
fn planted_numbers_and_tracks_taken_for_something_else_are_covered() {
    let canaries = canaries(&planted_numbers_and_tracks());
    let sources = ["terminal_id", "merchant_id", "rrn", "pan", "response_code", "issuer", "link", "track2"];
    let name = "malformed/planted-card-data.csv";
    // A thousand runs of the tool.
    let leaks = thread::scope(|scope| {
        let searches = sources.map(|source| scope.spawn(|| leaks(&canaries, name, source)));
        searches.map(|search| search.join().unwrap()).concat()
    });
    assert_eq!(leaks, [""; 0]);
}

#[test]
fn free_text_taken_for_something_else_shows_neither_number_nor_track() {
    let canaries = canaries(&planted_numbers_and_tracks());
    let sources = ["reason_text", "remark"];
    let leaks = sources.map(|source| leaks(&canaries, "malformed/planted-card-data.csv", source)).concat();
    assert_eq!(leaks, [""; 0]);
}

/// The name and the rest stand behind the number, and the form of the track gives them away.
#[test]
fn a_track_1_in_the_place_of_an_id_is_covered_to_its_end() {
    let track = "%B5555553100002233^VANTONGEREN/ODILE M^28122010000000000000000?";
    let canaries = Canaries::new([track, "VANTONGEREN", "2010000000000000000"]);
    let mut leaks = Vec::new();
    for column in ["terminal_id", "merchant_id", "rrn", "issuer", "link", "site"] {
        let log = format!("time,mti,stan,response_code,{column}\n2026-11-21T10:00:02,0210,1,05,{track}\n");
        if !canaries.in_text(&told_of_bytes(&log, &[])).is_empty() {
            leaks.push(column);
        }
    }
    assert_eq!(leaks, [""; 0]);
}

/// A folder of files with each data row of a file, and all of them, without the header: each command reads
/// them in one run, for what is told of an input follows from that input.
fn without_header(name: &str) -> Bench {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let rows: Vec<_> = text.lines().skip(1).collect();
    let parts = rows.iter().map(|row| format!("{row}\n")).chain([rows.join("\n")]);
    (0..).zip(parts).fold(Bench::new(), |bench, (at, part)| bench.with(&format!("{at}.csv"), part))
}

fn told_of_bytes(bytes: &str, options: &[&str]) -> String {
    // Beside the folder in which the tool works, so that what it leaves there is its own.
    let outside = Bench::new().with("rows.csv", bytes);
    told_of(outside.path("rows.csv").to_str().unwrap(), options)
}

#[test]
fn rows_that_stand_where_a_header_should_are_not_repeated() {
    let canaries = canaries(&planted());
    let rows = without_header("malformed/planted-card-data.csv");
    for options in [
        &[][..],
        &["--input-format", "jpos"],
        &["--separator", "semicolon"],
        &["--columns", "time,mti,response_code"],
        &["--columns", "time,link,mti"],
    ] {
        let told = told_of(rows.path("").to_str().unwrap(), options);
        canaries.are_not_in(&told, &format!("{options:?}"));
        has_no_cvv(&told, &format!("{options:?}"));
    }
}

/// The user insists on rows, so that the first one is taken for the header.
#[test]
fn a_row_that_is_taken_for_the_header_by_force_is_not_repeated() {
    let canaries = canaries(&planted());
    let rows = without_header("malformed/planted-card-data.csv");
    let told = told_of(rows.path("").to_str().unwrap(), &["--input-format", "delimited"]);
    canaries.are_not_in(&told, "--input-format delimited");
    has_no_cvv(&told, "--input-format delimited");
}

#[test]
fn a_log_given_for_another_file_is_not_repeated() {
    let (canaries, day) = (canaries(&planted()), fixture("day.csv"));
    for name in ["planted-card-data.csv", "planted-card-data.log", "planted.txt"] {
        let log = fixture(&format!("malformed/{name}"));
        for arguments in [
            &["report", &day, "--config", &log][..],
            &["report", &day, "--terminals", &log],
            &["config", "show", "--config", &log],
            &["explain", "55", "--config", &log],
            &["classify", &day, "--token-key", &log],
            &["config", "show", "--token-key", &log],
            &["report", &day, "--rules", &log],
            &["rules", "check", &log],
        ] {
            let bench = Bench::new();
            let ended = bench.run(arguments);
            canaries.are_not_in(&told(&bench, &ended), &format!("{arguments:?}"));
        }
    }
}

#[test]
fn commands_without_a_log_know_no_card() {
    let all = canaries(&[planted(), of_rows(), of_log()].concat());
    for arguments in [
        &["explain", "55"][..],
        &["explain", "A0", "--format", "json"],
        &["explain", "pin_incorrect", "--lang", "zh"],
        &["config", "show"],
        &["config", "show", "--format", "json", "--config", &fixture("posmortem.toml")],
        &["report", "--help"],
        &["classify", "--help"],
    ] {
        let bench = Bench::new();
        let ended = bench.run(&[arguments, &["-v"]].concat());
        all.are_not_in(&told(&bench, &ended), &format!("{arguments:?}"));
    }
}

#[test]
fn a_broken_off_and_a_binary_log_are_not_repeated() {
    let log = fs::read_to_string(fixture("malformed/planted-card-data.log")).unwrap();
    let canaries = canaries(&planted());
    // All cuts in one run of each command: what is told of an input follows from that input.
    let cuts = || (0..log.len()).step_by(log.len() / 40);
    let with = |bench: Bench, cut: usize, part: &str| bench.with(&format!("{cut}.log"), part);
    let heads = cuts().fold(Bench::new(), |bench, cut| with(bench, cut, &log[..cut]));
    let tails = cuts().fold(Bench::new(), |bench, cut| with(bench, cut, &log[cut..]));
    for (parts, name) in [(heads, "what stands before a cut"), (tails, "what stands behind a cut")] {
        canaries.are_not_in(&told_of(parts.path("").to_str().unwrap(), &[]), name);
    }
    canaries.are_not_in(&told_of_bytes(&log.replace('\n', "\0"), &[]), "NUL for line feed");
}
