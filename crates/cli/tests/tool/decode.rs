//! Messages field by field.

use crate::bench::{Bench, fixture};
use serde_json::Value;

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hex(message: &str) -> String {
    message.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// A message of ISO 8583:1987 in ASCII, of values that have their lengths.
fn message(mti: &str, fields: &[(u32, &str)]) -> String {
    let bitmap = fields.iter().fold(0_u64, |bits, (element, _)| bits | 1 << (64 - element));
    let values: String = fields.iter().map(|(_, value)| *value).collect();
    format!("{mti}{bitmap:016X}{values}")
}

/// An answer with a card number, a track, a PIN block and chip data.
fn answer() -> String {
    let chip = "950500000480005A0841111111111111115F24034912319F270180";
    let fields = [
        (2, "164111111111111111"),
        (3, "000000"),
        (4, "000000001250"),
        (7, "1121081530"),
        (11, "000123"),
        (14, "4912"),
        (35, "374111111111111111=49122010000000000000"),
        (37, "632500000100"),
        (39, "51"),
        (41, "10012345"),
        (42, "102921054410063"),
        (49, "156"),
        (52, "DEADBEEF01234567"),
        (55, &format!("{:03}{chip}", chip.len())),
    ];
    message("0210", &fields)
}

#[test]
fn fields_are_shown_masked_in_every_form() {
    let bench = Bench::new().with("one.log", format!("2026-11-21 08:15:30 IN {}\n", hex(&answer())));
    let forms = [&[][..], &["--format", "text"], &["--format", "text", "--lang", "zh"]];
    for form in forms {
        let ended = bench.run(&[&["decode", "one.log"], form].concat());
        let stdout = ended.with_code(0).0;
        for hidden in ["411111111", "49122", "491231", "DEADBEEF", "deadbeef"] {
            assert!(!stdout.contains(hidden) && !ended.stderr.contains(hidden), "{hidden}: {ended:?}");
        }
        assert!(stdout.contains("632500000100") && stdout.contains("411111"), "{stdout}");
    }
    let ended = bench.run(&["decode", "one.log"]);
    let [message] = &lines(ended.with_code(0).0)[..] else { panic!("{ended:?}") };
    assert_eq!((&message["mti"], &message["profile"]), (&"0210".into(), &"iso87-ascii".into()));
    assert_eq!((&message["bytes"], &message["error"]), (&answer().len().into(), &Value::Null));
    let fields = &message["fields"];
    assert_eq!((&fields["2"], &fields["39"]), (&"411111**********".into(), &"51".into()));
    assert_eq!((&fields["35"], &fields["52"]), (&"[37 characters]".into(), &"[16 characters]".into()));
    assert_eq!((&fields["55"]["9F27"], &fields["55"]["5A"]), (&"80".into(), &"[8 bytes]".into()));
    let ended = bench.run(&["decode", "one.log", "--format", "text"]);
    assert!(ended.stdout.contains("account: insufficient_funds, iso1987"), "{}", ended.stdout);
}

#[test]
fn a_message_that_breaks_shows_what_stands_before_and_what_was_expected() {
    let bench = Bench::new();
    let cut = &answer()[..answer().len() - 3];
    let whole = answer().replacen("000000001250", "000000009999", 1);
    let log = format!("2026-11-21 08:15:30 {}\n2026-11-21 08:15:31 {}\n", hex(&whole), hex(cut));
    let ended = bench.run_on(&log, &["decode", "--failed"]);
    let [message] = &lines(ended.with_code(0).0)[..] else { panic!("{ended:?}") };
    assert_eq!((&message["line"], &message["error"]["field"]), (&2.into(), &55.into()));
    assert_eq!((&message["fields"]["39"], &message["fields"]["55"]), (&"51".into(), &Value::Null));
    let told = message["error"]["message"].as_str().unwrap();
    assert!(told.starts_with("field 55 at byte ") && told.ends_with("expected, found fewer"), "{told}");
    // A message to its end, and no more than was asked for.
    let ended = bench.run_on(&log, &["decode", "--limit", "1"]);
    assert_eq!(lines(ended.with_code(0).0).len(), 1);
}

#[test]
fn every_format_is_shown() {
    let bench = Bench::new();
    for (name, least) in [("day.csv", 900), ("day.log", 900)] {
        let ended = bench.run(&["decode", &fixture(name)]);
        let messages = lines(ended.with_code(0).0);
        assert!(messages.len() > least, "{name}: {}", messages.len());
        assert!(messages.iter().all(|message| message["error"] == Value::Null), "{name}");
        assert!(messages.iter().all(|message| message["fields"]["11"].is_string()), "{name}");
    }
}

#[test]
fn a_profile_can_be_named_and_be_one_s_own() {
    let own = "name = \"ours\"\nbased-on = \"iso87-ascii\"\ntitle = \"Ours\"\nsource = \"us\"\n[fields]\n41 = \"ans 12\"\n";
    let message = message("0800", &[(7, "1121081530"), (11, "000123"), (41, "100123456789")]);
    let bench =
        Bench::new().with("ours.toml", own).with("bad.toml", "name = \"x\"\n[fields]\n41 = \"ans\"\n");
    let log = hex(&message);
    let ended = bench.run_on(&log, &["decode", "--profile", "ours.toml"]);
    let [message] = &lines(ended.with_code(0).0)[..] else { panic!("{ended:?}") };
    assert_eq!((&message["profile"], &message["fields"]["41"]), (&"ours".into(), &"100123456789".into()));
    bench.run_on(&log, &["decode", "--profile", "iso87-asci"]).says_only(2, "did you mean `iso87-ascii`?");
    bench.run_on(&log, &["decode", "--profile", "bad.toml"]).says_only(2, "bad.toml: line ");
    bench.run_on(&log, &["decode", "--profile", "no/such.toml"]).says_only(2, "no/such.toml");
}

#[test]
fn what_holds_no_message_is_3() {
    let bench = Bench::new().with("prose.txt", "nothing but words\n");
    let ended = bench.run(&["decode", "prose.txt"]);
    let (stdout, lines) = ended.with_code(3);
    assert!(stdout.is_empty() && lines.iter().any(|line| line.contains("no known log format")), "{ended:?}");
    bench.run(&["decode", "no-such.log"]).with_code(3);
}

/// Elements are shown as their version has them: DE49 and DE72 are no currency and no number in later ones.
#[test]
fn later_versions_show_no_data_of_the_network() {
    // ISO 8583:2003 by packed digits: DE49 is bytes of verification data.
    let digits = "2210202000000280800030303030303000000000012000005445524d3030303120202020202020200015435656323d3132333b5a4950203132";
    let bench = Bench::new();
    for format in ["ndjson", "text"] {
        let log = format!("2026-11-21 08:00:00 in {digits}\n");
        let ended = bench.run_on(&log, &["decode", "--profile", "iso2003", "--format", format]);
        let stdout = ended.with_code(0).0;
        assert!(stdout.contains("TERM0001") && !stdout.contains("43565632"), "{stdout}");
    }
    let ended = bench.run_on(format!("{digits}\n"), &["decode", "--profile", "iso2003", "--format", "text"]);
    assert!(ended.stdout.contains("Verification data"), "{}", ended.stdout);
    // In rows, where the type stands behind the field.
    let row = |mti: &str| format!("time,de72,mti,stan\n2026-11-21 08:00:00,name DOE/JANE cvv 123,{mti},7\n");
    let ended = bench.run_on(row("1110"), &["decode"]);
    assert!(ended.with_code(0).0.contains("[21 characters]"), "{ended:?}");
    let ended = bench.run_on(row("DOE/JANE CVV 123"), &["decode"]);
    assert!(!ended.stdout.contains("DOE"), "{ended:?}");
}

#[test]
fn rows_without_a_type_are_messages() {
    let rows = "time,terminal_id,stan,response_code\n2026-11-21 08:00:00,T0000001,000123,00\n";
    let ended = Bench::new().run_on(rows, &["decode"]);
    assert_eq!(lines(ended.with_code(0).0).len(), 1);
}

#[test]
fn what_report_rejects_is_shown_with_the_reason() {
    let log =
        "time,mti,stan,rc\nsoon,0210,1,00\n2026-11-21 08:00:00,0210,2,#$%!\n2026-11-21 08:00:00,0210,3,00\n";
    let ended = Bench::new().run_on(log, &["decode", "--failed"]);
    let messages = lines(ended.with_code(0).0);
    let told: Vec<_> = messages.iter().map(|message| message["error"]["message"].as_str().unwrap()).collect();
    assert_eq!(told, ["no readable time", "the response code is not one of letters and digits"]);
}

/// Option before link's configuration before the log's own column.
#[test]
fn a_code_is_told_by_the_table_of_its_message() {
    let log = "time,mti,stan,rc,link,dialect\n2026-11-21 08:00:00,0210,1,N7,acq,\n\
               2026-11-21 08:00:01,0210,2,N7,other,visa\n2026-11-21 08:00:02,0210,3,05,other,\n";
    let bench = Bench::new().with("c.toml", "[link.\"acq\"]\ndialect = \"visa\"\n");
    let told = |options: &[&str]| {
        let ended = bench.run_on(log, &[&["decode", "--format", "text"], options].concat());
        ended.with_code(0).0.matches(", visa)").count()
    };
    assert_eq!([told(&[]), told(&["--config", "c.toml"])], [1, 2]);
    assert_eq!(told(&["--config", "c.toml", "--dialect", "iso1993"]), 0);
}

#[test]
fn a_name_that_occurs_twice_has_two_keys() {
    let log = "2026-11-21 08:00:00 mti=0210 stan=1 tid=T0000001 rc=00 note=a note=bb\n\
               2026-11-21 08:00:00 mti=0210 stan=2 tid=T0000001 rc=00\n";
    let ended = Bench::new().run_on(log, &["decode"]);
    let messages = lines(ended.with_code(0).0);
    assert_eq!(messages[0]["fields"]["note"], "[1 characters]");
    assert_eq!(messages[0]["fields"]["note#2"], "[2 characters]");
}

/// A flag that would do nothing is none.
#[test]
fn commands_take_the_flags_that_they_use() {
    let bench = Bench::new();
    let of_runs = ["--rejects", "--timeout", "--horizon", "--amount-unit", "--max-rejects"];
    let help = |command: &str| bench.run(&[command, "--help"]).stdout;
    for flag in ["--profile", "--dialect", "--input-format", "--separator", "--columns", "--files-from"] {
        assert!(["decode", "inspect", "report"].iter().all(|command| help(command).contains(flag)), "{flag}");
    }
    for flag in of_runs {
        assert!(!help("decode").contains(flag), "{flag}");
        assert!(
            ["inspect", "report", "classify"].iter().all(|command| help(command).contains(flag)),
            "{flag}"
        );
    }
    for flag in ["--token-key", "--bin-digits"] {
        assert!(!help("decode").contains(flag) && !help("inspect").contains(flag), "{flag}");
        assert!(help("classify").contains(flag), "{flag}");
    }
    let ended = bench.run_on(hex(&answer()), &["decode", "--timeout", "5s"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("--timeout"), "{ended:?}");
}

/// Frames tell no year, and standard input has no date: it is the day of the run, or the one before.
#[test]
fn frames_are_read_from_standard_input() {
    let bench = Bench::new();
    let frame = |code: &str| {
        let message = answer().replacen("63250000010051", &format!("632500000100{code}"), 1);
        format!("{:04}{message}", message.len())
    };
    let log: String = ["51", "55", "91"].map(frame).concat();
    let messages = lines(bench.run_on(&log, &["decode"]).with_code(0).0);
    let codes: Vec<_> = messages.iter().map(|message| message["fields"]["39"].as_str().unwrap()).collect();
    assert_eq!(codes, ["51", "55", "91"]);
    assert!(messages.iter().all(|message| message["error"] == Value::Null), "{messages:?}");
    let report = bench.run_on(&log, &["report", "--all-terminals", "--format", "json", "-"]);
    let report: Value = serde_json::from_str(report.with_code(0).0).unwrap();
    assert_eq!(report["input"]["files"][0]["format"], "frames");
    assert_eq!((&report["input"]["frames"], &report["input"]["ledger"]["rejected"]), (&3.into(), &0.into()));
}
