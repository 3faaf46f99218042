//! `classify`: rows of exchanges, written while the log is read.

use super::open;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::obtain_key::obtain_key;
use crate::output::Output;
use crate::plan::ClassifyPlan;
use crate::reading::{Reading, Saving, open_input, read};
use crate::row_output::RowOutput;
use posmortem::exchange::{Conclusion, Exchange, Names};
use posmortem_report::{ExchangeRows, RowFormat};
use std::io;
use std::ops::ControlFlow;

/// Runs the command.
pub(super) fn run(mut plan: ClassifyPlan, messages: Messages) -> Result<ExitCode, Failure> {
    if !plan.reading.are_tables {
        plan.reading.settings.token_key = Some(obtain_key(&plan.token_key, messages)?);
    }
    let (mut texts, mut table) = (Vec::new(), None);
    for (output, form) in open(&plan.written)? {
        match form {
            RowOutput::Text(format) => texts.push((output, format)),
            RowOutput::Table => table = Some(output),
        }
    }
    let input = open_input(&plan.reading)?;
    let paths = input.paths(&plan.reading);
    let mut rows: Vec<_> =
        texts.iter_mut().map(|(output, format)| Rows::new(output, *format, &paths)).collect();
    let is_saving = table.is_some();
    let write = |exchange: &Exchange, conclusion: &Conclusion, names: &Names| {
        if plan.all || conclusion.failed() {
            rows.iter_mut().for_each(|rows| rows.write(exchange, conclusion, names));
        }
        // Nobody listens any more.
        let is_over = !is_saving && rows.iter().all(Rows::is_broken);
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let saving = table.map(|out| Saving { key: plan.reading.settings.token_key.clone(), out });
    let Reading { mut code, table, .. } = read(&plan.reading, input, messages, saving, write)?;
    if code == ExitCode::NothingRead {
        return Ok(code);
    }
    let written: Vec<_> = rows.into_iter().map(Rows::finish).collect();
    let texts = texts.into_iter().zip(written).map(|((output, _), written)| output.end(written));
    let table = table.map(|table| table.and_then(|output| output.end(Ok(()))));
    for written in texts.chain(table) {
        if let Err(error) = written {
            messages.error(format_args!("{error:#}"));
            code = code.and(ExitCode::NotWritten);
        }
    }
    Ok(code)
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
