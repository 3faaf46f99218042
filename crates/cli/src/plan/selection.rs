//! Filters as typed to the filter of a run.

use crate::args::FilterArgs;
use crate::nearest::meant_or_all;
use anyhow::{Result, anyhow, bail};
use jiff::tz::{Offset, TimeZone};
use posmortem::Filter;
use posmortem::classify::Cause;
use posmortem::iso8583::{ResponseCode, Timestamp};
use posmortem::logs::parse_time;

/// Reads the filters; times without a zone are those of `timezone`, as in the logs.
pub(super) fn selection(args: &FilterArgs, timezone: Option<&TimeZone>) -> Result<Filter> {
    let bound = |flag: &str, text: &Option<String>| {
        let read = |text: &String| {
            time(text, timezone)
                .ok_or_else(|| anyhow!("{flag}: `{text}` is no time: write 2026-11-21 or 2026-11-21T16:00"))
        };
        text.as_ref().map(read).transpose()
    };
    let filter = Filter {
        since: bound("--since", &args.since)?,
        until: bound("--until", &args.until)?,
        terminals: ids("--terminal", &args.terminals)?,
        merchants: ids("--merchant", &args.merchants)?,
        issuers: ids("--issuer", &args.issuers)?,
        causes: args.causes.iter().map(|name| cause(name)).collect::<Result<_>>()?,
        codes: args.codes.iter().map(|text| code(text)).collect::<Result<_>>()?,
    };
    if let (Some(since), Some(until)) = (filter.since, filter.until)
        && !is_before(since, until)
    {
        bail!("--since is not before --until: nothing lies between them");
    }
    Ok(filter)
}

/// Instants where both tell their zone, else what the clocks on the wall show.
fn is_before(since: Timestamp, until: Timestamp) -> bool {
    match (since.offset_minutes, until.offset_minutes) {
        (Some(_), Some(_)) => since.millis < until.millis,
        _ => since.civil_millis() < until.civil_millis(),
    }
}

/// An empty id is a variable that a script forgot to set, and no wish to see everything.
fn ids(flag: &str, texts: &[String]) -> Result<Vec<String>> {
    let ids: Vec<_> = texts.iter().map(|text| text.trim().to_owned()).collect();
    if ids.iter().any(String::is_empty) {
        bail!("{flag}: an id is empty");
    }
    Ok(ids)
}

fn cause(name: &str) -> Result<Cause> {
    let name = name.trim().to_lowercase();
    let hint = || meant_or_all(&name, Cause::ALL.map(Cause::name));
    Cause::from_name(&name).ok_or_else(|| anyhow!("--cause: `{name}` is no cause{}", hint()))
}

fn code(text: &str) -> Result<ResponseCode> {
    let code = ResponseCode::parse(text.as_bytes());
    code.ok_or_else(|| anyhow!("--response-code: `{text}` is no response code: write one such as 55 or A0"))
}

/// A time in any shape that logs have; a date alone is its midnight.
fn time(text: &str, timezone: Option<&TimeZone>) -> Option<Timestamp> {
    let text = text.trim();
    let midnight = || {
        let clock = if text.bytes().all(|byte| byte.is_ascii_digit()) { "000000" } else { "T00:00:00" };
        parse_time(format!("{text}{clock}").as_bytes())
    };
    let at = parse_time(text.as_bytes()).or_else(midnight)?;
    match timezone {
        Some(zone) if at.offset_minutes.is_none() => in_zone(at, zone),
        _ => Some(at),
    }
}

/// A time on the wall, made an instant of a zone; the first one where the wall shows it twice.
fn in_zone(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let civil = Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(at.millis).ok()?);
    let instant = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    let offset_minutes = i16::try_from(zone.to_offset(instant).seconds() / 60).ok()?;
    Some(Timestamp { millis: instant.as_millisecond(), offset_minutes: Some(offset_minutes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, zone: Option<&str>) -> Option<String> {
        let zone = zone.map(|zone| crate::config::time_zone(zone).unwrap());
        time(text, zone.as_ref()).map(|at| at.to_string())
    }

    #[test]
    fn a_date_alone_is_its_midnight() {
        for text in ["2026-11-21", "20261121", "2026/11/21", " 2026-11-21 00:00 "] {
            assert_eq!(shown(text, None).as_deref(), Some("2026-11-21T00:00:00.000"), "{text}");
        }
        for text in ["", "yesterday", "11-21", "2026-13-01", "08:00"] {
            assert_eq!(shown(text, None), None, "{text}");
        }
    }

    #[test]
    fn times_without_a_zone_take_the_one_of_the_logs() {
        let shanghai = Some("Asia/Shanghai");
        assert_eq!(shown("2026-11-21T16:00", shanghai).as_deref(), Some("2026-11-21T16:00:00.000+08:00"));
        assert_eq!(shown("2026-11-21T16:00:00Z", shanghai).as_deref(), Some("2026-11-21T16:00:00.000Z"));
    }

    #[test]
    fn causes_are_known_in_any_case() {
        let args =
            FilterArgs { causes: vec!["Key".to_owned(), "NETWORK".to_owned()], ..FilterArgs::default() };
        assert_eq!(selection(&args, None).unwrap().causes, [Cause::Key, Cause::Network]);
    }

    #[test]
    fn what_can_match_nothing_is_refused() {
        let args = |since: &str, until: &str| FilterArgs {
            since: Some(since.to_owned()),
            until: Some(until.to_owned()),
            ..FilterArgs::default()
        };
        assert!(selection(&args("2026-11-21", "2026-11-22"), None).is_ok());
        assert!(selection(&args("2026-11-22", "2026-11-21"), None).is_err());
        let empty = FilterArgs { terminals: vec![String::new()], ..FilterArgs::default() };
        assert_eq!(selection(&empty, None).unwrap_err().to_string(), "--terminal: an id is empty");
        let typo = FilterArgs { causes: vec!["netwrok".to_owned()], ..FilterArgs::default() };
        let typo = selection(&typo, None).unwrap_err().to_string();
        assert_eq!(typo, "--cause: `netwrok` is no cause; did you mean `network`?");
    }
}
