//! Inputs shared by the benchmarks: small days by their character, the same bytes in every run.
//!
//! Not a model of real traffic; only its shapes (field widths, share of declines, quoting) matter
//! here. Card numbers come from a test range.

pub mod stages;

use std::fmt::Write;

/// What is special about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// One attempt in eight declined, 500 terminals.
    Typical,
    /// Every attempt declined.
    AllDeclined,
    /// Merchant names with separators and quotes in them.
    Quoted,
    /// One row in ten cut short.
    Malformed,
    /// A terminal for every attempt.
    ManyTerminals,
    /// Two hundred bytes of merchant name and of text in every message.
    LongFields,
    /// Times that go back and forth by up to a minute.
    OutOfOrder,
}

impl Character {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Typical,
        Self::AllDeclined,
        Self::Quoted,
        Self::Malformed,
        Self::ManyTerminals,
        Self::LongFields,
        Self::OutOfOrder,
    ];

    /// The name in benchmark ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typical => "typical",
            Self::AllDeclined => "all_declined",
            Self::Quoted => "quoted",
            Self::Malformed => "malformed",
            Self::ManyTerminals => "many_terminals",
            Self::LongFields => "long_fields",
            Self::OutOfOrder => "out_of_order",
        }
    }
}

/// One attempt of a day.
pub(crate) struct Attempt {
    pub(crate) number: u64,
    /// Half seconds since midnight.
    pub(crate) at: u64,
    pub(crate) terminal: u64,
    pub(crate) amount: u64,
    pub(crate) card: u64,
    pub(crate) entry: &'static str,
    pub(crate) code: &'static str,
}

/// `count` attempts, half a second apart, from a fixed sequence of random numbers.
pub(crate) fn attempts(count: u64, character: Character) -> impl Iterator<Item = Attempt> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: u64| {
        // xorshift64: any sequence would do that does not repeat within a day.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    (0..count).map(move |number| {
        let declined = character == Character::AllDeclined || random(8) == 0;
        Attempt {
            number,
            at: if character == Character::OutOfOrder { number + 119 - 2 * (number % 120) } else { number },
            terminal: 10_000_000 + if character == Character::ManyTerminals { number } else { random(500) },
            amount: 100 + random(50_000),
            card: random(100_000),
            entry: ["051", "071", "021", "801"][random(4) as usize],
            code: if declined { ["51", "55", "05", "91", "14", "54"][random(6) as usize] } else { "00" },
        }
    })
}

/// Forty bytes.
const LONG_TEXT: &str = "Cafe Nord Oslo Storgata 1 and so forth. ";

fn time(half_seconds: u64) -> String {
    let (seconds, millis) = (half_seconds / 2, half_seconds % 2 * 500);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("2026-11-21T{hour:02}:{minute:02}:{second:02}.{millis:03}")
}

/// A delimited day of answers: one row an attempt.
pub fn delimited(count: u64, character: Character) -> Vec<u8> {
    let header = "time,mti,stan,rrn,terminal_id,merchant_id,pan,processing_code,amount,currency,pos_entry_mode,response_code,link,merchant_name\n";
    let mut day = String::from(header);
    let long = LONG_TEXT.repeat(5);
    if character == Character::LongFields {
        day.truncate(header.len() - 1);
        day += ",text\n";
    }
    for Attempt { number, at, terminal, amount, card, entry, code } in attempts(count, character) {
        let name = match character {
            Character::Quoted => "\"Caf\u{e9} \"\"Nord\"\", Oslo\"",
            Character::LongFields => &format!("{long},{long}"),
            _ => "Cafe Nord Oslo",
        };
        let stan = number % 1_000_000;
        let start = day.len();
        writeln!(
            day,
            "{},0210,{stan:06},3263{number:08},{terminal},898310154110{:03},41111111{card:08},000000,{amount:012},156,{entry},{code},link-{},{name}",
            time(at),
            terminal % 300,
            terminal % 4,
        )
        .expect("a String takes every character");
        if character == Character::Malformed && number % 10 == 0 {
            day.truncate(start + 40);
            day.push('\n');
        }
    }
    day.into_bytes()
}

/// A jPOS day: request and answer of each attempt, twenty fields a message, some records that are no message.
pub fn jpos(count: u64, character: Character) -> Vec<u8> {
    let mut day = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logger class=\"org.jpos.util.DailyLogListener\">\n",
    );
    for attempt in attempts(count, character) {
        let long = character == Character::LongFields;
        message(&mut day, &attempt, "send", "0200", None, long);
        message(&mut day, &attempt, "receive", "0210", Some(attempt.code), long);
        if character == Character::Malformed && attempt.number % 10 == 0 {
            day.truncate(day.len() - 60);
        }
        if attempt.number % 16 == 0 {
            let at = time(attempt.at);
            writeln!(day, "<log realm=\"link-0/10.0.0.1:4321\" at=\"{at}\">\n  <receive>\n    <exception name=\"I/O \"error\"\">\n      at org.example.Channel<init>(Channel.java:42)\n    </exception>\n  </receive>\n</log>")
                .expect("a String takes every character");
        }
    }
    day.into_bytes()
}

fn message(day: &mut String, attempt: &Attempt, event: &str, mti: &str, code: Option<&str>, long: bool) {
    let Attempt { number, terminal, amount, card, entry, .. } = *attempt;
    let at = time(attempt.at);
    let text = LONG_TEXT.repeat(5);
    let names = [43, 47].map(|id| format!("      <field id=\"{id}\" value=\"{text}\"/>\n")).concat();
    let names = if long { names } else { String::new() };
    let stan = number % 1_000_000;
    let direction = if event == "send" { "outgoing" } else { "incoming" };
    let (link, merchant) = (terminal % 4, terminal % 300);
    let track = format!("41111111{card:08}=28122010000000000000");
    let code = code.map(|code| format!("      <field id=\"39\" value=\"{code}\"/>\n")).unwrap_or_default();
    write!(
        day,
        r#"<log realm="link-{link}/10.0.0.{link}:4321" at="{at}" lifespan="12ms">
  <{event}>
    <isomsg direction="{direction}">
      <!-- org.jpos.iso.packager.GenericPackager[cfg/iso87ascii.xml] -->
      <field id="0" value="{mti}"/>
      <field id="2" value="41111111{card:08}"/>
      <field id="3" value="000000"/>
      <field id="4" value="{amount:012}"/>
      <field id="7" value="1121120000"/>
      <field id="11" value="{stan:06}"/>
      <field id="12" value="120000"/>
      <field id="13" value="1121"/>
      <field id="18" value="5411"/>
      <field id="22" value="{entry}"/>
      <field id="25" value="00"/>
      <field id="32" value="000001"/>
      <field id="35" value="{track}"/>
      <field id="37" value="3263{number:08}"/>
{code}      <field id="41" value="{terminal}"/>
      <field id="42" value="898310154110{merchant:03}"/>
{names}      <isomsg id="48">
        <field id="0" value="nested"/>
        <field id="1" value="a &amp; b"/>
      </isomsg>
      <field id="49" value="156"/>
      <field id="52" value="0000000000000000" type="binary"/>
      <field id="60"><![CDATA[<22000001>]]></field>
    </isomsg>
  </{event}>
</log>
"#
    )
    .expect("a String takes every character");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_the_same_in_every_run() {
        assert_eq!(delimited(100, Character::Typical), delimited(100, Character::Typical));
        assert_eq!(jpos(10, Character::Malformed), jpos(10, Character::Malformed));
    }
}
