//! Data subjects: what is whose, what is asked of it, and how it is erased.

use cartola_model::{ConsentData, ConsentState, MatterKind, MatterState, RecordKind, RecordKinds};
use cartola_primitives::SignedDuration;

use super::Backend;
use super::fixtures::{NOW, at};
use super::isolation::Everything;
use super::scene::{Scene, everything};
use crate::consents::ConsentRow;
use crate::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use crate::movements::MovementQuery;
use crate::people::PersonRow;
use crate::subjects::Belonging;
use crate::{Command, MAX_PAGE, StoreErrorKind, UnitOfWork};

fn matter(scene: &Scene, kind: MatterKind, person: bool) -> MatterRow {
    MatterRow {
        id: scene.make.id(),
        kind,
        person: person.then_some(scene.person.id),
        opened_at: NOW,
        standing: MatterStanding {
            state: MatterState::Open,
            due_at: at(60),
            content: scene.make.sealed("what was asked"),
        },
        version: 1,
    }
}

/// A matter comes back as it was added, and as it was changed in its expected version.
pub async fn a_matter_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    for (kind, person) in [(MatterKind::Erasure, true), (MatterKind::Breach, false)] {
        let row = matter(&scene, kind, person);
        scene.apply(Command::AddMatter(Box::new(row.clone()))).await;
        let read = async || scene.store.matter(tenant, row.id).await.expect("a read");
        assert_eq!(read().await.as_ref(), Some(&row));
        let standing = MatterStanding {
            state: MatterState::Denied,
            due_at: at(120),
            content: scene.make.sealed("why not"),
        };
        let change = |expected| {
            let standing = standing.clone();
            Command::ChangeMatter(Box::new(MatterChange { id: row.id, expected, standing }))
        };
        let refused = scene.store.commit(scene.unit().with(change(2))).await;
        assert_eq!(refused.expect_err("another version").kind, StoreErrorKind::Conflict);
        scene.apply(change(1)).await;
        assert_eq!(read().await, Some(MatterRow { standing, version: 2, ..row }));
    }
}

/// Matters are listed by id, in pages, by each of the filters.
pub async fn matters_are_listed_by_what_is_asked(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let mut rows: Vec<MatterRow> = MatterKind::ALL
        .into_iter()
        .map(|kind| matter(&scene, kind, kind != MatterKind::Breach))
        .collect();
    rows[2].standing.state = MatterState::Granted;
    for row in &rows {
        scene.apply(Command::AddMatter(Box::new(row.clone()))).await;
    }
    let list = async |filter: MatterFilter, limit: usize| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = scene.store.matters(tenant, filter, after, limit).await.expect("a read");
            assert!(page.rows.len() <= limit);
            found.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    let all = MatterFilter::default();
    assert_eq!(list(all, 2).await, rows);
    for row in &rows {
        let of_kind = MatterFilter { kind: Some(row.kind), ..all };
        assert_eq!(list(of_kind, MAX_PAGE).await, [row.clone()]);
    }
    let granted = MatterFilter { state: Some(MatterState::Granted), ..all };
    assert_eq!(list(granted, MAX_PAGE).await, [rows[2].clone()]);
    let of_person = MatterFilter { person: Some(scene.person.id), ..all };
    assert_eq!(list(of_person, 2).await, rows[..6]);
    let nobody = MatterFilter { person: Some(scene.make.id()), ..all };
    assert_eq!(list(nobody, MAX_PAGE).await, []);
}

/// Recipient, data and a suspension come back, and a consent is narrowed in its expected version.
pub async fn what_a_consent_is_about_comes_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let cards = RecordKinds::one(RecordKind::Cards);
    let row = ConsentRow {
        recipient: Some("Contadores Limitada".to_owned()),
        data: Some(ConsentData { accounts: true, records: cards }),
        state: ConsentState::Suspended { granted_at: NOW, expires_at: Some(at(60)) },
        ..scene.make.consent(scene.link.id)
    };
    scene.apply(Command::AddConsent(row.clone())).await;
    let read = async || scene.store.consent(tenant, row.id).await.expect("a read");
    assert_eq!(read().await.as_ref(), Some(&row));
    let run_out = scene.store.run_out(at(3_600)).await.expect("a read");
    assert!(!run_out.contains(&(tenant, row.id)), "it ends when it is resumed");
    let data = ConsentData { accounts: false, records: cards };
    let narrow = |expected| Command::NarrowConsent { id: row.id, expected, data };
    let refused = scene.store.commit(scene.unit().with(narrow(2))).await;
    assert_eq!(refused.expect_err("another version").kind, StoreErrorKind::Conflict);
    scene.apply(narrow(1)).await;
    assert_eq!(read().await, Some(ConsentRow { data: Some(data), version: 2, ..row }));
}

/// What allows nothing for a while hides what it allowed, and shows it again.
pub async fn a_suspended_consent_hides(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let scene = &rows.scene;
    let (store, tenant, consent) = (&backend.store, scene.make.tenant, &scene.consent);
    let shown = async || {
        let page = store.movements(tenant, &everything()).await.expect("a read");
        (page.rows.is_empty(), store.account(tenant, scene.account.id, NOW).await.expect("a read"))
    };
    let before = shown().await;
    assert!(!before.0 && before.1.is_some());
    let state = consent.state.suspend(NOW).expect("it holds");
    let (id, expected) = (consent.id, consent.version);
    scene.apply(Command::ChangeConsent { id, expected, state }).await;
    assert_eq!(shown().await, (true, None));
    let state = state.resume(NOW).expect("it is suspended");
    scene.apply(Command::ChangeConsent { id, expected: expected + 1, state }).await;
    assert_eq!(shown().await, before);
}

