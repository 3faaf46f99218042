//! The rules for what a code cannot show, on small days made by hand: each with the trace that it asks for,
//! and without.

mod day;
mod days_before;
mod slow;
mod verdicts;

use day::{HOUR, MIDNIGHT, MINUTE, Made, Said, judged, mixed, ordinary, table};
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{History, Incident, Settings, State};
use posmortem_exchange::Names;
use posmortem_iso8583::EntryMode;

/// The terminal that a test does something to.
const TERMINAL: u64 = 7;

fn said(made: &[Made]) -> Said {
    judged(made, &[], History::default())
}

fn reason(said: &Said, terminal: u64) -> Option<&'static str> {
    said.verdict(terminal).reason.map(Reason::name)
}

#[test]
fn a_day_on_which_no_terminal_is_busy_enough_says_so() {
    let limits = |most: usize| {
        let mut left = vec![most; 100];
        let of_few = |of: &Made| {
            let left = &mut left[of.terminal as usize];
            *left = left.saturating_sub(1);
            *left > 0
        };
        let said = said(&ordinary().into_iter().filter(of_few).collect::<Vec<_>>());
        let limits = said.diagnosis.limits.iter();
        limits.map(|limit| limit.text(Language::En, &Names::default())).collect::<Vec<_>>()
    };
    let told =
        |attempts: &str| format!("no terminal could be judged: {attempts} at the busiest, 30 are needed");
    assert!(limits(30).contains(&told("29 attempts")), "{:?}", limits(30));
    assert!(limits(2).contains(&told("1 attempt")), "{:?}", limits(2));
    assert!(!limits(40).iter().any(|limit| limit.contains("could be judged")), "{:?}", limits(40));
}

/// A day on which one terminal's attempts are refused as operated wrongly, one in three from 10:00 to
/// 16:00, if `hits` says so of the attempt.
fn wrong_steps(hits: impl Fn(&Made) -> bool) -> Said {
    let mut made = ordinary();
    let of_terminal = made.iter_mut().filter(|of| of.terminal == TERMINAL);
    let inside = of_terminal.filter(|of| (10 * HOUR..16 * HOUR).contains(&of.at));
    inside.filter(|of| hits(of)).for_each(|of| of.code = "22");
    // Failures that customers bring to every operator alike.
    let others = made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at < 9 * HOUR);
    others.step_by(6).for_each(|of| of.code = "51");
    said(&made)
}

#[test]
fn wrong_steps_of_one_operator_are_told_with_his_id() {
    let one = wrong_steps(|of| of.operator == "02");
    assert_eq!((one.verdict(TERMINAL).state, reason(&one, TERMINAL)), (State::Own, Some("wrong_procedure")));
    let sentences = one.sentences(TERMINAL);
    let told = sentences.iter().find(|text| text.contains("by operator 02"));
    let told = told.unwrap_or_else(|| panic!("{sentences:?}"));
    assert!(told.contains("other failures"), "{told}");

    let all = wrong_steps(|of| mixed(of.card).is_multiple_of(3));
    assert_eq!(reason(&all, TERMINAL), Some("wrong_procedure"));
    assert!(!all.sentences(TERMINAL).iter().any(|text| text.contains("by operator")));
}

/// What repeats his wrong steps, and the wrong steps of other hours, are not what customers bring.
#[test]
fn repeats_of_wrong_steps_are_no_other_failures() {
    let mut made = ordinary();
    let mut more = Vec::new();
    for of in made.iter_mut().filter(|of| of.terminal == TERMINAL) {
        if of.operator == "02" && (10 * HOUR..16 * HOUR).contains(&of.at) {
            of.code = "22";
            more.extend([20, 40].map(|seconds| Made { at: of.at + seconds * 1_000, ..of.clone() }));
        }
    }
    let others = made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at < 9 * HOUR);
    others.step_by(6).for_each(|of| of.code = "51");
    made.extend(more);
    made.sort_by_key(|of| of.at);
    let said = said(&made);
    assert_eq!(reason(&said, TERMINAL), Some("wrong_procedure"));
    let sentences = said.sentences(TERMINAL);
    assert!(sentences.iter().any(|text| text.contains("by operator 02")), "{sentences:?}");
}

/// Where one operator works all day, his name says nothing.
#[test]
fn the_only_operator_is_not_told() {
    let mut made = ordinary();
    for of in made.iter_mut().filter(|of| of.terminal == TERMINAL) {
        of.operator = "02";
        if (10 * HOUR..16 * HOUR).contains(&of.at) && mixed(of.card).is_multiple_of(3) {
            of.code = "22";
        }
    }
    let said = said(&made);
    assert_eq!(reason(&said, TERMINAL), Some("wrong_procedure"));
    assert!(!said.sentences(TERMINAL).iter().any(|text| text.contains("by operator")));
}

