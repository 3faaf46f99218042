//! Where the limits of `docs/semantics.md` lie: what comes in their last millisecond is within, what comes one later is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod legs;

use legs::{BEGIN, LATER, check, pair};
use posmortem_classify::CodeTables;
use posmortem_exchange::{Exchange, Form, Leg, Names, Pairing, PairingSettings, conclude};
use posmortem_iso8583::{Amount, Currency};

const UNANSWERED: &str = "T1 unanswered response_timeout";

#[test]
fn copies_come_60_s_after_the_one_before() {
    check(&["0 0200 s=1", "60 0200 s=1", "61 0210 s=1 rc=00"], &["T1 approved"], "paired 2, duplicates 1");
    check(
        &["0 0200 s=1", "60.001 0200 s=1", "61 0210 s=1 rc=00", LATER],
        &[UNANSWERED, "T1 approved"],
        "paired 2, request_only 1, administrative 1",
    );
    let answers = ["0 0200 s=1", "1 0210 s=1 rc=00", "61 0210 s=1 rc=00"];
    check(&answers, &["T1 approved"], "paired 2, duplicates 1");
    let answers = ["0 0200 s=1", "1 0210 s=1 rc=00", "61.001 0210 s=1 rc=00"];
    check(&answers, &["T1 approved", "T1 open"], "paired 2, open 1");
    check(&["0 row s=1 rc=00", "60 row s=1 rc=00"], &["T1 approved"], "complete 1, duplicates 1");
    check(&["0 row s=1 rc=00", "60.001 row s=1 rc=00"], &["T1 approved"; 2], "complete 2");
    // Each copy counts anew, and so do answers.
    let chain = [
        "0 0200 s=1",
        "60 0200 s=1",
        "120 0200 s=1",
        "121 0210 s=1 rc=00",
        "181 0210 s=1 rc=00",
        "241 0210 s=1 rc=00",
    ];
    check(&chain, &["T1 approved"], "paired 2, duplicates 4");
}

#[test]
fn stored_messages_are_sent_and_answered_again_within_the_horizon() {
    check(&["0 0220 s=1", "600 0221 s=1"], &[], "duplicates 1, advice 1");
    check(&["0 0220 s=1", "600.001 0221 s=1"], &[], "advice 2");
    check(&["0 0430 s=1 rc=00", "600 0430 s=1 rc=00"], &[], "duplicates 1, reversal 1");
    check(&["0 0430 s=1 rc=00", "600.001 0430 s=1 rc=00"], &[], "reversal 2");
    check(&["0 0810 s=1 rc=00", "60 0810 s=1 rc=00"], &[], "duplicates 1, administrative 1");
    check(&["0 0810 s=1 rc=00", "60.001 0810 s=1 rc=00"], &[], "administrative 2");
}

#[test]
fn an_answer_comes_within_the_horizon_and_in_time_within_the_time_out() {
    check(&["0 0200 s=1", "60 0210 s=1 rc=00"], &["T1 approved"], "paired 2");
    check(&["0 0200 s=1", "60.001 0210 s=1 rc=00"], &["T1 late response_timeout"], "paired 2");
    check(&["0 0200 s=1", "600 0210 s=1 rc=00"], &["T1 late response_timeout"], "paired 2");
    let strangers = ["0 0200 s=1", "600.001 0210 s=1 rc=00"];
    check(&strangers, &[UNANSWERED, "T1 approved"], "request_only 1, response_only 1");
    check(&["0 row s=1 rc=00 ms=60000"], &["T1 approved"], "complete 1");
    check(&["0 row s=1 rc=00 ms=60001"], &["T1 late response_timeout"], "complete 1");
    // From the last copy of the request.
    let again = ["0 0200 s=1", "50 0201 s=1", "110 0210 s=1 rc=00"];
    check(&again, &["T1 approved"], "paired 2, duplicates 1");
    // The terminal has given up at the moment of its reversal.
    let reversed = ["0 0200 s=1", "20 0210 s=1 rc=00", "20 0400 s=2 ostan=1 why=22"];
    check(&reversed, &["T1 late terminal_software_fault"], "paired 2, reversal 1");
    let reversed = ["0 0200 s=1", "20 0210 s=1 rc=00", "20.001 0400 s=2 ostan=1 why=22"];
    check(&reversed, &["T1 reversed terminal_software_fault"], "paired 2, reversal 1");
}

