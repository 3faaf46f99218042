//! The message type indicator: version, class, function, origin.
//!
//! Source of the digits' meanings: ISO 8583:1987, :1993 and :2003. Which table of response codes
//! applies is not decided here.

use crate::table::rows;
use std::fmt;
use std::sync::LazyLock;

/// What digits say, by place and digit.
struct Words {
    classes: [[&'static str; 2]; 10],
    functions: [[&'static str; 2]; 10],
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words { classes: [[""; 2]; 10], functions: [[""; 2]; 10] };
    let table = rows(include_str!("../data/mti-words.tsv"), ["place", "digit", "en", "zh"])
        .expect("the embedded table is checked by a test");
    for row in table {
        let [place, digit, en, zh] = row.fields;
        let list = if place == "class" { &mut words.classes } else { &mut words.functions };
        if let Some(entry) = digit.parse().ok().and_then(|digit: usize| list.get_mut(digit)) {
            *entry = [en, zh];
        }
    }
    words
});

/// A message type indicator of four digits, for example `0210`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti([u8; 4]);

/// Which half of an exchange a message is. The MTI's third digit decides, never DE39: an 0120 or
/// 0420 request carries a DE39 of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Function digit 0, 2, 4 or 6.
    Request,
    /// Function digit 1, 3, 5 or 7.
    Response,
}

/// The MTI's second digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// x1xx: authorisation.
    Authorisation,
    /// x2xx: financial.
    Financial,
    /// x3xx: file action (UnionPay batch upload 0320).
    FileAction,
    /// x4xx: reversal or chargeback.
    Reversal,
    /// x5xx: reconciliation.
    Reconciliation,
    /// x6xx: administrative.
    Administrative,
    /// x7xx: fee collection.
    Fee,
    /// x8xx: network management (sign-on, key exchange, echo).
    Network,
}

impl Mti {
    /// Reads four digits; three are taken as a number that lost its leading zero (`200`), as
    /// spreadsheets and some switches print it. Surrounding spaces are ignored.
    ///
    /// `None` when a digit stands for nothing: version other than 0, 1, 2 or 9, class 0 or 9,
    /// function above 7, origin above 5.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Self> {
        // Nearly all of them, and worth no second look.
        if let &[version, class, function, origin] = text
            && let Some(mti) = Self::of_digits([version, class, function, origin])
        {
            return Some(mti);
        }
        Self::parse_unusual(text)
    }

    fn parse_unusual(text: &[u8]) -> Option<Self> {
        match *text.trim_ascii() {
            [version, class, function, origin] => Self::of_digits([version, class, function, origin]),
            [class, function, origin] => Self::of_digits([b'0', class, function, origin]),
            _ => None,
        }
    }

    /// Of four digits as they stand, without spaces.
    #[inline(always)]
    pub(crate) fn of_digits(digits: [u8; 4]) -> Option<Self> {
        let known = matches!(digits[0], b'0' | b'1' | b'2' | b'9')
            && matches!(digits[1], b'1'..=b'8')
            && matches!(digits[2], b'0'..=b'7')
            && matches!(digits[3], b'0'..=b'5');
        known.then_some(Self(digits))
    }

    /// The first digit: 0 for 1987, 1 for 1993, 2 for 2003, 9 for private use.
    pub fn version(self) -> u8 {
        self.0[0] - b'0'
    }

    /// The second digit.
    pub fn class(self) -> Class {
        match self.0[1] {
            b'1' => Class::Authorisation,
            b'2' => Class::Financial,
            b'3' => Class::FileAction,
            b'4' => Class::Reversal,
            b'5' => Class::Reconciliation,
            b'6' => Class::Administrative,
            b'7' => Class::Fee,
            _ => Class::Network,
        }
    }

    /// Request or response, by the third digit.
    pub fn side(self) -> Side {
        if (self.0[2] - b'0').is_multiple_of(2) { Side::Request } else { Side::Response }
    }

    /// Whether the third digit says that something already happened: advice, notification or
    /// instruction, and their answers.
    pub fn is_advice(self) -> bool {
        self.0[2] >= b'2'
    }

    /// Whether the message belongs to an attempt: x10x, x11x, x20x, x21x.
    pub fn asks_for_decision(self) -> bool {
        matches!(self.class(), Class::Authorisation | Class::Financial) && !self.is_advice()
    }

    /// Whether the last digit says that the message was sent before.
    pub fn is_repeat(self) -> bool {
        !(self.0[3] - b'0').is_multiple_of(2)
    }

    /// Class and function in words: `financial, answer`.
    pub fn words(self, in_chinese: bool) -> String {
        let [_, class, function, _] = self.0.map(|digit| usize::from(digit - b'0'));
        let language = usize::from(in_chinese);
        let (class, function) = (WORDS.classes[class][language], WORDS.functions[function][language]);
        if in_chinese { format!("{class}{function}") } else { format!("{class}, {function}") }
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mti({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mti(text: &str) -> Mti {
        Mti::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn function_digit_decides_the_side() {
        for (text, side) in [
            ("0200", Side::Request),
            ("0210", Side::Response),
            ("0120", Side::Request),
            ("0130", Side::Response),
            ("0420", Side::Request),
            ("0430", Side::Response),
            ("2804", Side::Request),
        ] {
            assert_eq!(mti(text).side(), side, "{text}");
        }
    }

    #[test]
    fn an_odd_origin_digit_says_that_it_was_sent_before() {
        assert_eq!(
            ["0200", "0201", "0403", "0105", "0204"].map(|text| mti(text).is_repeat()),
            [false, true, true, true, false]
        );
    }

    #[test]
    fn only_requests_and_answers_of_class_1_and_2_ask_for_a_decision() {
        let asking: Vec<_> = ["0100", "0110", "1200", "2210", "0201"].into_iter().map(mti).collect();
        assert!(asking.iter().all(|mti| mti.asks_for_decision()));
        let others: Vec<_> =
            ["0120", "0220", "0230", "0400", "0800", "0320", "0500"].into_iter().map(mti).collect();
        assert!(others.iter().all(|mti| !mti.asks_for_decision()));
    }

    #[test]
    fn every_known_digit_has_its_words() {
        for class in 1..=8 {
            for function in 0..=7 {
                let mti = mti(&format!("0{class}{function}0"));
                assert!(mti.words(false).split(", ").all(|word| word.len() > 2), "{mti}");
                assert!(mti.words(true).chars().count() >= 4, "{mti}");
            }
        }
        assert_eq!(mti("0210").words(false), "financial, answer");
    }

    #[test]
    fn a_lost_leading_zero_is_given_back_and_nonsense_refused() {
        assert_eq!(mti("200"), mti("0200"));
        for text in ["", "20", "00200", "!MTI", "0000", "0900", "3200", "0280", "0209", "２００"] {
            assert_eq!(Mti::parse(text.as_bytes()), None, "{text}");
        }
    }
}
