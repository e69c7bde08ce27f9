//! Subscriptions: who is told of movements by themselves, as a facade's protocol says it.
//!
//! A subscription lives as long as one of its secrets, each of which is a credential with the whole
//! subscription sealed in it: so a tenant that is withdrawn takes its subscriptions along. Rotating
//! adds a secret, and the ones before it end a little later. What has been told is the position that
//! the one job carries which follows the tenant's change feed for it: messages, the end of that job and
//! the next one are a single unit of work.

mod follow;

use std::collections::BTreeMap;

use cartola_crypto::WebhookSecret;
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{Secret, SignedDuration, Timestamp};
use cartola_store::jobs::JobKind;
use cartola_store::tenancy::{CredentialKind, CredentialRow};
use cartola_store::{Command, UnitOfWork};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::tenants::SECRET_BYTES;
use crate::webhook_secrets::place;
use crate::{Engine, EngineError};

pub use follow::{Follows, LOOK_EVERY, Teller};

/// Subscriptions that a tenant has at a time, at most, of one facade: each costs a look at the change
/// feed every [`LOOK_EVERY`].
pub const MAX_SUBSCRIPTIONS: usize = 20;

/// How long the secrets before a new one go on signing beside it.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A subscription that holds.
pub struct Subscription {
    /// The credential that it began with.
    pub id: CredentialId,
    /// Where it is told.
    pub url: String,
    /// Since when.
    pub since: Timestamp,
}

/// A subscription with a new secret, shown once.
pub struct Subscribed {
    /// The subscription.
    pub id: CredentialId,
    /// Where it is told.
    pub url: String,
    /// Since when.
    pub since: Timestamp,
    /// The secret, as [`WebhookSecret::to_text`] writes it.
    pub secret: Secret<String>,
}

/// What a subscription is wanted for.
pub struct Wanted<'a> {
    /// The facade, such as `apistore`.
    pub facade: &'static str,
    /// The job that tells, which is of that facade.
    pub kind: JobKind,
    /// Where, checked.
    pub url: &'a str,
}

/// Why there is no subscription.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// There are [`MAX_SUBSCRIPTIONS`].
    #[error("there are {MAX_SUBSCRIPTIONS} subscriptions, which is as many as there may be")]
    TooMany,
    /// There is none of that id.
    #[error("there is no such subscription")]
    Unknown,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for SubscriptionError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