#[test]
fn the_edges_of_a_link_are_a_horizon_wide() {
    let request = |last: &str| pair(&["0 0200 s=1", &format!("{last} 0800 t=Z s=1")]).attempts;
    assert_eq!(
        (request("600"), request("600.001")),
        (vec!["T1 open".to_owned()], vec![UNANSWERED.to_owned()])
    );
    let answer = |at: &str| {
        pair(&["0 0800 t=Z s=1", "1 0200 s=2", "2 0210 s=2 rc=00", &format!("{at} 0210 s=1 rc=00")]).attempts
    };
    assert_eq!(
        (answer("600"), answer("600.001")),
        (
            ["T1 approved", "T1 open"].map(str::to_owned).to_vec(),
            ["T1 approved"; 2].map(str::to_owned).to_vec()
        )
    );
    // Where requests come only later, the log is one of answers.
    let requests =
        |from: &str| pair(&["0 0210 s=1 rc=00", &format!("{from} 0200 s=2"), "601 0210 s=2 rc=00"]).attempts;
    assert_eq!(
        (requests("600"), requests("600.001")),
        (
            ["T1 open", "T1 approved"].map(str::to_owned).to_vec(),
            ["T1 approved"; 2].map(str::to_owned).to_vec()
        )
    );
}

#[test]
fn what_is_made_of_legs_begins_with_the_first_of_them() {
    let mut names = Names::default();
    let [request, answer] = ["5 0200 s=1", "7 0210 s=1 rc=00"].map(|text| legs::leg(text, 1, &mut names));
    let row = legs::leg("9 row s=1 rc=00", 1, &mut names);
    let made = [Exchange::paired(request, answer), Exchange::alone(answer), Exchange::alone(row)];
    let told = made.map(|exchange| (exchange.form, exchange.began - BEGIN));
    assert_eq!(told, [(Form::Paired, 5_000), (Form::ResponseOnly, 7_000), (Form::Complete, 9_000)]);
    assert_eq!(made.map(|exchange| exchange.latency_ms()), [Some(2_000), None, None]);
    // What the log tells goes before its times, the answer's before the request's; no answer comes before its request.
    let told = |request_ms, answer_ms| {
        let (request, answer) =
            (Leg { latency_ms: request_ms, ..request }, Leg { latency_ms: answer_ms, ..answer });
        Exchange::paired(request, answer).latency_ms()
    };
    assert_eq!(
        [told(None, Some(3)), told(Some(4), None), told(Some(4), Some(3))],
        [Some(3), Some(4), Some(3)]
    );
    assert_eq!(Exchange::paired(answer, request).latency_ms(), None);
}

#[test]
fn a_currency_counts_whichever_side_tells_it() {
    let mut names = Names::default();
    let [request, answer] =
        ["0 0200 s=1 a=5", "1 0210 s=1 a=4 rc=00"].map(|text| legs::leg(text, 1, &mut names));
    let currency = Currency::parse(b"978").unwrap();
    let told = Leg { amount: answer.amount.map(|amount| Amount { currency, ..amount }), ..answer };
    let amount = Exchange::paired(request, told).amount().unwrap();
    assert_eq!((amount.minor, amount.currency), (5, currency));
}

#[test]
fn an_approval_that_nobody_waits_for_is_lost() {
    for (legs, is_lost) in [
        (&["0 0200 s=1", "60 0210 s=1 rc=00"][..], false),
        (&["0 0200 s=1", "61 0210 s=1 rc=00"], true),
        (&["0 0200 s=1", "61 0210 s=1 rc=51"], false),
        (&["0 0200 s=1", "1 0210 s=1 rc=00", "2 0400 s=1 why=68"], true),
        (&["0 0200 s=1", "1 0210 s=1 rc=00", "2 0400 s=1"], false),
        (&["0 0200 s=1", LATER], false),
    ] {
        let exchanges = pair(legs).exchanges;
        assert_eq!(conclude(&exchanges[0], CodeTables::built_in()).approval_lost, is_lost, "{legs:?}");
    }
}

#[test]
fn a_link_is_silent_when_others_go_on_for_more_than_a_horizon() {
    let silent = |end: &str| {
        let mut names = Names::default();
        let last = format!("{end} 0800 t=Z s=9 link=b");
        let mut pairing = Pairing::new(PairingSettings::default());
        for (line, text) in (1..).zip(["0 0200 s=1 link=a", "1 0200 s=2 link=a", "1 0200 s=1 link=b", &last])
        {
            pairing.push(&legs::leg(text, line, &mut names), &names, &mut |_| ());
        }
        pairing.finish(&mut |_| ());
        let mut spans: Vec<_> =
            pairing.spans().map(|(link, span)| (names.text(link).to_owned(), span)).collect();
        spans.sort_by(|a, b| a.0.cmp(&b.0));
        let [(_, a), (_, b)] = &spans[..] else { panic!("two links: {spans:?}") };
        assert_eq!((a.first.millis, a.last.millis, a.first_request), (BEGIN, BEGIN + 1_000, Some(BEGIN)));
        assert_eq!((b.first.millis, b.first_request), (BEGIN + 1_000, Some(BEGIN + 1_000)));
        let silent = pairing.silent_links(&names);
        silent
            .iter()
            .map(|link| (names.text(link.link).to_owned(), link.last.millis - BEGIN, link.open))
            .collect::<Vec<_>>()
    };
    assert_eq!(silent("601"), []);
    assert_eq!(silent("601.001"), [("a".to_owned(), 1_000, 2)]);
}

