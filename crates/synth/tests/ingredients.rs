//! Each ingredient of a world alone, as its lines show it.
//!
//! A world is plain but for what a test is about, and written with both sides. So each line has its
//! reason, and what is missing is missed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use jiff::civil::DateTime;
use posmortem_synth::{Form, Rates, Settings, Truth, Written, write};
use std::collections::{BTreeMap, BTreeSet};

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

struct World {
    rows: Vec<Row>,
    truth: Truth,
}

impl World {
    fn of(rates: Rates) -> Self {
        Self::sized(rates, 2_000, 12)
    }

    fn sized(rates: Rates, attempts: u64, terminals: u32) -> Self {
        let settings = Settings { attempts, terminals, form: Form::Both, rates, ..Settings::new(11) };
        let (text, Written { truth, .. }) = written(&settings);
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let rows = lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect();
        Self { rows, truth }
    }

    /// The rows of that MTI.
    fn of_mti(&self, mti: &str) -> Vec<&Row> {
        self.rows.iter().filter(|row| row["mti"] == mti).collect()
    }

    /// Each different cell of a column.
    fn told(&self, column: &str) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row[column].as_str()).collect()
    }
}

fn written(settings: &Settings) -> (String, Written) {
    let mut log = Vec::new();
    let written = write(settings, &mut log, None).unwrap();
    (String::from_utf8(log).unwrap(), written)
}

/// Milliseconds from one row to another.
fn between(first: &Row, second: &Row) -> i128 {
    let at = |row: &Row| row["time"].parse::<DateTime>().unwrap();
    at(second).duration_since(at(first)).as_millis()
}

/// Rows by terminal and STAN, in the order in which they are written.
fn by_stan(rows: &[Row]) -> BTreeMap<(&str, &str), Vec<&Row>> {
    let mut found: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        found.entry((&*row["terminal_id"], &*row["stan"])).or_default().push(row);
    }
    found
}

fn mtis<'r>(rows: &[&'r Row]) -> Vec<&'r str> {
    rows.iter().map(|row| row["mti"].as_str()).collect()
}

#[test]
fn terminals_stand_at_sites_of_regions_and_have_models_firmware_and_links() {
    let world = World::sized(Rates::plain(), 5_000, 60);
    let mut terminals: BTreeMap<&str, BTreeSet<[&str; 6]>> = BTreeMap::new();
    let mut sites: BTreeMap<&str, BTreeSet<[&str; 3]>> = BTreeMap::new();
    for row in &world.rows {
        let [terminal, merchant, site, region, model, firmware, link] =
            ["terminal_id", "merchant_id", "site", "region", "model", "firmware", "link"]
                .map(|name| &*row[name]);
        terminals.entry(terminal).or_default().insert([merchant, site, region, model, firmware, link]);
        sites.entry(site).or_default().insert([merchant, region, link]);
    }
    assert!(terminals.len() > 50 && (10..30).contains(&sites.len()));
    assert!(terminals.values().all(|told| told.len() == 1) && sites.values().all(|told| told.len() == 1));
    let counts = ["region", "model", "firmware", "link"].map(|column| world.told(column).len());
    assert_eq!(counts, [6, 5, 3, 4]);
    assert!(world.rows.iter().flat_map(Row::values).all(|cell| !cell.contains('"')));
    // Who knows the site of a terminal does not know its model.
    let pairs: BTreeSet<_> = world.rows.iter().map(|row| (&row["model"], &row["firmware"])).collect();
    assert_eq!(pairs.len(), 15);
    for terminal in &world.truth.terminals {
        let [region, model, firmware] = terminal.place;
        let truth = [&*terminal.merchant, &*terminal.site, region, model, firmware, &*terminal.link];
        assert_eq!(terminals[terminal.terminal.as_str()], BTreeSet::from([truth]));
    }
}

#[test]
fn answers_that_do_not_tell_their_terminal_do_not_tell_its_place() {
    let world = World::of(Rates { mute: 1.0, ..Rates::plain() });
    for row in &world.rows {
        let is_answer = row["mti"] == "0210";
        for column in ["terminal_id", "site", "region", "model", "firmware"] {
            assert_eq!(row[column].is_empty(), is_answer, "{row:?}");
        }
    }
}

