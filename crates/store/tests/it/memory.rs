//! What only the in-memory backend has: failures on demand.

use std::sync::Arc;

use cartola_store::contract::fixtures::{Fixtures, NOW};
use cartola_store::contract::{self, Backend};
use cartola_store::memory::MemoryStore;
use cartola_store::{Command, Committer, StoreErrorKind, Tenancy, UnitOfWork};

/// Commits a new tenant three times: first with what `prepare` asked for, then again, then once
/// more.
async fn outcomes(prepare: impl FnOnce(&MemoryStore)) -> [Option<StoreErrorKind>; 3] {
    let store = MemoryStore::new();
    let make = Fixtures::new(1);
    let unit = UnitOfWork::new(make.tenant, NOW).with(Command::AddTenant(make.tenant("one")));
    prepare(&store);
    let mut outcomes = [None; 3];
    for outcome in &mut outcomes {
        let known = store.tenants().await.expect("a read");
        *outcome = store.commit(unit.clone()).await.err().map(|error| error.kind);
        let grown = store.tenants().await.expect("a read").len() - known.len();
        assert_eq!(grown, usize::from(outcome.is_none()));
    }
    outcomes
}

fn check(prepare: impl FnOnce(&MemoryStore), expected: [Option<StoreErrorKind>; 3]) {
    let nothing = async || {
        let store = Arc::new(MemoryStore::new());
        Backend::new(store.clone(), store)
    };
    contract::run(nothing, async |_| assert_eq!(outcomes(prepare).await, expected));
}

#[test]
fn the_next_commit_fails_as_asked_and_changes_nothing() {
    let conflict = Some(StoreErrorKind::Conflict);
    check(|_| (), [None, conflict, conflict]);
    check(
        |store| store.fail_next_commit(StoreErrorKind::Full),
        [Some(StoreErrorKind::Full), None, conflict],
    );
    check(MemoryStore::conflict_next_commit, [conflict, None, conflict]);
}

#[test]
fn a_tenant_that_was_never_added_has_nothing() {
    contract::run(
        async || {
            let store = Arc::new(MemoryStore::new());
            Backend::new(store.clone(), store)
        },
        async |backend| {
            let make = Fixtures::new(1);
            let unit = UnitOfWork::new(make.tenant, NOW).with(Command::AddPerson(make.person()));
            let refused = backend.store.commit(unit).await.unwrap_err();
            assert_eq!(refused.kind, StoreErrorKind::Misuse);
        },
    );
}
