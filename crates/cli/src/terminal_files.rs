//! A file for each terminal that somebody has something to do about, named by its id.
//!
//! Each appears whole or not at all. Files of other terminals, of an earlier run, stay. There may be tens of thousands,
//! and each can be written again, so none is waited for until it is on the disk.

use crate::output::{Output, cannot_write};
use anyhow::Result;
use posmortem_report::{Content, TerminalPages, View};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// Bytes of a file's name before its ending; file systems take 255 in all.
const LONGEST: usize = 200;

/// Writes the files into `folder`, which is there.
///
/// # Errors
/// When one cannot be written; those before it stand.
pub(crate) fn write(content: &Content<'_>, view: &View<'_>, folder: &Path) -> Result<()> {
    let mut names = FileNames::default();
    let written = TerminalPages::new(content, view)
        .write(|_| Output::one_of_many(folder), |id, output| output.end_as(&format!("{}.md", names.of(id))));
    // What an output says at its end names it; what it says before does not.
    written.map_err(|error| match error.downcast::<io::Error>() {
        Ok(error) => cannot_write(&folder.display().to_string(), &error),
        Err(error) => error,
    })
}

/// Names of files by terminals' ids, no two of which differ in case alone.
#[derive(Default)]
struct FileNames(BTreeSet<String>);

impl FileNames {
    /// Letters, digits, `.`, `_` and `-` stay, other bytes become `%` and their number, so that no id leads out of
    /// the folder or hides its file.
    fn of(&mut self, id: &str) -> String {
        let is_kept = |at: usize, byte: u8| {
            byte.is_ascii_alphanumeric() || byte == b'_' || at > 0 && (byte == b'.' || byte == b'-')
        };
        let mut name = String::new();
        for (at, byte) in id.bytes().enumerate() {
            match is_kept(at, byte) {
                true => name.push(char::from(byte)),
                false => name.push_str(&format!("%{byte:02X}")),
            }
        }
        name.truncate(LONGEST);
        if name.is_empty() {
            name.push_str("no-id");
        }
        let another = |number: u32| if number == 1 { name.clone() } else { format!("{name}-{number}") };
        let free = (1..).map(another).find(|name| self.0.insert(name.to_ascii_lowercase()));
        free.expect("there are more numbers than terminals")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_one_file_inside_the_folder() {
        let mut names = FileNames::default();
        let of = ["10012307", "../../etc/passwd", ".hidden", "-rf", "a/b", "终端", "", "T1", "t1", "T1"]
            .map(|id| names.of(id));
        let expected = [
            "10012307",
            "%2E.%2F..%2Fetc%2Fpasswd",
            "%2Ehidden",
            "%2Drf",
            "a%2Fb",
            "%E7%BB%88%E7%AB%AF",
            "no-id",
            "T1",
            "t1-2",
            "T1-3",
        ];
        assert_eq!(of, expected);
        let (long, longer) = (names.of(&"9".repeat(500)), names.of(&"9".repeat(501)));
        assert!(long != longer && longer.len() < 255, "{longer}");
    }
}
