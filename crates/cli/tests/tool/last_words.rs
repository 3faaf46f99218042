//! What a process that is ended by force leaves behind: nothing of its memory.

use crate::bench::Bench;
use std::io::Write;
use std::process::{Child, Command, Stdio};

/// The tool reading from a pipe that stays open, with all the core files that a shell can allow.
fn reading(bench: &Bench) -> Child {
    let tool = bench.tool();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" report -"]).arg(tool.get_program());
    shell.current_dir(bench.path("")).env_clear().env("HOME", bench.path(""));
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = shell.spawn().unwrap();
    let row = "time,mti,terminal_id,stan,response_code,pan\n2026-11-21T10:00:02,0210,1,000001,05,4111111111111111\n";
    child.stdin.as_ref().unwrap().write_all(row.as_bytes()).unwrap();
    child
}

/// Waits until the process is the tool and has set its limits. Without them nothing ends the wait but the test's time.
#[cfg(target_os = "linux")]
fn limits_of(child: &Child) -> String {
    let proc =
        |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
    for _ in 0..1_000 {
        let limits = proc("limits");
        if proc("comm").trim() == "posmortem" && core_limit(&limits) == ["0", "0"] {
            return limits;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    proc("limits")
}

/// The soft and the hard limit of core files.
#[cfg(target_os = "linux")]
fn core_limit(limits: &str) -> Vec<&str> {
    let line = limits.lines().find(|line| line.starts_with("Max core file size"));
    line.map(|line| line.split_whitespace().skip(4).take(2).collect()).unwrap_or_default()
}

#[test]
#[cfg(target_os = "linux")]
fn no_core_file_is_left_of_a_process_that_breaks() {
    use std::os::unix::process::ExitStatusExt;
    for signal in ["ABRT", "SEGV", "QUIT"] {
        let bench = Bench::new();
        let mut child = reading(&bench);
        let limits = limits_of(&child);
        assert_eq!(core_limit(&limits), ["0", "0"], "{limits}");
        // The system gives what is not dumpable to root.
        let owner =
            std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(format!("/proc/{}", child.id())).unwrap());
        assert_eq!(owner, 0);
        // Its input stays open: it must not end by having read all of it.
        let held = child.stdin.take();
        // More than once, for the first SEGV is taken for an overflow of the stack, looked at and let go, and two that come
        // before it is looked at are one.
        let ended = loop {
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            let signal = format!("-{signal}");
            let mut kill = Command::new("kill");
            kill.args([signal, child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        drop(held);
        // QUIT is answered by ending as it would, but for the dump (docs/faults.md).
        let is_by_signal = ended.signal().is_some() || signal == "QUIT" && ended.code() == Some(131);
        assert!(is_by_signal && !ended.core_dumped(), "{signal}: {ended:?}");
        assert_eq!(bench.names(), [""; 0], "{signal}");
    }
}
