//! What pairing knows of links and takes from other runs: spans, requests that wait, exchanges that were settled elsewhere.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod legs;

use legs::{BEGIN, LATER, check, leg, pair};
use posmortem_exchange::{Exchange, Form, Leg, LinkSpan, Names, Pairing, PairingSettings, Symbol};
use posmortem_iso8583::Timestamp;

fn at(seconds: f64) -> Timestamp {
    Timestamp { millis: BEGIN + (seconds * 1000.0).round() as i64, offset_minutes: None }
}

fn pushed(pairing: &mut Pairing, names: &mut Names, texts: &[&str]) -> Vec<Form> {
    let mut forms = Vec::new();
    for (line, text) in (1..).zip(texts) {
        let leg = leg(text, line, names);
        pairing.push(&leg, names, &mut |exchange| forms.push(exchange.form));
    }
    forms
}

/// Heard from 0 s to 1600 s, with a first request at once; another link goes on.
fn heard(names: &mut Names) -> Pairing {
    let mut pairing = Pairing::new(PairingSettings::default());
    let span = |last, first_request: Option<f64>| LinkSpan {
        first: at(0.0),
        last: at(last),
        first_request: first_request.map(|seconds| at(seconds).millis),
    };
    let [a, b, answers] = ["a", "b", "answers"].map(|text| names.intern(text));
    pairing.hear(a, span(1600.0, Some(0.0)), names);
    pairing.hear(b, span(9000.0, Some(5.0)), names);
    pairing.hear(answers, span(9000.0, None), names);
    pairing
}

#[test]
fn a_missing_half_is_missed_again_by_what_is_heard_of_its_link() {
    let mut names = Names::default();
    let mut pairing = heard(&mut names);
    let of = |text: &str, names: &mut Names| leg(text, 1, names);
    let request = |text: &str, names: &mut Names| {
        let request: Leg = of(text, names);
        let began = request.at.millis;
        Exchange { form: Form::Open, began, request: Some(request), answer: None, ..Exchange::alone(request) }
    };
    let undone = pair(&["0 0200 s=1", "1 0210 s=1 rc=00", "2 0400 s=1"]).exchanges[0].undo;
    let open_answer =
        |text: &str, names: &mut Names| Exchange { form: Form::Open, ..Exchange::alone(of(text, names)) };
    let names = &mut names;
    let resumed = [
        // Requests: whether the link goes on past the horizon.
        (request("1000 0200 s=1 link=a", names), Form::Open),
        (request("999.999 0200 s=1 link=a", names), Form::RequestOnly),
        (Exchange { form: Form::RequestOnly, ..request("1000 0200 s=1 link=a", names) }, Form::Open),
        (Exchange { undo: undone, ..request("1000 0200 s=1 link=a", names) }, Form::RequestOnly),
        (request("1000 0200 s=1 link=b", names), Form::RequestOnly),
        (request("1000 0200 s=1 link=unheard", names), Form::Open),
        // Answers: whether the link begins within the horizon, and shows requests by then.
        (Exchange::alone(of("600 0210 s=1 link=a rc=00", names)), Form::Open),
        (open_answer("600.001 0210 s=1 link=a rc=00", names), Form::ResponseOnly),
        (open_answer("0 0210 s=1 link=answers rc=00", names), Form::ResponseOnly),
        // Nothing is missing.
        (Exchange::alone(of("1000 row s=1 link=a rc=00", names)), Form::Complete),
        (
            Exchange::paired(of("1000 0200 s=1 link=a", names), of("1001 0210 s=1 link=a rc=00", names)),
            Form::Paired,
        ),
        (
            Exchange::paired(of("1000 0200 s=1 link=b", names), of("1001 0210 s=1 link=b rc=00", names)),
            Form::Paired,
        ),
    ];
    for (exchange, form) in resumed {
        let mut told = Vec::new();
        pairing.resume(exchange, &mut |exchange| told.push((exchange.form, exchange.began)));
        assert_eq!(told, [(form, exchange.began)]);
    }
    // Two frames a pair, one for all else.
    let ledger = pairing.ledger();
    let counts = [ledger.paired, ledger.complete, ledger.request_only, ledger.response_only, ledger.open];
    assert_eq!((counts, ledger.frames()), ([4, 1, 3, 2, 4], 14));
    // Three requests were left open, two of them on a link that has fallen silent.
    pairing.finish(&mut |_| ());
    let silent = pairing.silent_links(names);
    let told: Vec<_> = silent.iter().map(|link| (names.text(link.link), link.open)).collect();
    assert_eq!(told, [("a", 2)]);
}

