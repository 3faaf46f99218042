//! The same characters, other meanings: each case in which dialect, MTI, kind or entry mode decides.

use posmortem_classify::{Category, Circumstances, CodeTables, Dialect, Kind, Meaning, Reason};
use posmortem_iso8583::{EntryMode, Mti, ResponseCode};

/// A question in one line: `visa 85`, `elo 57 fallback`, `unionpay-pos 12 0210 void`.
#[track_caller]
fn check(question: &str, expected: Meaning) {
    let mut words = question.split(' ');
    let dialect = words.next().and_then(Dialect::from_name).expect("a dialect");
    let code = words.next().and_then(|word| ResponseCode::parse(word.as_bytes())).expect("a code");
    let mut circumstances = Circumstances { mti: Mti::parse(b"0210"), ..Circumstances::default() };
    for word in words {
        if let Some(mti) = Mti::parse(word.as_bytes()) {
            circumstances.mti = Some(mti);
        } else if let Some(kind) = Kind::from_name(word) {
            circumstances.kind = kind;
        } else {
            circumstances.entry_mode = EntryMode::from_name(word).expect("an MTI, a kind or an entry mode");
        }
    }
    assert_eq!(CodeTables::built_in().meaning(dialect, code, &circumstances), expected, "{question}");
}

#[track_caller]
fn declined(question: &str, reason: Reason) {
    check(question, Meaning::Declined(reason));
}

#[track_caller]
fn approved(question: &str) {
    check(question, Meaning::APPROVED);
}

#[test]
fn approval_here_and_decline_there() {
    approved("iso1987 08");
    declined("rupay 08", Reason::RESPONSE_TIMEOUT);
    approved("visa 85");
    declined("base24 85", Reason::SWITCH_FAULT);
    declined("star 85", Reason::AUTHENTICATION_REQUIRED);
    check("iso1987 85", Meaning::NoDecline(Category::Reserved));
    declined("visa R0", Reason::NOT_PERMITTED);
    approved("base24 R0");
    approved("base24 77");
    declined("unionpay-pos 77", Reason::SIGNON_REQUIRED);
    declined("visa 77", Reason::ORIGINAL_NOT_FOUND);
}

#[test]
fn a_first_digit_proves_no_approval() {
    approved("iso2003 0000");
    declined("iso2003 0007", Reason::TERMINAL_SOFTWARE_FAULT);
    check("iso2003 0099", Meaning::Unlisted);
    check("iso1993 050", Meaning::NoDecline(Category::Reserved));
}

#[test]
fn iso2003_codes() {
    declined("iso2003 1803", Reason::TERMINAL_SOFTWARE_FAULT);
    declined("iso2003 1002", Reason::SUSPECTED_FRAUD);
    declined("iso2003 1011", Reason::CARD_NUMBER_WRONG);
    declined("iso2003 1014", Reason::ACCOUNT_CLOSED_OR_MISSING);
    declined("iso2003 1015", Reason::FUNCTION_NOT_ENABLED);
    declined("iso2003 1016", Reason::INSUFFICIENT_FUNDS);
    declined("iso2003 19999", Reason::SWITCH_FAULT);
    check("iso2003 4531", Meaning::NoDecline(Category::Chargeback));
}

#[test]
fn common_declines_hold_in_every_two_character_dialect() {
    let names =
        ["iso1987", "visa", "mastercard", "unionpay-pos", "unionpay-cups", "rupay", "elo", "nyce", "base24"];
    for name in names {
        declined(&format!("{name} 51"), Reason::INSUFFICIENT_FUNDS);
        declined(&format!("{name} 55"), Reason::PIN_INCORRECT);
        declined(&format!("{name} 91"), Reason::ISSUER_UNAVAILABLE);
    }
}

#[test]
fn seventy_six_has_four_causes() {
    declined("visa 76", Reason::ORIGINAL_NOT_FOUND);
    declined("mastercard 76", Reason::ACCOUNT_CLOSED_OR_MISSING);
    declined("nyce 76", Reason::PIN_KEY_OUT_OF_SYNC);
    approved("base24 76");
}

#[test]
fn the_entry_mode_decides() {
    declined("elo 57", Reason::NOT_PERMITTED);
    declined("elo 57 chip", Reason::NOT_PERMITTED);
    declined("elo 57 fallback", Reason::FALLBACK_REFUSED);
    declined("elo 57 stripe", Reason::FALLBACK_REFUSED);
    declined("visa 57 fallback", Reason::NOT_PERMITTED);
    declined("unionpay-pos 45 fallback", Reason::FALLBACK_REFUSED);
    check("unionpay-pos 45 chip", Meaning::NoDecline(Category::Reserved));
    declined("unionpay-intl-20xxx 45", Reason::FALLBACK_REFUSED);
    declined("postbridge 45 fallback", Reason::ACCOUNT_CLOSED_OR_MISSING);
    declined("mastercard 65", Reason::COUNT_LIMIT);
    declined("mastercard 65 ecommerce", Reason::AUTHENTICATION_REQUIRED);
    declined("unionpay-pos 14 manual", Reason::CARD_NUMBER_WRONG);
}

