//! What an open exchange turns out to be once its horizon has passed.

use super::Pairing;
use super::asides::aside;
use super::open::Open;
use crate::{Exchange, Form, Symbol, Traffic};

impl Pairing {
    /// Settles every exchange that began before `began`.
    pub(super) fn settle_before(&mut self, began: i64, done: &mut impl FnMut(Exchange)) {
        while let Some(open) = self.open.pop_before(began) {
            self.settle(open, done);
        }
    }

    /// Decides what an exchange is whose horizon has passed.
    pub(super) fn settle(&mut self, open: Open, done: &mut impl FnMut(Exchange)) {
        match (open.traffic, &open.request, &open.answer) {
            (Traffic::Advice, ..) => {
                self.ledger.advice += open.frames();
                self.asides.extend(aside(&open));
            }
            (Traffic::Reversal, ..) => {
                self.ledger.reversal += open.frames();
                self.asides.extend(aside(&open));
            }
            (Traffic::Administrative, ..) => {
                self.ledger.administrative += open.frames();
                self.asides.extend(aside(&open));
            }
            (_, Some(_), Some(_)) => self.close(open, Form::Paired, done),
            (_, None, Some(answer)) if answer.mti.is_none() => self.close(open, Form::Complete, done),
            (_, None, _) => {
                let form = self.form_of_answer(open.link(), open.began);
                self.close(open, form, done);
            }
            // The log shows no more than the answer further up.
            (_, Some(request), None) if open.upstream.is_some() => {
                self.ledger.duplicates -= 1;
                if let (Some(hops), Some(upstream)) = (&mut self.hops, &open.upstream) {
                    hops.forget(request, upstream);
                }
                let answer = open.upstream.as_deref().copied();
                self.close(Open { answer, upstream: None, ..open }, Form::Paired, done);
            }
            // An export that writes the answer's code into the request's row.
            (_, Some(request), None) if request.is_row && request.code.is_some() => {
                let whole = Open { answer: open.request, request: None, ..open };
                self.close(whole, Form::Complete, done);
            }
            (_, Some(_), None) if self.is_unanswered(open.link(), open.began, open.undo.is_some()) => {
                self.close(open, Form::RequestOnly, done);
            }
            (_, Some(_), None) => self.links.wait(open),
        }
    }

    /// What an answer without its request is.
    pub(super) fn form_of_answer(&self, link: Symbol, began: i64) -> Form {
        match self.links.may_begin_before(link, began, self.settings.horizon_ms) {
            true => Form::Open,
            false => Form::ResponseOnly,
        }
    }

    /// Whether a request without an answer can be told to have none. A terminal that sent a reversal
    /// has given up waiting.
    pub(super) fn is_unanswered(&self, link: Symbol, began: i64, is_undone: bool) -> bool {
        is_undone || self.links.goes_on_after(link, began, self.settings.horizon_ms)
    }

    pub(super) fn close(&mut self, open: Open, form: Form, done: &mut impl FnMut(Exchange)) {
        *self.ledger.count_of(form) += open.frames();
        let late = open.is_late(self.links.timeout_ms(open.link()));
        done(open.into_exchange(form, late));
    }
}
