//! JSON bodies, read strictly. What is wrong with a body is said without quoting it.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::context::RequestContext;
use crate::problem::{Code, Problem, Text};
use crate::refusal::Refusal;

/// Largest JSON body, in bytes.
pub const MAX_JSON_BYTES: usize = 256 << 10;

/// A body that is JSON of the wanted shape. Declare the shape with `deny_unknown_fields` and
/// `expecting`: its words are what a caller is told.
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Problem::new(Code::ContentTypeUnsupported).into());
        }
        Ok(Self(parse(&read(request, MAX_JSON_BYTES).await?)?))
    }
}

/// The same for a document that prints calls without a `Content-Type`: a body that names none is JSON, one
/// that names another type is refused as everywhere.
pub struct JsonOrUntyped<T>(pub T);

impl<T, S> FromRequest<S> for JsonOrUntyped<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if request.headers().contains_key(CONTENT_TYPE) {
            return Json::from_request(request, state).await.map(|Json(value)| Self(value));
        }
        Ok(Self(parse(&read(request, MAX_JSON_BYTES).await?)?))
    }
}

/// The same, where no body is as good as an empty object.
pub struct JsonOrNothing<T>(pub T);

impl<T, S> FromRequest<S> for JsonOrNothing<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let typed = is_json(request.headers());
        let body = read(request, MAX_JSON_BYTES).await?;
        if body.is_empty() {
            return Ok(Self(parse(b"{}")?));
        }
        if !typed {
            return Err(Problem::new(Code::ContentTypeUnsupported).into());
        }
        Ok(Self(parse(&body)?))
    }
}

/// No body, or an empty object: what a POST takes that has nothing to say.
pub struct Nothing;

impl<S: Send + Sync> FromRequest<S> for Nothing {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let JsonOrNothing(Empty {}) = JsonOrNothing::from_request(request, state).await?;
        Ok(Self)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "an empty object")]
struct Empty {}

/// How the parser's complaint begins of a field that the shape does not have.
const UNKNOWN_FIELD: &str = "unknown field";

/// The whole body, if it is not longer than that.
pub async fn read(request: Request, max_bytes: usize) -> Result<Bytes, Problem> {
    if declared_length(request.headers()).is_some_and(|length| length > max_bytes as u64) {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let reading = RequestContext::reading(request.extensions());
    let body: Limited<Body> = Limited::new(request.into_body(), max_bytes);
    let collected = body.collect().await.map_err(|error| {
        let too_long = error.downcast_ref::<LengthLimitError>().is_some();
        Problem::new(if too_long { Code::BodyTooLarge } else { Code::BodyIncomplete })
    })?;
    reading.done();
    Ok(collected.to_bytes())
}

/// What the caller says the body's length is.
pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads JSON of a shape, which is a struct's: the names of its fields are ours, and told.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if let Err(error) = std::str::from_utf8(body) {
        return Err(not_utf8(body, error.valid_up_to()));
    }
    let object = body.trim_ascii_start().first().is_none_or(|first| *first == b'{');
    if object {
        return serde_json::from_slice(body).map_err(|error| match error.classify() {
            Category::Data => complaint(&error, field::<T>(body)),
            _ => complaint(&error, None),
        });
    }
    // An array would do for an object with its fields in order: serde takes both.
    serde_json::from_slice::<serde::de::IgnoredAny>(body)
        .map_err(|error| complaint(&error, None))?;
    let why = Text::fixed("The body is not an object.", "El cuerpo no es un objeto.");
    Err(Problem::new(Code::JsonInvalid).detailed(why))
}

fn not_utf8(body: &[u8], at: usize) -> Problem {
    let before = &body[..at];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let line = before.split(|byte| *byte == b'\n').count();
    let why = Text::fixed("The body is not UTF-8.", "El cuerpo no es UTF-8.");
    Problem::new(Code::JsonMalformed).detailed(why).with(|members| {
        members.line = Some(line);
        members.column = Some(at - line_start + 1);
    })
}

/// The field of the shape in which what is wrong is found, and of a list which of its items. What lies within
/// is not named, as a caller may have chosen the names there; nor is a field that the shape does not have.
fn field<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
    let mut path = error.path().iter();
    let Segment::Map { key } = path.next()? else { return None };
    match path.next() {
        Some(Segment::Seq { index }) => Some(format!("{key}[{index}]")),
        None if error.inner().to_string().starts_with(UNKNOWN_FIELD) => None,
        _ => Some(key.clone()),
    }
}