/// What is sealed with each of its secrets. Wiped when dropped.
#[derive(Clone, Serialize, Deserialize)]
struct Sealed {
    of: CredentialId,
    facade: String,
    url: String,
    since: Timestamp,
    secret: String,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Engine {
    /// The subscriptions of a tenant at a facade that hold, the oldest first.
    pub async fn subscriptions(
        &self,
        who: &Principal,
        facade: &str,
    ) -> Result<Vec<Subscription>, EngineError> {
        let now = self.now();
        let mut known = BTreeMap::new();
        for (row, sealed) in self.opened_subscriptions(who.tenant).await? {
            if row.holds(now) && sealed.facade == facade {
                let (id, url, since) = (sealed.of, sealed.url.clone(), sealed.since);
                known.insert(id, Subscription { id, url, since });
            }
        }
        Ok(known.into_values().collect())
    }

    /// Begins a subscription to what becomes known from now on.
    pub async fn subscribe(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
        reply: Reply<'_, Subscribed>,
    ) -> Result<Subscribed, SubscriptionError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            if self.subscriptions(who, wanted.facade).await?.len() >= MAX_SUBSCRIPTIONS {
                return Err(SubscriptionError::TooMany);
            }
            let mut work = UnitOfWork::new(who.tenant, self.now());
            let (facade, url, since) = (wanted.facade, wanted.url, work.at);
            let subscribed = self.add_secret(who, (None, facade, url, since), &mut work).await?;
            let event = AuditEvent::once("subscription.begun", who.actor, subscribed.id);
            work.push(Command::Audit(event.with("facade", facade)));
            let position = self.store().feed_end(who.tenant).await.map_err(EngineError::from)?;
            let first =
                self.follow_order(who, &wanted.kind, subscribed.id, position, since).await?;
            work.push(Command::EnqueueJob(first));
            work.commands.extend(reply.command(self, &subscribed)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(subscribed)
        })
        .await
    }

    /// A new secret, which signs what is told from now on; those before it sign beside it for
    /// [`OVERLAP`].
    pub async fn rotate_subscription(
        &self,
        who: &Principal,
        (facade, id): (&str, CredentialId),
        reply: Reply<'_, Subscribed>,
    ) -> Result<Subscribed, SubscriptionError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            let until = work.at + OVERLAP;
            let rows = self.secrets_of(who, facade, id).await?;
            let (_, known) = rows.first().ok_or(SubscriptionError::Unknown)?;
            for (row, _) in rows.iter().filter(|(row, _)| row.holds(until)) {
                work.push(Command::EndCredential { id: row.id, at: until });
            }
            let of = (Some(id), facade, known.url.as_str(), known.since);
            let subscribed = self.add_secret(who, of, &mut work).await?;
            let event = AuditEvent::once("subscription.rotated", who.actor, id);
            work.push(Command::Audit(event.with("others_until", until)));
            work.commands.extend(reply.command(self, &subscribed)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(subscribed)
        })
        .await
    }

    /// Ends a subscription: nothing more is told, but what was written before is still delivered.
    pub async fn unsubscribe(
        &self,
        who: &Principal,
        facade: &str,
        id: CredentialId,
    ) -> Result<(), SubscriptionError> {
        until_settled(|| async move {
            let rows = self.secrets_of(who, facade, id).await?;
            if rows.is_empty() {
                return Err(SubscriptionError::Unknown);
            }
            let mut work = UnitOfWork::new(who.tenant, self.now());
            for (row, _) in &rows {
                work.push(Command::RevokeCredential(row.id));
            }
            let event = AuditEvent::once("subscription.ended", who.actor, id);
            work.push(Command::Audit(event));
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(())
        })
        .await
    }

    /// The secrets of a subscription that sign at this moment, the newest first; of one that has ended
    /// its last one, since what was written before is still delivered.
    pub async fn subscription_secrets(
        &self,
        tenant: TenantId,
        id: CredentialId,
        at_most: usize,
    ) -> Result<Vec<WebhookSecret>, EngineError> {
        let mut known = self.opened_subscriptions(tenant).await?;
        known.retain(|(_, sealed)| sealed.of == id);
        known.sort_by_key(|(row, _)| std::cmp::Reverse(row.id));
        let now = self.now();
        let holding = known.iter().filter(|(row, _)| row.holds(now)).count().max(1);
        let known = known.iter().take(holding.min(at_most));
        let parse = |sealed: &Sealed| WebhookSecret::parse(&Secret::new(sealed.secret.clone()));
        Ok(known.map(|(_, sealed)| parse(sealed)).collect::<Result<_, _>>()?)
    }

    /// The secrets of a subscription that hold, with what is sealed in them.
    async fn secrets_of(
        &self,
        who: &Principal,
        facade: &str,
        id: CredentialId,
    ) -> Result<Vec<(CredentialRow, Sealed)>, EngineError> {
        let now = self.now();
        let mut known = self.opened_subscriptions(who.tenant).await?;
        known.retain(|(row, sealed)| row.holds(now) && sealed.of == id && sealed.facade == facade);
        Ok(known)
    }

    /// The secrets of all subscriptions that ever were, with what is sealed in them.
    async fn opened_subscriptions(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<(CredentialRow, Sealed)>, EngineError> {
        let mut opened = Vec::new();
        for row in self.credentials(tenant).await? {
            let Some(sealed) = &row.sealed else { continue };
            if row.kind == CredentialKind::SubscriptionSecret {
                let sealed = self.vault().open_record(&place(tenant, &row.id), sealed).await?;
                opened.push((row, sealed));
            }
        }
        Ok(opened)
    }

    async fn add_secret(
        &self,
        who: &Principal,
        (of, facade, url, since): (Option<CredentialId>, &str, &str, Timestamp),
        work: &mut UnitOfWork,
    ) -> Result<Subscribed, EngineError> {
        let bytes: [u8; SECRET_BYTES] = self.vault().random();
        let mut row = self.credential(who.tenant, CredentialKind::SubscriptionSecret, &[], &bytes);
        let secret = WebhookSecret::from_bytes(Secret::new(bytes.to_vec()))?.to_text();
        let id = of.unwrap_or(row.id);
        let (facade, url) = (facade.to_owned(), url.to_owned());
        let record =
            Sealed { of: id, facade, url: url.clone(), since, secret: secret.expose().clone() };
        let key = self.vault().key_of(who.tenant, None, self.minter(), self.now()).await?;
        row.sealed = Some(self.vault().seal_record(&key, &place(who.tenant, &row.id), &record)?);
        work.push(Command::AddCredential(CredentialRow { created_at: work.at, ..row }));
        Ok(Subscribed { id, url, since, secret })
    }
}
