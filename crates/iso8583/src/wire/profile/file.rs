//! A profile's text: TOML to a draft, on top of the draft that it is based on.
//!
//! The document is walked by hand, so that whatever is wrong is told with its line.

use super::encodings::{Encodings, Stated};
use super::{BUILT_IN, MtiForm, ProfileError};
use crate::wire::bitmap::{BitmapForm, BitmapRule, ThirdBitmap};
use crate::wire::element::{Element, Form};
use crate::wire::encoding::{Encoding, LengthEncoding, LengthUnit};
use crate::wire::fields::ELEMENTS;
use crate::wire::header::Header;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

type Name<'t> = Spanned<DeString<'t>>;
type Value<'t> = Spanned<DeValue<'t>>;

/// A profile as its text states it, before the encodings of its elements are worked out: what another
/// profile can be based on.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) verified: bool,
    pub(super) dialect: Option<String>,
    pub(super) version: u8,
    pub(super) headers: Vec<String>,
    pub(super) mti: MtiForm,
    pub(super) bitmap: BitmapRule,
    encodings: Encodings,
    fields: BTreeMap<u8, Stated>,
    pub(super) nested: BTreeMap<u8, Self>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            source: String::new(),
            verified: false,
            dialect: None,
            version: 0,
            headers: vec!["none".to_owned()],
            mti: MtiForm::Ascii,
            bitmap: BitmapRule { form: BitmapForm::Hex, always_128: false, third: ThirdBitmap::Never },
            encodings: Encodings::default(),
            fields: BTreeMap::new(),
            nested: BTreeMap::new(),
        }
    }
}

impl Draft {
    pub(super) fn of_built_in(at: usize) -> Result<Self, ProfileError> {
        Self::parse(BUILT_IN[at].1, at)
    }

    /// Reads a text that may be based on the first `bases` built-in profiles.
    pub(super) fn parse(text: &str, bases: usize) -> Result<Self, ProfileError> {
        let document = Document { text, bases };
        let table = DeTable::parse(text).map_err(|error| {
            document.error(error.span().map_or(0, |span| span.start), error.message().to_owned())
        })?;
        let table = table.get_ref();
        let mut draft = document.base(table)?.unwrap_or_default();
        // What is true of the base is not thereby true of this one.
        draft.verified = false;
        draft.name.clear();
        document.fill(&mut draft, table)?;
        match draft.name.as_str() {
            "" => Err(document.error(0, "`name` is missing".to_owned())),
            _ => Ok(draft),
        }
    }

    /// The elements by number.
    pub(super) fn elements(&self) -> Vec<Option<Element>> {
        let mut elements = vec![None; ELEMENTS + 1];
        for (&number, stated) in &self.fields {
            elements[usize::from(number)] = Some(self.encodings.element(stated));
        }
        elements
    }
}

/// A profile's text while it is being read.
struct Document<'t> {
    text: &'t str,
    bases: usize,
}

