use super::chunk::CHUNK_ROWS;
use super::*;
use crate::{CardKey, Form, Leg, Names, Outcome, Reference, Source, Traces};
use posmortem_classify::{CodeTables, Kind, Reason};
use posmortem_iso8583::{Currency, EntryMode, Mti, ResponseCode};

/// An answer that came in time.
fn answer(millis: i64) -> Leg {
    let at = Timestamp { millis, offset_minutes: Some(480) };
    let mti = Mti::parse(b"0210");
    Leg { mti, code: ResponseCode::parse(b"00"), ..Leg::untold(at, Source::default()) }
}

fn ending(exchange: &Exchange) -> Conclusion {
    crate::conclude(exchange, CodeTables::built_in())
}

fn pushed(exchanges: &[Exchange]) -> ExchangeTable {
    let mut table = ExchangeTable::default();
    exchanges.iter().for_each(|exchange| table.push(exchange, &ending(exchange)));
    table.lay_down();
    table
}

fn amount(minor: u64) -> Option<Amount> {
    Some(Amount { minor, currency: Currency::parse(b"156").expect("a currency") })
}

#[test]
fn a_row_tells_what_was_pushed() {
    let mut names = Names::default();
    let declined = Leg {
        terminal: names.intern("0001"),
        terminal_key: names.intern("1"),
        merchant: names.intern("m"),
        equipment: names.intern("north\u{1f}P400\u{1f}"),
        traces: Traces::CHIP_CARD | Traces::REPEATED,
        issuer: names.intern("411111"),
        link: names.intern("east"),
        switch_reason: names.intern("no.money"),
        operator: names.intern("07"),
        stan: Some(7),
        rrn: Reference::new("000000000012"),
        amount: amount(1_000),
        card: Some(CardKey::new(1 << 32)),
        code: ResponseCode::parse(b"51"),
        kind: Kind::Refund,
        entry_mode: EntryMode::Chip,
        latency_ms: Some(812),
        ..answer(1_000)
    };
    let declined = Exchange::alone(Leg { source: Source { input: 3, offset: 1 << 40 }, ..declined });
    let rows: Vec<Row> = pushed(&[Exchange::alone(answer(5)), declined]).rows().collect();
    let leg = declined.main();
    let expected = Row {
        at: leg.at,
        // No site is told, so it is the merchant.
        place: Place { terminal: leg.terminal_key, site: leg.merchant, equipment: leg.equipment },
        issuer: leg.issuer,
        link: leg.link,
        entry_mode: leg.entry_mode,
        kind: leg.kind,
        traces: leg.traces,
        conclusion: ending(&declined),
        amount: leg.amount,
        card: Some(CardMark(1)),
        latency: Some(LatencyClass::of(812)),
        detail: Some(Detail {
            stan: leg.stan,
            rrn: leg.rrn,
            source: leg.source,
            merchant: leg.merchant,
            switch_reason: leg.switch_reason,
            operator: leg.operator,
            latency_ms: Some(812),
        }),
    };
    assert_eq!(rows[1], expected);
    assert_eq!((rows[0].amount, rows[0].card, rows[0].detail), (None, None, None));
}

/// Times a century apart, the largest numbers that there are, and zeros that are told.
#[test]
fn what_is_beyond_the_bounds_is_wider_and_not_wrong() {
    let hundred_years = 3_155_760_000_000;
    let times = [0, -hundred_years, hundred_years, i64::MAX, i64::MIN, 1];
    let numbers = [Some(0), Some(u64::MAX), None, Some(1), Some(1 << 32), Some(255)];
    let references = ["000000000001", "999999999999", "", "R1", "0000000000001", "99999999999999999999999"]
        .map(Reference::new);
    let legs = times.into_iter().zip(numbers).zip(references).map(|((millis, number), rrn)| Leg {
        stan: number,
        amount: number.and_then(amount),
        rrn,
        code: ResponseCode::parse(b"51"),
        latency_ms: number.map(|number| number as u32),
        ..answer(millis)
    });
    let exchanges: Vec<Exchange> = legs.map(Exchange::alone).collect();
    for (row, exchange) in pushed(&exchanges).rows().zip(&exchanges) {
        let leg = exchange.main();
        let detail = row.detail.expect("it failed");
        assert_eq!((row.at, row.amount), (leg.at, leg.amount));
        assert_eq!((detail.stan, detail.rrn), (leg.stan, leg.rrn));
        assert_eq!(detail.latency_ms, leg.latency_ms.map(u64::from));
    }
}

