//! What befalls terminals beside their attempts: legs in, events out.
//!
//! Legs are written as `SECONDS MTI key=value ...`; `check` pairs them and compares each event as
//! `SECONDS terminal kind`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use posmortem_classify::{CodeTables, reversal_reason};
use posmortem_exchange::{
    ExchangeTable, Leg, Names, Pairing, PairingSettings, Reference, Source, TerminalEventKind, conclude,
};
use posmortem_iso8583::{Amount, AmountUnit, Mti, NetworkManagement, ResponseCode, Timestamp};

/// The moment of second 0, in milliseconds: far from the zero of clocks, so that no sum of two times passes for their difference.
const BEGIN: i64 = 1_790_000_000_000;

fn leg(text: &str, line: u64, names: &mut Names) -> Leg {
    let mut words = text.split_whitespace();
    let seconds: i64 = words.next().unwrap().parse().unwrap();
    let mti = Mti::parse(words.next().unwrap().as_bytes()).unwrap();
    let at = Timestamp { millis: BEGIN + seconds * 1_000, offset_minutes: None };
    let terminal = names.intern("T1");
    let untold = Leg::untold(at, Source { input: 0, offset: line });
    let mut leg = Leg { mti: Some(mti), terminal, terminal_key: terminal, ..untold };
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "t" => (leg.terminal, leg.terminal_key) = (names.intern(value), names.intern(value)),
            "s" => leg.stan = Some(value.parse().unwrap()),
            "a" => leg.amount = Amount::parse(value.as_bytes(), None, AmountUnit::ByPoint, 0),
            "r" => leg.rrn = Reference::new(value),
            "rc" => leg.code = ResponseCode::parse(value.as_bytes()),
            "link" => leg.link = names.intern(value),
            "about" => leg.management = NetworkManagement::from_name(value),
            "why" => leg.reversal_reason = reversal_reason(ResponseCode::parse(value.as_bytes()), b"", mti),
            "isrow" => leg.is_row = true,
            _ => panic!("unknown word {word}"),
        }
    }
    leg
}

fn events<T: AsRef<str>>(legs: &[T]) -> Vec<String> {
    let mut names = Names::default();
    let mut legs: Vec<Leg> =
        (1..).zip(legs).map(|(line, text)| leg(text.as_ref(), line, &mut names)).collect();
    legs.sort_by(|a, b| a.canonical_cmp(b, &names));
    let mut pairing = Pairing::new(PairingSettings::default());
    let mut table = ExchangeTable::default();
    for leg in &legs {
        pairing.push(leg, &names, &mut |exchange| {
            table.push(&exchange, &conclude(&exchange, CodeTables::built_in()));
        });
    }
    pairing.finish(&mut |exchange| table.push(&exchange, &conclude(&exchange, CodeTables::built_in())));
    pairing.take_asides().for_each(|aside| table.push_aside(&aside));
    table.finish(&names, |link, began| pairing.link_goes_on_after(link, began));
    let shown = table.events().iter().map(|event| {
        let what = match event.what {
            TerminalEventKind::Reversal(Some(told)) => format!("Reversal({})", told.code),
            TerminalEventKind::OrphanReversal(Some(told)) => format!("OrphanReversal({})", told.code),
            other => format!("{other:?}"),
        };
        format!("{} {} {what}", (event.at - BEGIN) / 1_000, names.text(event.terminal))
    });
    shown.collect()
}

fn check(legs: &[&str], expected: &[&str]) {
    assert_eq!(events(legs), expected, "{legs:#?}");
}

/// Traffic of another terminal long after the legs in question, so that the link's log goes on.
const LATER: &str = "9999 0200 t=Z s=1";

#[test]
fn a_sign_on_that_is_printed_twice_is_one_event() {
    check(
        &["0 0800 s=1 about=sign_on", "5 0800 s=1 about=sign_on", "9 0801 s=1", "10 0810 s=1 rc=00"],
        &["0 T1 SignOn(Accepted)"],
    );
    check(
        &["0 0800 s=1", "10 0810 s=1 rc=00 about=sign_on", "11 0810 s=1 rc=00 about=sign_on"],
        &["0 T1 SignOn(Accepted)"],
    );
}

