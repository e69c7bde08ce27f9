//! What a check finds.

use cartola_model::audit::AuditEvent;
use cartola_store::Command;
use cartola_store_postgres::check::Report;
use expect_test::{Expect, expect};

use crate::support::{Kept, statement};

/// A store with a statement, and what was done to it by the superuser, behind its back.
async fn report(damage: &[&str]) -> (Report, String) {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let audit = Command::Audit(AuditEvent::once("import.added", "operator", "one"));
    scene.commit(statement(&scene, 3).with(audit.clone()).with(audit)).await;
    scene.apply(Command::EnqueueJob(scene.make.job())).await;
    let mut statements = vec!["SET search_path = cartola"];
    statements.extend(damage);
    kept.database.server.execute(&kept.database.name, &statements).await;
    (kept.store.check().await.expect("a check"), scene.make.tenant.to_string())
}

async fn check(damage: &[&str], expected: &Expect) {
    let (report, tenant) = report(damage).await;
    expected.assert_eq(&report.problems.join("\n").replace(&tenant, "T"));
}

#[tokio::test]
async fn a_store_that_is_whole_has_no_problems() {
    let (report, _) = report(&[]).await;
    let expected = Report {
        tenants: 1,
        movements: 3,
        sources: 3,
        feed: 3,
        audit: 2,
        absent: 1,
        ..Report::default()
    };
    assert_eq!(report, expected);
    assert!(report.is_sound());
}

#[tokio::test]
async fn what_does_not_hold_is_told() {
    let cut = ["DELETE FROM audit WHERE sequence = 2"];
    check(&cut, &expect!["T: the audit trail: audit entry 2 is missing; compare it with a backup or with an exported audit, everything before it is proven"]).await;
    let changed = ["UPDATE audit SET body = replace(body, 'one', 'two') WHERE sequence = 1"];
    check(&changed, &expect!["T: the audit trail: audit entry 1 was altered or put in; compare it with a backup or with an exported audit, everything before it is proven"]).await;
    let elsewhere = ["UPDATE movement_key SET version = 7"];
    check(
        &elsewhere,
        &expect!["T: 3 movements that lie elsewhere, or have another version, than their key says"],
    )
    .await;
    let damaged = ["UPDATE movement SET body = substr(body, 1, 40)"];
    check(&damaged, &expect!["T: 3 movements that cannot be read"]).await;
    let gone = ["DELETE FROM source", "DELETE FROM feed WHERE position = 2", "DELETE FROM job"];
    check(
        &gone,
        &expect![[r#"
        T: 1 holes in the feed, or a recorded last position that is not the last
        T: 1 movements that the feed never announced
        T: 3 movements without a source
        T: 1 queues whose number of open jobs is not as recorded"#]],
    )
    .await;
}
