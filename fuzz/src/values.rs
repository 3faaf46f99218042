//! Values of fields one by one, and times in every shape.

use crate::samples::messages;
use posmortem::iso8583::{
    Amount, AmountUnit, CardNumber, Currency, EntryMode, ManagementField, Mti, NetworkManagement, PinEntry,
    ResponseCode, Timestamp, Track2, Visibility,
};
use posmortem::logs::{DateHint, local_time, parse_time, text_of, transmission_time, word_of};

/// The values of the public messages, and some that are nearly values.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let values = messages().into_iter().flat_map(|message| message.values.into_values());
    let odd =
        ["0 00", " 20512345 ", "999999999999.99", "40.005", "8582000000004000", "411111______1112", "CNY"];
    values.map(String::into_bytes).chain(odd.map(|text| text.as_bytes().to_vec())).collect()
}

/// Every reader of one value.
pub(crate) fn parsed(text: &[u8]) -> bool {
    let mut is_read = false;
    if let Some(mti) = Mti::parse(text) {
        assert_eq!(Mti::parse(mti.as_str().as_bytes()), Some(mti));
        assert!(mti.version() <= 9 && !mti.words(true).is_empty());
        assert!(!(mti.asks_for_decision() && mti.is_advice()));
        is_read = true;
    }
    if let Some(code) = ResponseCode::parse(text) {
        assert_eq!(ResponseCode::parse(code.as_str().as_bytes()), Some(code));
        assert_eq!(code.padded().padded(), code.padded());
        is_read = true;
    }
    let currency = Currency::parse(text);
    if let Some(currency) = currency {
        assert_eq!(Currency::parse(currency.to_string().as_bytes()), Some(currency));
        is_read = true;
    }
    for unit in [AmountUnit::ByPoint, AmountUnit::Minor, AmountUnit::Major] {
        for version in 0..3 {
            let amount = Amount::parse(text, Currency::parse(b"048"), unit, version);
            assert!(
                amount.is_none_or(|amount| amount.minor < 10_u64.pow(15)),
                "twelve digits, three decimals"
            );
            if let Some(bare) = bare_number(text) {
                let minor = if unit == AmountUnit::Major { bare * 1000 } else { bare };
                assert_eq!(amount.map(|amount| amount.minor), Some(minor), "digits alone");
            }
            is_read |= amount.is_some();
        }
    }
    if let Some(card) = CardNumber::parse(text) {
        let of = |digits| card.issuer_prefix(digits).map_or(0, str::len);
        assert!(of(None) <= 8 && of(Some(6)) <= 6 && of(Some(99)) <= 8);
        assert!(card.visibility() == Visibility::Masked || text.trim_ascii().iter().all(u8::is_ascii_digit));
        let mut fed = Vec::new();
        card.feed(|digits| fed.extend_from_slice(digits));
        assert!(fed.len() <= 32);
        is_read = true;
    }
    if let Some(track) = Track2::parse(text) {
        assert!(track.service_digit().is_none_or(|digit| digit <= 9));
        assert!(track.card_number().issuer_prefix(None).is_none_or(|prefix| prefix.len() <= 8));
    }
    let mode = EntryMode::from_de22(text);
    assert_eq!(EntryMode::from_name(mode.name()), Some(mode));
    for unionpay in [false, true] {
        PinEntry::from_de22(text, unionpay);
    }
    for field in [ManagementField::Information, ManagementField::Function, ManagementField::UnionPay] {
        if let Some(management) = NetworkManagement::from_code(field, text) {
            assert_eq!(NetworkManagement::from_name(management.name()), Some(management));
        }
    }
    is_read
}

/// Of at most twelve digits and nothing else, their number.
fn bare_number(text: &[u8]) -> Option<u64> {
    let is_bare = (1..=12).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    is_bare.then(|| text.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// Times as logs write them, and at the edges of what can be told.
pub(crate) fn time_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "2026-11-21T08:15:30.250+08:00",
        "2026-11-21 08:15:30",
        "Mon Nov 24 00:00:03 EST 2014.292",
        "21/Nov/2026:08:15:30 +0100",
        "1795248930",
        "1795248930123",
        "20261121081530",
        "1121081530",
        "2000-02-29T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "9999-12-31T23:59:59.999999999-14:00",
        "0000-01-01T00:00:00",
        "9223372036854775807",
        "-62135596800",
        "26.11.21 00:00:02",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Whatever is read lies in the years that are read, and is shown as a time that says the same.
pub(crate) fn times(text: &[u8]) -> bool {
    let mut is_read = false;
    let hints = [None, DateHint::new(1970, 1, 1), DateHint::new(2028, 2, 29), DateHint::new(2099, 12, 31)];
    let (date, clock) = text.split_at(text.len().min(4));
    let told = hints.iter().flat_map(|&hint| [local_time(date, clock, hint), transmission_time(text, hint)]);
    for at in told.chain([parse_time(text)]).flatten() {
        let shown = at.to_string();
        let year: i64 = shown[..4].parse().expect("a year of four digits");
        // A time zone may move it over the end of a year.
        assert!((1969..=2101).contains(&year), "the year {year}");
        assert_eq!(parse_time(shown.as_bytes()).map(in_utc), Some(in_utc(at)), "shown and read again");
        is_read = true;
    }
    let shown = String::from_utf8_lossy(text);
    DateHint::from_file_name(&shown);
    if let Some(word) = word_of(text) {
        assert!(text_of(&word.to_le_bytes()) == text, "a word is its text");
    }
    is_read
}

fn in_utc(at: Timestamp) -> (i64, Option<i16>) {
    (at.millis, at.offset_minutes)
}
