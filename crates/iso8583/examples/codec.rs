//! Encodes and decodes messages for `scripts/check-codecs`: a request a line on standard input, an
//! answer a line on standard output, all tab-separated.
//!
//! `describe PROFILE` answers with message type, bitmaps and every element; `encode PROFILE 0=0200
//! 2=...` with hexadecimal digits; `decode PROFILE HEX` with fields. What fails begins with `error`.
//! Bytes of the requests are printed again, so this is no tool for real messages.

use posmortem_iso8583::wire::{Fields, Profile, ThirdBitmap, encode, unhex_into};
use std::fmt::Write as _;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = answer(&line).unwrap_or_else(|error| format!("error: {error}"));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<String, String> {
    let mut words = line.split('\t');
    let request = words.next().unwrap_or_default();
    let name = words.next().unwrap_or_default();
    let profile = Profile::built_in(name).ok_or_else(|| format!("no profile {name}"))?;
    match request {
        "describe" => Ok(describe(profile)),
        "encode" => encoded(profile, words),
        "decode" => decoded(profile, words.next().unwrap_or_default()),
        _ => Err(format!("no request {request}")),
    }
}

fn describe(profile: &Profile) -> String {
    let bitmap = profile.bitmap();
    let mut text =
        format!("{:?}\t{:?}\t{}\t{}", profile.mti_form(), bitmap.form, bitmap.always_128, profile.version());
    for number in 2..=192 {
        let is_bitmap = number == 65 && bitmap.third != ThirdBitmap::Never;
        let Some(element) = profile.element(number).filter(|_| !is_bitmap) else { continue };
        write!(text, "\t{number}:{:?}:{:?}:{}", element.content(), element.encoding(), element.max_len())
            .expect("a string");
        if let Some(prefix) = element.prefix() {
            write!(text, ":{:?}:{}:{:?}:{}", prefix.encoding, prefix.size, prefix.unit, prefix.largest)
                .expect("a string");
        }
    }
    text
}

fn encoded<'l>(profile: &Profile, words: impl Iterator<Item = &'l str>) -> Result<String, String> {
    let field = |word: &'l str| {
        let (number, text) = word.split_once('=')?;
        Some((number.parse().ok()?, text.as_bytes()))
    };
    let fields: Vec<(u8, &[u8])> = words.map(field).collect::<Option<_>>().ok_or("a field is NUMBER=TEXT")?;
    let mut message = Vec::new();
    encode(profile, &fields, &mut message).map_err(|error| error.to_string())?;
    Ok(message.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}")))
}

fn decoded(profile: &Profile, hex: &str) -> Result<String, String> {
    let mut message = Vec::new();
    if !unhex_into(hex.as_bytes(), &mut message) {
        return Err("a message is hexadecimal digits".to_owned());
    }
    let mut fields = Fields::new();
    profile.decode(&message, &mut fields).map_err(|error| error.to_string())?;
    let mut text = fields.mti().map_or(String::new(), |mti| format!("0={mti}"));
    let mut scratch = Vec::new();
    for element in fields.present().iter() {
        let value = profile.value(&message, &fields, element).ok_or("a field without a value")?;
        let value = String::from_utf8_lossy(value.text(&mut scratch));
        write!(text, "\t{element}={value}").expect("a string");
    }
    Ok(text)
}
