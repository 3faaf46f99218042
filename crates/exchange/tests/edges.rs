//! Which exchanges of a run its neighbours can change, and which are settled.
//!
//! The horizon is 600 s. Each run begins with sixteen legs at 0 s and ends with sixteen at 4000 s, so that what
//! lies between 1200 s and 2800 s, both left out, is settled, and what can meet anything beyond is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod legs;

use legs::BEGIN;
use posmortem_classify::CodeTables;
use posmortem_exchange::{
    CardKey, Decided, Edges, Exchange, Leg, Names, Pairing, PairingSettings, Reference, Source, Standing,
    conclude,
};
use posmortem_iso8583::{Amount, AmountUnit, Mti, ResponseCode, Timestamp};
use std::collections::BTreeMap;

/// Places of legs that are only there to begin and end a run.
const FENCE: u64 = 1_000_000;

/// When components are let go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pauses {
    AfterEachLeg,
    AtTheEnd,
}

/// A run over legs in canonical order: what is handed out, in its order, and the number of settled legs.
fn run(legs: &[Leg], names: &Names, pauses: Pauses, take: &mut impl FnMut(Decided<'_>)) -> Edges {
    let settings = PairingSettings::default();
    let mut edges = Edges::new(settings.horizon_ms);
    let mut pairing = Pairing::new(settings);
    let pair = |edges: &mut Edges, exchange: Exchange, take: &mut dyn FnMut(Decided<'_>)| {
        edges.exchange(&exchange, &conclude(&exchange, CodeTables::built_in()), &mut |decided| take(decided));
    };
    for leg in legs {
        edges.leg(leg, take);
        pairing.push(leg, names, &mut |exchange| pair(&mut edges, exchange, take));
        pairing.take_asides().for_each(|aside| edges.aside(&aside));
        if pauses == Pauses::AfterEachLeg {
            edges.release(pairing.waiting(), take);
        }
    }
    pairing.finish(&mut |exchange| pair(&mut edges, exchange, take));
    pairing.take_asides().for_each(|aside| edges.aside(&aside));
    edges.finish(take);
    edges
}

fn shown(decided: Decided<'_>) -> Option<String> {
    let (what, source) = match decided {
        Decided::Leg(leg) => ("leg", leg.source),
        Decided::Exchange(exchange, _, Standing::Settled) => ("settled", exchange.source()),
        Decided::Exchange(exchange, _, Standing::Edge) => ("edge", exchange.source()),
        Decided::Aside(aside) => ("aside", aside.source),
    };
    (source.offset < FENCE).then(|| format!("{what} {}", source.offset))
}

/// What becomes of legs between the sixteen at either end, by their places from 1 on.
fn decided(texts: &[&str], pauses: Pauses) -> (Vec<String>, u64) {
    let mut names = Names::default();
    let fence = [0, 4000].into_iter().flat_map(|at| (1..17).map(move |stan| (at, stan)));
    let fence =
        fence.map(|(at, stan)| (FENCE + at + stan, format!("{at} row t=F s={stan}{at} link=f rc=00")));
    let texts = (1..).zip(texts.iter().map(|text| (*text).to_owned()));
    let mut legs: Vec<Leg> =
        texts.chain(fence).map(|(place, text)| legs::leg(&text, place, &mut names)).collect();
    legs.sort_by(|a, b| a.canonical_cmp(b, &names));
    let mut told = Vec::new();
    let edges = run(&legs, &names, pauses, &mut |decided| told.extend(shown(decided)));
    assert_eq!((edges.begins(), edges.ends()), (Some(BEGIN), Some(BEGIN + 4_000_000)));
    (told, edges.settled_legs())
}

/// However often components are let go.
#[track_caller]
fn check(texts: &[&str], expected: &[&str]) {
    for pauses in [Pauses::AfterEachLeg, Pauses::AtTheEnd] {
        let (mut told, settled) = decided(texts, pauses);
        told.sort_unstable();
        assert_eq!(told, expected, "{texts:#?} {pauses:?}");
        let handed_out = told.iter().filter(|told| told.starts_with("leg ")).count();
        assert_eq!(settled, (texts.len() - handed_out) as u64, "{texts:#?} {pauses:?}");
    }
}

/// Of two legs, of which the first is an edge, whether the second can be changed through it.
#[track_caller]
fn check_meeting(first: &str, second: &str, meet: bool) {
    let (told, _) = decided(&[first, second], Pauses::AtTheEnd);
    let is_edge = |place: u64| told.contains(&format!("leg {place}"));
    assert!(is_edge(1), "{told:?}");
    assert_eq!(is_edge(2), meet, "{first} | {second}: {told:?}");
    check_same(&[first, second]);
}

/// Whether components are let go one by one or all at once decides nothing but the order.
#[track_caller]
fn check_same(texts: &[&str]) {
    let [often, once] = [Pauses::AfterEachLeg, Pauses::AtTheEnd].map(|pauses| {
        let (mut told, settled) = decided(texts, pauses);
        told.sort_unstable();
        (told, settled)
    });
    assert_eq!(often, once);
}

#[test]
fn begin_and_end_are_the_sixteenth_moments_from_either_end() {
    let mut names = Names::default();
    let legs: Vec<Leg> =
        (1..=40).map(|at| legs::leg(&format!("{at} row s={at} rc=00"), at, &mut names)).collect();
    for (count, expected) in
        [(0, None), (15, None), (16, Some((16, 1))), (17, Some((16, 2))), (40, Some((16, 25)))]
    {
        let edges = run(&legs[..count], &names, Pauses::AfterEachLeg, &mut |_| ());
        let seconds = |at: Option<i64>| at.map(|at| (at - BEGIN) / 1_000);
        assert_eq!(seconds(edges.begins()).zip(seconds(edges.ends())), expected, "{count}");
        assert_eq!((edges.begins().is_some(), edges.ends().is_some()), (count >= 16, count >= 16));
        assert_eq!(edges.settled_legs(), 0);
    }
}

#[test]
fn what_lies_two_horizons_inside_is_settled() {
    check(&["2000 0200 s=1", "2001 0210 s=1 rc=00"], &["settled 1"]);
    check(&["1200 row s=1 rc=00"], &["edge 1", "leg 1"]);
    check(&["1200.001 row s=1 rc=00"], &["settled 1"]);
    check(&["2799.999 row s=1 rc=00"], &["settled 1"]);
    check(&["2800 row s=1 rc=00"], &["edge 1", "leg 1"]);
    // All legs of an exchange, and all that they can meet.
    check(&["1200 0200 s=1", "1201 0210 s=1 rc=00"], &["edge 1", "leg 1", "leg 2"]);
    check(&["2799 0200 s=1", "2800 0210 s=1 rc=00"], &["edge 1", "leg 1", "leg 2"]);
    check(
        &["2000 row s=1 rc=00", "2500 row s=1 rc=55", "3000 row s=1 rc=51", "1500 row s=2 rc=00"],
        &["edge 1", "edge 2", "edge 3", "leg 1", "leg 2", "leg 3", "settled 4"],
    );
}

#[test]
fn settled_exchanges_come_by_time_and_messages_that_are_no_attempts_behind_them() {
    let (told, _) = decided(
        &[
            "2100 0800 s=3 about=sign_on",
            "2101 0810 s=3 rc=00",
            "2000 0220 s=4",
            "1900 row s=1 rc=00",
            "1800 row s=2 rc=00",
        ],
        Pauses::AtTheEnd,
    );
    assert_eq!(told, ["settled 5", "settled 4", "aside 3", "aside 1"]);
    // Those of edges come of their legs again.
    check(&["1200 0800 s=1 about=sign_on", "1201 0810 s=1 rc=00"], &["leg 1", "leg 2"]);
    check(&["2799 0800 s=1 about=sign_on", "2800 0810 s=1 rc=00"], &["leg 1", "leg 2"]);
}

#[test]
fn legs_meet_by_the_same_key_within_the_horizon() {
    for (first, second) in [
        ("0200 s=1", "0210 s=1"),
        ("0200 s=1", "0200 s=1 link=x"),
        ("row s=1", "row s=1"),
        ("0200 t=A s=1 r=R", "0210 t=B s=2 r=R"),
        ("0200 s=1 trace=7", "0100 s=2 trace=7"),
        ("0200 t= s=1 link=x", "0200 t= s=1 link=y"),
        // A reversal and its original, by whatever it tells of it.
        ("0200 s=1", "0400 s=5 ostan=1"),
        ("0100 s=1", "0400 s=5 ostan=1"),
        ("row s=1", "0400 s=5 ostan=1"),
        ("0200 s=1", "0400 s=1"),
        ("0200 s=1 r=R", "0400 s=5 r=R"),
        ("0200 s=1 r=R", "0420 s=5 r=Q orrn=R"),
        ("0200 s=1 card=4 a=9", "0400 s=5 card=4 a=9"),
        ("row s=1 card=4 a=9", "0420 t=B s=5 card=4 a=9"),
    ] {
        check_meeting(&format!("1200 {first}"), &format!("1800 {second}"), true);
        check_meeting(&format!("1200 {first}"), &format!("1800.001 {second}"), false);
    }
}

#[test]
fn legs_that_share_nothing_to_be_found_by_do_not_meet() {
    for (first, second) in [
        ("0200 s=1 r=R trace=7", "0200 s=2 r=Q trace=8"),
        ("0200 t=A s=1", "0210 t=B s=1"),
        ("0200 t=A s=1 link=x", "0210 t=B s=1 link=x"),
        ("0200 s=1", "0100 s=1"),
        ("0200 s=1", "0220 s=1"),
        ("0200", "0210"),
        // Only a reversal's request looks for an original, and only among attempts.
        ("0200 s=1", "0410 s=5 ostan=1 orrn=R card=4 a=9"),
        ("0200 s=1 r=R card=4 a=9", "0410 s=5 ostan=1 orrn=R card=4 a=9"),
        ("0200 s=1 r=R card=4 a=9", "0200 s=5 ostan=1 orrn=R card=4 a=9"),
        ("0220 s=1 card=4 a=9", "0400 s=5 ostan=1 card=4 a=9"),
        ("0200 s=1 card=4 a=9", "0400 s=5 card=4 a=8"),
        ("0200 s=1 card=4 a=9", "0400 s=5 card=3 a=9"),
        ("0200 s=1 card=4 a=9", "0400 s=5 card=4"),
        // What is told of the original is never replaced by its own number.
        ("0200 s=5", "0400 s=5 ostan=1"),
    ] {
        check_meeting(&format!("1200 {first}"), &format!("1210 {second}"), false);
    }
}

#[test]
fn a_leg_without_a_terminal_meets_those_of_its_link_and_stan_of_the_last_minute() {
    let (full, bare) = ("0200 s=1 link=x", "0210 t= s=1 link=x");
    for (first, second) in [(full, bare), (bare, full)] {
        check_meeting(&format!("1200 {first}"), &format!("1260 {second}"), true);
        check_meeting(&format!("1200 {first}"), &format!("1260.001 {second}"), false);
    }
    check_meeting("1200 0200 s=1 link=x", "1210 0210 t= s=1 link=y", false);
    check_meeting("1200 0200 s=1 link=x", "1210 0210 t= s=2 link=x", false);
    check_meeting("1200 0100 s=1 link=x", "1210 0210 t= s=1 link=x", false);
    // A minute from the last leg of what it may belong to, whichever of them has the number.
    check(
        &["1200 0200 s=1 r=R link=x", "1250 0200 s=2 r=R link=x", "1310 0210 t= s=1 link=x"],
        &["edge 1", "edge 2", "edge 3", "leg 1", "leg 2", "leg 3"],
    );
    // Where so many share both that none is looked at any more, the horizon counts.
    for (others, at, is_edge) in
        [(63, "1270", false), (64, "1270", true), (64, "1800", true), (64, "1800.001", false)]
    {
        let others: Vec<String> = (0..others).map(|t| format!("1200 0200 t=U{t} s=1 link=x")).collect();
        let leg = format!("{at} 0210 t= s=1 link=x");
        let texts: Vec<&str> = std::iter::once(&leg).chain(&others).map(String::as_str).collect();
        let (told, _) = decided(&texts, Pauses::AtTheEnd);
        assert_eq!(told.contains(&"leg 1".to_owned()), is_edge, "{} {at}", others.len());
    }
}

#[test]
fn components_that_meet_are_one_and_an_edge_when_either_is() {
    // The last leg has the STAN of the one and the reference of the other, in turn.
    for last in ["1230 0200 s=1 r=R", "1230 0200 s=2 r=Q"] {
        check(
            &["1200 0200 s=1 r=Q", "1210 0200 s=2 r=R", "1220 0210 s=2 r=R rc=00", last],
            &["edge 1", "edge 2", "edge 4", "leg 1", "leg 2", "leg 3", "leg 4"],
        );
    }
    // None of them is.
    check(
        &["2000 0200 s=1 r=Q", "2010 0200 s=2 r=R", "2030 0200 s=1 r=R"],
        &["settled 1", "settled 2", "settled 3"],
    );
    // Joined one by one, the last of them by what the first has.
    check(
        &[
            "2200 row s=1 r=A",
            "2210 row s=2 r=B",
            "2220 row s=3 r=A trace=2",
            "2230 row s=4 r=B trace=2",
            "2400 row s=1",
            "2800 row s=3",
        ],
        &[
            "edge 1", "edge 2", "edge 3", "edge 4", "edge 5", "edge 6", "leg 1", "leg 2", "leg 3", "leg 4",
            "leg 5", "leg 6",
        ],
    );
}

#[test]
fn a_request_that_waits_for_its_link_is_decided_by_when_its_component_ended() {
    // Nobody answers, and the link is heard again long after.
    check(&["1500 0200 s=1 link=a", "3900 0800 s=9 link=a"], &["leg 2", "settled 1"]);
    check(&["1100 0200 s=1 link=a", "3900 0800 s=9 link=a"], &["edge 1", "leg 1", "leg 2"]);
    check(&["1500 0200 s=1 link=a"], &["settled 1"]);
    check(&["2800 0200 s=1 link=a"], &["edge 1", "leg 1"]);
}

#[test]
fn what_is_decided_is_handed_out_before_the_end() {
    let mut names = Names::default();
    let mut legs: Vec<Leg> =
        (0..16).map(|stan| legs::leg(&format!("0 row s={stan}"), FENCE, &mut names)).collect();
    legs.extend(
        (1..)
            .zip(["1900 row s=1", "1999.999 row s=2", "2000 row s=3"])
            .map(|(place, text)| legs::leg(text, place, &mut names)),
    );
    // Sixteen legs two horizons behind the last of them but one.
    legs.extend((0..16).map(|stan| legs::leg(&format!("3200 row s={stan}"), FENCE, &mut names)));
    let (mut edges, mut told) = (Edges::new(600_000), Vec::new());
    for leg in &legs {
        edges.leg(leg, &mut |_| ());
        let exchange = Exchange::alone(*leg);
        edges.exchange(&exchange, &conclude(&exchange, CodeTables::built_in()), &mut |_| ());
        edges.release(std::iter::empty(), &mut |decided| told.extend(shown(decided)));
    }
    assert_eq!((told, edges.settled_legs()), (vec!["settled 1".to_owned(), "settled 2".to_owned()], 2));
}

#[test]
fn a_component_of_very_many_legs_is_an_edge() {
    for (count, is_edge) in [(1 << 14, false), ((1 << 14) + 1, true)] {
        let texts: Vec<String> =
            (0..count).map(|at| format!("{:.3} row s=1 rc=00", 2000.0 + f64::from(at) / 1000.0)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (told, settled) = decided(&texts, Pauses::AtTheEnd);
        let legs = told.iter().filter(|told| told.starts_with("leg ")).count();
        assert_eq!((legs as u64, settled), if is_edge { (count as u64, 0) } else { (0, count as u64) });
        assert_eq!(told.last().unwrap(), if is_edge { "edge 1" } else { "settled 1" });
    }
}

/// Legs of stories that begin every 250 s and have numbers of their own, but for some of the next one's.
fn stories(seed: u64, names: &mut Names) -> Vec<Leg> {
    let mut draw = seed;
    let mut below = |bound: u64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % bound
    };
    let mtis = ["0100", "0110", "0200", "0200", "0210", "0210", "0220", "0400", "0410", "0800", "0810", ""];
    let mut legs = Vec::new();
    for place in 0..1_200 {
        let story = place / 15;
        let at =
            Timestamp { millis: BEGIN + (story * 250_000 + below(700_000)) as i64, offset_minutes: None };
        let mut number = |one_in: u64| {
            let of = if below(60) == 0 { story + 1 } else { story };
            (below(one_in) != 0).then(|| 10 * of + 1 + below(3))
        };
        let (stan, rrn, trace, original) = (number(5), number(3), number(2), number(2));
        let card = number(2);
        let mut pick = |prefix: &str, of: u64| names.intern(&format!("{prefix}{}", below(of)));
        let (terminal, link) = (pick("T", 3), pick("L", 2));
        let terminal = if below(6) == 0 { Default::default() } else { terminal };
        let minor = (below(3) != 0).then(|| 1 + below(2));
        let mti = Mti::parse(mtis[below(12) as usize].as_bytes());
        legs.push(Leg {
            mti,
            terminal,
            terminal_key: terminal,
            link,
            stan,
            rrn: rrn.map_or_else(Reference::default, |rrn| Reference::new(&rrn.to_string())),
            trace: trace.unwrap_or_default(),
            card: card.map(CardKey::new),
            amount: minor
                .and_then(|minor| Amount::parse(minor.to_string().as_bytes(), None, AmountUnit::Minor, 0)),
            original_stan: original.filter(|_| below(2) == 0),
            code: ResponseCode::parse(["", "00", "51", "91"][below(4) as usize].as_bytes()),
            is_row: mti.is_none(),
            ..Leg::untold(at, Source { input: 0, offset: place })
        });
    }
    legs.sort_by(|a, b| a.canonical_cmp(b, names));
    legs
}

/// What legs of other runs cannot change of an exchange: all but whether a missing half can be missed.
fn content(exchange: &Exchange) -> String {
    let place = |leg: &Option<Leg>| leg.as_ref().map(|leg| (leg.source.offset, leg.terminal, leg.rrn));
    let undo = exchange.undo.as_ref().map(|undo| (undo.at, undo.answer.map(|answer| answer.0)));
    let Exchange { began, request, answer, late, upstream, .. } = exchange;
    let upstream = upstream.map(|upstream| upstream.0);
    format!("{began} {:?} {:?} {late} {upstream:?} {undo:?}", place(request), place(answer))
}

#[test]
fn what_is_settled_in_a_part_of_a_log_is_so_in_all_of_it() {
    let mut settled = 0;
    for seed in 0..20 {
        let mut names = Names::default();
        let legs = stories(seed, &mut names);
        let mut whole = BTreeMap::new();
        run(&legs, &names, Pauses::AtTheEnd, &mut |decided| {
            if let Decided::Exchange(exchange, ..) = decided {
                whole.insert(exchange.source(), content(exchange));
            }
        });
        let part = &legs[legs.len() / 4..legs.len() * 3 / 4];
        let [mut often, mut once] = [Vec::new(), Vec::new()];
        for (pauses, told) in [(Pauses::AfterEachLeg, &mut often), (Pauses::AtTheEnd, &mut once)] {
            let mut handed_out = 0;
            let edges = run(part, &names, pauses, &mut |decided| {
                handed_out += u64::from(matches!(decided, Decided::Leg(_)));
                if let Decided::Exchange(exchange, _, Standing::Settled) = decided {
                    assert_eq!(whole.get(&exchange.source()), Some(&content(exchange)), "seed {seed}");
                    told.push(content(exchange));
                }
            });
            assert_eq!(handed_out + edges.settled_legs(), part.len() as u64, "every leg is one or the other");
            told.sort_unstable();
        }
        assert_eq!(often, once, "seed {seed}");
        settled += once.len();
    }
    assert!(settled > 1_000, "{settled}");
}
