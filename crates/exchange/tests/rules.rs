//! Which attempts rules of a user decide, and which they leave alone.

use posmortem_classify::{CodeTables, Rules};
use posmortem_exchange::{
    Conclusion, Exchange, Form, Leg, Names, Outcome, Source, Undo, conclude, conclude_by_rules,
};
use posmortem_iso8583::{Mti, ResponseCode, Timestamp};

const AT: Timestamp = Timestamp { millis: 0, offset_minutes: None };

fn code(text: &str) -> ResponseCode {
    ResponseCode::parse(text.as_bytes()).expect("a code")
}

/// A request of the north link, and its answer, which tells no link.
fn paired(answer: &str, names: &mut Names) -> Exchange {
    let leg = |mti: &[u8]| Leg { mti: Mti::parse(mti), ..Leg::untold(AT, Source { input: 0, offset: 0 }) };
    let request = Leg { link: names.intern("north"), ..leg(b"0200") };
    Exchange::paired(request, Leg { code: Some(code(answer)), ..leg(b"0210") })
}

/// What becomes of an exchange by the tables, and by a rule about some codes of the north link.
fn concluded(answer: &str, change: impl Fn(Exchange) -> Exchange) -> [Conclusion; 2] {
    let text = "[[rule]]\nname = 'a'\nlink = 'north'\nmti = '0200'\ncode = ['00', '05', '12', '8Z', '91']\n\
                reason = 'cutover_in_progress'\n";
    let (rules, tables) = (Rules::read(&[text]).expect("a rule"), CodeTables::built_in());
    let mut names = Names::default();
    let exchange = change(paired(answer, &mut names));
    [conclude(&exchange, tables), conclude_by_rules(&exchange, tables, &rules, &names)]
}

fn told(conclusion: &Conclusion) -> (Outcome, &'static str) {
    (conclusion.outcome, conclusion.reason.map_or("", |reason| reason.name()))
}

#[test]
fn declines_and_unclassified_attempts_get_a_reason() {
    for (answer, outcome) in [("05", Outcome::Declined), ("8Z", Outcome::Unclassified)] {
        let [plain, ruled] = concluded(answer, |exchange| exchange);
        assert_eq!(plain.outcome, outcome);
        assert_eq!(told(&ruled), (Outcome::Declined, "cutover_in_progress"), "{answer}");
        assert_eq!((ruled.code, ruled.dialect), (plain.code, plain.dialect));
    }
    let [plain, ruled] = concluded("51", |exchange| exchange);
    assert_eq!(plain, ruled);
}

#[test]
fn the_code_further_up_gives_the_reason() {
    let upstream = |text: &'static str| {
        move |exchange: Exchange| Exchange { upstream: Some((code(text), None)), ..exchange }
    };
    // A rule about the terminal's code does not hide what is behind it.
    assert_eq!(told(&concluded("05", upstream("51"))[1]), (Outcome::Declined, "insufficient_funds"));
    let [plain, ruled] = concluded("96", upstream("91"));
    assert_eq!(told(&plain), (Outcome::Declined, "issuer_unavailable"));
    assert_eq!(told(&ruled), (Outcome::Declined, "cutover_in_progress"));
}

#[test]
fn approvals_time_outs_and_reversals_stay() {
    let undone = |answer: Option<&str>| {
        let answer = answer.map(|text| (code(text), None));
        Undo { at: AT, reason: None, partial: false, answer, last_answer: None }
    };
    let refused = undone(Some("12"));
    let unlisted = undone(Some("8Z"));
    type Change = Box<dyn Fn(Exchange) -> Exchange>;
    let changes: [(&str, Change); 6] = [
        ("00", Box::new(|exchange| exchange)),
        ("05", Box::new(|exchange| Exchange { late: true, ..exchange })),
        ("00", Box::new(move |exchange| Exchange { undo: Some(refused), ..exchange })),
        // Nobody knows what it says, so it refuses nothing; a rule would make a refusal of it.
        ("00", Box::new(move |exchange| Exchange { undo: Some(unlisted), ..exchange })),
        ("05", Box::new(|exchange| Exchange { form: Form::RequestOnly, answer: None, ..exchange })),
        ("05", Box::new(|exchange| Exchange { form: Form::Open, ..exchange })),
    ];
    let outcomes = [
        Outcome::Approved,
        Outcome::Late,
        Outcome::Approved,
        Outcome::Reversed,
        Outcome::Unanswered,
        Outcome::Open,
    ];
    for ((answer, change), outcome) in changes.iter().zip(outcomes) {
        let [plain, ruled] = concluded(answer, change);
        assert_eq!(plain, ruled);
        assert_eq!(plain.outcome, outcome);
    }
}
