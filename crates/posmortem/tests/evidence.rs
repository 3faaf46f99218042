//! What messages show beyond codes, from the log into the exchange table.

use posmortem::exchange::{Equipment, LatencyClass, Names, Row, Traces};
use posmortem::{InputSource, Run, Settings, analyse};
use posmortem_classify::Dialect;
use std::fs;

fn run(log: &str, settings: &Settings) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("day.log");
    fs::write(&path, log).expect("a writable folder");
    let settings = Settings { keep_table: true, tells_exchanges: false, ..settings.clone() };
    analyse(&[InputSource::Path(path)], &settings, &mut ())
}

fn rows(run: &Run) -> Vec<Row> {
    run.table.as_ref().expect("it is asked for").rows().collect()
}

fn events(run: &Run) -> Vec<String> {
    let events = run.table.as_ref().expect("it is asked for").events().iter();
    events.map(|event| format!("{} {:?}", run.summary.names.text(event.terminal), event.what)).collect()
}

/// A row of one attempt that holds these cells.
fn row(cells: &[(&str, &str)]) -> String {
    let mut all = vec![("time", "2026-11-21T10:00:00"), ("terminal_id", "T1"), ("stan", "1")];
    let is_told = |name: &str| cells.iter().any(|(told, _)| *told == name);
    all.extend([("mti", "0210"), ("response_code", "00")].into_iter().filter(|(name, _)| !is_told(name)));
    all.extend_from_slice(cells);
    let line = |part: fn(&(&str, &str)) -> String| all.iter().map(part).collect::<Vec<_>>().join(",");
    format!("{}\n{}\n", line(|(name, _)| (*name).to_owned()), line(|(_, cell)| (*cell).to_owned()))
}

fn traces(cells: &[(&str, &str)]) -> Traces {
    let run = run(&row(cells), &Settings::default());
    assert!(run.summary.warnings.is_empty(), "{:?}", run.summary.warnings);
    rows(&run)[0].traces
}

/// Columns and what they hold.
type Cells = &'static [(&'static str, &'static str)];

/// A trace, and the cells of rows that show it and nothing else.
const SHOWN: [(Traces, &[Cells]); 11] = [
    (
        Traces::CHIP_CARD,
        &[&[("service_code", "201")], &[("de40", "620")], &[("track2", "4111111111111111=49122010000")]],
    ),
    (Traces::STRIPE_CARD, &[&[("service_code", "101")], &[("track2", "4111111111111111=49121010000")]]),
    (
        Traces::CHIP_READ_FAILED,
        &[
            &[("chip_condition", "2")],
            &[("dialect", "unionpay-pos"), ("de60", "2200000100052")],
            &[("dialect", "visa"), ("de60", "152")],
        ],
    ),
    (
        Traces::CHIP_READ_FINE,
        &[
            &[("chip_condition", "1")],
            &[("dialect", "unionpay-pos"), ("de60", "2200000100051")],
            &[("dialect", "visa"), ("de60", "151000")],
        ],
    ),
    (Traces::PIN_PAD_OUT_OF_SERVICE, &[&[("de22", "058")], &[("mti", "1210"), ("de22", "550101500344")]]),
    (
        Traces::PIN_ENTERED,
        &[
            &[("dialect", "unionpay-pos"), ("de22", "051")],
            &[("mti", "1210"), ("de22", "510101511344")],
            &[("tvr", "0000040000")],
            &[("de55", "9F2701809F3403020300")],
        ],
    ),
    (Traces::REPEATED, &[&[("mti", "0201")], &[("mti", "0103")]]),
    (Traces::ICC_DATA_MISSING, &[&[("tvr", "2000000000")], &[("de55", "9F270180950520000000008A023030")]]),
    (Traces::PIN_PAD_NOT_WORKING, &[&[("tvr", "0000100000")]]),
    (Traces::PIN_BYPASSED, &[&[("tvr", "0000080000")]]),
    (
        Traces::COULD_NOT_GO_ONLINE,
        &[
            &[("response_code", "Y3")],
            &[("icc_data", "95050000000000 8A025A33")],
            &[("de55", "9F100706010A03010000")],
        ],
    ),
];

#[test]
fn every_trace_is_read_from_its_fields() {
    for ((trace, name), (shown, cells)) in Traces::ALL.into_iter().zip(SHOWN) {
        assert_eq!(trace, shown, "{name}");
        for cells in cells {
            // Spaces are for the eye.
            let cells: Vec<_> = cells.iter().map(|(column, cell)| (*column, cell.replace(' ', ""))).collect();
            let cells: Vec<_> = cells.iter().map(|(column, cell)| (*column, cell.as_str())).collect();
            assert_eq!(traces(&cells), trace, "{name} {cells:?}");
        }
    }
}

#[test]
fn the_operator_of_a_failure_is_kept_and_never_a_card() {
    let told = |cell: &str| {
        let cells = [("response_code", "12"), ("operator_id", cell)];
        let run = run(&row(&cells), &Settings::default());
        let detail = rows(&run)[0].detail.expect("it failed");
        run.summary.names.text(detail.operator).to_owned()
    };
    assert_eq!(told("07"), "07");
    assert_eq!(told("NULL"), "");
    assert!(!told("4111111111111111").contains("11111111"), "{}", told("4111111111111111"));
}

