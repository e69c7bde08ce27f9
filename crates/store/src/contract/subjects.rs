//! Data subjects: what is whose, what is asked of it, and how it is erased.

use cartola_model::{
    BalanceKind, ConsentData, ConsentState, EnrolmentState, InstructionState, MatterKind,
    MatterState, PaymentState, RecordKind, RecordKinds,
};
use cartola_primitives::date;
use cartola_primitives::id::{ArchiveId, PersonId};

use super::Backend;
use super::fixtures::{NOW, at};
use super::isolation::Everything;
use super::pages::check_list;
use super::scene::{Scene, everything};
use crate::accounts::{AccountRow, BalanceRow};
use crate::consents::ConsentRow;
use crate::encoding::codes;
use crate::imports::{ImportRow, NO_ARCHIVE};
use crate::instructions::InstructionRow;
use crate::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use crate::movements::MovementQuery;
use crate::payments::{PaymentChange, PaymentRow};
use crate::people::PersonRow;
use crate::records::RecordFilter;
use crate::subjects::{Belonging, Holdings, PersonClaim};
use crate::{Command, MAX_PAGE, StoreErrorKind, UnitOfWork};

fn matter(scene: &Scene, kind: MatterKind, person: bool) -> MatterRow {
    MatterRow {
        id: scene.make.id(),
        kind,
        person: person.then_some(scene.person.id),
        subject: person.then_some(scene.person.lookup),
        opened_at: NOW,
        standing: MatterStanding {
            state: MatterState::Open,
            due_at: at(60),
            content: scene.make.sealed("what was asked"),
        },
        version: 1,
    }
}

/// A matter comes back as it was added, and as it was changed in its expected version.
pub async fn a_matter_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    for (kind, person) in [(MatterKind::Erasure, true), (MatterKind::Breach, false)] {
        let row = matter(&scene, kind, person);
        scene.apply(Command::AddMatter(Box::new(row.clone()))).await;
        let read = async || scene.store.matter(tenant, row.id).await.expect("a read");
        assert_eq!(read().await.as_ref(), Some(&row));
        let standing = MatterStanding {
            state: MatterState::Denied,
            due_at: at(120),
            content: scene.make.sealed("why not"),
        };
        let change = |expected| {
            let standing = standing.clone();
            Command::ChangeMatter(Box::new(MatterChange { id: row.id, expected, standing }))
        };
        let refused = scene.store.commit(scene.unit().with(change(2))).await;
        assert_eq!(refused.expect_err("another version").kind, StoreErrorKind::Conflict);
        scene.apply(change(1)).await;
        assert_eq!(read().await, Some(MatterRow { standing, version: 2, ..row }));
    }
}

/// Matters are listed by id, in pages, by each of the filters.
pub async fn matters_are_listed_by_what_is_asked(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let mut rows: Vec<MatterRow> = MatterKind::ALL
        .into_iter()
        .map(|kind| matter(&scene, kind, kind != MatterKind::Breach))
        .collect();
    rows[2].standing.state = MatterState::Granted;
    for row in &rows {
        scene.apply(Command::AddMatter(Box::new(row.clone()))).await;
    }
    let list = async |filter: MatterFilter, limit: usize| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = scene.store.matters(tenant, filter, after, limit).await.expect("a read");
            assert!(page.rows.len() <= limit);
            found.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    let all = MatterFilter::default();
    assert_eq!(list(all, 2).await, rows);
    for row in &rows {
        let of_kind = MatterFilter { kind: Some(row.kind), ..all };
        assert_eq!(list(of_kind, MAX_PAGE).await, [row.clone()]);
    }
    let granted = MatterFilter { state: Some(MatterState::Granted), ..all };
    assert_eq!(list(granted, MAX_PAGE).await, [rows[2].clone()]);
    let of_person = MatterFilter { subject: Some(scene.person.lookup), ..all };
    assert_eq!(list(of_person, 2).await, rows[..6]);
    let nobody = MatterFilter { subject: Some(scene.make.fresh_digest()), ..all };
    assert_eq!(list(nobody, MAX_PAGE).await, []);
}

