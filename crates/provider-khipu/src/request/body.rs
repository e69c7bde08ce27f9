//! From bytes to a shape. What the parser complains about is said without quoting the body.

use serde::de::DeserializeOwned;

use super::raw::Object;
use super::sound::Sound;
use super::{MAX_BODY_BYTES, RequestError};

const MEDIA_TYPE: &str = "application/json";

/// The members that a body cannot do without, among those that the parser itself looks for.
const REQUIRED: [&str; 1] = ["RequestData"];

pub fn read<T: DeserializeOwned>(
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Object<T>, RequestError> {
    if !content_type.is_some_and(is_json) {
        return Err(RequestError::ContentType);
    }
    if body.len() > MAX_BODY_BYTES {
        return Err(RequestError::TooLarge);
    }
    let text = std::str::from_utf8(body).map_err(|_| RequestError::Encoding)?;
    // First whether it is JSON to its end: a shape is given up at its first fault.
    serde_json::from_str::<Sound>(text).map_err(|error| unsound(&error))?;
    if !text.trim_start().starts_with('{') {
        return Err(RequestError::NotAnObject);
    }
    serde_json::from_str(text).map_err(|error| misshapen(&error))
}

/// Parameters, such as a character set, say nothing: JSON is UTF-8.
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE)
}

fn unsound(error: &serde_json::Error) -> RequestError {
    if error.to_string().starts_with("recursion limit") {
        return RequestError::TooDeep;
    }
    RequestError::Syntax { line: error.line(), column: error.column() }
}

fn misshapen(error: &serde_json::Error) -> RequestError {
    let message = error.to_string();
    let said = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    if let Some(missing) = said.strip_prefix("missing field ") {
        let named = |known: &&str| missing.trim_matches('`') == *known;
        if let Some(member) = REQUIRED.into_iter().find(|known| named(known)) {
            return RequestError::Missing { member };
        }
    }
    RequestError::Shape { line: error.line(), column: error.column(), problem: problem(said) }
}

/// The part of a complaint that is made of our own names. The rest may quote the body.
fn problem(said: &str) -> String {
    if let Some(member) = said.strip_prefix("duplicate field ") {
        return format!("{} is there twice", member.replace('`', ""));
    }
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected.replace('`', ""));
    match expected {
        Some(known) if said.starts_with("unknown field ") => {
            format!("a member is unknown; known are {}", known.trim_start_matches("one of "))
        }
        Some(expected) => format!("expected {expected}"),
        None => "a member has a value that it cannot have".to_owned(),
    }
}
