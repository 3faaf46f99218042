//! One dialect's answers, laid out so that asking costs an index and no allocation.
//!
//! A dialect's rows are painted over those of its base, once. Precedence, weakest first: ranges of the
//! base, own ranges, codes of the base, own codes; so a reserved range of one's own hides no code that
//! the base knows. Rules (rows bound to messages) are tried before: those of `qualified-codes.tsv`,
//! then rows with an MTI; the dialect's own before its base's, a name before `unionpay-*` before `*`, more
//! conditions before fewer, earlier rows first. A code of one's own without conditions ends the search:
//! rules of the base for it do not count.

use std::cmp::Reverse;

use posmortem_iso8583::ResponseCode;

use crate::qualified::{Naming, When};
use crate::{Circumstances, Dialect, Entry, Meaning, QualifiedCode};

/// Cells: 36 x 36 pairs of digits and letters, then 1,000 codes of three digits, then 10,000 of four.
const PAIRS: usize = 36 * 36;
const THREES: usize = PAIRS + 1_000;
const FOURS: usize = THREES + 10_000;

#[derive(Clone, Copy, Default)]
struct Cell {
    meaning: Meaning,
    /// Whether a rule speaks of the code.
    ruled: bool,
}

impl Cell {
    fn is_listed(self) -> bool {
        self.ruled || self.meaning != Meaning::Unlisted
    }
}

struct Rule {
    code: ResponseCode,
    when: When,
    meaning: Meaning,
}

pub(crate) struct Lookup {
    code_length: usize,
    /// As many as the dialect's codes need.
    cells: Vec<Cell>,
    /// Codes of other shapes (`MAC01`, `10000`), sorted.
    others: Vec<(ResponseCode, Cell)>,
    rules: Vec<Rule>,
}

impl Lookup {
    pub(crate) fn build(dialect: Dialect, entries: &[Entry], qualified: &[QualifiedCode]) -> Self {
        let rules = rules(dialect, entries, qualified);
        let cells = match dialect.code_length() {
            2 => PAIRS,
            3 => THREES,
            4 => FOURS,
            _ => 0,
        };
        let mut lookup = Self {
            code_length: dialect.code_length(),
            cells: vec![Cell::default(); cells],
            others: Vec::new(),
            rules: Vec::new(),
        };
        let chain: Vec<Dialect> = dialect.chain().collect();
        for ranges in [true, false] {
            for &link in chain.iter().rev() {
                let of_link = |entry: &&Entry| entry.dialect == link && entry.mti.is_none();
                for entry in entries.iter().filter(of_link).filter(|entry| entry.range().is_some() == ranges)
                {
                    lookup.paint(entry);
                }
            }
        }
        for rule in &rules {
            lookup.change(rule.code, |cell| cell.ruled = true);
        }
        Self { rules, ..lookup }
    }

    /// The meaning of a code under the circumstances of its message.
    pub(crate) fn meaning(&self, code: ResponseCode, circumstances: &Circumstances) -> Meaning {
        let (code, cell) = self.find(code);
        if cell.ruled {
            let holds = |rule: &&Rule| rule.code == code && rule.when.holds(circumstances);
            if let Some(rule) = self.rules.iter().find(holds) {
                return rule.meaning;
            }
        }
        cell.meaning
    }

    /// The code as the dialect spells it.
    pub(crate) fn spelled(&self, code: ResponseCode) -> ResponseCode {
        self.find(code).0
    }

    /// The code as the dialect spells it, and its cell.
    fn find(&self, code: ResponseCode) -> (ResponseCode, Cell) {
        let cell = self.cell(code);
        if cell.is_listed() {
            return (code, cell);
        }
        match respelled(code, self.code_length) {
            Some(code) => (code, self.cell(code)),
            None => (code, cell),
        }
    }

    fn cell(&self, code: ResponseCode) -> Cell {
        if let Some(&cell) = slot(code).and_then(|slot| self.cells.get(slot)) {
            return cell;
        }
        let at = self.others.binary_search_by_key(&code, |other| other.0);
        at.map_or(Cell::default(), |at| self.others[at].1)
    }

