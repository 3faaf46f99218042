//! Days are the same each time, their truth adds up, and their cards are test cards.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use jiff::civil::{DateTime, datetime};
use posmortem_iso8583::wire::{Fields, FrameEnd, Framing};
use posmortem_iso8583::{CardNumber, Mti, ResponseCode, looks_like_card, screen};
use posmortem_synth::{Counts, Form, Rates, Settings, Truth, Wire, write};
use std::collections::BTreeSet;

const TEST_RANGES: [&str; 10] =
    ["411111", "424242", "400000", "401288", "555555", "510510", "222300", "601111", "353011", "622022"];

fn settings(seed: u64, form: Form) -> Settings {
    let rates = if seed.is_multiple_of(2) { Rates::nasty() } else { Rates::everyday() };
    let cut = seed.is_multiple_of(3).then_some((36_000_000, 45_000_000));
    Settings { attempts: 1_500, terminals: 12, form, rates, cut, ..Settings::new(seed) }
}

fn day(settings: &Settings) -> (String, String, Truth) {
    let (mut log, mut attempts) = (Vec::new(), Vec::new());
    let truth = write(settings, &mut log, Some(&mut attempts)).unwrap().truth;
    (String::from_utf8(log).unwrap(), String::from_utf8(attempts).unwrap(), truth)
}

/// The cells of delimited rows, by column.
fn column<'l>(log: &'l str, name: &str) -> Vec<&'l str> {
    let mut lines = log.lines();
    let at = lines.next().unwrap().split(',').position(|column| column == name).unwrap();
    lines.map(|line| line.split(',').nth(at).unwrap()).collect()
}

/// Messages of a log.
fn messages(log: &str, form: Form) -> u64 {
    let begin = match form {
        Form::Responses | Form::Both | Form::Lean => return log.lines().count() as u64 - 1,
        Form::Ndjson | Form::Keyvalue | Form::JposJsonl => return log.lines().count() as u64,
        Form::Jpos => "<log ",
        Form::Ist => " MESSAGE ID[",
        Form::Table => " INFO  ",
        Form::Moov => " ISO 8583 Message:",
        Form::Jreactive => " MTI: 0x",
        Form::Hexlines => return log.lines().count() as u64,
        Form::Frames => return frames(log.as_bytes(), Wire::default().framing()),
    };
    log.matches(begin).count() as u64
}

/// Frames of a stream.
fn frames(mut log: &[u8], framing: &Framing) -> u64 {
    let mut count = 0;
    while let FrameEnd::Whole(frame) = framing.next(log, 1_000) {
        (log, count) = (&log[frame.total..], count + 1);
    }
    assert!(log.is_empty());
    count
}

#[test]
fn a_seed_gives_the_same_bytes() {
    for form in Form::ALL {
        let (first, again, other) =
            (day(&settings(4, form)), day(&settings(4, form)), day(&settings(5, form)));
        assert!((&first.0, &first.1) == (&again.0, &again.1) && first.0 != other.0, "{}", form.name());
        assert_eq!(first.2.bytes, first.0.len() as u64);
    }
    // As another machine wrote it: no draw may depend on where it is made.
    let plain = Settings { attempts: 3, rates: Rates::plain(), ..settings(7, Form::Responses) };
    let (log, ..) = day(&Settings { cut: None, ..plain });
    assert_eq!(log.lines().last(), Some(LAST_OF_SEED_SEVEN));
}

const LAST_OF_SEED_SEVEN: &str = "2026-11-21T19:37:46.890,0210,361347,632500000003,00123409,\
    102911054113038,4012880008447586,000000,26774,156,051,00,up-coast,610";

