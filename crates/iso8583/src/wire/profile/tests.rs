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