#[test]
fn an_answer_alone_stands_at_the_edge_where_requests_are_shown() {
    let mut names = Names::default();
    let pairing = heard(&mut names);
    let begins = |link: &str, seconds: f64, names: &mut Names| {
        pairing.begins_before(names.intern(link), at(seconds).millis)
    };
    assert!(begins("a", 600.0, &mut names) && !begins("a", 600.001, &mut names));
    assert!(!begins("answers", 0.0, &mut names) && !begins("unheard", 0.0, &mut names));
    // As far as it was heard: nothing at all.
    let unheard = Pairing::new(PairingSettings::default());
    assert!(!unheard.begins_before(Symbol::ABSENT, 0));
}

#[test]
fn a_link_goes_on_when_it_is_heard_more_than_a_horizon_later() {
    let mut names = Names::default();
    let pairing = heard(&mut names);
    let a = names.intern("a");
    assert!(
        pairing.link_goes_on_after(a, at(999.999).millis)
            && !pairing.link_goes_on_after(a, at(1000.0).millis)
    );
    assert!(!pairing.link_goes_on_after(names.intern("unheard"), 0));
}

#[test]
fn a_span_reaches_from_the_first_to_the_last_message() {
    let mut names = Names::default();
    let of = |text: &str, names: &mut Names| LinkSpan::of(&leg(text, 1, names));
    // Only requests of attempts are what an answer can miss.
    for (text, is_request) in [
        ("5 0200 s=1", true),
        ("5 0101 s=1", true),
        ("5 0210 s=1", false),
        ("5 0220 s=1", false),
        ("5 0400 s=1", false),
        ("5 0800 s=1", false),
        ("5 row s=1", false),
    ] {
        let moment = at(5.0);
        let expected =
            LinkSpan { first: moment, last: moment, first_request: is_request.then_some(moment.millis) };
        assert_eq!(of(text, &mut names), expected, "{text}");
    }
    let spans = ["5 0200 s=1", "3 0210 s=1", "9 0210 s=1", "7 0200 s=1"].map(|text| of(text, &mut names));
    for turns in 0..4 {
        let mut span = spans[turns];
        (1..4).for_each(|more| span.widen(spans[(turns + more) % 4]));
        assert_eq!(span, LinkSpan { first: at(3.0), last: at(9.0), first_request: Some(at(5.0).millis) });
    }
}

#[test]
fn requests_wait_until_their_link_is_heard_again() {
    let mut names = Names::default();
    let mut pairing = Pairing::new(PairingSettings::default());
    let places = |pairing: &Pairing| {
        let mut places: Vec<u64> = pairing.waiting().map(|source| source.offset).collect();
        places.sort_unstable();
        places
    };
    let legs = ["0 0200 s=1 link=a", "1 0200 s=2 link=b", "2 0200 s=3 link=c", "3 0210 s=3 link=c rc=00"];
    assert_eq!(pushed(&mut pairing, &mut names, &legs), []);
    assert_eq!(places(&pairing), [] as [u64; 0], "within the horizon");
    assert_eq!(pushed(&mut pairing, &mut names, &["700 0800 s=9 link=d"]), [Form::Paired]);
    assert_eq!(places(&pairing), [1, 2]);
    assert_eq!(pushed(&mut pairing, &mut names, &["701 0800 s=8 link=b"]), [Form::RequestOnly]);
    assert_eq!(places(&pairing), [1]);
    let mut forms = Vec::new();
    pairing.finish(&mut |exchange| forms.push(exchange.form));
    assert_eq!(forms, [Form::Open]);
    assert_eq!(places(&pairing), [] as [u64; 0]);
}

#[test]
fn links_are_heard_when_any_has_a_name() {
    let hears = |texts: &[&str]| {
        let mut pairing = Pairing::new(PairingSettings::default());
        pushed(&mut pairing, &mut Names::default(), texts);
        pairing.hears_links()
    };
    assert!(!hears(&[]) && !hears(&["0 0200 s=1"]));
    assert!(hears(&["0 0200 s=1 link=a"]) && hears(&["0 0200 s=1", "1 0200 s=2 link=a"]));
}

