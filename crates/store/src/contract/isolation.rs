//! Tenants do not see each other. The second tenant asks for the first one's rows by every read
//! there is, with the right ids.

use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentState, Failure, LinkSource, MovementStatus, RecordKind};
use cartola_primitives::id::TenantId;
use cartola_primitives::{Currency, Date, Money};

use super::Backend;
use super::audit::anchor;
use super::crew::{TERM, Worker};
use super::fixtures::{Fixtures, NOW};
use super::movements::{change_to, changed};
use super::scene::{Scene, everything};
use crate::accounts::BalanceRow;
use crate::answers::AnswerRow;
use crate::authorizations::{
    AuthorizationFilter, AuthorizationRow, EnrolmentFilter, EnrolmentRow, KnownPayee,
};
use crate::checkouts::CheckoutRow;
use crate::imports::ImportRow;
use crate::instructions::{InstructionFilter, InstructionRow};
use crate::jobs::{ClaimedJob, JobEnd, JobOrder, Queue, Standing};
use crate::matters::{MatterFilter, MatterRow};
use crate::movements::{AliasRow, FeedChange, MovementQuery, MovementRow, SourceRow};
use crate::outbox::{Attempt, AttemptOutcome, DeliveryEnd, MessageOrder, MessageQuery};
use crate::payments::{PaymentPage, PaymentRow};
use crate::payouts::PayoutRow;
use crate::people::LinkSecretRow;
use crate::records::{RecordFilter, RecordRow};
use crate::sightings::SightingRow;
use crate::subjects::{Belonging, Holdings, PersonClaim};
use crate::tasks::TaskRow;
use crate::tenancy::CredentialRow;
use crate::vault::DataKeyRow;
use crate::{Command, MAX_PAGE, Store, StoreErrorKind, UnitOfWork};

/// A row of everything beside the scene's.
pub(super) struct Everything {
    pub(super) scene: Scene,
    credential: CredentialRow,
    secret: LinkSecretRow,
    data_key: DataKeyRow,
    balance: BalanceRow,
    pub(super) movement: MovementRow,
    source: SourceRow,
    alias: AliasRow,
    pub(super) import: ImportRow,
    sighting: SightingRow,
    answer: AnswerRow,
    pub(super) job: JobOrder,
    pub(super) message: MessageOrder,
    pub(super) record: RecordRow,
    pub(super) task: TaskRow,
    pub(super) payment: PaymentRow,
    checkout: CheckoutRow,
    payout: PayoutRow,
    pub(super) enrolment: EnrolmentRow,
    pub(super) authorization: AuthorizationRow,
    pub(super) instruction: InstructionRow,
    payee: KnownPayee,
    pub(super) matter: MatterRow,
}

impl Everything {
    pub(super) async fn of_first_tenant(backend: &Backend) -> Self {
        let scene = Scene::new(backend).await;
        let make = &scene.make;
        let movement = scene.movement();
        let import = make.import(scene.account.id, scene.consent.id);
        let id = movement.movement.id;
        let rows = Self {
            credential: make.credential(),
            secret: LinkSecretRow {
                link: scene.link.id,
                mandate: scene.consent.id,
                barred: None,
                sealed: make.sealed("secret"),
            },
            data_key: make.data_key(None),
            balance: make.balance(scene.account.id, scene.consent.id),
            source: make.source(&movement.movement, import.id, scene.consent.id),
            alias: AliasRow { alias: make.id(), movement: id, at: NOW, undone: false },
            sighting: make.sighting(scene.account.id, scene.consent.id, (1, 31)),
            answer: make.answer(),
            job: make.job(),
            message: make.message("https://one.example"),
            record: make.record(scene.link.id, RecordKind::Cards, scene.consent.id),
            task: make.task(scene.link.id),
            payment: payment_on_a_page(&scene),
            checkout: make.checkout(),
            payout: make.payout("pagos"),
            instruction: make.instruction(scene.link.id, scene.consent.id),
            enrolment: make.enrolment(scene.person.id),
            authorization: make.authorization(scene.person.id),
            payee: KnownPayee {
                person: scene.person.id,
                payee: make.fresh_digest(),
                authorization: make.id(),
                since: NOW,
            },
            matter: make.matter(Some(scene.person.id)),
            movement,
            import,
            scene,
        };
        rows.scene
            .commit(rows.commands().into_iter().fold(rows.scene.unit(), UnitOfWork::with))
            .await;
        rows
    }