#[test]
fn the_kind_decides() {
    for dialect in ["unionpay-pos", "unionpay-cups", "unionpay-intl", "unionpay-cil-smart"] {
        declined(&format!("{dialect} 12"), Reason::FUNCTION_NOT_ENABLED);
        for kind in ["void", "refund", "completion"] {
            declined(&format!("{dialect} 12 {kind}"), Reason::ORIGINAL_NOT_FOUND);
        }
    }
    declined("iso1987 12 void", Reason::FUNCTION_NOT_ENABLED);
    declined("elo 12", Reason::CARD_AUTH_FAILED);
    declined("elo 12 void", Reason::ORIGINAL_NOT_FOUND);
    declined("gicc 57 refund", Reason::WRONG_PROCEDURE);
    declined("gicc 57", Reason::NOT_PERMITTED);
    declined("visa 84", Reason::DUPLICATE_TRANSMISSION);
    declined("visa 84 completion", Reason::ORIGINAL_NOT_FOUND);
}

#[test]
fn the_message_decides() {
    declined("mastercard 79", Reason::CARD_DISABLED);
    declined("mastercard 79 0810", Reason::KEY_EXCHANGE_FAILED);
    declined("visa 79 0810", Reason::ALREADY_REVERSED);
    declined("mastercard 63 0810", Reason::KEY_EXCHANGE_FAILED);
    declined("iso1987 63 0810", Reason::KEY_EXCHANGE_FAILED);
    declined("iso1987 63", Reason::CARD_AUTH_FAILED);
    declined("mastercard 82", Reason::NOT_PERMITTED);
    declined("mastercard 82 0420", Reason::RESPONSE_TIMEOUT);
    declined("mastercard 82 0421", Reason::RESPONSE_TIMEOUT);
    declined("mastercard 80 0110", Reason::SWITCH_FAULT);
    check("mastercard 80 0312", Meaning::NoDecline(Category::FileAction));
    declined("unionpay-pos 22", Reason::WRONG_PROCEDURE);
    declined("unionpay-pos 22 0420", Reason::TERMINAL_SOFTWARE_FAULT);
    declined("unionpay-pos 22 0430", Reason::WRONG_PROCEDURE);
    declined("rupay 22 0420", Reason::LINK_OUTAGE);
    declined("iso1987 68", Reason::RESPONSE_TIMEOUT);
    declined("iso1987 68 0420", Reason::RESPONSE_TIMEOUT);
    check("iso1987 25 0312", Meaning::NoDecline(Category::FileAction));
    check("discover 25 0312", Meaning::NoDecline(Category::FileAction));
    declined("iso1987 95 0510", Reason::SETTLEMENT_MISMATCH);
    check("iso1987 95", Meaning::NoDecline(Category::Reconciliation));
    check("iso1993 95 1210", Meaning::Unlisted);
}

#[test]
fn chip_answers_count_in_advices_and_where_no_table_says_otherwise() {
    for dialect in ["unionpay-cups", "unionpay-cil-smart", "iso1987", "emv-arc"] {
        approved(&format!("{dialect} Y1 0220"));
        approved(&format!("{dialect} Y3 0120"));
        declined(&format!("{dialect} Z1 0320"), Reason::ISSUER_REFUSED);
        declined(&format!("{dialect} Z3 0220"), Reason::LINK_OUTAGE);
    }
    declined("unionpay-cups Y1", Reason::STRIPE_DAMAGED);
    declined("unionpay-cups Z1", Reason::RESPONSE_TIMEOUT);
    declined("unionpay-cil-smart Y1", Reason::KEY_NOT_UPDATED);
    approved("visa Y1");
    approved("iso1987 Y1");
    declined("iso1987 Z1", Reason::ISSUER_REFUSED);
    check("iso1987 Y4", Meaning::NoDecline(Category::Reserved));
}

#[test]
fn partial_approvals_and_stand_in_are_told_apart() {
    let partial = Meaning::Approved { partial: true, stand_in: false };
    for question in [
        "iso1987 10",
        "visa 10",
        "jcb 10",
        "iso1993 002",
        "amex 002",
        "iso1993 006",
        "iso2003 0002",
        "iso2003 0006",
    ] {
        check(question, partial);
    }
    check("nyce 81", Meaning::Approved { partial: false, stand_in: true });
    approved("iso1987 11");
}

#[test]
fn a_reserved_range_hides_no_code_of_the_base() {
    check("postbridge 80", Meaning::NoDecline(Category::Reserved));
    declined("elo 68", Reason::RESPONSE_TIMEOUT);
    declined("amex 911", Reason::RESPONSE_TIMEOUT);
    declined("amex 909", Reason::HSM_FAULT);
    declined("iso1993 909", Reason::SWITCH_FAULT);
    declined("gicc 92", Reason::CARD_NOT_SUPPORTED);
    check("mastercard-mac 05", Meaning::Unlisted);
    declined("mastercard-mac MAC24", Reason::INSUFFICIENT_FUNDS);
}

#[test]
fn spellings_of_gateways_and_spreadsheets() {
    declined("visa 0N7", Reason::CARD_AUTH_FAILED);
    declined("visa 05C", Reason::FUNCTION_NOT_ENABLED);
    declined("visa 01A", Reason::AUTHENTICATION_REQUIRED);
    declined("iso1987 5", Reason::ISSUER_REFUSED);
    approved("iso1987 0");
    approved("iso2003 000");
    check("iso1993 05", Meaning::Unlisted);
    check("iso2003 051", Meaning::Unlisted);
    check("visa 999", Meaning::Unlisted);
}
