//! What is planted: card numbers of every length, tracks, names, PIN blocks, keys and CVVs, each number with its
//! own digits by place, so that what comes out tells where it went in.

/// The surname of every cardholder.
pub(crate) const SURNAME: &str = "VANTONGEREN";

/// What every PIN block and every key begins with.
pub(crate) const KEY_START: &str = "C4A2F1C9";

/// Every CVV, and every other code that is too short to be searched for inside of anything else.
pub(crate) const SHORT: &str = "7093";

/// What a card number looks like: its beginning, and digits in all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brand {
    name: &'static str,
    /// The issuer's digits, of test ranges.
    issuer: &'static str,
    length: usize,
}

pub(crate) const BRANDS: [Brand; 6] = [
    Brand { name: "visa", issuer: "411111", length: 16 },
    Brand { name: "visa of 13", issuer: "422222", length: 13 },
    Brand { name: "mastercard", issuer: "222300", length: 16 },
    Brand { name: "amex", issuer: "378282", length: 15 },
    Brand { name: "diners", issuer: "305693", length: 14 },
    Brand { name: "unionpay of 19", issuer: "620000", length: 19 },
];

/// Digits that are the same in every number, so that little looks like them by chance.
const SAME: &str = "9786986978";

impl Brand {
    /// Number `id` of its numbers.
    fn number(self, id: usize) -> String {
        assert!(id < 100, "{}", self.name);
        let digits = format!("{}{id:02}{}", self.issuer, &SAME[..self.length - 9]);
        let check = ('0'..='9').find(|check| passes(&format!("{digits}{check}")));
        digits + &check.unwrap().to_string()
    }
}

/// Luhn's check.
fn passes(number: &str) -> bool {
    let sum: u32 = number.bytes().rev().enumerate().fold(0, |sum, (at, digit)| {
        let digit = u32::from(digit - b'0') * (1 + at as u32 % 2);
        sum + digit / 10 + digit % 10
    });
    sum.is_multiple_of(10)
}

/// What is written into a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Secret {
    Number(Brand),
    Track1(Brand),
    /// With this separator.
    Track2(Brand, char),
    /// A track 2 whose number alone is masked.
    BareTrack2(Brand, char),
    /// A number of which a mask leaves too much.
    ThinlyMasked(Brand),
    Name,
    PinBlock,
    Key,
    Short,
}

impl Secret {
    /// Whether its form gives it away wherever it stands.
    pub(crate) fn shows_by_form(self) -> bool {
        !matches!(self, Self::Name | Self::PinBlock | Self::Key | Self::Short)
    }

    /// The text, and the number in it.
    pub(crate) fn text(self, id: usize) -> (String, Option<String>) {
        let masked = |number: &str, shown: usize| {
            format!(
                "{}{}{}",
                &number[..shown],
                "*".repeat(number.len() - shown - 4),
                &number[number.len() - 4..]
            )
        };
        match self {
            Self::Number(brand) => (brand.number(id), Some(brand.number(id))),
            Self::Track1(brand) => {
                let number = brand.number(id);
                (format!("%B{number}^{SURNAME}/ODILE M^2812201978698697{id:02}00?"), Some(number))
            }
            Self::Track2(brand, separator) => {
                let number = brand.number(id);
                (format!("{number}{separator}2812201978698697{id:02}"), Some(number))
            }
            Self::BareTrack2(brand, separator) => {
                let number = brand.number(id);
                (format!("{}{separator}2812201978698697{id:02}", masked(&number, 6)), Some(number))
            }
            Self::ThinlyMasked(brand) => {
                let number = brand.number(id);
                (masked(&number, number.len() - 5), Some(number))
            }
            Self::Name => (format!("{SURNAME}/ODILE M"), None),
            Self::PinBlock => (format!("{KEY_START}D37B{id:04}"), None),
            Self::Key => (format!("{KEY_START}D37B5E8AE10B77D2A95F{id:04}"), None),
            Self::Short => (SHORT.to_owned(), None),
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    Plain,
    Grouped(&'static str),
    /// Behind its length in digits.
    BehindLength,
    InProse,
    Hex,
    HexOfHex,
    SpacedHex,
    EbcdicHex,
    Base64,
    FullWidth,
    UnicodeEscapes,
    XmlEntities,
    PercentEscapes,
    Ebcdic,
    /// Digits in half bytes.
    Packed,
    /// The hexadecimal digits of an EMV data object.
    Tag(&'static str),
}

pub(crate) const WRITINGS: [Writing; 20] = [
    Writing::Plain,
    Writing::Grouped(" "),
    Writing::Grouped("-"),
    Writing::Grouped("."),
    Writing::Grouped("\u{a0}"),
    Writing::Grouped("\n"),
    Writing::Grouped("\t"),
    Writing::BehindLength,
    Writing::InProse,
    Writing::Hex,
    Writing::HexOfHex,
    Writing::SpacedHex,
    Writing::EbcdicHex,
    Writing::Base64,
    Writing::FullWidth,
    Writing::UnicodeEscapes,
    Writing::XmlEntities,
    Writing::PercentEscapes,
    Writing::Ebcdic,
    Writing::Packed,
];

impl Writing {
    pub(crate) fn write(self, text: &str) -> Vec<u8> {
        let each = |write: &dyn Fn(u8) -> String| text.bytes().map(write).collect::<String>().into_bytes();
        match self {
            Self::Plain => text.into(),
            Self::Grouped(separator) => {
                let groups: Vec<_> =
                    text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group)).collect();
                groups.join(separator).into()
            }
            Self::BehindLength => format!("{:02}{text}", text.len()).into(),
            Self::InProse => format!("refused {text} see terminal").into(),
            Self::Hex => each(&|byte| format!("{byte:02X}")),
            Self::HexOfHex => Self::Hex.write(&String::from_utf8(Self::Hex.write(text)).unwrap()),
            Self::SpacedHex => each(&|byte| format!("{byte:02x} ")),
            Self::EbcdicHex => each(&|byte| format!("{:02X}", ebcdic(byte))),
            Self::Base64 => base64(text.as_bytes()).into(),
            Self::FullWidth => text
                .chars()
                .map(|c| c.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(c))
                .collect::<String>()
                .into(),
            Self::UnicodeEscapes => each(&|byte| format!("\\u{byte:04x}")),
            Self::XmlEntities => each(&|byte| format!("&#{byte};")),
            Self::PercentEscapes => each(&|byte| format!("%{byte:02X}")),
            Self::Ebcdic => text.bytes().map(ebcdic).collect(),
            Self::Packed => {
                let digits = format!("{text}{}", if text.len().is_multiple_of(2) { "" } else { "F" });
                digits.as_bytes().chunks(2).map(unhex).collect()
            }
            Self::Tag(tag) => {
                let value = if tag == "5F20" {
                    String::from_utf8(Self::Hex.write(text)).unwrap()
                } else {
                    text.to_owned()
                };
                let value = format!("{value}{}", if value.len().is_multiple_of(2) { "" } else { "F" });
                format!("9F270180{tag}{:02X}{value}9505000004800", value.len() / 2).into_bytes()
            }
        }
    }
}

fn unhex(pair: &[u8]) -> u8 {
    u8::from_str_radix(&String::from_utf8_lossy(pair), 16).unwrap()
}

/// Of digits, capital letters and the signs in tracks.
pub(crate) fn ebcdic(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte + 0xc0,
        b'A'..=b'I' => byte + 0x80,
        b'J'..=b'R' => byte - b'J' + 0xd1,
        b'S'..=b'Z' => byte - b'S' + 0xe2,
        b'=' => 0x7e,
        b'^' => 0xb0,
        b'%' => 0x6c,
        b'?' => 0x6f,
        b'/' => 0x61,
        b'*' => 0x5c,
        _ => 0x40,
    }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let signs = (0..=three.len()).map(|at| char::from(SIGNS[(bits >> (18 - 6 * at) & 63) as usize]));
        text.extend(signs.chain(std::iter::repeat_n('=', 3 - three.len())));
    }
    text
}

