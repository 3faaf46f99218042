//! Codes and reasons.

use crate::bench::Bench;

#[test]
fn codes_and_reasons_are_explained() {
    let bench = Bench::new();
    for subject in
        ["55", "a0", "116", "45-50", "a0-mz", "pin_incorrect", "Pin-Incorrect", "wrong PIN", "密码错误"]
    {
        let ended = bench.run(&["explain", subject]);
        let (stdout, lines) = ended.with_code(0);
        assert!(!stdout.is_empty() && lines.is_empty(), "{ended:?}");
    }
    let ended = bench.run(&["explain", "55", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    assert!(json.is_object());
    let english = bench.run(&["explain", "pin_incorrect"]);
    assert_ne!(bench.run(&["explain", "pin_incorrect", "--lang", "zh"]).with_code(0).0, english.stdout);
}

#[test]
fn what_nobody_knows_is_2_with_a_hint() {
    let bench = Bench::new();
    bench.run(&["explain", "pin_incorect"]).says_only(2, "did you mean `pin_incorrect`?");
    bench.run(&["explain", "wrng_pin"]).says_only(2, "did you mean `pin_incorrect`?");
    bench.run(&["explain", "QQ9"]).says_only(2, "`QQ9` is neither a known response code nor a reason");
    bench.run(&["explain", "45-51"]).says_only(2, "`45-51` is neither a known response code nor a reason");
    bench.run(&["explain", "key"]).says_only(2, "its reasons are mac_invalid, ");
    bench.run(&["explain"]).says_only(2, "<CODE|REASON>");
}
