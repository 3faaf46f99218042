//! What verdicts, incidents and their reasons say, to the last number: counted by hand from the attempts of the day.

use super::{TERMINAL, said};
use crate::day::{HOUR, MIDNIGHT, MINUTE, Made, Said, judged, mixed, ordinary, table};
use posmortem_classify::{Language, Reason};
use posmortem_diagnose::{Evidence, History, Settings, State, Thousandths, Verdict, Why, diagnose};
use posmortem_exchange::Sample;
use posmortem_iso8583::{EntryMode, ResponseCode, Timestamp};

fn moment(millis: i64) -> Timestamp {
    Timestamp { millis: MIDNIGHT + millis, offset_minutes: None }
}

/// The attempts with their places in the log, which are those in the list.
fn placed(made: &[Made]) -> impl Iterator<Item = (usize, &Made)> {
    made.iter().enumerate()
}

/// From the first of those attempts to the last; the first three are told as samples.
fn assert_stretch(verdict: &Verdict, shown: &[(usize, &Made)]) {
    let (first, last) = (shown[0].1, shown[shown.len() - 1].1);
    assert_eq!((verdict.start, verdict.end), (Some(moment(first.at)), Some(moment(last.at))));
    assert_samples(&verdict.samples, shown);
}

fn assert_samples(samples: &[Sample], shown: &[(usize, &Made)]) {
    let told: Vec<_> =
        samples.iter().map(|one| (one.at, one.stan, one.code, one.source.offset as usize)).collect();
    let right: Vec<_> = (shown.iter().take(3))
        .map(|(place, of)| (moment(of.at), Some(of.stan), ResponseCode::parse(of.code.as_bytes()), *place))
        .collect();
    assert_eq!(told, right);
}

fn by_time(mut made: Vec<Made>) -> Vec<Made> {
    made.sort_by_key(|of| of.at);
    made
}

/// The share of those attempts that failed, times a number of them.
fn fleets_share<'m>(made: impl Iterator<Item = &'m Made>, times: f64) -> Thousandths {
    let (mut all, mut failed) = (0.0, 0.0);
    for of in made {
        all += 1.0;
        failed += if of.code == "00" { 0.0 } else { 1.0 };
    }
    Thousandths::round(failed / all * times)
}

/// Where one attempt in twelve is asked for a sign-on, three in a row are no statistic.
#[test]
fn a_terminal_that_stands_still_is_told_with_its_first_failures() {
    let mut made = ordinary();
    for (number, of) in (0_u64..).zip(&mut made) {
        of.code = if mixed(number ^ 0x77).is_multiple_of(12) { "77" } else { of.code };
    }
    let codes = ["00", "00", "00", "51", "77", "77", "77"];
    let mut turn = 0;
    made.retain_mut(|of| {
        if of.terminal != TERMINAL {
            return true;
        }
        turn += 1;
        of.code = codes.get(turn - 1).copied().unwrap_or_default();
        turn <= codes.len()
    });
    let said = said(&made);
    let verdict = said.verdict(TERMINAL);
    assert_eq!((verdict.state, verdict.reason.map(Reason::name)), (State::Own, Some("signon_required")));
    let shown: Vec<_> = placed(&made).filter(|(_, of)| of.terminal == TERMINAL && of.code == "77").collect();
    assert_stretch(verdict, &shown);
    assert_eq!((verdict.observed, verdict.expected, verdict.ongoing), (3, Thousandths(0), true));
    assert_eq!(verdict.confidence, Some(Thousandths(900)));
    assert_eq!(said.sentences(TERMINAL), ["3 attempts in a row, none approved after"]);
}

/// Twenty-four cards of one issuer, keyed in every twenty seconds from noon on; three of them go through.
fn attacked() -> (Vec<Made>, impl Fn(&Made) -> bool) {
    let mut made = ordinary();
    let of = made.iter().find(|of| of.terminal == TERMINAL).expect("an attempt").clone();
    made.extend((0..24).map(|number| Made {
        at: 12 * HOUR + number * 20_000,
        card: 90_000 + number as u64,
        code: if number % 8 == 4 { "00" } else { "14" },
        mode: EntryMode::Manual,
        stan: 5_000 + number as u64,
        ..of.clone()
    }));
    (by_time(made), |of: &Made| of.mode == EntryMode::Manual)
}

