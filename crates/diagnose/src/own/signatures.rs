//! What a terminal's own fault looks like: the marks that belong together, and the name of the fault.
//!
//! `data/signatures.tsv` has a row for each mark, those of a signature together. A mark that no terminal
//! can be to blame for (an empty account, an issuer that is down) is in none, and so never evidence.

use crate::Mark;
use posmortem_classify::{DataError, Reason};
use posmortem_iso8583::EntryMode;

const TABLE: &str = "signatures.tsv";
const COLUMNS: [&str; 9] =
    ["signature", "mark", "share", "floor", "entry_modes", "tau2", "slows", "standing", "reason"];

/// The signatures in the order of the table. A signature is spoken of by its place in it.
#[derive(Clone, Debug)]
pub struct Signatures {
    all: Vec<Signature>,
}

/// One kind of fault that a terminal can have.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name in the table.
    pub name: &'static str,
    /// The marks that it shows in, one at least.
    pub marks: Vec<SignatureMark>,
    /// By [`EntryMode`], whether an attempt of that mode can show it at all.
    modes: [bool; EntryMode::ALL.len()],
    /// How much good terminals differ in these marks (squared coefficient of variation), where the
    /// fleet is too small to tell.
    pub tau2: f64,
    /// Answers that such a fault slows down for each attempt that it hits; 0 where it slows none.
    pub slows: f64,
}

/// One mark of a signature.
#[derive(Clone, Copy, Debug)]
pub struct SignatureMark {
    /// The mark. [`Mark::FELL_BACK`] is told by the flag of that name and not by the attempt's mark.
    pub mark: Mark,
    /// Its share among what the fault causes; those of a signature sum to 1.
    pub share: f64,
    /// No expected rate is taken to be below this.
    pub floor: f64,
    /// Whether a few in a row say enough at a terminal with hardly any attempts.
    pub standing: bool,
    /// The verdict where this mark leads.
    pub reason: Reason,
}

impl Signatures {
    /// Those of the table that is built in.
    ///
    /// # Panics
    /// Never: a test reads the table.
    pub fn built_in() -> Self {
        Self::read(include_str!("../../data/signatures.tsv")).expect("the table is checked by a test")
    }

    /// Reads a table.
    ///
    /// # Errors
    /// When a field holds what it must not, a mark occurs twice, or the rows of a signature stand apart
    /// or differ in what they say about it.
    pub fn read(text: &'static str) -> Result<Self, DataError> {
        let rows = posmortem_iso8583::rows(text, COLUMNS)
            .map_err(|error| DataError::Table { table: TABLE, error })?;
        let mut all: Vec<Signature> = Vec::new();
        for row in &rows {
            let place = Place { line: row.line };
            let [name, mark, share, floor, modes, tau2, slows, standing, reason] = row.fields;
            let modes = read_modes(place, modes)?;
            let tau2 = place.number("tau2", tau2, 0.0..=1.0)?;
            let slows = place.number("slows", slows, 0.0..=10.0)?;
            let mark = SignatureMark {
                mark: Mark::from_name(mark).ok_or_else(|| place.unknown("mark", mark))?,
                share: place.number("share", share, 0.01..=100.0)?,
                floor: place.number("floor", floor, 1e-6..=0.1)?,
                standing: match standing {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(place.unknown("standing", standing)),
                },
                reason: Reason::from_name(reason).ok_or_else(|| place.unknown("reason", reason))?,
            };
            if all.iter().flat_map(|signature| &signature.marks).any(|other| other.mark == mark.mark) {
                return Err(place.duplicate(row.fields[1]));
            }
            let last = all.len().wrapping_sub(1);
            match all.iter().position(|signature| signature.name == name) {
                None => all.push(Signature { name, marks: vec![mark], modes, tau2, slows }),
                Some(at) if at != last => return Err(place.duplicate(name)),
                Some(at) if (all[at].modes, all[at].tau2, all[at].slows) != (modes, tau2, slows) => {
                    return Err(place.unknown("entry modes, tau2 or slows of", name));
                }
                Some(at) => all[at].marks.push(mark),
            }
        }
        for signature in &mut all {
            let sum: f64 = signature.marks.iter().map(|mark| mark.share).sum();
            signature.marks.iter_mut().for_each(|mark| mark.share /= sum);
        }
        Ok(Self { all })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The signature at that place.
    ///
    /// # Panics
    /// When there is none.
    pub fn get(&self, signature: usize) -> &Signature {
        &self.all[signature]
    }

    /// Every signature, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Signature> {
        self.all.iter()
    }

    /// The signature of that name, if there is one.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|signature| signature.name == name)
    }

    /// The signature that a mark belongs to, with the mark's place in it.
    pub fn of_mark(&self, mark: Mark) -> Option<(usize, usize)> {
        self.all.iter().enumerate().find_map(|(at, signature)| {
            signature.marks.iter().position(|other| other.mark == mark).map(|place| (at, place))
        })
    }
}

impl Signature {
    /// Whether an attempt of that entry mode can show it.
    pub fn is_eligible(&self, mode: EntryMode) -> bool {
        self.modes[mode as usize]
    }
}

fn read_modes(place: Place, text: &str) -> Result<[bool; EntryMode::ALL.len()], DataError> {
    if text == "all" {
        return Ok([true; EntryMode::ALL.len()]);
    }
    let mut modes = [false; EntryMode::ALL.len()];
    for name in text.split(',') {
        let mode = EntryMode::from_name(name).ok_or_else(|| place.unknown("entry mode", name))?;
        modes[mode as usize] = true;
    }
    Ok(modes)
}

