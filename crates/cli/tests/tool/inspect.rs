//! `inspect`: what is in a log, in numbers; a configuration for a log that nobody knows; card data told by
//! its place.

use crate::bench::{Bench, fixture};
use posmortem_synth::{Form, Rates, Settings, Wire, World, write};
use serde_json::{Value, json};

#[track_caller]
fn inspected(bench: &Bench, code: i32, arguments: &[&str]) -> Value {
    let ended = bench.run(&[&["inspect", "-q", "--format", "json"], arguments].concat());
    serde_json::from_str(ended.with_code(code).0).unwrap()
}

fn day(name: &str) -> Value {
    inspected(&Bench::new(), 0, &[&fixture(name)])
}

/// The entry of a list whose key has this value.
#[track_caller]
fn entry<'v>(list: &'v Value, key: &str, value: &str) -> &'v Value {
    list.as_array().unwrap().iter().find(|entry| entry[key] == value).unwrap()
}

#[test]
fn the_day_as_rows_is_known_in_numbers() {
    let day = day("day.csv");
    let file = &day["files"][0];
    assert_eq!((&day["schema"], &day["messages"], &file["frames"]), (&json!(1), &json!(904), &json!(904)));
    assert_eq!((&file["format"]["name"], &file["compression"]), (&json!("delimited"), &json!("plain")));
    assert!(file["format"]["confidence"].as_f64().unwrap() > 0.9);
    assert_eq!(entry(&day["message_types"], "mti", "0200")["count"], 419);
    assert_eq!(entry(&day["message_types"], "mti", "0810")["count"], 21);
    let field = |name: &str| {
        (
            entry(&day["fields"], "field", name)["filled"].as_u64().unwrap(),
            entry(&day["fields"], "field", name)["column"].clone(),
        )
    };
    assert_eq!(field("de39"), (461, json!("response_code")));
    assert_eq!(field("de2"), (655, json!("pan")));
    assert_eq!(field("link"), (904, Value::Null));
    assert_eq!(entry(&day["fields"], "field", "de39")["share"], json!(0.510));
    let pairing = &day["pairing"];
    assert_eq!(
        (&pairing["paired"], &pairing["of"], &pairing["rate"]),
        (&json!(826), &json!(835), &json!(0.989))
    );
    // The column of the log says whose codes they are.
    let link = entry(&day["links"], "link", "up-north");
    assert_eq!(
        (&link["dialect"], &link["answers"], &link["listed"]),
        (&json!("unionpay-pos"), &json!(218), &json!(217))
    );
    let unlisted = json!([{"link": "up-north", "dialect": "unionpay-pos", "code": "8Z", "count": 1}]);
    assert_eq!(day["unlisted_codes"], unlisted);
}

#[test]
fn the_day_as_a_jpos_log_tells_hops_clocks_and_foreign_codes() {
    let day = day("day.log");
    assert_eq!((&day["messages"], &day["files"][0]["format"]["name"]), (&json!(1218), &json!("jpos")));
    let ledger = &day["pairing"]["ledger"];
    assert_eq!(
        (&ledger["paired"], &ledger["duplicates"], &ledger["non_message"]),
        (&json!(826), &json!(315), &json!(24))
    );
    // Every copy is one of a hop.
    let copies = |hop: &Value| hop["requests"].as_u64().unwrap() + hop["answers"].as_u64().unwrap();
    assert_eq!(day["hops"].as_array().unwrap().iter().map(copies).sum::<u64>(), 315);
    let seen = |hop: &&Value| hop["links"] == json!(["pos-gateway.session/10.20.3.2", "visa-east"]);
    let hop = day["hops"].as_array().unwrap().iter().find(seen).unwrap();
    assert_eq!((&hop["requests"], &hop["answers"], &hop["skew_ms"]), (&json!(21), &json!(9), &json!(-3)));
    let link = entry(&day["links"], "link", "up-north");
    assert_eq!(link["log_less_de7"], json!({"count": 436, "median_ms": 971}));
    assert_eq!(link["dialects"][0], json!({"name": "unionpay-pos", "listed": 217}));
    assert!(link["dialect"].is_null() && link["listed"] == 154);
    assert_eq!(
        day["unlisted_codes"][1],
        json!({"link": "up-north", "dialect": "iso1987", "code": "A0", "count": 29})
    );
}

