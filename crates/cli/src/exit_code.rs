//! What the exit status says, and which one wins when several apply.
//!
//! The numbers are promised to scripts and decided nowhere else.

use std::process;

/// The exit status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Everything was done.
    Done,
    /// A limit that the user set was crossed.
    LimitCrossed,
    /// The command line or the configuration is wrong; nothing was done.
    Usage,
    /// No message in the whole run could be read.
    NothingRead,
    /// Done, but too many records were rejected or an input broke off.
    Incomplete,
    /// An output could not be written.
    NotWritten,
    /// The input asks for more than a limit allows; nothing was reported.
    TooMuch,
    /// Broken off by Ctrl-C (`ending.rs`): no command returns it.
    Interrupted,
}

impl ExitCode {
    /// Every status, the one that wins over all others first.
    const BY_PRECEDENCE: [Self; 8] = [
        Self::Interrupted,
        Self::Usage,
        Self::TooMuch,
        Self::NothingRead,
        Self::NotWritten,
        Self::Incomplete,
        Self::LimitCrossed,
        Self::Done,
    ];

    /// The status when both apply.
    pub(crate) fn and(self, other: Self) -> Self {
        let applies = |code: &Self| *code == self || *code == other;
        Self::BY_PRECEDENCE.into_iter().find(applies).unwrap_or(self)
    }

    /// Every status and what it means, in the order of the numbers.
    pub(crate) fn meanings() -> impl Iterator<Item = (u8, &'static str)> {
        let mut all = Self::BY_PRECEDENCE;
        all.sort_by_key(|code| code.number());
        all.into_iter().map(|code| (code.number(), code.meaning()))
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::LimitCrossed => "a limit of --fail-on was crossed",
            Self::Usage => "wrong usage, configuration or rules",
            Self::NothingRead => "no message in the whole run could be read",
            Self::Incomplete => "done, but too many records were rejected or an input broke off",
            Self::NotWritten => "an output could not be written",
            Self::TooMuch => "a limit such as --max-memory was reached: the result is not whole",
            Self::Interrupted => "interrupted",
        }
    }

    /// The number that the shell sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::LimitCrossed => 1,
            Self::Usage => 2,
            Self::NothingRead => 3,
            Self::Incomplete => 4,
            Self::NotWritten => 5,
            Self::TooMuch => 6,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_manual() {
        let numbers = ExitCode::BY_PRECEDENCE.map(ExitCode::number);
        assert_eq!(numbers, [130, 2, 6, 3, 5, 4, 1, 0]);
    }

    #[test]
    fn the_higher_precedence_wins_from_either_side() {
        let all = ExitCode::BY_PRECEDENCE;
        for (rank, winner) in all.into_iter().enumerate() {
            for loser in &all[rank..] {
                assert_eq!(winner.and(*loser), winner);
                assert_eq!(loser.and(winner), winner);
            }
        }
    }
}
