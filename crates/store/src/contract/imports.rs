//! Imports.

use cartola_crypto::ContentHash;
use cartola_model::{BalanceGap, Coverage, SourceKind, StatementPeriod};
use cartola_primitives::id::AccountId;

use super::Backend;
use super::fixtures::{at, march};
use super::pages::check_list;
use super::scene::Scene;
use crate::Command;
use crate::imports::{Ambiguity, ImportOutcome, ImportRow, ImportWarning};

async fn find(scene: &Scene, import: &ImportRow) -> Option<ImportRow> {
    scene.store.import(scene.make.tenant, import.id).await.expect("a read")
}

fn import(scene: &Scene) -> ImportRow {
    scene.make.import(scene.account.id, scene.consent.id)
}

/// An import comes back with all its parts, the absent ones absent.
pub async fn an_import_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let plain = import(&scene);
    let mut full = import(&scene);
    full.received_at = at(1);
    full.source = SourceKind::MappedFile;
    full.coverage = Coverage { from: march(2), to: march(2), complete: false };
    full.period = Some(StatementPeriod {
        from: march(1),
        to: march(31),
        opening: Some(-5),
        closing: None,
        total_debits: Some(i64::MAX),
        total_credits: Some(0),
    });
    full.outcome = outcome(&scene);
    for row in [&plain, &full] {
        assert_eq!(find(&scene, row).await, None);
        scene.apply(Command::AddImport(row.clone())).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
    }
}

fn outcome(scene: &Scene) -> ImportOutcome {
    ImportOutcome {
        read: 7,
        new: 6,
        duplicates: 5,
        amended: 4,
        removed: 3,
        restored: 2,
        gaps: vec![
            BalanceGap { on: march(3), place: Some("row 9".into()), expected: -1, found: 1 },
            BalanceGap { on: march(4), place: None, expected: i64::MIN, found: i64::MAX },
        ],
        ambiguous: vec![Ambiguity {
            movement: scene.make.id(),
            candidates: vec![scene.make.id(), scene.make.id()],
        }],
        warnings: vec![
            ImportWarning { place: None, code: "no_rut".into(), text: "Sin RUT".into() },
            ImportWarning {
                place: Some("row 2".into()),
                code: "odd_day".into(),
                text: "El día no es hábil".into(),
            },
        ],
    }
}

/// An import is added once.
pub async fn ids_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = import(&scene);
    scene.apply(Command::AddImport(row.clone())).await;
    let same_id = ImportRow { id: row.id, ..import(&scene) };
    scene.conflicts(Command::AddImport(same_id)).await;
    assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
}

/// All imports of a content, by id, and of no other.
pub async fn imports_are_found_by_content(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut rows = [(); 4].map(|()| import(&scene));
    rows[1].content = ContentHash::of(b"another statement");
    for row in rows.iter().rev() {
        scene.apply(Command::AddImport(row.clone())).await;
    }
    let [first, other, third, fourth] = rows;
    let asked = [
        (first.content, vec![first, third, fourth]),
        (other.content, vec![other]),
        (ContentHash::of(b""), vec![]),
    ];
    for (content, expected) in asked {
        let found = scene.store.imports_of_content(scene.make.tenant, &content).await;
        assert_eq!(found.expect("a read"), expected);
    }
}

/// Imports are listed by id, all of them or those of one account.
pub async fn imports_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other: AccountId = scene.make.id();
    let mut rows: Vec<ImportRow> = (0..7).map(|_| import(&scene)).collect();
    for place in [0, 2, 3] {
        rows[place].account = other;
    }
    for row in rows.iter().rev() {
        scene.apply(Command::AddImport(row.clone())).await;
    }
    for account in [None, Some(other), Some(scene.account.id), Some(scene.make.id())] {
        let expected: Vec<ImportRow> = rows
            .iter()
            .filter(|row| account.is_none_or(|account| row.account == account))
            .cloned()
            .collect();
        let tenant = scene.make.tenant;
        check_list(&expected, async |after, limit| {
            scene.store.imports(tenant, account, after, limit).await
        })
        .await;
    }
}

/// Complete imports of an account are found by the days they share with others.
pub async fn complete_imports_are_found_by_their_days(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let covering = |from, to, complete| ImportRow {
        coverage: Coverage { from: march(from), to: march(to), complete },
        ..import(&scene)
    };
    let rows = [covering(1, 5, true), covering(5, 9, true), covering(1, 9, false)];
    for row in &rows {
        scene.apply(Command::AddImport(row.clone())).await;
    }
    let found = async |account, from, to| {
        let (tenant, days) = (scene.make.tenant, (march(from), march(to)));
        scene.store.complete_imports(tenant, account, days.0, days.1).await.expect("a read")
    };
    let account = scene.account.id;
    assert_eq!(found(account, 1, 4).await, rows[..1]);
    assert_eq!(found(account, 5, 5).await, rows[..2]);
    assert_eq!(found(account, 10, 20).await, []);
    assert_eq!(found(scene.make.id(), 1, 9).await, []);
}