#[test]
fn attempts_partition_into_outcomes_and_lines_into_the_ledger() {
    let failed = |counts: &Counts| counts.causes.iter().sum::<u64>() + counts.outcomes[5];
    for seed in 1..13 {
        // The last ones differ in how they are written alone.
        for form in Form::ALL.into_iter().take(if seed < 3 { Form::ALL.len() } else { 4 }) {
            let (log, attempts, truth) = day(&settings(seed, form));
            let about = format!("seed {seed}, {}", form.name());
            assert_eq!(truth.totals.outcomes.iter().sum::<u64>(), truth.totals.exchanges, "{about}");
            assert_eq!(truth.ledger.lines(), truth.lines, "{about}");
            assert_eq!(messages(&log, form), truth.lines, "{about}");
            assert_eq!(attempts.lines().count() as u64 - 1, truth.totals.exchanges, "{about}");
            let sum = |of: &dyn Fn(&Counts) -> u64| -> u64 {
                truth.terminals.iter().map(|terminal| of(&terminal.counts)).sum()
            };
            assert_eq!(sum(&|counts| counts.exchanges), truth.totals.exchanges, "{about}");
            assert_eq!(sum(&failed), failed(&truth.totals), "{about}");
            for terminal in &truth.terminals {
                assert_eq!(
                    terminal.counts.outcomes.iter().sum::<u64>(),
                    terminal.counts.exchanges,
                    "{about}"
                );
                let caused: u64 = terminal.counts.causes.iter().sum();
                assert_eq!(terminal.reasons.iter().sum::<u64>(), caused, "{about}");
                assert_eq!(terminal.first_failed.is_some(), failed(&terminal.counts) > 0, "{about}");
            }
        }
    }
}

#[test]
fn every_ingredient_occurs() {
    let (_, _, truth) = day(&Settings { attempts: 20_000, ..settings(4, Form::Both) });
    for (name, count) in truth.ledger.rows() {
        assert!(count > 0 || matches!(name, "response_only" | "open"), "{name}");
    }
    assert!(truth.totals.outcomes[..6].iter().all(|count| *count > 0), "{:?}", truth.totals);
    assert!(truth.totals.causes.iter().all(|count| *count > 0), "{:?}", truth.totals);
    assert!(truth.orphan_reversals > 0 && truth.codes.contains_key(&("", "")));
    let (_, _, cut) = day(&settings(6, Form::Both));
    assert!(cut.totals.outcomes[6] > 0, "a cut leaves halves open");
}

#[test]
fn rows_can_be_read() {
    for form in [Form::Responses, Form::Both] {
        let (log, ..) = day(&settings(2, form));
        let columns = log.lines().next().unwrap().split(',').count();
        assert!(log.lines().all(|line| line.split(',').count() == columns));
        assert!(column(&log, "mti").into_iter().all(|mti| Mti::parse(mti.as_bytes()).is_some()));
        let codes: BTreeSet<&str> = column(&log, "response_code").into_iter().collect();
        assert!(codes.iter().all(|code| code.is_empty() || ResponseCode::parse(code.as_bytes()).is_some()));
        assert!(codes.contains("51") && codes.contains("00"));
        let times = column(&log, "time").into_iter();
        let times: Vec<DateTime> = times.map(|time| time.parse().unwrap()).collect();
        let (first, last) = (datetime(2026, 11, 21, 0, 0, 0, 0), datetime(2026, 11, 22, 0, 30, 0, 0));
        assert!(times.iter().all(|time| (first..last).contains(time)));
    }
}

#[test]
fn bare_days_tell_whole_seconds_and_no_link_in_every_form() {
    let lean = day(&Settings { bare: true, ..settings(2, Form::Lean) });
    let times = column(&lean.0, "time");
    assert!(times.iter().all(|time| time.len() == 19) && times.len() as u64 == lean.2.lines);
    for form in Form::ALL.into_iter().filter(|form| *form != Form::Responses) {
        let bare = Settings { bare: true, ..settings(2, form) };
        let (log, attempts, truth) = day(&bare);
        let about = form.name();
        assert_eq!((truth.lines, &attempts), (lean.2.lines, &lean.1), "{about}");
        assert_eq!(messages(&log, form), truth.lines, "{about}");
        assert!(truth.terminals.iter().all(|terminal| terminal.link.is_empty()), "{about}");
        for told in ["acq-west", "up-north", "unionpay", "latency", "P400", "S0000"] {
            assert!(!log.contains(told), "{about} tells {told}");
        }
        let (again, ..) = day(&bare);
        assert!(again == log && day(&Settings { bare: false, ..bare }).0 != log, "{about}");
    }
}

