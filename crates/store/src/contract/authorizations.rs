//! Phones, and what people approve on them.

use cartola_crypto::{ContentHash, Digest};
use cartola_model::authorization::{BlockCause, CancelCause, IdentityProof};
use cartola_model::{
    AuthorizationStanding, AuthorizationState, EnrolmentStanding, EnrolmentState, OperationKind,
};
use cartola_primitives::{Currency, Money};

use super::Backend;
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::authorizations::{
    AuthorizationChange, AuthorizationFilter, AuthorizationProgress, AuthorizationRow,
    EnrolmentChange, EnrolmentFilter, EnrolmentProgress, EnrolmentRow, KnownPayee,
};
use crate::jobs::{Continuation, JobKind};

fn phone(scene: &Scene) -> EnrolmentRow {
    scene.make.enrolment(scene.person.id)
}

fn asked(scene: &Scene) -> AuthorizationRow {
    scene.make.authorization(scene.person.id)
}

async fn find_phone(scene: &Scene, row: &EnrolmentRow) -> Option<EnrolmentRow> {
    scene.store.enrolment(scene.make.tenant, row.id).await.expect("a read")
}

async fn find(scene: &Scene, row: &AuthorizationRow) -> Option<AuthorizationRow> {
    scene.store.authorization(scene.make.tenant, row.id).await.expect("a read")
}

fn change_phone(row: &EnrolmentRow, standing: &EnrolmentProgress) -> Command {
    let (id, expected, standing) = (row.id, row.version, standing.clone());
    Command::ChangeEnrolment(Box::new(EnrolmentChange { id, expected, standing }))
}

fn change(row: &AuthorizationRow, standing: &AuthorizationProgress) -> Command {
    let (id, expected, standing) = (row.id, row.version, standing.clone());
    Command::ChangeAuthorization(Box::new(AuthorizationChange { id, expected, standing }))
}

fn ended(row: &EnrolmentRow) -> EnrolmentRow {
    let state = EnrolmentState::Replaced { at: NOW };
    EnrolmentRow { standing: EnrolmentProgress { state, ..row.standing.clone() }, ..row.clone() }
}

/// An enrolment comes back with all its parts, the absent ones absent, by its id and its code.
pub async fn an_enrolment_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut full = phone(&scene);
    full.proof = IdentityProof::Tenant;
    full.evidence = ContentHash::of(b"another");
    full.standing.state = EnrolmentState::Active { since: at(5), wrong_pins: 2 };
    full.standing.phone = Some(scene.make.sealed("phone"));
    for row in [&phone(&scene), &full] {
        assert_eq!(find_phone(&scene, row).await, None);
        scene.apply(Command::AddEnrolment(Box::new(row.clone()))).await;
        assert_eq!(find_phone(&scene, row).await.as_ref(), Some(row));
        let of_code = scene.store.enrolment_of_code(scene.make.tenant, &row.code).await;
        assert_eq!(of_code.expect("a read").as_ref(), Some(row));
        scene.conflicts(Command::AddEnrolment(Box::new(row.clone()))).await;
    }
    let unknown = scene.make.fresh_digest();
    let found = scene.store.enrolment_of_code(scene.make.tenant, &unknown).await;
    assert_eq!(found.expect("a read"), None);
}

/// Every state comes back as it was set, each change in the version that it was decided on.
pub async fn an_enrolment_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = phone(&scene);
    scene.conflicts(change_phone(&row, &row.standing)).await;
    scene.conflicts(Command::ExpectEnrolment { id: row.id, expected: 1 }).await;
    scene.apply(Command::AddEnrolment(Box::new(row.clone()))).await;
    let states = [
        EnrolmentState::Active { since: at(1), wrong_pins: 0 },
        EnrolmentState::Active { since: at(1), wrong_pins: 2 },
        EnrolmentState::Blocked { at: at(2), cause: BlockCause::Lost },
        EnrolmentState::Blocked { at: at(2), cause: BlockCause::WrongPin },
        EnrolmentState::Replaced { at: at(3) },
        EnrolmentState::Lapsed { at: at(4) },
    ];
    for state in states {
        let before = row.clone();
        let phone = Some(scene.make.sealed("phone"));
        row.standing = EnrolmentProgress { state, changed_at: at(9), phone };
        scene.apply(change_phone(&before, &row.standing)).await;
        row.version += 1;
        assert_eq!(find_phone(&scene, &row).await.as_ref(), Some(&row));
        scene.conflicts(change_phone(&before, &row.standing)).await;
        let (id, version) = (row.id, row.version);
        scene.conflicts(Command::ExpectEnrolment { id, expected: version - 1 }).await;
        scene.apply(Command::ExpectEnrolment { id, expected: version }).await;
        assert_eq!(find_phone(&scene, &row).await.as_ref(), Some(&row));
    }
}

