//! `GET …/status?transactionId=TOKEN&seen=STAMP`: what the page's script looks at.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::answer;
use serde::Serialize;

use super::asked::Asked;
use super::refused::Refused;

/// How a checkout stands, in the words that others are told.
#[derive(Serialize)]
struct Status {
    message: &'static str,
    description: &'static str,
    /// Another one as soon as anything has moved.
    stamp: String,
}

/// How long whoever names a stamp waits for another one, while something is being paid. Browsers and
/// proxies give up later.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

pub async fn status(asked: Asked) -> Result<Response, Refused> {
    let Asked { engine, desk, mut checkout, seen, .. } = asked;
    if !seen.is_empty() {
        let token = checkout.token.expose();
        let next = engine.next_checkout(token, &seen, LONGEST_WAIT).await?;
        checkout = next.ok_or(Refused::Unknown)?;
    }
    let (message, description) = (desk.words)(Some(checkout.standing()));
    let status = Status { message, description, stamp: checkout.stamp() };
    Ok(answer::json(StatusCode::OK, &status))
}