#[test]
fn network_management_tells_how_it_was_answered() {
    check(&["0 0800 s=1 about=sign_on", "1 0810 s=1 rc=05"], &["0 T1 SignOn(Refused)"]);
    check(&["0 1804 s=1 about=sign_on", "1 1814 s=1 rc=800"], &["0 T1 SignOn(Accepted)"]);
    check(&["0 0800 s=1 about=key_change", "1 0810 s=1 rc=00"], &["0 T1 KeyChange(Accepted)"]);
    check(&["0 0800 s=1 about=key_change", LATER], &["0 T1 KeyChange(Unanswered)"]);
    check(&["0 0800 s=1 about=sign_on"], &["0 T1 SignOn(Untold)"]);
    check(&["0 0800 s=1 about=sign_on link=a", LATER], &["0 T1 SignOn(Untold)"]);
    check(&["0 0800 s=1 about=sign_on", "1 0810 s=1"], &["0 T1 SignOn(Untold)"]);
    check(&["3 0810 s=1 rc=00 about=sign_on"], &["3 T1 SignOn(Accepted)"]);
    check(&["0 0800 s=1 rc=00 about=sign_on isrow", LATER], &["0 T1 SignOn(Accepted)"]);
    // Only a row's code is an answer's, and a row without one tells none.
    check(&["0 0800 s=1 about=sign_on isrow", LATER], &["0 T1 SignOn(Unanswered)"]);
    check(&["0 0800 s=1 rc=00 about=sign_on", LATER], &["0 T1 SignOn(Unanswered)"]);
}

#[test]
fn network_management_that_is_neither_is_told_as_such_and_echo_tests_are_not() {
    check(&["0 0800 s=1", "1 0810 s=1 rc=00"], &["0 T1 NetworkManagement(Accepted)"]);
    check(&["0 0800 s=1 about=other", "1 0810 s=1 rc=00"], &["0 T1 NetworkManagement(Accepted)"]);
    check(&["0 0800 s=1 about=echo", "1 0810 s=1 rc=00"], &[]);
    check(&["0 0500 s=1", "1 0510 s=1 rc=00"], &[]);
    check(&["0 0800 t= s=1 about=sign_on", "1 0810 t= s=1 rc=00"], &[]);
    check(&["0 0800 t= s=1 r=A about=sign_on", "1 0810 s=1 r=A rc=00"], &["0 T1 SignOn(Accepted)"]);
}

#[test]
fn a_stored_message_that_is_sent_again_is_one_event() {
    check(&["0 0220 s=1", "200 0221 s=1", "201 0230 s=1 rc=00"], &["0 T1 StoredAdvice"]);
    check(&["5 0230 s=1 rc=00"], &["5 T1 StoredAdvice"]);
    check(&["0 0420 s=1 why=68", "300 0421 s=1 why=68", "301 0430 s=1 rc=00"], &["0 T1 OrphanReversal(68)"]);
    check(&["5 0410 s=1 rc=00"], &["5 T1 OrphanReversal(None)"]);
    let hop = [
        "0 0200 s=1 r=A a=5",
        "9 0420 s=5 r=A a=5 why=68",
        "10 0420 s=77 r=A a=5 why=68",
        "11 0430 s=5 r=A rc=00",
    ];
    check(&hop, &["9 T1 Reversal(68)"]);
}

#[test]
fn events_come_by_time_terminal_and_kind() {
    let legs = ["7 0220 t=B s=1", "7 0220 t=A s=1", "7 0800 t=B s=2 about=sign_on", "3 0220 t=C s=1"];
    let expected = ["3 C StoredAdvice", "7 A StoredAdvice", "7 B SignOn(Untold)", "7 B StoredAdvice"];
    check(&legs, &expected);
    let mut turned = legs;
    turned.reverse();
    check(&turned, &expected);
}

