//! How rows go from one side to the other in bounded memory.

use std::vec;

use tokio::sync::mpsc;

use super::Row;
use crate::{StoreError, StoreErrorKind};

/// Rows of one batch, at most.
pub const BATCH_ROWS: usize = 5_000;

/// Bytes of one batch, about; a single row may have more.
pub const BATCH_BYTES: usize = 4 << 20;

/// Batches that wait for their reader.
const WAITING: usize = 1;

enum Message {
    Batch(Vec<Row>),
    /// All rows have come. Without it, a reader of rows whose sender died would take a part for all.
    End,
    Failed(StoreError),
}

/// Rows as they come.
pub struct Rows {
    messages: mpsc::Receiver<Message>,
    begun: vec::IntoIter<Row>,
}

/// Where rows come from. Its reader may go away; then nothing more is wanted.
pub struct Sender {
    messages: mpsc::Sender<Message>,
    batch: Vec<Row>,
    bytes: usize,
}

/// A way for rows.
pub fn channel() -> (Sender, Rows) {
    let (sender, messages) = mpsc::channel(WAITING);
    let sender = Sender { messages: sender, batch: Vec::new(), bytes: 0 };
    (sender, Rows { messages, begun: Vec::new().into_iter() })
}

impl Rows {
    /// The next rows, many at once; nothing after the last.
    pub async fn batch(&mut self) -> Result<Option<Vec<Row>>, StoreError> {
        match self.messages.recv().await {
            Some(Message::Batch(batch)) => Ok(Some(batch)),
            Some(Message::End) => Ok(None),
            Some(Message::Failed(error)) => Err(error),
            None => {
                let context = "the reading of a table stopped before its end";
                Err(StoreError::new(StoreErrorKind::Unavailable, context))
            }
        }
    }

    /// The next row; nothing after the last, which is not to be asked for twice.
    pub async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        loop {
            if let Some(row) = self.begun.next() {
                return Ok(Some(row));
            }
            match self.batch().await? {
                Some(batch) => self.begun = batch.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

impl Sender {
    /// Sends a row, from a thread that may block. False when nobody wants more.
    pub fn blocking_send(&mut self, row: Row) -> bool {
        match self.full_with(row) {
            Some(batch) => self.messages.blocking_send(batch).is_ok(),
            None => true,
        }
    }

    /// The same from a task.
    pub async fn send(&mut self, row: Row) -> bool {
        match self.full_with(row) {
            Some(batch) => self.messages.send(batch).await.is_ok(),
            None => true,
        }
    }

    fn full_with(&mut self, row: Row) -> Option<Message> {
        self.bytes += row.size();
        self.batch.push(row);
        let full = self.batch.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES;
        full.then(|| self.take())
    }

    fn take(&mut self) -> Message {
        self.bytes = 0;
        Message::Batch(std::mem::take(&mut self.batch))
    }

    /// Says how it ended, from a thread that may block. Who does not want to know is gone.
    pub fn blocking_end(mut self, outcome: Result<(), StoreError>) {
        for message in self.last(outcome) {
            drop(self.messages.blocking_send(message));
        }
    }

    /// The same from a task.
    pub async fn end(mut self, outcome: Result<(), StoreError>) {
        for message in self.last(outcome) {
            drop(self.messages.send(message).await);
        }
    }

    fn last(&mut self, outcome: Result<(), StoreError>) -> Vec<Message> {
        match outcome {
            Ok(()) if self.batch.is_empty() => vec![Message::End],
            Ok(()) => vec![self.take(), Message::End],
            Err(error) => vec![Message::Failed(error)],
        }
    }
}
