//! What `explain` is asked about.

use crate::nearest::did_you_mean;
use anyhow::{Error, Result, anyhow};
use posmortem::classify::{Cause, Reason};
use posmortem::iso8583::ResponseCode;

/// A code or a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Code(String),
    Reason(Reason),
}

impl Subject {
    /// Reasons by their names in any case; whatever else could be a code is one, until the tables say
    /// otherwise.
    ///
    /// # Errors
    /// When it can be neither.
    pub(super) fn from_text(text: &str) -> Result<Self> {
        let text = text.trim();
        let name = text.to_lowercase().replace(['-', ' '], "_");
        match (Reason::from_name(&name), Cause::from_name(&name), ResponseCode::parse(text.as_bytes())) {
            (Some(reason), _, _) => Ok(Self::Reason(reason)),
            (None, Some(cause), _) => {
                let reasons = Reason::all().filter(|reason| reason.cause() == cause).map(Reason::name);
                let reasons = reasons.collect::<Vec<_>>().join(", ");
                Err(anyhow!("`{text}` is a cause; its reasons are {reasons}"))
            }
            (None, None, Some(code)) => Ok(Self::Code(code.to_string())),
            (None, None, None) => Err(unknown(text)),
        }
    }
}

/// Nobody knows `text`; a reason may have been meant.
pub(crate) fn unknown(text: &str) -> Error {
    let hint = did_you_mean(text, Reason::all().map(Reason::name));
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
    fn what_is_neither_gets_a_hint() {
        assert!(complaint("pin_incorect").ends_with("did you mean `pin_incorrect`?"));
        assert!(complaint("card").contains("its reasons are chip_damaged, "));
    }
}