fn complaint(error: &serde_json::Error, field: Option<String>) -> Problem {
    let (code, why) = match error.classify() {
        Category::Data => (Code::JsonInvalid, expectation(error)),
        Category::Eof => {
            (Code::JsonMalformed, Text::fixed("it ends too early", "termina antes de tiempo"))
        }
        Category::Syntax | Category::Io if is_too_deep(error) => (
            Code::JsonMalformed,
            Text::fixed("it is nested too deeply", "está anidado demasiado profundo"),
        ),
        Category::Syntax | Category::Io => {
            (Code::JsonMalformed, Text::fixed("it is not JSON", "no es JSON"))
        }
    };
    let (line, column) = (error.line(), error.column());
    let named = |preposition: &str| {
        field.as_ref().map(|field| format!(", {preposition} `{field}`")).unwrap_or_default()
    };
    let detail = Text::new(
        format!("The body, at line {line}, column {column}{}: {}.", named("in"), why.en),
        format!("El cuerpo, en la línea {line}, columna {column}{}: {}.", named("en"), why.es),
    );
    Problem::new(code).detailed(detail).with(|members| {
        members.parameter = field;
        members.line = Some(line);
        members.column = Some(column);
    })
}

fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit")
}

/// The part of a parser's complaint that is our own words: what was expected, or which of our
/// fields is missing or repeated. The rest quotes the body.
fn expectation(error: &serde_json::Error) -> Text {
    let message = error.to_string();
    let ours = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    if let Some(field) = ours.strip_prefix("missing field ") {
        return Text::new(
            format!("the field {field} is missing"),
            format!("falta el campo {field}"),
        );
    }
    if let Some(field) = ours.strip_prefix("duplicate field ") {
        return Text::new(
            format!("the field {field} is there twice"),
            format!("el campo {field} está dos veces"),
        );
    }
    // What the library says of a text that is no day or instant says how it reads them.
    if ours.starts_with("failed to ") {
        return Text::fixed(
            "expected a day as YYYY-MM-DD, or an instant as 2026-03-31T14:05:09Z",
            "se esperaba un día de la forma AAAA-MM-DD, o un instante como 2026-03-31T14:05:09Z",
        );
    }
    // What our own types say of a text that they cannot be.
    let expected = ours.strip_prefix("expected ");
    let expected = expected.or_else(|| ours.rsplit_once(", expected ").map(|(_, said)| said));
    match expected {
        Some(expected) if ours.starts_with(UNKNOWN_FIELD) => {
            let known = expected.trim_start_matches("one of ");
            Text::new(
                format!("a field is unknown; known are {known}"),
                format!("un campo es desconocido; se conocen {}", in_spanish(known)),
            )
        }
        Some(expected) => match kind_named(expected) {
            Some((en, es)) => Text::new(format!("expected {en}"), format!("se esperaba {es}")),
            None => Text::new(
                format!("expected {expected}"),
                format!("se esperaba {}", in_spanish(expected)),
            ),
        },
        None => Text::fixed(
            "a field has a value that it cannot have",
            "un campo tiene un valor que no admite",
        ),
    }
}

/// What our shapes say that they expect, word for word: names of fields and whatever else is no word of
/// theirs stay as they are.
fn in_spanish(expected: &str) -> String {
    let word = |word: &str| -> String {
        let (word, comma) = word.strip_suffix(',').map_or((word, ""), |word| (word, ","));
        let spanish = match word {
            "a" | "an" => "un",
            "alone" => "solo",
            "and" => "y",
            "both" => "ambos",
            "object" => "objeto",
            "of" => "de",
            "one" => "uno",
            "or" => "o",
            "request" => "pedido",
            "with" => "con",
            other => other,
        };
        format!("{spanish}{comma}")
    };
    expected.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What the library's names of types are to a reader.
fn kind_named(expected: &str) -> Option<(&'static str, &'static str)> {
    Some(match expected {
        "i8" | "i16" | "i32" | "i64" => ("a whole number", "un número entero"),
        "u8" | "u16" | "u32" | "u64" | "usize" => {
            ("a whole number, none below zero", "un número entero, no negativo")
        }
        "f32" | "f64" | "a JSON number" => ("a number", "un número"),
        "a string" => ("a text", "un texto"),
        "a date string" => ("a day as YYYY-MM-DD", "un día de la forma AAAA-MM-DD"),
        "a timestamp string" => {
            ("an instant as 2026-03-31T14:05:09Z", "un instante como 2026-03-31T14:05:09Z")
        }
        "a boolean" => ("true or false", "true o false"),
        "a sequence" => ("a list", "una lista"),
        "a map" => ("an object", "un objeto"),
        "an empty object" => ("an empty object", "un objeto vacío"),
        // A shape that says nothing of itself is told by its name in our source.
        shape if SHAPES.iter().any(|kind| shape.starts_with(kind)) => ("an object", "un objeto"),
        _ => return None,
    })
}

/// What the library puts before the name of a type that is an object.
const SHAPES: [&str; 4] =
    ["struct ", "enum ", "internally tagged enum ", "adjacently tagged enum "];
