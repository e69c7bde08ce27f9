//! Subscriptions to notifications.

pub mod create;
pub mod end;
pub mod list;
pub mod rotate;

use cartola_engine::subscriptions::{MAX_SUBSCRIPTIONS, Subscribed, SubscriptionError};
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, of_write};

use super::refused::Refused;
use crate::wire::Subscription;

impl From<SubscriptionError> for Refused {
    fn from(error: SubscriptionError) -> Self {
        match error {
            SubscriptionError::TooMany => {
                let es = "Ya hay tantas suscripciones como puede haber.";
                let en = format!("There are {MAX_SUBSCRIPTIONS} subscriptions already.");
                let text = Text::new(en, es);
                Problem::new(Code::ParameterInvalid).detailed(text).into()
            }
            SubscriptionError::Unknown => {
                let text =
                    Text::fixed("There is no such subscription.", "No existe esa suscripción.");
                Problem::not_found("subscription").detailed(text).into()
            }
            SubscriptionError::Engine(error) => of_write(error).into(),
        }
    }
}

/// With its secret, this once.
fn shown_once(subscribed: &Subscribed) -> Subscription {
    Subscription {
        id: subscribed.id.to_string(),
        url: subscribed.url.clone(),
        since: subscribed.since.to_string(),
        secret: Some(subscribed.secret.expose().clone()),
    }
}
