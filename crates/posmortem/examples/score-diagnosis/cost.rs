//! What a diagnosis costs this process: seconds and memory, where the system tells.

use std::fs;
use std::ops::AddAssign;
use std::time::Instant;

/// Linux counts a process's time in hundredths of a second, whatever the machine.
const TICKS_A_SECOND: f64 = 100.0;

/// What was spent on so many exchanges.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) exchanges: u64,
    pub(crate) seconds: f64,
    /// Of all threads; 0 where the system does not tell.
    pub(crate) cpu_seconds: f64,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.exchanges += other.exchanges;
        self.seconds += other.seconds;
        self.cpu_seconds += other.cpu_seconds;
    }
}

/// Does some work on so many exchanges, and tells what it cost.
pub(crate) fn measured<T>(exchanges: u64, work: impl FnOnce() -> T) -> (T, Cost) {
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let result = work();
    let cpu_seconds = cpu_seconds().zip(cpu).map_or(0.0, |(now, then)| now - then);
    (result, Cost { exchanges, seconds: began.elapsed().as_secs_f64(), cpu_seconds })
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold anything but ends with the last bracket.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}

/// The most memory that this process ever held, in MiB: the log of a day is made in it, too.
pub(crate) fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
