//! Watching a run: rows on their way out, progress for whoever waits, and the user's Ctrl-C.

use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use posmortem::Observer;
use posmortem::exchange::{Conclusion, Exchange, Names};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A run that ends before needs no progress: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// Ctrl-C: the first one ends the run in good order and leaves no half-written files, the second
/// one ends the process.
pub(crate) struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Listens from now on. Where the system does not let us, Ctrl-C ends the process at once.
    pub(crate) fn listen() -> Self {
        let happened = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        {
            use crate::exit_code::ExitCode;
            use signal_hook::{consts::SIGINT, flag};
            let status = i32::from(ExitCode::Interrupted.number());
            // In this order: the second signal finds the flag that the first one has set.
            flag::register_conditional_shutdown(SIGINT, status, Arc::clone(&happened)).ok();
            flag::register(SIGINT, Arc::clone(&happened)).ok();
        }
        Self(happened)
    }

    /// Ends the process as Ctrl-C would have: a shell that runs the tool in a loop then ends the loop
    /// too, and reports status 130. Returns where the system knows no such end.
    pub(crate) fn end_process() {
        #[cfg(unix)]
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT).ok();
    }

    /// Whether the user has broken off.
    pub(crate) fn happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Hears of a run what it finds, and passes exchanges on.
pub(crate) struct Watch<'i, F> {
    each: F,
    interruption: &'i Interruption,
    spinner: ProgressBar,
    began: Instant,
    is_spinning: bool,
}

impl<'i, F> Watch<'i, F> {
    pub(crate) fn new(each: F, interruption: &'i Interruption, shows_progress: bool) -> Self {
        let target = if shows_progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let spinner = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            spinner.set_style(style);
        }
        Self { each, interruption, spinner, began: Instant::now(), is_spinning: false }
    }

    /// Takes progress off the screen.
    pub(crate) fn end(self) {
        self.spinner.finish_and_clear();
    }
}

impl<F> Observer for Watch<'_, F>
where
    F: FnMut(&Exchange, &Conclusion, &Names) -> ControlFlow<()>,
{
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        if self.interruption.happened() {
            return ControlFlow::Break(());
        }
        (self.each)(exchange, conclusion, names)
    }

    fn progress(&mut self, bytes: u64, frames: u64) -> ControlFlow<()> {
        if self.interruption.happened() {
            return ControlFlow::Break(());
        }
        if self.spinner.is_hidden() || self.began.elapsed() < PATIENCE {
            return ControlFlow::Continue(());
        }
        self.spinner.set_message(format!("{} read, {} messages", BinaryBytes(bytes), HumanCount(frames)));
        if !std::mem::replace(&mut self.is_spinning, true) {
            self.spinner.enable_steady_tick(Duration::from_millis(200));
        }
        ControlFlow::Continue(())
    }
}