/// A day of messages in hexadecimal digits, one a line.
fn wire_day(profile: &str) -> String {
    let mut log = Vec::new();
    let wire = Wire::from_name(profile).unwrap();
    let settings = Settings {
        form: Form::Hexlines,
        wire,
        attempts: 120,
        terminals: 2,
        rates: Rates::nasty(),
        ..Settings::new(1)
    };
    write(&Settings { bare: true, ..settings }, &mut log, None).unwrap();
    String::from_utf8(log).unwrap()
}

/// A digest among messages that two profiles can read: `report` may ask for the profile, and `inspect` tells
/// what the log can be.
#[test]
fn the_likeliest_profile_is_taken() {
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bb822cd15d6c15b0f00a0";
    let log = format!("2026-11-21T00:00:00.000 key {digest}\n{}", wire_day("postbridge"));
    let found = inspected(&Bench::new().with("day.log", log), 0, &["day.log"]);
    assert!(found["messages"].as_u64().unwrap() > 100, "{found}");
    assert!(!found["files"][0]["profile"]["runners_up"].as_array().unwrap().is_empty(), "{found}");
}

#[test]
fn card_data_around_messages_is_told_and_their_digits_are_not() {
    let day = wire_day("iso87-ascii");
    let leaks = |log: String| {
        let found = inspected(&Bench::new().with("day.log", log), 0, &["day.log"]);
        let leaks = found["files"][0]["card_data"].as_array().unwrap().clone();
        let outside = leaks.iter().find(|leaks| leaks["place"] == "outside");
        outside.map_or(0, |leaks| leaks["numbers"].as_u64().unwrap())
    };
    assert_eq!(leaks(day.clone()), 0);
    let prose = "2026-11-21 09:00:00 INFO sale of 5555555555554444 declined\n";
    assert_eq!(leaks(day.replacen('\n', &format!(" pan=4111111111111111\n{prose}"), 1)), 2);
}

/// Cut at other places, messages are rejected for as many reasons as there are fields and kinds at most.
#[test]
fn rejects_are_counted_by_kind() {
    let day = wire_day("iso87-ascii");
    let cut = |(at, line): (usize, &str)| format!("{}\n", &line[..line.len() - 2 * (at % 5)]);
    let log: String = day.lines().enumerate().map(cut).collect();
    let found = inspected(&Bench::new().with("day.log", log), 4, &["day.log"]);
    let rejects = found["rejects"].as_array().unwrap();
    let reasons: Vec<_> = rejects.iter().map(|reject| reject["reason"].as_str().unwrap()).collect();
    assert!(!reasons.is_empty() && reasons.len() < 8, "{reasons:?}");
    assert!(reasons.iter().all(|reason| !reason.contains("byte ")), "{reasons:?}");
}

/// A profile of a user's own, called like a built-in one.
#[test]
fn a_profile_is_proposed_as_it_was_told_and_is_verified_by_itself() {
    let own = "name = \"iso87-ascii\"\nbased-on = \"iso87-ascii\"\ntitle = \"Ours\"\nsource = \"us\"\n";
    let bench = Bench::new().with("ours.toml", own).with("day.log", wire_day("iso87-ascii"));
    let found = inspected(&bench, 0, &["day.log", "--profile", "ours.toml", "--write-config", "site.toml"]);
    assert_eq!(found["files"][0]["profile"]["verified"], false);
    assert!(bench.read("site.toml").contains("\nprofile = \"ours.toml\"\n"), "{}", bench.read("site.toml"));
    bench.run(&["report", "-q", "day.log", "--config", "site.toml"]).with_code(0);
}

/// A log of another make: a header in another language, times without zone beside DE7 in UTC.
fn foreign_log() -> String {
    let row = |at: usize| {
        let (minute, second) = (at / 60, at % 60);
        let code = if at.is_multiple_of(5) { "55" } else { "00" };
        let answer = format!(
            "2026-11-21 16:{minute:02}:{second:02};0210;100123{:02};{:06};{code};",
            at % 9,
            4711 + at
        );
        format!("{answer}11210{}{minute:02}{second:02};Kasse {}\n", 8, at % 3)
    };
    let header = "Zeitpunkt;Nachricht;Terminalnummer;Laufnummer;Antwort;de7;Bemerkung\n";
    std::iter::once(header.to_owned()).chain((0..120).map(row)).collect()
}

