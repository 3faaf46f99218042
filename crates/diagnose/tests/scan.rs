//! What the incident scan finds on days whose faults are known.

mod fleet;

use fleet::{Fault, HOUR, MINUTE, day, fault, is, mark, rates};
use posmortem_diagnose::Attribute::{EntryMode, Firmware, Issuer, Link, Model, Region, Site, Terminal};
use posmortem_diagnose::{
    Attempt, Attribute, Day, Finding, Flags, Groups, Mark, Overlay, Rates, Scan, ScanSettings, Scanned,
    ScopeKind,
};

fn scan(day: &Day, rates: &Rates) -> Scanned {
    let (groups, kinds) = (Groups::payments(), ScopeKind::payments());
    Scan::new(day, rates, &groups, &kinds, ScanSettings::day(Terminal.dimension())).search()
}

fn found(faults: &[Fault], seed: u64) -> Scanned {
    scan(&day(seed, 150.0, faults), &rates())
}

/// A finding in one line: scope, group, minutes.
fn line(finding: &Finding) -> String {
    let scope = |&(dimension, value): &(usize, u32)| format!("{} {value}", Attribute::ALL[dimension].name());
    let scopes: Vec<_> = finding.scope.iter().map(scope).collect();
    let groups = Groups::payments();
    format!("{}: {}", scopes.join(", "), groups.get(finding.group).name())
}

fn lines(scanned: &Scanned) -> Vec<String> {
    scanned.findings.iter().map(line).collect()
}

/// The common part of both windows, of their union.
fn overlap(finding: &Finding, fault: &Fault) -> f64 {
    let common = finding.end.min(fault.until) - finding.start.max(fault.from);
    let union = finding.end.max(fault.until) - finding.start.min(fault.from);
    common as f64 / union as f64
}

#[test]
fn an_issuer_s_outage_is_the_issuer_s() {
    for seed in 1..=3 {
        let faults = [fault(is(Issuer, 3), 11 * HOUR, 11 * HOUR + 40 * MINUTE, 0.35, "issuer_unavailable")];
        let scanned = found(&faults, seed);
        assert_eq!(lines(&scanned), ["issuer 3: issuer_down"], "seed {seed}");
        let finding = &scanned.findings[0];
        assert!(overlap(finding, &faults[0]) > 0.9, "seed {seed}: {finding:?}");
        assert!(finding.confidence() > 0.99);
        let counted: u64 = finding.marks.iter().map(|count| count.observed).sum();
        assert_eq!(counted, finding.observed);
        assert!(finding.sequences > 20);
    }
}

#[test]
fn a_link_s_outage_leaves_no_issuer_behind() {
    for seed in 1..=3 {
        let faults = [fault(is(Link, 2), 15 * HOUR, 15 * HOUR + 20 * MINUTE, 0.9, "response_timeout")];
        let scanned = found(&faults, seed);
        assert_eq!(lines(&scanned), ["link 2: no_answer"], "seed {seed}");
        assert!(overlap(&scanned.findings[0], &faults[0]) > 0.95, "seed {seed}");
    }
}

#[test]
fn two_codes_of_one_mechanism_are_one_incident() {
    let window = (15 * HOUR, 15 * HOUR + 30 * MINUTE);
    let faults = [
        fault(is(Link, 2), window.0, window.1, 0.5, "response_timeout"),
        fault(is(Link, 2), window.0, window.1, 0.4, "switch_fault"),
        fault(is(Link, 2), window.0, window.1, 0.02, "terminal_software_fault"),
    ];
    let scanned = found(&faults[..2], 4);
    assert_eq!(lines(&scanned), ["link 2: no_answer"]);
    let groups = Groups::payments();
    assert_eq!(scanned.findings[0].joined, [groups.from_name("switch").expect("listed")]);
    let stray = found(&faults, 4);
    assert!(stray.findings.iter().all(|finding| finding.joined.len() < 2), "a format error is no path");
}

#[test]
fn a_region_and_its_link_back_to_back_are_two() {
    for seed in 1..=5 {
        let faults = [
            fault(is(Region, 1), 12 * HOUR, 12 * HOUR + 40 * MINUTE, 0.3, "response_timeout"),
            fault(is(Link, 1), 12 * HOUR + 50 * MINUTE, 13 * HOUR + 20 * MINUTE, 0.8, "response_timeout"),
        ];
        let scanned = found(&faults, seed);
        assert_eq!(lines(&scanned), ["region 1: no_answer", "link 1: no_answer"], "seed {seed}");
        for (finding, fault) in scanned.findings.iter().zip(&faults) {
            assert!(overlap(finding, fault) > 0.85, "seed {seed}: {finding:?}");
        }
    }
}

#[test]
fn a_firmware_bug_is_of_model_and_firmware() {
    for seed in 1..=3 {
        let bug = |told: &fleet::Told| told[Model.dimension()] == 2 && told[Firmware.dimension()] == 3;
        let faults = [fault(bug, 9 * HOUR, 24 * HOUR, 0.02, "terminal_software_fault")];
        let scanned = found(&faults, seed);
        assert_eq!(lines(&scanned), ["model 2, firmware 3: software"], "seed {seed}");
        let finding = &scanned.findings[0];
        assert!(
            (finding.start - 9 * HOUR).abs() < HOUR && finding.end > 21 * HOUR,
            "seed {seed}: {finding:?}"
        );
    }
}

