//! Days against days: what is new, recurring, over, and which days count, by tables of cases.
#![allow(clippy::unwrap_used, reason = "a test may panic in its helpers too")]

mod day;

use day::{date, day, part};
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{Change, Comparison, DayFindings, Diagnosis, Recurrence, Recurrences, State};
use posmortem_exchange::Names;

/// A terminal on the old day and on the new one: what is said of it, and what is then said of both.
#[test]
fn what_became_of_a_terminal_follows_from_both_days() {
    let (key, other_reason, network) =
        ("T own mac_key_out_of_sync", "T own pin_key_out_of_sync", "T own weak_signal");
    for (old, new, expected) in [
        ("", key, &["new"][..]),
        (key, key, &["persisting"]),
        // One cause, whatever the reason and the state.
        (key, other_reason, &["persisting"]),
        (key, "T mixed mac_key_out_of_sync", &["persisting"]),
        ("T silent power_unstable", network, &["persisting"]),
        // Another cause is another trouble.
        (key, network, &["new", "cleared"]),
        (key, "T fine", &["cleared"]),
        (key, "T undecided", &["undecided"]),
        (key, "", &["not_seen"]),
        (key, "U own mac_key_out_of_sync", &["new", "not_seen"]),
        ("", "", &[]),
        ("T fine", "T undecided", &[]),
    ] {
        let changes = Comparison::of(&day(20, &[old]), &day(21, &[new])).terminals;
        let names: Vec<_> = changes.iter().map(|one| one.change.name()).collect();
        assert_eq!(names, expected, "{old:?} then {new:?}");
        for one in &changes {
            assert_eq!(one.old.is_some(), one.change != Change::New, "{one:?}");
            assert_eq!(one.new.is_some(), one.change <= Change::Persisting, "{one:?}");
        }
    }
}

#[test]
fn what_became_of_an_incident_follows_from_cause_reason_and_scope() {
    let down = "issuer=62220200 issuer_unavailable";
    for (old, new, expected) in [
        (&[][..], &[down][..], &["new"][..]),
        (&[down], &[down], &["persisting"]),
        (&[down], &[], &["cleared"]),
        (&[down], &["issuer=62220200 response_timeout"], &["new", "cleared"]),
        (&[down], &["issuer=62284801 issuer_unavailable"], &["new", "cleared"]),
        // Twice on one day is one.
        (&[down, down], &[down], &["persisting"]),
        // Values of a scope have no order.
        (&["region=N,link=up issuer_unavailable"], &["link=up,region=N issuer_unavailable"], &["persisting"]),
    ] {
        let changes = Comparison::of(&day(20, old), &day(21, new)).incidents;
        let names: Vec<_> = changes.iter().map(|one| one.change.name()).collect();
        assert_eq!(names, expected, "{old:?} then {new:?}");
    }
}

#[test]
fn what_asks_for_a_look_comes_first() {
    let old = day(
        20,
        &["A own weak_signal 5", "B own weak_signal 9", "C own weak_signal 1", "D own weak_signal 3"],
    );
    let new = day(
        21,
        &[
            "E own weak_signal 2",
            "F own weak_signal 7",
            "G own weak_signal 7",
            "B own weak_signal 1",
            "A fine",
            "D undecided",
        ],
    );
    let changes = Comparison::of(&old, &new).terminals;
    let told: Vec<_> =
        changes.iter().map(|one| (one.latest().unwrap().terminal.as_str(), one.change)).collect();
    let expected = [
        ("F", Change::New),
        ("G", Change::New),
        ("E", Change::New),
        ("B", Change::Persisting),
        ("D", Change::Undecided),
        ("A", Change::Cleared),
        ("C", Change::NotSeen),
    ];
    assert_eq!(told, expected);
}

/// What `past` says of terminal `T` on the 21st, whose key is out of sync.
fn recurrence(past: &[DayFindings]) -> Option<Recurrence> {
    Recurrences::of(&day(21, &["T own mac_key_out_of_sync"]), past, Recurrences::DAYS).of_terminal("T")
}

fn told(days: u32, of: u32, first: Option<i64>) -> Option<Recurrence> {
    Some(Recurrence { days, of, first: first.map(date) })
}

#[test]
fn known_days_before_are_counted_and_no_others() {
    let (faulty, fine) = (&["T own pin_key_out_of_sync"][..], &["T fine"][..]);
    // Nothing known is no news.
    assert_eq!(recurrence(&[]), None);
    for (past, expected) in [
        (&[(20, fine)][..], told(0, 1, None)),
        (&[(20, faulty)], told(1, 1, Some(20))),
        // Unknown days are neither for nor against it.
        (&[(12, faulty), (15, fine), (20, fine), (18, faulty)], told(2, 4, Some(12))),
        // Thirty days before, and not one more.
        (&[(-9, faulty)], told(1, 1, Some(-9))),
        (&[(-10, faulty), (20, fine)], told(0, 1, None)),
        // The day itself and what came after are no past.
        (&[(21, faulty)], None),
        (&[(22, faulty), (23, faulty)], None),
        (&[(20, faulty), (21, faulty), (22, faulty)], told(1, 1, Some(20))),
    ] {
        let mut past: Vec<_> = past.iter().map(|(number, what)| day(*number, what)).collect();
        assert_eq!(recurrence(&past), expected, "{past:?}");
        past.reverse();
        assert_eq!(recurrence(&past), expected, "in any order: {past:?}");
    }
    let all: Vec<_> = (-20..30).map(|number| day(number, faulty)).collect();
    assert_eq!(recurrence(&all), told(30, 30, Some(-9)));
}

