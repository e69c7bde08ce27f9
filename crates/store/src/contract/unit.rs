//! The unit of work: whole or not at all.

use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentState, LinkState, MovementStatus};
use cartola_primitives::Date;

use super::Backend;
use super::fixtures::NOW;
use super::movements::{change_to, changed};
use super::scene::{Scene, everything};
use crate::answers::AnswerRow;
use crate::consents::ConsentSetRow;
use crate::jobs::{JobEnd, Queue};
use crate::movements::{AliasRow, FeedChange, MovementQuery};
use crate::outbox::MessageQuery;
use crate::people::{LinkSecretRow, PersonRow};
use crate::work::MAX_ROWS_PER_UNIT;
use crate::{Command, MAX_PAGE, Receipt, StoreErrorKind, UnitOfWork};

/// A store that takes units says so.
pub async fn a_store_is_ready(backend: Backend) {
    backend.store.ready().await.expect("an empty store is ready");
    let scene = Scene::new(&backend).await;
    scene.store.ready().await.expect("a store in use is ready");
}

/// A unit without commands succeeds.
pub async fn an_empty_unit_changes_nothing(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let before = told(&scene).await;
    assert_eq!(scene.commit(scene.unit()).await, Receipt::default());
    assert_eq!(told(&scene).await, before);
}

/// What an earlier command did is there for a later one of the same unit.
pub async fn commands_see_those_before_them(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let consent = scene.make.consent(scene.link.id);
    let state = ConsentState::Revoked { granted_at: NOW, at: NOW };
    let movement = scene.movement();
    let amended = changed(&movement, |next| next.movement.status = MovementStatus::Pending);
    let unit = scene
        .unit()
        .with(Command::AddConsent(consent.clone()))
        .with(Command::ChangeConsent { id: consent.id, expected: 1, state })
        .with(Command::AddMovements(vec![movement]))
        .with(change_to(&amended, FeedChange::Modified));
    let receipt = scene.commit(unit).await;
    assert_eq!(receipt.feed_position, Some(2));
    let kept = scene.store.consent(scene.make.tenant, consent.id).await.expect("a read");
    assert_eq!(kept.map(|row| (row.version, row.state)), Some((2, state)));
    assert_eq!(scene.shown().await, [amended]);
}

/// A unit that touches every table.
fn full_unit(scene: &Scene) -> UnitOfWork {
    let make = &scene.make;
    let person = make.person();
    let consent = make.consent(scene.link.id);
    let set = make.consent_set(consent.id, Some(scene.set.id));
    let movement = scene.movement();
    let import = make.import(scene.account.id, consent.id);
    let source = make.source(&movement.movement, import.id, consent.id);
    let sighting = make.sighting(scene.account.id, scene.consent.id, (1, 31));
    let alias =
        AliasRow { alias: make.id(), movement: movement.movement.id, at: NOW, undone: false };
    scene
        .unit()
        .with(Command::AddCredential(make.credential()))
        .with(Command::AddDataKey(make.data_key(Some(person.id))))
        .with(Command::AddLink(make.link(Some(person.id))))
        .with(Command::AddPerson(person))
        .with(Command::KeepLinkSecret(LinkSecretRow {
            link: scene.link.id,
            mandate: scene.consent.id,
            barred: None,
            sealed: make.sealed("secret"),
        }))
        .with(revoke_link(scene, 1))
        .with(revoke_consent(scene, 1))
        .with(Command::AddConsent(consent))
        .with(Command::AddConsentSets(vec![set]))
        .with(Command::AddAccount(make.account(scene.link.id, set.id)))
        .with(Command::ClaimAccount { id: scene.account.id, expected: 1, consents: set.id })
        .with(Command::AddMovements(vec![movement]))
        .with(Command::AddSources(vec![source]))
        .with(Command::AddAlias(alias))
        .with(Command::AddBalances(vec![make.balance(scene.account.id, scene.consent.id)]))
        .with(Command::AddImport(import))
        .with(Command::KeepSighting(sighting))
        .with(Command::Audit(AuditEvent::once("import.added", "operator", "one")))
        .with(Command::RecordAnswer(make.answer()))
        .with(Command::EnqueueJob(make.job()))
        .with(Command::AddMessage(make.message("https://one.example")))
}

