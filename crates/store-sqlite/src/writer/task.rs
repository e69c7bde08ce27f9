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
    answer: oneshot::Sender<Result<T, StoreError>>,
}

/// A write as a task, and where its answer arrives.
pub fn task<T: Send + 'static>(
    rows: usize,
    write: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> (Box<dyn Task>, oneshot::Receiver<Result<T, StoreError>>) {
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
        let result = self.result;
        let answer =
            committed.map(|()| result.expect("what was committed was applied, with a result"));
        // A caller that has gone away misses the answer; the write stands.
        drop(self.answer.send(answer));
    }
}