/// The account of everything is the person's.
async fn owned(backend: &Backend) -> (Everything, PersonRow) {
    let rows = Everything::of_first_tenant(backend).await;
    let person = rows.scene.person.clone();
    (rows, person)
}

/// What is whose, whether or not it may be shown.
pub async fn an_owner_is_found_whatever_may_be_shown(backend: Backend) {
    let (rows, person) = owned(&backend).await;
    let (scene, tenant) = (&rows.scene, rows.scene.make.tenant);
    let owner = async |of| backend.store.owner(tenant, of).await.expect("a read");
    let of_account = scene.account.person;
    let expected = [
        (Belonging::Link(scene.link.id), scene.link.person),
        (Belonging::Consent(scene.consent.id), scene.consent.person),
        (Belonging::Account(scene.account.id), of_account),
        (Belonging::Movement(rows.movement.movement.id), of_account),
        (Belonging::Import(rows.import.id), of_account),
        (Belonging::Record(rows.record.id), scene.link.person),
        (Belonging::Payment(rows.payment.id), rows.payment.person),
        (Belonging::Enrolment(rows.enrolment.id), Some(person.id)),
        (Belonging::Authorization(rows.authorization.id), Some(person.id)),
        (Belonging::Task(rows.task.id), rows.task.link.and(scene.link.person)),
        (Belonging::Instruction(rows.instruction.id), rows.instruction.person),
        (Belonging::Matter(rows.matter.id), rows.matter.person),
    ];
    for (of, owner_of) in expected {
        assert_eq!(owner(of).await, owner_of, "{of:?}");
    }
    assert_eq!(owner(Belonging::Account(scene.make.id())).await, None);
    assert_eq!(owner(Belonging::Link(scene.make.id())).await, None);
}

/// Erasing takes a person's accounts and all that belongs to them, and leaves nothing that names what is
/// gone; shredding takes the rest and the key; another person's is left alone.
pub async fn a_person_is_forgotten_and_shredded(backend: Backend) {
    let (rows, person) = owned(&backend).await;
    let (store, scene, tenant) = (&backend.store, &rows.scene, rows.scene.make.tenant);
    let key = crate::vault::DataKeyRow {
        subject: Some(person.id),
        ..scene.make.data_key(Some(person.id))
    };
    scene.apply(Command::AddDataKey(key.clone())).await;
    let kept = store.last_kept(tenant, person.id).await.expect("a read");
    assert!(kept.is_some_and(|at| at >= NOW - SignedDuration::from_hours(24)));
    assert_eq!(store.last_kept(tenant, scene.make.id()).await.expect("a read"), None);
    // Somebody of whom nothing is kept.
    scene.apply(Command::ForgetPerson(scene.make.id())).await;
    let found = async || {
        let query = MovementQuery { account: Some(scene.account.id), ..everything() };
        !store.movements(tenant, &query).await.expect("a read").rows.is_empty()
    };
    assert!(found().await);
    scene.apply(Command::ForgetPerson(person.id)).await;
    if scene.account.person == Some(person.id) || scene.link.person == Some(person.id) {
        assert!(!found().await);
        let account = store.account_by_identity(tenant, &scene.account.identity).await;
        assert_eq!(account.expect("a read"), None);
        assert_eq!(store.import(tenant, rows.import.id).await.expect("a read"), None);
        assert_eq!(store.record(tenant, rows.record.id, NOW).await.expect("a read"), None);
        assert_eq!(store.link_secret(tenant, scene.link.id).await.expect("a read"), None);
        assert_eq!(store.feed(tenant, 0, MAX_PAGE, NOW).await.expect("a read").len(), 0);
    }
    // Who they are, what they approved and what allowed it all is there.
    assert_eq!(store.person(tenant, person.id).await.expect("a read").as_ref(), Some(&person));
    assert!(store.authorization(tenant, rows.authorization.id).await.expect("a read").is_some());
    assert!(store.data_key(tenant, key.id).await.expect("a read").is_some());
    scene.apply(Command::ShredPerson(person.id)).await;
    assert_eq!(store.person(tenant, person.id).await.expect("a read"), None);
    assert_eq!(store.person_by_lookup(tenant, &person.lookup).await.expect("a read"), None);
    assert_eq!(store.data_key(tenant, key.id).await.expect("a read"), None);
    assert_eq!(store.authorization(tenant, rows.authorization.id).await.expect("a read"), None);
    assert_eq!(store.enrolment(tenant, rows.enrolment.id).await.expect("a read"), None);
    assert_eq!(store.last_kept(tenant, person.id).await.expect("a read"), None);
    assert!(store.consent(tenant, scene.consent.id).await.expect("a read").is_some());
    assert!(store.link(tenant, scene.link.id).await.expect("a read").is_some());
    // Nothing is in the way of the same person's coming again.
    let again = PersonRow { id: scene.make.id(), ..person };
    let unit: UnitOfWork = scene.unit().with(Command::AddPerson(again));
    scene.commit(unit).await;
}
