//! What a process that breaks leaves behind: no dump of its memory, and of a panic the place alone.
//!
//! Blocks of a log, with the card numbers in them, are in memory while it is read. A core file would keep them
//! (PCI DSS 3.3.1 names crash dumps), and the message of a panic may hold what was being worked on.

use posmortem::iso8583::screen;
use std::io::{self, Write};
use std::panic::{self, Location};

/// Forbids the system to write a dump, before the first byte of anything is read, and makes panics tell nothing but
/// where they happened. Where the system refuses, the run goes on: it is no worse off than before.
pub(crate) fn keep_short() {
    forbid_dumps();
    panic::set_hook(Box::new(|info| {
        // Whoever closed standard error does not want to hear.
        io::stderr().lock().write_all(told(info.location()).as_bytes()).ok();
    }));
}

/// A limit of 0 stops core files; not being dumpable stops those that go to a program, and keeps other processes of
/// the same user from reading the memory.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn forbid_dumps() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn forbid_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
}

#[cfg(not(unix))]
fn forbid_dumps() {}

/// The place in the source, without the folders of the machine that built it, and never the message.
fn told(location: Option<&Location<'_>>) -> String {
    let place = location.map_or_else(String::new, |location| {
        let file = location.file().rsplit_once("/src/").map_or(location.file(), |(before, _)| {
            let of_crate = before.rfind('/').map_or(0, |slash| slash + 1);
            &location.file()[of_crate..]
        });
        format!(" at {file}:{}", location.line())
    });
    let text = format!(
        "a fault in posmortem itself{place}: please report it with this line, and nothing of the log"
    );
    format!("posmortem: {}\n", screen(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_not_what_it_was_about() {
        let location = Location::caller();
        let told = told(Some(location));
        let expected = format!(
            "posmortem: a fault in posmortem itself at cli/src/last_words.rs:{}: please report it with this line, and \
             nothing of the log\n",
            location.line()
        );
        assert_eq!(told, expected);
        assert!(super::told(None).starts_with("posmortem: a fault in posmortem itself: please"));
    }
}
