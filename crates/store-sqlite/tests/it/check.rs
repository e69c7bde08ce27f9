//! Each promise that `check` proves, broken behind the store's back.

use cartola_model::audit::AuditEvent;
use cartola_store::Command;
use expect_test::{Expect, expect};

use crate::support::{Kept, statement};

/// Breaks a store that has two statements and three audit entries, and says what is found.
async fn check(break_it: &str, expected: Expect) {
    let kept = Kept::new();
    let scene = kept.scene().await;
    scene.commit(statement(&scene, 3)).await;
    scene.commit(statement(&scene, 2)).await;
    let unit = ["first", "second", "third"].into_iter().fold(scene.unit(), |unit, subject| {
        unit.with(Command::Audit(AuditEvent::once("test.done", "operator", subject)))
    });
    scene.commit(unit).await;
    assert!(kept.store.check().expect("a check").is_sound());
    kept.connection().execute_batch(break_it).expect("the store can be broken");
    let report = kept.store.check().expect("a check");
    assert!(!report.is_sound());
    let tenant = scene.make.tenant.to_string();
    expected.assert_eq(&report.problems.join("\n").replace(&tenant, "<tenant>"));
}

#[tokio::test]
async fn a_feed_with_a_hole() {
    let expected = expect![[r#"
        1 tenants whose feed has holes or does not begin at 1
        1 movements that the feed never announced"#]];
    let break_it = "INSERT INTO feed SELECT tenant, 1, change, account, substr(movements, 1, 16) \
        FROM feed WHERE position = 3; \
        UPDATE feed SET movements = substr(movements, 33) WHERE position = 3";
    check(break_it, expected).await;
}

#[tokio::test]
async fn a_feed_that_was_cut_short() {
    let expected = expect![[r#"
        1 tenants whose recorded last feed position is not the last
        1 movements that the feed never announced"#]];
    let break_it = "UPDATE feed SET position = 4, movements = substr(movements, 1, 16) \
        WHERE position = 5";
    check(break_it, expected).await;
}

#[tokio::test]
async fn sources_that_are_gone() {
    check("DELETE FROM source", expect!["5 movements without a source"]).await;
}

#[tokio::test]
async fn movements_that_are_gone() {
    check(
        "DELETE FROM movement",
        expect![[r#"
        5 feed entries without their movement
        5 movements listed by a day that are not there, or are left out
        5 sources without their movement"#]],
    )
    .await;
}

#[tokio::test]
async fn imports_that_are_gone() {
    check("DELETE FROM import", expect!["2 imports that sources name and that are not there"])
        .await;
}

#[tokio::test]
async fn consents_that_are_gone() {
    let expected = expect!["1 consent sets whose consent or rest is not there"];
    check("DELETE FROM consent", expected).await;
}

#[tokio::test]
async fn links_that_are_gone() {
    check("DELETE FROM link", expect!["1 consents whose link is not there"]).await;
}

#[tokio::test]
async fn sets_and_accounts_that_are_gone() {
    check(
        "DELETE FROM consent_set; DELETE FROM account",
        expect![[r#"
        1 accounts that movements name and that are not there
        1 consent sets that movements or accounts name and that are not there"#]],
    )
    .await;
}

#[tokio::test]
async fn a_tenant_that_is_gone() {
    check(
        "DELETE FROM tenant",
        expect!["3 accounts, imports or credentials of a tenant that is not there"],
    )
    .await;
}

#[tokio::test]
async fn an_audit_entry_that_was_altered() {
    let broken = "UPDATE audit SET body = replace(body, 'second', 'other') WHERE sequence = 2";
    check(broken, expect!["the audit trail of <tenant>: audit entry 2 was altered or put in; compare it with a backup or with an exported audit, everything before it is proven"]).await;
}

#[tokio::test]
async fn an_audit_entry_that_is_missing() {
    check("DELETE FROM audit WHERE sequence = 2", expect!["the audit trail of <tenant>: audit entry 2 is missing; compare it with a backup or with an exported audit, everything before it is proven"]).await;
}

#[tokio::test]
async fn an_audit_trail_that_was_cut_short() {
    check("DELETE FROM audit WHERE sequence = 3", expect!["the audit trail of <tenant>: audit entry 3 is missing; compare it with a backup or with an exported audit, everything before it is proven"]).await;
}

#[tokio::test]
async fn a_movement_that_was_damaged() {
    check(
        "UPDATE movement SET body = substr(body, 1, length(body) - 1) \
         WHERE id = (SELECT min(id) FROM movement)",
        expect!["1 movements that cannot be read"],
    )
    .await;
}

#[tokio::test]
async fn a_secret_of_no_link() {
    check(
        "INSERT INTO link_secret SELECT tenant, x'00', id, NULL, NULL, x'00', 1, x'00' FROM consent",
        expect!["1 link secrets without their link or mandate, or of a link that ended"],
    )
    .await;
}
