//! Following the change feed for subscribers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cartola_crypto::WebhookSecret;
use cartola_engine::once::Reply;
use cartola_engine::outbox::MessageOrder;
use cartola_engine::rows::FeedEntry;
use cartola_engine::subscriptions::{
    Follows, LOOK_EVERY, MAX_SUBSCRIPTIONS, OVERLAP, Subscribed, Subscription, SubscriptionError,
    Teller, Wanted,
};
use cartola_engine::work::JobKind;
use cartola_engine::{Engine, EngineError};
use cartola_model::Principal;
use cartola_primitives::id::CredentialId;
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::outbox::MessageQuery;

use crate::outbox::{URL, plain, to};
use crate::world::World;
use crate::world::bank::Bank;

const FACADE: &str = "test";

fn kind() -> JobKind {
    JobKind::parse("test.notify").unwrap()
}

/// Writes a message for each change, and notes positions.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u64>>>);

#[async_trait]
impl Teller for Notes {
    fn facade(&self) -> &'static str {
        FACADE
    }

    fn kind(&self) -> JobKind {
        kind()
    }

    async fn tell(
        &self,
        engine: &Engine,
        who: &Principal,
        _subscription: &Subscription,
        changes: Vec<FeedEntry>,
    ) -> Result<Vec<MessageOrder>, EngineError> {
        let mut orders = Vec::new();
        for change in changes {
            orders.push(engine.seal_message(who.tenant, to(URL), &plain("news")).await?);
            self.0.lock().unwrap().push(change.position);
        }
        Ok(orders)
    }
}

struct Scene {
    world: World,
    notes: Notes,
}

impl Scene {
    async fn new() -> Self {
        let notes = Notes::default();
        let follows = Follows::new(Arc::new(notes.clone()));
        let world = World::with_handlers(Bank::new(), vec![Arc::new(follows)]).await;
        Self { world, notes }
    }

    async fn subscribe(&self) -> Result<Subscribed, SubscriptionError> {
        let wanted = Wanted { facade: FACADE, kind: kind(), url: URL };
        self.world.engine.subscribe(&self.world.who, &wanted, Reply::NONE).await
    }

    async fn import(&self, lines: &[String]) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.world.import(&lines).await;
    }

    /// Lets the time pass after which the feed is looked at, and gives the positions told since.
    async fn told(&self) -> Vec<u64> {
        self.world.clock.advance(LOOK_EVERY);
        self.world.worker.run_due().await.unwrap();
        std::mem::take(&mut self.notes.0.lock().unwrap())
    }

    /// Stamps of one text by what signs for a subscription.
    async fn stamps(&self, id: CredentialId) -> Vec<String> {
        let tenant = self.world.who.tenant;
        let secrets = self.world.engine.subscription_secrets(tenant, id, 4).await.unwrap();
        secrets.iter().map(|secret| secret.stamp(1, b"body")).collect()
    }
}

fn stamp(secret: &Secret<String>) -> String {
    WebhookSecret::parse(secret).unwrap().stamp(1, b"body")
}

fn lines(days: std::ops::RangeInclusive<u32>, of: &str) -> Vec<String> {
    days.map(|day| format!("{day};{of};-{day}")).collect()
}

#[tokio::test]
async fn what_becomes_known_after_is_told_once_and_in_order() {
    let scene = Scene::new().await;
    scene.import(&lines(1..=3, "BEFORE")).await;
    scene.subscribe().await.unwrap();
    assert!(scene.told().await.is_empty());
    let many: Vec<String> = (1..=250).map(|amount| format!("9;MANY {amount};-{amount}")).collect();
    scene.import(&many).await;
    assert_eq!(scene.told().await, (4..=253).collect::<Vec<_>>());
    assert!(scene.told().await.is_empty());
    let page = scene.world.engine.messages(&scene.world.who, MessageQuery::ALL, None, 500).await;
    assert_eq!(page.unwrap().rows.len(), 250);
}

#[tokio::test]
async fn who_is_no_longer_subscribed_is_told_nothing() {
    let scene = Scene::new().await;
    let (world, begun) = (&scene.world, scene.subscribe().await.unwrap());
    world.engine.unsubscribe(&world.who, FACADE, begun.id).await.unwrap();
    scene.import(&lines(1..=3, "AFTER")).await;
    assert!(scene.told().await.is_empty());
    assert_eq!(scene.stamps(begun.id).await, [stamp(&begun.secret)]);
    let again = world.engine.unsubscribe(&world.who, FACADE, begun.id).await;
    assert!(matches!(again, Err(SubscriptionError::Unknown)));
}

#[tokio::test]
async fn two_secrets_sign_while_one_takes_the_others_place() {
    let scene = Scene::new().await;
    let (world, begun) = (&scene.world, scene.subscribe().await.unwrap());
    world.clock.advance(SignedDuration::from_secs(1));
    let of = (FACADE, begun.id);
    let rotated = world.engine.rotate_subscription(&world.who, of, Reply::NONE).await.unwrap();
    assert_eq!((rotated.id, &*rotated.url, rotated.since), (begun.id, URL, begun.since));
    let (old, new) = (stamp(&begun.secret), stamp(&rotated.secret));
    assert_eq!(scene.stamps(begun.id).await, [new.clone(), old]);
    world.clock.advance(OVERLAP);
    assert_eq!(scene.stamps(begun.id).await, [new]);
    let known = world.engine.subscriptions(&world.who, FACADE).await.unwrap();
    assert_eq!(known.iter().map(|known| known.id).collect::<Vec<_>>(), [begun.id]);
    scene.import(&lines(1..=1, "AFTER")).await;
    assert_eq!(scene.told().await.len(), 1);
}

#[tokio::test]
async fn subscriptions_are_of_one_facade_and_few() {
    let scene = Scene::new().await;
    let (world, begun) = (&scene.world, scene.subscribe().await.unwrap());
    let other = world.engine.unsubscribe(&world.who, "other", begun.id).await;
    assert!(matches!(other, Err(SubscriptionError::Unknown)));
    for _ in 1..MAX_SUBSCRIPTIONS {
        scene.subscribe().await.unwrap();
    }
    assert!(matches!(scene.subscribe().await, Err(SubscriptionError::TooMany)));
    assert!(world.engine.subscriptions(&world.who, "other").await.unwrap().is_empty());
}
