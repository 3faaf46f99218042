//! Texts of a configuration to values. Every complaint is a sentence about the text alone; where it
//! stands is added by the caller.

use crate::nearest::{did_you_mean, meant_or_all, nearest};
use jiff::SignedDuration;
use jiff::tz::{Offset, TimeZone};
use posmortem::classify::{Dialect, Language};
use posmortem::iso8583::AmountUnit;
use posmortem::iso8583::wire::Profile;
use posmortem::logs::{Column, InputFormat, Listing, ListingError};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A name of the IANA database, or an offset from UTC. The rules of POSIX (`EST5EDT4`) are none: their
/// signs mean the opposite of what people write.
pub(crate) fn time_zone(text: &str) -> Result<TimeZone, String> {
    let utc = text.eq_ignore_ascii_case("Z");
    let read =
        offset(text).map(TimeZone::fixed).or_else(|| TimeZone::get(if utc { "UTC" } else { text }).ok());
    read.ok_or_else(|| {
        let names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        match nearest(text, names.iter().map(String::as_str)).filter(|_| text.contains('/')) {
            Some(name) => format!("`{text}` is no time zone; did you mean `{name}`?"),
            None => format!(
                "`{text}` is no time zone: write a name such as Asia/Shanghai, or an offset of at most 14 \
                 hours such as +08:00 or UTC+8"
            ),
        }
    })
}

/// `+08:00`, `-0330` or `+8`, also behind `UTC` or `GMT`: what is east of Greenwich is plus.
fn offset(text: &str) -> Option<Offset> {
    let prefix = text.get(..3).filter(|name| ["UTC", "GMT"].iter().any(|utc| utc.eq_ignore_ascii_case(name)));
    let signed = text.strip_prefix(prefix.unwrap_or_default())?;
    let (sign, clock) = match signed.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = match clock.split_once(':') {
        Some(parts) => parts,
        None if clock.len() == 4 => clock.split_at_checked(2)?,
        None => (clock, "00"),
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok())?;
    let minutes = number(minutes).filter(|&value| minutes.len() == 2 && value < 60)?;
    let minutes = number(hours).filter(|_| hours.len() <= 2)? * 60 + minutes;
    let farthest = 14 * 60;
    (minutes <= farthest).then(|| Offset::from_seconds(sign * minutes * 60).ok())?
}

/// A dialect by its name, in any case, `_` as good as `-`.
pub(crate) fn dialect(text: &str) -> Result<Dialect, String> {
    let name = text.to_lowercase().replace('_', "-");
    let hint = || meant_or_all(&name, Dialect::all().map(Dialect::name));
    Dialect::from_name(&name).ok_or_else(|| format!("`{text}` is no dialect{}", hint()))
}

/// A length of time in milliseconds, more than nothing and at most a day.
pub(crate) fn duration_ms(text: &str) -> Result<i64, String> {
    let read = text.parse::<SignedDuration>();
    let read = read.map_err(|_| format!("`{text}` is no duration: write 90s, 1500ms or 10m"))?;
    let millis = i64::try_from(read.as_millis()).unwrap_or(i64::MAX);
    let day = 24 * 60 * 60 * 1000;
    (1..=day)
        .contains(&millis)
        .then_some(millis)
        .ok_or_else(|| format!("`{text}` is not between 1ms and 24h"))
}

/// How many digits of a card number name the issuer.
pub(crate) fn bin_digits(text: &str) -> Result<u8, String> {
    match text {
        "6" => Ok(6),
        "8" => Ok(8),
        _ => Err(format!("`{text}` is neither 6 nor 8")),
    }
}

/// How bare amounts are to be read.
pub(crate) fn amount_unit(text: &str) -> Result<AmountUnit, String> {
    match text {
        "auto" => Ok(AmountUnit::ByPoint),
        "minor" => Ok(AmountUnit::Minor),
        "major" => Ok(AmountUnit::Major),
        _ => Err(format!("`{text}` is none of auto, minor and major")),
    }
}

/// A log format by its name.
pub(crate) fn input_format(text: &str) -> Result<InputFormat, String> {
    let hint = || meant_or_all(text, InputFormat::ALL.map(InputFormat::name));
    InputFormat::from_name(text).ok_or_else(|| format!("`{text}` is no format that can be read{}", hint()))
}

/// A wire profile: a built-in one, or a file.
pub(crate) fn profile(text: &str) -> Result<Arc<Profile>, String> {
    if let Some(built_in) = Profile::built_in(text) {
        return Ok(Arc::new(built_in.clone()));
    }
    match fs::read_to_string(text) {
        Ok(stated) => Profile::parse(&stated).map(Arc::new).map_err(|error| format!("{text}: {error}")),
        Err(error) if text.contains(['/', '.']) => Err(format!("cannot read the profile {text}: {error}")),
        Err(_) => {
            let names: Vec<_> = Profile::all().map(Profile::name).collect();
            let hint = meant_or_all(text, names);
            Err(format!("`{text}` is neither a wire profile nor a file{hint}"))
        }
    }
}

