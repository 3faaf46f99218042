//! Texts that drive terminals and spreadsheets: whatever a log holds, no command writes one.

use crate::commands::of_a_log;
use crate::support::{Bench, Ended};
use crate::told::files;

/// What terminals obey and what reorders or hides text, and what spreadsheets calculate.
const TEXTS: [&str; 22] = [
    "\u{1b}[2J\u{1b}[31mT",
    "\u{1b}]8;;http://x/\u{7}T\u{1b}]8;;\u{7}",
    "\u{1b}]0;title\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{9b}31mT",
    "\u{9d}0;x\u{9c}",
    "T\u{8}\u{8}\u{7f}X",
    "T\rX",
    "T\u{b}\u{c}\u{0}X",
    "T\u{202e}X\u{2066}Y\u{2069}",
    "T\u{200b}\u{200f}\u{61c}\u{ad}\u{feff}X",
    "T\u{2028}X\u{2029}Y\u{85}",
    "T\u{e0041}\u{fff9}X",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "\" =1+1",
    "x;=1+1",
];

/// Bytes that are no UTF-8 and drive terminals of eight bits.
const RAW: [&[u8]; 3] = [b"\x9b31mT", b"\x90q\x9c", b"T\xc2\x1b[1mX"];

/// Columns of text that outputs show.
const COLUMNS: [&str; 8] =
    ["terminal_id", "merchant_id", "site", "issuer", "link", "rrn", "region", "operator_id"];

fn log() -> Vec<u8> {
    let texts = TEXTS.iter().map(|text| text.as_bytes()).chain(RAW);
    let mut log = format!("time,mti,stan,response_code,{}\n", COLUMNS.join(",")).into_bytes();
    for (at, text) in texts.enumerate() {
        let quoted: Vec<u8> =
            text.iter().flat_map(|byte| if *byte == b'"' { vec![b'"'; 2] } else { vec![*byte] }).collect();
        // Each in every column, and three in a row, so that it is somebody's fault.
        for (column, minute) in (0..COLUMNS.len()).flat_map(|column| [(column, 0), (column, 1), (column, 2)])
        {
            let code = ["91", "55", "97"][(at + column) % 3];
            log.extend(
                format!("2026-11-21T10:{minute:02}:{:02},0210,{:06},{code}", at % 60, 100 * at + column)
                    .bytes(),
            );
            for of_row in 0..COLUMNS.len() {
                let cell = if of_row == column { &quoted[..] } else { b"10012301" };
                log.extend([b",\"", cell, b"\""].concat());
            }
            log.push(b'\n');
        }
    }
    log
}

fn is_obeyed(c: char) -> bool {
    let is_control = c.is_control() && c != '\n' && c != '\t';
    let is_hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    is_control || is_hidden
}

/// Whether a spreadsheet calculates a cell that begins so, and is no number.
fn is_formula(cell: &str) -> bool {
    let begins = |cell: &str| {
        cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"')
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    };
    let is_number = cell
        .trim_start_matches(['+', '-'])
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".,:%".contains(&byte));
    !is_number && cell.split(';').any(begins)
}

/// What is wrong in everything that a run wrote.
fn faults(bench: &Bench, ended: &Ended) -> Vec<String> {
    let mut texts =
        vec![("stdout".to_owned(), ended.stdout.clone()), ("stderr".to_owned(), ended.stderr.clone())];
    for name in files(bench, "").into_iter().filter(|name| !name.ends_with(".parquet")) {
        texts.push((name.clone(), bench.read(&name)));
    }
    let mut faults = Vec::new();
    for (name, text) in &texts {
        if let Some(c) = name.chars().chain(text.chars()).find(|c| is_obeyed(*c)) {
            faults.push(format!("{name} holds {c:?}"));
        }
        let cells: Vec<String> = match name.rsplit('.').next() {
            Some("tsv") => text.split(['\t', '\n']).map(str::to_owned).collect(),
            Some("csv") => {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
                let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
                rows.iter().flat_map(|row| row.iter().map(str::to_owned)).collect()
            }
            _ => continue,
        };
        faults.extend(
            cells.iter().find(|cell| is_formula(cell)).map(|cell| format!("{name} calculates {cell:?}")),
        );
    }
    faults
}

/// The name of the log is one of those texts as well.
#[test]
fn no_output_drives_a_terminal_or_a_spreadsheet() {
    let name = "=1+1\u{1b}]8;;x\u{7}\u{202e}.csv";
    let logs = Bench::new().with(name, log()).with("\u{9b}none.csv", "no log");
    let mut found = Vec::new();
    let mut is_shown = false;
    for command in of_a_log() {
        let bench = Bench::new();
        let input = logs.path("").display().to_string();
        let words: Vec<_> = command.split(' ').collect();
        let of_command = match words[0] {
            "decode" => &["-v", &*input][..],
            "compare" => &["-v", &input, &input],
            _ => &["-v", "--rejects", "rejects.tsv", &input],
        };
        let ended = bench.run(&[&words[..], of_command].concat());
        assert!(matches!(ended.code, Some(0 | 4)), "{ended:?}");
        is_shown |= ended.stdout.contains("\\x1b[2J");
        found.extend(faults(&bench, &ended).into_iter().map(|fault| format!("{command}: {fault}")));
    }
    assert!(is_shown, "what is escaped is told");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_search_knows_what_is_obeyed_and_what_is_calculated() {
    assert!(TEXTS.iter().all(|text| text.contains(is_obeyed) || is_formula(text)));
    for cell in ["-3", "+12.5%", "'=1", "-", "a=b", "visa-east", "x;y"] {
        assert!(!is_formula(cell), "{cell}");
    }
}
