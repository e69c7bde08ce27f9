//! What lies in the data folder, and who can read it.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cartola_primitives::id::{ArchiveId, TenantId};
use cartola_store::{Archive, Committer, StoreErrorKind};
use cartola_store_sqlite::SqliteStore;
use expect_test::expect;

use crate::support::{Kept, options, statement};

/// Every path under a folder with its mode, with ids of 32 digits left out.
fn listing(root: &Path) -> String {
    let mut lines = String::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry"))
            .collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let metadata = entry.metadata().expect("an entry");
            let path = entry.path();
            let name = path.strip_prefix(root).expect("under the root").to_string_lossy();
            let name: Vec<_> =
                name.split('/').map(|part| if part.len() == 32 { "<id>" } else { part }).collect();
            let mode = metadata.permissions().mode() & 0o777;
            writeln!(lines, "{mode:o} {}", name.join("/")).expect("a text takes lines");
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    lines
}

#[tokio::test]
async fn only_the_owner_can_read_a_store() {
    let above = tempfile::tempdir().expect("a temporary folder");
    let folder = above.path().join("data");
    let store = SqliteStore::open(&folder, options()).expect("a new store");
    let mode = fs::metadata(&folder).expect("the folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let kept = Kept::new();
    let scene = kept.scene().await;
    store
        .archive()
        .put(scene.make.tenant, scene.make.id(), scene.make.sealed("raw"))
        .await
        .expect("an object");
    expect![[r"
        600 cartola.db
        600 cartola.db-shm
        600 cartola.db-wal
        600 cartola.lock
        700 raw
        700 raw/<id>
        600 raw/<id>/<id>
    "]]
    .assert_eq(&listing(&folder));
}

fn object(folder: &Path, tenant: TenantId, id: ArchiveId) -> std::path::PathBuf {
    folder.join("raw").join(tenant.hex()).join(id.hex())
}

#[tokio::test]
async fn a_damaged_object_is_told_from_an_absent_one() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let archive = kept.store.archive();
    let (tenant, id) = (scene.make.tenant, scene.make.id());
    archive.put(tenant, id, scene.make.sealed("raw")).await.expect("an object");
    let path = object(kept.folder.path(), tenant, id);
    let whole = fs::read(&path).expect("the object");
    for damaged in [&whole[..20], b"", b"<html>captive portal</html> and more than a header"] {
        fs::write(&path, damaged).expect("the object");
        let error = archive.read(tenant, id).await.expect_err("the object is damaged");
        assert_eq!(error.kind, StoreErrorKind::Corrupt);
    }
    assert_eq!(archive.read(tenant, scene.make.id()).await.expect("a read"), None);
}

#[tokio::test]
async fn an_object_that_was_half_written_leaves_no_name() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let archive = kept.store.archive();
    let (tenant, id) = (scene.make.tenant, scene.make.id());
    let sealed = scene.make.sealed("raw");
    archive.put(tenant, id, sealed.clone()).await.expect("an object");
    let error = archive.put(tenant, id, scene.make.sealed("other")).await;
    assert_eq!(error.expect_err("the id exists").kind, StoreErrorKind::Conflict);
    let folder = object(kept.folder.path(), tenant, id);
    let names = fs::read_dir(folder.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(names, 1);
    assert_eq!(archive.read(tenant, id).await.expect("a read"), Some(sealed));
}

#[tokio::test]
async fn errors_repeat_no_row() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let mut unit = statement(&scene, 1);
    unit.push(cartola_store::Command::AddTenant(scene.make.tenant("Panadería Rosita")));
    let error = kept.store.commit(unit).await.expect_err("the tenant exists");
    expect![[r#"
        StoreError {
            kind: Conflict,
            context: "adding a tenant",
            source: Some(
                SqliteFailure(
                    Error {
                        code: ConstraintViolation,
                        extended_code: 1555,
                    },
                    Some(
                        "UNIQUE constraint failed: tenant.id",
                    ),
                ),
            ),
        }
    "#]]
    .assert_debug_eq(&error);
}