#[test]
fn a_log_of_another_make_is_set_up_by_its_inspection() {
    let bench = Bench::new().with("foreign.csv", foreign_log());
    bench.run(&["report", "foreign.csv"]).with_code(3);
    let found = inspected(&bench, 0, &["foreign.csv", "--write-config", "site.toml"]);
    assert_eq!((&found["messages"], &found["timezone"]["offset_minutes"]), (&json!(120), &json!(480)));
    let column = |name: &str| entry(&found["files"][0]["unknown_columns"], "name", name).clone();
    assert_eq!(
        (&column("Zeitpunkt")["looks_like"], &column("Zeitpunkt")["in_force"]),
        (&json!("time"), &json!(true))
    );
    assert_eq!(column("Bemerkung")["looks_like"], Value::Null);
    let config = bench.read("site.toml");
    for line in
        ["timezone = \"+08:00\"", "\"Terminalnummer\" = \"terminal_id\"", "# \"Bemerkung\" = \"link\""]
    {
        assert!(config.lines().any(|own| own == line), "{line}: {config}");
    }
    let ended = bench.run(&["report", "foreign.csv", "--config", "site.toml", "--format", "json"]);
    let report: Value = serde_json::from_str(ended.with_code(0).0).unwrap();
    assert_eq!(report["totals"]["exchanges"], 120);
    assert_eq!(report["input"]["first"], "2026-11-21T16:00:00.000+08:00");
}

/// A day of rows whose header has other names for some columns.
fn renamed_day(names: &[(&str, &str)]) -> String {
    let mut log = Vec::new();
    let world = World::City;
    let settings = Settings { attempts: 2_000, terminals: 40, world, form: Form::Both, ..Settings::new(3) };
    write(&settings, &mut log, None).unwrap();
    let log = String::from_utf8(log).unwrap();
    let (header, rows) = log.split_once('\n').unwrap();
    let new = |name: &str| names.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new).to_owned();
    let header: Vec<_> = header.split(',').map(new).collect();
    assert!(names.iter().all(|(_, new)| header.iter().any(|name| name == new)), "{header:?}");
    format!("{}\n{rows}", header.join(","))
}

#[test]
fn a_link_by_another_name_is_proposed() {
    let bench = Bench::new().with("day.csv", renamed_day(&[("link", "RUTA")]));
    let found = inspected(&bench, 0, &["day.csv", "--write-config", "site.toml"]);
    let column = entry(&found["files"][0]["unknown_columns"], "name", "RUTA");
    assert_eq!((&column["looks_like"], &column["in_force"]), (&json!("link"), &json!(false)));
    let config = bench.read("site.toml");
    assert!(config.contains("\n# No column tells the link, and this one could: "), "{config}");
    assert!(config.contains("\n\"RUTA\" = \"link\"\n"), "{config}");
    // With it, the day is the day, to the byte: the names are as long.
    let known = Bench::new().with("day.csv", renamed_day(&[]));
    let report = ["report", "day.csv", "--format", "json"];
    let configured = bench.run(&[&report[..], &["--config", "site.toml"]].concat());
    assert_eq!(configured.with_code(0).0, known.run(&report).with_code(0).0);
}

#[test]
fn of_columns_that_could_be_the_link_the_likeliest_is_proposed() {
    let names = [("link", "LEITUNG"), ("model", "MODELL"), ("region", "GEBIET")];
    let bench = Bench::new().with("day.csv", renamed_day(&names));
    bench.run(&["inspect", "day.csv", "--write-config", "site.toml"]).with_code(0);
    let config = bench.read("site.toml");
    let has = |line: &str| config.lines().any(|own| own == line);
    assert!(has("\"LEITUNG\" = \"link\"") && has("# \"MODELL\" = \"link\""), "{config}");
    assert!(has("# \"GEBIET\" = \"link\""), "{config}");
    assert!(config.contains("# Could be the link: "), "{config}");
    // Where a column tells the link, nothing else is taken for it.
    let bench = Bench::new().with("day.csv", renamed_day(&names[1..]));
    bench.run(&["inspect", "day.csv", "--write-config", "site.toml"]).with_code(0);
    assert!(!bench.read("site.toml").contains("\"link\""), "{}", bench.read("site.toml"));
}

