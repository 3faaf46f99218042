//! A configuration file: TOML to entries, each with the line that states it.
//!
//! The document is walked by hand instead of deserialised, so that an unknown key is told with its
//! line and with the key that was probably meant.

use super::{Entry, Origin, Setting, Stated, values};
use crate::nearest::did_you_mean;
use anyhow::{Result, anyhow};
use posmortem::iso8583::wire::Profile;
use posmortem::logs::Listing;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// The tables that stand beside the settings.
const COLUMNS: &str = "columns";
const LINK: &str = "link";
const LISTING: &str = "listing";

/// Reads the text of the file at `path`.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<(Entry, Stated)>> {
    let document = Document { path, text };
    let broken =
        |error: toml::de::Error| document.error(error.span().map_or(0, |span| span.start), error.message());
    let table = DeTable::parse(text).map_err(broken)?;
    let mut stated = Vec::new();
    for (name, value) in table.get_ref() {
        match (name.get_ref().as_ref(), value.get_ref()) {
            (COLUMNS, DeValue::Table(columns)) => document.columns(columns, &mut stated)?,
            (LINK, DeValue::Table(links)) => document.links(links, &mut stated)?,
            (LISTING, DeValue::Array(listings)) => document.listings(listings, &mut stated)?,
            (COLUMNS | LINK, _) => return Err(document.error(name.span().start, "this must be a table")),
            (LISTING, _) => {
                return Err(document.error(name.span().start, "this must be tables: [[listing]]"));
            }
            _ => stated.push(document.setting(name, value)?),
        }
    }
    Ok(stated)
}

/// A file while it is being read.
struct Document<'t> {
    path: &'t Path,
    text: &'t str,
}

type Name<'t> = Spanned<DeString<'t>>;
type Value<'t> = Spanned<DeValue<'t>>;

impl Document<'_> {
    fn setting(&self, name: &Name<'_>, value: &Value<'_>) -> Result<(Entry, Stated)> {
        let known = Setting::ALL.map(Setting::name).into_iter().chain([COLUMNS, LINK, LISTING]);
        let key = Setting::from_name(name.get_ref()).ok_or_else(|| self.unknown(name, known))?;
        if let (Setting::Rules, DeValue::Array(list)) = (key, value.get_ref()) {
            let files = list.iter().map(|value| Ok(self.beside(&self.stated(name, value)?.text)));
            let text = values::files_text(&files.collect::<Result<Vec<_>>>()?);
            return Ok((Entry::Setting(key), Stated { text, origin: self.origin(name) }));
        }
        let mut stated = self.stated(name, value)?;
        match key {
            Setting::Profile if Profile::built_in(&stated.text).is_some() => {}
            Setting::Profile | Setting::TokenKey => stated.text = self.beside(&stated.text),
            Setting::Rules => stated.text = values::files_text(&[self.beside(&stated.text)]),
            _ => {}
        }
        Ok((Entry::Setting(key), stated))
    }

    /// A file beside the one that names it, wherever the tool is run.
    fn beside(&self, file: &str) -> String {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        folder.join(file).to_string_lossy().into_owned()
    }

    fn columns(&self, columns: &DeTable<'_>, stated: &mut Vec<(Entry, Stated)>) -> Result<()> {
        for (name, value) in columns {
            stated.push((Entry::Column(name.get_ref().to_string()), self.stated(name, value)?));
        }
        Ok(())
    }

    fn links(&self, links: &DeTable<'_>, stated: &mut Vec<(Entry, Stated)>) -> Result<()> {
        for (link, value) in links {
            let DeValue::Table(table) = value.get_ref() else {
                let example = format!("this must be a table: [{LINK}.{:?}]", link.get_ref());
                return Err(self.error(link.span().start, &example));
            };
            for (name, value) in table {
                let link = link.get_ref().to_string();
                let entry = match name.get_ref().as_ref() {
                    "dialect" => Entry::LinkDialect(link),
                    "timeout" => Entry::LinkTimeout(link),
                    _ => return Err(self.unknown(name, ["dialect", "timeout"])),
                };
                stated.push((entry, self.stated(name, value)?));
            }
        }
        Ok(())
    }

    fn listings(&self, listings: &DeArray<'_>, stated: &mut Vec<(Entry, Stated)>) -> Result<()> {
        for table in listings {
            let offset = table.span().start;
            let DeValue::Table(keys) = table.get_ref() else {
                return Err(self.error(offset, "this must be a table: [[listing]]"));
            };
            let listing = Listing::from_table(keys, offset)
                .map_err(|error| self.error(error.offset, &error.to_string()))?;
            let entry = Entry::Listing(listing.name().to_owned());
            if stated.iter().any(|(other, _)| *other == entry) {
                return Err(self.error(offset, &format!("a second listing `{}`", listing.name())));
            }
            let origin = Origin::File { path: self.path.to_owned(), line: self.line(offset) };
            stated.push((entry, Stated { text: listing.to_string(), origin }));
        }
        Ok(())
    }

    fn stated(&self, name: &Name<'_>, value: &Value<'_>) -> Result<Stated> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().to_owned(),
            other => {
                let why =
                    format!("{}: a text or a number is wanted, not {}", name.get_ref(), other.type_str());
                return Err(self.error(value.span().start, &why));
            }
        };
        Ok(Stated { text, origin: self.origin(name) })
    }

    fn origin(&self, name: &Name<'_>) -> Origin {
        Origin::File { path: self.path.to_owned(), line: self.line(name.span().start) }
    }

    fn unknown<'k>(&self, name: &Name<'_>, known: impl IntoIterator<Item = &'k str>) -> anyhow::Error {
        let hint = did_you_mean(name.get_ref(), known);
        self.error(name.span().start, &format!("`{}` is no setting{hint}", name.get_ref()))
    }

    fn error(&self, offset: usize, why: &str) -> anyhow::Error {
        anyhow!("{}:{}: {why}", self.path.display(), self.line(offset))
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
    }
}
