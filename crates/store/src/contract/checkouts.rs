//! Checkouts.

use cartola_model::checkout::FailedPayment;
use cartola_model::{CheckoutState, Failure, PaymentFailure, TransferFailure};

use super::Backend;
use super::fixtures::at;
use super::scene::Scene;
use crate::Command;
use crate::checkouts::{CheckoutChange, CheckoutProgress, CheckoutRow};
use crate::jobs::{Continuation, JobKind};

async fn find(scene: &Scene, row: &CheckoutRow) -> Option<CheckoutRow> {
    scene.store.checkout(scene.make.tenant, row.id).await.expect("a read")
}

fn change(row: &CheckoutRow, standing: &CheckoutProgress) -> Command {
    let standing = standing.clone();
    let change = CheckoutChange { id: row.id, expected: row.version, standing };
    Command::ChangeCheckout(Box::new(change))
}

/// A checkout in every state.
fn states(scene: &Scene) -> Vec<CheckoutState> {
    let payment = scene.make.id();
    let reason = PaymentFailure::Refused(TransferFailure::Denied);
    let failed = FailedPayment { payment, reason: PaymentFailure::of(Failure::Timeout) };
    vec![
        CheckoutState::opened(),
        CheckoutState::Paying { begun: 1, payment },
        CheckoutState::Open { begun: 1, failed: Some(failed) },
        CheckoutState::Paid { payment },
        CheckoutState::Failed { payment: None, reason },
        CheckoutState::Failed { payment: Some(payment), reason },
        CheckoutState::Expired { failed: None },
        CheckoutState::Expired { failed: Some(failed) },
    ]
}

/// A checkout comes back with all its parts, the absent ones absent.
pub async fn a_checkout_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let plain = scene.make.checkout();
    let mut full = scene.make.checkout();
    full.standing.continuation = Some(Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("contract.next").expect("a sound name"),
        arguments: Some(scene.make.sealed("arguments")),
    });
    for row in [&plain, &full] {
        assert_eq!(find(&scene, row).await, None);
        scene.apply(Command::AddCheckout(Box::new(row.clone()))).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
        scene.conflicts(Command::AddCheckout(Box::new(row.clone()))).await;
    }
}

/// Every state comes back as it was set, each change in the version that it was decided on.
pub async fn a_checkout_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = scene.make.checkout();
    scene.conflicts(change(&row, &row.standing)).await;
    scene.apply(Command::AddCheckout(Box::new(row.clone()))).await;
    for state in states(&scene) {
        let before = row.clone();
        let changed_at = at(i64::from(row.version));
        row.standing = CheckoutProgress { state, changed_at, continuation: None };
        scene.apply(change(&before, &row.standing)).await;
        row.version += 1;
        assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
        scene.conflicts(change(&before, &row.standing)).await;
    }
}

/// Ids, tokens and cases are unique within a tenant.
pub async fn what_names_a_checkout_is_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = scene.make.checkout();
    scene.apply(Command::AddCheckout(Box::new(first.clone()))).await;
    let others = [
        CheckoutRow { id: first.id, ..scene.make.checkout() },
        CheckoutRow { token: first.token, ..scene.make.checkout() },
        CheckoutRow { case: first.case, ..scene.make.checkout() },
    ];
    for row in others {
        scene.conflicts(Command::AddCheckout(Box::new(row))).await;
    }
    let other = Scene::of_tenant(&backend, 2).await;
    other.apply(Command::AddCheckout(Box::new(first))).await;
}

/// A checkout is found by its token and by its case.
pub async fn a_checkout_is_found_by_token_and_case(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let row = scene.make.checkout();
    scene.apply(Command::AddCheckout(Box::new(row.clone()))).await;
    scene.apply(Command::AddCheckout(Box::new(scene.make.checkout()))).await;
    let unknown = scene.make.fresh_digest();
    for (token, case, expected) in
        [(&row.token, &row.case.key, Some(&row)), (&unknown, &unknown, None)]
    {
        let of_token = store.checkout_of_token(tenant, token).await.expect("a read");
        let of_case = store.checkout_of_case(tenant, case).await.expect("a read");
        assert_eq!((of_token.as_ref(), of_case.as_ref()), (expected, expected));
    }
}