/// Of one person, one phone waits for its code and one is active; those that ended are as many as
/// there were. A unit may put one in the place of another.
pub async fn a_person_has_one_active_phone(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let add = |row: &EnrolmentRow| Command::AddEnrolment(Box::new(row.clone()));
    let active = EnrolmentState::Active { since: NOW, wrong_pins: 0 };
    let first = phone(&scene);
    scene.apply(add(&first)).await;
    let second = phone(&scene);
    scene.conflicts(add(&second)).await;
    let mut third = phone(&scene);
    third.standing.state = active;
    scene.apply(add(&third)).await;
    let standing = EnrolmentProgress { state: active, ..first.standing.clone() };
    scene.conflicts(change_phone(&first, &standing)).await;
    let replaced = ended(&third).standing;
    let unit = scene.unit().with(change_phone(&third, &replaced));
    scene.commit(unit.with(change_phone(&first, &standing))).await;
    scene.apply(add(&second)).await;
    for _ in 0..2 {
        scene.apply(add(&ended(&phone(&scene)))).await;
    }
    let someone = scene.make.person();
    scene.apply(Command::AddPerson(someone.clone())).await;
    scene.apply(add(&scene.make.enrolment(someone.id))).await;
    let doubled = EnrolmentRow { code: second.code, ..ended(&phone(&scene)) };
    scene.conflicts(add(&doubled)).await;
}

/// Phones are listed newest first, of a person and in a state where that is asked.
pub async fn phones_are_listed_newest_first_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = scene.make.person();
    scene.apply(Command::AddPerson(other.clone())).await;
    let mut rows = Vec::new();
    for nth in 0..6 {
        let person = if nth % 3 == 0 { other.id } else { scene.person.id };
        let mut row = ended(&scene.make.enrolment(person));
        if nth >= 4 {
            row.standing.state = EnrolmentState::Lapsed { at: NOW };
            row.standing.phone = None;
        }
        scene.apply(Command::AddEnrolment(Box::new(row.clone()))).await;
        rows.insert(0, row);
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    for person in [None, Some(other.id), Some(scene.person.id)] {
        for standing in [None].into_iter().chain(EnrolmentStanding::ALL.map(Some)) {
            for with_phone in [false, true] {
                let filter = EnrolmentFilter { person, standing, with_phone };
                let is_wanted = |row: &&EnrolmentRow| {
                    person.is_none_or(|person| person == row.person)
                        && standing.is_none_or(|it| it == row.standing.state.standing())
                        && (!with_phone || row.standing.phone.is_some())
                };
                let expected: Vec<_> = rows.iter().filter(is_wanted).cloned().collect();
                let list =
                    async |before, limit| store.enrolments(tenant, filter, before, limit).await;
                check_list(&expected, list).await;
            }
        }
    }
}

/// An authorization comes back with all its parts, the absent ones absent, by its id and its case.
pub async fn an_authorization_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let plain = asked(&scene);
    let mut full = asked(&scene);
    full.kind = OperationKind::Withdrawal;
    full.amount = Some(Money::new(2_500, Currency::USD));
    full.standing.signature = Some(scene.make.sealed("signature"));
    full.standing.continuation = Some(Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("contract.next").expect("a sound name"),
        arguments: Some(scene.make.sealed("arguments")),
    });
    for row in [&plain, &full] {
        assert_eq!(find(&scene, row).await, None);
        scene.apply(Command::AddAuthorization(Box::new(row.clone()))).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
        let of_case = scene.store.authorization_of_case(scene.make.tenant, &row.case.key).await;
        assert_eq!(of_case.expect("a read").as_ref(), Some(row));
        scene.conflicts(Command::AddAuthorization(Box::new(row.clone()))).await;
    }
    let of_same_case = AuthorizationRow { case: plain.case, ..asked(&scene) };
    scene.conflicts(Command::AddAuthorization(Box::new(of_same_case))).await;
    let unknown = scene.make.fresh_digest();
    let found = scene.store.authorization_of_case(scene.make.tenant, &unknown).await;
    assert_eq!(found.expect("a read"), None);
}

/// Every state comes back as it was set, each change in the version that it was decided on.
pub async fn an_authorization_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = asked(&scene);
    scene.conflicts(change(&row, &row.standing)).await;
    scene.apply(Command::AddAuthorization(Box::new(row.clone()))).await;
    let cancelled = |cause| AuthorizationState::Cancelled { at: at(7), cause };
    let states = [
        AuthorizationState::Approved { at: at(3), until: at(9) },
        AuthorizationState::Used { approved_at: at(3), at: at(4) },
        AuthorizationState::Denied { at: at(5) },
        AuthorizationState::Expired { at: at(6) },
    ];
    for state in states.into_iter().chain(CancelCause::ALL.map(cancelled)) {
        let before = row.clone();
        row.standing = AuthorizationProgress {
            state,
            changed_at: at(i64::from(row.version)),
            signature: Some(scene.make.sealed("signature")),
            continuation: None,
        };
        scene.apply(change(&before, &row.standing)).await;
        row.version += 1;
        assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
        scene.conflicts(change(&before, &row.standing)).await;
    }
}

