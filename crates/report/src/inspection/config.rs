//! A configuration that proposes what a log does not tell by itself.
//!
//! A line stands for what is proposed, a comment above it for what it rests on. What nothing could be
//! found out about is a comment, ready to be filled in.

use super::table::zone_text;
use crate::View;
use posmortem_exchange::{ColumnGuess, InspectedLink, Inspection, LinkGuess, Summary};
use posmortem_iso8583::escape_controls;
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) fn write(
    summary: &Summary,
    inspection: &Inspection,
    profile: Option<&str>,
    view: &View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "# Proposed by posmortem inspect {} from:", view.version)?;
    for file in &summary.files {
        writeln!(out, "#   {}", escape_controls(file.path.as_bytes()))?;
    }
    writeln!(out, "# Read it before you use it: comments say what each line rests on.")?;
    write_profile(inspection, profile, out)?;
    write_zone(inspection, out)?;
    write_columns(inspection, out)?;
    let heard = inspection.links.iter().filter(|link| link.answers > 0);
    let (foreign, others): (Vec<_>, Vec<_>) = heard.partition(|link| link.better_dialect().is_some());
    for link in &foreign {
        write_link(link, out)?;
    }
    if !others.is_empty() {
        let count = others.len();
        writeln!(out, "\n# Links of which no other table lists more codes than the one in force: {count}.")?;
    }
    Ok(())
}

/// The profile of the files that have one. A configuration states one for all, so where they differ each
/// is a comment. What the user told stands as it was told, for a file is not found by its profile's name.
fn write_profile(inspection: &Inspection, told: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut profiles: Vec<_> = inspection.files.iter().filter_map(|file| file.profile.as_ref()).collect();
    profiles.sort_by(|a, b| a.name.cmp(&b.name).then(b.confidence.cmp(&a.confidence)));
    profiles.dedup_by(|a, b| a.name == b.name);
    let comment = if profiles.len() == 1 { "" } else { "# " };
    for profile in profiles {
        let (whole, thousandths) = (profile.confidence / 1000, profile.confidence % 1000);
        let variant = &profile.variant;
        writeln!(out, "\n# Messages in wire bytes ({variant}): confidence {whole}.{thousandths:03}.")?;
        writeln!(out, "{comment}profile = {}", quoted(told.unwrap_or(&profile.name)))?;
    }
    Ok(())
}

fn write_zone(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let Some(zone) = inspection.zone else { return Ok(()) };
    let text = zone_text(zone.offset_minutes);
    writeln!(
        out,
        "\n# Log times lie {text} from DE7, which is UTC by the standard, in {} of {} messages.",
        zone.fitting, zone.of
    )?;
    writeln!(out, "timezone = {}", quoted(&text))
}

fn write_columns(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let columns = columns(inspection);
    if columns.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n[columns]")?;
    for ColumnGuess { name, column, confidence, link, .. } in columns.values() {
        let (whole, tenth) = (confidence / 10, confidence % 10);
        match (column, link) {
            (Some(column), None) => {
                writeln!(out, "# {whole}.{tenth} % of its values look like it.")?;
                writeln!(out, "{} = {}", quoted(name), quoted(column))?;
            }
            (Some(column), Some(link)) => {
                writeln!(out, "# No column tells the link, and this one could: {},", texts_of(link))?;
                writeln!(
                    out,
                    "# on {whole}.{tenth} % of requests and answers alike. If it tells something else,"
                )?;
                writeln!(out, "# write `-`, or outages are told of links that are none.")?;
                writeln!(out, "{} = {}", quoted(name), quoted(column))?;
            }
            (None, Some(link)) => {
                writeln!(out, "# Could be the link: {}. `-` says that it is not needed.", texts_of(link))?;
                writeln!(out, "# {} = \"link\"", quoted(name))?;
            }
            (None, None) => {
                writeln!(
                    out,
                    "# Its values look like nothing that is known; `-` says that it is not needed."
                )?;
                writeln!(out, "# {} = \"-\"", quoted(name))?;
            }
        }
    }
    Ok(())
}

/// What a column rests on that could be the link.
fn texts_of(link: &LinkGuess) -> String {
    let anew = if link.is_chosen_anew { "several at one terminal" } else { "one and the same at a terminal" };
    let side = if link.is_on_both_sides { "" } else { ", but requests or answers are missing" };
    format!("{} texts, {anew}{side}", link.texts)
}

/// Unknown columns of all files by name. Where files disagree the better fit goes first, and one by
/// which a log was read before all.
pub(super) fn columns(inspection: &Inspection) -> BTreeMap<&str, &ColumnGuess> {
    let mut columns: BTreeMap<&str, &ColumnGuess> = BTreeMap::new();
    for guess in inspection.files.iter().flat_map(|file| &file.columns) {
        let known = columns.entry(&guess.name).or_insert(guess);
        let weight = |guess: &ColumnGuess| (guess.in_force, guess.confidence);
        if weight(guess) > weight(known) {
            *known = guess;
        }
    }
    // A column that two names claim in different files stays with the first name that fits it best.
    let mut takers: BTreeMap<&str, &ColumnGuess> = BTreeMap::new();
    for guess in columns.values() {
        let Some(column) = guess.column else { continue };
        let taker = takers.entry(column).or_insert(guess);
        if guess.confidence > taker.confidence {
            *taker = guess;
        }
    }
    columns.retain(|_, guess| guess.column.is_none_or(|column| takers[column].name == guess.name));
    columns
}

fn write_link(link: &InspectedLink, out: &mut dyn Write) -> io::Result<()> {
    let InspectedLink { name, answers, listed, .. } = link;
    let Some((dialect, most)) = link.better_dialect() else { return Ok(()) };
    let others: Vec<_> =
        link.dialects[1..].iter().map(|(other, listed)| format!("{other} {listed}")).collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    writeln!(
        out,
        "\n# {dialect} lists {most} of {answers} codes of its answers{others}, the table in force {listed}."
    )?;
    // Messages without a link have no table of their own in a configuration.
    let comment = if name.is_empty() { "# " } else { "" };
    writeln!(out, "{comment}[link.{}]\n{comment}dialect = {}", quoted(name), quoted(dialect.name()))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_toml_has_it() {
        for (text, expected) in [
            ("up-north", "\"up-north\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("tab\there", "\"tab\\u0009here\""),
            ("终端", "\"终端\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn a_column_is_proposed_once() {
        let guess = |name: &str, column, confidence, in_force| ColumnGuess {
            name: name.to_owned(),
            column,
            confidence,
            in_force,
            link: None,
        };
        let file = |columns| posmortem_exchange::InspectedFile { columns, ..Default::default() };
        let inspection = Inspection {
            files: vec![
                file(vec![guess("A", Some("stan"), 950, false), guess("B", None, 0, false)]),
                file(vec![guess("B", Some("stan"), 990, false), guess("A", Some("rrn"), 940, true)]),
            ],
            ..Inspection::default()
        };
        let columns: Vec<_> =
            columns(&inspection).into_values().map(|one| (&*one.name, one.column)).collect();
        assert_eq!(columns, [("A", Some("rrn")), ("B", Some("stan"))]);
    }
}