#[test]
fn what_says_something_else_shows_no_trace() {
    for cells in [
        &[("service_code", "")][..],
        &[("service_code", "2")],
        &[("service_code", "002")],
        &[("track2", "4111111111111111=49120010000")],
        &[("service_code", "2X1")],
        &[("chip_condition", "0")],
        &[("chip_condition", "NULL")],
        // Private use, of nobody knows whom.
        &[("de60", "2200000100052")],
        &[("dialect", "unionpay-pos"), ("de60", "22000001")],
        // That a PIN could be entered is not that one was.
        &[("de22", "051")],
        &[("tvr", "8000000000")],
        &[("tvr", "what")],
        &[("de55", "9505")],
        // A PIN that the card checks is none that the host could find wrong, and one that failed was not taken.
        &[("de55", "9F3403040302")],
        &[("de55", "9F3403020301")],
        &[("de55", "9F100706010A03A4B802")],
        &[("mti", "0211")],
        &[("mti", "0200")],
    ] {
        assert_eq!(traces(cells), Traces::NONE, "{cells:?}");
    }
}

#[test]
fn both_sides_of_an_attempt_show_what_they_show() {
    let header = "time,mti,terminal_id,stan,response_code,merchant_id,region,model,firmware,service_code";
    let log = format!(
        "{header}\n\
         2026-11-21T10:00:00,0200,T1,1,,,,,,201\n\
         2026-11-21T10:00:05,0201,T1,1,,,,,,\n\
         2026-11-21T10:00:07,0210,T1,1,00,M1,north,P400,1.2,\n"
    );
    let run = run(&log, &Settings::default());
    let [row] = rows(&run)[..] else { panic!("one attempt") };
    let names: &Names = &run.summary.names;
    assert_eq!(row.traces, Traces::CHIP_CARD | Traces::REPEATED);
    let place = [row.place.terminal, row.place.site].map(|name| names.text(name));
    assert_eq!(place, ["T1", "M1"]);
    let equipment = Equipment { region: "north", model: "P400", firmware: "1.2" };
    assert_eq!(Equipment::of(names.text(row.place.equipment)), equipment);
    assert_eq!(row.latency.map(LatencyClass::least_ms), Some(6_144));
}

#[test]
fn a_jpos_log_shows_as_much() {
    let message = |at: &str, fields: &[(u8, &str)]| {
        let fields = fields.iter().map(|(id, value)| format!("<field id=\"{id}\" value=\"{value}\"/>\n"));
        format!(
            "<log realm=\"host\" at=\"2026-11-21T{at}\">\n<send>\n<isomsg>\n{}</isomsg>\n</send>\n</log>\n",
            fields.collect::<String>()
        )
    };
    let log = [
        message("10:00:00.000", &[(0, "0800"), (11, "1"), (41, "T1"), (70, "001")]),
        message("10:00:01.000", &[(0, "0810"), (11, "1"), (39, "00"), (41, "T1"), (70, "001")]),
        message(
            "10:00:05.000",
            &[
                (0, "0200"),
                (11, "2"),
                (22, "901"),
                (35, "4111111111111111=49122010000"),
                (41, "T1"),
                (55, "9F1A0201569505200018000082025C00"),
            ],
        ),
        message("10:00:06.000", &[(0, "0210"), (11, "2"), (39, "00"), (41, "T1")]),
        message("10:00:09.000", &[(0, "1804"), (11, "3"), (24, "811"), (41, "T1")]),
        message("10:00:10.000", &[(0, "1814"), (11, "3"), (39, "800"), (41, "T1")]),
    ];
    let run = run(&log.concat(), &Settings::default());
    let shown =
        [Traces::ICC_DATA_MISSING, Traces::PIN_PAD_NOT_WORKING, Traces::PIN_BYPASSED, Traces::CHIP_CARD];
    let shown = shown.into_iter().fold(Traces::NONE, |all, trace| all | trace);
    assert_eq!(rows(&run).iter().map(|row| row.traces).collect::<Vec<_>>(), [shown]);
    assert_eq!(events(&run), ["T1 SignOn(Accepted)", "T1 KeyChange(Accepted)"]);
}

#[test]
fn a_unionpay_sign_on_tells_itself_in_de60() {
    let log = "time,mti,terminal_id,stan,response_code,reserved_60\n\
               2026-11-21T10:00:00,0800,T1,1,,00000001003\n\
               2026-11-21T10:00:01,0810,T1,1,00,00000001003\n\
               2026-11-21T10:05:00,0800,T1,2,,00000001301\n\
               2026-11-21T10:05:01,0810,T1,2,00,00000001301\n";
    let unionpay = Settings { dialect: Dialect::from_name("unionpay-pos"), ..Settings::default() };
    assert_eq!(events(&run(log, &unionpay)), ["T1 SignOn(Accepted)"]);
    let unknown = ["T1 NetworkManagement(Accepted)"; 2];
    assert_eq!(events(&run(log, &Settings::default())), unknown);
}
