//! Slow answers: they tip a weak signal fault where they are the terminal's own, and nothing where its link
//! or an issuer is as slow.

use super::{TERMINAL, reason, said};
use crate::day::{HOUR, Made, Said, mixed, ordinary};
use posmortem_diagnose::State;
use std::ops::Range;

/// When the terminal has a weak signal.
const WEAK: Range<i64> = 10 * HOUR..16 * HOUR;
/// Of its sixty attempts in that time, one in so many times out, and one in so many is answered slowly.
const TIMES_OUT: usize = 13;
const SLOW: usize = 5;
/// How many times longer a slow answer takes.
const SLOWER: u32 = 6;
/// An issuer with few cards.
const SMALL_ISSUER: u64 = 6;

/// A day on which time-outs come by chance, too, and one answer in two hundred is slow. The terminal's link
/// has six terminals: were it slow, the fleet as a whole would hardly be slower.
fn day_with_latencies() -> Vec<Made> {
    let mut made = ordinary();
    for (number, of) in (0_u64..).zip(&mut made) {
        of.link = if is_on_its_link(of) { "north" } else { "south" };
        let lot = mixed(number ^ 0x68) % 1_000;
        if lot < 6 && of.terminal != TERMINAL {
            of.code = "68";
        }
        of.latency_ms = Some(300 + (mixed(number ^ 0x1a) % 500) as u32);
        if lot >= 995 {
            slow_down(of);
        }
    }
    made
}

fn is_on_its_link(of: &Made) -> bool {
    of.terminal % 10 == TERMINAL % 10
}

fn slow_down(of: &mut Made) {
    of.latency_ms = of.latency_ms.map(|ms| ms * SLOWER);
}

/// The day with time-outs at the terminal while its signal is weak; `change` is called with what is answered
/// slowly if it is.
fn weak_signal(mut change: impl FnMut(&mut Made)) -> Vec<Made> {
    let mut made = day_with_latencies();
    let inside = made.iter_mut().filter(|of| of.terminal == TERMINAL && WEAK.contains(&of.at));
    for (turn, of) in inside.enumerate() {
        if turn % TIMES_OUT == 6 {
            of.code = "68";
        } else if turn % SLOW == 2 {
            change(of);
        }
    }
    made
}

/// Terminals that are at fault, and of what.
fn blamed(said: &Said) -> Vec<(u64, Option<&'static str>)> {
    let own = (0..60).filter(|terminal| said.verdict(*terminal).state == State::Own);
    own.map(|terminal| (terminal, reason(said, terminal))).collect()
}

#[test]
fn slow_answers_tip_a_weak_signal() {
    let quick = said(&weak_signal(|_| ()));
    assert_eq!(blamed(&quick), []);

    let slow = said(&weak_signal(slow_down));
    assert_eq!(blamed(&slow), [(TERMINAL, Some("weak_signal"))]);
    let sentences = slow.sentences(TERMINAL);
    let told = sentences.iter().any(|text| text.contains("were answered more slowly than nearly all"));
    assert!(told, "{sentences:?}");
}

#[test]
fn a_slow_link_is_no_terminals_fault() {
    let mut made = weak_signal(slow_down);
    let others = made.iter_mut().filter(|of| of.terminal != TERMINAL && WEAK.contains(&of.at));
    let on_its_link = others.filter(|of| is_on_its_link(of));
    on_its_link.filter(|of| of.card.is_multiple_of(SLOW as u64)).for_each(slow_down);
    assert_eq!(blamed(&said(&made)), []);
}

/// The terminal's slow answers are all of an issuer that is slow everywhere and all day. It has too few
/// cards to move the measure of the link.
#[test]
fn a_slow_issuer_is_no_terminals_fault() {
    let mut made = weak_signal(|of| {
        of.issuer = SMALL_ISSUER;
        slow_down(of);
    });
    let others = made.iter_mut().filter(|of| of.terminal != TERMINAL && of.card.is_multiple_of(125));
    let mut elsewhere = 0;
    for of in others {
        of.issuer = SMALL_ISSUER;
        slow_down(of);
        elsewhere += 1;
    }
    assert!((90..140).contains(&elsewhere), "{elsewhere}");
    assert_eq!(blamed(&said(&made)), []);
}
