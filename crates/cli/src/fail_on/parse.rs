//! Texts of `--fail-on` to expressions; a fault is told with its place.
//!
//! `technical_rate>1%`, `own_terminals>=5 and attempts>=1000`: names of measures, `>`, `>=`, `<`, `<=`, a count
//! or per cent, and `and`. There is no `or` (say the flag twice), no parenthesis and no arithmetic.

use super::{Bound, Comparison, Expression, Limit, WHOLE};
use crate::config::millionths;
use crate::nearest::did_you_mean;
use crate::pointed::Pointed;
use posmortem_report::{Measure, Unit};
use std::str::FromStr;

impl FromStr for Expression {
    type Err = Pointed;

    fn from_str(text: &str) -> Result<Self, Pointed> {
        let mut cursor = Cursor { text, at: 0 };
        let mut limits = vec![cursor.limit()?];
        while cursor.joins()? {
            limits.push(cursor.limit()?);
        }
        Ok(Self { text: text.trim().to_owned(), limits })
    }
}

/// The text, and how far it has been read.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn limit(&mut self) -> Result<Limit, Pointed> {
        let measure = self.measure()?;
        let comparison = self.comparison(measure)?;
        let bound = self.bound(measure)?;
        Ok(Limit { measure, comparison, bound })
    }

    fn measure(&mut self) -> Result<Measure, Pointed> {
        let (at, name) = self.token(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if name.is_empty() {
            let wanted =
                "a measure is missing here, such as `technical_rate` (`posmortem report --help` lists them)";
            return Err(self.fault(at, 1, wanted));
        }
        Measure::from_name(name).ok_or_else(|| {
            let hint = did_you_mean(name, Measure::all().map(Measure::name));
            let hint =
                if hint.is_empty() { " (`posmortem report --help` lists them)".to_owned() } else { hint };
            self.fault(at, name.len(), &format!("`{name}` is no measure{hint}"))
        })
    }

    fn comparison(&mut self, measure: Measure) -> Result<Comparison, Pointed> {
        let (at, sign) = self.token(|c| "<>=!".contains(c));
        let wanted = "write `>`, `>=`, `<` or `<=`";
        match sign {
            ">" => Ok(Comparison::More),
            ">=" => Ok(Comparison::AtLeast),
            "<" => Ok(Comparison::Less),
            "<=" => Ok(Comparison::AtMost),
            "" => {
                let name = measure.name();
                Err(self.fault(at, 1, &format!("a limit of `{name}` is missing here: {wanted} and a number")))
            }
            _ => Err(self.fault(at, sign.len(), &format!("`{sign}` compares nothing: {wanted}"))),
        }
    }

    fn bound(&mut self, measure: Measure) -> Result<Bound, Pointed> {
        let (at, number) = self.token(|c| c.is_alphanumeric() || "._+-".contains(c));
        let behind_number = self.at;
        let (sign_at, sign) = self.token(|c| c == '%');
        if number.is_empty() {
            return Err(self.fault(at, 1, &format!("a number is missing here: write {}", example(measure))));
        }
        let misfit = match (measure.unit(), sign) {
            (Unit::Count, "") | (Unit::Share, "%") => None,
            (Unit::Count, _) => Some(sign_at),
            (Unit::Share, "") => Some(behind_number),
            (Unit::Share, _) => Some(sign_at + 1),
        };
        if let Some(at) = misfit {
            let (name, unit) = (measure.name(), unit(measure));
            return Err(self.fault(at, 1, &format!("`{name}` is a {unit}: write {}", example(measure))));
        }
        let bound = match measure.unit() {
            Unit::Count => number.parse().ok().filter(|_| !number.starts_with('+')).map(Bound::Count),
            Unit::Share => millionths(number).filter(|&share| share <= WHOLE).map(Bound::Share),
        };
        bound.ok_or_else(|| {
            let wanted = format!("`{number}` is no {}: write {}", unit(measure), example(measure));
            self.fault(at, number.len(), &wanted)
        })
    }

    /// Whether `and` and another limit follow; if not, the text is at its end.
    fn joins(&mut self) -> Result<bool, Pointed> {
        let (at, word) = self.token(|c| !c.is_whitespace());
        match word {
            "" => Ok(false),
            "and" => Ok(true),
            _ => {
                let wanted = "`and` or the end was expected here; for limits each of which fails alone, repeat the flag";
                Err(self.fault(at, word.len(), wanted))
            }
        }
    }

    /// The characters that belong together from here on, behind spaces, and where they begin.
    fn token(&mut self, belongs: impl Fn(char) -> bool) -> (usize, &'t str) {
        let rest = self.text[self.at..].trim_start();
        let begin = self.text.len() - rest.len();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at = begin + end;
        (begin, &rest[..end])
    }

    fn fault(&self, at: usize, length: usize, sentence: &str) -> Pointed {
        Pointed { sentence: format!("--fail-on: {sentence}"), text: self.text.to_owned(), at, length }
    }
}

