//! Labels agree with what the log shows: each is counted again from the written lines.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use jiff::civil::DateTime;
use posmortem_synth::{
    FaultCounts, FaultKind, FaultLabel, Form, Label, Labels, Rates, Settings, World, moment, write,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An attempt: its request's row, and the code and latency of its answer.
struct Attempt {
    /// In the order of [`COLUMNS`].
    cells: Vec<String>,
    answer: Option<(String, u32)>,
}

const COLUMNS: [&str; 13] = [
    "time",
    "terminal_id",
    "pan",
    "pos_entry_mode",
    "service_code",
    "link",
    "site",
    "region",
    "model",
    "firmware",
    "dialect",
    "tvr",
    "chip_condition",
];

impl Attempt {
    fn told(&self, column: &str) -> &str {
        &self.cells[COLUMNS.iter().position(|name| *name == column).unwrap()]
    }

    fn at(&self) -> &str {
        self.told("time")
    }

    fn code(&self) -> &str {
        self.answer.as_ref().map_or("", |(code, _)| code)
    }

    fn fell_back(&self) -> bool {
        let mode = self.told("pos_entry_mode");
        mode.starts_with("80") || (mode.starts_with("90") && self.told("service_code") == "201")
    }

    /// TVR byte 1, bit 6.
    fn misses_chip_data(&self) -> bool {
        let first = self.told("tvr").get(..2).map_or(0, |byte| u8::from_str_radix(byte, 16).unwrap());
        first & 0x20 != 0
    }

    fn failed(&self) -> bool {
        match &self.answer {
            None => true,
            Some((code, latency)) => !["00", "10"].contains(&code.as_str()) || *latency > 60_000,
        }
    }

    fn entry(&self) -> &'static str {
        match &self.told("pos_entry_mode")[..2] {
            "07" => "contactless",
            "05" => "chip",
            "01" => "manual",
            "80" => "fallback",
            _ => "stripe",
        }
    }
}

struct Day {
    attempts: Vec<Attempt>,
    /// Times by terminal.
    sign_ons: BTreeMap<String, Vec<String>>,
    labels: Labels,
}

/// A day whose messages are printed once and pass no hop, so that rows can be counted by hand.
fn settings(seed: u64, world: World) -> Settings {
    let labelled = Settings::labelled(seed, world, 600);
    let mut faults = labelled.faults;
    for kind in FaultKind::ALL {
        faults = faults.with(kind, faults.of(kind).max(2));
    }
    let rates =
        Rates { renumbered: 0.0, copied: 0.0, masked: 0.0, delayed: 0.0, orphans: 0.0, ..labelled.rates };
    Settings { faults, rates, ..labelled }
}

fn day(settings: &Settings) -> Day {
    let mut log = Vec::new();
    let labels = write(settings, &mut log, None).unwrap().labels;
    let text = String::from_utf8(log).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let wanted = COLUMNS.map(place);
    let key = ["terminal_id", "stan", "rrn"].map(place);
    let [mti, code, latency] = ["mti", "response_code", "latency_ms"].map(place);
    let (mut attempts, mut sign_ons): (Vec<Attempt>, BTreeMap<String, Vec<String>>) = Default::default();
    let mut by_key: HashMap<[&str; 3], usize> = HashMap::new();
    for line in lines {
        let row: Vec<&str> = line.split(',').collect();
        let key = key.map(|at| row[at]);
        match row[mti] {
            "0100" | "0200" => {
                by_key.insert(key, attempts.len());
                let cells = wanted.iter().map(|at| row[*at].to_owned()).collect();
                attempts.push(Attempt { cells, answer: None });
            }
            "0110" | "0210" => {
                let answer = (row[code].to_owned(), row[latency].parse().unwrap());
                attempts[by_key[&key]].answer.get_or_insert(answer);
            }
            "0800" => sign_ons.entry(row[wanted[1]].to_owned()).or_default().push(row[wanted[0]].to_owned()),
            _ => {}
        }
    }
    Day { attempts, sign_ons, labels }
}

impl Day {
    /// Attempts of which it holds that begin in a window.
    fn inside(&self, window: (i64, i64), holds: impl Fn(&Attempt) -> bool) -> Vec<&Attempt> {
        let (start, end) = (moment(window.0).to_string(), moment(window.1).to_string());
        let is_inside = |attempt: &&Attempt| (start.as_str()..end.as_str()).contains(&attempt.at());
        self.attempts.iter().filter(is_inside).filter(|attempt| holds(attempt)).collect()
    }
}

