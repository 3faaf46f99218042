use super::*;
use crate::{Leg, Reference, Source, conclude};
use posmortem_classify::CodeTables;
use posmortem_iso8583::{Amount, Mti};

const BEGIN: i64 = 1_790_000_000_000;

fn at(millis: i64) -> Timestamp {
    Timestamp { millis: BEGIN + millis, offset_minutes: None }
}

/// An answer of one terminal, with that code.
fn answer(millis: i64, code: &str, terminal: Symbol) -> Leg {
    Leg {
        mti: Mti::parse(b"0210"),
        code: ResponseCode::parse(code.as_bytes()),
        terminal,
        terminal_key: terminal,
        ..Leg::untold(at(millis), Source { input: 0, offset: millis as u64 })
    }
}

fn amount(minor: u64, currency: &[u8]) -> Option<Amount> {
    Some(Amount { minor, currency: Currency::parse(currency).expect("a currency") })
}

fn record(tally: &mut Tally, exchange: &Exchange, names: &Names) {
    tally.record(exchange, &conclude(exchange, CodeTables::built_in()), names);
}

fn reason(name: &str) -> Option<Reason> {
    Some(Reason::from_name(name).expect("a reason"))
}

fn code(text: &str) -> Option<ResponseCode> {
    ResponseCode::parse(text.as_bytes())
}

fn sorted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    all.sort_unstable();
    all
}

/// By outcome and cause, of the fleet and of each terminal: 2 approved, 3 declined for want of funds, 5 because
/// the issuer is down, 7 with a code that the table lacks.
#[test]
fn outcomes_and_causes_are_counted_for_the_fleet_and_for_each_terminal() {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    let [one, two, other] = ["T1", "T2", "north"].map(|text| names.intern(text));
    for (code, times) in [("00", 2), ("51", 3), ("91", 5), ("8Z", 7)] {
        for number in 0..times {
            let terminal = if number == 0 { two } else { one };
            record(&mut tally, &Exchange::alone(answer(number, code, terminal)), &names);
        }
    }
    let is = |counts: &Counts, [approved, declined, unclassified]: [u64; 3], [network, account]: [u64; 2]| {
        let outcomes =
            [Outcome::Approved, Outcome::Declined, Outcome::Unclassified].map(|of| counts.with(of));
        assert_eq!(outcomes, [approved, declined, unclassified]);
        assert_eq!(counts.exchanges, approved + declined + unclassified);
        assert_eq!(counts.outcomes.iter().sum::<u64>(), counts.exchanges, "outcomes partition attempts");
        let causes = [Cause::Network, Cause::Account].map(|cause| counts.causes[cause.index()]);
        assert_eq!((causes, counts.causes.iter().sum()), ([network, account], network + account));
        assert_eq!(counts.failed(), network + account + unclassified);
    };
    is(&tally.totals, [2, 8, 7], [5, 3]);
    let [of_two, of_one] = &tally.terminals[..] else { panic!("two terminals") };
    assert_eq!((of_one.terminal, of_two.terminal), (one, two));
    is(&of_one.counts, [1, 6, 6], [4, 2]);
    is(&of_two.counts, [1, 2, 1], [1, 1]);
    let mut sum = of_one.counts;
    sum += of_two.counts;
    assert_eq!(sum, tally.totals);
    // A third one, whose symbol lies beyond one that is no terminal's.
    let three = names.intern("T3");
    record(&mut tally, &Exchange::alone(answer(0, "00", three)), &names);
    record(&mut tally, &Exchange::alone(answer(1, "00", one)), &names);
    assert_eq!(tally.terminals.iter().map(|of| of.terminal).collect::<Vec<_>>(), [two, one, three]);
    assert_eq!(tally.terminals.iter().map(|of| of.counts.exchanges).collect::<Vec<_>>(), [4, 14, 1]);
    assert!(tally.terminals.iter().all(|of| of.terminal != other));
}

#[test]
fn approvals_that_are_told_together_are_as_those_told_one_by_one() {
    let (mut alone, mut together, mut names) = (Tally::default(), Tally::default(), Names::default());
    let [key, short, long, shop] = ["12", "012", "0012", "shop"].map(|text| names.intern(text));
    let approvals =
        |terminal, merchant, count, last| Approvals { key, terminal, merchant, count, last: at(last) };
    let all = [
        approvals(short, shop, 3, 500),
        approvals(long, Symbol::ABSENT, 5, 900),
        // Of no effect on what is known of the last one, and on how the terminal is shown.
        approvals(short, shop, 7, 100),
    ];
    for told in all {
        together.record_approvals(&told, &names);
        for number in (0..told.count).rev() {
            let leg = answer(0, "00", told.terminal);
            let leg = Leg { terminal_key: key, merchant: told.merchant, ..leg };
            let at = Timestamp { millis: told.last.millis - number as i64, ..told.last };
            record(&mut alone, &Exchange::alone(Leg { at, ..leg }), &names);
        }
    }
    for tally in [&alone, &together] {
        let [terminal] = &tally.terminals[..] else { panic!("one terminal") };
        assert_eq!((tally.totals.exchanges, tally.totals.with(Outcome::Approved)), (15, 15));
        assert_eq!(terminal.counts, tally.totals);
        assert_eq!(terminal.merchants.iter().collect::<Vec<_>>(), [(shop, 10)]);
        assert_eq!((terminal.last_approved, terminal.terminal), (Some(at(900)), long));
        assert_eq!((tally.totals.failed(), tally.amounts.len(), tally.codes.len()), (0, 0, 0));
        assert_eq!((terminal.first_failed(), terminal.last_failed()), (None, None));
    }
}