    /// What adds them; the scene's own rows are not among them.
    fn commands(&self) -> Vec<Command> {
        vec![
            Command::AddCredential(self.credential.clone()),
            Command::KeepLinkSecret(self.secret.clone()),
            Command::AddDataKey(self.data_key.clone()),
            Command::AddBalances(vec![self.balance.clone()]),
            Command::AddMovements(vec![self.movement.clone()]),
            Command::AddSources(vec![self.source.clone()]),
            Command::AddAlias(self.alias),
            Command::AddImport(self.import.clone()),
            Command::KeepSighting(self.sighting.clone()),
            Command::Audit(AuditEvent::once("movement.added", "operator", "one")),
            Command::AddAnchor(anchor(1)),
            Command::RecordAnswer(self.answer.clone()),
            Command::EnqueueJob(self.job.clone()),
            Command::AddMessage(self.message.clone()),
            Command::AddRecord(self.record.clone()),
            Command::AddTask(self.task.clone()),
            Command::AddPayment(Box::new(self.payment.clone())),
            Command::AddCheckout(Box::new(self.checkout.clone())),
            Command::AddPayout(Box::new(self.payout.clone())),
            Command::AddInstruction(Box::new(self.instruction.clone())),
            Command::AddEnrolment(Box::new(self.enrolment.clone())),
            Command::AddAuthorization(Box::new(self.authorization.clone())),
            Command::KeepPayee(self.payee),
            Command::AddMatter(Box::new(self.matter.clone())),
        ]
    }

    /// The same content for another tenant, whose unit this is.
    pub(super) fn for_tenant(&self, make: &Fixtures) -> UnitOfWork {
        let unit = UnitOfWork::new(make.tenant, NOW)
            .with(Command::AddTenant(make.tenant("the other")))
            .with(Command::AddPerson(self.scene.person.clone()))
            .with(Command::AddLink(self.scene.link.clone()))
            .with(Command::AddConsent(self.scene.consent.clone()))
            .with(Command::AddConsentSets(vec![self.scene.set]))
            .with(Command::AddAccount(self.scene.account.clone()));
        self.commands().into_iter().fold(unit, UnitOfWork::with)
    }
}

fn payment_on_a_page(scene: &Scene) -> PaymentRow {
    let mut row = scene.make.payment(scene.link.id, scene.consent.id);
    row.standing.page = Some(PaymentPage { digest: scene.make.fresh_digest(), expires_at: NOW });
    row
}

/// A tenant that has nothing.
async fn empty_tenant(backend: &Backend) -> TenantId {
    let make = Fixtures::new(2);
    let unit = UnitOfWork::new(make.tenant, NOW).with(Command::AddTenant(make.tenant("the other")));
    backend.store.commit(unit).await.expect("a new tenant is taken");
    make.tenant
}

/// Credentials and data keys.
pub async fn tenancy_and_vault(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let store = &backend.store;
    let digest = &rows.credential.digest;
    assert_eq!(store.credential(other, digest).await.expect("a read"), None);
    let id = rows.credential.id;
    assert_eq!(store.credential_by_id(other, id).await.expect("a read"), None);
    assert_eq!(store.credentials(other).await.expect("a read"), []);
    assert_eq!(store.data_key(other, rows.data_key.id).await.expect("a read"), None);
    assert_eq!(store.data_key_of(other, None).await.expect("a read"), None);
    let named = store.tenant(other).await.expect("a read").map(|row| row.name);
    assert_eq!(named.as_deref(), Some("the other"));
}