/// Recipient, data and a suspension come back, and a consent is narrowed in its expected version.
pub async fn what_a_consent_is_about_comes_back(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let cards = RecordKinds::one(RecordKind::Cards);
    let row = ConsentRow {
        recipient: Some("Contadores Limitada".to_owned()),
        data: Some(ConsentData { accounts: true, records: cards }),
        state: ConsentState::Suspended { granted_at: NOW, expires_at: Some(at(60)) },
        ..scene.make.consent(scene.link.id)
    };
    scene.apply(Command::AddConsent(row.clone())).await;
    let read = async || scene.store.consent(tenant, row.id).await.expect("a read");
    assert_eq!(read().await.as_ref(), Some(&row));
    let runs_out = async |now| {
        let found = scene.store.run_out(now, None).await.expect("a read");
        found.iter().any(|over| (over.tenant, over.id) == (tenant, row.id))
    };
    assert!(runs_out(at(60)).await, "its term goes on");
    assert!(!runs_out(at(59)).await);
    let data = ConsentData { accounts: false, records: cards };
    let narrow = |expected| Command::NarrowConsent { id: row.id, expected, data };
    let refused = scene.store.commit(scene.unit().with(narrow(2))).await;
    assert_eq!(refused.expect_err("another version").kind, StoreErrorKind::Conflict);
    scene.apply(narrow(1)).await;
    assert_eq!(read().await, Some(ConsentRow { data: Some(data), version: 2, ..row }));
}

/// What allows nothing for a while hides what it allowed, and shows it again.
pub async fn a_suspended_consent_hides(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let scene = &rows.scene;
    let (store, tenant, consent) = (&backend.store, scene.make.tenant, &scene.consent);
    let shown = async || {
        let page = store.movements(tenant, &everything()).await.expect("a read");
        (page.rows.is_empty(), store.account(tenant, scene.account.id, NOW).await.expect("a read"))
    };
    let before = shown().await;
    assert!(!before.0 && before.1.is_some());
    let state = consent.state.suspend(NOW).expect("it holds");
    let (id, expected) = (consent.id, consent.version);
    scene.apply(Command::ChangeConsent { id, expected, state }).await;
    assert_eq!(shown().await, (true, None));
    let state = state.resume(NOW).expect("it is suspended");
    scene.apply(Command::ChangeConsent { id, expected: expected + 1, state }).await;
    assert_eq!(shown().await, before);
}

/// The account of everything is the person's.
async fn owned(backend: &Backend) -> (Everything, PersonRow) {
    let rows = Everything::of_first_tenant(backend).await;
    let person = rows.scene.person.clone();
    (rows, person)
}

/// What is whose, whether or not it may be shown.
pub async fn an_owner_is_found_whatever_may_be_shown(backend: Backend) {
    let (rows, person) = owned(&backend).await;
    let (scene, tenant) = (&rows.scene, rows.scene.make.tenant);
    let owner = async |of| backend.store.owner(tenant, of).await.expect("a read");
    let of_account = scene.account.person;
    let expected = [
        (Belonging::Link(scene.link.id), scene.link.person),
        (Belonging::Consent(scene.consent.id), scene.consent.person),
        (Belonging::Account(scene.account.id), of_account),
        (Belonging::Movement(rows.movement.movement.id), of_account),
        (Belonging::Import(rows.import.id), of_account),
        (Belonging::Record(rows.record.id), scene.link.person),
        (Belonging::Payment(rows.payment.id), rows.payment.person),
        (Belonging::Enrolment(rows.enrolment.id), Some(person.id)),
        (Belonging::Authorization(rows.authorization.id), Some(person.id)),
        (Belonging::Task(rows.task.id), rows.task.link.and(scene.link.person)),
        (Belonging::Instruction(rows.instruction.id), rows.instruction.person),
        (Belonging::Matter(rows.matter.id), rows.matter.person),
    ];
    for (of, owner_of) in expected {
        assert_eq!(owner(of).await, owner_of, "{of:?}");
    }
    assert_eq!(owner(Belonging::Account(scene.make.id())).await, None);
    assert_eq!(owner(Belonging::Link(scene.make.id())).await, None);
}

