//! A Bayes factor for people: a number, and what it is worth.

use posmortem_classify::Language;

/// A factor below it and above the one before has these words, in thousandths of its ln: 3, 20 and 150 are
/// the bounds that Kass and Raftery (1995) gave words to.
const WORDS: [(i64, &str, &str); 5] = [
    (0, "speaks against it", "不支持"),
    (1_099, "hardly speaks for it", "几乎不支持"),
    (2_996, "speaks for it", "支持"),
    (5_011, "speaks strongly for it", "强烈支持"),
    (i64::MAX, "decides for it", "决定性支持"),
];

/// What a factor is worth, by the thousandths of its ln.
pub(super) fn words(ln_bayes: i64, language: Language) -> &'static str {
    let row = WORDS.iter().find(|(below, ..)| ln_bayes < *below).unwrap_or(&WORDS[WORDS.len() - 1]);
    match language {
        Language::En => row.1,
        Language::Zh => row.2,
    }
}

/// `58 : 1`, `1 : 3.4`, `10^8 : 1`, by the thousandths of its ln.
pub(super) fn number(ln_bayes: i64) -> String {
    let size = size(ln_bayes.unsigned_abs());
    if ln_bayes < 0 { format!("1 : {size}") } else { format!("{size} : 1") }
}

/// Beyond this power of ten, more says nothing more.
const MOST: u128 = 12;

/// Two digits of e to that many thousandths, and the power of ten alone from a million on.
fn size(ln: u64) -> String {
    // ln(10^6)
    if ln >= 13_816 {
        // log10(e) = 0.434294.
        let power = u128::from(ln) * 434_294 / 1_000_000_000;
        return if power >= MOST { format!(">10^{MOST}") } else { format!("10^{power}") };
    }
    let number = libm::exp(ln as f64 / 1000.0);
    if number < 9.95 {
        return format!("{number:.1}");
    }
    let (mut whole, mut scale) = (libm::round(number) as u64, 1);
    while whole >= 100 * scale {
        scale *= 10;
    }
    whole = (whole + scale / 2) / scale * scale;
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_digits() {
        for (ln, shown) in [
            (0, "1.0 : 1"),
            (1_000, "2.7 : 1"),
            (-1_000, "1 : 2.7"),
            (2_303, "10 : 1"),
            (4_060, "58 : 1"),
            (6_908, "1000 : 1"),
            (11_695, "120000 : 1"),
            (13_816, "10^6 : 1"),
            (20_000, "10^8 : 1"),
            (-20_000, "1 : 10^8"),
            (50_000, ">10^12 : 1"),
        ] {
            assert_eq!(number(ln), shown, "{ln}");
        }
    }

    #[test]
    fn words_follow_the_number() {
        assert_eq!(words(-1, Language::En), "speaks against it");
        assert_eq!(words(1_098, Language::En), "hardly speaks for it");
        assert_eq!(words(1_099, Language::En), "speaks for it");
        assert_eq!(words(i64::MAX, Language::Zh), "决定性支持");
    }
}