fn revoke_link(scene: &Scene, expected: u32) -> Command {
    let state = LinkState::Revoked { at: NOW };
    Command::ChangeLink { id: scene.link.id, expected, state }
}

fn revoke_consent(scene: &Scene, expected: u32) -> Command {
    let state = ConsentState::Revoked { granted_at: NOW, at: NOW };
    Command::ChangeConsent { id: scene.consent.id, expected, state }
}

/// All that the tenant's lists tell, as text to compare.
async fn told(scene: &Scene) -> String {
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let account = scene.account.id;
    let removed = MovementQuery { status: Some(MovementStatus::Removed), ..everything() };
    let told = (
        store.credentials(tenant).await.expect("a read"),
        store.data_key_of(tenant, Some(scene.person.id)).await.expect("a read"),
        (
            store.links(tenant, None, MAX_PAGE).await.expect("a read"),
            store.link_secret(tenant, scene.link.id).await.expect("a read"),
        ),
        store.consents(tenant, None, None, MAX_PAGE).await.expect("a read"),
        store.accounts(tenant, None, MAX_PAGE, NOW).await.expect("a read"),
        store.account_by_identity(tenant, &scene.account.identity).await.expect("a read"),
        store.balances(tenant, account, NOW).await.expect("a read"),
        store.movements(tenant, &removed).await.expect("a read"),
        store.window(tenant, account, Date::MIN, Date::MAX).await.expect("a read"),
        store.feed(tenant, 0, MAX_PAGE, NOW).await.expect("a read"),
        (
            store.imports(tenant, None, None, MAX_PAGE).await.expect("a read"),
            store.sightings(tenant, account, Date::MIN, Date::MAX).await.expect("a read"),
        ),
        store.jobs(tenant, Queue::Work, None, None, MAX_PAGE).await.expect("a read"),
    );
    let trail = (
        store.audit(tenant, 0, MAX_PAGE).await.expect("a read"),
        store.audit_head(tenant).await.expect("a read"),
        store.messages(tenant, MessageQuery::ALL, None, MAX_PAGE).await.expect("a read"),
    );
    format!("{told:#?}\n{trail:#?}")
}

/// Rows of every table that came before the conflict are not there.
pub async fn a_conflict_in_the_last_command_leaves_no_trace(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.add_movements(2).await;
    let before = told(&scene).await;
    let unit = full_unit(&scene).with(revoke_link(&scene, 1));
    let (person, set, alias, answer) = hidden_rows(&unit);
    assert_eq!(scene.refused_unit(unit).await, StoreErrorKind::Conflict);
    assert_eq!(told(&scene).await, before);
    let (store, tenant) = (&scene.store, scene.make.tenant);
    assert_eq!(store.person(tenant, person.id).await.expect("a read"), None);
    assert_eq!(store.person_by_lookup(tenant, &person.lookup).await.expect("a read"), None);
    assert_eq!(store.aliases(tenant, alias.alias).await.expect("a read"), []);
    assert_eq!(store.answer(tenant, &answer.key, NOW).await.expect("a read"), None);
    // No read tells of a set; that its id is free does.
    scene.apply(Command::AddConsentSets(vec![set])).await;
}

/// The rows of a unit that no list tells of.
fn hidden_rows(unit: &UnitOfWork) -> (PersonRow, ConsentSetRow, AliasRow, AnswerRow) {
    let (mut person, mut set, mut alias, mut answer) = (None, None, None, None);
    for command in &unit.commands {
        match command {
            Command::AddPerson(row) => person = Some(row.clone()),
            Command::AddConsentSets(rows) => set = rows.first().copied(),
            Command::AddAlias(row) => alias = Some(*row),
            Command::RecordAnswer(row) => answer = Some(row.clone()),
            _ => {}
        }
    }
    let found = person.zip(set).zip(alias.zip(answer));
    let ((person, set), (alias, answer)) = found.expect("a full unit has one of each");
    (person, set, alias, answer)
}

