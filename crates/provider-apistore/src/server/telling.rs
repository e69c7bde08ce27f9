//! What is posted to subscribers, and what of the change feed is a notification.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_trait::async_trait;
use cartola_engine::outbox::MessageOrder;
use cartola_engine::rows::{FeedChange, FeedEntry};
use cartola_engine::subscriptions::{Subscription, Teller};
use cartola_engine::work::JobKind;
use cartola_engine::{Engine, EngineError};
use cartola_http::callbacks::{Callback, CallbackError, Callbacks, Stamp, TargetUrl};
use cartola_model::Principal;
use cartola_primitives::id::AccountId;
use cartola_primitives::{Date, santiago};

use super::{AUDIENCE, account};
use crate::{mapping, wire};

/// The header that signs (shown; what it holds is ours).
pub const SIGNATURE: &str = "x-signature";

/// How old what is posted is at most, in days by the booking day: a link that is read for the first
/// time tells of years that are no news.
pub const MAX_AGE_DAYS: i64 = 7;

/// The kind of the job. It never changes: jobs of older versions are in the queue.
pub fn kind() -> JobKind {
    JobKind::parse("apistore.notify").expect("the names of our own kinds are sound")
}

/// A notification, and the day that it is of.
pub struct News {
    pub booked_on: Date,
    pub notification: wire::Notification,
}

/// What is new of some changes: transfers that were not known, announced or booked.
pub async fn news(
    engine: &Engine,
    who: &Principal,
    changes: Vec<FeedEntry>,
) -> Result<Vec<News>, EngineError> {
    let mut names: HashMap<AccountId, Option<String>> = HashMap::new();
    let mut news = Vec::new();
    for entry in changes.into_iter().filter(|entry| entry.change == FeedChange::Added) {
        let Some(row) = entry.row else { continue };
        let name = match names.entry(entry.account) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let account = engine.account(who, entry.account).await?;
                unknown.insert(account.as_ref().map(account::named))
            }
        };
        let Some(name) = name.as_deref() else { continue };
        let other = engine.counterparty(who, &row).await?;
        let booked_on = row.movement.booked_on;
        let told = mapping::notification(&row.movement, name, other.as_ref());
        news.extend(told.map(|notification| News { booked_on, notification }));
    }
    Ok(news)
}

/// Tells subscribers.
pub struct Notices {
    callbacks: Callbacks,
}

impl Notices {
    pub const fn new(callbacks: Callbacks) -> Self {
        Self { callbacks }
    }
}

/// A message to a subscriber, signed as its subscription says.
pub async fn posted(
    callbacks: &Callbacks,
    who: &Principal,
    subscription: &Subscription,
    body: Vec<u8>,
) -> Result<MessageOrder, EngineError> {
    let url = TargetUrl::parse(&subscription.url).expect("it was written from a URL");
    let callback = Callback { url, headers: &[], body };
    let stamp = Stamp::new(SIGNATURE, subscription.id);
    let composed = callbacks.compose_stamped(who.tenant, callback, stamp).await;
    composed.map_err(|error| match error {
        CallbackError::Engine(error) => error,
        CallbackError::Destination(_) | CallbackError::TooLong => {
            unreachable!("what is told is short, and has no headers of a caller's")
        }
    })
}

#[async_trait]
impl Teller for Notices {
    fn facade(&self) -> &'static str {
        AUDIENCE.name()
    }

    fn kind(&self) -> JobKind {
        kind()
    }

    async fn tell(
        &self,
        engine: &Engine,
        who: &Principal,
        subscription: &Subscription,
        changes: Vec<FeedEntry>,
    ) -> Result<Vec<MessageOrder>, EngineError> {
        let today = santiago::today(engine.now());
        let mut messages = Vec::new();
        for News { booked_on, notification } in news(engine, who, changes).await? {
            if booked_on.duration_until(today).as_hours() / 24 <= MAX_AGE_DAYS {
                let body = serde_json::to_vec(&notification).expect("wire shapes have text keys");
                messages.push(posted(&self.callbacks, who, subscription, body).await?);
            }
        }
        Ok(messages)
    }
}