/// Rows whose every column is as wide as the documentation allows: 70,000 terminals, more issuers,
/// links, manners and endings than a byte numbers, the largest amounts and cards.
#[test]
fn a_core_takes_25_bytes_and_a_detail_64_at_most() {
    let mut names = Names::default();
    let numbered: Vec<Symbol> = (0..70_000).map(|number| names.intern(&number.to_string())).collect();
    let failed = ending(&Exchange { form: Form::RequestOnly, ..Exchange::alone(answer(0)) });
    let mut table = ExchangeTable::default();
    let rows = 4 * CHUNK_ROWS;
    for number in 0..rows {
        let few = number % 60_000;
        let leg = Leg {
            terminal_key: numbered[number % 70_000],
            merchant: numbered[number % 70_000],
            switch_reason: numbered[69_999],
            operator: numbered[69_999],
            issuer: numbered[few],
            link: numbered[few],
            stan: Some(999_999_999_999),
            rrn: Reference::new("999999999999"),
            amount: amount(u64::from(u32::MAX)),
            card: Some(CardKey::new(u64::MAX)),
            latency_ms: Some(u32::MAX),
            ..answer(number as i64 * 32_767)
        };
        let zone = Some((number % 500) as i16);
        let at = Timestamp { offset_minutes: zone, ..leg.at };
        let source = Source { input: u32::MAX, offset: u64::MAX };
        let code = ResponseCode::parse(format!("{}", number % 500).as_bytes());
        table.push(&Exchange::alone(Leg { at, source, ..leg }), &Conclusion { code, ..failed });
    }
    table.finish(&names, |_, _| true);
    let TableBytes { core, side, .. } = table.bytes();
    assert_eq!((table.len(), table.side_len()), (rows, rows));
    let frames = table.chunks.capacity() * size_of::<Chunk>();
    assert!(core - frames <= 25 * rows, "{core} bytes for {rows} rows");
    assert!(core - frames > 24 * rows, "the widest rows that the bound allows");
    assert!(side <= 64 * rows, "{side} bytes for {rows} details");
    // What a chunk itself takes does not count beside its rows.
    assert!(size_of::<Chunk>() * 50 < CHUNK_ROWS);
}

#[test]
fn more_than_two_bytes_of_issuers_and_links_keep_their_names() {
    let mut names = Names::default();
    let numbered: Vec<Symbol> = (0..70_000).map(|number| names.intern(&number.to_string())).collect();
    let exchange = |(millis, symbol): (i64, &Symbol)| {
        Exchange::alone(Leg { issuer: *symbol, link: *symbol, terminal_key: *symbol, ..answer(millis) })
    };
    let exchanges: Vec<Exchange> = (0..).zip(&numbered).map(exchange).collect();
    let table = pushed(&exchanges);
    assert_eq!((table.chunks().len(), table.links().len()), (2, 70_000));
    assert!(table.rows().map(|row| row.link).eq(numbered.iter().copied()));
    assert!(table.rows().map(|row| row.issuer).eq(numbered.iter().copied()));
    // The first chunk has no issuer that needs a third byte, the second has.
    assert_eq!([0, 1].map(|at| table.chunks()[at].issuers().width()), [2, 4]);
}