fn unit(measure: Measure) -> &'static str {
    match measure.unit() {
        Unit::Count => "count",
        Unit::Share => "share",
    }
}

fn example(measure: Measure) -> &'static str {
    match measure.unit() {
        Unit::Count => "a whole number such as `5`",
        Unit::Share => "`1%` or `0.5%`, at most `100%` and with at most four decimals",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_with_and_without_spaces() {
        let limit = |name, comparison, bound| {
            let measure = Measure::from_name(name).unwrap();
            Limit { measure, comparison, bound }
        };
        let technical = || limit("technical_rate", Comparison::More, Bound::Share(10_000));
        let own = || limit("own_terminals", Comparison::AtLeast, Bound::Count(5));
        let late = || limit("late_rate", Comparison::AtMost, Bound::Share(1));
        for (text, limits) in [
            ("technical_rate>1%", vec![technical()]),
            (" technical_rate  >  1.0000 % ", vec![technical()]),
            ("own_terminals>=5", vec![own()]),
            ("own_terminals >= 005", vec![own()]),
            ("late_rate<=0.0001%", vec![late()]),
            ("failed_rate<100%", vec![limit("failed_rate", Comparison::Less, Bound::Share(WHOLE))]),
            ("technical_rate>1% and own_terminals>=5", vec![technical(), own()]),
            (
                "own_terminals>=5 and late_rate<=0.0001%and technical_rate>1%",
                vec![own(), late(), technical()],
            ),
        ] {
            let read: Expression = text.parse().unwrap();
            assert_eq!(read, Expression { text: text.trim().to_owned(), limits });
        }
    }

    #[test]
    fn faults_are_told_with_their_place() {
        for (text, at, length, told) in [
            ("", 0, 1, "a measure is missing here, such as `technical_rate`"),
            ("  ", 2, 1, "a measure is missing here"),
            (">5", 0, 1, "a measure is missing here"),
            ("technical_rat>1%", 0, 13, "`technical_rat` is no measure; did you mean `technical_rate`?"),
            ("weather>1", 0, 7, "`weather` is no measure (`posmortem report --help` lists them)"),
            ("技术>1%", 0, 6, "`技术` is no measure"),
            ("technical_rate", 14, 1, "a limit of `technical_rate` is missing here: write `>`"),
            ("technical_rate 1%", 15, 1, "a limit of `technical_rate` is missing here"),
            ("technical_rate=1%", 14, 1, "`=` compares nothing: write `>`, `>=`, `<` or `<=`"),
            ("technical_rate => 1%", 15, 2, "`=>` compares nothing"),
            ("technical_rate！1%", 14, 1, "a limit of `technical_rate` is missing here"),
            ("technical_rate>", 15, 1, "a number is missing here: write `1%` or `0.5%`"),
            ("technical_rate>1", 16, 1, "`technical_rate` is a share: write `1%`"),
            ("technical_rate>0.01 and incidents>1", 19, 1, "`technical_rate` is a share"),
            ("technical_rate>1%%", 17, 1, "`technical_rate` is a share"),
            ("technical_rate>100.0001%", 15, 8, "`100.0001` is no share: write `1%` or `0.5%`"),
            ("technical_rate>0.00001%", 15, 7, "`0.00001` is no share"),
            ("technical_rate>1e3%", 15, 3, "`1e3` is no share"),
            ("technical_rate>-1%", 15, 2, "`-1` is no share"),
            ("technical_rate>.5%", 15, 2, "`.5` is no share"),
            ("own_terminals>5%", 15, 1, "`own_terminals` is a count: write a whole number such as `5`"),
            ("own_terminals>2.5", 14, 3, "`2.5` is no count"),
            ("own_terminals>+5", 14, 2, "`+5` is no count"),
            ("attempts>18446744073709551616", 9, 20, "`18446744073709551616` is no count"),
            ("attempts>1,000", 10, 4, "`and` or the end was expected here"),
            ("late_rate>1% or incidents>5", 13, 2, "`and` or the end was expected here"),
            ("late_rate>1% and", 16, 1, "a measure is missing here"),
            ("late_rate>1% and and", 17, 3, "`and` is no measure"),
        ] {
            let fault = text.parse::<Expression>().unwrap_err();
            assert_eq!((fault.at, fault.length), (at, length), "{text}: {fault}");
            assert!(fault.to_string().starts_with(&format!("--fail-on: {told}")), "{text}: {fault}");
            assert_eq!(fault.text, text);
        }
    }
}
