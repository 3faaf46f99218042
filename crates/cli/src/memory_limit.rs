//! The most memory that a run may take: what a log asks for shows only while it is read, and whoever shares the machine
//! must not pay for it.
//!
//! A thread looks every [`PAUSE`], which costs a run nothing that shows. A log makes a run grow by some gigabytes a second
//! at most, so that it is ended less than a tenth of a gigabyte beyond the limit. Only Linux tells a process what it
//! takes; elsewhere nothing is watched.

use crate::exit_code::ExitCode;
use crate::messages::Messages;
use crate::unfinished;
use indicatif::BinaryBytes;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::process;
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// For standard error to take a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of all memory of the machine, where nobody states a limit: the rest is for everybody else on it.
const SHARE_PERCENT: u64 = 80;

/// Watches over this process from now on, once.
pub(crate) fn keep(most: u64, messages: Messages) {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        // Opened once: a run may be short of files. Where the system does not tell, or no thread is to be had, nobody
        // watches.
        let Ok(mut told) = File::open("/proc/self/status") else { return };
        let watch = move || {
            while taken(&mut told).is_none_or(|taken| taken <= most) {
                thread::sleep(PAUSE);
            }
            end(most, messages)
        };
        thread::Builder::new().name("memory".to_owned()).spawn(watch).ok();
    });
}

/// Ends the process wherever it is, and leaves no file that is not whole.
#[expect(
    clippy::exit,
    reason = "the thread that reads cannot be asked: it may be in the middle of a judgement"
)]
fn end(most: u64, messages: Messages) -> ! {
    // Whoever hears it may not listen, and the run must not go on growing meanwhile.
    let (told, is_told) = mpsc::channel();
    let tell = move || {
        messages.error(format_args!(
            "the run takes more than {} of memory: --max-memory allows more, `report --no-diagnosis` needs less, and so \
             do parts of the log that are saved one by one (--save DIR) and reported together",
            BinaryBytes(most)
        ));
        told.send(()).ok();
    };
    if thread::Builder::new().spawn(tell).is_ok() {
        is_told.recv_timeout(PATIENCE).ok();
    }
    let _nothing_new = unfinished::abandon_all();
    process::exit(ExitCode::TooMuch.number().into())
}

/// The limit where nobody states one.
pub(crate) fn built_in() -> u64 {
    let told = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    kibibytes(&told, "MemTotal:").map_or(u64::MAX, |all| all.saturating_mul(1024) / 100 * SHARE_PERCENT)
}

/// Bytes that this process takes, in memory and swapped out.
fn taken(status: &mut File) -> Option<u64> {
    let mut told = String::new();
    status.rewind().ok()?;
    status.read_to_string(&mut told).ok()?;
    let swapped = kibibytes(&told, "VmSwap:").unwrap_or(0);
    Some((kibibytes(&told, "VmRSS:")? + swapped) * 1024)
}

/// The number behind a name, as files in `/proc` have it: `VmRSS:    2188 kB`.
fn kibibytes(told: &str, name: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_behind_its_name() {
        let told = "Name:\tposmortem\nVmRSS:\t    2188 kB\nVmSwap:\t       0 kB\nThreads:\t3\n";
        assert_eq!((kibibytes(told, "VmRSS:"), kibibytes(told, "VmSwap:")), (Some(2188), Some(0)));
        assert_eq!((kibibytes(told, "Threads:"), kibibytes(told, "VmPeak:")), (None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_knows_what_it_takes() {
        let mut status = File::open("/proc/self/status").expect("Linux tells");
        let before = taken(&mut status).expect("Linux tells");
        let room = vec![1_u8; 64 << 20];
        assert!(
            taken(&mut status).expect("Linux tells") >= before + (48 << 20)
                && room.iter().all(|byte| *byte == 1)
        );
        assert!(built_in() > before && built_in() < u64::MAX);
    }
}
