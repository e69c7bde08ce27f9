//! From bytes to a shape. What the parser complains about is said without quoting the body.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::raw::Object;
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
    serde_json::from_str(text).map_err(|error| complaint(text, &error))
}

/// Parameters, such as a character set, say nothing: JSON is UTF-8.
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE)
}

fn complaint(text: &str, error: &serde_json::Error) -> RequestError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => data(text, error),
        Category::Syntax if error.to_string().starts_with("recursion limit") => {
            RequestError::TooDeep
        }
        Category::Syntax | Category::Io | Category::Eof => RequestError::Syntax { line, column },
    }
}

fn data(text: &str, error: &serde_json::Error) -> RequestError {
    if !text.trim_start().starts_with('{') {
        // The parser stops at the wrong type; what comes after may not even be JSON.
        return match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => RequestError::NotAnObject,
            Err(error) => complaint(text, &error),
        };
    }
    let message = error.to_string();
    let said = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    if let Some(member) = said.strip_prefix("missing field ") {
        let named = |known: &&str| member.trim_matches('`') == *known;
        if let Some(member) = REQUIRED.into_iter().find(|known| named(&known)) {
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
