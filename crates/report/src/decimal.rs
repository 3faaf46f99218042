//! Decimals with three places, as numbers of a JSON document.

use posmortem_diagnose::Thousandths;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Serialises as a number with its three places: `12.500`.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    is_negative: bool,
    size: Thousandths,
}

impl Decimal {
    /// Of thousandths that may be negative.
    pub(crate) fn signed(thousandths: i64) -> Self {
        Self { is_negative: thousandths < 0, size: Thousandths(thousandths.unsigned_abs()) }
    }
}

impl From<Thousandths> for Decimal {
    fn from(size: Thousandths) -> Self {
        Self { is_negative: false, size }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.is_negative { "-" } else { "" };
        let number = RawValue::from_string(format!("{sign}{}", self.size));
        number.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_and_a_number() {
        let shown = |number: Decimal| serde_json::to_string(&[number]).expect("a number");
        assert_eq!(shown(Thousandths(12_500).into()), "[12.500]");
        assert_eq!(shown(Decimal::signed(-7)), "[-0.007]");
        assert_eq!(shown(Decimal::signed(0)), "[0.000]");
    }
}