/// Persons, links and consents.
pub async fn people_and_consents(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, scene) = (&backend.store, &rows.scene);
    assert_eq!(store.person(other, scene.person.id).await.expect("a read"), None);
    let person = store.person_by_lookup(other, &scene.person.lookup).await.expect("a read");
    assert_eq!(person, None);
    let (institution, person) = (&scene.link.institution, scene.link.person);
    let link = store.link_of(other, institution, person, LinkSource::Files).await.expect("a read");
    assert_eq!(link, None);
    assert_eq!(store.links(other, None, MAX_PAGE).await.expect("a read").rows, []);
    assert_eq!(store.link(other, scene.link.id).await.expect("a read"), None);
    assert_eq!(store.link_secret(other, scene.link.id).await.expect("a read"), None);
    assert_eq!(store.consent(other, scene.consent.id).await.expect("a read"), None);
    for link in [None, Some(scene.link.id)] {
        let found = store.consents(other, link, None, MAX_PAGE).await.expect("a read");
        assert_eq!(found.rows, []);
    }
    assert_eq!(store.mandates_of_links(other, vec![scene.link.id], &[]).await.expect("a read"), []);
}

/// Accounts, balances and imports.
pub async fn accounts_and_imports(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, account) = (&backend.store, &rows.scene.account);
    assert_eq!(store.account(other, account.id, NOW).await.expect("a read"), None);
    let found = store.account_by_identity(other, &account.identity).await.expect("a read");
    assert_eq!(found, None);
    assert_eq!(store.accounts(other, None, MAX_PAGE, NOW).await.expect("a read").rows, []);
    assert_eq!(store.balances(other, account.id, NOW).await.expect("a read"), []);
    assert_eq!(store.import(other, rows.import.id).await.expect("a read"), None);
    let found = store.imports_of_content(other, &rows.import.content).await.expect("a read");
    assert_eq!(found, []);
    for of in [None, Some(account.id)] {
        assert_eq!(store.imports(other, of, None, MAX_PAGE).await.expect("a read").rows, []);
    }
}

/// Records, tasks, payments, checkouts and payouts.
pub async fn records_and_tasks(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, row) = (&backend.store, &rows.record);
    assert_eq!(store.record(other, row.id, NOW).await.expect("a read"), None);
    let last = store.last_record(other, row.link, row.kind, row.consent).await.expect("a read");
    assert_eq!(last, None);
    let newest = store.newest_record(other, row.link, row.kind, NOW).await.expect("a read");
    assert_eq!(newest, None);
    for link in [None, Some(row.link)] {
        let filter = RecordFilter { link, kind: None };
        let page = store.records(other, filter, NOW, None, MAX_PAGE).await.expect("a read");
        assert_eq!(page.rows, []);
    }
    assert_eq!(store.task(other, rows.task.id).await.expect("a read"), None);
    assert_eq!(store.tasks(other, None, MAX_PAGE).await.expect("a read").rows, []);
    let (payment, page) = (&rows.payment, rows.payment.standing.page.expect("it has one"));
    assert_eq!(store.payment(other, payment.id).await.expect("a read"), None);
    assert_eq!(store.payment_of_case(other, &payment.case.key).await.expect("a read"), None);
    assert_eq!(store.payment_of_page(other, &page.digest).await.expect("a read"), None);
    assert_eq!(store.payments(other, None, None, MAX_PAGE).await.expect("a read").rows, []);
    let checkout = &rows.checkout;
    assert_eq!(store.checkout(other, checkout.id).await.expect("a read"), None);
    assert_eq!(store.checkout_of_token(other, &checkout.token).await.expect("a read"), None);
    assert_eq!(store.checkout_of_case(other, &checkout.case.key).await.expect("a read"), None);
    let payout = &rows.payout;
    assert_eq!(store.payout(other, payout.id).await.expect("a read"), None);
    assert_eq!(store.payout_of_case(other, &payout.case.key).await.expect("a read"), None);
    let listed = store.payouts(other, &payout.list, None, MAX_PAGE).await.expect("a read");
    assert_eq!(listed.rows, []);
}