/// A terminal that reads twelve cards' chips (or stripes) badly. They are presented at others, too, by
/// `elsewhere`.
fn bad_cards(bad: impl Fn(&mut Made), elsewhere: impl Fn(&mut Made)) -> Said {
    let mut made = ordinary();
    let at_terminal = made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at > 10 * HOUR);
    for (number, of) in at_terminal.step_by(6).take(20).enumerate() {
        of.card = 1_000 + number as u64;
        of.code = "00";
        bad(of);
    }
    for number in 0..20 {
        let (other, hour) = (20 + number, number as i64 + 1);
        let mut of_other = made.iter_mut().filter(|of| of.terminal == other);
        let of = of_other.find(|of| of.at > hour * HOUR).expect("an attempt");
        of.card = 1_000 + number;
        of.code = "00";
        elsewhere(of);
    }
    said(&made)
}

#[test]
fn cards_that_fail_at_many_terminals_are_not_the_terminals_fault() {
    let fall_back = |of: &mut Made| of.mode = EntryMode::Fallback;
    let bad_stripe = |of: &mut Made| (of.mode, of.code) = (EntryMode::Stripe, "19");
    let refused = |of: &mut Made| (of.mode, of.code) = (EntryMode::Fallback, "51");

    let cards = bad_cards(refused, refused);
    assert_eq!((cards.verdict(TERMINAL).state, reason(&cards, TERMINAL)), (State::Mix, Some("chip_damaged")));
    assert!(
        cards.sentences(TERMINAL).iter().any(|text| text.contains("20 of these cards are read well nowhere"))
    );
    assert_eq!(cards.verdict(TERMINAL).confidence, None);

    let stripes = bad_cards(bad_stripe, bad_stripe);
    let verdict = stripes.verdict(TERMINAL);
    assert_eq!((verdict.state, reason(&stripes, TERMINAL)), (State::Mix, Some("stripe_damaged")));
    assert!(
        stripes.sentences(TERMINAL).iter().any(|text| text.starts_with("the stripes of 20 of these cards"))
    );

    // The same cards, read well elsewhere: it is the reader.
    for (bad, well) in [
        (&fall_back as &dyn Fn(&mut Made), EntryMode::Chip),
        (&bad_stripe as &dyn Fn(&mut Made), EntryMode::Stripe),
    ] {
        let reader = bad_cards(bad, |of| of.mode = well);
        assert_eq!(reader.verdict(TERMINAL).state, State::Own);
        assert_eq!(reason(&reader, TERMINAL), Some("reader_hardware_fault"));
    }
}

/// The incident of an issuer that fails with `code` between two moments.
fn issuer_down(from: i64, until: i64, code: &'static str) -> (Said, Incident) {
    let mut made = ordinary();
    let inside = made.iter_mut().filter(|of| of.issuer == 3 && (from..until).contains(&of.at));
    inside.for_each(|of| of.code = code);
    let said = said(&made);
    let [incident] = said.diagnosis.incidents.as_slice() else {
        panic!("{:?}", said.diagnosis.incidents);
    };
    let incident = incident.clone();
    assert_eq!(incident.scope[0].1, "bank-3");
    (said, incident)
}

#[test]
fn an_issuer_down_at_night_by_the_clock_is_in_maintenance() {
    let (from, until) = (HOUR + 30 * MINUTE, 3 * HOUR);
    let named = |from, until, code| issuer_down(from, until, code).1.reason.name();
    let (said, incident) = issuer_down(from, until, "91");
    assert_eq!(incident.reason.name(), "issuer_maintenance");
    let sentence = incident.evidence.last().expect("evidence").text(Language::En, &said.names);
    assert!(sentence.contains("T01:3") && sentence.contains("T02:59"), "{sentence}");
    assert!(sentence.contains("by the clock"), "{sentence}");
    // Who suffers from it is told the same.
    let shared = said.diagnosis.verdicts().iter().filter(|verdict| verdict.state == State::Shared);
    let told: Vec<_> = shared.map(|verdict| verdict.reason.map(Reason::name)).collect();
    assert!(told.len() >= 30, "{} of 60 terminals suffer from it", told.len());
    assert!(told.iter().all(|reason| *reason == Some("issuer_maintenance")), "{told:?}");

    assert_eq!(named(from, until, "98"), "issuer_maintenance");
    assert_eq!(named(from + 6 * MINUTE, until, "91"), "issuer_unavailable");
    assert_eq!(named(from, until + 7 * MINUTE, "91"), "issuer_unavailable");
    assert_eq!(named(from + 12 * HOUR, until + 12 * HOUR, "91"), "issuer_unavailable");
    // One that says so itself needs no clock.
    assert_eq!(named(from + 12 * HOUR, until + 12 * HOUR, "910"), "issuer_maintenance");
}

