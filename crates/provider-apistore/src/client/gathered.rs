//! Answers that are held together, and no more of them than is borne.

use cartola_connector::session::RawAnswer;
use cartola_connector::{Answer, ConnectorError};

use super::decode::invalid;

/// Bytes of all pages that are held at once, at most: a month of 150,000 movements as ApiStore writes
/// them. Pages by themselves may be large, and there may be many.
pub const MAX_HELD_BYTES: usize = 32 << 20;

/// The bodies of several answers as one JSON array, of which the same can be read again.
pub(super) struct Gathered {
    operation: &'static str,
    array: Vec<u8>,
}

impl Gathered {
    /// Of none so far.
    pub const fn new(operation: &'static str) -> Self {
        Self { operation, array: Vec::new() }
    }

    /// With one more, which is let go.
    pub fn push(&mut self, answer: &Answer) -> Result<(), ConnectorError> {
        if self.array.len() + answer.body.len() > MAX_HELD_BYTES {
            let reason = "the pages are larger, taken together, than any that are read";
            return Err(invalid(self.operation, reason));
        }
        self.array.push(if self.array.is_empty() { b'[' } else { b',' });
        self.array.extend_from_slice(&answer.body);
        Ok(())
    }

    /// All of them.
    pub fn raw(mut self) -> RawAnswer {
        if self.array.is_empty() {
            self.array.push(b'[');
        }
        self.array.push(b']');
        RawAnswer { operation: self.operation, body: self.array.into() }
    }
}