#[test]
fn cards_are_test_cards_and_nothing_else_looks_like_one() {
    // On a wire, digits of one field stand beside those of the next.
    for form in Form::ALL.into_iter().filter(|form| !matches!(form, Form::Hexlines | Form::Frames)) {
        let (log, ..) = day(&settings(2, form));
        // One bitmap in ten that is digits alone passes the check.
        let lines = log.lines().filter(|line| !line.starts_with("Bitmap"));
        let digits = lines.flat_map(|line| line.split(|character: char| !character.is_ascii_digit()));
        let cards: BTreeSet<&str> = digits.filter(|digits| looks_like_card(digits.as_bytes())).collect();
        assert!(cards.len() > 500, "{}", form.name());
        assert!(cards.iter().all(|card| TEST_RANGES.contains(&&card[..6])), "{}", form.name());
        assert!(cards.iter().all(|card| CardNumber::parse(card.as_bytes()).is_some()));
    }
    let (log, ..) = day(&settings(2, Form::Both));
    for name in ["merchant_id", "terminal_id", "rrn", "stan", "link"] {
        assert!(column(&log, name).into_iter().all(|cell| screen(cell.as_bytes()) == cell), "{name}");
    }
}

#[test]
fn a_plain_day_has_one_row_an_attempt() {
    let plain = Settings { attempts: 5_000, rates: Rates::plain(), ..Settings::new(3) };
    let (log, _, truth) = day(&plain);
    assert_eq!((log.lines().count(), truth.totals.exchanges), (5_001, 5_000));
    assert_eq!((truth.ledger.response_only, truth.coverage), (5_000, "responses_only"));
    let two_days = Settings { days: 2, ..plain };
    let (log, _, truth) = day(&two_days);
    assert_eq!(truth.totals.exchanges, 5_000);
    assert!(log.contains("\n2026-11-22T12:"));
}

#[test]
fn frames_and_hex_lines_hold_the_same_messages_of_every_profile() {
    for wire in Wire::all() {
        let written = |form| {
            let mut log = Vec::new();
            let truth =
                write(&Settings { attempts: 200, wire, ..settings(2, form) }, &mut log, None).unwrap();
            (log, truth.truth.lines)
        };
        let (stream, lines) = written(Form::Frames);
        let name = wire.name();
        let (profile, framing) = (wire.profile(), wire.framing());
        assert_eq!(frames(&stream, framing), lines, "{name}");
        let hex = String::from_utf8(written(Form::Hexlines).0).unwrap();
        let (mut rest, mut fields, mut text) = (&stream[..], Fields::new(), Vec::new());
        for line in hex.lines() {
            let FrameEnd::Whole(frame) = framing.next(rest, 1_000) else { panic!("{name}") };
            let message = &rest[frame.body];
            let digits: String = message.iter().map(|byte| format!("{byte:02X}")).collect();
            assert!(line.starts_with("2026-11-2") && line.ends_with(&format!(" {digits}")), "{name}");
            let header = wire.header().strip(message).unwrap();
            profile.decode(&message[header..], &mut fields).unwrap();
            let moment = profile.value(&message[header..], &fields, 7).unwrap();
            let told: String = line[5..19].chars().filter(char::is_ascii_digit).collect();
            text.clear();
            assert_eq!(moment.text(&mut text), told.as_bytes(), "{name}");
            rest = &rest[frame.total..];
        }
    }
}
