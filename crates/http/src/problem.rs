//! Problems: how every refusal is answered (RFC 9457), in both languages.

pub mod catalogue;
mod retry;
mod text;

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::layer;

pub use catalogue::{Code, Entry};
pub use retry::Retry;
pub use text::Text;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal on its way to the caller. It quotes nothing that the caller sent and nothing that is
/// stored.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: Option<Text>,
    retry: Retry,
    members: Members,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

/// What some problems say beside the members that all have.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Members {
    /// The parameter, field of a JSON body, or part of a form, that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What was looked for and not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// The scope that the key lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// Where in a file: `cell C12`, `line 7`, `transaction 3`, `the file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why a file is refused: one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where in a JSON body, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Where in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// A refusal as it is sent (RFC 9457), with a stable code, both languages and retry advice.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    /// Where the problem is explained, relative to the gateway: `/errors/{code}`.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/errors/not_found")]
    kind: String,
    /// A few words, the same for every problem of this code.
    title: &'a str,
    /// The same in Spanish.
    title_es: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request.
    detail: &'a str,
    /// The same in Spanish.
    detail_es: &'a str,
    /// The stable code.
    #[schema(example = "not_found")]
    code: &'a str,
    /// What to do.
    retry: Retry,
    /// The request's id, as in the `x-request-id` header and in the log.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = true)]
    request_id: &'a str,
    #[serde(flatten)]
    members: &'a Members,
}

impl Problem {
    /// A problem that says what its code says.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            retry: code.entry().retry,
            members: Members::default(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// There is no such thing, for this caller.
    pub fn not_found(resource: &'static str) -> Self {
        Self::new(Code::NotFound).with(|members| members.resource = Some(resource))
    }

    /// A parameter is wrong.
    pub fn parameter(name: &'static str, why: Text) -> Self {
        Self::new(Code::ParameterInvalid).named(name, why)
    }

    /// Ours. The cause is logged once, with the request's id, and shown to nobody.
    pub fn internal(cause: String) -> Self {
        Self::new(Code::Internal).caused_by(cause)
    }

    /// Says what is wrong with this request in particular.
    #[must_use]
    pub fn detailed(mut self, detail: Text) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// Names a parameter or part, and says what is wrong with it.
    #[must_use]
    pub fn named(self, name: &'static str, why: Text) -> Self {
        let Text { en, es } = why;
        let detail = Text::new(format!("`{name}`: {en}."), format!("`{name}`: {es}."));
        self.with(|members| members.parameter = Some(name.to_owned())).detailed(detail)
    }

    /// Sets further members.
    #[must_use]
    pub fn with(mut self, set: impl FnOnce(&mut Members)) -> Self {
        set(&mut self.0.members);
        self
    }

    /// Waiting so long helps.
    #[must_use]
    pub fn after(mut self, seconds: u32) -> Self {
        self.0.retry = Retry::Later { after_seconds: seconds };
        self
    }

    /// Adds a challenge (RFC 6750).
    #[must_use]
    pub fn challenging(mut self, challenge: &'static str) -> Self {
        self.0.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        self
    }

    /// Remembers what is to be logged.
    #[must_use]
    pub fn caused_by(mut self, cause: String) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What is wrong with this request, for rooms that say it in another form.
    pub fn detail(&self) -> &Text {
        self.0.detail.as_ref().unwrap_or(&self.0.code.entry().meaning)
    }

    /// How long to wait before the same request is made again, in seconds, if that helps.
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry.after_seconds()
    }

    /// What is to be logged, if anything.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.entry().status).expect("rows have statuses of HTTP")
    }

    /// The body, for the request of that id.
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let entry = self.0.code.entry();
        let detail = self.detail();
        let body = Body {
            kind: format!("/errors/{}", entry.name),
            title: &entry.title.en,
            title_es: &entry.title.es,
            status: entry.status,
            detail: &detail.en,
            detail_es: &detail.es,
            code: entry.name,
            retry: self.0.retry,
            request_id,
            members: &self.0.members,
        };
        serde_json::to_vec(&body).expect("a problem is texts and numbers")
    }
}

/// Answers without a request id, and leaves the problem in the response's extensions: the layer,
/// which knows the id, writes the body anew.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.body("")).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        for (name, value) in &self.0.headers {
            headers.insert(name, value.clone());
        }
        if let Some(fault) = layer::fault(&self) {
            response.extensions_mut().insert(fault);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A list of names for a sentence: `a`, `b`.
pub(crate) fn quoted(names: &[&str]) -> Cow<'static, str> {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ").into()
}
