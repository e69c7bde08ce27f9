//! Objects of the archive that no import names.

use std::time::Duration;

use cartola_primitives::id::ArchiveId;
use cartola_store::contract::scene::Scene;
use cartola_store::{Archive, Command};

use crate::support::{Kept, statement};

const DAY: Duration = Duration::from_hours(24);

async fn put(kept: &Kept, scene: &Scene, id: ArchiveId) {
    let object = scene.make.sealed("the statement");
    kept.store.put(scene.make.tenant, id, object).await.expect("an object");
}

async fn is_there(kept: &Kept, scene: &Scene, id: ArchiveId) -> bool {
    kept.store.read(scene.make.tenant, id).await.expect("a read").is_some()
}

#[tokio::test]
async fn what_no_import_names_is_removed_once_it_is_old() {
    let kept = Kept::new().await;
    let [one, other] =
        [Scene::of_tenant(&kept.backend(), 1).await, Scene::of_tenant(&kept.backend(), 2).await];
    let unit = statement(&one, 1);
    let named = unit.commands.iter().find_map(|command| match command {
        Command::AddImport(import) => Some(import.archive),
        _ => None,
    });
    let named = named.expect("a statement is imported");
    put(&kept, &one, named).await;
    one.commit(unit).await;
    // The same id, of a tenant who does not name it.
    put(&kept, &other, named).await;
    let orphan = one.make.id();
    put(&kept, &one, orphan).await;
    assert_eq!(kept.store.clear_leftovers(DAY).await.expect("nothing is old"), 0);
    let age = "UPDATE cartola.archive SET kept_at = kept_at - interval '2 days'";
    kept.database.server.execute(&kept.database.name, &[age]).await;
    let fresh = other.make.id();
    put(&kept, &other, fresh).await;
    assert_eq!(kept.store.clear_leftovers(DAY).await.expect("two are old"), 2);
    let there = [(&one, named), (&one, orphan), (&other, named), (&other, fresh)];
    let mut found = Vec::new();
    for (scene, id) in there {
        found.push(is_there(&kept, scene, id).await);
    }
    assert_eq!(found, [true, false, false, true]);
}