#[test]
fn a_bug_of_the_whole_day_lasts_the_whole_day() {
    let bug = |told: &fleet::Told| told[Model.dimension()] == 2 && told[Firmware.dimension()] == 3;
    let scanned = found(&[fault(bug, 0, 24 * HOUR, 0.03, "terminal_software_fault")], 1);
    assert_eq!(lines(&scanned), ["model 2, firmware 3: software"]);
    // From the scope's first attempt to its last.
    let finding = &scanned.findings[0];
    assert!(finding.start < HOUR / 4 && finding.end > 24 * HOUR - HOUR / 4, "{finding:?}");
}

/// Nobody knows from one day whether an issuer always refuses so often.
#[test]
fn an_issuer_s_level_of_all_day_is_no_incident_unless_other_days_tell() {
    let day = day(3, 150.0, &[fault(is(Issuer, 3), 0, 24 * HOUR, 0.1, "issuer_unavailable")]);
    assert!(scan(&day, &rates()).findings.is_empty());
    let (rates, groups, mut kinds) = (rates(), Groups::payments(), ScopeKind::payments());
    kinds.iter_mut().for_each(|kind| kind.all_day = true);
    let told = Scan::new(&day, &rates, &groups, &kinds, ScanSettings::day(Terminal.dimension())).search();
    assert_eq!(lines(&told), ["issuer 3: issuer_down"]);
}

/// What an issuer no longer permits has another code where cards are read in one way, and is seen at that way.
#[test]
fn an_incident_in_another_code_takes_the_scope_that_holds_most_of_it() {
    let of_issuer = |told: &fleet::Told| told[Issuer.dimension()] == 3;
    let of_mode = move |told: &fleet::Told| of_issuer(told) && told[EntryMode.dimension()] == 4;
    let window = (10 * HOUR, 18 * HOUR);
    let faults = [
        fault(of_mode, window.0, window.1, 0.9, "wrong_procedure"),
        fault(of_issuer, window.0, window.1, 0.6, "not_permitted"),
    ];
    let (rates, groups, mut kinds) = (rates(), Groups::payments(), ScopeKind::payments());
    // Too dear for what so few payments show.
    kinds.retain(|kind| [[Issuer.dimension()], [EntryMode.dimension()]].contains(&[kind.dimensions[0]]));
    kinds.retain(|kind| kind.dimensions.len() == 1);
    kinds
        .iter_mut()
        .filter(|kind| kind.dimensions == [Issuer.dimension()])
        .for_each(|kind| kind.extra = 400.0);
    let search = |faults: &[Fault]| {
        let day = day(1, 500.0, faults);
        Scan::new(&day, &rates, &groups, &kinds, ScanSettings::day(Terminal.dimension())).search()
    };
    assert_eq!(lines(&search(&faults[..1])), ["entry_mode 4: operator"]);
    let both = search(&faults);
    assert_eq!(lines(&both), ["issuer 3: policy"]);
    assert_eq!(both.findings[0].joined, [groups.from_name("operator").expect("listed")]);
}

#[test]
fn a_site_is_told_from_one_of_its_terminals() {
    for seed in 1..=5 {
        let window = (10 * HOUR, 14 * HOUR);
        let site = found(&[fault(is(Site, 40), window.0, window.1, 0.4, "response_timeout")], seed);
        assert_eq!(lines(&site), ["site 40: no_answer"], "seed {seed}");
        let one = found(&[fault(is(Terminal, 119), window.0, window.1, 0.6, "response_timeout")], seed);
        assert!(one.findings.is_empty(), "seed {seed}: {:?}", lines(&one));
        assert!(one.asides.iter().all(|aside| aside.sequence == 119), "seed {seed}: {:?}", one.asides);
    }
}

#[test]
fn a_few_terminals_are_no_region() {
    for seed in 1..=5 {
        let few = |told: &fleet::Told| [1, 20, 55, 92].contains(&told[Terminal.dimension()]);
        let scanned = found(&[fault(few, 8 * HOUR, 22 * HOUR, 0.3, "mac_invalid")], seed);
        assert!(scanned.findings.is_empty(), "seed {seed}: {:?}", lines(&scanned));
        let mut blamed: Vec<_> = scanned.asides.iter().map(|aside| aside.sequence).collect();
        blamed.dedup();
        assert_eq!(blamed, [1, 20, 55, 92], "seed {seed}");
    }
}

#[test]
fn days_without_faults_have_no_incidents() {
    let all: Vec<_> = (100..120).flat_map(|seed| lines(&found(&[], seed))).collect();
    assert!(all.len() <= 1, "{all:?}");
}

