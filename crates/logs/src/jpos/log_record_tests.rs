use super::super::walk_tests::{Call, calls_of_both};
use super::*;
use crate::jpos::surroundings::without_ephemeral_port;

/// What a record tells, as text: the same by both readers.
fn told(frame: &str) -> Vec<String> {
    let calls = calls_of_both(frame.as_bytes(), Position { offset: 0, line: 1 });
    calls.into_iter().map(|call| call.text).collect()
}

/// A record at a fixed time around a body.
fn log(body: &str) -> String {
    format!("<log realm=\"r\" at=\"2026-11-21T08:15:30\">{body}</log>\n")
}

fn told_of_message(fields: &str) -> String {
    let told = told(&log(&format!("<receive><isomsg>{fields}</isomsg></receive>")));
    assert_eq!(told.len(), 1);
    told.concat()
}

#[test]
fn fields_are_read_in_every_shape() {
    for (fields, values) in [
        (r#"<field id="0" value="0210"/><field id="39" value="05"/>"#, "mti=0210 response_code=05 link=r"),
        ("<field value='0210' type='x'  id='0' /><field\n id=\"39\" value=\"05\"/>", "mti=0210 link=r"),
        (
            r#"<field id="0" value="0200"/><field id="4" currency="858" type="amount" value="40.00"/>"#,
            "mti=0200 amount=40.00 currency=858 link=r",
        ),
        (
            r#"<field id="0" value="0200"/><field id="4" currency="858" value="1"/><field id="49" value="840"/>"#,
            "mti=0200 amount=1 currency=840 link=r",
        ),
        (r#"<field id="0">0200</field><field id="41"> T1 </field>"#, "mti=0200 terminal_id=T1 link=r"),
        (
            r#"<field id="0" value="0200"/><field id="60"><![CDATA[<field id="0" value="0800"/></isomsg>&amp;]]></field>"#,
            r#"mti=0200 link=r reserved_60=<field id="0" value="0800"/></isomsg>&amp;"#,
        ),
        (
            r#"<field id="0" value="0200"/><field id="41" value="a&lt;b&amp;c\u0041"/>"#,
            "mti=0200 terminal_id=a<b&cA link=r",
        ),
        (
            r#"<!-- <field id="0" value="0800"/> --><header>0042</header><field id="0" value="0200"/>"#,
            "mti=0200 link=r",
        ),
        (
            r#"<field id="0" value="0200"/><isomsg id="48"><field id="0" value="9"/><field id="0" value="9"/></isomsg><field id="11" value="7"/>"#,
            "mti=0200 stan=7 link=r",
        ),
        (r#"<isomsg id="48"/><field id="0" value="0200"/>"#, "mti=0200 link=r"),
        (
            r#"<field id="bitmap" value="x"/><field id="48.2" value="y"/><field id="129" value="z"/><field id="0" value="0200"/>"#,
            "mti=0200 link=r",
        ),
        (
            r#"<field id="56" value="a"/><field id="90" value="b"/><field id="0" value="0200"/>"#,
            "mti=0200 link=r original_data=b",
        ),
        (r#"<field id="0" value="0200"/><field id="11"/>"#, "mti=0200 link=r"),
    ] {
        assert_eq!(told_of_message(fields), values, "{fields}");
    }
}

#[test]
fn faults_are_named() {
    for (fields, fault) in [
        ("", "no message type (field 0)"),
        (r#"<field id="39" value="00"/>"#, "no message type (field 0)"),
        (r#"<field id="0" value="0000"/>"#, "the message type is not one of ISO 8583"),
        (
            r#"<field id="0" value="0200"/><field id="11" value="1"/><field id="11" value="1"/>"#,
            "field 11 occurs twice",
        ),
        (
            r#"<field id="0" value="0200"/><field id="99" value="1"/><field id="99" value="1"/>"#,
            "field 99 occurs twice",
        ),
        (
            r#"<field id="0" value="0200"/><field id="39" value="0<field id="11" value="1"/>"#,
            "broken off before its end",
        ),
        (r#"<field id="0" value="0200"/><field id="39" value="00/>"#, "broken off before its end"),
        (r#"<field id="0" value="0200"/><isomsg id="48">"#, "broken off before its end"),
    ] {
        assert_eq!(told_of_message(fields), format!("rejected: {fault}"), "{fields}");
    }
}

#[test]
fn a_record_without_message_is_told_once() {
    for body in [
        "",
        "<info>x</info>",
        "<exception>at a.<init>(B.java:1) \"quote's\" < 3 <b</exception>",
        r#"<info><field id="39" value="! x"/></info>"#,
        "<!-- <isomsg> -->",
        "<!-- <info><!-- x",
        "<![CDATA[<isomsg>]]>",
        "<isomsgs></isomsgs>",
    ] {
        assert_eq!(told(&log(body)), ["non-message"], "{body}");
    }
    for frame in ["<log ", "<log realm=\"", "<log realm='a' at='b'", "<log >"] {
        assert_eq!(told(frame), ["non-message"], "{frame}");
    }
}

const WHOLE: &str = r#"<isomsg><field id="0" value="0200"/></isomsg>"#;

#[test]
fn whole_messages_are_kept_where_the_record_breaks_off() {
    let whole = log(WHOLE);
    let without_end = whole.trim_end().trim_end_matches("</log>");
    assert_eq!(told(without_end), ["mti=0200 link=r"]);
    assert_eq!(
        told(&format!("{without_end}<isomsg><field id=\"0\" val")),
        ["mti=0200 link=r", "rejected: broken off before its end"]
    );
    assert_eq!(
        told(&log(&format!("{WHOLE}<isomsg>"))),
        ["mti=0200 link=r", "rejected: broken off before its end"]
    );
    // Another thread's message begins inside of the first.
    assert_eq!(
        told(&log(&format!("<isomsg><field id=\"0\" value=\"0200\"/>{WHOLE}"))),
        ["rejected: broken off before its end", "mti=0200 link=r"]
    );
    // Behind the end of the record stands what another thread still had to say.
    assert_eq!(told(&format!("{whole}{WHOLE}")), ["mti=0200 link=r"]);
}

#[test]
fn scripts_of_the_simulator_are_no_messages() {
    for field in [
        r#"<field id="0" value="!MTI"/>"#,
        r#"<field id="11" value="! &quot;1&quot;"/>"#,
        r#"<field id="39" value=" ! return 1"/>"#,
    ] {
        assert_eq!(told_of_message(field), "non-message");
    }
}

#[test]
fn a_time_that_cannot_be_read_rejects_each_message() {
    let body = format!("{WHOLE}{WHOLE}");
    let bad_time = "rejected: no readable time";
    assert_eq!(told(&format!("<log at=\"yesterday\">{body}</log>")), [bad_time, bad_time]);
    assert_eq!(told(&format!("<log realm=\"r\">{body}</log>")), [bad_time, bad_time]);
}

#[test]
fn dumps_give_the_request_first_and_complete_the_response() {
    let response = r#"<entry key='RESPONSE'><isomsg direction="outgoing"><field id="0" value="0210"/><field id="39" value="05"/><field id="37" value=" "/></isomsg></entry>"#;
    let request = r#"<entry key="REQUEST"><isomsg direction="incoming"><field id="0" value="0200"/><field id="11" value="7"/><field id="37" value="R7"/><field id="41" value="T1"/></isomsg></entry>"#;
    let reasons = "<entry key='RC'>1806</entry><entry key='EXTRC'>Not &amp; enough</entry>";
    let dump = |body: &str| told(&log(&format!("<abort><context>{body}</context></abort>")));
    let told_request = "mti=0200 stan=7 rrn=R7 terminal_id=T1 link=r direction=incoming";
    let told_response = "mti=0210 stan=7 rrn=R7 terminal_id=T1 response_code=05 link=r direction=outgoing";
    for body in [format!("{response}{request}{reasons}"), format!("{reasons}{request}{response}")] {
        assert_eq!(
            dump(&body),
            [told_request.to_owned(), format!("{told_response} reason_text=Not & enough")]
        );
    }
    // Outside of a dump an entry means nothing.
    assert_eq!(told(&log(&format!("{response}{request}"))).len(), 2);
    assert!(told(&log(&format!("{response}{request}")))[0].starts_with("mti=0210 response_code=05"));
}

#[test]
fn the_switch_s_own_word_goes_before_its_sentence() {
    let response = r#"<entry key='RESPONSE'><isomsg><field id="0" value="0210"/></isomsg></entry>"#;
    for (word, sentence, reason) in [
        ("card.not.found", "Card not found on database", "card.not.found"),
        (" not_honoured ", "x", "not_honoured"),
        ("no.funds", " ", "no.funds"),
        ("no.funds", "", "no.funds"),
        ("1806", "Not enough", "Not enough"),
        ("approved", "Host said so", "Host said so"),
        ("Card.Not.Found", "x", "x"),
        ("card..found", "x", "x"),
        ("a.card.that.is.not.one.of.those.that.we.know", "x", "x"),
        ("", "x", "x"),
        ("1806", " ", "1806"),
    ] {
        let reasons = format!("<entry key='RC'>{word}</entry><entry key='EXTRC'>{sentence}</entry>");
        let told = told(&log(&format!("<abort>{reasons}{response}</abort>")));
        assert_eq!(told, [format!("mti=0210 link=r reason_text={reason}")], "{word}");
    }
}

#[test]
fn messages_of_one_record_share_their_group() {
    let groups = |body: &str| calls_of_both(log(body).as_bytes(), Position { offset: 100, line: 5 });
    let both = groups(&format!("\n{WHOLE}\n\n{WHOLE}"));
    assert_eq!(both.iter().map(|call| call.group).collect::<Vec<_>>(), [Some(100), Some(100)]);
    assert_eq!(both.iter().map(|call| call.position.line).collect::<Vec<_>>(), [6, 8]);
    let whole_and_rejected = groups(&format!("{WHOLE}<isomsg></isomsg>"));
    let [Call { group: None, .. }, Call { group: None, .. }] = &whole_and_rejected[..] else {
        panic!("one good message is no group");
    };
}

#[test]
fn links_have_no_ephemeral_port() {
    for (realm, link) in [
        ("channel/10.0.0.1:4321", "channel/10.0.0.1:4321"),
        ("channel/10.0.0.1:32767", "channel/10.0.0.1:32767"),
        ("channel/10.0.0.1:32768", "channel/10.0.0.1"),
        ("channel/10.0.0.1:65535", "channel/10.0.0.1"),
        ("channel/10.0.0.1:65536", "channel/10.0.0.1:65536"),
        ("a:b", "a:b"),
        (":", ":"),
        ("", ""),
    ] {
        assert_eq!(without_ephemeral_port(realm.as_bytes()), link.as_bytes());
    }
}