/// Erasing takes a person's accounts and all that belongs to them, and leaves nothing that names what is
/// gone; shredding takes the rest and the key; another person's is left alone.
pub async fn a_person_is_forgotten_and_shredded(backend: Backend) {
    let (rows, person) = owned(&backend).await;
    let (store, scene, tenant) = (&backend.store, &rows.scene, rows.scene.make.tenant);
    let key = crate::vault::DataKeyRow {
        subject: Some(person.id),
        ..scene.make.data_key(Some(person.id))
    };
    scene.apply(Command::AddDataKey(key.clone())).await;
    let paid = PaymentRow {
        person: Some(person.id),
        ..scene.make.payment(scene.link.id, scene.consent.id)
    };
    let told = InstructionRow {
        person: Some(person.id),
        ..scene.make.instruction(scene.link.id, scene.consent.id)
    };
    scene.apply(Command::AddPayment(Box::new(paid.clone()))).await;
    scene.apply(Command::AddInstruction(Box::new(told.clone()))).await;
    let nothing = store.holdings(tenant, scene.make.id()).await.expect("a read");
    assert_eq!(nothing, Holdings::default());
    // Somebody of whom nothing is kept.
    scene.apply(Command::ForgetPerson(scene.make.id())).await;
    let found = async || {
        let query = MovementQuery { account: Some(scene.account.id), ..everything() };
        !store.movements(tenant, &query).await.expect("a read").rows.is_empty()
    };
    assert!(found().await);
    scene.apply(Command::ForgetPerson(person.id)).await;
    if scene.account.person == Some(person.id) || scene.link.person == Some(person.id) {
        assert!(!found().await);
        let account = store.account_by_identity(tenant, &scene.account.identity).await;
        assert_eq!(account.expect("a read"), None);
        assert_eq!(store.import(tenant, rows.import.id).await.expect("a read"), None);
        assert_eq!(store.record(tenant, rows.record.id, NOW).await.expect("a read"), None);
        assert_eq!(store.link_secret(tenant, scene.link.id).await.expect("a read"), None);
        assert_eq!(store.feed(tenant, 0, MAX_PAGE, NOW).await.expect("a read").len(), 0);
    }
    // Who they are, what they approved and what allowed it all is there.
    assert_eq!(store.person(tenant, person.id).await.expect("a read").as_ref(), Some(&person));
    assert!(store.authorization(tenant, rows.authorization.id).await.expect("a read").is_some());
    assert!(store.data_key(tenant, key.id).await.expect("a read").is_some());
    scene.apply(Command::ShredPerson(person.id)).await;
    assert_eq!(store.person(tenant, person.id).await.expect("a read"), None);
    assert_eq!(store.person_by_lookup(tenant, &person.lookup).await.expect("a read"), None);
    assert_eq!(store.data_key(tenant, key.id).await.expect("a read"), None);
    assert_eq!(store.authorization(tenant, rows.authorization.id).await.expect("a read"), None);
    assert_eq!(store.enrolment(tenant, rows.enrolment.id).await.expect("a read"), None);
    assert_eq!(store.payment(tenant, paid.id).await.expect("a read"), None);
    assert_eq!(store.instruction(tenant, told.id).await.expect("a read"), None);
    let left = store.holdings(tenant, person.id).await.expect("a read");
    assert_eq!(Holdings { consents: 0, ..left }, Holdings::default());
    assert!(store.consent(tenant, scene.consent.id).await.expect("a read").is_some());
    assert!(store.link(tenant, scene.link.id).await.expect("a read").is_some());
    // Nothing is in the way of the same person's coming again.
    let again = PersonRow { id: scene.make.id(), ..person };
    let unit: UnitOfWork = scene.unit().with(Command::AddPerson(again));
    scene.commit(unit).await;
}

