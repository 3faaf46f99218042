use super::*;
use crate::json::members;
use proptest::prelude::*;

/// The members of an object, those of inner objects one level deep, as the scanner finds them.
fn scanned(text: &str) -> Option<Vec<(String, String)>> {
    let mut open = Vec::new();
    let mut scanner = Scanner::new(text.as_bytes(), &mut open);
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    scanner.take(b'{')?;
    let mut is_first = true;
    while let Some((name, is_escaped)) = scanner.name(is_first)? {
        is_first = false;
        let mut plain = Vec::new();
        if is_escaped {
            unescape(name, &mut plain)?;
        } else {
            plain.extend_from_slice(name);
        }
        let value = match scanner.value()? {
            Written::Text(text, _) => format!("\"{}\"", shown(text)),
            Written::Plain(text) => shown(text),
            Written::Nothing => "nothing".to_owned(),
            Written::Object => {
                scanner.step_over_object()?;
                "object".to_owned()
            }
        };
        found.push((shown(&plain), value));
    }
    scanner.is_at_end().then_some(found)
}

/// The same by `serde_json`.
fn parsed(text: &str) -> Option<Vec<(String, String)>> {
    let members = members(text.as_bytes())?;
    let members = members.into_iter().map(|(name, value)| {
        let value = match value.get() {
            "null" => "nothing",
            text if text.starts_with('[') => "nothing",
            text if text.starts_with('{') => "object",
            text => text,
        };
        (String::from_utf8_lossy(&name).into_owned(), value.to_owned())
    });
    Some(members.collect())
}

fn check(text: &str) {
    assert_eq!(scanned(text), parsed(text), "{text}");
}

#[test]
fn objects_are_what_serde_takes_for_one() {
    for text in [
        "",
        "{",
        "{}",
        " { } ",
        "{}}",
        "{,}",
        "[]",
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{"a" : 1 , "b":"c"}"#,
        r#"{"a":01}"#,
        r#"{"a":-0.5e+7,"b":-,"c":1}"#,
        r#"{"a":1.,"b":1}"#,
        r#"{"a":1e}"#,
        r#"{"a":.5}"#,
        r#"{"a":tru}"#,
        r#"{"a":true,"b":false,"c":null,"d":nul}"#,
        r#"{"a":true,"b":false,"c":null}"#,
        r#"{"a":[1,[2,{"x":[]}],"]"],"b":{}}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a":{"b":1,}}"#,
        r#"{"a":{"b"}}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a":"\u00e9\"\\\/\b\f\n\r\t"}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u00g0"}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"\ud800":1}"#,
        r#"{"\ud83d\ude00\u00e9":1}"#,
        r#"{"\udc00":1}"#,
        r#"{"a":"unclosed}"#,
        r#"{"a":"ends\"}"#,
        "{\"a\":\"tab\there\"}",
        "{\"a\u{1f}\":1}",
        "{\"a\u{7f}\u{e9}\u{1f600}\":\"\u{7f}\u{e9}\u{80}\"}",
        r#"{a:1}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a"1}"#,
    ] {
        check(text);
    }
}

#[test]
fn deep_nesting_is_stepped_over() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let text = format!("{{\"a\":{}1{}}}", open.repeat(100_000), close.repeat(100_000));
        assert!(scanned(&text).is_some());
        assert!(scanned(&text[..text.len() - 1]).is_none());
    }
}

#[test]
fn texts_are_unescaped_as_serde_does() {
    for text in [
        "",
        r"\n\t\r\b\f\/",
        r"a\u0041b",
        r"\ud83d\ude00x",
        r"\ud83d",
        r"\ud83dx",
        r"\ude00",
        r"\ud83d\u0041",
        r#"\\\\\""#,
    ] {
        let mut out = Vec::new();
        let own = unescape(text.as_bytes(), &mut out).map(|()| String::from_utf8(out).expect("characters"));
        assert_eq!(own, serde_json::from_str(&format!("\"{text}\"")).ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_an_object_to_both_or_to_neither(
        text in r#"\{[ ]?("[a\\"u0e9]{0,3}" ?: ?("[a-f\\"u0-9é]{0,9}"|-?[0-9.eE+]{1,4}|null|true|\[[1,\[\]]{0,4}\]|\{("a":[1{}]{1,2},?){0,2}\}),? ?){0,4}\}[ }]?"#,
    ) {
        check(&text);
    }

    #[test]
    fn objects_that_were_changed_somewhere_are_too(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\"\\{}[],:0 e\t"[..])), 0..3),
    ) {
        let mut text = br#"{"a":"some text that is long","mti":"0200","b":{"c":[1,2.5e3],"d":"\"x\""},"e":-17, "f":null}"#.to_vec();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        check(std::str::from_utf8(&text).expect("ASCII"));
    }
}
