//! What a consent allows, and what its end takes away.

use cartola_engine::consents::RevokeError;
use cartola_engine::once::Reply;
use cartola_primitives::id::ConsentId;
use cartola_store::movements::FeedChange;

use crate::world::World;

#[tokio::test]
async fn nothing_is_served_that_only_a_revoked_consent_allowed() {
    let world = World::new().await;
    let report = world.import(&["2;A;-100;900"]).await;
    world.engine.revoke_consent(&world.who, report.consent, Reply::NONE).await.unwrap();
    assert!(world.movements().await.is_empty());
    assert!(world.engine.account(&world.who, report.account).await.unwrap().is_none());
    assert!(world.engine.balances(&world.who, report.account).await.unwrap().is_none());
    let changes = world.engine.changes(&world.who, 0, 10).await.unwrap();
    assert!(changes.entries.iter().all(|entry| entry.row.is_none()));
}

#[tokio::test]
async fn a_movement_is_served_while_any_of_its_sources_is_allowed() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    let second = world.import(&["2;A;-100;900", "3;B;-50;850"]).await;
    world.engine.revoke_consent(&world.who, second.consent, Reply::NONE).await.unwrap();
    assert_eq!(world.told().await, ["2026-03-02 -100 A"]);
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    assert!(world.told().await.is_empty());
}

#[tokio::test]
async fn the_same_file_brings_back_what_its_revoked_consent_took_away() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    let id = world.movements().await[0].movement.id;
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    let again = world.import(&["2;A;-100;900"]).await;
    assert!(!again.repeated);
    assert_eq!((again.outcome.new, again.outcome.duplicates), (0, 1));
    assert_eq!(world.movements().await[0].movement.id, id);
}

#[tokio::test]
async fn a_consent_ends_once() {
    let world = World::new().await;
    let consent = world.import(&["2;A;-100;900"]).await.consent;
    let revoke = async |id| world.engine.revoke_consent(&world.who, id, Reply::NONE).await;
    assert_eq!(revoke(consent).await.unwrap().state.name(world.engine.now()), "revoked");
    assert!(matches!(revoke(consent).await, Err(RevokeError::Transition(_))));
    let nobodys = ConsentId::from_bytes([3; 16]);
    assert!(matches!(revoke(nobodys).await, Err(RevokeError::Unknown)));
}

#[tokio::test]
async fn a_client_that_follows_changes_learns_of_what_is_allowed_again() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    let seen = world.engine.changes(&world.who, 0, 10).await.unwrap().position;
    world.import(&["2;A;-100;900"]).await;
    let changes = world.engine.changes(&world.who, seen, 10).await.unwrap();
    let told: Vec<_> =
        changes.entries.iter().map(|entry| (entry.change, entry.row.is_some())).collect();
    assert_eq!(told, [(FeedChange::Added, true)]);
}

#[tokio::test]
async fn gaps_say_nothing_of_movements_that_no_consent_allows() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    let later = world.import(&["5;B;-50;500"]).await;
    assert!(later.outcome.gaps.is_empty());
}
