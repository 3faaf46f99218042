//! Which tables of other days tell what to expect.

use crate::day::{HOUR, MIDNIGHT, MINUTE, Made, Said, id, judged, mixed, ordinary, table};
use crate::{DAY, TERMINAL, with_wrong_mac};
use posmortem_classify::Language;
use posmortem_diagnose::{History, Settings, diagnose};

/// Of the days before so many are looked at as a run that is done again finds, too.
#[test]
fn only_days_shortly_before_tell_what_to_expect() {
    let limits = |days: &[i64], kept_days: Option<u32>| {
        let mut history = History::default();
        for day in days {
            let (table, names) = table(&ordinary(), &[], MIDNIGHT + day * DAY);
            history.add(&table, &names, day.to_string(), &Settings::default());
        }
        let (table, names) = table(&ordinary(), &[], MIDNIGHT);
        let settings = Settings { history, kept_days, ..Settings::default() };
        let limits = diagnose(&table, &names, &settings).limits;
        limits.iter().map(|limit| limit.text(Language::En, &names)).collect::<Vec<_>>()
    };
    let none = |days: u32| {
        let plural = if days == 1 { "" } else { "s" };
        [format!(
            "the history holds no table of the {days} day{plural} before (of this very day and of days after none \
             is used)"
        )]
    };
    assert!(limits(&[-30], None).is_empty() && limits(&[-31, -1], None).is_empty());
    assert_eq!(limits(&[-31, 0, 1, 9], None), none(30));
    assert!(limits(&[-3], Some(3)).is_empty());
    assert_eq!(limits(&[-4], Some(3)), none(3));
    assert_eq!(limits(&[-4], Some(1)), none(1));
    // Nobody looks further back, however long tables are kept.
    assert_eq!(limits(&[-31], Some(400)), none(30));
}

/// Which sign-ons are known follows the same days.
#[test]
fn sign_ons_of_days_that_are_thrown_away_are_not_known() {
    let others: Vec<_> =
        (0..60).filter(|terminal| *terminal != TERMINAL).map(|terminal| (terminal, 10 * MINUTE)).collect();
    let mut history = History::default();
    for day in [-2, -1] {
        let (table, names) = table(&ordinary(), &others, MIDNIGHT + day * DAY);
        history.add(&table, &names, day.to_string(), &Settings::default());
    }
    let hours = |kept_days| {
        let (table, names) = table(&with_wrong_mac(ordinary()), &others, MIDNIGHT);
        let settings = Settings { history: history.clone(), kept_days, ..Settings::default() };
        let said = Said { diagnosis: diagnose(&table, &names, &settings), names };
        let sentences = said.sentences(TERMINAL);
        let told = sentences.iter().find_map(|text| text.strip_prefix("no sign-on or key change in the "));
        told.and_then(|text| text.split(' ').next()).map(str::to_owned)
    };
    let [both, one] = [hours(None), hours(Some(1))].map(|hours| hours.unwrap().parse::<u32>().unwrap());
    assert_eq!(both, one + 24);
}

/// A log that was read again when it had grown is one log.
#[test]
fn a_log_that_grew_counts_once() {
    let said = |parts: &[(i64, &str)]| {
        let mut history = History::default();
        for (until, inputs) in parts {
            let made = ordinary().into_iter().filter(|of| of.at < *until).collect::<Vec<_>>();
            let made: Vec<_> = made.into_iter().map(|of| Made { code: "51", ..of }).collect();
            let (table, names) = table(&made, &[], MIDNIGHT - DAY);
            history.add(&table, &names, (*inputs).to_owned(), &Settings::default());
        }
        // Another day, on which all was well.
        let (past, names) = table(&ordinary(), &[], MIDNIGHT - 2 * DAY);
        history.add(&past, &names, "well".to_owned(), &Settings::default());
        let (table, names) = table(&ordinary(), &[], MIDNIGHT);
        let settings = Settings { history, why: vec![id(TERMINAL)], ..Settings::default() };
        format!("{:?}", diagnose(&table, &names, &settings))
    };
    let whole = said(&[(24 * HOUR, "log")]);
    assert_eq!(said(&[(14 * HOUR, "log"), (24 * HOUR, "log")]), whole);
    assert_ne!(said(&[(14 * HOUR, "part"), (24 * HOUR, "log")]), whole);
}

/// A day alone takes what an issuer does all day for its level.
#[test]
fn an_issuer_that_is_down_all_day_shows_beside_the_days_before() {
    let mut made = ordinary();
    let of_issuer = made.iter_mut().filter(|of| of.issuer == 3);
    of_issuer.filter(|of| mixed(of.card).is_multiple_of(4)).for_each(|of| of.code = "91");
    let incidents = |days: &[i64]| {
        let mut history = History::default();
        for day in days {
            let (table, names) = table(&ordinary(), &[], MIDNIGHT + day * DAY);
            history.add(&table, &names, day.to_string(), &Settings::default());
        }
        judged(&made, &[], history).diagnosis.incidents
    };
    assert!(incidents(&[]).is_empty());
    let [incident] = &incidents(&[-1])[..] else { panic!("one issuer is down") };
    assert_eq!((incident.scope[0].1.as_str(), incident.reason.name()), ("bank-3", "issuer_unavailable"));
}
