//! Following the change feed for a subscription.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::{CredentialId, JobId};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::Command;
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Priority, Queue};
use cartola_store::movements::FeedEntry;
use cartola_store::outbox::MessageOrder;
use serde::{Deserialize, Serialize};

use super::Subscription;
use crate::work::{Handler, Outcome, Task};
use crate::{Engine, EngineError};

/// How often the end of the change feed is looked at: how late somebody is told at most, the queue
/// aside.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Changes that one job looks at, and so messages that it writes at most.
const MAX_CHANGES: usize = 100;

/// Renders what is told of changes, in a facade's words.
#[async_trait]
pub trait Teller: Send + Sync {
    /// The facade, as its subscriptions name it.
    fn facade(&self) -> &'static str;

    /// The kind of its job. It never changes: jobs of older versions are in the queue.
    fn kind(&self) -> JobKind;

    /// The messages for some changes, in their order.
    async fn tell(
        &self,
        engine: &Engine,
        who: &Principal,
        subscription: &Subscription,
        changes: Vec<FeedEntry>,
    ) -> Result<Vec<MessageOrder>, EngineError>;
}

/// Follows the change feed, with a facade's teller.
pub struct Follows {
    teller: Arc<dyn Teller>,
}

impl Follows {
    /// With that teller.
    pub fn new(teller: Arc<dyn Teller>) -> Self {
        Self { teller }
    }
}

/// How far a subscription was told.
#[derive(Serialize, Deserialize)]
struct Told {
    subscription: CredentialId,
    /// The position in the tenant's feed up to which it was.
    position: u64,
    /// Who began it; absent where the operator did.
    actor: Option<CredentialId>,
}

#[async_trait]
impl Handler for Follows {
    fn kind(&self) -> JobKind {
        self.teller.kind()
    }

    /// Somebody is to be told as long as they are subscribed.
    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let over = || Outcome::End(Vec::new(), JobEnd::Done);
        let Some(arguments) = &task.arguments else { return Ok(over()) };
        let told: Told =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::named(task.tenant, told.actor);
        let known = engine.subscriptions(&who, self.teller.facade()).await?;
        let Some(subscription) = known.iter().find(|known| known.id == told.subscription) else {
            return Ok(over());
        };
        let end = engine.store().feed_end(task.tenant).await?;
        if end == told.position {
            let (not_before, failure) = (engine.now() + LOOK_EVERY, Failure::NoData);
            return Ok(Outcome::End(Vec::new(), JobEnd::Retry { not_before, failure }));
        }
        self.go_on(engine, &who, subscription, (told.position, end)).await
    }
}

impl Follows {
    /// Tells what is new, and queues what follows. A feed that ends before the position is of an older
    /// backup: what it went on with is not told again.
    async fn go_on(
        &self,
        engine: &Engine,
        who: &Principal,
        subscription: &Subscription,
        (position, end): (u64, u64),
    ) -> Result<Outcome, EngineError> {
        let changes = engine.changes(who, position.min(end), MAX_CHANGES).await?;
        let now = engine.now();
        let next_at = if changes.more { now } else { now + LOOK_EVERY };
        let (kind, id, position) = (self.teller.kind(), subscription.id, changes.position);
        let next = engine.follow_order(who, &kind, id, position, next_at).await?;
        let messages = self.teller.tell(engine, who, subscription, changes.entries).await?;
        let commands = messages.into_iter().map(Command::AddMessage);
        let commands = commands.chain([Command::EnqueueJob(next)]).collect();
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

impl Engine {
    /// The job that tells what comes behind a position.
    pub(super) async fn follow_order(
        &self,
        who: &Principal,
        kind: &JobKind,
        subscription: CredentialId,
        position: u64,
        not_before: Timestamp,
    ) -> Result<JobOrder, EngineError> {
        let id: JobId = self.minter().mint();
        let told = Told { subscription, position, actor: who.actor.credential() };
        let key = self.vault().key_of(who.tenant, None, self.minter(), self.now()).await?;
        let sealed = self.vault().seal_record(&key, &JobOrder::place(who.tenant, &id), &told)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: kind.clone(),
            link: None,
            lane: None,
            mandate: None,
            arguments: Some(sealed),
            not_before,
            priority: Priority::Normal,
            continuation: None,
        })
    }
}
