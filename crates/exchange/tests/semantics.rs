//! One test for each rule of `docs/semantics.md`: legs in, outcomes and ledger out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

mod legs;

use legs::{LATER, check, pair};
use posmortem_exchange::Outcome;
use posmortem_iso8583::ResponseCode;

#[test]
fn a_request_and_its_answer_are_one_exchange() {
    check(&["0 0200 s=1 a=100", "1 0210 s=1 a=100 rc=00"], &["T1 approved"], "paired 2");
    check(&["0 0100 s=1", "1 0110 s=1 rc=51"], &["T1 declined insufficient_funds"], "paired 2");
}

#[test]
fn the_function_digit_decides_the_side_and_never_de39() {
    // An 0120 and an 0420 carry a DE39 of their own and are requests all the same.
    check(&["0 0120 s=1 rc=00", "1 0130 s=1 rc=00"], &[], "advice 2");
    check(&["0 0420 s=1 rc=68", "1 0430 s=1 rc=00"], &[], "reversal 2");
    check(&["0 0200 s=1 rc=51", "1 0210 s=1 rc=00"], &["T1 approved"], "paired 2");
}

#[test]
fn a_row_without_mti_is_a_complete_exchange() {
    check(
        &["0 row s=1 rc=00", "1 row s=2 rc=55"],
        &["T1 approved", "T1 declined pin_incorrect"],
        "complete 2",
    );
    check(&["0 row s=1"], &["T1 unanswered response_timeout"], "complete 1");
    check(&["0 row s=1 rc=00 ms=61000"], &["T1 late response_timeout"], "complete 1");
}

#[test]
fn a_request_row_that_carries_the_answers_code_is_complete_when_no_answer_comes() {
    check(&["0 0200 s=1 rc=51 isrow"], &["T1 declined insufficient_funds"], "complete 1");
    check(&["0 0200 s=1 rc=51 isrow", "1 0210 s=1 rc=00 isrow"], &["T1 approved"], "paired 2");
    // A retry under the same STAN with another code is another leg.
    let retry = ["0 0200 s=1 rc=51 isrow", "10 0200 s=1 rc=00 isrow"];
    check(&retry, &["T1 declined insufficient_funds", "T1 approved"], "complete 2");
}

#[test]
fn voids_and_refunds_are_attempts_and_take_nothing_back() {
    let legs = [
        "0 0200 s=1 a=5 card=4",
        "1 0210 s=1 a=5 rc=00",
        "2 0200 s=2 a=5 card=4 kind=void",
        "3 0210 s=2 a=5 rc=00",
        "4 0200 s=3 a=5 card=4 kind=refund",
        "5 0210 s=3 a=5 rc=25",
    ];
    check(&legs, &["T1 approved", "T1 approved", "T1 declined original_not_found"], "paired 6");
}

#[test]
fn file_actions_settlement_and_network_messages_are_no_attempts() {
    check(
        &[
            "0 0320 s=1",
            "1 0330 s=1 rc=00",
            "2 0500 s=2",
            "3 0510 s=2 rc=95",
            "4 0800 s=3",
            "5 0810 s=3 rc=00",
        ],
        &[],
        "administrative 6",
    );
}

#[test]
fn repeat_digits_drop_out_and_equal_legs_within_60_s_are_one() {
    check(
        &["0 0200 s=1 a=5", "30 0201 s=1 a=5", "80 0201 s=1 a=5", "81 0210 s=1 rc=00", "82 0210 s=1 rc=00"],
        &["T1 approved"],
        "paired 2, duplicates 3",
    );
    // 61 s after the one before it is another attempt.
    check(
        &["0 0200 s=1 a=5", "61 0200 s=1 a=5", "62 0210 s=1 rc=00", LATER],
        &["T1 unanswered response_timeout", "T1 approved"],
        "paired 2, request_only 1, administrative 1",
    );
    // Another amount is another leg.
    check(
        &["0 0200 s=1 a=5", "1 0210 s=1 rc=51", "2 0200 s=1 a=4", "3 0210 s=1 rc=00"],
        &["T1 declined insufficient_funds", "T1 approved"],
        "paired 4",
    );
}

#[test]
fn a_dump_prints_both_sides_long_after() {
    check(
        &[
            "0 0200 s=1 a=5",
            "65 0210 s=1 a=5 rc=00",
            "65.1 0200 s=1 a=5 dump",
            "65.1 0210 s=1 a=5 rc=00 dump",
        ],
        &["T1 late response_timeout"],
        "paired 2, duplicates 2",
    );
}