/// Attempts of one terminal, each answered after a second, as `(SECONDS, STAN)`.
fn attempts(of: &[(u32, u32)]) -> Vec<String> {
    let both =
        |(at, stan): &(u32, u32)| [format!("{at} 0200 s={stan}"), format!("{} 0210 s={stan} rc=00", at + 1)];
    of.iter().flat_map(both).collect()
}

fn check_stans(of: &[(u32, u32)], more: &[&str], expected: &[&str]) {
    let mut legs = attempts(of);
    legs.extend(more.iter().map(|leg| (*leg).to_owned()));
    assert_eq!(events(&legs), expected, "{of:?} {more:?}");
}

#[test]
fn a_stan_that_falls_back_is_a_restart() {
    check_stans(&[(0, 500), (100, 501), (200, 1), (300, 2)], &[], &["200 T1 StanFellBack"]);
    check_stans(&[(0, 500), (100, 501), (200, 502), (300, 502)], &[], &[]);
}

#[test]
fn a_stan_that_comes_round_is_no_restart() {
    check_stans(&[(0, 999_998), (100, 999_999), (200, 1), (300, 2)], &[], &[]);
    // A number is missing on the way, and is told as such.
    check_stans(
        &[(0, 999_997), (100, 999_998), (200, 999_999), (300, 2), (400, 3)],
        &[],
        &["300 T1 StanJumped(1)"],
    );
}

#[test]
fn disorder_is_no_restart_and_leaves_nothing_out() {
    check_stans(&[(0, 10), (100, 11), (110, 13), (120, 12), (200, 14), (300, 15)], &[], &[]);
    // Far behind, and within the minute all the same: told by the next attempt beyond it.
    check_stans(
        &[(0, 500), (100, 501), (110, 1), (120, 2), (170, 3), (180, 4)],
        &[],
        &["170 T1 StanFellBack"],
    );
}

#[test]
fn a_gap_is_told_with_its_size() {
    check_stans(&[(0, 1), (100, 2), (200, 6), (300, 7), (400, 8)], &[], &["200 T1 StanJumped(3)"]);
    check_stans(&[(0, 1), (100, 2), (200, 90_000), (300, 90_001)], &[], &["200 T1 StanJumped(65535)"]);
}

#[test]
fn what_other_messages_used_up_is_not_missing() {
    check_stans(
        &[(0, 1), (100, 2), (200, 6), (300, 7), (400, 8)],
        &["150 0800 s=3 about=echo", "151 0810 s=3 rc=00", "160 0500 s=4"],
        &["200 T1 StanJumped(1)"],
    );
    // A reversal has the STAN of its original, or an old one.
    check_stans(
        &[(0, 1), (100, 2), (300, 3)],
        &["200 0400 s=1 why=68", "201 0410 s=1 rc=00"],
        &["200 T1 Reversal(68)"],
    );
}

/// Attempts of a terminal that counts: thirty single steps up to `last`, the last of them at 0 s, and then `of`.
fn check_counted(last: u32, of: &[(i64, u32)], more: &[String], expected: &[&str]) {
    let before = (0..=30).map(|back| (i64::from(back) * 100 - 3_000, last - 30 + back));
    let attempts = before.chain(of.iter().copied());
    let mut legs: Vec<String> = attempts
        .flat_map(|(at, stan)| [format!("{at} 0200 s={stan}"), format!("{at} 0210 s={stan} rc=00")])
        .collect();
    legs.extend(more.iter().cloned());
    assert_eq!(events(&legs), expected, "{of:?} {more:?}");
}

#[test]
fn a_terminal_counts_when_half_of_its_steps_are_small() {
    // A step back is one, and none is one to the same number.
    check_stans(
        &[(0, 100), (100, 116), (200, 132), (300, 500), (400, 500), (500, 10)],
        &[],
        &["500 T1 StanFellBack"],
    );
    check_stans(&[(0, 100), (100, 116), (200, 132), (300, 500), (400, 900), (500, 10)], &[], &[]);
    check_stans(&[(0, 100), (100, 117), (200, 133), (300, 500), (400, 500), (500, 10)], &[], &[]);
    // Half of them single, for what is left out.
    check_stans(
        &[(0, 1), (100, 2), (200, 3), (300, 10), (400, 12)],
        &[],
        &["300 T1 StanJumped(6)", "400 T1 StanJumped(1)"],
    );
    check_stans(&[(0, 1), (100, 2), (200, 3), (300, 10), (400, 12), (500, 14)], &[], &[]);
}