    fn change(&mut self, code: ResponseCode, change: impl Fn(&mut Cell)) {
        if let Some(cell) = slot(code).and_then(|slot| self.cells.get_mut(slot)) {
            return change(cell);
        }
        let at = self.others.binary_search_by_key(&code, |other| other.0).unwrap_or_else(|at| {
            self.others.insert(at, (code, Cell::default()));
            at
        });
        change(&mut self.others[at].1);
    }

    fn paint(&mut self, entry: &Entry) {
        match entry.range() {
            None => {
                if let Some(code) = ResponseCode::parse(entry.code.as_bytes()) {
                    self.change(code, |cell| cell.meaning = entry.meaning);
                }
            }
            Some((first, _)) => {
                let slots = if first.len() == 2 { 0..PAIRS } else { PAIRS..THREES };
                for slot in slots {
                    if entry.covers(spelled(slot).as_str())
                        && let Some(cell) = self.cells.get_mut(slot)
                    {
                        cell.meaning = entry.meaning;
                    }
                }
            }
        }
    }
}

/// The rules that count for a dialect, in the order in which they are tried.
fn rules(dialect: Dialect, entries: &[Entry], qualified: &[QualifiedCode]) -> Vec<Rule> {
    let chain: Vec<Dialect> = dialect.chain().collect();
    let hidden = |code: &str, level: usize| {
        let plain = |entry: &Entry| entry.mti.is_none() && entry.code == code;
        entries.iter().any(|entry| plain(entry) && chain[..level].contains(&entry.dialect))
    };
    let mut ranked = Vec::new();
    for row in qualified {
        let levels = chain.iter().enumerate();
        let named = levels.filter_map(|(level, &link)| Some((level, row.naming(link)?))).next();
        if let Some((level, naming)) = named.filter(|&(level, _)| !hidden(row.code, level)) {
            let rank = (false, level, naming, Reverse(row.when.count()));
            ranked
                .push((rank, Rule { code: row.response_code, when: row.when.clone(), meaning: row.meaning }));
        }
    }
    for entry in entries {
        let Some(mti) = entry.mti else { continue };
        let Some(level) = chain.iter().position(|&link| link == entry.dialect) else { continue };
        let Some(code) = ResponseCode::parse(entry.code.as_bytes()) else { continue };
        if !hidden(entry.code, level) {
            let rank = (true, level, Naming::Name, Reverse(1));
            ranked.push((rank, Rule { code, when: When::message(mti), meaning: entry.meaning }));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, rule)| rule).collect()
}

/// Another spelling of a code that the tables do not list as it stands, for codes of `length`.
///
/// Gateways put a zero before two characters (`0N7`, `05C`); spreadsheets and integer columns lose
/// leading zeros (`5` for `05`, `116` for `0116`). Digits are padded only where that cannot turn a
/// decline of another standard into an approval: `05` never becomes `005`; all zeros may.
pub(crate) fn respelled(code: ResponseCode, length: usize) -> Option<ResponseCode> {
    let text = code.as_str().as_bytes();
    if let [b'0', rest @ ..] = text
        && rest.len() == 2
        && rest.iter().any(u8::is_ascii_alphabetic)
    {
        return ResponseCode::parse(rest);
    }
    let is_number = text.iter().all(u8::is_ascii_digit) && text.len() < length && length <= 4;
    let is_zero = text.iter().all(|&digit| digit == b'0');
    if !is_number || !(is_zero || matches!((text.len(), length), (1, 2) | (3, 4))) {
        return None;
    }
    let mut padded = [b'0'; 4];
    padded[length - text.len()..length].copy_from_slice(text);
    ResponseCode::parse(&padded[..length])
}

