//! What a terminal started, until the last line about it has been written.

use crate::chip::Chip;

/// What a customer wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Sale,
    Preauth,
    Void,
    Refund,
    Inquiry,
}

impl Kind {
    pub(crate) fn is_authorisation(self) -> bool {
        matches!(self, Self::Preauth | Self::Inquiry)
    }

    /// Kinds that refer to an earlier transaction.
    pub(crate) fn is_related(self) -> bool {
        matches!(self, Self::Void | Self::Refund)
    }

    pub(crate) fn processing_code(self) -> &'static str {
        match self {
            Self::Sale => "000000",
            Self::Preauth => "030000",
            Self::Void => "020000",
            Self::Refund => "200000",
            Self::Inquiry => "310000",
        }
    }
}

/// What the messages are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Attempt,
    /// An attempt by a customer who was declined just before.
    Retry,
    /// A completion or an offline sale.
    Advice,
    /// A sign-on, or a key change.
    SignOn,
    KeyChange,
    /// A reversal of nothing.
    Orphan,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// No line: the moment at which it begins.
    Begin,
    Request,
    Repeat,
    HopRequest,
    HopAnswer,
    /// The same STAN, and the code from further up.
    Upstream,
    Answer,
    Undo,
    UndoAgain,
    UndoHop,
    UndoHopAnswer,
    UndoAnswer,
}

impl Part {
    pub(crate) fn is_answer(self) -> bool {
        matches!(
            self,
            Self::HopAnswer | Self::Upstream | Self::Answer | Self::UndoHopAnswer | Self::UndoAnswer
        )
    }

    pub(crate) fn is_undo(self) -> bool {
        self >= Self::Undo
    }

    /// Whether the line is the host's business and not the terminal's.
    pub(crate) fn is_upstream(self) -> bool {
        matches!(
            self,
            Self::HopRequest | Self::HopAnswer | Self::Upstream | Self::UndoHop | Self::UndoHopAnswer
        )
    }
}

/// How a reversal names its original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Names {
    /// It carries its STAN and reference.
    #[default]
    SameStan,
    /// A STAN of its own, and the original's in DE90.
    Original,
    /// A STAN of its own, and the original's reference.
    Reference,
    /// Card and amount.
    Card,
}

/// A reversal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Undo {
    pub(crate) names: Names,
    pub(crate) stan: u32,
    pub(crate) hop_stan: u32,
    /// The row of the table of reasons.
    pub(crate) why: u8,
    pub(crate) refused: bool,
    pub(crate) partial: bool,
    /// 0400 or 0420, and the same when it is sent again.
    pub(crate) first_advice: bool,
    pub(crate) again_advice: bool,
}

/// What the written lines show so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Times of the requests, since the beginning.
    asked_at: [u32; 8],
    pub(crate) asked: u8,
    pub(crate) answered: u8,
    pub(crate) first_answer: u32,
    /// Hops and other messages that say again what another one said.
    pub(crate) further: u8,
    pub(crate) upstream: bool,
    pub(crate) undos: u8,
    pub(crate) first_undo: u32,
    pub(crate) undo_answers: u8,
    pub(crate) undo_further: u8,
}

impl Seen {
    pub(crate) fn see(&mut self, part: Part, at: u32) {
        match part {
            Part::Begin => {}
            Part::Request | Part::Repeat => {
                if let Some(place) = self.asked_at.get_mut(usize::from(self.asked)) {
                    *place = at;
                }
                self.asked += 1;
            }
            Part::Answer => {
                self.first_answer = if self.answered == 0 { at } else { at.min(self.first_answer) };
                self.answered += 1;
            }
            Part::Undo | Part::UndoAgain => {
                self.first_undo = if self.undos == 0 { at } else { at.min(self.first_undo) };
                self.undos += 1;
            }
            Part::UndoAnswer => self.undo_answers += 1,
            Part::HopRequest => self.further += 1,
            Part::HopAnswer | Part::Upstream => {
                self.further += 1;
                self.upstream = true;
            }
            Part::UndoHop | Part::UndoHopAnswer => self.undo_further += 1,
        }
    }

    fn requests(&self) -> impl Iterator<Item = u32> {
        self.asked_at.into_iter().take(usize::from(self.asked))
    }

    /// When the exchange began: its first request, else its first answer.
    pub(crate) fn began(&self) -> u32 {
        self.requests().min().unwrap_or(self.first_answer)
    }

    /// From the last copy of the request before the answer to the answer.
    pub(crate) fn waited(&self) -> Option<u32> {
        let before = self.requests().filter(|at| *at < self.first_answer).max()?;
        (self.answered > 0).then(|| self.first_answer - before)
    }

    pub(crate) fn given_up_before_answer(&self) -> bool {
        self.asked > 0 && self.undos > 0 && self.first_undo <= self.first_answer
    }
}

/// A transaction under way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flight {
    pub(crate) role: Role,
    pub(crate) kind: Kind,
    pub(crate) terminal: u32,
    pub(crate) issuer: u16,
    pub(crate) entry: u8,
    pub(crate) card: u64,
    /// Asked for, 0 where there is none.
    pub(crate) amount: u64,
    /// In the answer.
    pub(crate) approved: u64,
    pub(crate) stan: u32,
    /// 0 for none.
    pub(crate) rrn: u64,
    pub(crate) begin: i64,
    /// The rows of the table of codes; the answer's may be empty.
    pub(crate) code: Option<u8>,
    pub(crate) upstream_code: Option<u8>,
    pub(crate) hop_stan: u32,
    pub(crate) hop_changes_class: bool,
    /// What its requests tell of the card's chip.
    pub(crate) chip: Chip,
    /// From the last copy of the request to the answer.
    pub(crate) latency: u32,
    pub(crate) undo: Undo,
    /// The code of an answer that is certain.
    pub(crate) script: Option<u8>,
    /// The number of the scene that it belongs to, from 1 on; 0 for none.
    pub(crate) scene: u16,
    /// Whether the terminal's STAN begins anew.
    pub(crate) resets: bool,
    /// Lines that are still to come.
    pub(crate) left: u8,
    pub(crate) seen: Seen,
}