/// A value for a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plant {
    pub(crate) secret: Secret,
    pub(crate) writing: Writing,
}

/// Every number in the commonest writings, one in all; tracks; what no form gives away.
pub(crate) fn plants() -> Vec<Plant> {
    let [visa, .., unionpay] = BRANDS;
    let mut plants: Vec<Plant> =
        WRITINGS.map(|writing| Plant { secret: Secret::Number(visa), writing }).into_iter().collect();
    let mut add = |secret: Secret, writings: &[Writing]| {
        plants.extend(writings.iter().map(|writing| Plant { secret, writing: *writing }));
    };
    for brand in &BRANDS[1..] {
        add(
            Secret::Number(*brand),
            &[Writing::Plain, Writing::BehindLength, Writing::Hex, Writing::EbcdicHex],
        );
    }
    let encoded = [Writing::Plain, Writing::InProse, Writing::Hex, Writing::EbcdicHex, Writing::Base64];
    for secret in [Secret::Track1(visa), Secret::Track2(visa, '='), Secret::Track2(unionpay, 'D')] {
        add(secret, &encoded);
    }
    add(Secret::Track2(visa, '^'), &[Writing::Plain]);
    add(Secret::ThinlyMasked(visa), &[Writing::Plain, Writing::Grouped(" ")]);
    add(Secret::BareTrack2(visa, '='), &[Writing::Plain]);
    add(Secret::BareTrack2(visa, 'D'), &[Writing::Plain]);
    for tag in ["5A", "57", "56", "9F6B"] {
        let secret = if tag == "5A" { Secret::Number(visa) } else { Secret::Track2(visa, 'D') };
        add(secret, &[Writing::Tag(tag)]);
    }
    add(
        Secret::Name,
        &[Writing::Plain, Writing::Hex, Writing::Base64, Writing::EbcdicHex, Writing::Tag("5F20")],
    );
    add(Secret::PinBlock, &[Writing::Plain]);
    add(Secret::Key, &[Writing::Plain]);
    add(Secret::Short, &[Writing::Plain]);
    plants
}

#[test]
fn secrets_look_as_they_should() {
    let [visa, ..] = BRANDS;
    assert_eq!(visa.number(12), "4111111297869862");
    assert_eq!(Secret::ThinlyMasked(visa).text(12).0, "41111112978*9862");
    assert_eq!(Secret::BareTrack2(visa, 'D').text(12).0, "411111******9862D281220197869869712");
    let written = |writing: Writing| String::from_utf8_lossy(&writing.write("41=")).into_owned();
    assert_eq!(written(Writing::Hex), "34313D");
    assert_eq!(written(Writing::HexOfHex), "333433313344");
    assert_eq!(written(Writing::EbcdicHex), "F4F17E");
    assert_eq!(written(Writing::Base64), "NDE9");
    assert_eq!(base64(b"4"), "NA==");
    assert_eq!(written(Writing::UnicodeEscapes), "\\u0034\\u0031\\u003d");
    assert_eq!(Writing::Packed.write("411"), [0x41, 0x1f]);
    assert!(BRANDS.iter().all(|brand| passes(&brand.number(99))));
}