impl Document<'_> {
    fn base(&self, table: &DeTable<'_>) -> Result<Option<Draft>, ProfileError> {
        let Some(value) = table.get("based-on") else { return Ok(None) };
        let wanted = self.string("based-on", value)?;
        let known = &BUILT_IN[..self.bases];
        match known.iter().position(|(name, _)| *name == wanted) {
            Some(at) => Draft::of_built_in(at).map(Some),
            None => {
                let names = known.iter().map(|&(name, _)| name);
                Err(self.unknown(value, "built-in profile", &wanted, names))
            }
        }
    }

    fn fill(&self, draft: &mut Draft, table: &DeTable<'_>) -> Result<(), ProfileError> {
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "based-on" => {}
                "name" => draft.name = self.string("name", value)?,
                "title" => draft.title = self.string("title", value)?,
                "source" => draft.source = self.string("source", value)?,
                "dialect" => draft.dialect = Some(self.string("dialect", value)?),
                "version" => draft.version = self.version(value)?,
                "verified" => draft.verified = self.boolean("verified", value)?,
                "headers" => draft.headers = self.headers(value)?,
                "mti" => draft.mti = self.one_of(value, "mti", &MtiForm::NAMES)?,
                "bitmap" => draft.bitmap.form = self.one_of(value, "bitmap", &BitmapForm::NAMES)?,
                "always-128" => draft.bitmap.always_128 = self.boolean("always-128", value)?,
                "third-bitmap" => {
                    draft.bitmap.third = self.one_of(value, "third-bitmap", &ThirdBitmap::NAMES)?;
                }
                "encoding" => self.encodings(&mut draft.encodings, self.table("encoding", value)?)?,
                "fields" => self.fields(&mut draft.fields, self.table("fields", value)?)?,
                "nested" => self.nested(draft, self.table("nested", value)?)?,
                other => {
                    return Err(self.error(name.span().start, format!("`{other}` is no key of a profile")));
                }
            }
        }
        Ok(())
    }

    fn headers(&self, value: &Value<'_>) -> Result<Vec<String>, ProfileError> {
        let DeValue::Array(array) = value.get_ref() else {
            return Err(self.wrong("headers", "a list of names", value));
        };
        let named = |header| {
            let name = self.string("headers", header)?;
            match Header::named(&name) {
                Some(_) => Ok(name),
                None => Err(self.unknown(header, "header", &name, Header::all().iter().map(Header::name))),
            }
        };
        array.iter().map(named).collect()
    }

    fn version(&self, value: &Value<'_>) -> Result<u8, ProfileError> {
        let DeValue::Integer(number) = value.get_ref() else {
            return Err(self.wrong("version", "the first digit of a message type", value));
        };
        number.as_str().parse().ok().filter(|version| *version <= 9).ok_or_else(|| {
            self.error(value.span().start, "`version` must be the first digit of a message type".to_owned())
        })
    }

    fn nested(&self, draft: &mut Draft, table: &DeTable<'_>) -> Result<(), ProfileError> {
        for (name, value) in table {
            let number = self.number(name)?;
            let inner = draft.nested.entry(number).or_default();
            self.fill(inner, self.table(name.get_ref(), value)?)?;
        }
        Ok(())
    }

    fn encodings(&self, encodings: &mut Encodings, table: &DeTable<'_>) -> Result<(), ProfileError> {
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "n" => encodings.n = self.encoding(value)?,
                "n-variable" => encodings.n_variable = Some(self.encoding(value)?),
                "text" => encodings.text = self.encoding(value)?,
                "z" => encodings.z = self.encoding(value)?,
                "b" => encodings.b = self.encoding(value)?,
                "sign" => encodings.sign = self.encoding(value)?,
                "length" => encodings.length = self.length(value)?,
                "length-unit" => encodings.length_unit = self.length_unit(value)?,
                other => {
                    let known =
                        ["n", "n-variable", "text", "z", "b", "sign", "length", "length-unit"].into_iter();
                    return Err(self.unknown(name, "key of [encoding]", other, known));
                }
            }
        }
        Ok(())
    }

    fn fields(&self, fields: &mut BTreeMap<u8, Stated>, table: &DeTable<'_>) -> Result<(), ProfileError> {
        for (name, value) in table {
            let number = self.number(name)?;
            match self.field(name.get_ref(), value)? {
                Some(stated) => fields.insert(number, stated),
                None => fields.remove(&number),
            };
        }
        Ok(())
    }

    /// `None` for a field that the profile does not have.
    fn field(&self, name: &str, value: &Value<'_>) -> Result<Option<Stated>, ProfileError> {
        let table = match value.get_ref() {
            DeValue::String(text) if text == "absent" => return Ok(None),
            DeValue::String(text) => {
                let form = self.form(value, text)?;
                return Ok(Some(Stated { form, encoding: None, length: None, length_unit: None }));
            }
            DeValue::Table(table) => table,
            _ => return Err(self.wrong(name, "a form such as \"n ..19\"", value)),
        };
        let Some(form) = table.get("form") else {
            return Err(self.error(value.span().start, format!("field {name} states no `form`")));
        };
        let form = self.form(form, &self.string("form", form)?)?;
        let mut stated = Stated { form, encoding: None, length: None, length_unit: None };
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "form" => {}
                "encoding" => stated.encoding = Some(self.encoding(value)?),
                "length" => stated.length = Some(self.length(value)?),
                "length-unit" => stated.length_unit = Some(self.length_unit(value)?),
                other => {
                    let known = ["form", "encoding", "length", "length-unit"].into_iter();
                    return Err(self.unknown(name, "key of a field", other, known));
                }
            }
        }
        Ok(Some(stated))
    }

    fn form(&self, value: &Value<'_>, text: &str) -> Result<Form, ProfileError> {
        Form::parse(text).ok_or_else(|| {
            self.error(value.span().start, format!("`{text}` is no form such as n 12, ans ..25 or b ...999"))
        })
    }

    fn number(&self, name: &Name<'_>) -> Result<u8, ProfileError> {
        let number = name.get_ref().parse().ok().filter(|number| (2..=ELEMENTS as u8).contains(number));
        number.ok_or_else(|| {
            self.error(name.span().start, format!("`{}` is no field number from 2 to 192", name.get_ref()))
        })
    }

    fn encoding(&self, value: &Value<'_>) -> Result<Encoding, ProfileError> {
        let name = self.string("encoding", value)?;
        Encoding::from_name(&name).ok_or_else(|| self.unknown(value, "encoding", &name, Encoding::names()))
    }

    fn length(&self, value: &Value<'_>) -> Result<LengthEncoding, ProfileError> {
        let name = self.string("length", value)?;
        LengthEncoding::from_name(&name)
            .ok_or_else(|| self.unknown(value, "encoding of a length", &name, LengthEncoding::names()))
    }

    fn length_unit(&self, value: &Value<'_>) -> Result<LengthUnit, ProfileError> {
        let name = self.string("length-unit", value)?;
        LengthUnit::from_name(&name)
            .ok_or_else(|| self.unknown(value, "unit of a length", &name, LengthUnit::names()))
    }

    fn one_of<T: Copy>(
        &self,
        value: &Value<'_>,
        key: &str,
        known: &[(&'static str, T)],
    ) -> Result<T, ProfileError> {
        let name = self.string(key, value)?;
        match known.iter().find(|(known, _)| *known == name) {
            Some(&(_, found)) => Ok(found),
            None => Err(self.unknown(value, key, &name, known.iter().map(|&(name, _)| name))),
        }
    }

    fn string(&self, key: &str, value: &Value<'_>) -> Result<String, ProfileError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong(key, "a text", value)),
        }
    }

    fn boolean(&self, key: &str, value: &Value<'_>) -> Result<bool, ProfileError> {
        match value.get_ref() {
            DeValue::Boolean(yes) => Ok(*yes),
            _ => Err(self.wrong(key, "true or false", value)),
        }
    }

    fn table<'v, 't>(&self, key: &str, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, ProfileError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong(key, "a table", value)),
        }
    }

    fn wrong(&self, key: &str, wanted: &str, value: &Value<'_>) -> ProfileError {
        let found = value.get_ref().type_str();
        self.error(value.span().start, format!("`{key}` must be {wanted}, not of type {found}"))
    }

    fn unknown<'k, T>(
        &self,
        place: &Spanned<T>,
        what: &str,
        found: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> ProfileError {
        let known = known.collect::<Vec<_>>().join(", ");
        self.error(place.span().start, format!("`{found}` is no {what}; there are: {known}"))
    }

    fn error(&self, offset: usize, message: String) -> ProfileError {
        let line = 1 + self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count();
        ProfileError { line, message }
    }
}