#[test]
fn a_leg_with_neither_stan_nor_reference_never_collapses() {
    check(&["0 row rc=00", "0 row rc=00"], &["T1 approved", "T1 approved"], "complete 2");
    check(&["0 0200", "0 0210 rc=00"], &["T1 open", "T1 open"], "open 2");
}

#[test]
fn references_keep_equal_stans_apart_when_both_sides_have_them() {
    check(
        &["0 0200 s=1 r=A", "0.5 0200 s=1 r=B", "1 0210 s=1 r=A rc=51", "1.5 0210 s=1 r=B rc=00"],
        &["T1 declined insufficient_funds", "T1 approved"],
        "paired 4",
    );
    check(&["0 0200 s=1", "1 0210 s=1 r=A rc=00"], &["T1 approved"], "paired 2");
}

#[test]
fn a_reference_that_only_the_answer_tells_finds_the_right_exchange() {
    // The older exchange learns its reference last, and leaves without hiding the newer one of the
    // same reference.
    let legs = [
        "0 0200 s=1",
        "1 0200 s=2 r=B",
        "2 0210 s=1 r=B rc=00",
        "3 0210 s=2 r=B rc=00",
        "600.5 0420 s=9 r=B why=68",
    ];
    check(&legs, &["T1 approved", "T1 reversed response_timeout"], "paired 4, reversal 1");
}

#[test]
fn an_answer_without_terminal_joins_by_reference_by_log_id_or_as_the_only_candidate() {
    check(&["0 0200 s=1 r=A", "1 0210 t= s=1 r=A rc=00"], &["T1 approved"], "paired 2");
    check(&["0 0200 s=1 trace=7", "1 0210 t= s=1 trace=7 rc=00"], &["T1 approved"], "paired 2");
    check(&["0 0200 s=1 link=x", "1 0210 t= s=1 link=x rc=00"], &["T1 approved"], "paired 2");
    // Two candidates: nobody can tell.
    let two = ["0 0200 t=A s=1 link=x", "0 0200 t=B s=1 link=x", "1 0210 t= s=1 link=x rc=00"];
    check(&two, &["open", "A open", "B open"], "open 3");
    // The only candidate is more than 60 s away.
    let far = ["0 0200 t=A s=1 link=x", "61 0210 t= s=1 link=x rc=00"];
    check(&far, &["open", "A open"], "open 2");
    // Copies of an answer without terminal are one, too.
    let hops = ["0 0200 s=1 r=A", "1 0210 t= s=1 r=A rc=00", "1.1 0210 t= s=1 r=A rc=00"];
    check(&hops, &["T1 approved"], "paired 2, duplicates 1");
}

#[test]
fn hops_that_renumber_join_by_reference_and_amount() {
    let legs = [
        "0 0200 s=1 r=A a=5",
        "0.01 0100 s=77 r=A a=5",
        "0.5 0110 s=77 r=A a=5 rc=91",
        "0.6 0210 s=1 r=A a=5 rc=96",
    ];
    check(&legs, &["T1 declined issuer_unavailable"], "paired 2, duplicates 2");
    assert_eq!(pair(&legs).exchanges[0].answer.and_then(|leg| leg.code), ResponseCode::parse(b"96"));
    // A hop that keeps the STAN and changes the class alone.
    let class = [
        "0 0200 s=1 r=A a=5",
        "0.01 0100 s=1 r=A a=5",
        "0.5 0110 s=1 r=A a=5 rc=91",
        "0.6 0210 s=1 r=A a=5 rc=96",
    ];
    check(&class, &["T1 declined issuer_unavailable"], "paired 2, duplicates 2");
}

#[test]
fn an_upstream_code_gives_the_cause_and_the_terminal_facing_one_the_outcome() {
    // Without directions the last answer faces the terminal.
    let last = ["0 0200 s=1", "1 0210 s=1 rc=91", "1.1 0210 s=1 rc=96"];
    check(&last, &["T1 declined issuer_unavailable"], "paired 2, duplicates 1");
    // With directions the one that goes out does.
    let out = ["0 0200 s=1 in", "1 0210 s=1 rc=68 out", "20 0210 s=1 rc=00 in"];
    check(&out, &["T1 declined response_timeout"], "paired 2, duplicates 1");
}