#[test]
fn an_attack_is_told_with_its_entries_and_its_first_refusals() {
    let (made, is_entry) = attacked();
    let said = said(&made);
    let verdict = said.verdict(TERMINAL);
    assert_eq!((verdict.state, verdict.reason.map(Reason::name)), (State::Attack, Some("suspected_fraud")));
    let (start, end) = (12 * HOUR, 12 * HOUR + 460_000);
    assert_eq!((verdict.start, verdict.end), (Some(moment(start)), Some(moment(end))));
    let refused: Vec<_> = placed(&made).filter(|(_, of)| is_entry(of) && of.code != "00").collect();
    assert_samples(&verdict.samples, &refused);
    assert_eq!((refused.len(), verdict.observed, verdict.confidence), (21, 21, Some(Thousandths(999))));
    // What as many average attempts would have had; entries of the attack are none of them.
    assert_eq!(verdict.expected, fleets_share(made.iter().filter(|of| !is_entry(of)), 24.0));
    assert_eq!(
        said.sentences(TERMINAL),
        ["24 keyed entries with 24 different cards in 8 min", "87.5 % of them were refused"]
    );
    assert!(!verdict.ongoing, "it goes on with its day");
    let mut ended = made.clone();
    ended.retain(|of| of.terminal != TERMINAL || of.at <= end);
    assert!(super::said(&ended).verdict(TERMINAL).ongoing);
}

#[test]
fn fewer_than_thirty_attempts_are_too_few() {
    let with = |attempts: usize| {
        let mut made = ordinary();
        let mut turn = 0;
        made.retain(|of| {
            turn += usize::from(of.terminal == TERMINAL);
            of.terminal != TERMINAL || turn <= attempts
        });
        let of_terminal = made.iter_mut().filter(|of| of.terminal == TERMINAL);
        of_terminal.enumerate().for_each(|(turn, of)| of.code = if turn < 2 { "51" } else { "00" });
        said(&made)
    };
    let few = with(29);
    let verdict = few.verdict(TERMINAL);
    assert_eq!((verdict.state, verdict.observed), (State::Insufficient, 2));
    assert_eq!(few.sentences(TERMINAL), ["29 attempts are too few to judge"]);
    assert_eq!((verdict.start, verdict.confidence, verdict.samples.len()), (None, None, 0));
    assert!((Thousandths(200)..Thousandths(900)).contains(&verdict.expected), "{}", verdict.expected);
    let enough = with(30);
    assert_eq!((enough.verdict(TERMINAL).state, enough.sentences(TERMINAL).len()), (State::Normal, 0));
}

/// A terminal all of whose customers bring cards of one issuer, which refuses 12 in 100 everywhere.
#[test]
fn unusual_customers_are_told_with_what_they_let_expect() {
    let mut made = ordinary();
    for (number, of) in made.iter_mut().enumerate() {
        if of.terminal == TERMINAL || of.issuer == 5 && number.is_multiple_of(2) {
            of.issuer = 9;
        }
        if of.issuer == 9 {
            of.code = if mixed(number as u64 ^ 0x99) % 100 < 12 { "51" } else { "00" };
        } else if of.code == "51" {
            of.code = "00";
        }
    }
    let failed = made.iter().filter(|of| of.terminal == TERMINAL && of.code != "00").count() as u64;
    let said = said(&made);
    let verdict = said.verdict(TERMINAL);
    assert_eq!((verdict.state, verdict.observed, verdict.confidence), (State::Mix, failed, None));
    // 12 in 100 of 240 at most: in the baseline no terminal counts with more than three failures.
    assert!((Thousandths(10_000)..Thousandths(30_000)).contains(&verdict.expected), "{}", verdict.expected);
    let told = format!("{failed} failures where this terminal's customers let expect {}", verdict.expected);
    assert_eq!(said.sentences(TERMINAL), [told]);
    assert_eq!((verdict.start, verdict.reason, verdict.samples.len()), (None, None, 0));
}

/// An issuer that answers nothing but 91 from noon to one o'clock.
fn down() -> Vec<Made> {
    let mut made = by_time(ordinary());
    let inside = made.iter_mut().filter(|of| is_inside(of));
    inside.for_each(|of| of.code = "91");
    made
}

