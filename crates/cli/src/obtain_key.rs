//! The token key of a run: read, kept or made.

use crate::failure::Failure;
use crate::messages::Messages;
use crate::plan::TokenKeyPlan;
use anyhow::anyhow;
use posmortem::TokenKey;

/// The key that is told, else the one kept in the user's state folder, else one for this run.
pub(crate) fn obtain_key(plan: &TokenKeyPlan, messages: Messages) -> Result<TokenKey, Failure> {
    let key = obtain(plan, messages)?;
    messages.note(format_args!("card numbers become tokens under the key {}", key.id()));
    Ok(key)
}

fn obtain(plan: &TokenKeyPlan, messages: Messages) -> Result<TokenKey, Failure> {
    let kept = match plan {
        TokenKeyPlan::Told(path) => {
            // The error tells its cause itself.
            let untold = |error| Failure::usage(anyhow!("{}: {error}", path.display()));
            return TokenKey::read(path).map_err(untold);
        }
        TokenKeyPlan::Kept(path) => path,
    };
    match kept.as_deref().map(|path| (path, TokenKey::read_or_make(path))) {
        Some((_, Ok(key))) => return Ok(key),
        Some((path, Err(error))) => messages.warn(format_args!(
            "{}: {error}; tokens of this run cannot be compared with those of others",
            path.display()
        )),
        None => messages
            .warn("no home for a token key; tokens of this run cannot be compared with those of others"),
    }
    TokenKey::for_this_run().map_err(|error| Failure::usage(anyhow!("{error}")))
}
