//! What a browser may do with the page: use the style and the script that stand in it, and nothing else.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

pub(super) const STYLE: &str = include_str!("../../data/html/style.css");
pub(super) const SCRIPT: &str = include_str!("../../data/html/script.js");

/// A content security policy for a `meta` element. Digests are of all that stands between the tags.
pub(super) fn policy() -> String {
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}