#[derive(Clone, Copy)]
struct Place {
    line: usize,
}

impl Place {
    fn unknown(self, what: &'static str, found: &str) -> DataError {
        DataError::Unknown { table: TABLE, line: self.line, what, found: found.to_owned() }
    }

    fn duplicate(self, found: &str) -> DataError {
        DataError::Duplicate { table: TABLE, line: self.line, found: found.to_owned() }
    }

    fn number(
        self,
        what: &'static str,
        text: &str,
        within: std::ops::RangeInclusive<f64>,
    ) -> Result<f64, DataError> {
        let number = text.parse().ok().filter(|number| within.contains(number));
        number.ok_or_else(|| self.unknown(what, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_classify::Cause;

    const HEADER: &str = "signature\tmark\tshare\tfloor\tentry_modes\ttau2\tslows\tstanding\treason\n";

    #[test]
    fn the_built_in_table_is_whole() {
        let signatures = Signatures::built_in();
        let names: Vec<_> = signatures.iter().map(|signature| signature.name).collect();
        assert_eq!(names, ["mac", "pin", "sign_on", "signal", "reader", "operator", "software", "set_up"]);
        for (at, signature) in signatures.iter().enumerate() {
            let shares: f64 = signature.marks.iter().map(|mark| mark.share).sum();
            assert!((shares - 1.0).abs() < 1e-12, "{}: shares sum to one", signature.name);
            assert!(EntryMode::ALL.into_iter().any(|mode| signature.is_eligible(mode)));
            assert_eq!(signatures.named(signature.name), Some(at));
            for (place, mark) in signature.marks.iter().enumerate() {
                assert_eq!(signatures.of_mark(mark.mark), Some((at, place)));
            }
            let causes: Vec<_> = signature.marks.iter().map(|mark| mark.reason.cause()).collect();
            assert!(causes.windows(2).all(|two| two[0] == two[1]), "{}: one cause", signature.name);
        }
    }

    #[test]
    fn nothing_that_a_terminal_cannot_do_is_evidence() {
        let signatures = Signatures::built_in();
        for reason in Reason::all() {
            let blamable = signatures.of_mark(Mark::of(reason)).is_some();
            if reason.cause() == Cause::Account {
                assert_eq!(blamable, reason == Reason::PIN_INCORRECT, "{reason}");
            }
        }
        for name in ["issuer_unavailable", "switch_fault", "routing_not_found", "card_expired", "hsm_fault"] {
            assert_eq!(signatures.of_mark(Mark::from_name(name).unwrap()), None, "{name}");
        }
        assert_eq!(signatures.of_mark(Mark::UNCLASSIFIED), None);
        assert_eq!(signatures.of_mark(Mark::NONE), None);
    }

    #[test]
    fn standing_states_are_those_of_the_semantics() {
        let signatures = Signatures::built_in();
        let marks = signatures.iter().flat_map(|signature| &signature.marks);
        let mut standing: Vec<_> = marks
            .filter(|mark| mark.standing)
            .map(|mark| mark.mark.reason().expect("a reason's mark").name())
            .collect();
        standing.sort_unstable();
        assert_eq!(
            standing,
            [
                "key_not_available",
                "mac_invalid",
                "mac_key_out_of_sync",
                "merchant_not_registered",
                "signon_required",
                "terminal_not_registered"
            ]
        );
    }

    #[test]
    fn a_keyed_card_shows_neither_its_pin_nor_the_reader() {
        let signatures = Signatures::built_in();
        for name in ["pin", "reader"] {
            let signature = signatures.get(signatures.named(name).unwrap());
            assert!(!signature.is_eligible(EntryMode::Manual), "{name}");
            assert!(signature.is_eligible(EntryMode::Chip), "{name}");
        }
    }

    #[test]
    fn tables_that_break_a_rule_are_refused() {
        let row = |text: &str| -> &'static str { Box::leak(format!("{HEADER}{text}").into_boxed_str()) };
        let good = "a\tmac_invalid\t1\t0.0001\tall\t0.1\t0\tno\tmac_invalid\n";
        assert!(Signatures::read(row(good)).is_ok());
        for bad in [
            "a\tno_such_mark\t1\t0.0001\tall\t0.1\t0\tno\tmac_invalid\n",
            "a\tmac_invalid\t0\t0.0001\tall\t0.1\t0\tno\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.5\tall\t0.1\t0\tno\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.0001\tchip,\t0.1\t0\tno\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.0001\tall\tmuch\t0\tno\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.0001\tall\t0.1\t-1\tno\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.0001\tall\t0.1\t0\tmaybe\tmac_invalid\n",
            "a\tmac_invalid\t1\t0.0001\tall\t0.1\t0\tno\tbad_luck\n",
        ] {
            assert!(Signatures::read(row(bad)).is_err(), "{bad}");
        }
        let twice = format!("{good}b\tmac_invalid\t1\t0.0001\tall\t0.1\t0\tno\tmac_invalid\n");
        assert!(matches!(Signatures::read(row(&twice)), Err(DataError::Duplicate { line: 3, .. })));
        let torn = format!("{good}a\tsignon_required\t1\t0.0001\tchip\t0.1\t0\tno\tmac_invalid\n");
        assert!(Signatures::read(row(&torn)).is_err());
    }
}
