//! What is planted × where × how it is written × every command: nothing comes out, and `inspect` tells of all that
//! its form gives away.

use crate::logs::{Cell, Log, Wall, logs};
use crate::search::Canaries;
use crate::secrets::{Secret, Writing};
use crate::support::Bench;
use crate::told::{told, told_of};
use serde_json::Value;
use std::collections::BTreeMap;
use std::thread;

/// What must not be found of these logs.
pub(crate) fn canaries(logs: &[Log], wall: Wall) -> Canaries {
    let mut canaries = Canaries::default();
    for cell in logs.iter().flat_map(|log| &log.cells) {
        if let Some(number) = cell.plant.secret.text(cell.id).1 {
            canaries.add_number(&number, &format!("a number of {}", cell.place));
        }
    }
    if wall == Wall::Whole {
        canaries.add_what_no_form_tells();
    }
    canaries
}

/// A folder with all of them.
fn folder(logs: &[Log]) -> Bench {
    logs.iter().fold(Bench::new(), |bench, log| bench.with(&log.name, &log.bytes))
}

/// Searches what every command tells of all logs, and where something is found, of each.
#[track_caller]
fn search(wall: Wall) {
    let logs = logs(wall);
    let canaries = canaries(&logs, wall);
    let found = canaries.in_text(&told_of(folder(&logs).path("").to_str().unwrap(), &[]));
    if found.is_empty() {
        return;
    }
    let of_format = |log: &Log| {
        let bench = Bench::new().with(&log.name, &log.bytes);
        let told = told_of(bench.path(&log.name).to_str().unwrap(), &[]);
        let found = canaries.in_text(&told);
        found.into_iter().map(|what| format!("{}: {what}", log.format)).collect::<Vec<_>>()
    };
    let of_formats: Vec<_> = logs.iter().flat_map(of_format).collect();
    panic!("{found:?}\n{}", of_formats.join("\n"));
}

#[test]
fn nothing_comes_out_of_the_places_of_card_data() {
    search(Wall::Whole);
}

#[test]
fn what_its_form_gives_away_comes_out_of_no_other_place() {
    search(Wall::ByForm);
}

/// Where no form is told: the text of a bare number of fifteen digits or fewer is that of an id there.
const IDS: [&str; 6] = ["11", "32", "37", "41", "42", "90"];

/// Whether `inspect` is to tell of it.
fn is_to_be_told(log: &Log, cell: &Cell) -> bool {
    let is_short = cell.value().len() <= 15 && matches!(cell.plant.secret, Secret::Number(_));
    let is_id = IDS.contains(&cell.place.as_str()) || cell.place.starts_with("original_");
    let is_written = match cell.plant.writing {
        // JSON is UTF-8.
        Writing::Packed | Writing::Ebcdic => !log.format.contains("json"),
        // Of a field that ends with its line, the rest is text.
        Writing::Grouped("\n") => log.format == "delimited" || log.format == "jpos",
        // The tag of track 1 holds characters.
        Writing::Tag(tag) => tag != "56",
        // On a wire chip data is bytes, and what is none may look like some.
        _ => cell.place != "55" || !(log.format.contains("hex") || log.format.contains("frames")),
    };
    cell.plant.secret.shows_by_form() && is_written && !(is_id && is_short)
}