#[test]
fn a_configuration_that_is_there_is_not_replaced_unasked() {
    let bench = Bench::new().with("foreign.csv", foreign_log()).with("site.toml", "lang = 'zh'\n");
    let again = ["inspect", "foreign.csv", "--write-config", "site.toml"];
    bench.run(&again).says_only(2, "site.toml is there already: --force replaces it");
    assert_eq!(bench.read("site.toml"), "lang = 'zh'\n");
    bench.run(&[&again[..], &["--force"]].concat()).with_code(0);
    assert!(bench.read("site.toml").contains("[columns]"));
    bench
        .run(&["inspect", "foreign.csv", "--write-config", "foreign.csv", "--force"])
        .says_only(2, "is an input");
    bench.run(&["inspect", "foreign.csv", "--force"]).says_only(2, "--write-config");
}

#[test]
fn the_proposal_for_the_day_gives_the_report_of_the_day() {
    let (bench, log) = (Bench::new(), fixture("day.log"));
    bench.run(&["inspect", &log, "--write-config", "own.toml"]).with_code(0);
    let config = bench.read("own.toml");
    assert!(config.contains("[link.\"up-north\"]\ndialect = \"unionpay-pos\"\n"), "{config}");
    assert!(
        config.contains("# Links of which no other table lists more codes than the one in force: 13.\n"),
        "{config}"
    );
    let report = |config: &str| bench.run(&["report", &log, "--config", config]).with_code(0).0.to_owned();
    assert_eq!(report("own.toml"), report(&fixture("posmortem.toml")));
}

#[test]
fn planted_card_data_is_told_by_file_and_field() {
    let files =
        ["planted-card-data.csv", "planted-card-data.log"].map(|name| fixture(&format!("malformed/{name}")));
    let found = inspected(&Bench::new(), 0, &[&files[0], &files[1]]);
    let leaks = |file: usize| -> Vec<String> {
        let leaks = found["files"][file]["card_data"].as_array().unwrap();
        let number = |leak: &Value, key: &str| {
            leak[key].as_u64().map_or_else(|| "-".to_owned(), |number| number.to_string())
        };
        let row = |leak: &Value| {
            let field = leak["field"].as_str().unwrap_or(leak["place"].as_str().unwrap());
            let counts = ["numbers", "tracks_1", "tracks_2", "first_line"].map(|key| number(leak, key));
            format!("{field} {}", counts.join(" "))
        };
        leaks.iter().map(row).collect()
    };
    assert_eq!(
        leaks(0),
        [
            "de2 1 0 0 13",
            "de35 0 0 1 10",
            "de37 1 0 0 4",
            "de39 1 0 0 5",
            "de41 1 0 1 2",
            "issuer 1 0 0 6",
            "link 1 0 0 7",
            "reason_text 2 0 2 8",
            "remark 1 1 0 12",
        ]
    );
    assert_eq!(
        leaks(1),
        [
            "de2 1 0 0 77",
            "de35 0 0 1 77",
            "de37 1 0 0 111",
            "de39 1 0 0 111",
            "de41 1 0 0 95",
            "de45 0 1 0 77",
            "de63 1 0 0 95",
            "link 1 0 0 111",
            "outside 4 0 1 -",
        ]
    );
}

#[test]
fn the_number_of_workers_and_the_order_of_files_change_nothing() {
    let bench = Bench::new();
    let (rows, log) = (fixture("day.csv"), fixture("day.log"));
    let one = inspected(&bench, 0, &[&rows, &log, "--threads", "1"]);
    assert_eq!(one, inspected(&bench, 0, &[&log, &rows, "--threads", "4"]));
}

#[test]
fn what_cannot_be_read_is_still_told() {
    let bench = Bench::new().with("noise", "4111111111111111 and no log\nat all\n");
    let found = inspected(&bench, 3, &["noise", "--write-config", "no.toml"]);
    let file = &found["files"][0];
    assert!(
        file["format"].is_null()
            && file["trouble"].as_str().unwrap().starts_with("not read: no known log format")
    );
    assert_eq!(bench.names(), ["noise"]);
}

