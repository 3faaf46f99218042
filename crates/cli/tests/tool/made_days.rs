//! Days of November 2026 made by hand: twelve terminals with an attempt every twelve minutes from eight to twenty,
//! and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A day, or the hours of it that its log covers.
#[derive(Clone, Default)]
pub(crate) struct MadeDay {
    number: u32,
    /// Terminals that are answered with a code from ten o'clock on.
    faults: BTreeMap<u32, &'static str>,
    absent: Vec<u32>,
    issuer_is_down: bool,
    hours: Option<(u32, u32)>,
}

/// A terminal's id.
pub(crate) fn terminal(number: u32) -> String {
    (10_012_300 + number).to_string()
}

/// A day of November 2026 on which all is well.
pub(crate) fn day(number: u32) -> MadeDay {
    MadeDay { number, ..MadeDay::default() }
}

impl MadeDay {
    /// Its MAC key is out of sync.
    pub(crate) fn mac(mut self, terminal: u32) -> Self {
        self.faults.insert(terminal, "A0");
        self
    }

    /// Its amounts are wrong.
    pub(crate) fn amount(mut self, terminal: u32) -> Self {
        self.faults.insert(terminal, "13");
        self
    }

    /// It has no attempt.
    pub(crate) fn without(mut self, terminal: u32) -> Self {
        self.absent.push(terminal);
        self
    }

    /// One of three issuers cannot be reached from three to four in the afternoon.
    pub(crate) fn issuer_down(self) -> Self {
        Self { issuer_is_down: true, ..self }
    }

    /// Its log covers these hours alone.
    pub(crate) fn hours(self, from: u32, until: u32) -> Self {
        Self { hours: Some((from, until)), ..self }
    }

    /// As a log, each row a whole exchange.
    pub(crate) fn log(&self) -> String {
        let (from, until) = self.hours.unwrap_or((8, 20));
        let mut log = "time,terminal_id,merchant_id,stan,issuer,amount,dialect,response_code\n".to_owned();
        for turn in 0..60 {
            for number in (0..12).filter(|number| !self.absent.contains(number)) {
                let minute = 8 * 60 + turn * 12 + number;
                if !(from * 60..until * 60).contains(&minute) {
                    continue;
                }
                let issuer = ["62220200", "62284801", "62284802"][(turn + number) as usize % 3];
                let is_down = self.issuer_is_down && issuer == "62284801" && minute / 60 == 15;
                let fault = self.faults.get(&number).filter(|_| minute >= 10 * 60).copied();
                let code = if is_down { "91" } else { fault.unwrap_or("00") };
                let (hour, minute) = (minute / 60, minute % 60);
                let second = number * 3;
                let (day, stan, amount, id) =
                    (self.number, turn + 1, 1_000 + turn * 7 + number, terminal(number));
                writeln!(
                    log,
                    "2026-11-{day:02}T{hour:02}:{minute:02}:{second:02},{id},M{number},{stan},{issuer},{amount},unionpay-pos,{code}"
                )
                .unwrap();
            }
        }
        log
    }
}
