use super::*;
use crate::{Conclusion, Exchange, ExchangeTable, Leg, Names, Outcome, Source, conclude};
use posmortem_classify::CodeTables;
use posmortem_iso8583::{Amount, Mti, ResponseCode, Timestamp};
use std::collections::BTreeMap;

/// An attempt of many, all of whose values follow from its number.
fn attempt(number: u64, names: &mut Names) -> Exchange {
    let pick =
        |of: &[&'static str]| of[(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as usize % of.len()];
    let at = Timestamp { millis: (number * 7_919_321) as i64, offset_minutes: Some(60) };
    let terminal = format!("T{}", number % 7);
    Exchange::alone(Leg {
        mti: Mti::parse(b"0210"),
        code: ResponseCode::parse(pick(&["00", "51", "91", "A7", "55"]).as_bytes()),
        terminal: names.intern(&terminal),
        terminal_key: names.intern(&terminal),
        merchant: names.intern(pick(&["M1", "M2", "M3"])),
        issuer: names.intern(pick(&["411111", "52000000", "BANK", ""])),
        link: names.intern(if number.is_multiple_of(2) { "west" } else { "east" }),
        entry_mode: [EntryMode::Chip, EntryMode::Fallback, EntryMode::Manual][number as usize % 3],
        amount: Some(Amount { minor: number, currency: Currency::parse(b"978").expect("a currency") }),
        latency_ms: (!number.is_multiple_of(5)).then_some((number % 3_000) as u32),
        ..Leg::untold(at, Source::default())
    })
}

/// The ending of some is an approval that was lost.
fn ending(number: u64, exchange: &Exchange) -> Conclusion {
    let ending = conclude(exchange, CodeTables::built_in());
    if ending.outcome == Outcome::Approved && number.is_multiple_of(11) {
        let reason = Some(Reason::RESPONSE_TIMEOUT);
        return Conclusion { outcome: Outcome::Late, reason, approval_lost: true, ..ending };
    }
    ending
}

fn table(attempts: u64) -> (ExchangeTable, Names) {
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    for number in 0..attempts {
        let exchange = attempt(number, &mut names);
        table.push(&exchange, &ending(number, &exchange));
    }
    table.finish(&names, |_, _| true);
    (table, names)
}

/// Of a finished table, chunk by chunk.
fn breakdown_of(table: &ExchangeTable, names: &Names) -> Breakdown {
    let counter = BreakdownCounter::new(table, names);
    let mut all = BreakdownPart::default();
    table.chunks().iter().for_each(|chunk| counter.count(chunk, &mut all));
    counter.finish(all)
}

#[test]
fn every_row_is_in_every_count() {
    let (table, names) = table(3_000);
    let breakdown = breakdown_of(&table, &names);
    let mut expected = Counts::default();
    let mut links = BTreeMap::<&str, (u64, u64)>::new();
    let mut reads = BTreeMap::<(&str, Option<&str>, EntryMode), u64>::new();
    let mut lost = BTreeMap::<&str, (u64, u128)>::new();
    for row in table.rows() {
        expected.add_times(row.conclusion.outcome, row.conclusion.cause(), 1);
        let link = links.entry(names.text(row.link)).or_default();
        link.0 += 1;
        link.1 += u64::from(row.latency.is_some());
        let scheme = match names.text(row.issuer) {
            "411111" => Some("visa"),
            "52000000" => Some("mastercard"),
            _ => None,
        };
        *reads.entry((names.text(row.place.site), scheme, row.entry_mode)).or_default() += 1;
        if row.conclusion.approval_lost {
            let sum = lost.entry(names.text(row.place.terminal)).or_default();
            *sum = (sum.0 + 1, sum.1 + row.amount.map_or(0, |amount| u128::from(amount.minor)));
        }
    }
    assert_eq!(breakdown.fleet.counts, expected);
    let all_hours = breakdown.minutes.hours().into_iter().fold(Counts::default(), |mut sum, hour| {
        sum += hour;
        sum
    });
    assert_eq!(all_hours, expected);
    let of_links = breakdown
        .links
        .iter()
        .map(|(link, group)| (names.text(*link), (group.counts.exchanges, group.latencies.answers())));
    assert_eq!(of_links.collect::<BTreeMap<_, _>>(), links);
    let of_sites = breakdown.sites.iter().flat_map(|site| {
        let modes = EntryMode::ALL.into_iter().zip(site.reads).filter(|(_, count)| *count > 0);
        modes.map(|(mode, count)| ((names.text(site.site), site.scheme, mode), count))
    });
    assert_eq!(of_sites.collect::<BTreeMap<_, _>>(), reads);
    assert!(!lost.is_empty());
    let of_lost = breakdown.lost.iter().map(|lost| (names.text(lost.terminal), (lost.count, lost.minor)));
    assert_eq!(of_lost.collect::<BTreeMap<_, _>>(), lost);
    let Group { counts, technical, .. } = &breakdown.fleet;
    assert!(*technical > 0 && breakdown.fleet.business() > 0 && counts.with(Outcome::Unclassified) > 0);
    assert_eq!(technical + breakdown.fleet.business() + counts.with(Outcome::Unclassified), counts.failed());
}

#[test]
fn parts_in_any_order_come_to_the_same() {
    let (table, names) = table(150_000);
    assert!(table.chunks().len() > 2);
    let counter = BreakdownCounter::new(&table, &names);
    let mut backwards = BreakdownPart::default();
    for chunk in table.chunks().iter().rev() {
        let mut part = BreakdownPart::default();
        counter.count(chunk, &mut part);
        part.add(std::mem::take(&mut backwards));
        backwards = part;
    }
    assert_eq!(counter.finish(backwards), breakdown_of(&table, &names));
}

#[test]
fn hours_are_those_of_the_logs_clock() {
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    let mut exchange = attempt(1, &mut names);
    exchange.answer.as_mut().expect("an answer").at = Timestamp { millis: 0, offset_minutes: Some(-90) };
    table.push(&exchange, &ending(1, &exchange));
    table.finish(&names, |_, _| true);
    let hours = breakdown_of(&table, &names).minutes.hours();
    assert_eq!(hours.iter().position(|hour| hour.exchanges == 1), Some(22));
}

#[test]
fn reads_are_told_by_mode_and_summed_by_scheme() {
    let mut names = Names::default();
    let [one, two] = ["one", "two"].map(|site| names.intern(site));
    let of = |site, scheme, told: &[(EntryMode, u64)]| {
        let mut reads = [0; EntryMode::ALL.len()];
        told.iter().for_each(|(mode, count)| reads[*mode as usize] = *count);
        SiteReads { site, scheme, reads }
    };
    use EntryMode::{Chip, Contactless, Ecommerce, Fallback, Manual, Qr, Stored, Stripe, Unknown};
    let told =
        [(Contactless, 2), (Chip, 3), (Stripe, 5), (Fallback, 7), (Manual, 11), (Qr, 13), (Ecommerce, 17)];
    let all = [&told[..], &[(Stored, 19), (Unknown, 23)]].concat();
    let site = of(one, Some("visa"), &all);
    assert!(all.iter().all(|(mode, count)| site.with(*mode) == *count));
    assert_eq!((site.read_electronically(), site.at_terminals()), (2 + 3 + 5 + 7, 2 + 3 + 5 + 7 + 11));
    let sites = vec![
        site,
        of(one, Some("mastercard"), &[(Chip, 29)]),
        of(two, Some("visa"), &[(Chip, 31), (Manual, 37)]),
        of(two, None, &[(Qr, 41)]),
    ];
    let schemes = Breakdown { sites, ..Breakdown::default() }.schemes();
    let visa = [&told[..1], &[(Chip, 34)], &told[2..4], &[(Manual, 48)], &all[5..]].concat();
    let absent = Symbol::ABSENT;
    let expected = [
        of(absent, None, &[(Qr, 41)]),
        of(absent, Some("mastercard"), &[(Chip, 29)]),
        of(absent, Some("visa"), &visa),
    ];
    assert_eq!(schemes, expected);
}

#[test]
fn business_failures_are_what_is_neither_technical_nor_unclassified() {
    let mut group = Group { technical: 5, ..Group::default() };
    group.counts.causes = [2, 3, 5, 7, 11];
    group.counts.outcomes[Outcome::Unclassified as usize] = 13;
    assert_eq!(group.business(), 28 - 5);
}

#[test]
fn network_management_is_counted_by_terminal_and_reply() {
    use crate::{Aside, TerminalEventKind};
    let (mut table, mut names) = (ExchangeTable::default(), Names::default());
    let [second, first, third] = ["b", "a", "c"].map(|text| names.intern(text));
    let mut push = |terminal, what, times| {
        let at = Timestamp { millis: 0, offset_minutes: None };
        let (source, link) = (Source::default(), Symbol::ABSENT);
        let aside =
            Aside { at, source, terminal, terminal_key: terminal, link, stan: None, what: Some(what) };
        (0..times).for_each(|_| table.push_aside(&aside));
    };
    use TerminalEventKind::{KeyChange, NetworkManagement, OrphanReversal, Reversal, SignOn, StoredAdvice};
    for (count, reply) in [2, 3, 5, 7].into_iter().zip(Reply::ALL) {
        push(first, SignOn(reply), count);
        push(second, KeyChange(reply), 2 * count);
    }
    push(second, OrphanReversal(None), 11);
    // Of these nothing is counted.
    [NetworkManagement(Reply::Accepted), Reversal(None), StoredAdvice]
        .into_iter()
        .for_each(|what| push(third, what, 13));
    table.finish(&names, |_, _| true);
    let expected = [
        Management { terminal: first, sign_ons: [2, 3, 5, 7], ..Management::default() },
        Management {
            terminal: second,
            key_changes: [4, 6, 10, 14],
            orphan_reversals: 11,
            ..Management::default()
        },
    ];
    assert_eq!(breakdown_of(&table, &names).management, expected);
}