#[test]
fn going_round_is_from_the_last_thousand_to_the_first() {
    let fell_back = ["100 T1 StanFellBack"];
    check_counted(999_000, &[(100, 999), (200, 1_000)], &[], &["100 T1 StanJumped(1997)"]);
    check_counted(998_999, &[(100, 999), (200, 1_000)], &[], &fell_back);
    check_counted(999_000, &[(100, 1_000), (200, 1_001)], &[], &fell_back);
    check_counted(999_999, &[(100, 1), (200, 2)], &[], &[]);
    check_counted(999_999, &[(100, 4), (200, 5)], &[], &["100 T1 StanJumped(3)"]);
    // Longer numbers than six digits do not go round there.
    check_counted(1_000_000, &[(100, 1), (200, 2)], &[], &fell_back);
}

#[test]
fn a_minute_is_disorder_and_more_is_a_restart() {
    check_counted(500, &[(60, 3), (200, 501)], &[], &[]);
    check_counted(500, &[(61, 3), (200, 4)], &[], &["61 T1 StanFellBack"]);
}

#[test]
fn a_line_that_comes_within_a_minute_fills_its_gap() {
    // 501 to 503 are missing at 100 s. One that comes at 160 s is not, one at 161 s is.
    check_counted(500, &[(100, 504), (160, 502), (300, 505)], &[], &["100 T1 StanJumped(2)"]);
    check_counted(500, &[(100, 504), (110, 502), (120, 501), (130, 503), (300, 505)], &[], &[]);
    check_counted(500, &[(100, 504), (150, 505), (161, 502), (300, 506)], &[], &["100 T1 StanJumped(3)"]);
    // Numbers on its edges do not, and the same one twice leaves none below nothing.
    check_counted(500, &[(100, 502), (110, 502), (120, 500), (300, 503)], &[], &["100 T1 StanJumped(1)"]);
    check_counted(500, &[(100, 502), (110, 501), (120, 501), (300, 503)], &[], &[]);
    // The gap that goes round: 999,999 and 1 are missing.
    check_counted(999_998, &[(100, 2), (110, 1), (300, 3)], &[], &["100 T1 StanJumped(1)"]);
    // The one from before the last number is no step forward of nearly a million.
    check_counted(999_998, &[(100, 2), (160, 999_999), (300, 3)], &[], &["100 T1 StanJumped(1)"]);
    check_counted(999_999, &[(100, 1), (110, 999_001), (300, 2)], &[], &[]);
    check_counted(999_999, &[(100, 998), (110, 999_000), (300, 999)], &[], &["100 T1 StanJumped(997)"]);
    let stays = ["100 T1 StanJumped(2)", "161 T1 StanJumped(65535)", "300 T1 StanJumped(3)"];
    check_counted(999_998, &[(100, 2), (161, 999_999), (300, 4)], &[], &stays);
    // Of two gaps the one that it lies in.
    let two = [(100, 502), (110, 504), (120, 503), (300, 505)];
    check_counted(500, &two, &[], &["100 T1 StanJumped(1)"]);
    // A message that is no attempt fills as well, and on an edge of the gap it does not.
    let echo = |stan: u32| [format!("110 0800 s={stan} about=echo")];
    for stan in [500, 502] {
        check_counted(500, &[(100, 502), (300, 503)], &echo(stan), &["100 T1 StanJumped(1)"]);
    }
    for stan in [999_998, 2] {
        check_counted(999_998, &[(100, 2), (300, 3)], &echo(stan), &["100 T1 StanJumped(2)"]);
    }
    check_counted(500, &[(100, 502), (300, 503)], &["150 0800 s=501 about=echo".to_owned()], &[]);
    check_counted(
        500,
        &[(100, 502), (300, 503)],
        &["161 0800 s=501 about=echo".to_owned()],
        &["100 T1 StanJumped(1)"],
    );
}

