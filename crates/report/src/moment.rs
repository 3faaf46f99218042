//! Times as people read them in a table. Data formats print the whole timestamp instead.

use posmortem_iso8583::Timestamp;

/// `2026-11-21 08:15:30`, with the zone behind it where the log has one.
pub(crate) fn to_the_second(at: Timestamp) -> String {
    let text = at.to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let (seconds, rest) = time.split_once('.').unwrap_or((time, ""));
    format!("{date} {seconds}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// The span between two moments; the day is said once when both have the same.
pub(crate) fn span(first: Timestamp, last: Timestamp, to: &str) -> String {
    let (first_text, last_text) = (to_the_second(first), to_the_second(last));
    let last_text =
        last_text.split_once(' ').filter(|_| same_day(first, last)).map_or(&*last_text, |(_, time)| time);
    format!("{first_text} {to} {last_text}")
}

/// Whether both lie on one day of the log's own calendar.
pub(crate) fn same_day(a: Timestamp, b: Timestamp) -> bool {
    day(a) == day(b)
}

/// `08:15`, and the day before it unless all times of the table share it: `11-21 08:15`.
pub(crate) fn to_the_minute(at: Timestamp, with_day: bool) -> String {
    let text = at.to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let minute = time.get(..5).unwrap_or(time);
    let day = date.split_once('-').map_or(date, |(_, day)| day);
    if with_day { format!("{day} {minute}") } else { minute.to_owned() }
}

fn day(at: Timestamp) -> i64 {
    at.civil_millis().div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_the_wall_clock_showed() {
        let at = |offset_minutes| Timestamp { millis: 1_763_683_230_250, offset_minutes };
        assert_eq!(to_the_second(at(None)), "2025-11-21 00:00:30");
        assert_eq!(to_the_second(at(Some(480))), "2025-11-21 08:00:30+08:00");
        assert_eq!(to_the_second(at(Some(0))), "2025-11-21 00:00:30Z");
        assert_eq!(to_the_second(at(Some(-210))), "2025-11-20 20:30:30-03:30");
        assert_eq!(to_the_minute(at(Some(480)), false), "08:00");
        assert_eq!(to_the_minute(at(None), true), "11-21 00:00");
    }

    #[test]
    fn days_are_those_of_the_log() {
        let at = |millis| Timestamp { millis, offset_minutes: Some(60) };
        assert!(same_day(at(0), at(82_799_999)));
        assert!(!same_day(at(0), at(82_800_000)));
        assert_eq!(span(at(0), at(1_000), "to"), "1970-01-01 01:00:00+01:00 to 01:00:01+01:00");
        assert!(span(at(0), at(82_800_000), "to").ends_with(" to 1970-01-02 00:00:00+01:00"));
    }
}