#[test]
fn answers_alone_are_exchanges_in_a_log_that_shows_no_requests() {
    check(
        &["0 0210 s=1 rc=00", "1 0210 s=2 rc=51"],
        &["T1 approved", "T1 declined insufficient_funds"],
        "response_only 2",
    );
}

#[test]
fn the_edges_of_a_link_are_open() {
    // An answer within the horizon of its link's first line, in a log that shows requests.
    check(
        &["0 0210 s=1 rc=51", "1 0200 s=2", "2 0210 s=2 rc=00"],
        &["T1 open", "T1 approved"],
        "paired 2, open 1",
    );
    // Later than that it is an exchange.
    let late = ["0 0200 s=2", "1 0210 s=2 rc=00", "700 0210 s=1 rc=51"];
    check(&late, &["T1 approved", "T1 declined insufficient_funds"], "paired 2, response_only 1");
    // A request within the horizon of its own link's last line, whatever other links do.
    let cut = ["0 0200 s=1 link=a", "0 0200 s=2 link=b", "601 0800 s=9 link=b"];
    check(&cut, &["T1 unanswered response_timeout", "T1 open"], "request_only 1, administrative 1, open 1");
}

#[test]
fn a_request_is_unanswered_when_its_link_goes_on() {
    check(&["0 0200 s=1", LATER], &["T1 unanswered response_timeout"], "request_only 1, administrative 1");
    check(&["0 0200 s=1", "600 0800 t=Z s=1"], &["T1 open"], "administrative 1, open 1");
}

#[test]
fn an_answer_after_the_time_out_or_after_the_reversal_is_late() {
    check(&["0 0200 s=1", "60 0210 s=1 rc=00"], &["T1 approved"], "paired 2");
    check(&["0 0200 s=1", "61 0210 s=1 rc=00"], &["T1 late response_timeout"], "paired 2");
    let reversed = ["0 0200 s=1", "20 0400 s=2 ostan=1 why=22", "21 0210 s=1 rc=00", "22 0410 s=2 rc=00"];
    check(&reversed, &["T1 late terminal_software_fault"], "paired 2, reversal 2");
    // Beyond the horizon they are strangers.
    let strangers = ["0 0200 s=1", "601 0210 s=1 rc=00", LATER];
    check(
        &strangers,
        &["T1 unanswered response_timeout", "T1 approved"],
        "request_only 1, response_only 1, administrative 1",
    );
}

#[test]
fn a_reversal_lies_over_its_original() {
    // By the original's own STAN (DE90, DE56), with the reason as the cause.
    let told = ["0 0200 s=1", "1 0210 s=1 rc=00", "9 0400 s=5 ostan=1 why=68", "10 0410 s=5 rc=00"];
    check(&told, &["T1 reversed response_timeout"], "paired 2, reversal 2");
    // By terminal and STAN; no reason is no fault.
    let same = ["0 0200 s=1", "1 0210 s=1 rc=00", "9 0400 s=1", "10 0410 s=1 rc=00"];
    check(&same, &["T1 reversed"], "paired 2, reversal 2");
    // By reference.
    let reference = ["0 0200 s=1 r=A", "1 0210 s=1 r=A rc=00", "9 0420 s=5 r=A why=17", "10 0430 s=5 rc=00"];
    check(&reference, &["T1 reversed cancelled"], "paired 2, reversal 2");
    // By card and amount within ten minutes.
    let card = ["0 0200 s=1 card=4 a=9", "1 0210 s=1 rc=00", "599 0420 s=5 card=4 a=9 why=96"];
    check(&card, &["T1 reversed switch_fault"], "paired 2, reversal 1");
    // In part.
    let part = ["0 0200 s=1 a=9", "1 0210 s=1 a=9 rc=00", "9 0400 s=1 a=4"];
    check(&part, &["T1 reversed partial"], "paired 2, reversal 1");
}

#[test]
fn an_original_that_is_told_but_not_found_is_not_guessed() {
    let paired =
        pair(&["0 0200 s=1 card=4 a=9", "1 0210 s=1 rc=00", "9 0420 s=1 ostan=77 card=4 a=9 why=68"]);
    assert_eq!(paired.attempts, ["T1 approved"]);
    assert_eq!(paired.orphans, 1);
}

