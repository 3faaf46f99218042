//! Values that a program printed as something else than it received: numbers without their leading
//! zeros, characters as hexadecimal digits. The widths are rows of `data/widths.tsv`.

use std::sync::LazyLock;

use posmortem_iso8583::rows;

use crate::value::Value;

#[derive(Clone, Copy, Default)]
struct Width {
    width: usize,
    least: usize,
}

static WIDTHS: LazyLock<[Width; 129]> = LazyLock::new(|| {
    let mut widths = [Width::default(); 129];
    let rows = rows(include_str!("../data/widths.tsv"), ["element", "width", "least"])
        .expect("the embedded table has the shape that its test checks");
    for row in rows {
        let [element, width, least] = row.fields.map(|field| field.parse().unwrap_or(0));
        if let Some(own) = widths.get_mut(element) {
            *own = Width { width, least };
        }
    }
    widths
});

/// A number with the zeros that its element has and the text lacks; any other text as it is.
pub(crate) fn with_lost_zeros<'b>(element: u8, text: &'b [u8], rewritten: &mut Vec<u8>) -> Value<'b> {
    let Width { width, least } = WIDTHS.get(usize::from(element)).copied().unwrap_or_default();
    let is_short = text.len() >= least && text.len() < width && !text.is_empty();
    if !is_short || !text.iter().all(u8::is_ascii_digit) {
        return Value::AsLogged(text);
    }
    Value::rewritten(rewritten, |out| {
        out.resize(out.len() + width - text.len(), b'0');
        out.extend_from_slice(text);
    })
}

/// The characters of a value that is shown as their hexadecimal digits: twice as many as its element
/// has, each pair of them a letter, a digit, a sign or a space.
pub(crate) fn from_hex_of_characters<'b>(
    element: u8,
    text: &'b [u8],
    rewritten: &mut Vec<u8>,
) -> Option<Value<'b>> {
    let Width { width, .. } = WIDTHS.get(usize::from(element)).copied().unwrap_or_default();
    if width == 0 || text.len() != 2 * width {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let start = rewritten.len();
    for pair in text.chunks_exact(2) {
        let character = match pair {
            [high, low] => nibble(*high).zip(nibble(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match character.filter(|byte| byte.is_ascii_graphic() || *byte == b' ') {
            Some(byte) => rewritten.push(byte),
            None => {
                rewritten.truncate(start);
                return None;
            }
        }
    }
    Some(Value::Rewritten(start..rewritten.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_widths_of_elements() {
        let rows = rows(include_str!("../data/widths.tsv"), ["element", "width", "least"]).expect("a table");
        let mut elements: Vec<u8> = Vec::new();
        for row in &rows {
            let [element, width, least] = row.fields.map(|field| field.parse::<u8>().expect("a number"));
            assert!(element <= 128 && least >= 1 && least <= width);
            elements.push(element);
        }
        assert!(elements.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn zeros_come_back_and_characters_too() {
        let mut rewritten = Vec::new();
        for (element, text, value) in [
            (0, "210", "0210"),
            (3, "10000", "010000"),
            (39, "0", "00"),
            (39, "000", "000"),
            (39, "A", "A"),
            (7, "319", "319"),
            (7, "319181207", "0319181207"),
            (41, "123", "123"),
            (2, "1", "1"),
            (11, "", ""),
        ] {
            let read = with_lost_zeros(element, text.as_bytes(), &mut rewritten);
            assert_eq!(read.bytes(&rewritten), value.as_bytes(), "{element} {text}");
        }
        for (element, text, value) in [
            (4, "303030303030303230303030", Some("000000020000")),
            (37, "353037323038363036363739", Some("507208606679")),
            (39, "3030", Some("00")),
            (39, "1000", None),
            (39, "30", None),
            (55, "3030", None),
        ] {
            let read = from_hex_of_characters(element, text.as_bytes(), &mut rewritten);
            let read = read.map(|read| String::from_utf8_lossy(read.bytes(&rewritten)).into_owned());
            assert_eq!(read.as_deref(), value);
        }
    }
}
