//! What lies in the archive and is named by nothing, and what is named and does not lie there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cartola_store::contract::scene::Scene;
use cartola_store::{Archive, Command, Committer};
use cartola_store_sqlite::Leftovers;

use crate::support::{Kept, statement};

const LIMIT: SystemTime = SystemTime::UNIX_EPOCH;

/// Everything below a folder that is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn written_at(path: &Path, at: SystemTime) {
    let file = File::options().append(true).open(path).expect("a file of ours");
    file.set_modified(at).expect("a file's time can be set");
}

/// Archives a source as an import does, without the import.
async fn put(kept: &Kept, scene: &Scene) -> (Command, PathBuf) {
    let archive = kept.folder.path().join("raw");
    let before = files(&archive);
    let unit = statement(scene, 1);
    let import = unit.commands.into_iter().next().expect("a statement begins with its import");
    let Command::AddImport(row) = &import else { panic!("a statement begins with its import") };
    let object = scene.make.sealed("the statement");
    kept.store.archive().put(scene.make.tenant, row.archive, object).await.expect("an object");
    let new = files(&archive).into_iter().find(|path| !before.contains(path));
    (import, new.expect("the object is a file"))
}

#[tokio::test]
async fn what_no_import_names_is_removed_once_it_is_old() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let (import, named) = put(&kept, &scene).await;
    kept.store.commit(scene.unit().with(import)).await.expect("a commit");
    let (_, old) = put(&kept, &scene).await;
    let (_, young) = put(&kept, &scene).await;
    let (old_part, young_part) = (old.with_extension("7-0.new"), young.with_extension("7-1.new"));
    let stranger = old.with_file_name("notes.txt");
    for path in [&old_part, &young_part, &stranger] {
        fs::write(path, "half").expect("a file");
    }
    for path in [&named, &old, &old_part, &stranger] {
        written_at(path, LIMIT - Duration::from_secs(1));
    }
    for path in [&young, &young_part] {
        written_at(path, LIMIT);
    }
    let report = kept.store.check().expect("a check");
    assert_eq!(report.leftovers, Leftovers { orphans: 2, unfinished: 2 });
    assert_eq!((report.absent, report.is_sound()), (0, true));

    let removed = kept.store.clear_leftovers(LIMIT).expect("they can be removed");
    assert_eq!(removed, Leftovers { orphans: 1, unfinished: 1 });
    let mut left = vec![named, young, young_part, stranger];
    left.sort();
    assert_eq!(files(&kept.folder.path().join("raw")), left);
    let report = kept.store.check().expect("a check");
    assert_eq!(report.leftovers, Leftovers { orphans: 1, unfinished: 1 });
}

#[tokio::test]
async fn a_source_that_is_not_there_is_counted() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let (import, object) = put(&kept, &scene).await;
    kept.store.commit(scene.unit().with(import)).await.expect("a commit");
    assert_eq!(kept.store.check().expect("a check").absent, 0);
    fs::remove_file(object).expect("a file");
    assert_eq!(kept.store.check().expect("a check").absent, 1);
}
