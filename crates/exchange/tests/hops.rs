//! Where messages are seen again: by links, how often and how much later.

use posmortem_exchange::{Hop, Leg, Names, Pairing, PairingSettings, Source};
use posmortem_iso8583::{Amount, AmountUnit, Mti, Timestamp};

/// Legs as `(milliseconds, MTI, link, STAN)` in canonical order, and the hops that pairing counts.
fn hops(legs: &[(i64, &str, &str, u64)]) -> (Vec<Hop>, u64) {
    let mut names = Names::default();
    let mut pairing = Pairing::new(PairingSettings::default());
    pairing.count_hops();
    for (offset, &(millis, mti, link, stan)) in (0..).zip(legs) {
        let at = Timestamp { millis: 1_790_000_000_000 + millis, offset_minutes: None };
        let terminal = names.intern("T1");
        let leg = Leg {
            mti: Mti::parse(mti.as_bytes()),
            terminal,
            terminal_key: terminal,
            link: names.intern(link),
            stan: Some(stan),
            rrn: posmortem_exchange::Reference::new("632510000101"),
            amount: Amount::parse(b"1000", None, AmountUnit::ByPoint, 0),
            ..Leg::untold(at, Source { input: 0, offset })
        };
        pairing.push(&leg, &names, &mut |_| {});
    }
    pairing.finish(&mut |_| {});
    (pairing.take_hops(&names), pairing.ledger().duplicates)
}

#[test]
fn both_ways_tell_how_far_the_second_clock_is_ahead() {
    // The host's clock is 500 ms ahead; 10 ms each way.
    let legs = [
        (0, "0200", "pos", 1),
        (510, "0200", "host", 1),
        (700, "0210", "pos", 1),
        (1_190, "0210", "host", 1),
    ];
    let (hops, duplicates) = hops(&legs);
    assert_eq!((hops.len(), duplicates), (1, 2));
    let hop = &hops[0];
    assert_eq!(hop.links, ["host", "pos"]);
    assert_eq!((hop.requests, hop.answers), (1, 1));
    assert_eq!((hop.request_ms, hop.answer_ms, hop.skew_ms()), (Some(-510), Some(-490), Some(-500)));
}

#[test]
fn a_hop_that_renumbers_is_a_hop_and_its_answer_too() {
    let legs =
        [(0, "0200", "pos", 1), (10, "0100", "host", 77), (200, "0110", "host", 77), (220, "0210", "pos", 1)];
    let (hops, duplicates) = hops(&legs);
    assert_eq!(duplicates, 2);
    assert_eq!(hops.iter().map(|hop| (hop.requests, hop.answers)).collect::<Vec<_>>(), [(1, 1)]);
    assert_eq!((hops[0].request_ms, hops[0].answer_ms), (Some(-10), Some(20)));
}

#[test]
fn a_repeat_on_one_link_tells_nothing_of_clocks() {
    let (hops, _) = hops(&[(0, "0200", "pos", 1), (40, "0200", "pos", 1), (90, "0210", "pos", 1)]);
    assert_eq!((hops[0].links.clone(), hops[0].requests), (["pos".to_owned(), "pos".to_owned()], 1));
    assert_eq!(hops[0].request_ms, None);
}

#[test]
fn an_answer_further_up_that_is_the_only_one_is_no_copy() {
    let (hops, duplicates) = hops(&[
        (0, "0200", "pos", 1),
        (10, "0100", "host", 77),
        (200, "0110", "host", 77),
        (900_000, "0800", "pos", 9),
    ]);
    assert_eq!(duplicates, 1);
    assert_eq!(hops.iter().map(|hop| hop.requests + hop.answers).sum::<u64>(), 1);
}