#[test]
fn details_stay_with_their_rows_across_chunks() {
    let rows = 2 * CHUNK_ROWS + 10;
    let mut table = ExchangeTable::default();
    for number in 0..rows {
        let exchange = Exchange::alone(Leg { stan: Some(number as u64), ..answer(number as i64) });
        let mut conclusion = ending(&exchange);
        if number % 3 == 0 || number % CHUNK_ROWS == CHUNK_ROWS - 1 {
            conclusion = Conclusion {
                outcome: Outcome::Declined,
                reason: Some(Reason::RESPONSE_TIMEOUT),
                ..conclusion
            };
        }
        table.push(&exchange, &conclusion);
    }
    table.lay_down();
    assert_eq!(table.rows().count(), rows);
    for (number, row) in table.rows().enumerate() {
        let declined = row.conclusion.outcome == Outcome::Declined;
        assert_eq!(row.detail.map(|detail| detail.stan), declined.then_some(Some(number as u64)));
    }
    assert_eq!(table.rows().filter(|row| row.detail.is_some()).count(), table.side_len());
    // One by one: the upper 16 bits are the chunk.
    for (number, row) in table.rows().enumerate() {
        let at = number as u32;
        assert_eq!(table.detail(at), row.detail, "{number}");
        let (chunk, place) = table.at(at);
        assert_eq!((chunk.millis(place), place), (row.at.millis, number % CHUNK_ROWS));
    }
}

/// Ten rows, of which few or none have details.
#[test]
fn a_row_has_its_own_detail_and_no_other() {
    for with in [&[][..], &[0], &[9], &[4], &[0, 9], &[1, 2, 7], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]] {
        let mut table = ExchangeTable::default();
        for number in 0..10 {
            let code = ResponseCode::parse(if with.contains(&number) { b"51" } else { b"00" });
            let exchange = Exchange::alone(Leg { code, stan: Some(number), ..answer(number as i64) });
            table.push(&exchange, &ending(&exchange));
        }
        table.lay_down();
        let stans: Vec<_> =
            (0..10).filter_map(|row| Some((u64::from(row), table.detail(row)?.stan?))).collect();
        assert!(stans.iter().copied().eq(with.iter().map(|number| (*number, *number))), "{with:?}");
        assert!(table.rows().map(|row| row.detail).eq((0..10).map(|row| table.detail(row))), "{with:?}");
    }
}

/// At least what values, numbers and events take by themselves, and at most four times as much.
#[test]
fn a_table_tells_how_many_bytes_it_holds() {
    let mut names = Names::default();
    let numbered: Vec<Symbol> = (0..7_000).map(|number| names.intern(&number.to_string())).collect();
    let mut table = ExchangeTable::default();
    for number in 0..7_000_usize {
        let at = Timestamp { millis: number as i64, offset_minutes: Some((number % 700) as i16) };
        let leg = Leg {
            at,
            terminal_key: numbered[number],
            issuer: numbered[number % 2_000],
            link: numbered[number % 1_100],
            code: ResponseCode::parse(format!("Z{}", number % 500).as_bytes()),
            rrn: Reference::new(&format!("odd {number}")),
            ..answer(0)
        };
        let exchange = Exchange::alone(leg);
        table.push(&exchange, &ending(&exchange));
    }
    let aside = |number: usize| Aside {
        at: Timestamp { millis: number as i64, offset_minutes: None },
        source: Source::default(),
        terminal: numbered[number],
        terminal_key: numbered[number],
        link: Symbol::ABSENT,
        stan: None,
        what: Some(crate::TerminalEventKind::StoredAdvice),
    };
    (0..900).for_each(|number| table.push_aside(&aside(number)));
    let is_about =
        |bytes: usize, least: usize| assert!((least..=4 * least).contains(&bytes), "{bytes} {least}");
    let unfinished = table.bytes();
    is_about(unfinished.events, 900 * size_of::<Aside>());
    table.finish(&names, |_, _| true);
    let bytes = table.bytes();
    // What makes room for 256 rows that wait is given back.
    assert!(unfinished.core - bytes.core >= 256 * size_of::<Core>());
    let [places, issuers, links, manners, endings] = [7_000, 2_000, 1_100, 700, 500];
    assert_eq!((table.places().len(), table.issuers().len(), table.links().len()), (places, issuers, links));
    assert_eq!((table.manners().len(), table.endings().len()), (manners, endings));
    // Each value stands there twice: by number, and with its number.
    is_about(
        bytes.dictionaries,
        2 * (places * size_of::<Place>()
            + (issuers + links) * size_of::<Symbol>()
            + manners * size_of::<Manner>()
            + endings * size_of::<Conclusion>()),
    );
    is_about(bytes.events, 900 * size_of::<TerminalEvent>());
    // A core has eight columns of a byte at least, and places, issuers, links, manners and endings are of two.
    is_about(bytes.core, 7_000 * 14 + size_of::<Chunk>());
    // A detail has ten, of which rows and references are of two and eight; and the odd references stand by themselves.
    is_about(bytes.side, 7_000 * (8 + 2 + 8 + size_of::<Reference>()));
    assert_eq!(bytes.total(), bytes.core + bytes.side + bytes.dictionaries + bytes.events);
    // Of one row, nearly all is the chunk.
    let mut one = pushed(&[Exchange::alone(answer(0))]);
    one.finish(&names, |_, _| true);
    let chunks = one.chunks.capacity() * size_of::<Chunk>();
    assert!((chunks..chunks + 1_000).contains(&one.bytes().core));
    assert_eq!(TableBytes { core: 2, side: 3, dictionaries: 5, events: 7 }.total(), 17);
}

