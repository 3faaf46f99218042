//! Work on the current rayon pool whose results are wanted in the order in which it was given.
//!
//! Who takes a result does the work himself if no worker has begun with it, so that nobody waits for what
//! nobody does. A pool of one does everything as it is given. How much waits is up to who gives.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Work that was given, the first of it in front.
pub(super) struct InOrder<T>(VecDeque<Arc<Job<T>>>);

struct Job<T> {
    state: Mutex<State<T>>,
    done: Condvar,
}

enum State<T> {
    Waiting(Box<dyn FnOnce() -> T + Send>),
    /// Somebody does it, or has taken what came of it.
    Begun,
    /// A bug is to go on where the result is taken.
    Done(Result<T, Box<dyn Any + Send>>),
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Send + 'static> InOrder<T> {
    /// Has a worker do it, when one has time.
    pub(super) fn give(&mut self, work: impl FnOnce() -> T + Send + 'static) {
        let state = Mutex::new(State::Waiting(Box::new(work)));
        let job = Arc::new(Job { state, done: Condvar::new() });
        self.0.push_back(Arc::clone(&job));
        match rayon::current_num_threads() {
            // What is given may be larger than what comes of it.
            1 => job.work(),
            _ => rayon::spawn(move || job.work()),
        }
    }

    /// How much was given and not taken.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What came of the first that was given.
    pub(super) fn take(&mut self) -> Option<T> {
        let job = self.0.pop_front()?;
        job.work();
        // While somebody else does it, there may be more to do.
        let mut others = self.0.iter();
        while job.is_begun()
            && let Some(other) = others.next()
        {
            other.work();
        }
        let begun = |state: &mut State<T>| matches!(state, State::Begun);
        let state = job.done.wait_while(job.lock(), begun);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Begun) {
            State::Done(done) => Some(done.unwrap_or_else(|bug| resume_unwind(bug))),
            State::Waiting(_) | State::Begun => None,
        }
    }
}

impl<T> Job<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_begun(&self) -> bool {
        matches!(*self.lock(), State::Begun)
    }

    /// Does it, if nobody has begun. Takes no other task meanwhile, so that whoever waits for it does not wait for
    /// himself.
    fn work(&self) {
        let mut state = self.lock();
        if !matches!(*state, State::Waiting(_)) {
            return;
        }
        let State::Waiting(work) = std::mem::replace(&mut *state, State::Begun) else { return };
        drop(state);
        let done = catch_unwind(AssertUnwindSafe(work));
        *self.lock() = State::Done(done);
        self.done.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::current;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
    }

    #[test]
    fn results_come_in_the_order_of_the_work_whoever_does_it() {
        for threads in [1, 2, 4] {
            let taken = pool(threads).install(|| {
                let (mut work, mut taken) = (InOrder::default(), Vec::new());
                for number in 0..200_u64 {
                    let sum = move || (0..number % 7 * 1_000).fold(number, |sum, more| sum ^ (more * more));
                    work.give(move || (number, sum()));
                    if work.len() > 3 {
                        taken.extend(work.take());
                    }
                }
                taken.extend(std::iter::from_fn(|| work.take()));
                taken
            });
            assert!(taken.iter().map(|(number, _)| *number).eq(0..200), "{threads}");
        }
    }

    #[test]
    fn a_pool_of_one_works_where_it_is_given() {
        pool(1).install(|| {
            let (mut work, (told, tell)) = (InOrder::default(), std::sync::mpsc::channel());
            work.give(move || told.send(current().id()).is_ok());
            assert_eq!(tell.try_recv(), Ok(current().id()));
            assert_eq!((work.take(), work.take()), (Some(true), None));
        });
    }

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_bug_is_heard_where_the_result_is_taken() {
        pool(2).install(|| {
            let mut work = InOrder::<()>::default();
            work.give(|| panic!("a bug"));
            while work.len() > 0 {
                work.take();
            }
        });
    }
}