#[test]
fn many_threads_and_merged_attempts_find_the_same() {
    let faults = [
        fault(is(Link, 2), 15 * HOUR, 15 * HOUR + 20 * MINUTE, 0.9, "response_timeout"),
        fault(is(Issuer, 3), 11 * HOUR, 12 * HOUR, 0.3, "issuer_unavailable"),
        fault(is(Terminal, 7), 9 * HOUR, 20 * HOUR, 0.5, "mac_invalid"),
    ];
    // To the minute, so that attempts of one leaf coincide.
    let mut single = day(9, 600.0, &faults);
    single.attempts.iter_mut().for_each(|attempt| attempt.at -= attempt.at % (20 * MINUTE));
    let merged = merged(&single);
    assert!(merged.attempts.len() < single.attempts.len());
    let rates = rates();
    let with = |threads: usize, day: &Day| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| scan(day, &rates))
    };
    let one = with(1, &single);
    assert!(one.findings.len() >= 2, "{:?}", lines(&one));
    assert_eq!(one, with(4, &single));
    assert_eq!(one, with(1, &merged));
    assert_eq!(one, with(4, &merged));
}

/// Attempts of one leaf, moment and mark as one.
fn merged(day: &Day) -> Day {
    let mut merged = Day { attempts: Vec::new(), sequences: Vec::new(), ..day.clone() };
    for sequence in &day.sequences {
        let begin = merged.attempts.len();
        let mut attempts = day.attempts[sequence.clone()].to_vec();
        attempts.sort_by_key(|attempt| (attempt.at, attempt.leaf, attempt.mark));
        for attempt in attempts {
            match merged.attempts[begin..].last_mut() {
                Some(last) if (last.at, last.leaf, last.mark) == (attempt.at, attempt.leaf, attempt.mark) => {
                    last.count += 1;
                }
                _ => merged.attempts.push(attempt),
            }
        }
        merged.sequences.push(begin..merged.attempts.len());
    }
    merged
}

#[test]
fn edges_are_the_first_and_last_failure() {
    let (from, until) = (10 * HOUR + 7 * MINUTE, 10 * HOUR + 38 * MINUTE);
    let down = [fault(is(Link, 1), from, until, 1.0, "response_timeout")];
    let fleet = day(5, 150.0, &down);
    let hit = |attempt: &&Attempt| {
        attempt.at >= from && attempt.at < until && fleet.leaves.value(Link.dimension(), attempt.leaf) == 1
    };
    let moments: Vec<_> = fleet.attempts.iter().filter(hit).map(|attempt| attempt.at).collect();
    let scanned = scan(&fleet, &rates());
    let finding = &scanned.findings[0];
    assert_eq!(
        (Some(&finding.start), Some(&(finding.end - 1))),
        (moments.iter().min(), moments.iter().max())
    );
    assert_eq!((finding.observed, finding.attempts), (moments.len() as u64, moments.len() as u64));
}

#[test]
fn what_does_not_count_is_not_found() {
    let faults = [fault(is(Issuer, 3), 11 * HOUR, 12 * HOUR, 0.5, "issuer_unavailable")];
    let mut fleet = day(6, 150.0, &faults);
    assert_eq!(lines(&scan(&fleet, &rates())).len(), 1);
    for flag in [Flags::NEUTRAL, Flags::ATTACK, Flags::OWN] {
        for attempt in &mut fleet.attempts {
            attempt.flags = if attempt.mark == mark("issuer_unavailable") { flag } else { Flags::default() };
        }
        assert!(scan(&fleet, &rates()).findings.is_empty(), "{flag:?}");
    }
}

#[test]
fn the_overlay_gives_an_incident_s_own_rate() {
    let faults = [fault(is(Link, 2), 15 * HOUR, 16 * HOUR, 0.5, "response_timeout")];
    let fleet = day(7, 150.0, &faults);
    let scanned = scan(&fleet, &rates());
    let overlay = Overlay::new(&scanned.findings);
    let timeout = mark("response_timeout");
    let inside = |attempt: &&Attempt| {
        attempt.at >= 15 * HOUR
            && attempt.at < 16 * HOUR
            && fleet.leaves.value(Link.dimension(), attempt.leaf) == 2
    };
    for attempt in &fleet.attempts {
        let rate = overlay.rate(&fleet.leaves, attempt, timeout, 0.002);
        if inside(&attempt) {
            assert!((0.4..0.6).contains(&rate), "{rate}");
        }
        assert_eq!(
            overlay.rate(&fleet.leaves, attempt, Mark::FELL_BACK, 0.002).to_bits(),
            0.002f64.to_bits()
        );
    }
}

#[test]
fn without_terminals_nobody_is_blamed() {
    let faults = [fault(is(Link, 2), 15 * HOUR, 15 * HOUR + 30 * MINUTE, 0.6, "response_timeout")];
    let mut fleet = day(10, 150.0, &faults);
    fleet.leaves.columns[Terminal.dimension()].fill(0);
    fleet.attempts.sort_by_key(|attempt| attempt.at);
    fleet.sequences = std::iter::once(0..fleet.attempts.len()).collect();
    let scanned = scan(&fleet, &rates());
    assert_eq!(lines(&scanned), ["link 2: no_answer"]);
    assert!(scanned.asides.is_empty());
}
