//! The settings that a configuration knows, each with its names.
//!
//! One name serves all layers: `bin_digits` in a file, `--bin-digits` on the command line,
//! `POSMORTEM_BIN_DIGITS` in the environment.

use super::{limits, values};

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Setting {
    Timezone,
    Dialect,
    Rules,
    Timeout,
    Horizon,
    BinDigits,
    AmountUnit,
    InputFormat,
    Profile,
    Separator,
    TokenKey,
    Threads,
    MaxRejects,
    MaxRecord,
    MaxTerminals,
    MaxMemory,
    Lang,
    Color,
}

impl Setting {
    /// Every setting, in the order in which they are shown.
    pub(crate) const ALL: [Self; 18] = [
        Self::Timezone,
        Self::Dialect,
        Self::Rules,
        Self::Timeout,
        Self::Horizon,
        Self::BinDigits,
        Self::AmountUnit,
        Self::InputFormat,
        Self::Profile,
        Self::Separator,
        Self::TokenKey,
        Self::Threads,
        Self::MaxRejects,
        Self::MaxRecord,
        Self::MaxTerminals,
        Self::MaxMemory,
        Self::Lang,
        Self::Color,
    ];

    /// What the environment variables begin with.
    pub(crate) const PREFIX: &str = "POSMORTEM_";

    /// The name in a file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timezone => "timezone",
            Self::Dialect => "dialect",
            Self::Rules => "rules",
            Self::Timeout => "timeout",
            Self::Horizon => "horizon",
            Self::BinDigits => "bin_digits",
            Self::AmountUnit => "amount_unit",
            Self::InputFormat => "input_format",
            Self::Profile => "profile",
            Self::Separator => "separator",
            Self::TokenKey => "token_key",
            Self::Threads => "threads",
            Self::MaxRejects => "max_rejects",
            Self::MaxRecord => "max_record",
            Self::MaxTerminals => "max_terminals",
            Self::MaxMemory => "max_memory",
            Self::Lang => "lang",
            Self::Color => "color",
        }
    }

    /// The name of the environment variable.
    pub(crate) fn variable(self) -> String {
        format!("{}{}", Self::PREFIX, self.name().to_uppercase())
    }

    /// The name on the command line.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// The setting of that name in a file.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// What holds where nobody states anything; `None` where the log or the machine decides.
    pub(crate) fn built_in(self) -> Option<&'static str> {
        match self {
            Self::Timeout => Some("60s"),
            Self::Horizon => Some("10m"),
            Self::MaxRejects => Some("0.1%, at least 10"),
            Self::MaxRecord => Some("1M"),
            Self::MaxTerminals => Some("5000000"),
            Self::MaxMemory => Some("80% of the machine's"),
            Self::Lang => Some("en"),
            Self::AmountUnit | Self::Color => Some("auto"),
            Self::Timezone | Self::Dialect | Self::Rules | Self::BinDigits | Self::InputFormat => None,
            Self::Profile | Self::Separator | Self::TokenKey | Self::Threads => None,
        }
    }

    /// Whether a value can be this setting's, and if not, why.
    pub(super) fn check(self, text: &str) -> Result<(), String> {
        match self {
            Self::Timezone => values::time_zone(text).map(drop),
            Self::Dialect => values::dialect(text).map(drop),
            Self::Timeout | Self::Horizon => values::duration_ms(text).map(drop),
            Self::BinDigits => values::bin_digits(text).map(drop),
            Self::AmountUnit => values::amount_unit(text).map(drop),
            Self::InputFormat => values::input_format(text).map(drop),
            Self::Separator => values::separator(text).map(drop),
            // Files are looked at when they are needed.
            Self::Rules => values::files(text).map(drop),
            Self::Profile | Self::TokenKey => Ok(()),
            Self::Threads => values::threads(text).map(drop),
            Self::MaxRejects => limits::reject_limit(text).map(drop),
            Self::MaxRecord => limits::max_record(text).map(drop),
            Self::MaxTerminals => limits::max_terminals(text).map(drop),
            Self::MaxMemory => limits::max_memory(text).map(drop),
            Self::Lang => values::language(text).map(drop),
            Self::Color => values::color(text).map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_one_name_in_three_spellings() {
        assert_eq!(Setting::BinDigits.variable(), "POSMORTEM_BIN_DIGITS");
        assert_eq!(Setting::BinDigits.flag(), "--bin-digits");
        for key in Setting::ALL {
            assert_eq!(Setting::from_name(key.name()), Some(key));
        }
    }
}
