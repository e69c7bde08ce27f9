//! What is known of asking institutions.

use cartola_model::{Failure, RecordKind};
use cartola_primitives::date;

use super::Backend;
use super::fixtures::{NOW, at, institution};
use super::scene::Scene;
use crate::Command;
use crate::asking::{ReadScope, ReadingFigures, ReadingRow, SignInsRow};

/// A link has the reading that was kept last.
pub async fn a_link_has_its_last_reading(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(reading(&scene).await, None);
    for row in readings(&scene) {
        scene.apply(Command::KeepReading(row.clone())).await;
        assert_eq!(reading(&scene).await, Some(row));
    }
}

async fn reading(scene: &Scene) -> Option<ReadingRow> {
    scene.store.reading(scene.make.tenant, scene.link.id).await.expect("a read")
}

pub(super) fn readings(scene: &Scene) -> Vec<ReadingRow> {
    let figures = ReadingFigures {
        accounts: 1,
        read: 2,
        new: 3,
        duplicates: 4,
        amended: 5,
        removed: 6,
        records: 7,
    };
    let days = ReadScope::movements(date(2026, 2, 1), date(2026, 3, 1));
    let records = [RecordKind::Mortgages, RecordKind::CryptoHoldings].into_iter().collect();
    let outcomes = [
        (ReadScope::ACCOUNTS, Err(Failure::Timeout)),
        (ReadScope::BALANCES, Ok(ReadingFigures::default())),
        (days, Ok(figures)),
        (days.with_records(records), Ok(figures)),
        (ReadScope::records(records), Ok(ReadingFigures { records: 2, ..Default::default() })),
        (days, Err(Failure::CredentialsInvalid)),
    ];
    let row = |(scope, outcome)| ReadingRow {
        link: scene.link.id,
        link_version: 7,
        mandate: scene.consent.id,
        scope,
        began_at: NOW,
        ended_at: at(60),
        outcome,
    };
    outcomes.into_iter().map(row).collect()
}

/// Attempts are counted by whoever has seen the last count.
pub async fn attempts_are_counted_in_turn(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(sign_ins(&scene).await, None);
    let first = SignInsRow {
        institution: scene.link.institution.clone(),
        person: scene.person.id,
        refused: 0,
        open: 1,
        last_at: NOW,
        locked_until: None,
        waits_until: None,
        refused_secret: None,
        open_secret: None,
        version: 1,
    };
    let second = SignInsRow {
        refused: 3,
        open: 0,
        last_at: at(60),
        locked_until: Some(at(90)),
        waits_until: Some(at(95)),
        refused_secret: Some((scene.person.lookup, at(50))),
        open_secret: Some(scene.person.lookup),
        version: 2,
        ..first.clone()
    };
    scene.conflicts(Command::KeepSignIns(second.clone())).await;
    scene.apply(Command::KeepSignIns(first.clone())).await;
    assert_eq!(sign_ins(&scene).await, Some(first.clone()));
    scene.conflicts(Command::KeepSignIns(first.clone())).await;
    scene.apply(Command::KeepSignIns(second.clone())).await;
    scene.conflicts(Command::KeepSignIns(second.clone())).await;
    assert_eq!(sign_ins(&scene).await, Some(second));
    let elsewhere = SignInsRow { institution: institution("banco-estado"), ..first };
    scene.apply(Command::KeepSignIns(elsewhere)).await;
}

async fn sign_ins(scene: &Scene) -> Option<SignInsRow> {
    let (tenant, institution) = (scene.make.tenant, &scene.link.institution);
    scene.store.sign_ins(tenant, institution, scene.person.id).await.expect("a read")
}

/// What another tenant has been told stays there.
pub async fn it_is_known_to_its_tenant_alone(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    scene.apply(Command::KeepReading(readings(&scene).remove(0))).await;
    let feed = Command::FeedAccount { link: scene.link.id, account: scene.account.id };
    scene.apply(feed).await;
    let (store, tenant) = (&other.store, other.make.tenant);
    assert_eq!(store.reading(tenant, scene.link.id).await.expect("a read"), None);
    assert_eq!(store.accounts_of(tenant, scene.link.id, NOW).await.expect("a read"), []);
}
