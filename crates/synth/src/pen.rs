//! Writes messages in the form that was asked for.

use crate::message::Message;
use crate::row::Width;
use crate::{Form, Settings, Wire, World, delimited, ist, jpos, keyvalue, listing, ndjson, table};
use std::io::{self, Write};

/// What messages are written with.
pub(crate) struct Pen {
    form: Form,
    width: Width,
    wire: Wire,
    /// Messages so far.
    number: u64,
}

impl Pen {
    pub(crate) fn new(settings: &Settings) -> Self {
        let width = match (settings.form, settings.world) {
            (Form::Responses, _) => Width::Responses,
            (Form::Lean, _) => Width::Lean,
            _ if settings.bare => Width::Lean,
            (_, World::Plain) => Width::Further,
            _ => Width::Labelled,
        };
        Self { form: settings.form, width, wire: settings.wire, number: 0 }
    }

    /// Whether it writes that side of an exchange.
    pub(crate) fn writes(&self, is_answer: bool) -> bool {
        is_answer || self.form != Form::Responses
    }

    /// What stands before the first message.
    pub(crate) fn head(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self.form {
            Form::Responses | Form::Both | Form::Lean => delimited::write_header(out, self.width),
            Form::Jpos => writeln!(out, "{}", jpos::HEAD),
            _ => Ok(()),
        }
    }

    pub(crate) fn message(&mut self, out: &mut Vec<u8>, message: &Message<'_>) -> io::Result<()> {
        self.number += 1;
        match self.form {
            Form::Responses | Form::Both | Form::Lean => delimited::write(out, message, self.width),
            Form::Ndjson => ndjson::write(out, message, self.width),
            Form::Keyvalue => keyvalue::write(out, message, self.width),
            Form::Jpos => jpos::write(out, message),
            Form::JposJsonl => jpos::write_event(out, message),
            Form::Ist => ist::write(out, message, self.number),
            Form::Table => table::write(out, message, self.number),
            Form::Moov => listing::write_moov(out, message),
            Form::Jreactive => listing::write_jreactive(out, message),
            Form::Hexlines => self.wire.write_hex_line(out, message),
            Form::Frames => {
                self.wire.write_frame(out, message);
                Ok(())
            }
        }
    }

    /// What stands behind the last message.
    pub(crate) fn tail(&self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.form == Form::Jpos { writeln!(out, "{}", jpos::TAIL) } else { Ok(()) }
    }
}
