//! `contrib/posmortem-daily`: the report of every morning, with a `sendmail` that keeps what it is given.

use crate::bench::{Bench, fixture};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// The folders of an installation, and a day's log.
fn bench(log: &str, bytes: impl AsRef<[u8]>) -> Bench {
    let sendmail = "#!/bin/sh\nprintf '%s\\n' \"$*\" >sendmail.arguments\nexec cat >mail\n";
    let bench = Bench::new().with(&format!("logs/{log}"), bytes).with("bin/sendmail", sendmail);
    fs::set_permissions(bench.path("bin/sendmail"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(bench.path("textfiles")).unwrap();
    bench
}

/// Runs the script for a day; the status, and what it printed.
fn run(bench: &Bench, day: &str, settings: &[(&str, &str)]) -> (i32, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/posmortem-daily");
    let tool = Path::new(env!("CARGO_BIN_EXE_posmortem")).parent().unwrap();
    let path = format!("bin:{}:/usr/bin:/bin", tool.display());
    let mut shell = Command::new("sh");
    shell.arg(script).arg(day).current_dir(bench.path("")).env_clear();
    shell.envs([("PATH", path.as_str()), ("HOME", bench.path("").to_str().unwrap())]);
    shell.envs([("DAILY_CONF", "none"), ("LOGS", "logs"), ("REPORTS", "reports"), ("TABLES", "tables")]);
    shell.envs([("TEXTFILES", "textfiles"), ("MAIL_TO", "ops@example.com")]);
    let output = shell.envs(settings.iter().copied()).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(printed).unwrap())
}

fn day() -> Vec<u8> {
    fs::read(fixture("day.csv")).unwrap()
}

/// Names in a folder of the bench.
fn names(bench: &Bench, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(bench.path(folder)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_day_is_mailed_kept_and_told_to_prometheus() {
    let bench = bench("switch-2026-11-21.csv", day()).with("logs/switch-2026-11-20.csv", "noise");
    assert_eq!(run(&bench, "2026-11-21", &[]), (0, String::new()));
    let mail = bench.read("mail");
    let (head, body) = mail.split_once("\n\n").unwrap();
    let subject = "Subject: posmortem 2026-11-21: terminals at fault 5, incidents 1, failed 40.3 %";
    assert_eq!(head.lines().take(2).collect::<Vec<_>>(), ["To: ops@example.com", subject]);
    assert_eq!(bench.read("sendmail.arguments"), "-oi -t\n");
    // There is no other day yet, and that is told before the report.
    assert!(body.contains("no earlier day is known"), "{body}");
    assert!(body.contains("2026-11-21 08:00:04 to 21:53:43 | logs/switch-2026-11-21.csv\n"), "{body}");
    // Headings of the table are shorter than its rows, which fill what there is.
    let table = &body[body.find("2026-11-21 08:00:04 to ").unwrap()..];
    assert_eq!(table.lines().map(str::len).max(), Some(72), "{table}");
    assert!(mail.is_ascii() && !mail.contains('\x1b'), "{mail}");
    assert_eq!(names(&bench, "reports"), ["2026-11-21.csv", "2026-11-21.html", "2026-11-21.json"]);
    assert_eq!(names(&bench, "tables").len(), 2, "a table and what was found");
    let told = fs::read_to_string(bench.path("textfiles/posmortem.prom")).unwrap();
    assert!(told.contains("\nposmortem_failed_ratio 0.402844\n"), "{told}");
}

#[test]
fn a_crossed_limit_is_in_the_subject_and_on_top() {
    let bench = bench("20261121.csv", day());
    let limits = "\n# not a limit\nown_terminals>=5\ntechnical_rate>1% and attempts>=1000\n";
    assert_eq!(run(&bench, "2026-11-21", &[("LIMITS", limits)]).0, 1);
    let mail = bench.read("mail");
    let subject = "\nSubject: posmortem 2026-11-21: LIMIT CROSSED: terminals at fault 5, ";
    assert!(mail.contains(subject), "{mail}");
    let told = "\nposmortem: --fail-on: `own_terminals>=5` is crossed: own_terminals is 5\n\n2026-11-21";
    assert!(mail.contains(told) && !mail.contains("technical_rate"), "{mail}");
}

#[test]
fn yesterday_tells_today_what_to_expect() {
    let bench =
        bench("2026-11-20.csv", String::from_utf8(day()).unwrap().replace("2026-11-21", "2026-11-20"));
    fs::write(bench.path("logs/2026-11-21.csv"), day()).unwrap();
    assert_eq!(run(&bench, "2026-11-20", &[]).0, 0);
    assert_eq!(run(&bench, "2026-11-21", &[]), (0, String::new()));
    let mail = bench.read("mail");
    assert!(!mail.contains("--history") && !mail.contains("too few to be each other's"), "{mail}");
    assert_eq!((names(&bench, "tables").len(), names(&bench, "reports").len()), (4, 6));
    assert!(mail.contains("findings of 1 of the 30 days before are known, the latest of"), "{mail}");
}

#[test]
fn what_goes_wrong_is_mailed_and_ends_with_its_status() {
    let broken = fs::read(fixture("malformed/truncated.csv.gz")).unwrap();
    let bench = bench("2026-11-21.csv.gz", broken);
    assert_eq!(run(&bench, "2026-11-21", &[("LIMITS", "attempts>=1")]).0, 4);
    let mail = bench.read("mail");
    assert!(mail.contains("Subject: posmortem 2026-11-21: INCOMPLETE: "), "{mail}");
    assert!(mail.contains("broken off after byte ") && mail.contains("`attempts>=1` is crossed"), "{mail}");
    for (day, limits, status, told) in [
        ("2026-11-23", "", 3, "\nposmortem-daily: no file in logs has 2026-11-23 in its name\n"),
        ("2026-11-21", "weather>1", 2, "`weather` is no measure"),
    ] {
        assert_eq!(run(&bench, day, &[("LIMITS", limits)]), (status, String::new()));
        let mail = bench.read("mail");
        assert!(mail.contains(&format!("NO REPORT (status {status})\n")) && mail.contains(told), "{mail}");
    }
    // Without a mail it is cron's to tell; without a sendmail, too.
    let (status, printed) = run(&bench, "2026-11-21", &[("MAIL_TO", ""), ("LIMITS", "weather>1")]);
    assert!(status == 2 && printed.contains("`weather` is no measure"), "{printed}");
}

#[test]
fn a_mail_that_cannot_be_sent_is_kept_and_what_it_says_first_is_printed() {
    let bench = bench("2026-11-21.csv", day());
    let sendmail = bench.read("bin/sendmail");
    let limits = ("LIMITS", "own_terminals>=5");
    let told = "posmortem: --fail-on: `own_terminals>=5` is crossed: own_terminals is 5\n";
    let kept = "posmortem-daily: the mail about 2026-11-21 could not be sent and is kept as reports/2026-11-21.mail\n";
    fs::write(bench.path("bin/sendmail"), "#!/bin/sh\ncat >/dev/null\nexit 75\n").unwrap();
    let (status, printed) = run(&bench, "2026-11-21", &[limits]);
    assert!(status == 5 && printed.ends_with(&[told, kept].concat()), "{printed}");
    let unsent = bench.read("reports/2026-11-21.mail");
    assert!(unsent.contains("\nSubject: posmortem 2026-11-21: LIMIT CROSSED: "), "{unsent}");
    assert!(unsent.contains(told) && unsent.contains("\nTerminals at fault themselves: 5\n"), "{unsent}");
    // Later it is sent, and then there is nothing left to send.
    fs::write(bench.path("bin/sendmail"), sendmail).unwrap();
    assert_eq!(run(&bench, "2026-11-21", &[limits]), (1, String::new()));
    assert!(bench.read("mail").contains(told));
    assert!(!bench.path("reports/2026-11-21.mail").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_no_missing_report() {
    let bench = bench("2026-11-21.csv", day());
    fs::create_dir(bench.path("reports")).unwrap();
    std::os::unix::fs::symlink("/dev/full", bench.path("reports/2026-11-21.json")).unwrap();
    assert_eq!(run(&bench, "2026-11-21", &[]), (5, String::new()));
    let mail = bench.read("mail");
    let subject = "\nSubject: posmortem 2026-11-21: NOT WRITTEN: terminals at fault 5, incidents 1, ";
    assert!(mail.contains(subject) && mail.contains("2026-11-21.json cannot be written: "), "{mail}");
    assert!(mail.contains("\nTerminals at fault themselves: 5\n"), "{mail}");
    // What cannot be opened ends the run before there is a report.
    fs::remove_file(bench.path("reports/2026-11-21.csv")).unwrap();
    fs::create_dir(bench.path("reports/2026-11-21.csv")).unwrap();
    assert_eq!(run(&bench, "2026-11-21", &[]), (5, String::new()));
    assert!(bench.read("mail").contains("2026-11-21: NO REPORT (status 5)\n"));
}

#[test]
fn settings_come_from_a_file_of_any_name() {
    let settings = "LIMITS='failed>=1'\nCONFIG=ours.toml\n";
    let bench =
        bench("2026-11-21.csv", day()).with("daily.conf", settings).with("ours.toml", "lang = 'zh'\n");
    for name in ["daily.conf", "./daily.conf", bench.path("daily.conf").to_str().unwrap()] {
        assert_eq!(run(&bench, "2026-11-21", &[("DAILY_CONF", name)]), (1, String::new()), "{name}");
        let mail = bench.read("mail");
        assert!(mail.contains("`failed>=1` is crossed") && mail.contains("\n共同事件"), "{mail}");
    }
}

#[test]
fn old_tables_go_and_nothing_else_does() {
    let before = String::from_utf8(day()).unwrap().replace("2026-11-21", "2026-11-19");
    let bench = bench("2026-11-19.csv", before).with("tables/old.parquet", "").with("tables/old.txt", "");
    fs::write(bench.path("logs/2026-11-21.csv"), day()).unwrap();
    for day in ["2026-11-19", "2026-11-21"] {
        assert_eq!(run(&bench, day, &[("KEEP_DAYS", "1")]).0, 0);
    }
    let kept = names(&bench, "tables");
    assert_eq!(kept.iter().filter(|name| name.starts_with("20261121T")).count(), 2, "{kept:?}");
    assert_eq!(kept.iter().filter(|name| name.starts_with("old.")).count(), 2, "{kept:?}");
    assert_eq!(kept.len(), 4, "{kept:?}");
}