/// A day with those sign-ons, after one with others, on which one terminal's MAC is wrong from 10:00 on.
fn stale_keys(today: &[(u64, i64)], yesterday: Option<&[(u64, i64)]>) -> Said {
    let mut made = ordinary();
    let inside = made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at > 10 * HOUR);
    inside.filter(|of| mixed(of.card).is_multiple_of(2)).for_each(|of| of.code = "A0");
    let mut history = History::default();
    if let Some(sign_ons) = yesterday {
        let (table, names) = table(&ordinary(), sign_ons, MIDNIGHT - 24 * HOUR);
        history.add(&table, &names, String::new(), &Settings::default());
    }
    judged(&made, today, history)
}

#[test]
fn keys_are_out_of_date_where_the_last_sign_on_is_long_ago() {
    let all: Vec<_> = (0..60).map(|terminal| (terminal, 10 * MINUTE)).collect();
    let others: Vec<_> = all.iter().copied().filter(|(terminal, _)| *terminal != TERMINAL).collect();
    let few = &others[..20];
    let stale = stale_keys(&others, Some(&all));
    assert_eq!(
        (stale.verdict(TERMINAL).state, reason(&stale, TERMINAL)),
        (State::Own, Some("key_not_updated"))
    );
    let sentences = stale.sentences(TERMINAL);
    // From ten past midnight yesterday to ten today.
    let told =
        |text: &String| text.starts_with("no sign-on or key change in the 33 h") && text.contains("98.3 %");
    assert!(sentences.iter().any(told), "{sentences:?}");
    // None in either log.
    assert_eq!(reason(&stale_keys(&others, Some(&others)), TERMINAL), Some("key_not_updated"));

    for (today, yesterday, what) in [
        (&all[..], Some(&all[..]), "it signed on this morning"),
        (&others, None, "a day alone cannot tell"),
        (few, Some(few), "nobody signs on daily here"),
    ] {
        assert_eq!(reason(&stale_keys(today, yesterday), TERMINAL), Some("mac_key_out_of_sync"), "{what}");
    }
}

/// A terminal that was not there yesterday did not miss a sign-on then.
#[test]
fn a_terminal_installed_today_has_no_old_keys() {
    let others: Vec<_> =
        (0..60).filter(|terminal| *terminal != TERMINAL).map(|terminal| (terminal, 10 * MINUTE)).collect();
    let yesterday = |made: &[Made]| {
        let (table, names) = table(made, &others, MIDNIGHT - DAY);
        let mut history = History::default();
        history.add(&table, &names, String::new(), &Settings::default());
        judged(&with_wrong_mac(ordinary()), &others, history)
    };
    let mut made = ordinary();
    assert_eq!(reason(&yesterday(&made), TERMINAL), Some("key_not_updated"));
    made.retain(|of| of.terminal != TERMINAL);
    assert_eq!(reason(&yesterday(&made), TERMINAL), Some("mac_key_out_of_sync"));
}

const DAY: i64 = 24 * HOUR;

/// Those days, counted from the one that is judged, in one log. All terminals sign on each day, but the one
/// on the first day alone.
fn log_of(days: &[i64]) -> (Vec<Made>, Vec<(u64, i64)>) {
    let (mut made, mut sign_ons) = (Vec::new(), Vec::new());
    for day in days {
        made.extend(ordinary().into_iter().map(|of| Made { at: of.at + day * DAY, ..of }));
        let signing = (0..60).filter(|terminal| *terminal != TERMINAL || *day == days[0]);
        sign_ons.extend(signing.map(|terminal| (terminal, day * DAY + 10 * MINUTE)));
    }
    (made, sign_ons)
}

/// From 10:00 of the day that is judged on the terminal's MAC is wrong.
fn with_wrong_mac(mut made: Vec<Made>) -> Vec<Made> {
    let late = made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at > 10 * HOUR);
    late.filter(|of| mixed(of.card).is_multiple_of(2)).for_each(|of| of.code = "A0");
    made
}

