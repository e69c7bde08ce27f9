//! Bodies, read strictly. What is wrong with one is said without quoting it.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use cartola_http::body;
use serde::de::DeserializeOwned;

use super::refused::{Refused, of_problem};

/// Largest body, bytes: a user name and a password take a few hundred.
pub const MAX_BODY_BYTES: usize = 16 << 10;

/// A body of that shape; `shape` is what it should look like.
pub async fn read<T: DeserializeOwned>(request: Request, shape: &str) -> Result<T, Refused> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        let message = "the body must have the content type application/json";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let bytes = body::read(request, MAX_BODY_BYTES).await;
    let bytes = bytes.map_err(|problem| of_problem(&problem))?;
    body::parse(&bytes).map_err(|_| Refused::request(format!("the body must be JSON like {shape}")))
}
