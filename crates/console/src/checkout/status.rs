//! `GET …/status?transactionId=TOKEN&seen=STAMP`: what the page's script looks at.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::checkouts::Checkout;
use cartola_http::answer;
use serde::Serialize;

use super::Desk;
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

pub async fn status(
    Extension(desk): Extension<Arc<Desk>>,
    asked: Result<Asked, Refused>,
) -> Result<Response, Refused> {
    let Asked { engine, mut checkout, seen, .. } = match asked {
        Ok(asked) => asked,
        Err(Refused::Unknown) => return Ok(told(&desk, None)),
        Err(refused) => return Err(refused),
    };
    let place = desk.held.try_acquire();
    if let (false, Ok(_place)) = (seen.is_empty(), &place) {
        let token = checkout.token.expose();
        let next = engine.next_checkout(token, &seen, LONGEST_WAIT).await?;
        checkout = next.ok_or(Refused::Unknown)?;
    }
    Ok(told(&desk, Some(&checkout)))
}

fn told(desk: &Desk, checkout: Option<&Checkout>) -> Response {
    let (message, description) = (desk.words)(checkout.map(Checkout::standing));
    let stamp = checkout.map(Checkout::stamp).unwrap_or_default();
    let code = if checkout.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    answer::json(code, &Status { message, description, stamp })
}
