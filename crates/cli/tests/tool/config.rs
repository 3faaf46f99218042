//! Configuration as a process finds it: flags, environment, files.

use crate::bench::{Bench, fixture};

#[test]
fn config_show_tells_where_values_come_from() {
    let bench = Bench::new()
        .with("posmortem.toml", "lang = \"zh\"\n[link.\"up-north\"]\ndialect = \"unionpay-pos\"\n")
        .with(".config/posmortem/config.toml", "timeout = \"45s\"\n")
        .with_variable("POSMORTEM_THREADS", "2");
    let ended = bench.run(&["config", "show", "--timezone", "+08:00"]);
    let (stdout, lines) = ended.with_code(0);
    assert!(lines.is_empty(), "{lines:?}");
    let shown: Vec<Vec<_>> = stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let user = bench.path(".config/posmortem/config.toml:1").display().to_string();
    for line in [
        ["timezone", "+08:00", "--timezone"],
        ["threads", "2", "POSMORTEM_THREADS"],
        ["lang", "zh", "posmortem.toml:1"],
        ["timeout", "45s", &user],
        ["horizon", "10m", "default"],
        ["link.\"up-north\".dialect", "unionpay-pos", "posmortem.toml:3"],
    ] {
        assert!(shown.contains(&line.to_vec()), "{line:?} in {stdout}");
    }
    let ended = bench.run(&["config", "show", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    assert_eq!(json["schema"], 1);
}

#[test]
fn a_wrong_configuration_is_2_with_file_line_and_hint() {
    let bench = Bench::new().with("posmortem.toml", "\ntime_zone = 'UTC'\n");
    bench
        .run(&["report", &fixture("day.csv")])
        .says_only(2, "posmortem.toml:2: `time_zone` is no setting; did you mean `timezone`?");
    bench.run(&["explain", "55"]).says_only(2, "posmortem.toml:2:");
    Bench::new().run(&["report", "x", "--config", "no.toml"]).says_only(2, "no.toml cannot be read: ");
    let bench = Bench::new().with_variable("POSMORTEM_DIALECT", "klingon");
    bench.run(&["report", "x"]).says_only(2, "POSMORTEM_DIALECT: `klingon` is no dialect");
}

#[test]
fn links_speak_the_dialect_of_the_configuration() {
    let bench = Bench::new();
    let log = fixture("day.log");
    let key_failures = |arguments: &[&str]| {
        let ended = bench.run(&[&["classify", &log, "--cause", "key"], arguments].concat());
        ended.with_code(0).0.lines().count()
    };
    assert_eq!(key_failures(&["--config", &fixture("posmortem.toml")]), 30);
    assert_ne!(key_failures(&[]), 30);
}

#[test]
fn a_column_takes_its_meaning_from_the_configuration() {
    let day = std::fs::read_to_string(fixture("day.csv")).unwrap();
    let renamed = day.replacen("terminal_id", "Geldmaschine", 1);
    let bench = Bench::new()
        .with("day.csv", renamed)
        .with("posmortem.toml", "[columns]\nGeldmaschine = 'terminal_id'\n");
    let ended = bench.run(&["report", "day.csv"]);
    assert_eq!(ended.with_code(0).0, bench.run(&["report", &fixture("day.csv")]).stdout);
}
