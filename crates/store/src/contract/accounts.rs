//! Accounts and balances.

use cartola_model::{AccountKind, BalanceKind, ConsentState};
use cartola_primitives::id::ConsentSetId;
use cartola_primitives::{Currency, Money};

use super::Backend;
use super::fixtures::{NOW, at, march};
use super::pages::check_list;
use super::scene::Scene;
use crate::accounts::{AccountRow, BalanceRow};
use crate::{Command, StoreErrorKind};

/// An account of every kind comes back with all its parts.
pub async fn an_account_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(find(&scene, &scene.account).await.as_ref(), Some(&scene.account));
    for kind in AccountKind::ALL {
        let mut row = scene.make.account(scene.link.id, scene.set.id);
        row.kind = kind;
        row.currency = Currency::USD;
        row.person = Some(scene.person.id);
        scene.apply(Command::AddAccount(row.clone())).await;
        assert_eq!(find(&scene, &row).await, Some(row));
    }
    let unknown = scene.make.account(scene.link.id, scene.set.id);
    assert_eq!(find(&scene, &unknown).await, None);
}

async fn find(scene: &Scene, account: &AccountRow) -> Option<AccountRow> {
    scene.store.account(scene.make.tenant, account.id, NOW).await.expect("a read")
}

async fn find_by_identity(scene: &Scene, account: &AccountRow) -> Option<AccountRow> {
    let found = scene.store.account_by_identity(scene.make.tenant, &account.identity).await;
    found.expect("a read")
}

/// What no consent allows is as if it were not there.
pub async fn an_account_is_hidden_when_no_consent_holds(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.revoke(&scene.consent).await;
    assert_eq!(find(&scene, &scene.account).await, None);
    let page = scene.store.accounts(scene.make.tenant, None, 10, NOW).await.expect("a read");
    assert_eq!(page.rows, []);
    assert_eq!(page.next, None);
}

/// Ingest finds an account again whatever became of its consents.
pub async fn an_account_is_found_by_identity_without_consent(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(find_by_identity(&scene, &scene.account).await.as_ref(), Some(&scene.account));
    scene.revoke(&scene.consent).await;
    assert_eq!(find_by_identity(&scene, &scene.account).await.as_ref(), Some(&scene.account));
    let unknown = scene.make.account(scene.link.id, scene.set.id);
    assert_eq!(find_by_identity(&scene, &unknown).await, None);
}

/// An identity is one account, hidden or not.
pub async fn identities_are_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut same_identity = scene.make.account(scene.link.id, scene.set.id);
    same_identity.identity = scene.account.identity;
    scene.conflicts(Command::AddAccount(same_identity.clone())).await;
    scene.revoke(&scene.consent).await;
    scene.conflicts(Command::AddAccount(same_identity)).await;
    let mut same_id = scene.make.account(scene.link.id, scene.set.id);
    same_id.id = scene.account.id;
    scene.conflicts(Command::AddAccount(same_id)).await;
}

/// A claim gives the account its next version and its new consents.
pub async fn a_claim_raises_the_version_and_sets_the_consents(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (_, set) = scene.add_consent(Some(scene.set.id)).await;
    scene.apply(claim(&scene, 1, set.id)).await;
    let expected = AccountRow { version: 2, consents: set.id, ..scene.account.clone() };
    assert_eq!(find(&scene, &scene.account).await.as_ref(), Some(&expected));
    scene.apply(claim(&scene, 2, set.id)).await;
    let expected = AccountRow { version: 3, ..expected };
    assert_eq!(find(&scene, &scene.account).await, Some(expected));
}

fn claim(scene: &Scene, expected: u32, consents: ConsentSetId) -> Command {
    Command::ClaimAccount { id: scene.account.id, expected, consents }
}