#[test]
fn the_longest_form_of_a_terminal_is_shown_and_of_two_the_later_text() {
    for (forms, shown) in [
        (&["12", "0012", "012"][..], "0012"),
        (&["0012", "12"], "0012"),
        (&["A1", "B1"], "B1"),
        (&["B1", "A1"], "B1"),
        (&["", "7"], "7"),
    ] {
        let (mut tally, mut names) = (Tally::default(), Names::default());
        let key = names.intern("key");
        for form in forms {
            let terminal = names.intern(form);
            let leg = Leg { terminal, terminal_key: key, ..answer(0, "00", key) };
            record(&mut tally, &Exchange::alone(leg), &names);
        }
        assert_eq!(names.text(tally.terminals[0].terminal), shown, "{forms:?}");
    }
}

/// 2 + 3 + 5 yuan failed, of which 5 had been approved; 7 euro failed. What was approved does not count, nor
/// does what was approved and taken back without a fault.
#[test]
fn money_is_summed_by_currency() {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    let terminal = names.intern("T1");
    let mut add = |code: &str, amount, late| {
        let leg = Leg { amount, ..answer(0, code, terminal) };
        record(&mut tally, &Exchange { late, ..Exchange::alone(leg) }, &names);
    };
    add("51", amount(200, b"156"), false);
    add("91", amount(300, b"156"), false);
    add("00", amount(500, b"156"), true);
    add("51", amount(700, b"978"), false);
    add("00", amount(11_000, b"978"), false);
    add("51", None, false);
    let yuan = AmountTally { failed: 1_000, approved_then_lost: 500 };
    let euro = AmountTally { failed: 700, approved_then_lost: 0 };
    let expected = [(b"156", yuan), (b"978", euro)];
    let expected = expected.map(|(currency, sum)| (Currency::parse(currency).expect("a currency"), sum));
    assert_eq!(tally.amounts.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn codes_that_were_no_approval_are_counted_by_issuer_and_reason() {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    let [terminal, bank, other] = ["T1", "bank", "other"].map(|text| names.intern(text));
    let mut add = |code: &str, issuer, late| {
        let leg = Leg { issuer, ..answer(0, code, terminal) };
        record(&mut tally, &Exchange { late, ..Exchange::alone(leg) }, &names);
    };
    [bank, bank, bank, other, other].into_iter().for_each(|issuer| add("51", issuer, false));
    [bank, bank].into_iter().for_each(|issuer| add("8Z", issuer, false));
    // Neither an approval nor what came too late has a code that says why.
    add("00", bank, false);
    add("51", bank, true);
    let told = tally.codes.iter().map(|((_, code), of)| {
        (
            *code,
            of.count,
            of.reasons.iter().collect::<Vec<_>>(),
            sorted(of.issuers.iter().map(|(_, count)| count)),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (code("51"), 5, vec![(reason("insufficient_funds"), 5)], vec![2, 3]),
            (code("8Z"), 2, vec![(None, 2)], vec![2]),
        ]
    );
}

/// A terminal's failures as `(seconds, code, switch's word)`.
fn failures(of: &[(i64, &str, &str)]) -> (TerminalTally, Names) {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    let terminal = names.intern("T1");
    for (millis, code, told) in of {
        let leg = Leg { switch_reason: names.intern(told), ..answer(*millis, code, terminal) };
        let leg = Leg { stan: Some(*millis as u64), rrn: Reference::new(&format!("R{millis}")), ..leg };
        record(&mut tally, &Exchange::alone(leg), &names);
    }
    (tally.terminals.remove(0), names)
}

#[test]
fn reasons_stand_in_the_order_of_the_taxonomy_with_their_codes() {
    let (terminal, names) = failures(&[
        (50, "55", "bad.pin"),
        (20, "91", ""),
        (90, "96", ""),
        (10, "55", "bad.pin"),
        (60, "8Z", "odd"),
        (40, "91", "host.down"),
        (30, "00", ""),
        (70, "55", "try.again"),
    ]);
    let (issuer, switch, pin) =
        (reason("issuer_unavailable"), reason("switch_fault"), reason("pin_incorrect"));
    let told: Vec<_> = (terminal.reasons())
        .map(|(reason, of)| (reason, of.count(), of.first().millis - BEGIN, of.last.millis - BEGIN))
        .collect();
    assert_eq!(told, [(None, 1, 60, 60), (issuer, 2, 20, 40), (switch, 1, 90, 90), (pin, 3, 10, 70)]);
    let codes: Vec<_> = terminal.reasons().flat_map(|(_, of)| of.codes().collect::<Vec<_>>()).collect();
    assert_eq!(codes, [(code("8Z"), 1), (code("91"), 2), (code("96"), 1), (code("55"), 3)]);
    let words: Vec<_> = (terminal.reasons())
        .map(|(_, of)| sorted(of.switch_reasons().map(|(word, count)| (names.text(word), count))))
        .collect();
    let expected: [&[(&str, u64)]; 4] =
        [&[("odd", 1)], &[("host.down", 1)], &[], &[("bad.pin", 2), ("try.again", 1)]];
    assert_eq!(words, expected);
    assert_eq!((terminal.first_failed(), terminal.last_failed()), (Some(at(10)), Some(at(90))));
    assert_eq!(terminal.last_approved, Some(at(30)));
    assert_eq!(terminal.unclassified().map(ReasonTally::count), Some(1));
    assert!(failures(&[(1, "55", "")]).0.unclassified().is_none());
    assert!(failures(&[(1, "00", "")]).0.unclassified().is_none());
}

#[test]
fn the_cause_with_most_failures_and_its_most_frequent_reason_dominate() {
    let dominant = |codes: &[&str]| {
        let of: Vec<_> = (0..).zip(codes).map(|(millis, code)| (millis, *code, "")).collect();
        let (terminal, _) = failures(&of);
        let told = terminal.dominant();
        told.map(|told| (told.cause, told.of_cause, told.reason.name(), told.tally.count()))
    };
    let account = |of_cause, reason, count| Some((Cause::Account, of_cause, reason, count));
    // One reason is the most frequent of all, and its cause is not.
    assert_eq!(
        dominant(&["91", "91", "91", "51", "51", "55", "55"]),
        account(4, "insufficient_funds", 2),
        "of two reasons that are as frequent the earlier in the taxonomy"
    );
    assert_eq!(dominant(&["91", "51", "55", "55"]), account(3, "pin_incorrect", 2));
    assert_eq!(dominant(&["51", "91"]), Some((Cause::Network, 1, "issuer_unavailable", 1)), "a tie");
    assert_eq!(dominant(&["51", "8Z", "8Z"]), account(1, "insufficient_funds", 1));
    assert_eq!((dominant(&["8Z"]), dominant(&["00"])), (None, None));
}

/// Whatever the order in which they are counted, the earliest three of each reason stay, and of those of one
/// moment the lower STANs.
#[test]
fn the_earliest_three_of_each_reason_are_kept() {
    let mut draw = 7_u64;
    for _ in 0..200 {
        let (mut tally, names) = (Tally::default(), Names::default());
        let mut of: Vec<(i64, u64, &str)> = Vec::new();
        for (code, moments) in [("91", [1, 2, 3, 4, 5, 6, 7]), ("55", [5, 5, 5, 5, 5, 9, 2]), ("96", [8; 7])]
        {
            of.extend((0..).zip(moments).map(|(stan, moment)| (moment, stan, code)));
        }
        for at in (1..of.len()).rev() {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            of.swap(at, (draw >> 33) as usize % (at + 1));
        }
        for (moment, stan, code) in of {
            let leg = Leg { stan: Some(stan), ..answer(moment, code, Symbol::ABSENT) };
            record(&mut tally, &Exchange::alone(leg), &names);
        }
        let kept = tally.terminals[0].reasons().map(|(_, of)| {
            of.samples()
                .map(|sample| (sample.at.millis - BEGIN, sample.stan.expect("told")))
                .collect::<Vec<_>>()
        });
        let expected =
            [[(1, 0), (2, 1), (3, 2)], [(8, 0), (8, 1), (8, 2)], [(2, 6), (5, 0), (5, 1)]].map(Vec::from);
        assert_eq!(kept.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_sample_tells_where_its_attempt_can_be_looked_up() {
    let (mut tally, mut names) = (Tally::default(), Names::default());
    let terminal = names.intern("T1");
    let told = answer(7, "55", terminal);
    let request = Leg { code: None, rrn: Reference::default(), ..answer(3, "", terminal) };
    let answer = Leg { stan: Some(5), rrn: Reference::new("R9"), ..told };
    record(&mut tally, &Exchange::paired(request, answer), &names);
    let samples: Vec<Sample> =
        tally.terminals[0].reasons().flat_map(|(_, of)| of.samples().collect::<Vec<_>>()).collect();
    // What the request does not tell is the answer's; place and moment are the request's.
    let expected =
        Sample { at: at(3), stan: Some(5), rrn: answer.rrn, code: code("55"), source: request.source };
    assert_eq!(samples, [expected]);
}