#[test]
fn pipes_and_folders_are_inspected_and_tables_are_not() {
    let rows = std::fs::read(fixture("day.csv")).unwrap();
    let bench = Bench::new().with("logs/day.csv", &rows).with("table", "PAR1");
    let piped = bench.run_on(&rows, &["inspect", "-q", "--format", "json"]);
    let piped: Value = serde_json::from_str(piped.with_code(0).0).unwrap();
    let found = inspected(&bench, 0, &["logs"]);
    assert_eq!((&found["messages"], &found["files"][0]["path"]), (&json!(904), &json!("logs/day.csv")));
    assert_eq!((&piped["fields"], &piped["files"][0]["path"]), (&found["fields"], &json!("-")));
    #[cfg(feature = "tables")]
    bench.run(&["inspect", "table"]).says_only(2, "a table is no log: inspect the logs that it was made of");
}

#[test]
fn people_read_it_in_both_languages() {
    let bench = Bench::new();
    let ended = bench.run(&["inspect", &fixture("day.csv")]);
    let (table, lines) = ended.with_code(0);
    assert!(
        table.starts_with("messages 904 · 2026-11-21 08:00:04 to 21:53:43\n") && lines.is_empty(),
        "{table}"
    );
    for told in
        ["\nFiles\n", "\nMessage types\n", "\nFields\n", "\nPairing\n", "\nLinks\n", "\nCard data in clear\n"]
    {
        assert!(table.contains(told), "{told}: {table}");
    }
    let ended = bench.run(&["inspect", "--lang", "zh", &fixture("day.csv")]);
    let (table, _) = ended.with_code(0);
    assert!(table.starts_with("报文 904 · ") && table.contains("\n明文卡数据\n"), "{table}");
}

/// Refused after a fall back, as UnionPay has it, whether the answer tells how the card was read or its request alone.
#[test]
fn codes_are_asked_about_as_the_report_does() {
    let day = |answered: &str| {
        let mut log = String::from("time,mti,stan,terminal_id,pos_entry_mode,response_code,dialect\n");
        for at in 10..40 {
            log += &format!("2026-11-21T08:{at}:01,0200,0000{at},10012345,801,,unionpay-pos\n");
            log += &format!("2026-11-21T08:{at}:02,0210,0000{at},10012345,{answered},45,unionpay-pos\n");
        }
        Bench::new().with("day.csv", log)
    };
    for answered in ["801", ""] {
        let bench = day(answered);
        let found = inspected(&bench, 0, &["day.csv"]);
        assert_eq!(found["unlisted_codes"], json!([]), "{answered}");
        assert_eq!(found["links"][0]["listed"], 30, "{answered}");
        let table = bench.run(&["report", "-q", "day.csv", "--format", "table"]).with_code(0).0.to_owned();
        let codes = table.split("\nCodes\n").nth(1).unwrap();
        assert!(codes.contains("Fallback refused") && !codes.contains("Reserved"), "{codes}");
    }
    // Read by the chip, it has no meaning.
    let found = inspected(&day("051"), 0, &["day.csv"]);
    assert_eq!(found["unlisted_codes"][0]["code"], "45");
}

#[test]
fn a_narrow_screen_is_kept() {
    let files = ["day.log", "malformed/planted-card-data.csv", "malformed/hops.csv"].map(fixture);
    for width in [60, 80] {
        let bench = Bench::new().with_variable("COLUMNS", width.to_string());
        for file in &files {
            let ended = bench.run(&["inspect", "-q", file]);
            let wide: Vec<_> = ended.stdout.lines().filter(|line| line.chars().count() > width).collect();
            assert!(!ended.stdout.is_empty() && wide.is_empty(), "{width}: {wide:#?}");
        }
    }
}

#[test]
fn elements_are_called_as_most_messages_have_them() {
    let named = |mtis: [&str; 3]| {
        let row = |(at, mti): (usize, &str)| format!("2026-11-21T08:15:0{at},{mti},10012345,00{at},1\n");
        let rows: String = mtis.into_iter().enumerate().map(row).collect();
        let bench = Bench::new().with("day.csv", format!("time,mti,tid,de39,de24\n{rows}"));
        bench.run(&["inspect", "-q", "day.csv"]).with_code(0).0.to_owned()
    };
    for (mtis, name) in [
        (["2110", "2110", "0110"], "Function code"),
        (["1110", "1110", "1110"], "Function code"),
        (["0110", "0110", "2110"], "Network international identifier"),
    ] {
        let table = named(mtis);
        let line = table.lines().find(|line| line.starts_with("DE24 ")).unwrap();
        assert!(line.contains(name), "{line}");
    }
}

