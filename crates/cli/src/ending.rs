//! How signals end the process: at once wherever it is, with no file left that is not whole, and as they would have ended
//! it anyway, so that shells, cron and systemd see what they expect (130 for SIGINT, 143 for SIGTERM).
//!
//! A thread waits for them, since a run may be waiting itself: for a pipe that brings nothing, or for a disk. Where no thread
//! is to be had, signals end the process as they do without us.

#[cfg(unix)]
pub(crate) use unix::listen;

/// Signals are of other systems.
#[cfg(not(unix))]
pub(crate) fn listen() {}

#[cfg(unix)]
mod unix {
    use crate::{unfinished, watch};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};
    use std::ffi::c_int;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    /// What users, shells and schedulers end a run by.
    const ENDING: [c_int; 5] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU];

    /// Those of them that would leave the memory of the process on the disk, and card numbers with it.
    const DUMPING: [c_int; 2] = [SIGQUIT, SIGXCPU];

    /// For files that are not whole to be removed. A signal that comes later ends the process without that, should a disk
    /// not answer; one that comes sooner is the same one sent twice, as `timeout` does (to the process, then to its group).
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Listens from now on.
    pub(crate) fn listen() {
        // A file that grows beyond the limit then fails, as on a full disk, in place of ending the process.
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).ok();
        let Ok(mut signals) = Signals::new([0; 0]) else { return };
        let handle = signals.handle();
        let has_had_time = Arc::new(AtomicBool::new(false));
        let soon = Arc::clone(&has_had_time);
        let wait = move || {
            if let Some(signal) = signals.forever().next() {
                let patience = move || {
                    thread::sleep(PATIENCE);
                    soon.store(true, Ordering::Relaxed);
                };
                thread::Builder::new().spawn(patience).ok();
                end_by(signal);
            }
        };
        if thread::Builder::new().name("signals".to_owned()).spawn(wait).is_err() {
            return;
        }
        let ignored = ignored();
        for signal in ENDING.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
            handle.add_signal(signal).ok();
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&has_had_time)).ok();
        }
    }

    fn end_by(signal: c_int) -> ! {
        let _nothing_new = unfinished::abandon_all();
        watch::clear_screen();
        if !DUMPING.contains(&signal) {
            low_level::emulate_default_handler(signal).ok();
        }
        low_level::exit(128 + signal)
    }

    /// The signals that whoever started the process wants to be ignored, a bit each: `nohup` means it. Only Linux tells.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}