/// Whether an attempt may be one that a fault of that name hit.
fn shows(fault: &str, attempt: &Attempt) -> bool {
    let code = attempt.code();
    match fault {
        "reader" | "firmware_reader" => attempt.fell_back(),
        "pin_key" => ["55", "99", "81"].contains(&code) && attempt.entry() != "manual",
        "mac_key" => ["A0", "97"].contains(&code),
        "sign_on" => ["77", "06"].contains(&code),
        "operator_amount" | "operator_steps" => ["12", "13", "22", "25"].contains(&code),
        "software" | "firmware_format" => ["30", "81"].contains(&code),
        "issuer_outage" | "link_refusal" => code == "91",
        "policy_change" => code == "57",
        "signal" | "link_outage" | "region_outage" | "site_trouble" => {
            attempt.answer.as_ref().is_none_or(|(_, latency)| *latency > 30_000)
        }
        other => panic!("{other} is not known"),
    }
}

/// The scope of an own fault or an incident.
fn in_scope(label: &Label, attempt: &Attempt) -> bool {
    match label {
        Label::Own { terminal, .. } => attempt.told("terminal_id") == terminal,
        Label::Incident { scope, .. } => scope.iter().all(|(name, value)| match *name {
            "issuer" => attempt.told("pan").starts_with(value.as_str()),
            "entry_mode" => attempt.entry() == value,
            name => attempt.told(name) == value,
        }),
        _ => false,
    }
}

#[test]
fn own_faults_and_incidents_are_where_labels_say() {
    for (seed, world) in [(1, World::City), (2, World::Province)] {
        let day = day(&settings(seed, world));
        let (mut hit, mut awaited) = (0, 0.0);
        let mut faults = BTreeSet::new();
        for label in &day.labels.all {
            let Some(&FaultLabel { fault, start, end, attempts_inside: inside, hits, expected_hits, .. }) =
                label.fault()
            else {
                continue;
            };
            let about = format!("{}: {label:?}", world.name());
            let attempts = day.inside((start, end), |attempt| in_scope(label, attempt));
            // One link's clock is some seconds off; windows of several links are by the world's clock.
            let is_of_link = matches!(label, Label::Own { .. }) || about.contains("\"link\"");
            let off = (attempts.len() as u64).abs_diff(inside);
            assert!(if is_of_link { off == 0 } else { off <= 3 + inside / 50 }, "{about}: {off}");
            let shown = attempts.iter().filter(|attempt| shows(fault, attempt)).count() as u64;
            assert!(shown + off >= hits && hits <= inside, "{about}: {shown}");
            faults.insert(fault);
            (hit, awaited) = (hit + hits, awaited + expected_hits);
        }
        assert!(faults.len() >= 12, "{faults:?}");
        // What one fault hits, another one cannot: fewer, but not many fewer.
        let part = hit as f64 / awaited;
        assert!((0.9..1.05).contains(&part), "{}: {part}", world.name());
    }
}

#[test]
fn faulty_readers_leave_traces() {
    for world in World::LABELLED {
        let faults = FaultCounts::default().with(FaultKind::Reader, 20);
        let day = day(&Settings { faults, ..settings(9, world) });
        let mut faulty: BTreeSet<&str> = BTreeSet::new();
        let (mut inside, mut hits) = (Vec::new(), 0);
        for label in &day.labels.all {
            let Label::Own { of, terminal, .. } = label else { continue };
            let fell_back = |attempt: &Attempt| attempt.fell_back() && in_scope(label, attempt);
            inside.extend(day.inside((of.start, of.end), fell_back));
            hits += of.hits;
            faulty.insert(terminal);
        }
        let others = day.attempts.iter().filter(|attempt| !faulty.contains(attempt.told("terminal_id")));
        let others: Vec<&Attempt> = others.collect();
        let share = |of: &[&Attempt], holds: fn(&Attempt) -> bool| {
            of.iter().filter(|attempt| holds(attempt)).count() as f64 / of.len() as f64
        };
        let ordinary: Vec<&Attempt> = others.iter().filter(|attempt| attempt.fell_back()).copied().collect();
        assert!(hits > 100 && ordinary.len() > 100, "{}: {hits} {}", world.name(), ordinary.len());
        let missing = [&inside, &ordinary, &others].map(|of| share(of, Attempt::misses_chip_data));
        let [faulty, ordinary, all] = missing;
        assert!((0.25..0.6).contains(&faulty) && (0.01..0.1).contains(&ordinary), "{missing:?}");
        assert!(0.0 < all && all < 0.01, "{missing:?}");
        let failed = |attempt: &Attempt| attempt.told("chip_condition") == "2";
        let tells = |attempt: &&&Attempt| ["visa", "unionpay-pos"].contains(&attempt.told("dialect"));
        let inside: Vec<&Attempt> = inside.iter().filter(tells).copied().collect();
        assert!(share(&inside, failed) > 0.75, "{}", share(&inside, failed));
        for attempt in &day.attempts {
            let read = matches!(attempt.entry(), "chip" | "contactless");
            let is_of_chip = attempt.told("service_code") == "201";
            let [tvr, condition] = ["tvr", "chip_condition"].map(|column| attempt.told(column));
            assert!(!read || tvr.len() == 10, "{:?}", attempt.cells);
            assert!(is_of_chip || (tvr.is_empty() && condition.is_empty()), "{:?}", attempt.cells);
            let tells = is_of_chip && tells(&&attempt);
            assert_eq!(tells, !condition.is_empty(), "{:?}", attempt.cells);
        }
    }
}

