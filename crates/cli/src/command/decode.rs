//! `decode`: messages field by field, written while they are read.

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::messages::Messages;
use crate::output::Output;
use crate::plan::DecodePlan;
use posmortem::classify::CodeTables;
use posmortem::logs::{Detection, ProfileGuess};
use posmortem::{DecodeFailure, Decoder, InputSource};
use posmortem_report::{DecodeView, write_decoded};
use std::io;

/// Runs the command. An input that cannot be read is told and the others go on.
pub(super) fn run(plan: &DecodePlan, messages: Messages) -> Result<ExitCode, Failure> {
    let mut output = Output::standard();
    let (mut code, mut read, mut written) = (ExitCode::Done, 0, Ok(()));
    for source in &plan.sources {
        let mut input = Input { plan, messages, out: &mut output, read: 0, written: Ok(()) };
        let decoded = input.show(source);
        read += input.read;
        written = input.written;
        if let Err(failure) = decoded {
            code = code.and(ExitCode::Incomplete);
            let name =
                if *source == InputSource::Stdin { "standard input".to_owned() } else { source.label() };
            messages.error(format_args!("{name}: {failure}"));
        }
        if written.is_err() {
            break;
        }
    }
    output.end(written).map_err(Failure::not_written)?;
    if read == 0 {
        messages.error("no message could be read");
        code = code.and(ExitCode::NothingRead);
    }
    Ok(code)
}

/// One input on its way out.
struct Input<'p> {
    plan: &'p DecodePlan,
    messages: Messages,
    out: &'p mut Output,
    /// Messages that could be read, if only their type: rows need none.
    read: u64,
    written: io::Result<()>,
}

impl Input<'_> {
    fn show(&mut self, source: &InputSource) -> Result<(), DecodeFailure> {
        let decoder = Decoder::open(source, &self.plan.settings)?;
        let detection = decoder.detection();
        self.tell_choice(detection, source);
        let profile = detection.format.wire().map(|wire| wire.profile.name().to_owned());
        let view = DecodeView {
            profile: profile.as_deref(),
            language: self.plan.language,
            tables: CodeTables::built_in(),
        };
        let mut shown = 0;
        decoder.each(|message| {
            self.read += u64::from(message.mti.is_some() || message.fault.is_none());
            if !self.plan.failed || message.fault.is_some() {
                shown += 1;
                self.written = write_decoded(&message, self.plan.format, &view, self.out);
            }
            self.written.is_ok() && shown < self.plan.limit
        })
    }

    /// What the input was taken for, where something else came close.
    fn tell_choice(&self, detection: &Detection, source: &InputSource) {
        let percent = |confidence: u16| f64::from(confidence) / 10.0;
        let name = detection.format.input_format().name();
        let formats: Vec<String> = detection
            .alternatives
            .iter()
            .map(|other| format!("{} {:.1} %", other.format.name(), percent(other.confidence)))
            .collect();
        let label = source.label();
        let told = format!("{label}: read as {name} ({:.1} %)", percent(detection.confidence));
        self.messages.note(list(told, &formats));
        if let Some((best, others)) = detection.profiles.split_first() {
            let told =
                |guess: &ProfileGuess| format!("{} {:.1} %", wire_name(guess), percent(guess.confidence));
            let rivals: Vec<String> = others.iter().filter(|other| !other.agrees).take(3).map(told).collect();
            let text = list(format!("{label}: read as {}", told(best)), &rivals);
            match rivals.is_empty() {
                true => self.messages.note(text),
                false => self.messages.warn(text),
            }
        }
    }
}

/// A profile with what stands around its messages.
fn wire_name(guess: &ProfileGuess) -> String {
    let around = [guess.framing, guess.header].into_iter().filter(|name| *name != "none");
    around.fold(guess.profile.clone(), |name, part| format!("{name} + {part}"))
}

fn list(told: String, others: &[String]) -> String {
    if others.is_empty() { told } else { format!("{told}; could also be {}", others.join(", ")) }
}
