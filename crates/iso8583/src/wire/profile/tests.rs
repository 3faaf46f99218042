use super::*;

#[test]
fn every_built_in_profile_parses_and_is_called_what_its_file_says() {
    for (at, (name, _)) in BUILT_IN.iter().enumerate() {
        let draft = Draft::of_built_in(at).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(draft.name, *name);
        let profile = Profile::of_built_in(at);
        assert!(!profile.title().is_empty() && !profile.source().is_empty(), "{name}");
        assert!(profile.dialect().is_some(), "{name}");
        assert!(profile.headers().next().is_some(), "{name}");
    }
}

/// The error of a text, as it is shown.
fn error(text: &str) -> String {
    Profile::parse(text).expect_err("a text that is wrong").to_string()
}

#[test]
fn a_profile_states_only_what_differs() {
    let text = "name = \"own\"\nbased-on = \"iso87-bcd\"\n[fields]\n41 = \"ans 16\"\n60 = \"absent\"\n";
    let own = Profile::parse(text).expect("a profile");
    let base = Profile::built_in("iso87-bcd").expect("a built-in profile");
    assert_eq!(own.element(41).map(Element::max_len), Some(16));
    assert_eq!(own.element(60), None);
    assert_eq!(own.element(2), base.element(2));
    assert_eq!((own.name(), own.dialect(), own.is_verified()), ("own", Some("iso1987"), false));
    let inherited = Profile::parse("name = \"pb\"\nbased-on = \"postbridge\"").expect("a profile");
    assert_eq!(inherited.nested(127).map(Profile::name), Some("pb.127"));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let named = |rest: &str| error(&format!("name = \"own\"\n{rest}"));
    assert_eq!(error("mti = \"ascii\""), "line 1: `name` is missing");
    assert_eq!(named("mti = \"utf8\""), "line 2: `utf8` is no mti; there are: ascii, ebcdic, bcd, none");
    assert_eq!(
        named("[fields]\n2 = \"n 19..\""),
        "line 3: `n 19..` is no form such as n 12, ans ..25 or b ...999"
    );
    assert_eq!(named("[fields]\n193 = \"n 1\""), "line 3: `193` is no field number from 2 to 192");
    assert_eq!(
        named("[fields]\n2 = 5"),
        "line 3: `2` must be a form such as \"n ..19\", not of type integer"
    );
    assert_eq!(named("colour = 1"), "line 2: `colour` is no key of a profile");
    assert_eq!(named("[fields]\n2 = { encoding = \"ascii\" }"), "line 3: field 2 states no `form`");
    assert!(
        named("based-on = \"own\"")
            .starts_with("line 2: `own` is no built-in profile; there are: iso87-ascii,")
    );
    assert!(
        named("headers = [\"tpdu\", \"tpd\"]").starts_with("line 2: `tpd` is no header; there are: none,")
    );
    assert!(error("name = ").starts_with("line 1: "));
}

#[test]
fn a_profile_may_only_be_based_on_one_that_stands_before_it() {
    for (at, (name, _)) in BUILT_IN.iter().enumerate() {
        assert!(Draft::parse(&format!("name = \"a\"\nbased-on = \"{name}\""), at).is_err(), "{name}");
    }
}
