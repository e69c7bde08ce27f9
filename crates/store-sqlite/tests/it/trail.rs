//! The audit trail as this store keeps it: whichever byte is changed behind its back, the chain does not
//! hold, or the row cannot be read.

use cartola_crypto::{ChainHead, Entry, Verifier};
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_store::{Audit, Command, MAX_PAGE, StoreErrorKind};
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, params};

use crate::support::Kept;

/// Whether the trail is found whole.
async fn is_whole(kept: &Kept, tenant: TenantId) -> bool {
    let rows = match kept.store.audit(tenant, 0, MAX_PAGE).await {
        Ok(rows) => rows,
        Err(error) => {
            assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}");
            return false;
        }
    };
    let head = match kept.store.audit_head(tenant).await {
        Ok(head) => head.expect("it has entries"),
        Err(error) => {
            assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}");
            return false;
        }
    };
    let mut verifier = Verifier::from_genesis(tenant);
    let taken = rows.iter().try_for_each(|row| {
        let body = row.body.as_bytes();
        verifier.take(&Entry { sequence: row.sequence, at: row.at, body, hash: row.hash })
    });
    taken.is_ok() && verifier.finish(&ChainHead::from(head)).is_ok()
}

/// Fails unless the trail is broken while the column has another value.
async fn check(kept: &Kept, tenant: TenantId, (table, column): (&str, &str), of: i64, to: &Value) {
    let connection = kept.connection();
    let set = |value: &dyn ToSql, at: i64| set(&connection, (table, column), tenant, at, value);
    let select = format!("SELECT {column} FROM {table} WHERE tenant = ?1 AND sequence = ?2");
    let before: Value = connection
        .query_row(&select, params![tenant.as_bytes(), of], |row| row.get(0))
        .expect("the row");
    assert_ne!(&before, to);
    set(to, of);
    assert!(!is_whole(kept, tenant).await, "{table}.{column} of {of} was {before:?}, is {to:?}");
    let at = match (to, column) {
        (Value::Integer(number), "sequence") => *number,
        _ => of,
    };
    set(&before, at);
}

fn set(
    connection: &Connection,
    (table, column): (&str, &str),
    tenant: TenantId,
    at: i64,
    value: &dyn ToSql,
) {
    // A text of any bytes.
    let value_of = if column == "body" { "CAST(?3 AS TEXT)" } else { "?3" };
    let update =
        format!("UPDATE {table} SET {column} = {value_of} WHERE tenant = ?1 AND sequence = ?2");
    let changed = connection.execute(&update, params![tenant.as_bytes(), at, value]);
    assert_eq!(changed.expect("the row"), 1);
}

fn flipped(bytes: &[u8]) -> impl Iterator<Item = Value> {
    (0..bytes.len()).flat_map(move |byte| {
        [0x01, 0x80].map(|bit| {
            let mut altered = bytes.to_vec();
            altered[byte] ^= bit;
            Value::Blob(altered)
        })
    })
}

#[tokio::test]
async fn every_byte_of_every_column_of_an_entry_is_proven() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let tenant = scene.make.tenant;
    let unit = ["first", "second", "third"].into_iter().fold(scene.unit(), |unit, subject| {
        let event = AuditEvent::once("test.done", "operator", subject).with("name", "ñandú");
        unit.with(Command::Audit(event))
    });
    scene.commit(unit).await;
    assert!(is_whole(&kept, tenant).await);
    let rows = kept.store.audit(tenant, 0, MAX_PAGE).await.expect("a read");
    let last = i64::try_from(rows.len()).expect("few");
    assert!(last >= 3);
    for row in &rows {
        let of = i64::try_from(row.sequence).expect("few");
        for body in flipped(row.body.as_bytes()) {
            check(&kept, tenant, ("audit", "body"), of, &body).await;
        }
        for hash in flipped(row.hash.as_bytes()) {
            check(&kept, tenant, ("audit", "hash"), of, &hash).await;
        }
        let at = row.at.as_microsecond();
        for bit in 0..63 {
            check(&kept, tenant, ("audit", "at"), of, &Value::Integer(at ^ (1 << bit))).await;
        }
        for bit in 3..62 {
            let sequence = Value::Integer(of ^ (1 << bit));
            check(&kept, tenant, ("audit", "sequence"), of, &sequence).await;
        }
        for other in flipped(tenant.as_bytes()).take(4) {
            let connection = kept.connection();
            let (table, whole) = ("audit", Value::Blob(tenant.as_bytes().to_vec()));
            let Value::Blob(bytes) = &other else { unreachable!("bytes were flipped") };
            let elsewhere = TenantId::from_bytes(bytes.as_slice().try_into().expect("an id"));
            set(&connection, (table, "tenant"), tenant, of, &other);
            assert!(!is_whole(&kept, tenant).await, "{of} of another tenant");
            set(&connection, (table, "tenant"), elsewhere, of, &whole);
        }
    }
    for hash in flipped(rows.last().expect("entries").hash.as_bytes()) {
        check(&kept, tenant, ("tenant_audit", "hash"), last, &hash).await;
    }
    assert!(is_whole(&kept, tenant).await, "everything was put back");
}
