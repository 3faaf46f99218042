//! The templates of the page, filled.

use super::Page;
use super::digits::grouped;
use super::words::say;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, Serde, Value};
use minijinja::{Environment, Error, UndefinedBehavior};
use std::error::Error as _;
use std::io::{self, Write};

/// Names end as those of HTML do, by which the engine knows that it has to escape what it fills in.
pub(super) const TEMPLATES: [(&str, &str); 13] = [
    ("page.html", include_str!("../../data/html/page.html")),
    ("headline.html", include_str!("../../data/html/headline.html")),
    ("incidents.html", include_str!("../../data/html/incidents.html")),
    ("terminals.html", include_str!("../../data/html/terminals.html")),
    ("list.html", include_str!("../../data/html/list.html")),
    ("actions.html", include_str!("../../data/html/actions.html")),
    ("timeline.html", include_str!("../../data/html/timeline.html")),
    ("groups.html", include_str!("../../data/html/groups.html")),
    ("reading.html", include_str!("../../data/html/reading.html")),
    ("cleared.html", include_str!("../../data/html/cleared.html")),
    ("codes.html", include_str!("../../data/html/codes.html")),
    ("input.html", include_str!("../../data/html/input.html")),
    ("marks.html", include_str!("../../data/html/marks.html")),
];

pub(super) fn render(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let environment = environment().map_err(io::Error::other)?;
    let template = environment.get_template("page.html").map_err(io::Error::other)?;
    let rendered = template.render_captured_to(Value::from(Serde(page)), out);
    rendered.map(drop).map_err(io_error)
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    // A word or a value that is missing is a mistake, not an empty place.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_filter("number", |number: &Value| grouped(&number.to_string()));
    environment.add_filter("say", |words: &str, told: Rest<Value>| {
        say(words, &told.iter().map(Value::to_string).collect::<Vec<_>>())
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// The writer's own error, where that was it: its kind tells a closed pipe from a full disk.
fn io_error(error: Error) -> io::Error {
    let of_writer = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let kind = of_writer.map(io::Error::kind);
    kind.map_or_else(|| io::Error::other(error), io::Error::from)
}