/// A payment and an instruction of a person's that stand so, and were asked for then.
fn asked_for(
    scene: &Scene,
    (paid, told): (PaymentState, InstructionState),
    seconds: i64,
) -> (PaymentRow, InstructionRow) {
    let (link, person, created_at) = (scene.link.id, Some(scene.person.id), at(seconds));
    let mut payment = scene.make.payment(link, scene.make.id());
    (payment.person, payment.created_at) = (person, created_at);
    payment.standing.state = paid;
    let mut instruction = scene.make.instruction(link, scene.make.id());
    (instruction.person, instruction.created_at) = (person, created_at);
    instruction.standing.state = told;
    (payment, instruction)
}

async fn add_both(scene: &Scene, (paid, told): &(PaymentRow, InstructionRow)) {
    let unit = scene.unit().with(Command::AddPayment(Box::new(paid.clone())));
    scene.commit(unit.with(Command::AddInstruction(Box::new(told.clone())))).await;
}

fn states_of_payments() -> Vec<PaymentState> {
    let reason = cartola_model::PaymentFailure::of(cartola_model::Failure::Internal);
    let (at, cause) = (at(6), cartola_model::Failure::Internal);
    vec![
        PaymentState::Requested,
        PaymentState::Submitting,
        PaymentState::InDoubt { since: at, cause, asked: None },
        PaymentState::Completed { settled_at: at },
        PaymentState::Failed { at, reason },
    ]
}

/// What a law says is to be kept is counted, and what of it has not ended, by the same rule as the model
/// has; what was kept goes without what came later, and without what has not ended.
pub async fn what_is_kept_of_a_person_is_counted_and_goes_by_its_age(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant, person) = (&scene.store, scene.make.tenant, scene.person.id);
    let held = async || store.holdings(tenant, person).await.expect("a read");
    let before = held().await;
    assert_eq!((before.kept, before.pending, before.last_kept_at), (0, 0, None));
    // Who was given a code that no phone took is not kept for it; who enrolled a phone is.
    let mut enrolment = scene.make.enrolment(person);
    scene.apply(Command::AddEnrolment(Box::new(enrolment.clone()))).await;
    assert_eq!(held().await, Holdings { kept: 1, ..before });
    (enrolment.id, enrolment.code) = (scene.make.id(), scene.make.fresh_digest());
    enrolment.created_at = at(-5);
    enrolment.standing.state = EnrolmentState::Active { since: at(-5), wrong_pins: 0 };
    enrolment.standing.phone = Some(scene.make.sealed("a phone"));
    scene.apply(Command::AddEnrolment(Box::new(enrolment))).await;
    let before = Holdings { kept: 2, last_kept_at: Some(at(-5)), ..before };
    assert_eq!(held().await, before);
    let mut rows = Vec::new();
    for told in super::instructions::states() {
        rows.push(asked_for(&scene, (PaymentState::Requested, told), 1));
    }
    for paid in states_of_payments() {
        rows.push(asked_for(&scene, (paid, InstructionState::Requested), 1));
    }
    let late =
        (PaymentState::Completed { settled_at: at(6) }, InstructionState::Completed { at: at(6) });
    rows.push(asked_for(&scene, late, 2));
    for row in &rows {
        add_both(&scene, row).await;
    }
    let pending = |(paid, told): &(PaymentRow, InstructionRow)| {
        u64::from(!paid.standing.state.is_final()) + u64::from(!told.standing.state.is_final())
    };
    let (kept, pending) = (2 + 2 * rows.len() as u64, rows.iter().map(pending).sum());
    let last_kept_at = Some(at(2));
    assert_eq!(held().await, Holdings { kept, pending, last_kept_at, ..before });
    scene.apply(Command::ShredKept { person: scene.make.id(), until: at(9) }).await;
    assert_eq!(held().await.kept, kept, "they are somebody else's");
    scene.apply(Command::ShredKept { person, until: at(1) }).await;
    assert_eq!(held().await, Holdings { kept: pending + 4, pending, last_kept_at, ..before });
}

