//! Whether the file of a key is its owner's alone, on systems with the permissions of Unix.

use super::TokenKeyError;
use std::fs::{self, File, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// Opens the file of a key, once everything that is known of it allows that.
pub(super) fn open(path: &Path) -> Result<File, TokenKeyError> {
    if is_handed_over(path) {
        let file = File::open(path)?;
        let about = file.metadata()?;
        let is_pipe = about.file_type().is_fifo();
        return if is_pipe { Ok(file) } else { check_file(&about).map(|()| file) };
    }
    // Before it is opened: a named pipe would keep us waiting.
    check_file(&fs::metadata(path)?)?;
    check_folders(path)?;
    check_folders(&fs::canonicalize(path)?)?;
    let file = File::open(path)?;
    // Once more, of what was opened.
    check_file(&file.metadata()?)?;
    Ok(file)
}

/// What the process was started with, not what lies in a folder.
fn is_handed_over(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}

fn check_file(about: &Metadata) -> Result<(), TokenKeyError> {
    if !about.is_file() {
        return Err(TokenKeyError::NotAFile);
    }
    check_owner(about.uid(), about.mode(), rustix::process::geteuid().as_raw())
}

/// A key belongs to whoever runs this or to root, and to nobody else.
fn check_owner(owner: u32, mode: u32, reader: u32) -> Result<(), TokenKeyError> {
    if owner != 0 && owner != reader {
        return Err(TokenKeyError::Foreign);
    }
    if mode & 0o077 != 0 {
        return Err(TokenKeyError::Exposed);
    }
    Ok(())
}

/// A folder that all may write to is one in which all may replace files, unless its sticky bit is set, as that of `/tmp`
/// is.
fn check_folders(path: &Path) -> Result<(), TokenKeyError> {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    for folder in folders {
        let mode = fs::metadata(folder)?.mode();
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(TokenKeyError::Replaceable);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::TokenKey;
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A folder of that mode with a key in it.
    fn with_key(mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("token.key");
        fs::write(&key, "0123456789abcdef").unwrap();
        set_mode(&key, 0o600);
        set_mode(folder.path(), mode);
        folder
    }

    #[test]
    fn a_key_that_anybody_could_replace_is_refused() {
        let read = |folder: &tempfile::TempDir| TokenKey::read(&folder.path().join("token.key"));
        for mode in [0o700, 0o750, 0o1777] {
            assert!(read(&with_key(mode)).is_ok(), "{mode:o}");
        }
        let open = with_key(0o777);
        assert!(matches!(read(&open), Err(TokenKeyError::Replaceable)));
        // However it is reached, and whether the link or what it leads to lies there.
        let own = with_key(0o700);
        symlink(open.path().join("token.key"), own.path().join("link")).unwrap();
        symlink(own.path().join("token.key"), open.path().join("link")).unwrap();
        for folder in [&own, &open] {
            let read = TokenKey::read(&folder.path().join("link"));
            assert!(matches!(read, Err(TokenKeyError::Replaceable)));
        }
        let link = own.path().join("near");
        symlink(own.path().join("token.key"), &link).unwrap();
        assert!(TokenKey::read(&link).is_ok());
    }

    #[test]
    fn what_is_no_regular_file_is_no_key_and_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(TokenKey::read(folder.path()), Err(TokenKeyError::NotAFile)));
        assert!(matches!(TokenKey::read(Path::new("/dev/zero")), Err(TokenKeyError::NotAFile)));
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            assert!(matches!(TokenKey::read(&pipe), Err(TokenKeyError::NotAFile)));
        }
        assert!(matches!(TokenKey::read(&folder.path().join("missing")), Err(TokenKeyError::Io(_))));
    }

    #[test]
    fn a_key_is_its_reader_s_or_root_s_and_nobody_else_s() {
        let said = |owner, mode, reader| match check_owner(owner, mode, reader) {
            Ok(()) => "taken",
            Err(TokenKeyError::Foreign) => "foreign",
            Err(TokenKeyError::Exposed) => "exposed",
            Err(_) => "else",
        };
        for (owner, mode, reader, expected) in [
            (1000, 0o100_600, 1000, "taken"),
            (1000, 0o100_400, 1000, "taken"),
            (0, 0o100_600, 1000, "taken"),
            (1001, 0o100_600, 1000, "foreign"),
            // Root takes no key of a user's, who could change it.
            (1000, 0o100_600, 0, "foreign"),
            (1001, 0o100_644, 1000, "foreign"),
            (1000, 0o100_640, 1000, "exposed"),
            (1000, 0o100_604, 1000, "exposed"),
            (1000, 0o100_601, 1000, "exposed"),
            (0, 0o100_644, 0, "exposed"),
        ] {
            assert_eq!(said(owner, mode, reader), expected, "{owner} {mode:o} {reader}");
        }
    }

    #[test]
    fn a_key_of_another_user_is_refused() {
        let folder = with_key(0o700);
        let key = folder.path().join("token.key");
        // Only root can give a file away; nobody else has one of another user at hand.
        if std::os::unix::fs::chown(&key, Some(65_534), None).is_err() {
            println!("skipped: this user cannot give a file away");
            return;
        }
        assert!(matches!(TokenKey::read(&key), Err(TokenKeyError::Foreign)));
    }
}