#[test]
fn messages_of_attempts_are_counted_with_their_copies() {
    let mut pairing = Pairing::new(PairingSettings::default());
    let legs = [
        "0 0200 s=1",
        "0.1 0200 s=1",
        "0.2 0100 s=3",
        "1 0210 s=1 rc=00",
        "1.1 0210 s=1 rc=00",
        // Neither rows nor messages of other classes and functions.
        "2 row s=4 rc=00",
        "3 0220 s=5",
        "4 0230 s=5",
        "5 0400 s=6",
        "6 0410 s=6",
        "7 0800 s=7",
        "8 0810 s=7",
    ];
    pushed(&mut pairing, &mut Names::default(), &legs);
    assert_eq!((pairing.attempt_requests(), pairing.attempt_answers()), (3, 2));
    assert_eq!(pairing.orphan_reversals(), 1);
    pushed(&mut pairing, &mut Names::default(), &["9 0400 s=8", "10 0420 s=9"]);
    assert_eq!(pairing.orphan_reversals(), 3);
}

#[test]
fn each_link_has_its_own_time_out() {
    let settings = PairingSettings {
        timeout_ms: 20_000,
        link_timeouts_ms: [("slow".to_owned(), 90_000), ("fast".to_owned(), 1_000)].into(),
        ..PairingSettings::default()
    };
    assert_eq!(
        ["slow", "fast", "other", ""].map(|link| settings.timeout_of(link)),
        [90_000, 1_000, 20_000, 20_000]
    );
    for (link, last) in [("slow", 90), ("fast", 1), ("other", 20)] {
        for (millis, late) in [(0, false), (1, true)] {
            let mut names = Names::default();
            let mut pairing = Pairing::new(settings.clone());
            let [request, answer] =
                [format!("0 0200 s=1 link={link}"), format!("{last}.00{millis} 0210 s=1 link={link} rc=00")]
                    .map(|text| leg(&text, 1, &mut names));
            let mut told = Vec::new();
            pairing.push(&request, &names, &mut |_| ());
            pairing.push(&answer, &names, &mut |_| ());
            pairing.finish(&mut |exchange| told.push(exchange.late));
            assert_eq!(told, [late], "{link} {millis}");
        }
    }
}

#[test]
fn a_part_of_the_amount_stays_when_less_is_taken_back() {
    for (reversal, is_partial) in [
        ("a=9", false),
        ("a=8", true),
        ("a=1", true),
        // Nothing, more than all, and nothing told.
        ("a=0", false),
        ("a=10", false),
        ("", false),
        ("part", true),
        ("a=9 part", true),
    ] {
        let exchanges =
            pair(&["0 0200 s=1 a=9", "1 0210 s=1 a=9 rc=00", &format!("2 0400 s=1 {reversal}")]).exchanges;
        assert_eq!(exchanges[0].undo.map(|undo| undo.partial), Some(is_partial), "{reversal}");
    }
    // Less than nobody knows what.
    let exchanges = pair(&["0 0200 s=1", "1 0210 s=1 rc=00", "2 0400 s=1 a=5"]).exchanges;
    assert_eq!(exchanges[0].undo.map(|undo| undo.partial), Some(false));
}

