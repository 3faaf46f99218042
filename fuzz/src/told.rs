//! What must hold of every text that is shown.
//!
//! The search here is its own and a plain one: what the code under trial takes for a card number must not decide whether
//! the trial finds one.

/// Panics when a text that may be shown holds a run of digits that is a card number, a track, or a control character
/// other than those that the form of the text has (`allowed`).
pub(crate) fn assert_shown(what: &str, text: &[u8], allowed: &[u8]) {
    let is_control = |byte: &u8| byte.is_ascii_control() && !allowed.contains(byte);
    assert!(!text.iter().any(is_control), "{what}: a control character");
    if let Some(number) = cards_in(text).first() {
        panic!("{what}: a card number of {} digits", number.len());
    }
}

/// Runs of digits that are a card number, or that of a track, and numbers in four groups of four.
pub fn cards_in(text: &[u8]) -> Vec<Vec<u8>> {
    let (text, mut at, mut found) = (without_escapes(text), 0, Vec::new());
    for run in text.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        found.extend(in_groups(&text, at));
        at += run.len();
        if run[0].is_ascii_digit() && (is_card(run) || is_track(run, &text[at..])) {
            found.push(run.to_vec());
        }
    }
    found
}

/// The number that begins here in groups of four, all behind the same space or dash, and nothing else beside it.
fn in_groups(text: &[u8], start: usize) -> Option<Vec<u8>> {
    let groups = text.get(start..start + 19)?;
    let separator = groups[4];
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let stands_alone = !is_digit(start + 19) && (start == 0 || !is_digit(start - 1));
    let is_grouped = (0..19).all(|at| match at % 5 {
        4 => groups[at] == separator,
        _ => groups[at].is_ascii_digit(),
    });
    let digits: Vec<u8> = groups.iter().copied().filter(u8::is_ascii_digit).collect();
    (b" -".contains(&separator) && stands_alone && is_grouped && is_card(&digits)).then_some(digits)
}

/// With a space in place of what stands for a character that is not shown: its digits are none of the log's.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let escape = match &text[at..] {
            [b'\\', b'x', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => 4,
            [b'\\', b'u', b'{', rest @ ..] => {
                rest.iter().take(7).position(|byte| *byte == b'}').map_or(0, |end| end + 4)
            }
            _ => 0,
        };
        plain.push(if escape > 0 { b' ' } else { text[at] });
        at += escape.max(1);
    }
    plain
}

/// Digits that begin and are as long as a card number of the international schemes, and pass Luhn's check.
fn is_card(digits: &[u8]) -> bool {
    let fits = match digits {
        [b'3', b'4' | b'7', ..] => digits.len() == 15,
        [b'4', ..] => matches!(digits.len(), 13 | 16 | 19),
        [b'5', b'1'..=b'5', ..] => digits.len() == 16,
        [b'6', b'2', ..] => (16..=19).contains(&digits.len()),
        [b'2', b'2'..=b'7', ..] | [b'3', b'5', ..] | [b'6', b'0' | b'4' | b'5', ..] => digits.len() == 16,
        [b'3', b'0' | b'6' | b'8', ..] => digits.len() == 14,
        _ => false,
    };
    fits && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |(at, digit): (usize, &u8)| match u32::from(digit - b'0') {
        digit if at % 2 == 0 => digit,
        digit => digit * 2 / 10 + digit * 2 % 10,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// Sixteen digits, a separator, an expiry date and a service code.
fn is_track(digits: &[u8], behind: &[u8]) -> bool {
    let separated = behind.first().is_some_and(|byte| b"=Dd".contains(byte));
    let data = behind.get(1..8).unwrap_or_default();
    let is_date = data.len() == 7 && data.iter().all(u8::is_ascii_digit) && (1..=12).contains(&month(data));
    digits.len() == 16 && separated && is_date
}

fn month(data: &[u8]) -> u8 {
    (data[2] - b'0') * 10 + (data[3] - b'0')
}
