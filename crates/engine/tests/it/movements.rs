//! Why movements are what they are, undoing merges, and following changes.

use cartola_engine::consents::change::Change;
use cartola_engine::movements::SplitError;
use cartola_engine::once::Reply;
use cartola_model::{ConsentData, MergeReason, RecordKind, RecordKinds};
use cartola_store::movements::FeedChange;

use crate::world::World;

#[tokio::test]
async fn every_merge_can_be_read() {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    let second = world.import(&["2;A;-100;900", "3;B;-50;850"]).await;
    let id = world.movements().await[0].movement.id;
    let explained = world.engine.explain(&world.who, id).await.unwrap().unwrap();
    let told: Vec<_> = explained
        .attested
        .sources
        .iter()
        .map(|source| (source.import, source.place.as_str(), source.reason))
        .collect();
    assert_eq!(
        told,
        [
            (first.import, "line 2", MergeReason::First),
            (second.import, "line 2", MergeReason::IdenticalLine)
        ]
    );
}

#[tokio::test]
async fn a_merge_can_be_undone_and_stays_undone() {
    let world = World::new().await;
    world.import(&["2;METRO;-100"]).await;
    world.import(&["2;METRO;-100", "3;B;-50"]).await;
    let before = world.movements().await[0].movement.clone();
    let explained = world.engine.explain(&world.who, before.id).await.unwrap().unwrap();
    let source = explained.attested.sources[1].id;

    let split = world.engine.split_movement(&world.who, before.id, source, Reply::NONE).await;
    let split = split.unwrap();
    assert_eq!(split.remaining.movement.id, before.id);
    assert_eq!(world.told().await.len(), 3);
    let explained = world.engine.explain(&world.who, split.split.movement.id).await.unwrap();
    let explained = explained.unwrap();
    assert_eq!(explained.attested.sources[0].reason, MergeReason::Split);
    assert_eq!(explained.aliases[0].movement, before.id);

    let later = world.import(&["1;C;-5", "2;METRO;-100", "2;METRO;-100", "3;B;-50"]).await;
    assert_eq!((later.outcome.new, later.outcome.duplicates), (1, 3));
    let only = world.engine.split_movement(&world.who, before.id, source, Reply::NONE).await;
    assert!(matches!(only, Err(SplitError::UnknownSource)));
}

#[tokio::test]
async fn the_only_source_of_a_movement_cannot_be_split_off() {
    let world = World::new().await;
    world.import(&["2;METRO;-100"]).await;
    let id = world.movements().await[0].movement.id;
    let explained = world.engine.explain(&world.who, id).await.unwrap().unwrap();
    let source = explained.attested.sources[0].id;
    let refused = world.engine.split_movement(&world.who, id, source, Reply::NONE).await;
    assert!(matches!(refused, Err(SplitError::OnlySource)));
}

#[tokio::test]
async fn changes_are_followed_from_any_position() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let first = world.engine.changes(&world.who, 0, 10).await.unwrap();
    assert_eq!((first.entries.len(), first.position, first.more), (1, 1, false));
    world.import(&["2;RENAMED;-100;900", "3;B;-50;850"]).await;
    let second = world.engine.changes(&world.who, first.position, 10).await.unwrap();
    let kinds: Vec<_> = second.entries.iter().map(|entry| entry.change).collect();
    assert_eq!(kinds, [FeedChange::Added, FeedChange::Modified]);
    let renamed = second.entries[1].row.as_ref().unwrap();
    assert_eq!((renamed.movement.glosa.as_str(), renamed.movement.version), ("RENAMED", 2));
    assert!(
        world.engine.changes(&world.who, second.position, 10).await.unwrap().entries.is_empty()
    );
}

#[tokio::test]
async fn a_split_leaves_to_each_side_its_own_consent_and_counterparty() {
    let world = World::new().await;
    let first = world.import(&["2;METRO;-100;;JUAN"]).await;
    let second = world.import(&["2;METRO;-100", "3;B;-50"]).await;
    let id = world.movements().await[0].movement.id;
    let explained = world.engine.explain(&world.who, id).await.unwrap().unwrap();
    let told_first = explained.attested.sources[0].id;
    let split = world.engine.split_movement(&world.who, id, told_first, Reply::NONE).await.unwrap();
    let other_side = async |row| world.engine.counterparty(&world.who, row).await.unwrap();
    assert!(other_side(&split.remaining).await.is_none());
    assert_eq!(other_side(&split.split).await.unwrap().name.as_deref(), Some("JUAN"));

    world.engine.revoke_consent(&world.who, second.consent, Reply::NONE).await.unwrap();
    assert!(world.engine.explain(&world.who, id).await.unwrap().is_none());
    assert_eq!(world.told().await, ["2026-03-02 -100 METRO"]);
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    assert!(world.told().await.is_empty());
}

#[tokio::test]
async fn what_a_source_said_is_withheld_when_its_consent_has_ended() {
    let world = World::new().await;
    let first = world.import(&["2;METRO;-100;900"]).await;
    world.import(&["2;METRO;-100;900", "3;B;-50;850"]).await;
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    let id = world.movements().await[0].movement.id;
    let explained = world.engine.explain(&world.who, id).await.unwrap().unwrap();
    let speaks: Vec<_> =
        explained.attested.sources.iter().map(|source| source.says.is_some()).collect();
    assert_eq!(speaks, [false, true]);
}

/// The same of one that is about movements no more.
#[tokio::test]
async fn what_a_source_said_is_withheld_when_its_consent_is_about_something_else() {
    let world = World::new().await;
    let first = world.import(&["2;METRO;-100;900"]).await;
    world.import(&["2;METRO;-100;900", "3;B;-50;850"]).await;
    let records = RecordKinds::one(RecordKind::Cards);
    let less = Change { until: None, data: Some(ConsentData { accounts: false, records }) };
    world.engine.change_consent(&world.who, first.consent, less, Reply::NONE).await.unwrap();
    let id = world.movements().await[0].movement.id;
    let explained = world.engine.explain(&world.who, id).await.unwrap().unwrap();
    let speaks: Vec<_> =
        explained.attested.sources.iter().map(|source| source.says.is_some()).collect();
    assert_eq!(speaks, [false, true]);
}