/// What banks are told to do beside transfers.
pub async fn instructions(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, row) = (&backend.store, &rows.instruction);
    assert_eq!(store.instruction(other, row.id).await.expect("a read"), None);
    assert_eq!(store.instruction_of_case(other, &row.case.key).await.expect("a read"), None);
    for about in [None, Some(row.about)] {
        let filter = InstructionFilter { kind: row.kind, standing: None, about };
        let page = store.instructions(other, filter, None, MAX_PAGE).await.expect("a read");
        assert_eq!(page.rows, []);
    }
}

/// Phones, and what is approved on them.
pub async fn authorizations(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, phone, asked) = (&backend.store, &rows.enrolment, &rows.authorization);
    assert_eq!(store.enrolment(other, phone.id).await.expect("a read"), None);
    assert_eq!(store.enrolment_of_code(other, &phone.code).await.expect("a read"), None);
    for person in [None, Some(phone.person)] {
        let filter = EnrolmentFilter { person, ..EnrolmentFilter::default() };
        let page = store.enrolments(other, filter, None, MAX_PAGE).await.expect("a read");
        assert_eq!(page.rows, []);
        let filter = AuthorizationFilter { person, ..AuthorizationFilter::default() };
        let page = store.authorizations(other, filter, None, MAX_PAGE).await.expect("a read");
        assert_eq!(page.rows, []);
    }
    assert_eq!(store.authorization(other, asked.id).await.expect("a read"), None);
    let of_case = store.authorization_of_case(other, &asked.case.key).await.expect("a read");
    assert_eq!(of_case, None);
    let KnownPayee { person, payee, since, .. } = rows.payee;
    assert!(!store.knows_payee(other, person, &payee, since).await.expect("a read"));
    let page = store.known_payees(other, person, None, MAX_PAGE).await.expect("a read");
    assert_eq!(page.rows, []);
    let own = rows.scene.make.tenant;
    assert!(store.knows_payee(own, person, &payee, since).await.expect("a read"));
}

/// Whose something is, and what is asked of it.
pub async fn subjects(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, row, asked) = (&backend.store, &rows.matter, &rows.authorization);
    assert_eq!(store.matter(other, row.id).await.expect("a read"), None);
    for subject in [None, row.subject] {
        let filter = MatterFilter { subject, ..MatterFilter::default() };
        assert_eq!(store.matters(other, filter, None, MAX_PAGE).await.expect("a read").rows, []);
    }
    let of = Belonging::Authorization(asked.id);
    assert_eq!(store.owner(other, of).await.expect("a read"), None);
    let held = store.holdings(other, asked.person).await.expect("a read");
    assert_eq!(held, Holdings::default());
    let consents = store.consents_of_person(other, asked.person, None, MAX_PAGE).await;
    assert_eq!(consents.expect("a read").rows, []);
    let accounts = store.kept_accounts(other, asked.person, None, MAX_PAGE).await;
    assert_eq!(accounts.expect("a read").rows, []);
    let (account, link) = (rows.scene.account.id, rows.scene.link.id);
    let balances = store.kept_balances(other, account, None, MAX_PAGE).await;
    assert_eq!(balances.expect("a read").rows, []);
    assert_eq!(store.kept_records(other, link, None, MAX_PAGE).await.expect("a read").rows, []);
    let claim = PersonClaim { id: asked.person, expected: 1, holdings: held };
    let expected = Command::ExpectPerson { id: asked.person, expected: 1 };
    for touch in [expected, Command::ClaimPerson(claim)] {
        let refused = store.commit(UnitOfWork::new(other, NOW).with(touch)).await;
        assert_eq!(refused.expect_err("nobody is there").kind, StoreErrorKind::Conflict);
    }
    let kept = Command::ShredKept { person: asked.person, until: NOW };
    for erase in [kept, Command::ForgetPerson(asked.person), Command::ShredPerson(asked.person)] {
        store.commit(UnitOfWork::new(other, NOW).with(erase)).await.expect("nobody is there");
    }
    let tenant = rows.scene.make.tenant;
    assert_eq!(store.owner(tenant, of).await.expect("a read"), Some(asked.person));
    assert!(store.record(tenant, rows.record.id, NOW).await.expect("a read").is_some());
}