#[test]
fn a_gap_of_sixteen_bits_is_told_as_it_is() {
    for (missing, told) in [(65_534, 65_534), (65_535, 65_535), (65_536, 65_535)] {
        let expected = format!("100 T1 StanJumped({told})");
        check_counted(500, &[(100, 501 + missing), (300, 502 + missing)], &[], &[&expected]);
    }
}

#[test]
fn sixty_four_numbers_of_other_messages_are_remembered() {
    let echoes =
        |stans: &[u32]| stans.iter().map(|stan| format!("50 0800 s={stan} about=echo")).collect::<Vec<_>>();
    let numbers: Vec<u32> = (501..566).collect();
    check_counted(500, &[(100, 566), (300, 567)], &echoes(&numbers), &["100 T1 StanJumped(1)"]);
    check_counted(500, &[(100, 565), (300, 566)], &echoes(&numbers[..64]), &[]);
    // What has been passed makes room, and is not counted twice.
    let both = [echoes(&numbers[..64]), vec!["150 0800 s=566 about=echo".to_owned()]].concat();
    check_counted(500, &[(100, 565), (300, 567)], &both, &[]);
    let ahead = echoes(&[501, 505]);
    check_counted(500, &[(100, 503), (300, 506)], &ahead, &["100 T1 StanJumped(1)", "300 T1 StanJumped(1)"]);
    // Behind the last one, and beyond the next, nothing was used up.
    check_counted(500, &[(100, 502), (300, 503)], &echoes(&[499, 500, 502, 503]), &["100 T1 StanJumped(1)"]);
    check_counted(500, &[(100, 502), (300, 503)], &echoes(&[501, 501]), &[]);
    check_counted(500, &[(100, 503), (300, 504)], &echoes(&[501, 501]), &["100 T1 StanJumped(1)"]);
    // Around the last number: of 999,999, 1 and 2.
    check_counted(999_998, &[(100, 3), (300, 4)], &echoes(&[999_999]), &["100 T1 StanJumped(2)"]);
    check_counted(999_998, &[(100, 3), (300, 4)], &echoes(&[999_999, 1]), &["100 T1 StanJumped(1)"]);
    check_counted(999_998, &[(100, 999_999), (200, 2), (300, 3)], &echoes(&[1]), &[]);
    check_counted(999_998, &[(100, 3), (200, 4), (300, 6)], &echoes(&[999_999, 1, 2, 5]), &[]);
    check_counted(999_998, &[(100, 3), (300, 4)], &echoes(&[999_999, 1, 2, 3]), &[]);
    check_counted(999_998, &[(100, 3), (300, 4)], &echoes(&[999_999, 3]), &["100 T1 StanJumped(2)"]);
    // Before the first attempt, its own number.
    let echo = |stan: u32| format!("-50 0800 s={stan} about=echo");
    check_stans(&[(0, 1), (100, 3), (200, 4), (300, 5)], &[&echo(1)], &["100 T1 StanJumped(1)"]);
    check_stans(&[(0, 999_998), (100, 2), (200, 3), (300, 4)], &[&echo(999_998)], &["100 T1 StanJumped(2)"]);
    // A restart forgets what was ahead.
    let restart = [(100, 3), (200, 4), (300, 6)];
    check_counted(500, &restart, &echoes(&[505]), &["100 T1 StanFellBack", "300 T1 StanJumped(1)"]);
}

#[test]
fn stans_that_do_not_count_by_the_terminal_tell_nothing() {
    check_stans(&[(0, 700), (100, 20), (200, 4_000), (300, 90), (400, 91)], &[], &[]);
    // A host that counts for all its terminals and begins anew at night.
    check_stans(&[(0, 1_000), (100, 2_000), (200, 3_000), (300, 10), (400, 1_010)], &[], &[]);
}