/// Every field that a first copy lacks, and the traces of both.
#[test]
fn a_copy_tells_what_the_first_one_does_not() {
    use posmortem_exchange::{CardKey, CardToken, Reference, Source, Traces};
    use posmortem_iso8583::{Amount, AmountUnit, EntryMode, Mti, NetworkManagement, ResponseCode};
    let mut names = Names::default();
    let [t, merchant, issuer, site, equipment, word, operator] =
        ["T1", "m", "i", "s", "e", "w", "o"].map(|text| names.intern(text));
    for mti in ["0200", "0210"] {
        let bare = Leg {
            mti: Mti::parse(mti.as_bytes()),
            stan: Some(1),
            terminal: t,
            terminal_key: t,
            code: ResponseCode::parse(b"00"),
            traces: Traces::CHIP_CARD,
            ..Leg::untold(at(0.0), Source { input: 0, offset: 1 })
        };
        let full = Leg {
            merchant,
            issuer,
            site,
            equipment,
            switch_reason: word,
            operator,
            rrn: Reference::new("A"),
            card: Some(CardKey::new(4)),
            token: Some(CardToken::new([4; 16])),
            amount: Amount::parse(b"5", None, AmountUnit::Minor, 0),
            traces: Traces::PIN_ENTERED,
            management: Some(NetworkManagement::SignOn),
            at: at(1.0),
            source: Source { input: 0, offset: 2 },
            entry_mode: EntryMode::Chip,
            ..bare
        };
        for (first, second) in [(bare, full), (full, bare)] {
            let (first, second) = (Leg { at: at(0.0), ..first }, Leg { at: at(1.0), ..second });
            let mut pairing = Pairing::new(PairingSettings::default());
            let mut told = Vec::new();
            pairing.push(&first, &names, &mut |_| ());
            pairing.push(&second, &names, &mut |_| ());
            pairing.finish(&mut |exchange| told.push(*exchange.main()));
            let [leg] = &told[..] else { panic!("one exchange") };
            assert!(leg.source == first.source && leg.entry_mode == first.entry_mode, "the first one");
            let symbols =
                [leg.merchant, leg.issuer, leg.site, leg.equipment, leg.switch_reason, leg.operator];
            assert_eq!(symbols, [merchant, issuer, site, equipment, word, operator]);
            assert!(leg.card == full.card && leg.token == full.token);
            assert_eq!((leg.amount, leg.rrn, leg.management), (full.amount, full.rrn, full.management));
            assert_eq!(leg.traces, Traces::CHIP_CARD | Traces::PIN_ENTERED);
        }
    }
}

