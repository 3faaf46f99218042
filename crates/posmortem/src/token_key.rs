//! The key under which card numbers leave the process as tokens.
//!
//! PCI DSS 3.5.1.1: a hash of a card number is keyed and covers the whole number. The key comes
//! from a file, never from the command line, is overwritten when it is dropped (so are the bytes it was read into and
//! the state of the HMAC) and cannot be shown.

#[cfg(unix)]
mod guarded;

use hmac::{Hmac, KeyInit, Mac};
use posmortem_exchange::CardToken;
use posmortem_iso8583::CardNumber;
use sha2::Sha256;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// A token key, ready to use.
#[derive(Clone)]
pub struct TokenKey {
    keyed: Hmac<Sha256>,
    id: String,
}

/// Why there is no token key.
#[derive(Debug, thiserror::Error)]
pub enum TokenKeyError {
    /// The file cannot be read or written.
    #[error("the token key cannot be read or made: {0}")]
    Io(#[from] io::Error),
    /// Others than the owner may read the file.
    #[error("the token key may be read by others than its owner: chmod 600 it")]
    Exposed,
    /// A folder, a device or a named pipe.
    #[error("the token key is no regular file: name one, or /dev/fd/N for what a program hands over")]
    NotAFile,
    /// The file belongs to another user, who could put another key there.
    #[error("the token key belongs to another user: make it one of yours or of root's")]
    Foreign,
    /// Anybody could put another file in its place.
    #[error("the token key lies in a folder in which anybody may replace it: chmod o-w the folder")]
    Replaceable,
    /// Too little to be a key.
    #[error("the token key is shorter than {} bytes", TokenKey::MIN_BYTES)]
    Short,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl TokenKey {
    /// The least key length in bytes (128 bits).
    pub const MIN_BYTES: usize = 16;

    /// A longer file is no key: this bounds what is read of it.
    const MAX_BYTES: u64 = 4096;

    /// A key from its bytes; white space at the end, as an editor leaves it, is not part of it.
    ///
    /// # Errors
    /// When it is shorter than [`TokenKey::MIN_BYTES`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenKeyError> {
        let bytes = bytes.trim_ascii_end();
        if bytes.len() < Self::MIN_BYTES {
            return Err(TokenKeyError::Short);
        }
        let keyed = Hmac::<Sha256>::new_from_slice(bytes).expect("HMAC takes keys of any length");
        let digest = keyed.clone().chain_update(b"posmortem token key id").finalize().into_bytes();
        let id = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { keyed, id })
    }

    /// A key that lives as long as this run.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn for_this_run() -> Result<Self, TokenKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        Self::from_bytes(&hex(&*bytes))
    }

    /// The key in `path`: a regular file that belongs to this user or to root, that nobody else may read, in
    /// no folder that everybody may write to. `/dev/fd/N` is what another program hands over, such as a vault; of that only the
    /// right to read it is looked at.
    ///
    /// # Errors
    /// When the file cannot be read, is not so, or holds no key.
    pub fn read(path: &Path) -> Result<Self, TokenKeyError> {
        #[cfg(unix)]
        let file = guarded::open(path)?;
        #[cfg(not(unix))]
        let file = fs::File::open(path)?;
        // Room for all of it and one more: a vector that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX_BYTES as usize + 1));
        file.take(Self::MAX_BYTES).read_to_end(&mut bytes)?;
        Self::from_bytes(&bytes)
    }

    /// The key in `path`, made at random with mode 0600 if there is none yet.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn read_or_make(path: &Path) -> Result<Self, TokenKeyError> {
        match Self::read(path) {
            Err(TokenKeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
        if let Some(folder) = path.parent() {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.recursive(true).create(folder)?;
        }
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        // Whole before it has its name, so that no run reads a part of it. Its mode is 0600.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".token-key-").tempfile_in(folder)?;
        file.write_all(&hex(&*bytes))?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Ok(_) => Self::read(path),
            // Another run made it in between.
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Self::read(path),
            Err(failed) => Err(failed.error.into()),
        }
    }

    /// Eight hexadecimal digits that tell one key from another.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The log's own id of a transaction, in a form that can be compared between runs and tells
    /// nothing. The word before it keeps it apart from tokens of cards.
    pub(crate) fn trace(&self, id: &[u8]) -> u64 {
        let digest = self.keyed.clone().chain_update(b"trace ").chain_update(id).finalize().into_bytes();
        digest[..8].iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte))
    }

    /// The token of a card number. For a masked number the visible digits and `extra` (the expiry
    /// date) are all there is, and the token is as weak as they are.
    pub fn token(&self, card: &CardNumber<'_>, extra: &[u8]) -> CardToken {
        let mut mac = self.keyed.clone();
        card.feed(|digits| mac.update(digits));
        if card.visibility() == posmortem_iso8583::Visibility::Masked {
            mac.update(extra);
        }
        let digest = mac.finalize().into_bytes();
        let mut token = [0; 16];
        token.copy_from_slice(&digest[..16]);
        CardToken::new(token)
    }
}

fn hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble & 15)];
    // Made with room for all of them: a vector that grows leaves copies behind.
    let mut digits = Zeroizing::new(Vec::with_capacity(2 * bytes.len()));
    digits.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]));
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(text: &[u8]) -> CardNumber<'_> {
        CardNumber::parse(text).expect("a test number")
    }

    #[test]
    fn a_token_is_the_hmac_of_the_whole_number() {
        // Checked with: printf 4111111111111111 | openssl dgst -sha256 -hmac 0123456789abcdef
        let key = TokenKey::from_bytes(b"0123456789abcdef\n").unwrap();
        let token = key.token(&card(b"4111111111111111"), b"2812").to_hex();
        assert_eq!(token, "6ab68ca2a9a5093ababdf00856c5692b");
        assert_eq!(token, key.token(&card(b" 4111111111111111 "), b"").to_hex());
    }

    #[test]
    fn masks_of_every_make_give_one_token() {
        let key = TokenKey::from_bytes(b"0123456789abcdef").unwrap();
        let token = |text: &'static [u8], expiry: &[u8]| key.token(&card(text), expiry).to_hex();
        assert_eq!(token(b"411111______1111", b"2812"), token(b"411111******1111", b"2812"));
        assert_ne!(token(b"411111______1111", b"2812"), token(b"411111______1111", b"2901"));
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/token.key");
        let made = TokenKey::read_or_make(&path).unwrap();
        assert_eq!(TokenKey::read_or_make(&path).unwrap().id(), made.id());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let state = path.parent().unwrap();
            assert_eq!(fs::metadata(state).unwrap().permissions().mode() & 0o777, 0o700);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(TokenKey::read(&path), Err(TokenKeyError::Exposed)));
        }
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(matches!(TokenKey::from_bytes(b"0123456789\n\n\n\n\n\n\n"), Err(TokenKeyError::Short)));
    }
}