#[test]
fn parts_of_a_day_are_one_day() {
    let (faulty, fine) = (&["T own pin_key_out_of_sync"][..], &["T fine"][..]);
    let morning = || part(20, (0, 12), "a", fine);
    let evening = || part(20, (12, 24), "b", faulty);
    assert_eq!(recurrence(&[morning(), evening()]), told(1, 1, Some(20)));
    assert_eq!(recurrence(&[evening(), morning(), day(19, fine)]), told(1, 2, Some(20)));
    // An hour is of the day in which its middle lies, and a part of this very day is no past.
    assert_eq!(
        recurrence(&[part(19, (23, 25), "a", fine), part(20, (23, 26), "b", faulty)]),
        told(0, 1, None)
    );
    // What was over in the morning and back in the evening was there.
    let Recurrences { cleared_terminals, .. } =
        Recurrences::of(&day(21, &["T fine"]), &[evening(), morning()], Recurrences::DAYS);
    assert_eq!(cleared_terminals.len(), 1);
}

#[test]
fn a_log_that_had_grown_counts_as_it_was_in_the_end() {
    let (faulty, fine) = (&["T own pin_key_out_of_sync"][..], &["T fine"][..]);
    let noon = || part(20, (0, 12), "log", faulty);
    let midnight = || part(20, (0, 24), "log", fine);
    for past in [[noon(), midnight()], [midnight(), noon()]] {
        assert_eq!(recurrence(&past), told(0, 1, None));
    }
    // Another log beside it is a part.
    assert_eq!(recurrence(&[part(20, (0, 12), "other", faulty), midnight()]), told(1, 1, Some(20)));
    // A copy of the same findings is the same day.
    assert_eq!(recurrence(&[noon(), noon()]), told(1, 1, Some(20)));
}

#[test]
fn days_that_are_about_to_be_thrown_away_do_not_count() {
    let faulty = &["T own mac_key_out_of_sync"];
    let past: Vec<_> = (10..21).map(|number| day(number, faulty)).collect();
    let found = |days| Recurrences::of(&day(21, faulty), &past, days).of_terminal("T");
    assert_eq!([found(3), found(1)], [told(3, 3, Some(18)), told(1, 1, Some(20))]);
}

#[test]
fn days_that_were_judged_by_other_rules_are_counted() {
    let by = |number, rules: Option<&str>| DayFindings {
        rules: rules.map(str::to_owned),
        ..day(number, &["T own mac_key_out_of_sync"])
    };
    let past = [by(17, None), by(18, Some("ours")), by(19, Some("others")), by(19, Some("others"))];
    for (today, other) in [(None, 2), (Some("ours"), 2), (Some("others"), 2), (Some("new"), 3)] {
        let found = Recurrences::of(&by(21, today), &past, Recurrences::DAYS);
        assert_eq!((found.known, found.other_rules), (3, other), "{today:?}");
        // It is said with what limits the diagnosis.
        let mut diagnosis = Diagnosis::default();
        diagnosis.recall(found);
        let limits: Vec<_> =
            (diagnosis.limits.iter()).map(|limit| limit.text(Language::En, &Names::default())).collect();
        let [limit] = &limits[..] else { panic!("{limits:?}") };
        assert!(
            limit.starts_with(&format!("{other} of the 3 known days before were judged by other")),
            "{limit}"
        );
    }
    let mut diagnosis = Diagnosis::default();
    diagnosis.recall(Recurrences::of(&by(21, None), &[by(20, None)], Recurrences::DAYS));
    assert!(diagnosis.limits.is_empty() && diagnosis.recurrences.is_some());
}

/// Findings come from files that anybody may have written.
#[test]
fn parts_of_a_day_are_added_whatever_they_say() {
    let most = u64::MAX.to_string();
    let terminal = format!("T own mac_key_out_of_sync {most}");
    let parts = || [part(20, (0, 12), "a", &[&terminal]), part(20, (12, 24), "b", &[&terminal])];
    let found = Recurrences::of(&day(21, &["T fine"]), &parts(), Recurrences::DAYS);
    let [(over, _)] = &found.cleared_terminals[..] else { panic!("{found:?}") };
    assert_eq!(over.old.as_ref().unwrap().observed, u64::MAX);
    let mut twice = day(20, &["issuer=1 issuer_unavailable", "issuer=1 issuer_unavailable"]);
    twice.incidents.iter_mut().for_each(|one| one.observed = u64::MAX);
    let changes = Comparison::of(&twice, &day(21, &[])).incidents;
    assert_eq!(changes[0].old.as_ref().unwrap().observed, u64::MAX);
}