fn is_inside(of: &Made) -> bool {
    of.issuer == 3 && (12 * HOUR..13 * HOUR).contains(&of.at)
}

/// What is said of a day and why of one of its terminals.
fn explained(made: &[Made], terminal: u64) -> (Said, Why) {
    let (table, names) = table(made, &[], MIDNIGHT);
    let settings = Settings { why: vec![format!("0{}", crate::day::id(terminal))], ..Settings::default() };
    let diagnosis = diagnose(&table, &names, &settings);
    let [why] = &diagnosis.whys[..] else { panic!("one was asked for") };
    let why = why.clone();
    (Said { diagnosis, names }, why)
}

fn texts(evidence: &[Evidence], said: &Said) -> Vec<String> {
    evidence.iter().map(|one| one.text(Language::En, &said.names)).collect()
}

#[test]
fn an_incident_and_those_who_suffer_from_it_are_told_by_what_lies_inside() {
    let made = down();
    let inside: Vec<_> = placed(&made).filter(|(_, of)| is_inside(of)).collect();
    let mut hit: Vec<u64> = inside.iter().map(|(_, of)| of.terminal).collect();
    hit.sort_unstable();
    hit.dedup();
    let most =
        hit.iter().max_by_key(|terminal| inside.iter().filter(|(_, of)| of.terminal == **terminal).count());
    let terminal = *most.expect("some are hit");
    let (said, why) = explained(&made, terminal);
    let [incident] = &said.diagnosis.incidents[..] else { panic!("{:?}", said.diagnosis.incidents) };
    let count = inside.len() as u64;
    let (first, last) = (inside[0].1.at, inside[inside.len() - 1].1.at);
    assert_eq!((incident.start, incident.end), (moment(first), moment(last + 1)));
    assert_eq!((incident.id, incident.observed, incident.attempts), (1, count, count));
    assert_eq!((incident.terminals as usize, incident.ongoing), (hit.len(), false));
    assert_eq!(incident.excess().0, count * 1_000 - incident.expected.0);
    let told = texts(&incident.evidence, &said);
    assert!(told[0].starts_with("100.0 % of the attempts inside failed so; "), "{told:?}");
    assert_eq!(told[1], format!("{0} of its {0} terminals were hit", hit.len()));
    assert!(told[2].ends_with(&format!(": {count} times")), "{told:?}");
    assert_eq!(told.len(), 3);

    let of_terminal: Vec<_> = inside.iter().filter(|(_, of)| of.terminal == terminal).copied().collect();
    let all: Vec<&Made> = made.iter().filter(|of| of.terminal == terminal).collect();
    let failed = all.iter().filter(|of| of.code != "00").count() as u64;
    let verdict = said.verdict(terminal);
    let hits = of_terminal.len() as u64;
    assert_eq!(
        (verdict.state, verdict.observed, verdict.incidents.as_slice()),
        (State::Shared, hits, &[1][..])
    );
    assert_eq!((verdict.confidence, verdict.ongoing), (Some(incident.confidence), false));
    assert_stretch(verdict, &of_terminal);
    assert_eq!(said.sentences(terminal), [format!("{hits} of {failed} failures fall into incident 1")]);

    assert_eq!((why.attempts, why.failed), (240, failed));
    let issuer_down = |of: &&Made| of.code == "91";
    let line = why.lines.iter().find(|line| line.what == "issuer_unavailable").expect("it failed so");
    let observed = all.iter().copied().filter(issuer_down).count() as u64;
    assert_eq!((line.observed, line.incidents, line.set_aside), (observed, hits, 0));
    assert_eq!(line.left(), observed - hits);
    let of_fleet = made.iter().filter(issuer_down).count() as f64 / made.len() as f64;
    assert_eq!(line.fleet, Thousandths::round(240.0 * of_fleet));
    assert!(why.lines.is_sorted_by_key(|line| std::cmp::Reverse(line.observed)));
    assert_eq!(why.lines.iter().map(|line| line.observed).sum::<u64>(), failed);
    let would = texts(&why.would_change, &said);
    let more = if hits == 1 { "failure" } else { "failures" };
    assert_eq!(would[0], format!("without the incidents it would have been judged on {hits} more {more}"));
    // The fault of each kind that would just have been seen, the weakest first.
    assert_eq!(would.len(), 1 + posmortem_diagnose::Signatures::built_in().len());
    let share = |text: &String| {
        let text = text.strip_suffix(" % of its attempts would have been found")?;
        text.rsplit_once("that hits ")?.1.parse::<f64>().ok()
    };
    let shares: Vec<f64> = would[1..].iter().map(|text| share(text).expect("a share")).collect();
    assert!(shares.is_sorted() && shares[0] >= 3.0, "{would:?}");
}

