//! `classify`: rows of exchanges, written while the log is read.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::{ClassifyPlan, TokenKeyPlan};
use crate::reading::{Reading, read};
use anyhow::anyhow;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem::{TokenKey, sorted_paths};
use posmortem_report::{ExchangeRows, RowFormat};
use std::io;
use std::ops::ControlFlow;

/// Runs the command.
pub(super) fn run(mut plan: ClassifyPlan, messages: Messages) -> Result<ExitCode, Failure> {
    let key = token_key(&plan.token_key, messages)?;
    messages.note(format_args!("card numbers become tokens under the key {}", key.id()));
    plan.reading.settings.token_key = Some(key);
    let mut outputs = open(&plan.written)?;
    let paths = sorted_paths(&plan.reading.sources);
    let mut rows: Vec<_> =
        outputs.iter_mut().map(|(output, format)| Rows::new(output, *format, &paths)).collect();
    let write = |exchange: &Exchange, conclusion: &Conclusion, names: &Names| {
        if plan.all || conclusion.failed() {
            rows.iter_mut().for_each(|rows| rows.write(exchange, conclusion, names));
        }
        // Nobody listens any more.
        if rows.iter().all(Rows::is_broken) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let Reading { mut code, .. } = read(&plan.reading, messages, write)?;
    if matches!(code, ExitCode::NothingRead | ExitCode::Interrupted) {
        return Ok(code);
    }
    let written: Vec<_> = rows.into_iter().map(Rows::finish).collect();
    for ((output, _), written) in outputs.into_iter().zip(written) {
        if let Err(error) = output.end(written) {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    Ok(code)
}

/// The key that is told, else the one kept in the user's state folder, else one for this run.
fn token_key(plan: &TokenKeyPlan, messages: Messages) -> Result<TokenKey, Failure> {
    let kept = match plan {
        TokenKeyPlan::Told(path) => {
            // The error tells its cause itself.
            let untold = |error| Failure::usage(anyhow!("{}: {error}", path.display()));
            return TokenKey::read(path).map_err(untold);
        }
        TokenKeyPlan::Kept(path) => path,
    };
    match kept.as_deref().map(|path| (path, TokenKey::read_or_make(path))) {
        Some((_, Ok(key))) => return Ok(key),
        Some((path, Err(error))) => messages.warn(format_args!(
            "{}: {error}; tokens of this run cannot be compared with those of others",
            path.display()
        )),
        None => messages
            .warn("no home for a token key; tokens of this run cannot be compared with those of others"),
    }
    TokenKey::for_this_run().map_err(|error| Failure::usage(anyhow!("{error}")))
}

/// Rows on their way to one output, until it takes no more.
struct Rows<'o> {
    writer: ExchangeRows<&'o mut Output>,
    written: io::Result<()>,
}

impl<'o> Rows<'o> {
    fn new(output: &'o mut Output, format: RowFormat, paths: &[String]) -> Self {
        Self { writer: ExchangeRows::new(format, output, paths), written: Ok(()) }
    }

    fn write(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) {
        if self.written.is_ok() {
            self.written = self.writer.write(exchange, conclusion, names);
        }
    }

    fn is_broken(&self) -> bool {
        self.written.is_err()
    }

    fn finish(self) -> io::Result<()> {
        self.written?;
        self.writer.finish().map(drop)
    }
}