/// Of a terminal the words are those of the part that saw more, of two that saw as much those of the first.
#[test]
fn a_trouble_of_several_parts_is_the_sum_of_them() {
    for (parts, state, reason, observed) in [
        (["T own mac_key_out_of_sync 3", "T mixed pin_key_out_of_sync 5"], "mixed", "pin_key_out_of_sync", 8),
        (["T mixed pin_key_out_of_sync 5", "T own mac_key_out_of_sync 3"], "mixed", "pin_key_out_of_sync", 8),
        (["T own mac_key_out_of_sync 7", "T mixed pin_key_out_of_sync 7"], "own", "mac_key_out_of_sync", 14),
    ] {
        let changes = Comparison::of(&day(20, &parts), &day(21, &[])).terminals;
        let [change] = &changes[..] else { panic!("{changes:?}") };
        let old = change.old.as_ref().unwrap();
        let told = (old.state.name(), old.reason.unwrap().name(), old.observed);
        assert_eq!(told, (state, reason, observed), "{parts:?}");
    }
    let mut twice = day(20, &["issuer=1 issuer_unavailable", "issuer=1 issuer_unavailable"]);
    for (counts, sums) in [([(5, 4), (8, 3)], (13, 4)), ([(5, 4), (8, 6)], (13, 6))] {
        for (incident, counts) in twice.incidents.iter_mut().zip(counts) {
            (incident.observed, incident.terminals) = counts;
        }
        let changes = Comparison::of(&twice, &day(21, &[])).incidents;
        let [change] = &changes[..] else { panic!("{changes:?}") };
        let old = change.old.as_ref().unwrap();
        // Of the terminals nobody knows which were hit both times.
        assert_eq!((old.observed, old.terminals), sums);
    }
}

#[test]
fn days_that_lie_in_a_log_of_several_days_are_not_before_it() {
    let faulty = &["T own pin_key_out_of_sync"][..];
    let week = part(15, (0, 7 * 24), "week", &["T own mac_key_out_of_sync"]);
    let past: Vec<_> = (10..18).map(|number| day(number, faulty)).collect();
    let found = Recurrences::of(&week, &past, Recurrences::DAYS);
    assert_eq!(found.of_terminal("T"), told(5, 5, Some(10)));
}

#[test]
fn incidents_recur_by_cause_reason_and_scope() {
    let [down, other, link] =
        ["issuer=1 issuer_unavailable", "issuer=2 issuer_unavailable", "link=up link_outage"];
    let today = day(21, &[down, other, link]);
    let past = [day(20, &[down]), day(18, &[down, other]), day(17, &[])];
    let found = Recurrences::of(&today, &past, Recurrences::DAYS);
    let of: Vec<_> = (0..5).map(|id| found.of_incident(id)).collect();
    assert_eq!(of, [None, told(2, 3, Some(18)), told(1, 3, Some(18)), told(0, 3, None), None]);
}

#[test]
fn what_is_over_was_there_on_the_latest_known_day() {
    let latest = [
        "A own weak_signal",
        "B own weak_signal",
        "C own weak_signal",
        "D own weak_signal",
        "issuer=1 issuer_unavailable",
    ];
    let past =
        [day(19, &latest), day(16, &["A own weak_signal", "E own weak_signal", "link=up link_outage"])];
    let today = day(21, &["A own weak_signal", "B fine", "C undecided", "E fine"]);
    let found = Recurrences::of(&today, &past, Recurrences::DAYS);
    assert_eq!((found.known, found.latest), (2, Some(date(19))));
    let over: Vec<_> = (found.cleared_terminals.iter())
        .map(|(one, recurrence)| (one.old.as_ref().unwrap().terminal.as_str(), one.change, recurrence.days))
        .collect();
    assert_eq!(over, [("C", Change::Undecided, 1), ("B", Change::Cleared, 1), ("D", Change::NotSeen, 1)]);
    let [(incident, recurrence)] = &found.cleared_incidents[..] else { panic!("{found:?}") };
    assert_eq!(incident.old.as_ref().unwrap().reason, Reason::from_name("issuer_unavailable").unwrap());
    assert_eq!((incident.change, Some(*recurrence)), (Change::Cleared, told(1, 2, Some(19))));
}

#[test]
fn the_states_that_are_faults_are_those_with_something_to_do() {
    let faults: Vec<_> = State::ALL.into_iter().filter(|state| state.is_fault()).map(State::name).collect();
    assert_eq!(faults, ["own", "mixed", "attack", "silent"]);
}