/// The log ends five minutes after the last failure, and a millisecond later.
#[test]
fn an_incident_to_within_five_minutes_of_the_log_s_end_is_not_known_to_be_over() {
    let mut made = down();
    let last = made.iter().filter(|of| is_inside(of)).map(|of| of.at).max().expect("some");
    made.retain(|of| of.at <= last + 4 * MINUTE);
    for (more, ongoing) in [(0, true), (1, false)] {
        let of = made[0].clone();
        let mut longer = made.clone();
        longer.push(Made { at: last + 5 * MINUTE + more, issuer: 1, code: "00", card: 77, ..of });
        let said = said(&longer);
        let [incident] = &said.diagnosis.incidents[..] else { panic!("{:?}", said.diagnosis.incidents) };
        assert_eq!((incident.end, incident.ongoing), (moment(last + 1), ongoing));
        let (first, end) = said.diagnosis.span.expect("it has attempts");
        assert_eq!((first, end), (moment(longer[0].at), moment(last + 5 * MINUTE + more)));
    }
}

#[test]
fn a_fault_is_explained_by_what_was_weighed() {
    let mut made = by_time(ordinary());
    let inside = |of: &Made| of.terminal == TERMINAL && (10 * HOUR..16 * HOUR).contains(&of.at);
    let mut more = Vec::new();
    for (turn, of) in made.iter_mut().filter(|of| inside(of)).enumerate() {
        of.code = if turn.is_multiple_of(3) { "A0" } else { "00" };
        // Every second one is tried once more.
        more.extend(turn.is_multiple_of(6).then(|| Made { at: of.at + 30_000, ..of.clone() }));
    }
    made.extend(more);
    let made = by_time(made);
    let (said, why) = explained(&made, TERMINAL);
    let verdict = said.verdict(TERMINAL);
    assert_eq!((verdict.state, verdict.reason.map(Reason::name)), (State::Own, Some("mac_key_out_of_sync")));
    let all: Vec<_> = placed(&made).filter(|(_, of)| inside(of) && of.code == "A0").collect();
    let (mut seen, mut first) = (std::collections::BTreeSet::new(), Vec::new());
    first.extend(all.iter().filter(|(_, of)| seen.insert(of.card)).copied());
    let hits = first.len() as u64;
    assert_eq!((verdict.observed, verdict.ongoing), (hits, false));
    assert_stretch(verdict, &first);
    let line = why.lines.iter().find(|line| line.what == "mac_invalid").expect("it failed so");
    let repeats = (all.len() - first.len()) as u64;
    assert!(repeats > 5);
    assert_eq!((line.observed, line.set_aside, line.left()), (hits + repeats, repeats, hits));
    let [weighed] = &why.weighed[..] else { panic!("{:?}", why.weighed) };
    assert_eq!((weighed.signature, weighed.observed, weighed.expected), ("mac", hits, verdict.expected));
    // Attempts from the first to the last hit, repeats apart.
    let window = first[0].1.at..=first[first.len() - 1].1.at;
    let inside_window = made.iter().filter(|of| of.terminal == TERMINAL && window.contains(&of.at)).count();
    let repeats_inside = all.iter().filter(|(_, of)| window.contains(&of.at)).count() - first.len();
    assert_eq!(weighed.attempts, (inside_window - repeats_inside) as u64);
    assert_eq!(weighed.window, (moment(*window.start()), moment(*window.end())));
    assert!(weighed.ln_bayes > 20_000 && weighed.chance == Thousandths(0), "{weighed:?}");
    // Less than one such failure is expected: two would be no more than chance.
    let spare = hits - (2.0 * verdict.expected.0 as f64 / 1_000.0) as u64;
    let would = texts(&why.would_change, &said);
    assert_eq!(
        would,
        [format!("with {spare} fewer of these failures it would not have been told from chance")]
    );
}

