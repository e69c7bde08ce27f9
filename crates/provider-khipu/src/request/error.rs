use std::fmt::Display;

use super::{MAX_BODY_BYTES, MAX_DAYS, MAX_MONTHS};

/// What is wrong with a request. Messages are sentences for the caller, and quote nothing of what
/// was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// `Content-Type` is another one.
    #[error("Content-Type must be application/json")]
    ContentType,
    /// More than [`MAX_BODY_BYTES`].
    #[error("The body is longer than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("The body is not UTF-8")]
    Encoding,
    /// Not JSON.
    #[error("The body is not JSON, at line {line}, column {column}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// Where in that line, from 1.
        column: usize,
    },
    /// Nested beyond what any request is.
    #[error("The body is nested too deeply")]
    TooDeep,
    /// JSON, but no object.
    #[error("The body is not a JSON object")]
    NotAnObject,
    /// A member that this needs is not there.
    #[error("{member} is missing")]
    Missing {
        /// Which.
        member: &'static str,
    },
    /// A member is there twice, is unknown, or has another type.
    #[error("The body, at line {line}, column {column}: {problem}")]
    Shape {
        /// Where, from 1.
        line: usize,
        /// Where in that line, from 1.
        column: usize,
        /// In words of ours.
        problem: String,
    },
    /// A member has a value that it cannot have.
    #[error("{member}: {problem}")]
    Value {
        /// Which.
        member: &'static str,
        /// In words of ours.
        problem: String,
    },
    /// No day of the calendar.
    #[error("{member} must be a day of the calendar as YYYY-MM-DD")]
    Day {
        /// Which.
        member: &'static str,
    },
    /// No month of the calendar.
    #[error("{member} must be a month as YYYY-MM")]
    Month {
        /// Which.
        member: &'static str,
    },
    /// The end lies before the start.
    #[error("BookingDateEnd lies before BookingDateStart")]
    Reversed,
    /// Too many days or months.
    #[error("At most {MAX_DAYS} days of transactions or {MAX_MONTHS} statements are given at once")]
    TooLong,
    /// No currency that is known.
    #[error("Currency must be a code such as CLP or USD")]
    Currency,
    /// The customer has no such account.
    #[error("The customer has no account of this number and currency at this bank")]
    UnknownAccount,
    /// The customer has several.
    #[error("Several accounts have this number: say which by Currency")]
    AmbiguousAccount,
}

impl RequestError {
    pub(crate) fn value(member: &'static str, problem: &dyn Display) -> Self {
        Self::Value { member, problem: problem.to_string() }
    }
}