#[test]
fn there_are_as_many_links_as_asked_for() {
    let settings = Settings { links: 300, terminals: 5_000, attempts: 20_000, ..Settings::new(1) };
    let (text, Written { links, .. }) = written(&Settings { rates: Rates::plain(), ..settings });
    let told: BTreeSet<&str> = text.lines().skip(1).map(|line| line.split(',').nth(12).unwrap()).collect();
    assert_eq!((told.len(), links.len()), (300, 300));
}

#[test]
fn issuers_decline_how_often_and_why_they_like() {
    let world = World::sized(Rates { declined: 0.3, ..Rates::plain() }, 30_000, 200);
    let mut issuers: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    let cards: BTreeMap<_, _> =
        world.of_mti("0200").into_iter().map(|row| (&row["rrn"], &row["pan"][..8])).collect();
    for row in world.of_mti("0210") {
        *issuers.entry(cards[&row["rrn"]]).or_default().entry(&row["response_code"]).or_default() += 1;
    }
    let share = |codes: &BTreeMap<&str, u32>, code| {
        f64::from(codes.get(code).copied().unwrap_or_default()) / f64::from(codes.values().sum::<u32>())
    };
    let common: Vec<_> = issuers.values().filter(|codes| codes.values().sum::<u32>() > 2_000).collect();
    assert!(common.len() > 3, "{} issuers", common.len());
    let spread = |shares: Vec<f64>| {
        shares.iter().copied().fold(0.0, f64::max) / shares.iter().copied().fold(1.0, f64::min)
    };
    // Were they alike, the shares would be within a tenth of each other, as 600 of 2,000 are.
    let declined = spread(common.iter().map(|codes| 1.0 - share(codes, "00")).collect());
    let funds = spread(common.iter().map(|codes| share(codes, "51") / (1.0 - share(codes, "00"))).collect());
    assert!(declined > 1.3 && funds > 1.3, "{declined} {funds}");
}

#[test]
fn terminals_are_closed_at_night_and_know_their_entry_modes() {
    let world = World::sized(Rates::plain(), 40_000, 60);
    let mut hours: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut modes: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for row in world.of_mti("0200") {
        hours.entry(&row["terminal_id"]).or_default().insert(&row["time"][11..13]);
        *modes.entry(&row["terminal_id"]).or_default().entry(&row["pos_entry_mode"]).or_default() += 1;
    }
    // Nine in ten are open for eight to thirteen hours that begin with an hour.
    let closed = hours.values().filter(|hours| hours.len() <= 13).count();
    assert!(closed * 10 >= hours.len() * 7 && closed < hours.len(), "{closed} of {}", hours.len());
    let asleep = ["03", "04"].map(|hour| hours.values().filter(|hours| hours.contains(hour)).count());
    assert!(asleep.iter().all(|awake| (1..20).contains(awake)), "{asleep:?}");
    let all = ["012", "021", "051", "071", "072", "801", "901"];
    assert_eq!(world.told("pos_entry_mode"), BTreeSet::from(all));
    // Of three sorts, one is tapped at for the most part.
    let tapped = |modes: &BTreeMap<&str, u32>| modes.get("071") > modes.get("051");
    let tapped = modes.values().filter(|modes| tapped(modes)).count();
    assert!((10..35).contains(&tapped), "{tapped}");
}

#[test]
fn every_request_is_answered_after_its_latency() {
    let world = World::of(Rates::plain());
    let exchanges = by_stan(&world.rows);
    assert_eq!((exchanges.len(), world.rows.len()), (2_000, 4_000));
    for rows in exchanges.values() {
        let [request, answer] = rows[..] else { panic!("{rows:?}") };
        assert_eq!(mtis(rows), ["0200", "0210"]);
        assert_eq!(between(request, answer).to_string(), answer["latency_ms"]);
        assert_eq!([&request["response_code"], &request["latency_ms"]], ["", ""]);
    }
    let latencies: BTreeSet<_> = exchanges.values().map(|rows| between(rows[0], rows[1])).collect();
    assert!(latencies.len() > 300 && latencies.first() < Some(&200) && latencies.last() > Some(&1_000));
}

