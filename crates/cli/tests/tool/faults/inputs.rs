//! Inputs that are cut, replaced, removed or written to while they are read, and what is no log at all.

use super::{ended, signal, until};
use crate::bench::{Bench, fixture};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const HEADER: &str = "time,mti,terminal_id,stan,response_code\n";

/// A log of answers, one a second, from nine terminals.
pub(super) fn rows(count: usize) -> String {
    let row = |at: usize| {
        format!(
            "2026-11-21T{:02}:{:02}:{:02},0210,T{},{at:06},00\n",
            at / 3600,
            at / 60 % 60,
            at % 60,
            at % 9
        )
    };
    HEADER.to_owned() + &(0..count).map(row).collect::<String>()
}

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Frames of each file, by path.
fn frames(report: &Value) -> Vec<u64> {
    report["input"]["files"].as_array().unwrap().iter().map(|file| file["frames"].as_u64().unwrap()).collect()
}

/// Runs over a log that has been looked at, and waits for another input, when something happens to it.
#[cfg(target_os = "linux")]
fn while_it_is_read(happen: impl FnOnce(&Bench)) -> (Option<i32>, Value, String) {
    let bench = Bench::new().with("log.csv", rows(86_400));
    let mut tool = bench.tool();
    // One of them waits for the pipe.
    tool.args(["report", "log.csv", "-", "--format", "json", "--no-diagnosis", "--threads", "2"]);
    let mut run = tool.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Some of it has been read.
    let folder = format!("/proc/{}", run.id());
    until("the log is read", || {
        let open = fs::read_dir(format!("{folder}/fd")).into_iter().flatten().flatten();
        let mut logs = open.filter(|fd| fs::read_link(fd.path()).is_ok_and(|file| file.ends_with("log.csv")));
        logs.any(|fd| {
            let info = format!("{folder}/fdinfo/{}", fd.file_name().to_str().unwrap());
            fs::read_to_string(info)
                .is_ok_and(|info| info.lines().next().is_some_and(|line| line != "pos:\t0"))
        })
    });
    happen(&bench);
    run.stdin
        .take()
        .unwrap()
        .write_all((HEADER.to_owned() + "2026-11-21T23:59:59,0210,S1,1,00\n").as_bytes())
        .unwrap();
    let output = run.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), report(&text(output.stdout)), text(output.stderr))
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_is_cut_while_it_is_read_is_4() {
    let (code, report, said) = while_it_is_read(|bench| fs::write(bench.path("log.csv"), rows(3)).unwrap());
    let told = "log.csv: broken off after byte ";
    let why = "it became shorter while it was read: read it again once logs are rotated; ";
    assert!(code == Some(4) && said.contains(told) && said.contains(why), "{said}");
    let [_, of_log] = frames(&report)[..] else { panic!("{report}") };
    assert!(of_log > 0 && of_log < 86_400, "{of_log}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_is_renamed_or_removed_while_it_is_read_is_read_whole() {
    let rotate = |bench: &Bench| {
        fs::rename(bench.path("log.csv"), bench.path("log.csv.1")).unwrap();
        fs::write(bench.path("log.csv"), rows(3)).unwrap();
    };
    let replace = |bench: &Bench| {
        fs::remove_file(bench.path("log.csv")).unwrap();
        fs::create_dir(bench.path("log.csv")).unwrap();
    };
    let (code, of_rotated, said) = while_it_is_read(rotate);
    assert_eq!((code, frames(&of_rotated), said.as_str()), (Some(0), vec![1, 86_400], ""));
    let (code, of_replaced, said) = while_it_is_read(replace);
    assert_eq!((code, frames(&of_replaced), said.as_str()), (Some(0), vec![1, 86_400], ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_grows_while_it_is_read_is_read_to_where_it_ends_then() {
    let grow = |bench: &Bench| {
        let mut log = fs::File::options().append(true).open(bench.path("log.csv")).unwrap();
        log.write_all(b"2026-11-21T23:59:59,0210,T1,999999,00\n").unwrap();
    };
    let (code, report, said) = while_it_is_read(grow);
    assert_eq!((code, frames(&report), said.as_str()), (Some(0), vec![1, 86_401], ""));
}

/// A folder as `/var/log` may be: with a pipe, a socket, a device, links in circles, and a log that is not for everybody.
#[test]
fn what_is_no_file_in_a_folder_is_passed_over() {
    let bench = Bench::new().with("logs/day.csv", fs::read(fixture("day.csv")).unwrap());
    let in_logs = |name: &str| bench.path(&format!("logs/{name}"));
    assert!(Command::new("mkfifo").arg(in_logs("pipe")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(in_logs("socket")).unwrap();
    for (to, name) in [
        (".", "here"),
        ("loop", "loop"),
        ("/dev/null", "null"),
        ("nowhere", "dangling"),
        ("day.csv", "latest"),
    ] {
        std::os::unix::fs::symlink(to, in_logs(name)).unwrap();
    }
    let alone = bench.run(&["report", "logs/day.csv"]).stdout;
    for command in ["report", "classify", "inspect", "decode"] {
        let ended = bench.run(&[command, "logs"]);
        assert_eq!(ended.with_code(0).1, [""; 0], "{command}");
        assert!(command != "report" || ended.stdout == alone);
    }
    // By name each is told.
    for (name, told) in [
        ("socket", "No such device or address"),
        ("loop", "Too many levels of symbolic links (os error 40)"),
        ("dangling", "No such file or directory (os error 2)"),
        ("null", "is empty"),
        ("here/here/nothing", "No such file or directory (os error 2)"),
    ] {
        let path = format!("logs/{name}");
        let ended = bench.run(&["report", &path]);
        let (_, lines) = ended.with_code(3);
        assert!(lines[0].contains(told) && !lines[0].contains("did you mean"), "{lines:?}");
        let among = bench.run(&["report", &path, "logs/day.csv"]);
        let (stdout, _) = among.with_code(if name == "null" { 0 } else { 4 });
        assert_eq!(stdout, alone, "{name}");
    }
    // The same log under two names is one log.
    let twice = bench.run(&["report", "logs/latest", "logs/day.csv"]);
    assert_eq!(twice.with_code(0).1, ["posmortem: logs/day.csv is named twice and read once"]);
    assert_eq!(twice.stdout, alone);
}

#[test]
fn a_log_that_may_not_be_read_among_good_ones_is_4() {
    use std::os::unix::fs::PermissionsExt;
    let day = fs::read(fixture("day.csv")).unwrap();
    let bench = Bench::new().with("logs/a.csv", &day).with("logs/secret.csv", &day);
    let Some(somebody) = super::as_somebody(&bench) else { return };
    fs::set_permissions(bench.path("logs/secret.csv"), fs::Permissions::from_mode(0o000)).unwrap();
    let (code, stdout, said) = super::shell_by(&somebody, &bench, "HOME=/nonexistent \"$TOOL\" report logs");
    assert_eq!(
        (code, said.as_str()),
        (Some(4), "posmortem: logs/secret.csv: Permission denied (os error 13)\n")
    );
    assert_eq!(stdout, bench.run(&["report", "logs/a.csv"]).stdout);
    let (code, _, said) =
        super::shell_by(&somebody, &bench, "HOME=/nonexistent \"$TOOL\" report logs/secret.csv");
    assert_eq!((code, said.lines().count()), (Some(3), 2), "{said}");
}

/// A history is a folder of files: whoever left a pipe there keeps nobody waiting.
#[test]
fn what_is_no_file_in_a_history_is_passed_over() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    fs::create_dir(bench.path("kept")).unwrap();
    for name in ["a.parquet", "b.findings.json"] {
        assert!(Command::new("mkfifo").arg(bench.path(&format!("kept/{name}"))).status().unwrap().success());
        fs::create_dir(bench.path(&format!("kept/of-{name}"))).unwrap();
    }
    let mut tool = bench.tool();
    tool.args(["report", &day, "--history", "kept", "--save", "kept", "--keep-days", "1", "-o", "day.csv"]);
    let run = tool.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    assert_eq!(ended(run, "a pipe in a history").code(), Some(0));
    let run = bench.tool().args(["report", &day, "--history", "kept"]).stdout(Stdio::null()).spawn().unwrap();
    assert_eq!(ended(run, "a pipe in a history").code(), Some(0));
    let waiting = bench.tool().args(["compare", "kept/b.findings.json", &day]).spawn().unwrap();
    // What is named is read.
    signal(&waiting, "TERM");
    ended(waiting, "a pipe that was named");
}

fn packed(name: &str, log: &[u8]) -> Vec<u8> {
    match name {
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packer.write_all(log).unwrap();
            packer.finish().unwrap()
        }
        _ => {
            let mut packer = zstd::Encoder::new(Vec::new(), 3).unwrap();
            packer.include_checksum(true).unwrap();
            packer.write_all(log).unwrap();
            packer.finish().unwrap()
        }
    }
}

/// Alone and among good ones, cut in each place, damaged, or with something behind it.
#[test]
fn what_is_packed_and_not_whole_is_3_or_4_and_never_0() {
    let log = fs::read(fixture("day.csv")).unwrap();
    for name in ["gz", "zst"] {
        let whole = packed(name, &log);
        let mut broken: Vec<(String, Vec<u8>)> =
            [5, 12, 40, whole.len() / 3, whole.len() - 9, whole.len() - 1]
                .map(|at| (format!("cut at {at}"), whole[..at].to_vec()))
                .into();
        for at in [whole.len() / 2, whole.len() - 2] {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            broken.push((format!("damaged at {at}"), damaged));
        }
        broken.push(("garbage behind it".to_owned(), [&whole[..], b"and more"].concat()));
        for (told, bytes) in broken {
            let bench = Bench::new().with("day.packed", &bytes).with("good.csv", rows(30));
            let alone = bench.run(&["report", "day.packed", "--format", "json", "--max-rejects", "100%"]);
            assert!(matches!(alone.code, Some(3 | 4)), "{name} {told}: {alone:?}");
            assert!(alone.stderr.starts_with("posmortem: day.packed: "), "{name} {told}: {alone:?}");
            assert_eq!(alone.stdout.is_empty(), alone.code == Some(3), "{name} {told}");
            let among =
                bench.run(&["report", "day.packed", "good.csv", "--format", "json", "--max-rejects", "100%"]);
            assert_eq!(among.code, Some(4), "{name} {told}: {among:?}");
            let of_alone = if alone.code == Some(3) { 0 } else { frames(&report(&alone.stdout))[0] };
            assert_eq!(frames(&report(&among.stdout)), [of_alone, 30], "{name} {told}");
        }
        let bench = Bench::new().with("day.packed", &whole);
        assert_eq!(
            bench.run(&["report", "day.packed"]).with_code(0).0,
            bench.run(&["report", &fixture("day.csv")]).stdout
        );
    }
}