#[test]
fn a_refused_reversal_undoes_nothing_and_a_declined_attempt_stays_declined() {
    let refused = ["0 0200 s=1", "1 0210 s=1 rc=00", "9 0400 s=1 why=68", "10 0410 s=1 rc=12"];
    check(&refused, &["T1 approved"], "paired 2, reversal 2");
    let declined = ["0 0200 s=1", "1 0210 s=1 rc=51", "9 0400 s=1 why=68", "10 0410 s=1 rc=00"];
    check(&declined, &["T1 declined insufficient_funds"], "paired 2, reversal 2");
}

#[test]
fn a_stored_reversal_that_is_sent_again_counts_once() {
    let legs = [
        "0 0200 s=1",
        "1 0210 s=1 rc=00",
        "9 0420 s=5 ostan=1 why=68",
        "200 0421 s=5 ostan=1 why=68",
        "400 0430 s=5 rc=00",
    ];
    check(&legs, &["T1 reversed response_timeout"], "paired 2, duplicates 1, reversal 2");
    assert_eq!(pair(&legs).orphans, 0);
}

#[test]
fn a_stored_reversal_that_is_refused_at_first_takes_back_all_the_same() {
    let sale = ["0 0200 s=1", "1 0210 s=1 rc=00", "9 0420 s=5 ostan=1 why=68"];
    for (first, second) in [("96", "00"), ("00", "94")] {
        let answers = [
            &format!("10 0430 s=5 rc={first}"),
            "100 0421 s=5 ostan=1 why=68",
            &format!("101 0430 s=5 rc={second}"),
        ];
        let legs = [sale, answers].concat();
        check(&legs, &["T1 reversed response_timeout"], "paired 2, duplicates 2, reversal 2");
    }
}

#[test]
fn a_stored_reversal_or_advice_that_is_answered_again_counts_once() {
    let reversal = ["0 0400 s=5 ostan=1", "1 0410 s=5 rc=00", "200 0401 s=5 ostan=1", "201 0410 s=5 rc=00"];
    check(&reversal, &[], "duplicates 2, reversal 2");
    check(&["0 0230 s=5 rc=00", "300 0230 s=5 rc=00"], &[], "duplicates 1, advice 1");
}

#[test]
fn an_unanswered_request_that_is_reversed_takes_its_cause_from_the_reversal() {
    let legs = ["0 0200 s=1", "60 0400 s=1 why=96", "61 0410 s=1 rc=00"];
    check(&legs, &["T1 unanswered switch_fault"], "request_only 1, reversal 2");
}

#[test]
fn an_advice_with_the_attempts_reference_never_counts_as_a_second_attempt() {
    let legs = ["0 0100 s=1 r=A", "1 0110 s=1 r=A rc=00", "90 0220 s=2 r=A rc=00", "91 0230 s=2 r=A rc=00"];
    check(&legs, &["T1 approved"], "paired 2, advice 2");
}

#[test]
fn codes_that_are_no_pos_decision_are_unclassified() {
    check(&["0 0200 s=1", "1 0210 s=1 rc=24"], &["T1 unclassified"], "paired 2");
    check(&["0 0200 s=1", "1 0210 s=1 rc=8Z"], &["T1 unclassified"], "paired 2");
    check(&["0 0200 s=1", "1 0210 s=1"], &["T1 unclassified"], "paired 2");
}

#[test]
fn a_code_means_what_it_means_in_its_attempt() {
    // UnionPay's 12 in an attempt that relates to another one, and its 45 for the stripe of a chip card.
    for (request, code, reason) in [
        ("kind=void", "12", "original_not_found"),
        ("kind=refund", "12", "original_not_found"),
        ("", "12", "function_not_enabled"),
        ("mode=fallback", "45", "fallback_refused"),
    ] {
        let request = format!("0 0200 s=1 {request}");
        let answer = format!("1 0210 s=1 rc={code} dialect=unionpay-pos");
        let attempts = pair(&[&request, &answer]).attempts;
        assert_eq!(attempts, [format!("T1 declined {reason}")], "{request} {code}");
    }
}

#[test]
fn a_partial_approval_is_approved() {
    check(&["0 0200 s=1 a=9", "1 0210 s=1 a=5 rc=10"], &["T1 approved partial"], "paired 2");
}