#[test]
fn who_is_declined_comes_again() {
    let world = World::of(Rates { declined: 0.3, retried: 1.0, ..Rates::plain() });
    let requests = world.of_mti("0200");
    let codes: BTreeMap<_, _> =
        world.of_mti("0210").into_iter().map(|row| (&row["rrn"], &row["response_code"])).collect();
    let mut by_customer: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in &requests {
        by_customer.entry(["terminal_id", "pan", "amount"].map(|name| &row[name])).or_default().push(row);
    }
    let mut again = 0;
    for visits in by_customer.into_values() {
        let (last, before) = visits.split_last().unwrap();
        assert!(before.iter().all(|row| codes[&row["rrn"]] != "00") && codes[&last["rrn"]] == "00");
        assert!(visits.windows(2).all(|pair| (8_000..150_000).contains(&between(pair[0], pair[1]))));
        assert_eq!(visits.iter().map(|row| &row["stan"]).collect::<BTreeSet<_>>().len(), visits.len());
        again += before.len();
    }
    assert!(again > 600);
    assert_eq!(requests.len(), 2_000 + again);
}

#[test]
fn kinds_have_their_messages() {
    let world = World::of(Rates { other_kinds: 1.0, ..Rates::plain() });
    let kinds: BTreeSet<_> = world.rows.iter().map(|row| (&*row["mti"], &*row["processing_code"])).collect();
    let expected = [
        ("0100", "030000"),
        ("0100", "310000"),
        ("0110", "030000"),
        ("0110", "310000"),
        ("0200", "020000"),
        ("0200", "200000"),
        ("0210", "020000"),
        ("0210", "200000"),
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    // An inquiry moves no money.
    assert!(world.rows.iter().all(|row| row["amount"].is_empty() == (row["processing_code"] == "310000")));
}

#[test]
fn approved_preauths_are_completed() {
    let world = World::of(Rates { other_kinds: 1.0, completed: 1.0, ..Rates::plain() });
    let amounts = |mti, code| -> BTreeMap<_, _> {
        let rows = world.of_mti(mti).into_iter().filter(|row| row["processing_code"] == "030000");
        let rows = rows.filter(|row| row["response_code"] == code);
        rows.map(|row| (&row["rrn"], [&row["terminal_id"], &row["amount"]])).collect()
    };
    assert!(amounts("0110", "00").len() > 500);
    assert_eq!(amounts("0110", "00"), amounts("0220", ""));
    assert_eq!(world.truth.totals.exchanges, 2_000);
}

#[test]
fn sales_are_approved_in_part() {
    let world = World::of(Rates { partial: 0.5, ..Rates::plain() });
    let mut partial = 0;
    for rows in by_stan(&world.rows).into_values() {
        let [asked, approved] = [0, 1].map(|at| rows[at]["amount"].parse::<u32>().unwrap());
        assert_eq!(asked > approved, rows[1]["response_code"] == "10");
        partial += u32::from(asked > approved);
    }
    assert!((800..1_200).contains(&partial), "{partial}");
}

#[test]
fn offline_sales_are_uploaded() {
    let world = World::of(Rates { offline: 1.0, ..Rates::plain() });
    assert_eq!(world.of_mti("0220").len(), 2_000);
    assert!(world.of_mti("0220").iter().all(|row| row["processing_code"] == "000000"));
    assert!((1_800..2_000).contains(&world.of_mti("0230").len()));
    assert_eq!(world.truth.totals.exchanges, 2_000);
}

#[test]
fn lines_are_printed_twice() {
    let world = World::of(Rates { copied: 0.5, ..Rates::plain() });
    let mut copies = 0;
    for rows in by_stan(&world.rows).into_values() {
        let sides = rows.chunk_by(|one, other| one["mti"] == other["mti"]);
        for side in sides {
            copies += side.len() - 1;
            let without_time =
                |row: &Row| row.iter().filter(|cell| cell.0 != "time").map(|cell| cell.1.clone()).collect();
            let alike: BTreeSet<Vec<String>> = side.iter().map(|row| without_time(row)).collect();
            assert!(alike.len() == 1 && between(side[0], side[side.len() - 1]) < 10);
        }
    }
    assert!((3_000..5_000).contains(&copies) && world.truth.ledger.duplicates == copies as u64, "{copies}");
}

#[test]
fn requests_wait_in_hops_under_numbers_of_their_own() {
    let world = World::of(Rates { renumbered: 1.0, ..Rates::plain() });
    let mut by_rrn: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    world.rows.iter().for_each(|row| by_rrn.entry(&row["rrn"]).or_default().push(row));
    let mut changed = 0;
    for rows in by_rrn.values() {
        let stans = [0, 1, 2, 3].map(|at| &rows[at]["stan"]);
        assert!(rows.len() == 4 && stans[0] == stans[3] && stans[1] == stans[2] && stans[0] != stans[1]);
        assert!(["0200", "0100"].contains(&&*rows[1]["mti"]) && rows[0]["mti"] == "0200");
        changed += u32::from(rows[1]["mti"] == "0100");
    }
    assert!(by_rrn.len() == 2_000 && (400..600).contains(&changed), "{changed}");
}

#[test]
fn requests_are_repeated_and_answers_are_late_or_lost() {
    let world = World::of(Rates { repeated: 1.0, ..Rates::plain() });
    for rows in by_stan(&world.rows).into_values() {
        let mtis = mtis(&rows);
        let [first, repeats @ .., last] = &mtis[..] else { panic!("{mtis:?}") };
        assert_eq!([*first, *last], ["0200", "0210"]);
        assert!((1..3).contains(&repeats.len()) && repeats.iter().all(|mti| *mti == "0201"), "{mtis:?}");
    }
    let late = World::of(Rates { late: 1.0, ..Rates::plain() });
    assert!(late.of_mti("0210").iter().all(|row| row["latency_ms"].parse::<u32>().unwrap() > 60_000));
    assert_eq!(late.truth.totals.outcomes[3], 2_000);
    let lost = World::of(Rates { unanswered: 1.0, ..Rates::plain() });
    assert_eq!(lost.told("mti"), BTreeSet::from(["0200"]));
    let again = World::of(Rates { answer_lost: 1.0, ..Rates::plain() });
    for rows in by_stan(&again.rows).into_values() {
        assert_eq!(mtis(&rows), ["0200", "0210", "0201", "0210"]);
    }
}

#[test]
fn what_is_approved_is_taken_back_and_stored_reversals_are_sent_again() {
    let world = World::of(Rates { reversed: 1.0, stored: 1.0, ..Rates::plain() });
    let [first, again, answers] = [["0400", "0420"], ["0401", "0421"], ["0410", "0430"]]
        .map(|of| of.into_iter().map(|mti| world.of_mti(mti).len()).collect::<Vec<_>>());
    let approved = world.of_mti("0210").iter().filter(|row| row["response_code"] == "00").count();
    assert_eq!(first.iter().sum::<usize>(), approved);
    assert!(again.iter().sum::<usize>() > approved && answers.iter().sum::<usize>() >= approved);
    assert!(first.iter().chain(&again).chain(&answers).all(|count| *count > 300));
    // An original is named by its STAN in the column of originals, too.
    let stans: BTreeSet<_> =
        world.of_mti("0200").iter().map(|row| (&row["terminal_id"], &row["stan"])).collect();
    let named: Vec<_> = world.rows.iter().filter(|row| !row["original_stan"].is_empty()).collect();
    assert!(named.len() > 400);
    assert!(named.iter().all(|row| stans.contains(&(&row["terminal_id"], &row["original_stan"]))));
    assert_eq!(world.truth.totals.outcomes[4] as usize, approved);
}

#[test]
fn terminals_sign_on_and_change_their_keys() {
    for form in [Form::Both, Form::Jpos] {
        let rates = Rates { signed_on: 1.0, ..Rates::plain() };
        let (text, Written { truth, .. }) =
            written(&Settings { attempts: 600, form, rates, ..Settings::new(3) });
        let told = |network: &str| match form {
            Form::Jpos => text.matches(&format!("<field id=\"70\" value=\"{network}\"/>")).count(),
            _ => text.lines().filter(|line| line.split(',').nth(17) == Some(network)).count(),
        };
        let (sign_ons, key_changes) = (told("001"), told("101"));
        assert_eq!((sign_ons + key_changes) as u64, truth.ledger.administrative);
        assert!(key_changes > 200 && sign_ons > key_changes && truth.ledger.administrative > 1_100);
    }
}
