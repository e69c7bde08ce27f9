//! *Notificaciones*: what is posted, and what is polled.

use serde::Serialize;

use super::Amount;

/// A transfer that came or went, as it is posted to subscribers.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Which way.
    pub event: Event,
    /// The account: its number where it is at Banco de Chile, else its id in this gateway.
    pub account_id: String,
    /// How much, without a sign.
    pub amount: Amount,
    /// ISO 4217.
    #[cfg_attr(feature = "server", schema(example = "CLP"))]
    pub currency: &'static str,
    /// The first instant of the booking day in Santiago, in UTC: no source has the time.
    #[cfg_attr(feature = "server", schema(format = DateTime))]
    pub date: String,
    /// The other side's name, or else RUT, or else account; left out where no source tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub counterparty: Option<String>,
}

/// Which way a transfer went. The document shows `transfer.received`; the other word is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Event {
    /// It came.
    #[serde(rename = "transfer.received")]
    Received,
    /// It went.
    #[serde(rename = "transfer.sent")]
    Sent,
}

/// What became known since a cursor. Ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Notifications {
    /// In the order in which it became known.
    pub notifications: Vec<Notification>,
    /// `after` of the next call, whether or not there is more at once.
    pub next: String,
    /// Whether there may be more at once.
    pub has_more: bool,
}

/// A subscription. Ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Where it is told.
    pub url: String,
    /// Since when, RFC 3339.
    #[cfg_attr(feature = "server", schema(format = DateTime))]
    pub since: String,
    /// What signs, in the answer alone that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false, pattern = "^whsec_[0-9A-Za-z+/=]+$"))]
    pub secret: Option<String>,
}

/// All subscriptions of a tenant. Ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Subscriptions {
    /// The oldest first.
    pub subscriptions: Vec<Subscription>,
}