#[test]
fn offline_codes_decide_and_evidence_codes_do_not_approve() {
    check(&["0 row s=1 rc=Y1 dialect=emv-arc"], &["T1 approved"], "complete 1");
    check(&["0 row s=1 rc=Z1 dialect=emv-arc"], &["T1 declined issuer_refused"], "complete 1");
}

#[test]
fn outcomes_are_counted_at_their_own_places() {
    assert_eq!(Outcome::ALL.map(|outcome| outcome as usize), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_constant_stan_is_kept_apart_by_reference() {
    let mut legs: Vec<String> =
        (0..100).map(|n| format!("{} 0200 s=1 r=R{n}", f64::from(n) / 100.0)).collect();
    legs.extend((0..100).map(|n| format!("{} 0210 s=1 r=R{n} rc=00", 2.0 + f64::from(n) / 100.0)));
    let legs: Vec<&str> = legs.iter().map(String::as_str).collect();
    assert_eq!(pair(&legs).ledger, "paired 200");
}

#[test]
fn numbers_that_other_terminals_share_hide_nothing() {
    let with = |first: &str, others: &str, last: &str| {
        let others = (0..100).map(|n| format!("0.5 0200 t=U{n} s={} {others}", n + 2));
        let mut legs = vec![format!("0 0200 {first}")];
        legs.extend(others);
        legs.push(format!("2 {last}"));
        let legs: Vec<&str> = legs.iter().map(String::as_str).collect();
        let paired = pair(&legs);
        (paired.ledger, paired.orphans)
    };
    // An answer without a STAN is joined by what else it tells.
    let paired = ("paired 2, open 100".to_owned(), 0);
    assert_eq!(with("t=T s=1 r=R", "r=R", "0210 t=T r=R rc=00"), paired);
    for first in ["t=T s=1", "t= s=1"] {
        let by_log_id = with(&format!("{first} trace=7"), "trace=7", "0210 t=T r=R trace=7 rc=00");
        assert_eq!(by_log_id, paired, "{first}");
        let (_, orphans) = with(&format!("{first} card=7 a=5"), "card=7 a=5", "0400 t=T r=R card=7 a=5");
        assert_eq!(orphans, 0, "{first}");
    }
}

#[test]
fn of_those_with_and_without_a_terminal_the_newest_is_meant() {
    for (first, second) in [("t=", "t=T"), ("t=T", "t=")] {
        let [first, second] = [format!("0 0200 {first} s=1 r=R a=5"), format!("1 0200 {second} s=2 r=R a=6")];
        let paired = pair(&[&first, &second, "2 0210 t=T r=R rc=00"]);
        let answered = paired.exchanges.iter().find(|exchange| exchange.answer.is_some()).unwrap();
        assert_eq!(answered.source().offset, 2, "{first}");
    }
}

#[test]
fn the_number_of_a_hop_may_come_again_for_another_transaction() {
    let legs = [
        "0 0200 s=1 r=A a=5",
        "0.01 0200 s=2 r=A a=5",
        "1 0210 s=2 r=A a=5 rc=00",
        "1.1 0210 s=1 r=A a=5 rc=00",
        "100 0200 s=2 r=B a=9",
        "101 0210 s=2 r=B a=9 rc=51",
    ];
    check(&legs, &["T1 approved", "T1 declined insufficient_funds"], "paired 4, duplicates 2");
}

#[test]
fn a_hop_that_answers_late_answers_the_request_that_waits() {
    let legs = [
        "0 0200 s=1 r=A a=5",
        "0.01 0200 s=77 r=A a=5",
        "90 0210 s=77 r=A a=5 rc=00",
        "90.1 0210 s=1 r=A a=5 rc=00",
    ];
    check(&legs, &["T1 late response_timeout"], "paired 2, duplicates 2");
}

#[test]
fn an_answer_of_another_amount_is_no_hops_where_no_reference_tells() {
    let legs = [
        "0 0200 s=1 trace=7 a=5",
        "1 0200 s=77 trace=7 a=5",
        "2 0210 s=77 a=9 rc=91",
        "3 0210 s=1 a=5 rc=00",
    ];
    check(&legs, &["T1 approved", "T1 open"], "paired 2, duplicates 1, open 1");
}

#[test]
fn a_hop_may_answer_with_a_part_of_the_amount() {
    let legs = [
        "0 0200 s=1 r=A a=9",
        "0.01 0200 s=77 r=A a=9",
        "1 0210 s=77 r=A a=6 rc=10",
        "1.1 0210 s=1 r=A a=6 rc=10",
    ];
    check(&legs, &["T1 approved partial"], "paired 2, duplicates 2");
}

#[test]
fn an_answer_further_up_counts_where_the_log_shows_no_other() {
    let legs = ["0 0200 s=1 r=A a=5", "0.01 0100 s=77 r=A a=5", "1 0110 s=77 r=A a=5 rc=00", LATER];
    check(&legs, &["T1 approved"], "paired 2, duplicates 1, administrative 1");
}

#[test]
fn an_answer_goes_to_the_request_that_waits_for_its_amount() {
    let legs = ["0 0200 s=1 a=5", "1 0200 s=1 a=4", "2 0210 s=1 a=5 rc=51", "3 0210 s=1 a=4 rc=00"];
    check(&legs, &["T1 declined insufficient_funds", "T1 approved"], "paired 4");
    // A part of the first amount is no copy of the answer to the second.
    let part = ["0 0200 s=1 a=5", "1 0200 s=1 a=9", "2 0210 s=1 a=9 rc=00", "3 0210 s=1 a=3 rc=10"];
    check(&part, &["T1 approved partial", "T1 approved"], "paired 4");
    // The same answer again is no answer to an older request of another amount.
    let again = ["0 0200 s=1 a=9", "1 0200 s=1 a=5", "2 0210 s=1 a=5 rc=00", "3 0210 s=1 a=5 rc=00"];
    check(&again, &["T1 approved", "T1 open"], "paired 2, duplicates 1, open 1");
}

#[test]
fn a_copy_of_an_answer_without_its_code_takes_nothing_away() {
    check(&["0 0200 s=1", "1 0210 s=1 rc=00", "1.1 0210 s=1"], &["T1 approved"], "paired 2, duplicates 1");
}

#[test]
fn lateness_is_that_of_the_answer_that_counts() {
    check(&["0 0210 s=1 rc=00 ms=61000"], &["T1 late response_timeout"], "response_only 1");
    check(&["0 0200 s=1 rc=00 ms=61000 isrow"], &["T1 late response_timeout"], "complete 1");
    let hops = ["0 0200 s=1", "50 0210 s=1 rc=91", "70 0210 s=1 rc=96"];
    check(&hops, &["T1 late response_timeout"], "paired 2, duplicates 1");
}

#[test]
fn a_reversal_passes_hops_and_takes_back_one_attempt() {
    let hop = [
        "0 0200 s=1 r=A a=5",
        "1 0210 s=1 r=A rc=00",
        "9 0420 s=5 r=A a=5 why=68",
        "9.1 0420 s=77 r=A a=5 why=68",
    ];
    check(&hop, &["T1 reversed response_timeout"], "paired 2, duplicates 1, reversal 1");
    assert_eq!(pair(&hop).orphans, 0);
    let told = ["0 0200 s=1 r=A", "1 0210 s=1 r=A rc=00", "9 0420 s=5 r=A ostan=77 why=68"];
    assert_eq!(pair(&told).attempts, ["T1 approved"], "another original is told");
}

#[test]
fn network_messages_repeat_within_a_minute_alone() {
    check(&["0 0800 s=1", "30 0800 s=1", "200 0800 s=1"], &[], "duplicates 1, administrative 2");
}

#[test]
fn open_requests_come_in_the_order_in_which_they_began() {
    let legs: Vec<String> = (0..20).map(|n| format!("0 0200 t=T{n:02} s=1 link=L{}", 19 - n)).collect();
    let legs: Vec<&str> = legs.iter().map(String::as_str).collect();
    let expected: Vec<String> = (0..20).map(|n| format!("T{n:02} open")).collect();
    assert_eq!(pair(&legs).attempts, expected);
}

#[test]
fn a_request_sent_again_is_a_further_attempt_when_it_is_answered_otherwise() {
    let retry = ["0 0200 s=1 a=5", "1 0210 s=1 rc=55", "20 0200 s=1 a=5", "21 0210 s=1 rc=00"];
    check(&retry, &["T1 declined pin_incorrect", "T1 approved"], "paired 4");
    let repeat = ["0 0200 s=1 a=5", "1 0210 s=1 rc=55", "20 0201 s=1 a=5", "21 0210 s=1 rc=55"];
    check(&repeat, &["T1 declined pin_incorrect"], "paired 2, duplicates 2");
}