#[test]
fn labels_name_terminals_that_are_there() {
    let day = day(&settings(6, World::Province));
    let mut attempts: BTreeMap<&str, u64> = BTreeMap::new();
    for attempt in &day.attempts {
        *attempts.entry(attempt.told("terminal_id")).or_default() += 1;
    }
    for label in &day.labels.all {
        match label {
            Label::Own { terminal, attempts: told, .. } => {
                assert_eq!(attempts.get(terminal.as_str()).copied().unwrap_or_default(), *told, "{label:?}");
            }
            Label::Incident { of: FaultLabel { hits, start, end, .. }, terminals, hit_terminals, .. } => {
                let around = day.inside((start - 10_000, end + 10_000), |attempt| in_scope(label, attempt));
                let there: BTreeSet<&str> =
                    around.iter().map(|attempt| attempt.told("terminal_id")).collect();
                assert!(hit_terminals.iter().all(|hit| there.contains(hit.as_str())), "{label:?}");
                assert!(*terminals == hit_terminals.len() && (*hits < 8 || *terminals > 1), "{label:?}");
            }
            _ => {}
        }
    }
}

#[test]
fn attacks_are_keyed_and_silence_is_silent() {
    for (seed, world) in [(3, World::City), (4, World::Province)] {
        let day = day(&settings(seed, world));
        for label in &day.labels.all {
            let about = format!("{}: {label:?}", world.name());
            match label {
                Label::Attack { terminal, issuer, start, end, attempts } => {
                    let tried = day.inside((*start, *end + 1), |attempt| {
                        attempt.told("terminal_id") == terminal.as_str()
                            && attempt.entry() == "manual"
                            && attempt.told("pan").starts_with(issuer.as_str())
                    });
                    let cards: BTreeSet<&str> = tried.iter().map(|at| at.told("pan")).collect();
                    let refused = tried.iter().filter(|attempt| attempt.failed()).count();
                    assert!(tried.len() as u64 >= *attempts && cards.len() + 3 > tried.len(), "{about}");
                    assert!(refused * 10 >= tried.len() * 6 && *attempts >= 60, "{about}");
                    assert!((end - start) / (*attempts as i64) < 15_000, "{about}");
                }
                Label::Power { terminals, start, end, site, .. } => {
                    assert!(site.is_none() || terminals.len() > 1, "{about}");
                    for terminal in terminals {
                        let own = |attempt: &Attempt| attempt.told("terminal_id") == terminal.as_str();
                        assert!(day.inside((*start, *end), own).is_empty(), "{about}");
                        let soon = moment(*end).to_string()..moment(*end + 180_000).to_string();
                        assert!(day.sign_ons[terminal].iter().any(|at| soon.contains(at)), "{about}");
                    }
                }
                Label::Storm { terminal, start, end, attempts } => {
                    let own = |attempt: &Attempt| attempt.told("terminal_id") == terminal.as_str();
                    let mut cards: BTreeMap<&str, u64> = BTreeMap::new();
                    for attempt in day.inside((*start, *end + 1), own) {
                        *cards.entry(attempt.told("pan")).or_default() += 1;
                    }
                    assert!(*attempts >= 20 && cards.values().max() >= Some(attempts), "{about}");
                }
                _ => {}
            }
        }
        let kinds = |is_one: fn(&Label) -> bool| day.labels.all.iter().filter(|label| is_one(label)).count();
        assert_eq!(kinds(|label| matches!(label, Label::Attack { .. })), 2);
        assert_eq!(kinds(|label| matches!(label, Label::Power { .. })), 2);
        // Everybody signs on every day.
        assert!(day.sign_ons.len() > 550, "{}", day.sign_ons.len());
    }
}

