//! The questions of a day's round that have a list of their own for an answer.

use posmortem_classify::Language;

/// A question beside that for the terminals at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What was shared: causes, scopes, windows.
    Incidents,
    /// Terminals that fell silent at a time when they used to be busy.
    Silent,
    /// Time-outs and latency by link and issuer.
    Timeouts,
    /// Business and technical failures by issuer.
    Declines,
    /// Chip cards read by their stripe and numbers typed in, by scheme and site, against scheme limits.
    Fallback,
    /// Failures for keys, sign-ons and key changes by terminal.
    Keys,
    /// Approvals that customers did not get, and reversals that found nothing to take back.
    Reversals,
    /// Failures by cause and hour of the day.
    Hours,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 8] = [
        Self::Incidents,
        Self::Silent,
        Self::Timeouts,
        Self::Declines,
        Self::Fallback,
        Self::Keys,
        Self::Reversals,
        Self::Hours,
    ];

    /// The name used on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Silent => "silent",
            Self::Timeouts => "timeouts",
            Self::Declines => "declines",
            Self::Fallback => "fallback",
            Self::Keys => "keys",
            Self::Reversals => "reversals",
            Self::Hours => "hours",
        }
    }

    /// The question of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.name() == name)
    }

    /// Whether only a diagnosis answers it. A breakdown answers the others.
    pub fn needs_diagnosis(self) -> bool {
        matches!(self, Self::Incidents | Self::Silent)
    }

    /// What stands above its answer.
    pub(crate) fn title(self, language: Language) -> &'static str {
        let (en, zh) = match self {
            Self::Incidents => ("Incidents", "共同事件"),
            Self::Silent => ("Terminals that fell silent", "静默的终端"),
            Self::Timeouts => ("Time-outs and latency by link and issuer", "按链路与发卡行的超时与时延"),
            Self::Declines => ("Business and technical failures by issuer", "按发卡行的业务失败与技术失败"),
            Self::Fallback => ("Fallback and typed numbers by scheme and site", "按卡组织与门店的降级与手输"),
            Self::Keys => ("Keys and sign-ons by terminal", "按终端的密钥与签到"),
            Self::Reversals => ("Approvals lost, and reversals not matched", "批准后失效与未匹配的冲正"),
            Self::Hours => ("Failures by hour of the day", "按时段的失败"),
        };
        match language {
            Language::En => en,
            Language::Zh => zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        assert!(Question::ALL.into_iter().all(|one| Question::from_name(one.name()) == Some(one)));
        assert_eq!(Question::from_name("codes"), None);
    }
}