/// Each dimension by itself is a part of what dictionaries and chunks take.
#[test]
fn every_column_and_every_dictionary_counts() {
    let bytes = |with: &dyn Fn(usize, Leg, Symbol) -> Leg| {
        let mut names = Names::default();
        let mut table = ExchangeTable::default();
        for number in 0..300 {
            let leg = with(number, answer(0), names.intern(&number.to_string()));
            let exchange = Exchange::alone(leg);
            table.push(&exchange, &ending(&exchange));
        }
        table.lay_down();
        (table.bytes().core, table.bytes().dictionaries)
    };
    let (core, dictionaries) = bytes(&|_, leg, _| leg);
    type With<'w> = &'w dyn Fn(usize, Leg, Symbol) -> Leg;
    let numbered: [(With<'_>, usize); 5] = [
        (&|_, leg, symbol| Leg { terminal_key: symbol, ..leg }, size_of::<Place>()),
        (&|_, leg, issuer| Leg { issuer, ..leg }, size_of::<Symbol>()),
        (&|_, leg, link| Leg { link, ..leg }, size_of::<Symbol>()),
        (
            &|number, leg, _| {
                let offset_minutes = Some(number as i16);
                Leg { at: Timestamp { offset_minutes, ..leg.at }, ..leg }
            },
            size_of::<Manner>(),
        ),
        (
            &|number, leg, _| {
                let code = ResponseCode::parse(format!("{number:03}").as_bytes());
                Leg { code, dialect: posmortem_classify::Dialect::from_name("iso1993"), ..leg }
            },
            size_of::<Conclusion>(),
        ),
    ];
    for (number, (with, size)) in numbered.into_iter().enumerate() {
        let (wide, more) = bytes(with);
        assert!(more >= dictionaries + 2 * 299 * size, "dictionary {number}: {dictionaries} {more}");
        assert!(wide >= core + 200, "column {number}: {core} {wide}");
    }
    let measured: [With<'_>; 5] = [
        &|number, leg, _| Leg { at: Timestamp { millis: number as i64 * 1_000, ..leg.at }, ..leg },
        &|number, leg, _| Leg { amount: amount(number as u64), ..leg },
        &|number, leg, _| Leg { card: Some(CardKey::new(number as u64)), ..leg },
        &|number, leg, _| Leg { stan: Some(number as u64), ..leg },
        &|_, leg, _| Leg { stan: Some(u64::MAX - 1), ..leg },
    ];
    for (number, with) in measured.into_iter().enumerate() {
        assert!(bytes(with).0 >= core + 200, "column {number}");
    }
}

#[test]
fn place_and_traces_come_from_either_side() {
    let mut names = Names::default();
    let north = names.intern("north\u{1f}\u{1f}");
    let (till, shop, site) = (names.intern("1"), names.intern("shop"), names.intern("site"));
    let request =
        Leg { mti: Mti::parse(b"0200"), terminal_key: till, traces: Traces::CHIP_CARD, ..answer(0) };
    let told = Leg { equipment: north, merchant: shop, traces: Traces::PIN_BYPASSED, ..answer(90) };
    let paired = Exchange { form: Form::Paired, request: Some(request), ..Exchange::alone(told) };
    let at_site = Leg { site, ..request };
    let table = pushed(&[paired, Exchange { request: Some(at_site), ..paired }]);
    let [first, second] = [0, 1].map(|at| table.rows().nth(at).expect("a row"));
    assert_eq!(first.place, Place { terminal: till, site: shop, equipment: north });
    assert_eq!(second.place, Place { site, ..first.place });
    assert_eq!(first.traces, Traces::CHIP_CARD | Traces::PIN_BYPASSED);
    assert_eq!(first.latency, Some(LatencyClass::of(90)));
}

/// Rows in any order become the rows of the order that they were made in, details with them.
#[test]
fn rows_that_come_late_are_put_in_their_place() {
    let mut names = Names::default();
    let terminals: Vec<Symbol> = (10..90).map(|number| names.intern(&number.to_string())).collect();
    let rows = 2 * CHUNK_ROWS + 500;
    let exchanges: Vec<Exchange> = (0..rows)
        .map(|number| {
            let terminal_key = terminals[number % terminals.len()];
            let code = ResponseCode::parse(if number % 5 == 0 { b"51" } else { b"00" });
            let leg = Leg { terminal_key, code, ..answer((number / terminals.len()) as i64) };
            Exchange::alone(Leg { stan: Some(number as u64), amount: amount(number as u64), ..leg })
        })
        .collect();
    let mut sorted = pushed(&exchanges);
    sorted.finish(&names, |_, _| true);
    let expected: Vec<Row> = sorted.rows().collect();
    // The last are late, every thousandth is, a whole chunk is, or nothing is in its place.
    let moved = |is_late: &dyn Fn(usize) -> bool| {
        let (late, rest): (Vec<usize>, Vec<usize>) = (0..rows).partition(|number| is_late(*number));
        rest.into_iter().chain(late).collect::<Vec<_>>()
    };
    let orders = [
        (0..rows - 40).chain((rows - 40..rows).rev()).collect(),
        moved(&|number| number % 1_000 == 7),
        moved(&|number| number >= 70_000 && number % 2 == 0),
        moved(&|number| number < CHUNK_ROWS),
        (0..rows).rev().collect(),
        // One alone is late, and ends its chunk.
        (0..CHUNK_ROWS).filter(|number| *number != 100).chain([100]).chain(CHUNK_ROWS..rows).collect(),
    ];
    for (number, order) in orders.into_iter().enumerate() {
        let exchanges: Vec<Exchange> = order.into_iter().map(|at: usize| exchanges[at]).collect();
        let mut table = pushed(&exchanges);
        table.finish(&names, |_, _| true);
        assert_eq!((table.len(), table.side_len()), (sorted.len(), sorted.side_len()));
        assert!(table.rows().eq(expected.iter().copied()), "order {number}");
    }
}

/// A row that is not in its column yet is never missed in silence.
#[test]
#[should_panic(expected = "once it is finished")]
fn rows_are_read_once_the_table_is_finished() {
    let mut table = pushed(&[Exchange::alone(answer(0))]);
    table.finish(&Names::default(), |_, _| true);
    assert_eq!(table.rows().count(), 1);
    table.push(&Exchange::alone(answer(1)), &ending(&Exchange::alone(answer(1))));
    let _ = table.rows().count();
}