/// Files: one by its path, several as a list of TOML.
pub(crate) fn files(text: &str) -> Result<Vec<PathBuf>, String> {
    if !text.starts_with('[') {
        return Ok(vec![PathBuf::from(text)]);
    }
    let list = toml::from_str::<BTreeMap<String, Vec<PathBuf>>>(&format!("files = {text}"));
    let wrong = |_| format!("`{text}` is no list of files: write one path, or [\"one.toml\", \"two.toml\"]");
    Ok(list.map_err(wrong)?.into_values().flatten().collect())
}

/// The text that [`files`] reads.
pub(crate) fn files_text(files: &[String]) -> String {
    match files {
        [file] if !file.starts_with('[') => file.clone(),
        _ => toml::Value::from(files.to_vec()).to_string(),
    }
}

/// What separates the columns of a delimited log: one ASCII character, or its name.
pub(crate) fn separator(text: &str) -> Result<u8, String> {
    match text {
        "comma" => Ok(b','),
        "tab" | "\\t" => Ok(b'\t'),
        "pipe" => Ok(b'|'),
        "semicolon" => Ok(b';'),
        _ => match text.as_bytes() {
            [b'"' | b'\r' | b'\n'] => Err("a quote or a line end cannot separate columns".to_owned()),
            [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() => Ok(*byte),
            _ => {
                Err(format!("`{text}` is no separator: write one character, or comma, tab, pipe, semicolon"))
            }
        },
    }
}

/// What a column holds, by any name that logs have for it; `-` for what nobody wants to know.
pub(crate) fn column(text: &str) -> Result<Option<Column>, String> {
    if text == "-" {
        return Ok(None);
    }
    let hint = || did_you_mean(text, Column::ALL.map(Column::name));
    Column::from_name(text).map(Some).ok_or_else(|| format!("`{text}` is no column{}", hint()))
}

/// A kind of listing, as a table on one line.
pub(crate) fn listing(text: &str) -> Result<Listing, String> {
    text.parse().map_err(|error: ListingError| error.to_string())
}

/// A number of workers.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    let read = text.parse().ok().filter(|threads| (1..=1024).contains(threads));
    read.ok_or_else(|| format!("`{text}` is no number of threads between 1 and 1024"))
}

/// The language of reports.
pub(crate) fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::En),
        "zh" => Ok(Language::Zh),
        _ => Err(format!("`{text}` is neither en nor zh")),
    }
}

/// Whether tables are coloured; `None` leaves it to the surroundings.
pub(crate) fn color(text: &str) -> Result<Option<bool>, String> {
    match text {
        "auto" => Ok(None),
        "always" => Ok(Some(true)),
        "never" => Ok(Some(false)),
        _ => Err(format!("`{text}` is none of auto, always and never")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in
            [("60s", 60_000), ("1500ms", 1500), ("10m", 600_000), ("1h 30m", 5_400_000), ("24h", 86_400_000)]
        {
            assert_eq!(duration_ms(text), Ok(millis));
        }
        for text in ["", "60", "0s", "-5s", "25h", "10 parsecs", "1e3s"] {
            assert!(duration_ms(text).is_err(), "{text}");
        }
    }

    #[test]
    fn zones_are_names_or_offsets() {
        for text in ["Asia/Shanghai", "UTC", "Z", "+08:00", "-0330"] {
            assert!(time_zone(text).is_ok(), "{text}");
        }
        for text in ["", "Mars/Olympus", "8", "local", "EST5EDT4", "CST-8", "UTC8", "<+08>-8"] {
            assert!(time_zone(text).is_err(), "{text}");
        }
        assert!(time_zone("EST5EDT").is_ok(), "a name all the same");
    }

    #[test]
    fn offsets_mean_what_people_mean() {
        let minutes = |text: &str| offset(text).map(|offset| offset.seconds() / 60);
        for (text, expected) in [
            ("+08:00", 480),
            ("+8", 480),
            ("-0330", -210),
            ("UTC+8", 480),
            ("gmt+08:00", 480),
            ("UTC-5", -300),
            ("UTC+5:45", 345),
            ("+14:00", 840),
            ("-14", -840),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
        for text in ["+14:01", "-15", "+24:00", "UTC+99", "+08:60", "+8:0", "+", "UTC", "+-8", "+123", "é+8"]
        {
            assert_eq!(minutes(text), None, "{text}");
        }
        let refused = time_zone("UTC+15").unwrap_err();
        assert!(refused.ends_with("at most 14 hours such as +08:00 or UTC+8"), "{refused}");
    }

    #[test]
    fn dialects_are_known_in_any_case() {
        for (text, name) in [("Visa", "visa"), ("BASE24", "base24"), ("UNIONPAY_POS", "unionpay-pos")] {
            assert_eq!(dialect(text).map(Dialect::name), Ok(name));
        }
        assert_eq!(dialect("VISSA").unwrap_err(), "`VISSA` is no dialect; did you mean `visa`?");
    }

    #[test]
    fn separators_are_characters_or_their_names() {
        for (text, byte) in [
            (",", b','),
            ("tab", b'\t'),
            ("\\t", b'\t'),
            ("\t", b'\t'),
            ("pipe", b'|'),
            (";", b';'),
            ("^", b'^'),
        ] {
            assert_eq!(separator(text), Ok(byte));
        }
        for text in ["", "::", "a", "\"", "\n", "\u{3000}"] {
            assert!(separator(text).is_err(), "{text}");
        }
    }
}