/// Who reads that names were not understood reads what to do about it, too.
#[test]
fn what_is_not_understood_is_told_with_the_next_step() {
    let bench = Bench::new().with("foreign.csv", foreign_log());
    let next = "; try: posmortem inspect FILE --write-config site.toml, then --config site.toml";
    let ended = bench.run(&["report", "foreign.csv"]);
    let (_, lines) = ended.with_code(3);
    assert!(lines[0].ends_with(next) && lines[0].len() < 500, "{}", lines[0]);
    assert_eq!(lines[0].matches("not ").count(), 2, "{}", lines[0]);
    let bench = bench.with("day.csv", renamed_day(&[("link", "LEITUNG")]));
    let ended = bench.run(&["report", "day.csv"]);
    let (_, lines) = ended.with_code(0);
    assert_eq!(
        lines,
        [
            "posmortem: day.csv: columns not understood: `LEITUNG`: name them under [columns] of the configuration, \
             or \"-\" to pass them over",
            "posmortem: no column tells the link: outages of a link cannot be told from those of issuers; \
             name it under [columns]",
        ]
    );
    let table = bench.run(&["inspect", "-q", "day.csv"]).with_code(0).0.to_owned();
    assert!(table.contains(
        "\nTo name these columns: posmortem inspect FILE --write-config site.toml, then --config site.toml.\n"
    ));
    // Nothing can be done where all is understood, and nothing needs to be where the link is.
    let bench = bench.with("bare.csv", "time,tid,rc\n2026-11-21T08:15:01,10012345,51\n");
    assert!(bench.run(&["report", "bare.csv"]).with_code(0).1.is_empty());
    let bench = bench.with("day.csv", renamed_day(&[("model", "MODELL")]));
    let ended = bench.run(&["report", "day.csv"]);
    assert!(ended.with_code(0).1.iter().all(|line| line.contains("`MODELL`")), "{ended:?}");
}

/// The same small day in every form: what is counted is the same, and so is where cards stand.
#[test]
fn every_format_is_inspected_alike() {
    let forms = [
        (Form::Ndjson, "ndjson", false),
        (Form::Keyvalue, "keyvalue", false),
        (Form::JposJsonl, "jpos-jsonl", false),
        (Form::Ist, "ist", true),
        (Form::Table, "table", true),
        (Form::Jreactive, "labelled", true),
        (Form::Hexlines, "hexlines", true),
        (Form::Frames, "frames", true),
    ];
    let mut days = Vec::new();
    for (form, name, is_verified) in forms {
        let wire = Wire::from_name("iso87-bcd").unwrap();
        let settings = Settings { attempts: 150, terminals: 5, bare: true, form, wire, ..Settings::new(3) };
        let mut log = Vec::new();
        write(&settings, &mut log, None).unwrap();
        let bench = Bench::new().with("day-2026-11-21.log", log);
        let found = inspected(&bench, 0, &["day-2026-11-21.log", "--write-config", "site.toml"]);
        let file = &found["files"][0];
        assert_eq!(
            (&file["format"]["name"], &file["format"]["verified"]),
            (&json!(name), &json!(is_verified))
        );
        let has_profile = matches!(form, Form::Hexlines | Form::Frames);
        assert_eq!(file["profile"]["name"] == "iso87-bcd", has_profile, "{name}: {file}");
        assert_eq!(bench.read("site.toml").contains("\nprofile = \"iso87-bcd\"\n"), has_profile);
        bench.run(&["report", "-q", "day-2026-11-21.log", "--config", "site.toml"]).with_code(0);
        let cards: Vec<_> = file["card_data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|leak| (leak["field"].clone(), leak["numbers"].clone()))
            .collect();
        days.push((found["messages"].clone(), found["message_types"].clone(), cards));
    }
    assert!(days.iter().all(|day| *day == days[0]), "{days:?}");
    assert_eq!(days[0].2[0].0, "de2");
}