/// Payouts go with the payments that they are, and stay while one of those has not ended.
pub async fn payouts_go_with_what_was_kept_of_a_person(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant, person) = (&scene.store, scene.make.tenant, scene.person.id);
    let key = scene.make.data_key(Some(person));
    scene.apply(Command::AddDataKey(key.clone())).await;
    let payout = |seconds, key| {
        let mut row = scene.make.payout("list");
        (row.created_at, row.order.key) = (at(seconds), key);
        row
    };
    let (old, new) = (payout(1, key.id), payout(2, key.id));
    let others = payout(1, scene.make.id());
    for row in [&old, &new, &others] {
        scene.apply(Command::AddPayout(Box::new(row.clone()))).await;
    }
    let left = async || {
        let page = store.payouts(tenant, "list", None, MAX_PAGE).await.expect("a read");
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let pending = asked_for(&scene, (PaymentState::Requested, InstructionState::Requested), 1);
    add_both(&scene, &pending).await;
    let shred = || Command::ShredKept { person, until: at(1) };
    scene.apply(shred()).await;
    assert_eq!(left().await, [old.id, new.id, others.id]);
    let mut standing = pending.0.standing.clone();
    standing.state = PaymentState::Completed { settled_at: at(6) };
    let ended = PaymentChange { id: pending.0.id, expected: pending.0.version, standing };
    scene.apply(Command::ChangePayment(Box::new(ended))).await;
    scene.apply(Command::ShredKept { person: scene.make.id(), until: at(1) }).await;
    assert_eq!(left().await, [old.id, new.id, others.id], "they are somebody else's");
    scene.apply(shred()).await;
    assert_eq!(left().await, [new.id, others.id]);
}

fn claim(id: PersonId, expected: u32, holdings: Holdings) -> Command {
    Command::ClaimPerson(PersonClaim { id, expected, holdings })
}

/// A decision on a matter is a conflict where something came to be, or ended, or was decided since; what
/// is added of somebody is one where a matter was decided since, or they are gone.
pub async fn a_person_is_claimed_and_expected_as_they_were_read(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant, person) = (&scene.store, scene.make.tenant, scene.person.id);
    let held = async || store.holdings(tenant, person).await.expect("a read");
    let expect = |expected| Command::ExpectPerson { id: person, expected };
    scene.apply(expect(1)).await;
    for wrong in [0, 2] {
        scene.conflicts(expect(wrong)).await;
        scene.conflicts(claim(person, wrong, held().await)).await;
    }
    let before = held().await;
    let consent = ConsentRow { person: Some(person), ..scene.make.consent(scene.link.id) };
    scene.apply(Command::AddConsent(consent.clone())).await;
    scene.conflicts(claim(person, 1, before)).await;
    let page = store.consents_of_person(tenant, person, None, MAX_PAGE).await.expect("a read");
    assert_eq!(page.rows.len() as u64, held().await.consents);
    assert!(page.rows.contains(&consent) && page.rows.iter().all(|row| row.person == Some(person)));
    let before = held().await;
    let added = asked_for(&scene, (PaymentState::Requested, InstructionState::Requested), 1);
    add_both(&scene, &added).await;
    scene.conflicts(claim(person, 1, before)).await;
    scene.apply(claim(person, 1, held().await)).await;
    assert_eq!(
        store.person(tenant, person).await.expect("a read").expect("it is there").version,
        2
    );
    scene.conflicts(expect(1)).await;
    scene.conflicts(claim(person, 1, held().await)).await;
    scene.apply(expect(2)).await;
    let both = scene.unit().with(claim(person, 2, held().await)).with(Command::ShredPerson(person));
    scene.commit(both).await;
    scene.conflicts(expect(3)).await;
    scene.conflicts(claim(person, 3, held().await)).await;
}