/// Movements, the feed, sources and aliases.
pub async fn movements(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let (store, account) = (&backend.store, rows.scene.account.id);
    let id = rows.movement.movement.id;
    for account in [None, Some(account)] {
        for status in [None, Some(MovementStatus::Booked)] {
            let query = MovementQuery { account, status, ..everything() };
            assert!(store.movements(other, &query).await.expect("a read").rows.is_empty());
        }
    }
    assert!(store.movement(other, id, NOW).await.expect("a read").is_none());
    let window = store.window(other, account, Date::MIN, Date::MAX).await.expect("a read");
    assert!(window.is_empty());
    assert_eq!(store.day_before(other, account, Date::MAX).await.expect("a read"), []);
    assert!(store.feed(other, 0, MAX_PAGE, NOW).await.expect("a read").is_empty());
    for id in [id, rows.alias.alias] {
        assert_eq!(store.aliases(other, id).await.expect("a read"), []);
    }
}

/// The audit trail and answers.
pub async fn audit_and_answers(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let store = &backend.store;
    assert_eq!(store.audit(other, 0, MAX_PAGE).await.expect("a read"), []);
    assert_eq!(store.audit_head(other).await.expect("a read"), None);
    assert_eq!(store.anchors(other, 0, MAX_PAGE).await.expect("a read"), []);
    assert_eq!(store.last_anchor(other).await.expect("a read"), None);
    assert_eq!(store.answer(other, &rows.answer.key, NOW).await.expect("a read"), None);
}

/// Jobs and messages; another tenant cannot prolong or end what is not its own either.
pub async fn jobs_and_outbox(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let other = empty_tenant(&backend).await;
    let store = &backend.store;
    let (job, message) = (rows.job.id, rows.message.id);
    let worker = Worker::new(store, 1);
    let taken = worker.take_one().await;
    let claim = worker.claim(Queue::Outbox, 1, NOW);
    let sending = worker.take_by(claim).await.remove(0);
    let attempt = Attempt { at: NOW, lasted: TERM, outcome: AttemptOutcome::Status(410) };
    let end = DeliveryEnd::Disabled;
    let foreign = [
        Command::EndJob { id: job, lease: taken.lease, end: JobEnd::Done },
        Command::CancelJob { id: job, expected: Standing::Running, failure: Failure::Timeout },
        Command::EndDelivery { id: message, lease: sending.lease, attempt, end },
    ];
    for command in foreign {
        let unit = UnitOfWork::new(other, NOW).with(command);
        let refused = store.commit(unit).await.expect_err("it is not its own");
        assert_eq!(refused.kind, StoreErrorKind::Conflict);
    }
    let theirs = ClaimedJob { tenant: other, ..taken };
    let refused = worker.prolong(&theirs).await.expect_err("it is not its own");
    assert_eq!(refused.kind, StoreErrorKind::Conflict);
    rows.scene
        .apply(Command::EndDelivery { id: message, lease: sending.lease, attempt, end })
        .await;
    let dead = Command::ReplayMessage(message);
    let refused = store.commit(UnitOfWork::new(other, NOW).with(dead)).await;
    assert_eq!(refused.expect_err("it is not its own").kind, StoreErrorKind::Conflict);
    assert_eq!(store.job(other, job).await.expect("a read"), None);
    for queue in Queue::ALL {
        let listed = store.jobs(other, queue, None, None, MAX_PAGE).await.expect("a read");
        assert_eq!(listed.rows, []);
    }
    assert_eq!(store.message(other, message).await.expect("a read"), None);
    assert_eq!(
        store.messages(other, MessageQuery::ALL, None, MAX_PAGE).await.expect("a read").rows,
        []
    );
    assert_eq!(store.attempts(other, message).await.expect("a read"), []);
    let destination = &rows.message.destination;
    assert_eq!(store.disabled(other, destination).await.expect("a read"), None);
}