/// A claim that builds on another past changes nothing.
pub async fn a_claim_of_another_version_is_a_conflict(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let consents = scene.set.id;
    for stale in [0, 2] {
        scene.conflicts(claim(&scene, stale, consents)).await;
    }
    let unknown = scene.make.id();
    scene.conflicts(Command::ClaimAccount { id: unknown, expected: 1, consents }).await;
    assert_eq!(find(&scene, &scene.account).await.as_ref(), Some(&scene.account));
}

/// Two ingests of one account cannot both build on the same past.
pub async fn of_two_claims_at_once_one_wins(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = scene.unit().with(claim(&scene, 1, scene.set.id));
    let (store, second) = (scene.store.clone(), first.clone());
    let other = tokio::spawn(async move { store.commit(second).await });
    let outcomes = [scene.store.commit(first).await, other.await.expect("the other ends")];
    let refused: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .map(|error| error.kind)
        .collect();
    assert_eq!(refused, [StoreErrorKind::Conflict]);
    let version = find(&scene, &scene.account).await.map(|account| account.version);
    assert_eq!(version, Some(2));
}

/// Accounts are listed by id, whatever the order in which they came.
pub async fn accounts_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut accounts = vec![scene.account.clone()];
    accounts.extend((0..6).map(|_| scene.make.account(scene.link.id, scene.set.id)));
    for account in accounts[1..].iter().rev() {
        scene.apply(Command::AddAccount(account.clone())).await;
    }
    check_accounts(&scene, &accounts).await;
}

async fn check_accounts(scene: &Scene, expected: &[AccountRow]) {
    let tenant = scene.make.tenant;
    let read = async |after, limit| scene.store.accounts(tenant, after, limit, NOW).await;
    check_list(expected, read).await;
}

/// Pages are as full where accounts between the shown ones are hidden, and none is promised for
/// the sake of hidden ones at the end.
pub async fn hidden_accounts_take_no_room_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (consent, hidden_set) = scene.add_consent(None).await;
    scene.revoke(&consent).await;
    let mut shown = vec![scene.account.clone()];
    for place in 0..10 {
        let hidden = place % 3 != 0;
        let set = if hidden { hidden_set.id } else { scene.set.id };
        let account = scene.make.account(scene.link.id, set);
        scene.apply(Command::AddAccount(account.clone())).await;
        shown.extend((!hidden).then_some(account));
    }
    let hidden_end = scene.make.account(scene.link.id, hidden_set.id);
    scene.apply(Command::AddAccount(hidden_end)).await;
    check_accounts(&scene, &shown).await;
}

async fn balances(scene: &Scene) -> Vec<BalanceRow> {
    let read = scene.store.balances(scene.make.tenant, scene.account.id, NOW).await;
    let mut rows = read.expect("a read");
    rows.sort_by_key(|row| row.kind);
    rows
}

/// Of each kind, the reading for the latest day; other accounts' readings do not count.
pub async fn the_latest_balance_of_each_kind_is_read(backend: Backend) {
    let scene = Scene::new(&backend).await;
    assert_eq!(balances(&scene).await, []);
    let mut expected = Vec::new();
    let mut rows = Vec::new();
    for (kind, latest) in BalanceKind::ALL.into_iter().zip(10..) {
        for day in [latest, latest - 2, latest - 9] {
            let mut row = scene.make.balance(scene.account.id, scene.consent.id);
            row.kind = kind;
            row.as_of = march(day);
            row.amount = Money::new(-i64::from(day), Currency::USD);
            expected.extend((day == latest).then(|| row.clone()));
            rows.push(row);
        }
    }
    let mut elsewhere = scene.make.balance(scene.make.id(), scene.consent.id);
    elsewhere.as_of = march(31);
    rows.push(elsewhere);
    scene.apply(Command::AddBalances(rows)).await;
    assert_eq!(balances(&scene).await, expected);
}

