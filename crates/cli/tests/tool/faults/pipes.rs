//! Standard streams that are closed, slow, or cut short.

use super::inputs::rows;
use super::{day, shell};
use crate::bench::{Bench, fixture};
use std::io::{Read, Write};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

/// Every command that prints.
const PRINTING: [&str; 14] = [
    "report",
    "report --format json",
    "classify --all",
    "inspect -",
    "decode -",
    "compare - \"$DAY\"",
    "explain 55",
    "explain pin_key_out_of_sync",
    "schema report",
    "config show",
    "man",
    "completions bash",
    "--help",
    "report --help",
];

#[test]
fn who_has_seen_enough_or_listens_to_nothing_is_no_fault() {
    let bench = Bench::new();
    for command in PRINTING {
        for (streams, is_told) in [
            ("| head -n 1 >/dev/null", true),
            ("| true", true),
            (">&-", true),
            ("2>&-", false),
            ("2>/dev/full >/dev/null", false),
        ] {
            // The status of the tool itself, at the head of a pipe.
            let script = format!("{{ \"$TOOL\" {command} <\"$DAY\"; echo $? >status; }} {streams}");
            let (_, _, said) = shell(&bench, &script);
            assert_eq!(bench.read("status"), "0\n", "{command} {streams}: {said}");
            assert!(!is_told || said.is_empty(), "{command} {streams}: {said}");
        }
    }
}

#[test]
fn a_closed_standard_input_is_an_empty_one() {
    for command in ["report", "classify", "inspect -", "decode -"] {
        let (code, stdout, said) = shell(&Bench::new(), &format!("\"$TOOL\" {command} <&-"));
        assert_eq!(code, Some(3), "{command}: {said}");
        assert!(said.ends_with("posmortem: no message could be read\n"), "{command}: {said}");
        assert!(stdout.is_empty() || command.starts_with("inspect"), "{command}: {stdout}");
    }
}

/// A byte at a time, and pauses.
#[test]
fn a_slow_standard_input_is_read_as_a_file_is() {
    let bench = Bench::new();
    let mut log = Vec::new();
    day().read_to_end(&mut log).unwrap();
    for command in ["report", "classify"] {
        let of_file = {
            let run = bench.tool().arg(command).stdin(day()).output().unwrap();
            assert_eq!(run.status.code(), Some(0));
            run.stdout
        };
        let mut run = bench.tool().arg(command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut pipe = run.stdin.take().unwrap();
        let (slow, rest) = (log[..300].to_vec(), log[300..].to_vec());
        let feeding = thread::spawn(move || {
            for (at, byte) in slow.iter().enumerate() {
                pipe.write_all(&[*byte]).unwrap();
                thread::sleep(Duration::from_millis(if at % 100 == 99 { 100 } else { 0 }));
            }
            for piece in rest.chunks(777) {
                pipe.write_all(piece).unwrap();
            }
        });
        let output = run.wait_with_output().unwrap();
        feeding.join().unwrap();
        assert!(output.stdout == of_file, "{command}");
    }
}

/// Beyond eight inputs, files are closed between the first look and their turn. Of a pipe, what was read is gone.
#[test]
fn pipes_among_many_inputs_are_read_whole() {
    let mut bench = Bench::new().with("log.csv", rows(40_000));
    let mut command = vec!["report".to_owned(), "--all-terminals".to_owned(), "pipe".to_owned()];
    for number in 0..9 {
        let name = format!("{number}.csv");
        let small =
            format!("time,mti,terminal_id,stan,response_code\n2026-11-21T12:00:00,0210,S{number},1,00\n");
        bench = bench.with(&name, small);
        command.push(name);
    }
    let arguments = |log: &str| -> Vec<String> {
        command.iter().map(|word| if word == "pipe" { log.to_owned() } else { word.clone() }).collect()
    };
    let of_file = bench.tool().args(arguments("log.csv")).output().unwrap();
    let script = format!("cat log.csv | \"$TOOL\" {}", arguments("/dev/stdin").join(" "));
    let (code, of_pipe, said) = shell(&bench, &script);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(of_pipe, String::from_utf8(of_file.stdout).unwrap());
    assert!(of_pipe.contains("\nT1\t"), "{of_pipe}");
    assert!(crate::bench::is_there(&fixture("day.csv")));
}
