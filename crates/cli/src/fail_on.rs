//! Limits that a result must keep, by `--fail-on`: what they say, and which of them a result has crossed.
//!
//! An expression holds one limit, or several with `and` between them; it is crossed when all of its limits are.
//! What is measured, [`Measures`] knows. Shares are compared without division: a part of a whole is more than a
//! decimal exactly when the products say so.

mod parse;

use indicatif::HumanCount;
use posmortem_report::{Measure, Measured, Measures};

/// One expression: limits that are crossed together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expression {
    /// As typed, without spaces around it.
    text: String,
    limits: Vec<Limit>,
}

/// A measure against a bound.
#[derive(Debug, PartialEq, Eq)]
struct Limit {
    measure: Measure,
    comparison: Comparison,
    bound: Bound,
}

/// How the value stands to the bound when the limit is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    More,
    AtLeast,
    Less,
    AtMost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Count(u64),
    /// In millionths of the whole.
    Share(u64),
}

/// The whole, in the units of [`Bound::Share`].
const WHOLE: u64 = 1_000_000;

impl Expression {
    /// The first measure that is known only where terminals are judged.
    pub(crate) fn needs_verdicts(&self) -> Option<&'static str> {
        let judged = self.limits.iter().find(|limit| limit.measure.needs_verdicts());
        judged.map(|limit| limit.measure.name())
    }

    /// What is to be told where the result has crossed it: the limit, and what every measure of it shows.
    pub(crate) fn crossed_by(&self, measures: &Measures) -> Option<String> {
        let is_crossed =
            |limit: &Limit| measures.value(limit.measure).is_some_and(|value| limit.is_crossed_by(value));
        if !self.limits.iter().all(is_crossed) {
            return None;
        }
        let mut told: Vec<String> = Vec::new();
        for limit in &self.limits {
            let shown = measures.value(limit.measure).map(|value| shown(limit.measure, value));
            told.extend(shown.filter(|shown| !told.contains(shown)));
        }
        Some(format!("--fail-on: `{}` is crossed: {}", self.text, told.join(", ")))
    }
}

impl Limit {
    /// A share of nothing crosses no limit.
    fn is_crossed_by(&self, value: Measured) -> bool {
        let (value, bound) = match (value, self.bound) {
            (Measured::Count(count), Bound::Count(bound)) => (u128::from(count), u128::from(bound)),
            (Measured::Share { part, whole: whole @ 1.. }, Bound::Share(bound)) => {
                (u128::from(part) * u128::from(WHOLE), u128::from(bound) * u128::from(whole))
            }
            _ => return false,
        };
        match self.comparison {
            Comparison::More => value > bound,
            Comparison::AtLeast => value >= bound,
            Comparison::Less => value < bound,
            Comparison::AtMost => value <= bound,
        }
    }
}

/// `technical_rate is 17.06 % (72 of 422)`
fn shown(measure: Measure, value: Measured) -> String {
    let name = measure.name();
    match value {
        Measured::Count(count) => format!("{name} is {}", HumanCount(count)),
        Measured::Share { part, whole } => {
            let percent = value.percent().unwrap_or_default();
            format!("{name} is {percent} ({} of {})", HumanCount(part), HumanCount(whole))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str) -> Limit {
        let mut expression: Expression = text.parse().unwrap();
        expression.limits.remove(0)
    }

    #[track_caller]
    fn check(text: &str, value: Measured, is_crossed: bool) {
        assert_eq!(limit(text).is_crossed_by(value), is_crossed, "{text} {value:?}");
    }

    #[test]
    fn counts_are_compared_as_they_stand() {
        for (text, crossed) in [
            ("incidents>5", [false, false, true]),
            ("incidents>=5", [false, true, true]),
            ("incidents<5", [true, false, false]),
            ("incidents<=5", [true, true, false]),
        ] {
            for (count, is_crossed) in [4, 5, 6].into_iter().zip(crossed) {
                check(text, Measured::Count(count), is_crossed);
            }
        }
        check("attempts>=18446744073709551615", Measured::Count(u64::MAX), true);
        check("attempts>=18446744073709551615", Measured::Count(u64::MAX - 1), false);
    }

    #[test]
    fn shares_are_compared_to_the_last_attempt() {
        let share = |part, whole| Measured::Share { part, whole };
        for (text, part, whole, is_crossed) in [
            ("failed_rate>1%", 1, 100, false),
            ("failed_rate>=1%", 1, 100, true),
            ("failed_rate<1%", 1, 100, false),
            ("failed_rate<=1%", 1, 100, true),
            // One more attempt, either way, decides.
            ("failed_rate>1%", 100_001, 10_000_000, true),
            ("failed_rate>1%", 99_999, 10_000_000, false),
            ("failed_rate<1%", 99_999, 10_000_000, true),
            // No binary fraction is a tenth: floats say that 3 of 10 are more than 3 times 0.1.
            ("failed_rate>30%", 3, 10, false),
            ("failed_rate>=0.1%", 1, 1000, true),
            ("failed_rate>33.3333%", 1, 3, true),
            ("failed_rate>33.3334%", 1, 3, false),
            ("failed_rate>=0.0001%", 1, 1_000_000, true),
            ("failed_rate>=0.0001%", 1, 1_000_001, false),
            // 2^64 - 2 of 2^64 - 1: a float of either is 2^64.
            ("failed_rate>=100%", u64::MAX - 1, u64::MAX, false),
            ("failed_rate>=100%", u64::MAX, u64::MAX, true),
            ("failed_rate>0%", 1, u64::MAX, true),
            ("failed_rate>0%", 0, 5, false),
        ] {
            check(text, share(part, whole), is_crossed);
        }
    }

    #[test]
    fn a_share_of_nothing_crosses_no_limit() {
        for text in ["approved_rate<90%", "approved_rate<=0%", "failed_rate>=0%", "failed_rate>0%"] {
            check(text, Measured::Share { part: 0, whole: 0 }, false);
        }
    }

    #[test]
    fn values_are_told_with_what_they_are_of() {
        let told = |name, value| shown(Measure::from_name(name).unwrap(), value);
        let share = Measured::Share { part: 1_234, whole: 56_789 };
        assert_eq!(told("technical_rate", share), "technical_rate is 2.17 % (1,234 of 56,789)");
        assert_eq!(told("own_terminals", Measured::Count(1_200)), "own_terminals is 1,200");
    }
}