/// Who signed on at a week-end of which there is no log nobody knows.
#[test]
fn a_gap_inside_a_log_tells_nothing_of_sign_ons() {
    let one_log = |days: &[i64]| {
        let (made, sign_ons) = log_of(days);
        judged(&with_wrong_mac(made), &sign_ons, History::default())
    };
    assert_eq!(reason(&one_log(&[-3, 0]), TERMINAL), Some("mac_key_out_of_sync"));
    assert_eq!(reason(&one_log(&[-1, 0]), TERMINAL), Some("key_not_updated"));

    let after = |days: &[i64]| {
        let (made, sign_ons) = log_of(days);
        let (table, names) = table(&made, &sign_ons, MIDNIGHT);
        let mut history = History::default();
        history.add(&table, &names, String::new(), &Settings::default());
        let today: Vec<_> = log_of(&[-1, 0]).1.into_iter().filter(|(_, at)| *at > 0).collect();
        judged(&with_wrong_mac(ordinary()), &today, history).sentences(TERMINAL)
    };
    let is_told = |sentences: &[String], hours: &str| {
        let begin = format!("no sign-on or key change in the {hours} h");
        sentences.iter().any(|text| text.starts_with(&begin))
    };
    // From its first attempt yesterday, and from the sign-on three days ago.
    let (gap, whole) = (after(&[-4, -1]), after(&[-3, -2, -1]));
    assert!(is_told(&gap, "34"), "{gap:?}");
    assert!(is_told(&whole, "81"), "{whole:?}");
}

/// Another stream between a terminal's own, by `link` and from `stan` on, in bursts of five an hour.
fn second_stream(link: &'static str, stan: impl Fn(u64) -> u64, mode: EntryMode) -> Said {
    second_stream_from(TERMINAL / 3, link, stan, mode)
}

/// The same from another site.
fn second_stream_from(shop: u64, link: &'static str, stan: impl Fn(u64) -> u64, mode: EntryMode) -> Said {
    let mut made = ordinary();
    let own = |of: &&mut Made| of.terminal == TERMINAL;
    for of in made.iter_mut().filter(own).step_by(24) {
        of.code = "51";
    }
    let mut second = Vec::new();
    for number in 0..50 {
        let (burst, place) = (number / 5, number % 5);
        let after =
            made.iter().filter(|of| of.terminal == TERMINAL).nth(burst * 20 + 30).expect("an attempt");
        second.push(Made {
            at: after.at + 70_000 + place as i64 * 1_000,
            shop,
            link,
            card: 5_000 + number as u64,
            code: "51",
            mode,
            stan: stan(number as u64),
            ..after.clone()
        });
    }
    // Its own go on after the burst.
    for of in made.iter_mut().filter(own) {
        let near = second.iter().any(|other| (other.at - 80_000..other.at + 80_000).contains(&of.at));
        if near && of.code == "51" {
            of.code = "00";
        }
    }
    made.extend(second);
    made.sort_by_key(|of| of.at);
    said(&made)
}

#[test]
fn a_second_stream_with_its_own_stans_is_told_as_a_suspicion() {
    let is_told = |said: &Said| said.sentences(TERMINAL).iter().any(|text| text.starts_with("heard on"));
    let foreign = second_stream("east", |number| 700_000 + number, EntryMode::Manual);
    let sentences = foreign.sentences(TERMINAL);
    let told = sentences.iter().find(|text| text.starts_with("heard on east in between"));
    assert!(told.is_some_and(|text| text.contains("50 of 50 attempts there")), "{sentences:?}");
    // Never a cause of its own.
    assert_ne!(reason(&foreign, TERMINAL), Some("key_compromised"));
    assert!(
        (0..60)
            .filter(|terminal| *terminal != TERMINAL)
            .all(|terminal| { !foreign.sentences(terminal).iter().any(|text| text.starts_with("heard on")) })
    );

    assert!(!is_told(&second_stream("east", |number| 700_000 + number, EntryMode::Chip)), "read by chip");
    assert!(!is_told(&second_stream("south", |number| 700_000 + number, EntryMode::Manual)), "one link");
    // At another site, by its own link.
    let moved = second_stream_from(99, "south", |number| 700_000 + number, EntryMode::Manual);
    let sentences = moved.sentences(TERMINAL);
    let told = sentences.iter().find(|text| text.starts_with("heard on shop-99 in between"));
    assert!(told.is_some_and(|text| text.contains("50 of 50 attempts there")), "{sentences:?}");
    // A terminal that fails over counts on.
    assert!(
        !is_told(&second_stream("east", |number| number / 5 * 20 + 32, EntryMode::Manual)),
        "its own STANs"
    );
}