#[test]
fn hops_pass_within_60_s() {
    let request = |at: &str| {
        pair(&["0 0200 s=1 r=A a=5", &format!("{at} 0100 s=77 r=A a=5"), "61 0110 s=77 r=A a=5 rc=91"]).ledger
    };
    assert_eq!(
        (request("60"), request("60.001")),
        ("paired 2, duplicates 1".to_owned(), "paired 2, open 1".to_owned())
    );
    let answer = |at: &str| {
        pair(&[
            "0 0200 s=1 r=A a=5",
            "1 0100 s=77 r=A a=5",
            "2 0210 s=1 r=A a=5 rc=96",
            &format!("{at} 0110 s=77 r=A a=5 rc=91"),
        ])
        .attempts
    };
    assert_eq!(answer("62"), ["T1 declined issuer_unavailable"]);
    assert_eq!(answer("62.001"), ["T1 declined switch_fault", "T1 open"]);
}

#[test]
fn the_only_candidate_lies_within_60_s() {
    let of = |at: &str| pair(&["0 0200 s=1 link=x", &format!("{at} 0210 t= s=1 link=x rc=00")]).ledger;
    assert_eq!((of("60"), of("60.001")), ("paired 2".to_owned(), "open 2".to_owned()));
}

#[test]
fn a_second_after_its_answer_a_request_may_be_a_further_attempt() {
    let again = |at: &str| {
        pair(&["0 0200 s=1", "1 0210 s=1 rc=55", &format!("{at} 0200 s=1"), "3 0210 s=1 rc=00"]).attempts
    };
    assert_eq!(again("2"), ["T1 declined pin_incorrect", "T1 approved"]);
    assert_eq!(again("1.999"), ["T1 approved"]);
}

#[test]
fn a_reversal_finds_its_original_within_the_horizon_and_by_card_within_ten_minutes() {
    for told in ["ostan=1", "r=A", "card=4 a=9"] {
        let of = |at: &str| {
            pair(&["0 0200 s=1 r=A card=4 a=9", "1 0210 s=1 rc=00", &format!("{at} 0400 s=5 {told} why=68")])
        };
        assert_eq!(
            (of("600").attempts, of("600").orphans),
            (vec!["T1 reversed response_timeout".to_owned()], 0),
            "{told}"
        );
        assert_eq!(
            (of("600.001").attempts, of("600.001").orphans),
            (vec!["T1 approved".to_owned()], 1),
            "{told}"
        );
    }
}

#[test]
fn an_attempt_is_taken_back_once_and_nothing_else_is() {
    let sale = ["0 0200 s=1 r=A", "1 0210 s=1 r=A rc=00", "9 0400 s=5 ostan=1 why=17", "10 0410 s=5 rc=00"];
    let twice = pair(&[&sale[..], &["20 0400 s=6 ostan=1 why=68"]].concat());
    assert_eq!((twice.attempts, twice.orphans), (vec!["T1 reversed cancelled".to_owned()], 1));
    let advice = pair(&["0 0220 s=1 r=A", "1 0230 s=1 r=A rc=00", "9 0400 s=5 r=A why=68"]);
    assert_eq!((advice.ledger, advice.orphans), ("reversal 1, advice 2".to_owned(), 1));
    let other = pair(&["0 0200 t=A s=1 r=A", "1 0210 t=A s=1 r=A rc=00", "9 0400 t=B s=5 r=A why=68"]);
    assert_eq!((other.attempts, other.orphans), (vec!["A approved".to_owned()], 1));
}

#[test]
fn what_is_counted_elsewhere_is_in_the_ledger() {
    let mut pairing = Pairing::new(PairingSettings::default());
    pairing.count_alone(3, 5, 7);
    let ledger = pairing.ledger();
    assert_eq!((ledger.complete, ledger.response_only, ledger.paired, ledger.frames()), (3, 5, 14, 22));
    assert_eq!((pairing.attempt_requests(), pairing.attempt_answers()), (7, 12));
    // Rows and advices are no answers of attempts.
    let mut names = Names::default();
    for (line, text) in
        (1..).zip(["0 0210 s=1 rc=00", "1 row s=2 rc=00", "2 0230 s=3 rc=00", "3 0430 s=4 rc=00"])
    {
        pairing.push_alone(&legs::leg(text, line, &mut names), &mut |_| ());
    }
    assert_eq!((pairing.attempt_requests(), pairing.attempt_answers()), (7, 13));
}