/// Cells of a log of which an inspection does not tell, by place.
fn untold(log: &Log) -> Vec<String> {
    let bench = Bench::new().with(&log.name, &log.bytes);
    let ended = bench.run(&["inspect", "-q", "--format", "json", &log.name]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(report["messages"].as_u64().unwrap() > 0, "{}: {}", log.format, ended.stdout);
    let leaks = report["files"][0]["card_data"].as_array().unwrap();
    let count = |leak: &Value| {
        ["numbers", "tracks_1", "tracks_2"].map(|name| leak[name].as_u64().unwrap()).iter().sum::<u64>()
    };
    let mut told = BTreeMap::<String, u64>::new();
    for leak in leaks {
        let place = if leak["place"] == "field" { &leak["field"] } else { &leak["place"] };
        *told.entry(place.as_str().unwrap().to_owned()).or_default() += count(leak);
    }
    let mut outside = told.get("outside").copied().unwrap_or(0);
    let mut planted = BTreeMap::<String, u64>::new();
    for cell in log.cells.iter().filter(|cell| is_to_be_told(log, cell)) {
        *planted.entry(cell.place.clone()).or_default() += 1;
    }
    let mut untold = Vec::new();
    for (place, planted) in planted {
        let element = match place.as_str() {
            "condition_code" => "de25",
            "service_code" => "de40",
            "currency" => "de49",
            "network_code" => "de70",
            place => &format!("de{place}"),
        };
        let of_place = told.get(&place).or_else(|| told.get(element)).copied().unwrap_or(0);
        // What a reader takes for no field is told as text outside of fields.
        let rest = planted.saturating_sub(of_place);
        if rest > outside {
            untold.push(format!("{}: {place} tells {of_place} of {planted}", log.format));
        }
        outside = outside.saturating_sub(rest);
    }
    untold
}

#[test]
fn inspect_tells_of_every_plant_that_its_form_gives_away() {
    let logs: Vec<_> = [Wall::Whole, Wall::ByForm].into_iter().flat_map(logs).collect();
    let untold: Vec<String> = thread::scope(|scope| {
        let halves = logs.chunks(logs.len().div_ceil(2));
        let searches: Vec<_> =
            halves.map(|half| scope.spawn(|| half.iter().flat_map(untold).collect::<Vec<_>>())).collect();
        searches.into_iter().flat_map(|search| search.join().unwrap()).collect()
    });
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

/// Every plant of a place, one a line, where a setting, a rule, a terminal or a name of a file is expected.
#[test]
fn nothing_comes_out_of_files_that_are_no_logs_nor_out_of_names_of_files() {
    let logs = logs(Wall::ByForm);
    let canaries = canaries(&logs, Wall::ByForm);
    let of_place = |cell: &&Cell| cell.place == "41" || cell.place == "42";
    let values: Vec<String> = logs
        .iter()
        .flat_map(|log| log.cells.iter().filter(of_place))
        .filter_map(|cell| String::from_utf8(cell.value()).ok())
        .filter(|value| !value.contains(['\n', '\t', '"', '\\', '/', '\0']))
        .collect();
    assert!(values.len() > 50, "{}", values.len());
    let day = crate::support::fixture("day.csv");
    let quoted = |before: &str, behind: &str| {
        values
            .iter()
            .enumerate()
            .map(|(at, value)| before.replace('@', &at.to_string()) + value + behind)
            .collect::<String>()
    };
    let bench = Bench::new()
        .with("columns.toml", "[columns]\n".to_owned() + &quoted("\"", "\" = \"-\"\n"))
        .with("links.toml", quoted("[link.\"", "\"]\ndialect = \"visa\"\n"))
        .with(
            "site.csv",
            "terminal_id,site,region,model,firmware\n".to_owned() + &quoted("1001230@,\"", "\",,,\n"),
        )
        .with("terminals.csv", "terminal_id,site\n".to_owned() + &quoted("\"", "\",x\n"))
        .with("all.toml", quoted("", "\n"))
        .with(
            "reason.toml",
            quoted("[[rule]]\nname = \"", "\"\ncode = \"05\"\nreason = \"do_not_honour\"\n"),
        );
    let mut wrong = Vec::new();
    let mut search = |bench: &Bench, arguments: &[&str]| {
        let ended = bench.run(arguments);
        assert!(ended.code.is_some(), "{ended:?}");
        let found = canaries.in_text(&told(&Bench::new(), &ended)).len();
        if found > 0 {
            wrong.push(format!("{arguments:?}: {found}"));
        }
    };
    for name in ["columns.toml", "links.toml", "all.toml", "site.csv"] {
        search(&bench, &["config", "show", "--config", name]);
        search(&bench, &["config", "show", "--format", "json", "--config", name]);
        search(&bench, &["report", "-v", &day, "--config", name]);
    }
    for name in ["site.csv", "terminals.csv", "all.toml"] {
        search(&bench, &["report", "-v", "--all-terminals", &day, "--terminals", name, "--format", "json"]);
        search(&bench, &["rules", "check", name]);
        search(&bench, &["report", &day, "--history", name]);
        search(&bench, &["compare", name, &day]);
    }
    for command in ["check", "list"] {
        search(&bench, &["rules", command, "reason.toml"]);
    }
    // One by one, where a setting takes one value, and as names of files that are and are not there.
    for value in values.iter().step_by(8) {
        let named = format!("{value}.csv");
        let bench = Bench::new().with(&named, std::fs::read(&day).unwrap());
        search(&bench, &["report", "-v", "--format", "json", "--rejects", "r.tsv", &named]);
        for option in [
            "--terminal",
            "--timezone",
            "--dialect",
            "--fail-on",
            "--since",
            "--columns",
            "--rules",
            "--history",
        ] {
            search(&bench, &["report", "-q", &named, option, value]);
        }
        search(&bench, &["explain", value]);
        search(&bench, &["report", value]);
        search(&bench, &["inspect", "--format", "json", &named]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
