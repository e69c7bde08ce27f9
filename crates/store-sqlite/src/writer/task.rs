//! One write with the channel on which it is answered.

use cartola_store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

/// A write that waits for its transaction.
pub trait Task: Send {
    /// About how many rows it writes.
    fn rows(&self) -> usize;

    /// Writes, and keeps the result until it is answered. Where it was undone with others, it is
    /// asked again.
    fn apply(&mut self, connection: &Connection) -> Result<(), StoreError>;

    /// Tells the caller: the result, once the commit succeeded, or why there is none.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Write<T, F> {
    rows: usize,
    apply: F,
    result: Option<T>,
    answer: oneshot::Sender<Answer<T, F>>,
}

/// What came of a write, and what was written: its rows are let go of by whoever made them, and not by the
/// thread that everybody waits for.
pub struct Answer<T, F> {
    pub outcome: Result<T, StoreError>,
    _written: F,
}

/// A write as a task, and where its answer arrives.
pub fn task<T, F>(rows: usize, write: F) -> (Box<dyn Task>, oneshot::Receiver<Answer<T, F>>)
where
    T: Send + 'static,
    F: Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    (Box::new(Write { rows, apply: write, result: None, answer }), answered)
}

impl<T, F> Task for Write<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, StoreError> + Send,
{
    fn rows(&self) -> usize {
        self.rows
    }

    fn apply(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.result = Some((self.apply)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { apply, result, answer, .. } = *self;
        let outcome =
            committed.map(|()| result.expect("what was committed was applied, with a result"));
        // A caller that has gone away misses the answer; the write stands.
        drop(answer.send(Answer { outcome, _written: apply }));
    }
}