/// Whichever command meets the conflict, what came before it is undone.
pub async fn every_kind_of_conflict_undoes_the_unit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant("tenant 1");
    let set = scene.set.id;
    let full = full_unit(&scene);
    scene.commit(full.clone()).await;
    let before = told(&scene).await;
    let repeated = full.commands.into_iter().filter(|command| {
        // A balance, a sighting and a secret are replaced, and the trail takes equal entries.
        !matches!(
            command,
            Command::AddBalances(_)
                | Command::KeepSighting(_)
                | Command::Audit(_)
                | Command::KeepLinkSecret(_)
        )
    });
    let stale = [
        Command::AddTenant(tenant),
        Command::RevokeCredential(scene.make.id()),
        Command::ClaimAccount { id: scene.account.id, expected: 1, consents: set },
        Command::MoveSource { id: scene.make.id(), from: scene.make.id(), to: scene.make.id() },
        change_to(&changed(&scene.movement(), |_| ()), FeedChange::Modified),
        Command::EndJob { id: scene.make.id(), lease: scene.make.id(), end: JobEnd::Done },
        Command::ReplayMessage(scene.make.id()),
        Command::DestroyLinkSecret(scene.make.id()),
    ];
    for last in repeated.chain(stale) {
        let shown = format!("{last:?}");
        let unit = scene
            .unit()
            .with(Command::AddMovements(vec![scene.movement()]))
            .with(Command::Audit(AuditEvent::once("movement.added", "operator", "one")))
            .with(last);
        assert_eq!(scene.refused_unit(unit).await, StoreErrorKind::Conflict, "{shown}");
        assert_eq!(told(&scene).await, before, "{shown}");
    }
}

/// A conflict leaves nothing behind that would be in the way of the same rows.
pub async fn a_refused_unit_can_be_committed_again(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let unit = full_unit(&scene);
    let refused = unit.clone().with(revoke_consent(&scene, 7));
    assert_eq!(scene.refused_unit(refused).await, StoreErrorKind::Conflict);
    let receipt = scene.commit(unit).await;
    assert_eq!(receipt.feed_position, Some(1));
    assert_eq!(receipt.audit_head.map(|head| head.0), Some(1));
}

/// Positions that moved, and no others.
pub async fn a_receipt_tells_what_moved(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let audit = || Command::Audit(AuditEvent::once("movement.added", "operator", "one"));
    let two = || Command::AddMovements(vec![scene.movement(), scene.movement()]);
    let receipt = scene.apply(Command::AddPerson(scene.make.person())).await;
    assert_eq!(receipt, Receipt::default());
    let receipt = scene.apply(two()).await;
    assert_eq!((receipt.feed_position, receipt.audit_head), (Some(2), None));
    let receipt = scene.apply(audit()).await;
    assert_eq!((receipt.feed_position, receipt.audit_head.map(|head| head.0)), (None, Some(1)));
    let receipt = scene.commit(scene.unit().with(audit()).with(two()).with(audit())).await;
    assert_eq!((receipt.feed_position, receipt.audit_head.map(|head| head.0)), (Some(4), Some(3)));
}

/// A caller who was told that a unit is committed finds it, at once and by every read.
pub async fn a_commit_is_visible_to_the_next_read(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    for turn in 1..=50_u64 {
        let credential = scene.make.credential();
        let movement = scene.movement();
        let unit = scene
            .unit()
            .with(Command::AddCredential(credential.clone()))
            .with(Command::AddMovements(vec![movement.clone()]));
        scene.commit(unit).await;
        let found = store.credential(tenant, &credential.digest).await.expect("a read");
        assert_eq!(found.as_ref(), Some(&credential));
        assert_eq!(scene.shown().await.first(), Some(&movement));
        let feed = store.feed(tenant, turn - 1, 10, NOW).await.expect("a read");
        assert_eq!(feed.len(), 1);
        scene.apply(Command::RevokeCredential(credential.id)).await;
        let found = store.credential(tenant, &credential.digest).await.expect("a read");
        assert_eq!(found.and_then(|row| row.revoked_at), Some(NOW));
    }
}

/// A unit of more rows than any may have is a defect of the caller's, and takes no time.
pub async fn too_many_rows_are_refused(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = vec![scene.make.consent_set(scene.consent.id, None); MAX_ROWS_PER_UNIT];
    let unit = scene.unit().with(Command::AddConsentSets(rows)).with(revoke_consent(&scene, 1));
    assert_eq!(scene.refused_unit(unit).await, StoreErrorKind::Misuse);
}