fn slot(code: ResponseCode) -> Option<usize> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| usize::from(byte - b'0'));
    let sign = |byte: u8| match byte {
        b'0'..=b'9' => usize::from(byte - b'0'),
        _ => usize::from(byte - b'A') + 10,
    };
    match *code.as_str().as_bytes() {
        [a, b] => Some(sign(a) * 36 + sign(b)),
        [a, b, c] => Some(PAIRS + digit(a)? * 100 + digit(b)? * 10 + digit(c)?),
        [a, b, c, d] => Some(THREES + digit(a)? * 1_000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?),
        _ => None,
    }
}

/// The code of a slot: the inverse of [`slot`] for pairs and threes.
fn spelled(slot: usize) -> ResponseCode {
    let sign = |value: usize| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36];
    let digit = |value: usize| b'0' + (value % 10) as u8;
    let code = if slot < PAIRS {
        ResponseCode::parse(&[sign(slot / 36), sign(slot)])
    } else {
        let number = slot - PAIRS;
        ResponseCode::parse(&[digit(number / 100), digit(number / 10), digit(number)])
    };
    code.expect("two or three digits or letters")
}

#[cfg(test)]
mod tests {
    use posmortem_iso8583::Mti;

    use super::*;
    use crate::{CodeTables, Reason};

    fn code(text: &str) -> ResponseCode {
        ResponseCode::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn slots_and_codes_are_inverse() {
        for at in 0..THREES {
            assert_eq!(slot(spelled(at)), Some(at));
        }
        assert_eq!((slot(code("ZZ")), slot(code("999"))), (Some(PAIRS - 1), Some(THREES - 1)));
        assert_eq!(slot(code("9999")), Some(FOURS - 1));
        for text in ["5", "0N7", "10A0", "MAC01", "10000"] {
            assert_eq!(slot(code(text)), None, "{text}");
        }
    }

    #[test]
    fn a_code_that_is_listed_as_it_stands_is_not_spelled_otherwise() {
        let head = "dialect\tcode\tmti\tcause\treason\tretry\ttitle_en\ttitle_zh\tsource\n";
        let row = |code: &str, names: &str| format!("visa\t{code}\t-\t{names}\tn/a\tT\t-\tS01\n");
        let rows = [row("N7", "account\tpin_incorrect"), row("0N7", "key\tmac_invalid")].concat();
        let ruled = "dialect\tcode\tmti\tkind\tentry_mode\tcause\treason\twhy\nvisa\t0N8\t0210\t-\t-\tkey\tmac_invalid\tW\n";
        let rows = rows + &row("N8", "account\tpin_incorrect");
        let tables = CodeTables::from_text(format!("{head}{rows}").leak(), ruled).unwrap();
        let visa = Dialect::from_name("visa").unwrap();
        let of = |text: &str, mti: &str| {
            let circumstances = Circumstances { mti: Mti::parse(mti.as_bytes()), ..Circumstances::default() };
            tables.meaning(visa, code(text), &circumstances)
        };
        let [pin, mac] = [Reason::PIN_INCORRECT, Reason::MAC_INVALID].map(Meaning::Declined);
        assert_eq!([of("N7", "0210"), of("0N7", "0210"), of("0N8", "0210")], [pin, mac, mac]);
        // A rule that does not hold leaves a code that no row lists.
        assert_eq!([of("N8", "0110"), of("0N8", "0110")], [pin, Meaning::Unlisted]);
    }

    #[test]
    fn spellings_follow_gateways_and_spreadsheets() {
        for (text, length, other) in [
            ("0N7", 2, Some("N7")),
            ("05C", 2, Some("5C")),
            ("01A", 3, Some("1A")),
            ("5", 2, Some("05")),
            ("116", 4, Some("0116")),
            ("0", 3, Some("000")),
            ("00", 4, Some("0000")),
            ("05", 3, None),
            ("5", 3, None),
            ("51", 4, None),
            ("051", 2, None),
            ("1N7", 2, None),
            ("A", 2, None),
            ("5", 5, None),
            ("51", 2, None),
            ("0016", 4, None),
            ("0000", 4, None),
        ] {
            assert_eq!(respelled(code(text), length), other.map(code), "{text} {length}");
        }
    }
}
