//! Payouts.

use super::Backend;
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::payouts::PayoutRow;

async fn add(scene: &Scene, row: &PayoutRow) {
    scene.apply(Command::AddPayout(Box::new(row.clone()))).await;
}

/// A payout comes back with all its parts, by its id and by its case.
pub async fn a_payout_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant, row) = (&scene.store, scene.make.tenant, scene.make.payout("pagos"));
    assert_eq!(store.payout(tenant, row.id).await.expect("a read"), None);
    add(&scene, &row).await;
    add(&scene, &scene.make.payout("pagos")).await;
    assert_eq!(store.payout(tenant, row.id).await.expect("a read").as_ref(), Some(&row));
    let of_case = store.payout_of_case(tenant, &row.case.key).await.expect("a read");
    assert_eq!(of_case.as_ref(), Some(&row));
    let unknown = scene.make.fresh_digest();
    assert_eq!(store.payout_of_case(tenant, &unknown).await.expect("a read"), None);
}

/// Ids and cases are unique within a tenant.
pub async fn what_names_a_payout_is_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = scene.make.payout("pagos");
    add(&scene, &first).await;
    let others = [
        PayoutRow { id: first.id, ..scene.make.payout("pagos") },
        PayoutRow { case: first.case, ..scene.make.payout("abonos") },
    ];
    for row in others {
        scene.conflicts(Command::AddPayout(Box::new(row))).await;
    }
    let other = Scene::of_tenant(&backend, 2).await;
    add(&other, &first).await;
}

/// A list has its own payouts, by id.
pub async fn payouts_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let mut expected = Vec::new();
    for nth in 0..7 {
        let list = if nth % 3 == 0 { "abonos" } else { "pagos" };
        let row = scene.make.payout(list);
        add(&scene, &row).await;
        if list == "pagos" {
            expected.push(row);
        }
    }
    expected.sort_by_key(|row| row.id);
    check_list(&expected, async |after, limit| store.payouts(tenant, "pagos", after, limit).await)
        .await;
    let none = store.payouts(tenant, "nada", None, 10).await.expect("a read");
    assert_eq!((none.rows, none.next), (Vec::new(), None));
}
