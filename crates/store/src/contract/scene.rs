//! A tenant with a person, a link, a consent and an account, and short words for what behaviours
//! do with them.

use std::sync::Arc;

use cartola_primitives::Timestamp;
use cartola_primitives::id::ConsentSetId;

use super::Backend;
use super::fixtures::{Fixtures, NOW};
use crate::accounts::AccountRow;
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::movements::{MovementKey, MovementPage, MovementQuery, MovementRow, Order};
use crate::people::{LinkRow, PersonRow};
use crate::{Command, Page, Receipt, Store, StoreErrorKind, UnitOfWork};

/// Where most behaviours begin.
pub struct Scene {
    /// The backend.
    pub store: Arc<dyn Store>,
    /// Makes further rows.
    pub make: Fixtures,
    /// A person.
    pub person: PersonRow,
    /// Its link.
    pub link: LinkRow,
    /// The consent of that link.
    pub consent: ConsentRow,
    /// The set of that consent alone.
    pub set: ConsentSetRow,
    /// The account that the link feeds.
    pub account: AccountRow,
}

impl Scene {
    /// The scene of the first tenant.
    pub async fn new(backend: &Backend) -> Self {
        Self::of_tenant(backend, 1).await
    }

    /// The scene of another tenant for every seed.
    pub async fn of_tenant(backend: &Backend, seed: u64) -> Self {
        let make = Fixtures::new(seed);
        let person = make.person();
        let link = make.link(Some(person.id));
        let consent = make.consent(link.id);
        let set = make.consent_set(consent.id, None);
        let account = make.account(link.id, set.id);
        let scene =
            Self { store: Arc::clone(&backend.store), make, person, link, consent, set, account };
        let unit = scene
            .unit()
            .with(Command::AddTenant(scene.make.tenant(&format!("tenant {seed}"))))
            .with(Command::AddPerson(scene.person.clone()))
            .with(Command::AddLink(scene.link.clone()))
            .with(Command::AddConsent(scene.consent.clone()))
            .with(Command::AddConsentSets(vec![scene.set]))
            .with(Command::AddAccount(scene.account.clone()));
        scene.commit(unit).await;
        scene
    }

    /// An empty unit of work.
    pub fn unit(&self) -> UnitOfWork {
        self.unit_at(NOW)
    }

    /// An empty unit of work that was decided then.
    pub fn unit_at(&self, at: Timestamp) -> UnitOfWork {
        UnitOfWork::new(self.make.tenant, at)
    }

    /// Commits what must succeed.
    pub async fn commit(&self, unit: UnitOfWork) -> Receipt {
        self.store.commit(unit).await.expect("the unit can be committed")
    }

    /// Commits one command that must succeed.
    pub async fn apply(&self, command: Command) -> Receipt {
        self.commit(self.unit().with(command)).await
    }

    /// The kind of failure of a command that must not succeed.
    pub async fn refused(&self, command: Command) -> StoreErrorKind {
        self.refused_unit(self.unit().with(command)).await
    }

    /// The kind of failure of a unit that must not succeed.
    pub async fn refused_unit(&self, unit: UnitOfWork) -> StoreErrorKind {
        let outcome = self.store.commit(unit).await;
        outcome.expect_err("the unit must not be committed").kind
    }

    /// Fails unless the command is a conflict.
    pub async fn conflicts(&self, command: Command) {
        let command_shown = format!("{command:?}");
        let kind = self.refused(command).await;
        assert_eq!(kind, StoreErrorKind::Conflict, "{command_shown}");
    }

    /// A movement of the scene's account under the scene's consent, not yet added.
    pub fn movement(&self) -> MovementRow {
        self.make.movement(self.account.id, self.set.id)
    }

    /// So many of them, added.
    pub async fn add_movements(&self, count: usize) -> Vec<MovementRow> {
        let rows: Vec<MovementRow> = (0..count).map(|_| self.movement()).collect();
        self.apply(Command::AddMovements(rows.clone())).await;
        rows
    }

    /// A further consent, added, with the set that adds it to `rest`.
    pub async fn add_consent(&self, rest: Option<ConsentSetId>) -> (ConsentRow, ConsentSetRow) {
        let consent = self.make.consent(self.link.id);
        let set = self.make.consent_set(consent.id, rest);
        let unit = self
            .unit()
            .with(Command::AddConsent(consent.clone()))
            .with(Command::AddConsentSets(vec![set]));
        self.commit(unit).await;
        (consent, set)
    }

    /// Withdraws a consent in its first version.
    pub async fn revoke(&self, consent: &ConsentRow) {
        let state = consent.state.revoke(NOW).expect("the consent holds");
        self.apply(Command::ChangeConsent { id: consent.id, expected: consent.version, state })
            .await;
    }

    /// A page of movements.
    pub async fn page(&self, query: &MovementQuery) -> Page<MovementRow, MovementKey> {
        let read = self.store.movements(self.make.tenant, query).await;
        let MovementPage { rows, next } = read.expect("movements can be read");
        Page { rows: rows.to_rows().expect("rows are sound"), next }
    }

    /// All movements that are shown at [`NOW`] without any filter, newest first.
    pub async fn shown(&self) -> Vec<MovementRow> {
        self.page(&everything()).await.rows
    }
}

/// The query without any filter, for a page as long as can be.
pub fn everything() -> MovementQuery {
    MovementQuery {
        account: None,
        from: None,
        to: None,
        min_amount: None,
        max_amount: None,
        text: None,
        status: None,
        order: Order::NewestFirst,
        after: None,
        limit: crate::MAX_PAGE,
        now: NOW,
    }
}