#[test]
fn a_rollout_changes_the_firmware_at_its_hour() {
    let day = day(&settings(5, World::City));
    let rollouts = day.labels.all.iter().filter_map(|label| match label {
        Label::Rollout { model, firmware, start } => Some((model.clone(), firmware.clone(), *start)),
        Label::Incident { scope, of, .. } => {
            Some((scope.get("model")?.clone(), scope.get("firmware")?.clone(), of.start))
        }
        _ => None,
    });
    let mut count = 0;
    for (model, firmware, start) in rollouts {
        // A link's clock may be some seconds off.
        let (before, after) = (moment(start - 10_000).to_string(), moment(start + 10_000).to_string());
        let of_model = day.attempts.iter().filter(|attempt| attempt.told("model") == model.as_str());
        let (mut new, mut old) = (0, 0);
        for attempt in of_model {
            let is_new = attempt.told("firmware") == firmware.as_str();
            assert!(!is_new || attempt.at() > before.as_str(), "{model} {firmware}");
            if attempt.at() > after.as_str() {
                new += u32::from(is_new);
                old += u32::from(!is_new);
            }
        }
        assert!(new > 2 * old && old > 0, "{model} {firmware}: {new} {old}");
        count += 1;
    }
    assert!(count >= 3);
}

#[test]
fn null_days_have_no_fault() {
    for world in World::LABELLED {
        for seed in 1..4 {
            let faults = FaultCounts::null(600);
            let null = Settings { faults, attempts: 5_000, ..settings(seed, world) };
            let labels = write(&null, &mut Vec::new(), None).unwrap().labels;
            assert!(
                labels.all.len() > 5
                    && !labels.all.iter().any(Label::is_fault)
                    && labels.touched().is_empty()
            );
        }
    }
    let plain = Settings { terminals: 20, attempts: 200, form: Form::Both, ..Settings::new(1) };
    assert_eq!(write(&plain, &mut Vec::new(), None).unwrap().labels, Labels::default());
}

#[test]
fn the_effect_changes_how_often_and_nothing_else() {
    let labels = |effect: f64| {
        let mut settings = Settings { attempts: 20_000, ..settings(7, World::Province) };
        settings.faults.effect = effect;
        write(&settings, &mut Vec::new(), None).unwrap().labels.all
    };
    let sum = |labels: &[Label]| -> u64 { labels.iter().filter_map(Label::fault).map(|of| of.hits).sum() };
    let (whole, half) = (labels(1.0), labels(0.5));
    assert_eq!(whole.len(), half.len());
    for (one, other) in whole.iter().zip(&half) {
        let window = |label: &Label| match label {
            Label::Own { terminal, of, .. } => (terminal.clone(), of.start, of.end),
            Label::Incident { scope, of, .. } => (format!("{scope:?}"), of.start, of.end),
            other => (format!("{other:?}"), 0, 0),
        };
        assert_eq!(window(one), window(other));
    }
    let part = sum(&half) as f64 / sum(&whole) as f64;
    assert!((0.4..0.62).contains(&part), "{part}");
}

#[test]
fn a_day_has_what_it_is_asked_for() {
    let asked = [
        (FaultKind::IssuerOutage, 1),
        (FaultKind::Attack, 1),
        (FaultKind::Reader, 20),
        (FaultKind::MacKey, 20),
    ];
    let faults =
        asked.into_iter().fold(FaultCounts::default(), |faults, (kind, count)| faults.with(kind, count));
    let mut log = Vec::new();
    let written = write(&Settings { faults, ..settings(8, World::City) }, &mut log, None).unwrap();
    let mut json = Vec::new();
    written.labels.write_json_lines(&mut json).unwrap();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for line in String::from_utf8(json).unwrap().lines() {
        let label: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = label.get("fault").unwrap_or(&label["kind"]).as_str().unwrap().to_owned();
        *kinds.entry(name).or_default() += 1;
        if label["kind"] == "own" {
            assert!(label["start"].as_str().unwrap().parse::<DateTime>().is_ok(), "{label}");
        }
    }
    let told = [("attack", 1), ("issuer_outage", 1), ("mac_key", 20), ("reader", 20)];
    assert_eq!(kinds, told.map(|(name, count)| (name.to_owned(), count)).into_iter().collect());
    let own: BTreeSet<&str> = written
        .labels
        .all
        .iter()
        .filter_map(|label| match label {
            Label::Own { terminal, .. } => Some(terminal.as_str()),
            _ => None,
        })
        .collect();
    let touched = written.labels.touched();
    assert!(own.len() == 40 && !touched.is_empty() && touched.is_disjoint(&own));
}