#[test]
fn what_is_told_late_is_found_though_a_later_attempt_of_that_reference_has_left() {
    // The second try began before the other exchange, and so it leaves before it, though it entered behind it.
    let tries = [
        "0 0200 s=1 r=X",
        "1 0210 s=1 r=X rc=55",
        "20 0200 s=1 r=X",
        "20.5 0200 s=2",
        "21 0210 s=1 r=X rc=00",
        "620.3 0210 s=2 r=X rc=00",
        "620.4 0400 s=9 r=X why=68",
    ];
    let paired = pair(&tries);
    assert_eq!(paired.orphans, 0);
    let undone = paired.exchanges.iter().filter(|exchange| exchange.undo.is_some());
    assert_eq!(undone.map(|exchange| exchange.source().offset).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_leg_without_a_terminal_is_found_and_finds_by_whatever_it_tells() {
    for (first, second) in [
        ("0200 s=1 r=R link=x", "0210 t= r=R link=y rc=00"),
        ("0200 t= s=1 r=R link=x", "0210 r=R link=y rc=00"),
        ("0200 s=1 trace=7 link=x", "0210 t= s=1 trace=7 link=y rc=00"),
        ("0200 t= s=1 trace=7 link=x", "0210 s=1 trace=7 link=y rc=00"),
        ("0200 s=1 link=x", "0210 t= s=1 link=x rc=00"),
        ("0200 t= s=1 link=x", "0210 s=1 link=x rc=00"),
        ("0200 t= s=1 link=x", "0210 t= s=1 link=y rc=00"),
    ] {
        assert_eq!(
            pair(&[&format!("0 {first}"), &format!("1 {second}")]).ledger,
            "paired 2",
            "{first} | {second}"
        );
    }
    let sale = ["0 0200 s=1 r=R card=4 a=9", "1 0210 s=1 r=R rc=00"];
    for reversal in ["s=5 orrn=R", "r=R", "r=Q orrn=R", "s=5 card=4 a=9", "r=Q card=4 a=9"] {
        for terminal in ["", "t="] {
            let paired = pair(&[&sale[..], &[&format!("9 0400 {terminal} {reversal} why=68")]].concat());
            assert_eq!(paired.attempts, ["T1 reversed response_timeout"], "{terminal} {reversal}");
        }
    }
    for reversal in
        ["s=5 orrn=Q", "r=Q", "s=5 card=4 a=8", "s=5 card=3 a=9", "s=5 card=4", "s=5 a=9", "s=5 trace=7"]
    {
        for terminal in ["", "t="] {
            let paired = pair(&[&sale[..], &[&format!("9 0400 {terminal} {reversal} why=68")]].concat());
            assert_eq!(
                (paired.attempts[0].as_str(), paired.orphans),
                ("T1 approved", 1),
                "{terminal} {reversal}"
            );
        }
    }
}

#[test]
fn an_exchange_that_is_not_found_by_one_number_is_found_by_its_others() {
    // Sixty-four others have the reference that it tells last; by its STAN on its link it is the only one.
    let mut legs = vec!["0 0200 s=1 link=x".to_owned()];
    legs.extend((0..64).map(|number| format!("1 0200 s={} r=R link=y", number + 2)));
    legs.extend(["2 0200 s=1 r=R link=x".to_owned(), "3 0210 t= s=1 link=x rc=00".to_owned()]);
    let legs: Vec<&str> = legs.iter().map(String::as_str).collect();
    assert_eq!(pair(&legs).ledger, "paired 2, duplicates 1, open 64");
}

#[test]
fn rows_are_one_when_code_and_amount_are() {
    for (second, is_copy) in [
        ("s=1 a=9 rc=00", true),
        ("s=1 rc=00", true),
        ("s=1 a=8 rc=00", false),
        ("s=1 a=9 rc=05", false),
        ("s=1 a=9", false),
    ] {
        let expected = if is_copy { "complete 1, duplicates 1" } else { "complete 2" };
        assert_eq!(pair(&["0 row s=1 a=9 rc=00", &format!("1 row {second}")]).ledger, expected, "{second}");
    }
}

#[test]
fn only_a_row_that_tells_a_code_is_a_request_with_its_answer() {
    for request in ["0 0200 s=1 isrow", "0 0200 s=1 rc=51"] {
        check(&[request, LATER], &["T1 unanswered response_timeout"], "request_only 1, administrative 1");
    }
}

/// A request further up is a hop of the one that waits when all of this holds; each line breaks one of it.
#[test]
fn a_hop_has_the_reference_or_id_and_the_amount_of_the_request_that_waits() {
    let first = "0 0200 s=1 r=A trace=7 a=5";
    for hop in
        ["1 0200 s=77 r=A a=5", "1 0100 s=1 r=A a=5", "1 0200 s=77 trace=7 a=5", "1 0200 t= s=77 r=A a=5"]
    {
        check(
            &[first, hop, LATER],
            &["T1 unanswered response_timeout"],
            "request_only 1, duplicates 1, administrative 1",
        );
    }
    for (first, other) in [
        (first, "1 0200 s=77 r=A a=4"),
        (first, "1 0200 s=77 r=A"),
        ("0 0200 s=1 r=A", "1 0200 s=77 r=A"),
        (first, "1 0200 s=77 r=B a=5"),
        (first, "1 0200 s=77 trace=8 a=5"),
        (first, "1 0200 s=77 a=5"),
        (first, "1 0200 t=T2 s=77 r=A a=5"),
        ("0 row s=1 r=A a=5", "1 0200 s=77 r=A a=5"),
    ] {
        let paired = pair(&[first, other, LATER]);
        assert_eq!(paired.exchanges.len(), 2, "{first} | {other}");
        assert!(!paired.ledger.contains("duplicates"), "{first} | {other}");
    }
    // Advices and what is no attempt pass no hops, and an attempt's is no reversal's.
    for (first, other) in [
        ("0 0220 s=1 r=A a=5", "1 0220 s=77 r=A a=5"),
        ("0 0800 s=1 r=A a=5", "1 0800 s=77 r=A a=5"),
        ("0 0400 s=1 r=A a=5", "1 0200 s=77 r=A a=5"),
    ] {
        assert!(!pair(&[first, other, LATER]).ledger.contains("duplicates"), "{first} | {other}");
    }
    // Answered, it waits no more.
    let answered = ["0 0200 s=1 r=A a=5", "1 0210 s=1 r=A a=5 rc=00", "2 0200 s=77 r=A a=5", LATER];
    check(
        &answered,
        &["T1 approved", "T1 unanswered response_timeout"],
        "paired 2, request_only 1, administrative 1",
    );
}