/// The archive neither reads nor removes for another tenant, and an id is free in each.
pub async fn archive(backend: Backend) {
    let make = Fixtures::new(1);
    let other = Fixtures::new(2);
    let archive = &backend.archive;
    let id = make.id();
    let [mine, theirs] = [make.sealed("mine"), other.sealed("theirs")];
    archive.put(make.tenant, id, mine.clone()).await.expect("an object is put");
    assert_eq!(archive.read(other.tenant, id).await.expect("a read"), None);
    archive.remove(other.tenant, id).await.expect("nothing is forgotten");
    archive.put(other.tenant, id, theirs.clone()).await.expect("the id is free here");
    assert_eq!(archive.read(make.tenant, id).await.expect("a read"), Some(mine));
    assert_eq!(archive.read(other.tenant, id).await.expect("a read"), Some(theirs));
}

async fn feed_positions(store: &dyn Store, tenant: TenantId) -> Vec<u64> {
    let entries = store.feed(tenant, 0, MAX_PAGE, NOW).await.expect("a read");
    entries.iter().map(|entry| entry.position).collect()
}

/// Nothing is unique across tenants but the tenants' own ids and names, and each has its own feed
/// and its own chain.
pub async fn equal_content_of_two_tenants_stands_side_by_side(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let make = Fixtures::new(2);
    let receipt =
        backend.store.commit(rows.for_tenant(&make)).await.expect("nothing is in the way");
    assert_eq!(receipt.feed_position, Some(1));
    let store = &*backend.store;
    let mut heads = Vec::new();
    for tenant in [rows.scene.make.tenant, make.tenant] {
        assert_eq!(feed_positions(store, tenant).await, [1]);
        let found = store.movements(tenant, &everything()).await.expect("a read").rows;
        assert_eq!(found.to_rows().expect("rows are sound"), [rows.movement.clone()]);
        let sources = store.movement(tenant, rows.movement.movement.id, NOW).await;
        let sources = sources.expect("a read").expect("it is shown").sources;
        assert_eq!(sources, [rows.source.clone()]);
        heads.extend(store.audit_head(tenant).await.expect("a read"));
    }
    assert_eq!(heads.iter().map(|head| head.0).collect::<Vec<_>>(), [1, 1]);
    assert_ne!(heads[0].1, heads[1].1, "a chain is bound to its tenant");
}

/// What one tenant changes, the other one keeps as it was, even where ids are the same.
pub async fn a_change_reaches_one_tenant_only(backend: Backend) {
    let rows = Everything::of_first_tenant(&backend).await;
    let (scene, make) = (&rows.scene, Fixtures::new(2));
    backend.store.commit(rows.for_tenant(&make)).await.expect("nothing is in the way");
    let amended =
        changed(&rows.movement, |next| next.movement.amount = Money::new(1, Currency::CLP));
    let state = ConsentState::Revoked { granted_at: NOW, at: NOW };
    let unit = UnitOfWork::new(make.tenant, NOW)
        .with(change_to(&amended, FeedChange::Modified))
        .with(Command::RevokeCredential(rows.credential.id))
        .with(Command::ChangeConsent { id: scene.consent.id, expected: 1, state });
    backend.store.commit(unit).await.expect("the other tenant changes its rows");
    assert_eq!(scene.shown().await, [rows.movement.clone()]);
    let store = &backend.store;
    let hidden = store.movements(make.tenant, &everything()).await.expect("a read");
    assert!(hidden.rows.is_empty());
    let consent = store.consent(scene.make.tenant, scene.consent.id).await.expect("a read");
    assert_eq!(consent.as_ref(), Some(&scene.consent));
    let credentials = store.credentials(scene.make.tenant).await.expect("a read");
    assert_eq!(credentials, [rows.credential.clone()]);
    assert_eq!(feed_positions(&**store, scene.make.tenant).await, [1]);
}
