//! A list of inputs (`--files-from`): one path a line, or NUL bytes between them.
//!
//! Every line must lead somewhere: a list is written by a program, and a day that is missing from it
//! would otherwise show only in the numbers. Nothing stands for a comment; `#` may begin a path.

use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Hands every path of the list to `add`.
///
/// # Errors
/// When the list cannot be read or names nothing, or with the line of a path that is none.
pub(super) fn read(list: &Path, add: impl FnMut(&Path) -> Result<()>) -> Result<()> {
    let is_stdin = list == Path::new("-");
    let (name, bytes) = contents(list);
    let bytes = bytes.with_context(|| format!("the list {name} cannot be read"))?;
    List { name, is_stdin }.parse(&bytes, add)
}

/// What messages call a list, and its bytes; `-` is standard input.
pub(in crate::plan) fn contents(list: &Path) -> (String, io::Result<Vec<u8>>) {
    if list != Path::new("-") {
        return (list.display().to_string(), fs::read(list));
    }
    let mut bytes = Vec::new();
    let read = io::stdin().read_to_end(&mut bytes);
    ("standard input".to_owned(), read.map(|_| bytes))
}

struct List {
    name: String,
    is_stdin: bool,
}

impl List {
    fn parse(&self, bytes: &[u8], mut add: impl FnMut(&Path) -> Result<()>) -> Result<()> {
        let separator = if bytes.contains(&0) { 0 } else { b'\n' };
        let mut is_empty = true;
        for (at, line) in bytes.split(|byte| *byte == separator).enumerate() {
            let line = if separator == b'\n' { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            if line.is_empty() {
                continue;
            }
            is_empty = false;
            self.path(line).and_then(|path| add(&path)).with_context(|| {
                let what = if separator == 0 { "entry" } else { "line" };
                format!("{}: {what} {}", self.name, at + 1)
            })?;
        }
        if is_empty {
            bail!("the list {} names no input", self.name);
        }
        Ok(())
    }

    fn path(&self, line: &[u8]) -> Result<PathBuf> {
        let path = path_of(line).ok_or_else(|| anyhow!("the path is no text in UTF-8"))?;
        if path == Path::new("-") {
            if self.is_stdin {
                bail!("`-` is standard input, and that is this list");
            }
            return Ok(path);
        }
        fs::metadata(&path).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

#[cfg(unix)]
fn path_of(line: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(line)))
}

#[cfg(not(unix))]
fn path_of(line: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(line).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str, is_stdin: bool) -> Result<Vec<String>, String> {
        let mut paths = Vec::new();
        let list = List { name: "list".to_owned(), is_stdin };
        let add = |path: &Path| {
            paths.push(path.display().to_string());
            Ok(())
        };
        list.parse(text.as_bytes(), add).map_err(|error| format!("{error:#}"))?;
        Ok(paths)
    }

    #[test]
    fn lines_and_nul_bytes_part_paths() {
        let expected = ["Cargo.toml".to_owned(), "src".to_owned(), "-".to_owned()];
        for text in [
            "Cargo.toml\nsrc\n-",
            "\nCargo.toml\r\n\r\nsrc\r\n-\r\n",
            "Cargo.toml\0src\0-\0",
            "Cargo.toml\0src\0-",
        ] {
            assert_eq!(paths(text, false).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = paths("Cargo.toml\n\nno/such.log\n", false).unwrap_err();
        assert!(told.starts_with("list: line 3: no/such.log: "), "{told}");
        let told = paths("Cargo.toml\0no/such.log\0", false).unwrap_err();
        assert!(told.starts_with("list: entry 2: no/such.log: "), "{told}");
        let told = paths("-\n", true).unwrap_err();
        assert_eq!(told, "list: line 1: `-` is standard input, and that is this list");
        assert_eq!(paths("\n\n", false).unwrap_err(), "the list list names no input");
    }
}