/// A later import of the same day corrects an earlier one, whichever was committed first.
pub async fn of_two_balances_of_one_day_the_later_import_counts(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [early, middle, late] = [1, 2, 3].map(|amount| BalanceRow {
        amount: Money::new(amount, Currency::CLP),
        ..scene.make.balance(scene.account.id, scene.consent.id)
    });
    scene.apply(Command::AddBalances(vec![middle.clone()])).await;
    scene.apply(Command::AddBalances(vec![early])).await;
    assert_eq!(balances(&scene).await, [middle]);
    scene.apply(Command::AddBalances(vec![late.clone()])).await;
    assert_eq!(balances(&scene).await, [late]);
}

/// Of two balances of one day the one that was received later counts, and of one consent it alone is
/// kept, whichever was committed first.
pub async fn of_one_day_and_consent_the_last_balance_is_kept(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (other, _) = scene.add_consent(None).await;
    let row = |consent, second| BalanceRow {
        amount: Money::new(second, Currency::CLP),
        received_at: at(second),
        ..scene.make.balance(scene.account.id, consent)
    };
    let mine = [3, 1, 2].map(|second| row(scene.consent.id, second));
    let theirs = [5, 4].map(|second| row(other.id, second));
    for row in mine.iter().chain(&theirs) {
        scene.apply(Command::AddBalances(vec![row.clone()])).await;
    }
    assert_eq!(balances(&scene).await, theirs[..1]);
    scene.revoke(&other).await;
    assert_eq!(balances(&scene).await, mine[..1]);
    let again = BalanceRow { received_at: at(9), ..mine[0].clone() };
    scene.apply(Command::AddBalances(vec![again.clone()])).await;
    assert_eq!(balances(&scene).await, [again]);
}

/// Without the consent of the latest reading, the latest that is allowed counts.
pub async fn a_balance_counts_while_its_own_consent_holds(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (consent, _) = scene.add_consent(None).await;
    let mut old = scene.make.balance(scene.account.id, scene.consent.id);
    old.as_of = march(1);
    let new = scene.make.balance(scene.account.id, consent.id);
    scene.apply(Command::AddBalances(vec![old.clone(), new.clone()])).await;
    assert_eq!(balances(&scene).await, [new]);
    scene.revoke(&consent).await;
    assert_eq!(balances(&scene).await, [old]);
    let state = ConsentState::Granted { at: at(-9), expires_at: Some(NOW) };
    scene.apply(Command::ChangeConsent { id: scene.consent.id, expected: 1, state }).await;
    assert_eq!(balances(&scene).await, []);
}

/// Reading the same file again adds nothing, and is no conflict.
pub async fn the_same_reading_twice_is_one(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let row = scene.make.balance(scene.account.id, scene.consent.id);
    scene.apply(Command::AddBalances(vec![row.clone(), row.clone()])).await;
    scene.apply(Command::AddBalances(vec![row.clone()])).await;
    assert_eq!(balances(&scene).await, [row]);
}

/// A link has the accounts that it told of, also those that another one told of first, as far as
/// a consent shows them.
pub async fn a_link_has_the_accounts_that_it_told_of(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (consent, hidden) = scene.add_consent(None).await;
    scene.revoke(&consent).await;
    let other = scene.make.link(None);
    let shown = scene.make.account(other.id, scene.set.id);
    let not_shown = scene.make.account(other.id, hidden.id);
    let feed = |link, account| Command::FeedAccount { link, account };
    let unit = scene
        .unit()
        .with(Command::AddLink(other.clone()))
        .with(Command::AddAccount(shown.clone()))
        .with(Command::AddAccount(not_shown.clone()))
        .with(feed(other.id, shown.id))
        .with(feed(other.id, not_shown.id))
        .with(feed(scene.link.id, shown.id));
    scene.commit(unit).await;
    scene.apply(feed(scene.link.id, shown.id)).await;
    for link in [scene.link.id, other.id] {
        let read = scene.store.accounts_of(scene.make.tenant, link, NOW).await;
        assert_eq!(read.expect("a read"), [shown.clone()]);
    }
    let read = scene.store.accounts_of(scene.make.tenant, scene.make.id(), NOW).await;
    assert_eq!(read.expect("a read"), []);
}
