//! What `explain` is asked about.

use crate::nearest::nearest;
use anyhow::{Error, Result, anyhow};
use posmortem::classify::{Cause, Language, Reason};
use posmortem::iso8583::ResponseCode;

/// A code, or a range of codes as a table has it, or a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Code(String),
    Reason(Reason),
}

impl Subject {
    /// Reasons by their names and titles in any case; whatever else could be a code or a range is one,
    /// until the tables say otherwise.
    ///
    /// # Errors
    /// When it can be neither.
    pub(super) fn from_text(text: &str) -> Result<Self> {
        let text = text.trim();
        let name = text.to_lowercase().replace(['-', ' '], "_");
        let reason = Reason::from_name(&name).or_else(|| titled(text));
        match (reason, Cause::from_name(&name), ResponseCode::parse(text.as_bytes())) {
            (Some(reason), _, _) => Ok(Self::Reason(reason)),
            (None, Some(cause), _) => {
                let reasons = Reason::all().filter(|reason| reason.cause() == cause).map(Reason::name);
                let reasons = reasons.collect::<Vec<_>>().join(", ");
                Err(anyhow!("`{text}` is a cause; its reasons are {reasons}"))
            }
            (None, None, Some(code)) => Ok(Self::Code(code.to_string())),
            (None, None, None) if is_range(text) => Ok(Self::Code(text.to_uppercase())),
            (None, None, None) => Err(unknown(text)),
        }
    }
}

/// The reason of that title, in either language.
fn titled(text: &str) -> Option<Reason> {
    let title = text.to_lowercase();
    let has_title = |reason: &Reason| {
        [Language::En, Language::Zh].iter().any(|language| reason.title(*language).to_lowercase() == title)
    };
    Reason::all().find(has_title)
}

/// The reason whose name or title comes nearest, words being parted by whatever they are.
fn meant(text: &str) -> Option<Reason> {
    let plain = |text: &str| text.replace(['_', '-'], " ");
    let spelled = |reason: Reason| {
        [reason.name(), reason.title(Language::En), reason.title(Language::Zh)]
            .map(|name| (plain(name), reason))
    };
    let known: Vec<(String, Reason)> = Reason::all().flat_map(spelled).collect();
    let nearest = nearest(&plain(text), known.iter().map(|(name, _)| name.as_str()))?;
    known.iter().find(|(name, _)| name == nearest).map(|(_, reason)| *reason)
}

/// `45-50`
fn is_range(text: &str) -> bool {
    let is_code = |text: &str| ResponseCode::parse(text.as_bytes()).is_some();
    text.split_once('-').is_some_and(|(first, last)| is_code(first) && is_code(last))
}

/// Nobody knows `text`; a reason may have been meant.
pub(crate) fn unknown(text: &str) -> Error {
    let hint = match meant(text) {
        Some(reason) => format!("; did you mean `{}`?", reason.name()),
        None => ": `posmortem explain` with network, account, card, key or operator lists reasons".to_owned(),
    };
    anyhow!("`{text}` is neither a known response code nor a reason{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        Subject::from_text(text).unwrap_err().to_string()
    }

    #[test]
    fn reasons_go_before_codes() {
        assert_eq!(Subject::from_text("PIN-incorrect").unwrap(), Subject::Reason(Reason::PIN_INCORRECT));
        assert!(matches!(Subject::from_text("cancelled").unwrap(), Subject::Reason(_)));
        assert!(matches!(Subject::from_text("a0").unwrap(), Subject::Code(code) if code == "A0"));
    }

    #[test]
    fn reasons_have_titles_and_ranges_are_codes() {
        for title in ["Wrong PIN", " wrong pin ", "密码错误"] {
            assert_eq!(Subject::from_text(title).unwrap(), Subject::Reason(Reason::PIN_INCORRECT), "{title}");
        }
        for reason in Reason::all() {
            for language in [Language::En, Language::Zh] {
                assert_eq!(Subject::from_text(reason.title(language)).unwrap(), Subject::Reason(reason));
            }
        }
        assert_eq!(Subject::from_text("a0-mz").unwrap(), Subject::Code("A0-MZ".to_owned()));
        assert!(complaint("45-").contains("neither"));
    }

    #[test]
    fn what_is_neither_gets_a_hint() {
        for text in ["pin_incorect", "wrng_pin", "Wrong PINs"] {
            assert!(complaint(text).ends_with("did you mean `pin_incorrect`?"), "{text}");
        }
        assert!(complaint("card").contains("its reasons are chip_damaged, "));
    }
}
