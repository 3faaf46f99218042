//! The five causes of the design: what broke, and by that who acts.

use crate::Language;

/// What broke. The order is the one of every table and report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cause {
    /// The path: power, signal, link, switch, issuer host.
    Network,
    /// Funds, limits, PIN, frozen or closed account, the issuer's refusal.
    Account,
    /// Chip, stripe, reader, expiry, number, card type.
    Card,
    /// MAC and PIN keys, sign-on, key exchange, security module.
    Key,
    /// Steps, amounts, set-up, registration.
    Operator,
}

impl Cause {
    /// The five, in the order of their indices.
    pub const ALL: [Self; 5] = [Self::Network, Self::Account, Self::Card, Self::Key, Self::Operator];

    /// The name used in tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Account => "account",
            Self::Card => "card",
            Self::Key => "key",
            Self::Operator => "operator",
        }
    }

    /// The heading in Chinese.
    pub fn title_zh(self) -> &'static str {
        match self {
            Self::Network => "网络/系统",
            Self::Account => "账户",
            Self::Card => "卡片",
            Self::Key => "密钥",
            Self::Operator => "操作/商户设置",
        }
    }

    /// The heading: the name itself in English.
    pub fn title(self, language: Language) -> &'static str {
        match language {
            Language::En => self.name(),
            Language::Zh => self.title_zh(),
        }
    }

    /// The place in [`Cause::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The cause of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_indices_agree() {
        for (index, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause.index(), index);
            assert_eq!(Cause::from_name(cause.name()), Some(cause));
        }
        assert_eq!(Cause::from_name("none"), None);
    }

    #[test]
    fn headings_are_the_names_and_in_chinese_the_fields_own_words() {
        let headings = |language| Cause::ALL.map(|cause| cause.title(language));
        assert_eq!(headings(Language::En), Cause::ALL.map(Cause::name));
        assert_eq!(headings(Language::Zh), ["网络/系统", "账户", "卡片", "密钥", "操作/商户设置"]);
    }
}
