//! Answers. Pure: bytes in, canonical values out.

use cartola_connector::session::{RawAnswer, RecordReading};
use cartola_connector::{Answer, ConnectorError, ErrorKind};
use serde::de::DeserializeOwned;

use super::encode::{CLOSE, OPEN};
pub(super) use super::map::Told;
use super::refusal::refusal;
use crate::wire::SessionResponse;

/// An opened session. Its answer is not kept: it has a token in it.
pub fn session(answer: &Answer) -> Result<SessionResponse, ConnectorError> {
    success(OPEN, answer)
}

/// The end of a session. One that has ended already is as good.
pub fn closed(answer: &Answer) -> Result<(), ConnectorError> {
    if answer.status.is_success() {
        return Ok(());
    }
    match refusal(CLOSE, answer) {
        error if error.kind == ErrorKind::SessionEnded => Ok(()),
        error => Err(error),
    }
}

/// What is told of a product.
pub(super) fn record<T: Told>(
    operation: &'static str,
    answer: &Answer,
) -> Result<RecordReading, ConnectorError> {
    let told: T = success(operation, answer)?;
    let record = told
        .record()
        .map_err(|reason| ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason))?;
    let raw = vec![RawAnswer { operation, body: answer.body.clone() }];
    Ok(RecordReading { record, raw })
}

fn success<T: DeserializeOwned>(
    operation: &'static str,
    answer: &Answer,
) -> Result<T, ConnectorError> {
    if !answer.status.is_success() {
        return Err(refusal(operation, answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        // The text of the error may quote the answer, its place does not.
        let (line, column) = (error.line(), error.column());
        let reason =
            format!("the answer is not what the institution promises, line {line} column {column}");
        ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
    })
}
