//! Where an incident is: the values in which everything affected agrees.

use crate::labels::attribute_title;
use posmortem_classify::Language;
use posmortem_diagnose::{Attribute, Incident, SharedCause};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An object of attributes and values, in the order of [`Attribute`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope(Vec<(Attribute, String)>);

impl Scope {
    pub(crate) fn of(incident: &Incident) -> Self {
        Self(SharedCause::of(incident).scope)
    }

    pub(crate) fn of_cause(cause: &SharedCause) -> Self {
        Self(cause.scope.clone())
    }

    /// `model=V200,firmware=1.2`, in words that no language changes; nothing for the whole fleet.
    pub(crate) fn label(&self) -> String {
        let told = self.0.iter().map(|(attribute, value)| format!("{}={value}", attribute.name()));
        told.collect::<Vec<_>>().join(",")
    }

    /// `model V200, firmware 1.2`
    pub(crate) fn text(&self, language: Language) -> String {
        let between = match language {
            Language::En => ", ",
            Language::Zh => "、",
        };
        let told = self.0.iter().map(|(attribute, value)| {
            let title = attribute_title(*attribute, language);
            format!("{title} {value}")
        });
        let text = told.collect::<Vec<_>>().join(between);
        match (text.is_empty(), language) {
            (false, _) => text,
            (true, Language::En) => "the whole fleet".to_owned(),
            (true, Language::Zh) => "全部终端".to_owned(),
        }
    }
}

impl JsonSchema for Scope {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let values = Attribute::ALL.map(|attribute| (attribute.name(), json_schema!({ "type": "string" })));
        let values: BTreeMap<_, _> = values.into_iter().collect();
        json_schema!({ "type": "object", "properties": values, "additionalProperties": false })
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut scope = serializer.serialize_map(Some(self.0.len()))?;
        for (attribute, value) in &self.0 {
            scope.serialize_entry(attribute.name(), value)?;
        }
        scope.end()
    }
}