/// A decision on nobody in particular is a conflict where somebody is found by the same look-up by now.
pub async fn whoever_is_not_there_yet_is_expected_so(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.conflicts(Command::ExpectNobody(scene.person.lookup)).await;
    let other = scene.make.person();
    scene.apply(Command::ExpectNobody(other.lookup)).await;
    scene.apply(Command::AddPerson(other.clone())).await;
    scene.conflicts(Command::ExpectNobody(other.lookup)).await;
    // They go with the unit that finds nobody afterwards.
    let gone = scene.unit().with(Command::ShredPerson(other.id));
    scene.commit(gone.with(Command::ExpectNobody(other.lookup))).await;
    // Another tenant's person is somebody else.
    let elsewhere = Scene::of_tenant(&backend, 2).await;
    elsewhere.apply(Command::ExpectNobody(scene.person.lookup)).await;
}

/// Whether a block holds is asked of each kind and state of matter as the model has it, of that look-up and
/// tenant alone.
pub async fn a_block_of_somebody_is_expected_as_it_was_read(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let elsewhere = Scene::of_tenant(&backend, 2).await;
    for kind in MatterKind::ALL {
        for state in MatterState::ALL {
            let (subject, other) = (scene.make.fresh_digest(), scene.make.fresh_digest());
            let expect = |is_blocked| Command::ExpectBlocked { subject, is_blocked };
            scene.apply(expect(false)).await;
            scene.conflicts(expect(true)).await;
            let asked = matter(&scene, kind, false);
            let standing = MatterStanding { state, ..asked.standing };
            let row = MatterRow { subject: Some(subject), standing, ..asked };
            let holds = kind == MatterKind::Block && state.blocks();
            let unit = scene.unit().with(Command::AddMatter(Box::new(row)));
            scene.commit(unit.with(expect(holds))).await;
            scene.apply(expect(holds)).await;
            scene.conflicts(expect(!holds)).await;
            scene.apply(Command::ExpectBlocked { subject: other, is_blocked: false }).await;
            elsewhere.apply(expect(false)).await;
        }
    }
}

/// Whoever answers a person reads what is kept of them whatever may be shown, and nothing of others.
pub async fn what_is_kept_is_found_whatever_may_be_shown(backend: Backend) {
    let (rows, person) = owned(&backend).await;
    let (store, scene, tenant) = (&backend.store, &rows.scene, rows.scene.make.tenant);
    let kept = async || {
        let accounts = store.kept_accounts(tenant, person.id, None, MAX_PAGE).await;
        let balances = store.kept_balances(tenant, scene.account.id, None, MAX_PAGE).await;
        let records = store.kept_records(tenant, scene.link.id, None, MAX_PAGE).await;
        (
            accounts.expect("a read").rows,
            balances.expect("a read").rows,
            records.expect("a read").rows,
        )
    };
    let before = kept().await;
    assert!(before.0.contains(&scene.account));
    assert!(before.1.iter().all(|row| row.account == scene.account.id) && !before.1.is_empty());
    assert_eq!(before.2, [rows.record.clone()]);
    let state = scene.consent.state.revoke(NOW).expect("it holds");
    let (id, expected) = (scene.consent.id, scene.consent.version);
    scene.apply(Command::ChangeConsent { id, expected, state }).await;
    assert_eq!(store.account(tenant, scene.account.id, NOW).await.expect("a read"), None);
    assert_eq!(kept().await, before);
    // Of others, and behind the last one, there is nothing.
    let (nobody, elsewhere) = (scene.make.id(), scene.make.id());
    let none = store.kept_accounts(tenant, nobody, None, MAX_PAGE).await.expect("a read");
    assert_eq!(none.rows, []);
    let after = before.0.last().map(|row| row.id);
    let none = store.kept_accounts(tenant, person.id, after, MAX_PAGE).await.expect("a read");
    assert_eq!(none.rows, []);
    let none = store.kept_records(tenant, elsewhere, None, MAX_PAGE).await.expect("a read");
    assert_eq!(none.rows, []);
    let none = store.kept_records(tenant, scene.link.id, Some(rows.record.id), MAX_PAGE).await;
    assert_eq!(none.expect("a read").rows, []);
    let none = store.kept_balances(tenant, scene.make.id(), None, MAX_PAGE).await;
    assert_eq!(none.expect("a read").rows, []);
}