/// A terminal whose MAC is wrong every other time, until it was so 18 times, and whose link's is for everybody from
/// noon to one o'clock; that terminal then makes ten attempts, of which so many fail.
fn wrong_twice(failing: usize) -> Vec<Made> {
    let mut made = by_time(ordinary());
    let at_noon = |of: &Made| (12 * HOUR..13 * HOUR).contains(&of.at);
    let others = made.iter_mut().filter(|of| of.link == "south" && of.terminal != TERMINAL);
    others.filter(|of| at_noon(of)).for_each(|of| of.code = "A0");
    let (mut turn, mut inside) = (0, 0);
    for of in made.iter_mut().filter(|of| of.terminal == TERMINAL && of.at >= 10 * HOUR) {
        if at_noon(of) {
            inside += 1;
            of.code = if inside <= failing { "A0" } else { "00" };
        } else {
            turn += 1;
            of.code = if turn % 2 == 1 && turn < 36 { "A0" } else { "00" };
        }
    }
    assert_eq!(inside, 10);
    made
}

#[test]
fn a_fault_of_which_incidents_explain_a_third_is_mixed() {
    for (failing, state) in [(9, State::Mixed), (8, State::Own)] {
        let made = wrong_twice(failing);
        let (said, why) = explained(&made, TERMINAL);
        let [incident] = &said.diagnosis.incidents[..] else { panic!("{:?}", said.diagnosis.incidents) };
        assert_eq!(incident.scope[0].1, "south");
        let verdict = said.verdict(TERMINAL);
        assert_eq!((verdict.state, verdict.incidents.as_slice()), (state, &[1][..]));
        assert_eq!(verdict.observed as usize, 18 + failing);
        assert_eq!(verdict.reason.map(Reason::name), Some("mac_key_out_of_sync"));
        let would = texts(&why.would_change, &said);
        let told = format!("without the incidents it would have been judged on {failing} more failures");
        assert_eq!(would.first() == Some(&told), state == State::Mixed, "{would:?}");
        assert!(would.last().is_some_and(|text| text.contains("fewer of these failures")), "{would:?}");
    }
}

/// Ten attempts an hour, and none for three hours.
#[test]
fn a_silent_terminal_is_told_with_what_its_pace_lets_expect() {
    let mut made = ordinary();
    let is_silent = |of: &Made| {
        of.terminal == TERMINAL && (12 * HOUR + 10 * MINUTE..15 * HOUR + 12 * MINUTE).contains(&of.at)
    };
    made.retain(|of| !is_silent(of));
    let at = |of: &&Made| of.terminal == TERMINAL;
    let before = made.iter().filter(at).map(|of| of.at).filter(|at| *at < 13 * HOUR).max().expect("some");
    let after = made.iter().filter(at).map(|of| of.at).filter(|at| *at > 13 * HOUR).min().expect("some");
    let quiet = said(&made);
    let back =
        judged(&made, &[(TERMINAL, 8 * HOUR), (TERMINAL, 15 * HOUR + 10 * MINUTE)], History::default());
    for (said, reason, evidence) in [(&quiet, "link_outage", 1), (&back, "power_unstable", 2)] {
        let verdict = said.verdict(TERMINAL);
        assert_eq!((verdict.state, verdict.reason.map(Reason::name)), (State::Silent, Some(reason)));
        assert_eq!((verdict.start, verdict.end), (Some(moment(before)), Some(moment(after))));
        assert_eq!((verdict.observed, verdict.ongoing), (0, false));
        assert!(
            (Thousandths(26_000)..Thousandths(36_000)).contains(&verdict.expected),
            "{}",
            verdict.expected
        );
        let minutes = (after - before) / MINUTE;
        let told =
            format!("silent for {minutes} min where {} attempts were to be expected", verdict.expected);
        let sentences = said.sentences(TERMINAL);
        assert_eq!((sentences.len(), &sentences[0]), (evidence, &told), "{sentences:?}");
        assert!(verdict.samples.is_empty());
    }
    assert_eq!(back.sentences(TERMINAL)[1], "signed on at the end of the gap");
    // A sign-on makes less evidence do, so that there is more of it than was asked for.
    let confidence = [&quiet, &back].map(|said| said.verdict(TERMINAL).confidence.expect("it is told").0);
    assert!(900 < confidence[0] && confidence[0] < confidence[1] && confidence[1] <= 999, "{confidence:?}");
}
