//! One line's message, as a form may write it.

use crate::chip::Chip;
use crate::clock::Clock;
use crate::facts::Facts;
use crate::fleet::{ENTRY_MODES, Fleet, Link, Terminal, service_code};
use crate::flight::{Flight, Names, Part, Role};

/// The fields of one message. What is absent is `None` or empty.
pub(crate) struct Message<'w> {
    pub(crate) at: Clock,
    pub(crate) mti: &'static str,
    pub(crate) stan: u32,
    pub(crate) rrn: Option<u64>,
    /// None where the line does not tell it.
    pub(crate) terminal: Option<&'w Terminal>,
    /// Whether its number is printed without left zeros.
    pub(crate) is_unpadded: bool,
    pub(crate) merchant: u64,
    pub(crate) card: Option<u64>,
    pub(crate) processing_code: &'static str,
    pub(crate) amount: Option<u64>,
    pub(crate) entry_mode: &'static str,
    /// The firmware of that moment.
    pub(crate) firmware: &'static str,
    /// The card's service code, where rows tell it.
    pub(crate) service_code: Option<&'static str>,
    /// What a request tells of the card's chip.
    pub(crate) chip: Chip,
    pub(crate) code: &'w str,
    pub(crate) link: &'w Link,
    pub(crate) latency: Option<u32>,
    /// DE90: MTI and STAN of the original.
    pub(crate) original: Option<(&'static str, u32)>,
    /// DE70.
    pub(crate) network: &'static str,
    pub(crate) is_answer: bool,
    pub(crate) is_outgoing: bool,
}

impl Message<'_> {
    /// The terminal's number as the line prints it.
    pub(crate) fn terminal_name(&self) -> Option<String> {
        self.terminal.map(|terminal| if self.is_unpadded { terminal.id.to_string() } else { terminal.name() })
    }

    /// DE90: MTI, STAN and time of the original; empty where the line does not tell it.
    pub(crate) fn original_elements(&self) -> String {
        let Some((mti, stan)) = self.original else { return String::new() };
        format!("{mti}{stan:06}{}{:022}", self.at.civil().strftime("%m%d%H%M%S"), 0)
    }
}

/// The message of a line.
pub(crate) fn message<'w>(
    fleet: &'w Fleet,
    facts: &'w Facts,
    flight: &Flight,
    part: Part,
    at: Clock,
    every_card: bool,
) -> Message<'w> {
    let terminal = &fleet.terminals[flight.terminal as usize];
    let link = fleet.link_of(flight.terminal);
    let is_answer = part.is_answer();
    let is_administrative = matches!(flight.role, Role::SignOn | Role::KeyChange);
    let undo = &flight.undo;
    let stan = match part {
        Part::HopRequest | Part::HopAnswer => flight.hop_stan,
        Part::UndoHop | Part::UndoHopAnswer => undo.hop_stan,
        _ if part.is_undo() => undo.stan,
        _ => flight.stan,
    };
    let names_nothing = part.is_undo() && undo.names == Names::Card;
    let amount = if part.is_undo() && undo.partial {
        flight.amount / 2
    } else if part == Part::Answer || part == Part::HopAnswer || part == Part::Upstream {
        flight.approved
    } else {
        flight.amount
    };
    let code_of = |code: Option<u8>| code.map_or("", |code| facts.codes[usize::from(code)].text);
    let code = match part {
        Part::Answer => code_of(flight.code),
        Part::HopAnswer | Part::Upstream => code_of(flight.upstream_code),
        Part::UndoAnswer | Part::UndoHopAnswer if undo.refused => "25",
        Part::UndoAnswer | Part::UndoHopAnswer => "00",
        _ if part.is_undo() => facts.reversals[usize::from(undo.why)].text,
        _ => "",
    };
    let card = Some(flight.card).filter(|card| {
        let shown = !is_answer || every_card || link.answers_show_card;
        *card > 0 && !is_administrative && shown
    });
    let told_original =
        undo.names == Names::Original && matches!(part, Part::Undo | Part::UndoAgain | Part::UndoHop);
    Message {
        at,
        mti: mti(flight, part),
        stan,
        rrn: Some(flight.rrn).filter(|rrn| *rrn > 0 && !names_nothing),
        terminal: (!(terminal.is_mute && is_answer && !is_administrative)).then_some(terminal),
        is_unpadded: terminal.is_unpadded && is_answer,
        merchant: terminal.merchant(),
        card,
        processing_code: if is_administrative { "" } else { flight.kind.processing_code() },
        amount: Some(amount).filter(|amount| *amount > 0),
        entry_mode: if is_administrative { "" } else { ENTRY_MODES[usize::from(flight.entry)].0 },
        firmware: terminal.firmware_at(flight.begin),
        service_code: card.zip(fleet.stripes).map(|(card, stripes)| service_code(card, stripes)),
        chip: if is_answer || part.is_undo() { Chip::default() } else { flight.chip },
        code,
        link,
        latency: (part == Part::Answer).then_some(flight.latency),
        original: told_original.then_some((request_mti(flight), flight.stan)),
        network: match flight.role {
            Role::SignOn => "001",
            Role::KeyChange => "101",
            _ => "",
        },
        is_answer,
        // Towards the terminal go its answers, towards the host its requests.
        is_outgoing: is_answer != part.is_upstream(),
    }
}

fn request_mti(flight: &Flight) -> &'static str {
    if flight.kind.is_authorisation() { "0100" } else { "0200" }
}

fn mti(flight: &Flight, part: Part) -> &'static str {
    let is_authorisation = match part {
        Part::HopRequest | Part::HopAnswer => flight.kind.is_authorisation() != flight.hop_changes_class,
        _ => flight.kind.is_authorisation(),
    };
    let advice = flight.undo.again_advice;
    match (part, flight.role) {
        (Part::Undo | Part::UndoHop, _) if flight.undo.first_advice => "0420",
        (Part::Undo | Part::UndoHop, _) => "0400",
        (Part::UndoAgain, _) => {
            if advice {
                "0421"
            } else {
                "0401"
            }
        }
        (Part::UndoAnswer | Part::UndoHopAnswer, _) => {
            if flight.undo.first_advice {
                "0430"
            } else {
                "0410"
            }
        }
        (Part::Answer, Role::SignOn | Role::KeyChange) => "0810",
        (Part::Repeat, Role::SignOn | Role::KeyChange) => "0801",
        (_, Role::SignOn | Role::KeyChange) => "0800",
        (Part::Answer, Role::Advice) => "0230",
        (Part::Repeat, Role::Advice) => "0221",
        (_, Role::Advice) => "0220",
        (Part::Repeat, _) => {
            if is_authorisation {
                "0101"
            } else {
                "0201"
            }
        }
        _ if part.is_answer() => {
            if is_authorisation {
                "0110"
            } else {
                "0210"
            }
        }
        _ => {
            if is_authorisation {
                "0100"
            } else {
                "0200"
            }
        }
    }
}
