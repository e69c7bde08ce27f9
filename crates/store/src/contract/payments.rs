//! Payments.

use cartola_model::payment::Asked;
use cartola_model::{Challenge, ChallengeKind, Failure, PaymentFailure, PaymentState};
use cartola_model::{PaymentStanding, TransferFailure};

use super::Backend;
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::jobs::{Continuation, JobKind};
use crate::payments::{PaymentChange, PaymentPage, PaymentProgress, PaymentRow};

fn payment(scene: &Scene) -> PaymentRow {
    scene.make.payment(scene.link.id, scene.consent.id)
}

async fn find(scene: &Scene, row: &PaymentRow) -> Option<PaymentRow> {
    scene.store.payment(scene.make.tenant, row.id).await.expect("a read")
}

async fn added(scene: &Scene) -> PaymentRow {
    let row = payment(scene);
    scene.apply(Command::AddPayment(Box::new(row.clone()))).await;
    row
}

fn change(row: &PaymentRow, standing: &PaymentProgress) -> Command {
    let standing = standing.clone();
    let change = PaymentChange { id: row.id, expected: row.version, standing };
    Command::ChangePayment(Box::new(change))
}

fn asked(step: u32) -> Asked {
    let kind = ChallengeKind::SmsAndCard { labels: vec!["A1".to_owned(), String::new()] };
    let challenge = Challenge { kind, expires_at: at(300), attempts_left: Some(2) };
    Asked { step, challenge, again: false }
}

/// A payment in every state.
fn states() -> Vec<PaymentState> {
    let reasons =
        [PaymentFailure::Refused(TransferFailure::Denied), PaymentFailure::of(Failure::Timeout)];
    let failed = reasons.map(|reason| PaymentState::Failed { at: at(9), reason });
    let (since, cause) = (at(5), Failure::ProviderAnswerInvalid);
    let mut states = vec![
        PaymentState::Requested,
        PaymentState::Submitting,
        PaymentState::Challenged(asked(1)),
        PaymentState::Answered(asked(2)),
        PaymentState::Answering(asked(3)),
        PaymentState::Settling,
        PaymentState::InDoubt { since, cause, asked: None },
        PaymentState::InDoubt { since, cause, asked: Some(asked(1)) },
        PaymentState::Withdrawing,
        PaymentState::Completed { settled_at: at(7) },
    ];
    states.extend(failed);
    states
}

/// A payment comes back with all its parts, the absent ones absent.
pub async fn a_payment_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let plain = payment(&scene);
    let mut full = PaymentRow { person: Some(scene.person.id), ..payment(&scene) };
    full.standing.page =
        Some(PaymentPage { digest: scene.make.fresh_digest(), expires_at: at(60) });
    full.standing.bank_reference = Some("TEF1".to_owned());
    full.standing.continuation = Some(Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("contract.next").expect("a sound name"),
        arguments: Some(scene.make.sealed("arguments")),
    });
    for row in [&plain, &full] {
        assert_eq!(find(&scene, row).await, None);
        scene.apply(Command::AddPayment(Box::new(row.clone()))).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
        scene.conflicts(Command::AddPayment(Box::new(row.clone()))).await;
    }
}

/// Every state comes back as it was set, each change in the version that it was decided on.
pub async fn a_payment_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = payment(&scene);
    scene.conflicts(change(&row, &row.standing)).await;
    scene.apply(Command::AddPayment(Box::new(row.clone()))).await;
    for state in states() {
        let before = row.clone();
        row.standing = PaymentProgress {
            state,
            changed_at: at(i64::from(row.version)),
            order: scene.make.sealed("another order"),
            credentials: None,
            ..row.standing
        };
        scene.apply(change(&before, &row.standing)).await;
        row.version += 1;
        assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
        scene.conflicts(change(&before, &row.standing)).await;
    }
}

/// Ids, cases, end-to-end ids and pages are unique within a tenant.
pub async fn what_names_a_payment_is_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut first = payment(&scene);
    let page = PaymentPage { digest: scene.make.fresh_digest(), expires_at: NOW };
    first.standing.page = Some(page);
    scene.apply(Command::AddPayment(Box::new(first.clone()))).await;
    let mut on_its_page = payment(&scene);
    on_its_page.standing.page = first.standing.page;
    let others = [
        PaymentRow { id: first.id, ..payment(&scene) },
        PaymentRow { end_to_end: first.end_to_end, ..payment(&scene) },
        PaymentRow { case: first.case, ..payment(&scene) },
        on_its_page.clone(),
    ];
    for row in others {
        scene.conflicts(Command::AddPayment(Box::new(row))).await;
    }
    let second = added(&scene).await;
    scene.conflicts(change(&second, &on_its_page.standing)).await;
    let other = Scene::of_tenant(&backend, 2).await;
    other.apply(Command::AddPayment(Box::new(first))).await;
}

/// A payment is found by its case, and by its page as long as there is one.
pub async fn a_payment_is_found_by_case_and_page(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let mut row = added(&scene).await;
    added(&scene).await;
    let of_case = store.payment_of_case(tenant, &row.case.key).await.expect("a read");
    assert_eq!(of_case.as_ref(), Some(&row));
    let unknown = scene.make.fresh_digest();
    assert_eq!(store.payment_of_case(tenant, &unknown).await.expect("a read"), None);
    let page = scene.make.fresh_digest();
    assert_eq!(store.payment_of_page(tenant, &page).await.expect("a read"), None);
    let standing = PaymentProgress {
        page: Some(PaymentPage { digest: page, expires_at: at(60) }),
        ..row.standing.clone()
    };
    scene.apply(change(&row, &standing)).await;
    row = PaymentRow { standing, version: 2, ..row };
    let of_page = store.payment_of_page(tenant, &page).await.expect("a read");
    assert_eq!(of_page.as_ref(), Some(&row));
    let standing = PaymentProgress { page: None, ..row.standing.clone() };
    scene.apply(change(&row, &standing)).await;
    assert_eq!(store.payment_of_page(tenant, &page).await.expect("a read"), None);
}

/// Pages are by id, and of those that stand so where that is asked.
pub async fn payments_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = Vec::new();
    for nth in 0..6 {
        let mut row = payment(&scene);
        if nth % 2 == 1 {
            row.standing.state = PaymentState::Settling;
        }
        scene.apply(Command::AddPayment(Box::new(row.clone()))).await;
        rows.push(row);
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    check_list(&rows, async |after, limit| store.payments(tenant, None, after, limit).await).await;
    for standing in PaymentStanding::ALL {
        let of_it = |row: &&PaymentRow| row.standing.state.standing() == standing;
        let expected: Vec<_> = rows.iter().filter(of_it).cloned().collect();
        let list = async |after, limit| store.payments(tenant, Some(standing), after, limit).await;
        check_list(&expected, list).await;
    }
}
