//! Watching a run: rows on their way out, and progress for whoever waits.

use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use posmortem::Observer;
use posmortem::exchange::{Conclusion, Exchange, Names};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What progress is on the screen. A signal finds it here.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Takes progress off the screen, wherever the run is.
pub(crate) fn clear_screen() {
    if let Ok(Some(spinner)) = SHOWN.lock().as_deref() {
        spinner.finish_and_clear();
    }
}

/// A run that ends before needs no progress: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// Hears of a run what it finds, and passes exchanges on.
pub(crate) struct Watch<F> {
    each: F,
    spinner: ProgressBar,
    began: Instant,
    is_spinning: bool,
}

impl<F> Watch<F> {
    pub(crate) fn new(each: F, shows_progress: bool) -> Self {
        let target = if shows_progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let spinner = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
            spinner.set_style(style);
        }
        Self { each, spinner, began: Instant::now(), is_spinning: false }
    }

    /// Takes progress off the screen.
    pub(crate) fn end(self) {
        self.spinner.finish_and_clear();
    }
}

impl<F> Observer for Watch<F>
where
    F: FnMut(&Exchange, &Conclusion, &Names) -> ControlFlow<()>,
{
    fn exchange(&mut self, exchange: &Exchange, conclusion: &Conclusion, names: &Names) -> ControlFlow<()> {
        (self.each)(exchange, conclusion, names)
    }

    fn progress(&mut self, bytes: u64, frames: u64) -> ControlFlow<()> {
        if self.spinner.is_hidden() || self.began.elapsed() < PATIENCE {
            return ControlFlow::Continue(());
        }
        self.spinner.set_message(format!("{} read, {} messages", BinaryBytes(bytes), HumanCount(frames)));
        if !std::mem::replace(&mut self.is_spinning, true) {
            self.spinner.enable_steady_tick(Duration::from_millis(200));
            if let Ok(mut shown) = SHOWN.lock() {
                *shown = Some(self.spinner.clone());
            }
        }
        ControlFlow::Continue(())
    }
}