/// Balances of an account come in the order of kind, day and consent, however they are cut into pages.
pub async fn kept_balances_come_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let (store, tenant, account) = (&scene.store, scene.make.tenant, scene.account.id);
    let mut rows = Vec::new();
    for kind in [BalanceKind::Available, BalanceKind::Ledger] {
        for day in [date(2026, 1, 31), date(2026, 2, 1)] {
            for consent in [scene.consent.id, scene.make.id()] {
                let row = scene.make.balance(account, consent);
                rows.push(BalanceRow { kind, as_of: day, ..row });
            }
        }
    }
    scene.apply(Command::AddBalances(rows.clone())).await;
    rows.sort_by_key(|row| (codes::balance_kind(row.kind), row.as_of, row.consent));
    let read = async |after, limit| store.kept_balances(tenant, account, after, limit).await;
    check_list(&rows, read).await;
}

/// A file that told of several people is named by nobody's import once one of them is erased.
pub async fn a_file_of_several_people_goes_with_each(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let tenant = scene.make.tenant;
    let archive: ArchiveId = scene.make.id();
    let other = AccountRow { person: None, ..scene.make.account(scene.make.id(), scene.set.id) };
    scene.apply(Command::AddAccount(other.clone())).await;
    let mut kept = Vec::new();
    for (account, archive) in
        [(scene.account.id, archive), (other.id, archive), (other.id, scene.make.id())]
    {
        let row = ImportRow { archive, ..scene.make.import(account, scene.consent.id) };
        scene.apply(Command::AddImport(row.clone())).await;
        kept.push(row);
    }
    scene.apply(Command::ForgetPerson(scene.person.id)).await;
    let read = async |id| scene.store.import(tenant, id).await.expect("a read");
    assert_eq!(read(kept[0].id).await, None, "it was theirs");
    let parted = ImportRow { archive: NO_ARCHIVE, ..kept[1].clone() };
    assert_eq!(read(kept[1].id).await, Some(parted));
    assert_eq!(read(kept[2].id).await, Some(kept[2].clone()), "another file");
}

/// A consent that is narrowed shows what it is still about, and nothing else.
pub async fn a_narrowed_consent_shows_what_it_is_about(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let scene = &rows.scene;
    let (store, tenant) = (&backend.store, scene.make.tenant);
    let shown = async || {
        let page = store.movements(tenant, &everything()).await.expect("a read");
        let account = store.account(tenant, scene.account.id, NOW).await.expect("a read");
        let balances = store.balances(tenant, scene.account.id, NOW).await.expect("a read");
        let sets = store.holding(tenant, vec![scene.set.id], NOW).await.expect("a read");
        let accounts =
            [!page.rows.is_empty(), account.is_some(), !balances.is_empty(), !sets.is_empty()];
        let record = store.record(tenant, rows.record.id, NOW).await.expect("a read").is_some();
        let filter = RecordFilter { link: Some(scene.link.id), kind: None };
        let records = store.records(tenant, filter, NOW, None, MAX_PAGE).await.expect("a read");
        let kind = rows.record.kind;
        let newest = store.newest_record(tenant, scene.link.id, kind, NOW).await.expect("a read");
        (accounts, [record, !records.rows.is_empty(), newest.is_some()])
    };
    assert_eq!(shown().await, ([true; 4], [true; 3]));
    let of = RecordKinds::one(rows.record.kind);
    let other = RecordKind::ALL.into_iter().find(|kind| *kind != rows.record.kind);
    let others = RecordKinds::one(other.expect("there are several"));
    for (version, (accounts, records, expected)) in (1..).zip([
        (true, of, ([true; 4], [true; 3])),
        (false, of, ([false; 4], [true; 3])),
        (true, others, ([true; 4], [false; 3])),
    ]) {
        let data = ConsentData { accounts, records };
        let (id, expected_version) = (scene.consent.id, version);
        scene.apply(Command::NarrowConsent { id, expected: expected_version, data }).await;
        assert_eq!(shown().await, expected, "{data:?}");
    }
}