/// The log is newest first, and each filter takes away what it does not name.
pub async fn authorizations_are_listed_newest_first_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = scene.make.person();
    scene.apply(Command::AddPerson(other.clone())).await;
    let mut rows = Vec::new();
    for nth in 0..8 {
        let person = if nth % 3 == 0 { other.id } else { scene.person.id };
        let mut row = scene.make.authorization(person);
        row.created_at = at(nth);
        if nth % 2 == 1 {
            row.kind = OperationKind::Document;
        }
        if nth >= 5 {
            row.standing.state = AuthorizationState::Denied { at: at(nth) };
        }
        scene.apply(Command::AddAuthorization(Box::new(row.clone()))).await;
        rows.insert(0, row);
    }
    let (person, kind) = (Some(other.id), Some(OperationKind::Document));
    let denied = Some(AuthorizationStanding::Denied);
    let all = AuthorizationFilter::default();
    let filters = [
        all,
        AuthorizationFilter { person, ..all },
        AuthorizationFilter { standing: denied, ..all },
        AuthorizationFilter { kind, ..all },
        AuthorizationFilter { from: Some(at(3)), ..all },
        AuthorizationFilter { before: Some(at(3)), ..all },
        AuthorizationFilter { from: Some(at(2)), before: Some(at(6)), kind, ..all },
        AuthorizationFilter { person, standing: denied, kind, ..all },
        AuthorizationFilter { person, standing: denied, kind, from: Some(at(9)), before: None },
    ];
    let (store, tenant) = (&scene.store, scene.make.tenant);
    for filter in filters {
        let is_wanted = |row: &&AuthorizationRow| {
            filter.person.is_none_or(|person| person == row.person)
                && filter.standing.is_none_or(|it| it == row.standing.state.standing())
                && filter.kind.is_none_or(|kind| kind == row.kind)
                && filter.from.is_none_or(|from| row.created_at >= from)
                && filter.before.is_none_or(|before| row.created_at < before)
        };
        let expected: Vec<_> = rows.iter().filter(is_wanted).cloned().collect();
        let list = async |before, limit| store.authorizations(tenant, filter, before, limit).await;
        check_list(&expected, list).await;
    }
}

/// A payee is known to the one who paid, from the last time on that money went there.
pub async fn a_payee_is_known_once_they_were_paid(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (tenant, payee) = (scene.make.tenant, scene.make.fresh_digest());
    let other = scene.make.person();
    scene.apply(Command::AddPerson(other.clone())).await;
    let knows = async |person, payee: &Digest, since| {
        scene.store.knows_payee(tenant, person, payee, at(since)).await.expect("a read")
    };
    assert!(!knows(scene.person.id, &payee, 0).await);
    for seconds in [0, 60] {
        scene.apply(Command::KeepPayee(known(&scene, payee, seconds))).await;
        assert!(knows(scene.person.id, &payee, seconds).await);
        assert!(!knows(scene.person.id, &payee, seconds + 1).await);
    }
    assert!(!knows(other.id, &payee, 0).await);
    assert!(!knows(scene.person.id, &scene.make.fresh_digest(), 0).await);
}

/// Whom a person has paid comes back page by page, each once, as it was kept the last time.
pub async fn known_payees_are_listed(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = scene.make.person();
    scene.apply(Command::AddPerson(other.clone())).await;
    let mut rows: Vec<_> =
        (0..5).map(|seconds| known(&scene, scene.make.fresh_digest(), seconds)).collect();
    let mut of_other = known(&scene, rows[0].payee, 9);
    of_other.person = other.id;
    for row in rows.iter().chain([&of_other]) {
        scene.apply(Command::KeepPayee(*row)).await;
    }
    (rows[1].authorization, rows[1].since) = (scene.make.id(), at(60));
    scene.apply(Command::KeepPayee(rows[1])).await;
    rows.sort_by_key(|row| row.payee);
    for (person, expected) in
        [(scene.person.id, &rows[..]), (other.id, &[of_other]), (scene.make.id(), &[])]
    {
        check_list(expected, async |after, limit| {
            scene.store.known_payees(scene.make.tenant, person, after, limit).await
        })
        .await;
    }
}

/// Whom people have paid long ago is forgotten, of every tenant, and of them alone.
pub async fn payees_of_long_ago_are_forgotten(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let (old, again, new) =
        (scene.make.fresh_digest(), scene.make.fresh_digest(), scene.make.fresh_digest());
    for (payee, seconds) in [(old, 0), (again, 0), (again, 60), (new, 60)] {
        scene.apply(Command::KeepPayee(known(&scene, payee, seconds))).await;
    }
    other.apply(Command::KeepPayee(known(&other, old, 59))).await;
    assert_eq!(scene.store.forget_payees(at(60)).await.expect("a change"), 2);
    assert_eq!(scene.store.forget_payees(at(60)).await.expect("a change"), 0);
    for (scene, payee, expected) in
        [(&scene, old, false), (&scene, again, true), (&scene, new, true), (&other, old, false)]
    {
        let (tenant, person) = (scene.make.tenant, scene.person.id);
        let found = scene.store.knows_payee(tenant, person, &payee, at(0)).await;
        assert_eq!(found.expect("a read"), expected);
    }
}

fn known(scene: &Scene, payee: Digest, seconds: i64) -> KnownPayee {
    let (person, authorization) = (scene.person.id, scene.make.id());
    KnownPayee { person, payee, authorization, since: at(seconds) }
}
