//! The unit of work: what is to change, as a value.

use async_trait::async_trait;
use cartola_crypto::{ChainHash, Digest};
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentData, ConsentState, Failure, LinkState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, CredentialId, EnrolmentId, JobId, LeaseId, LinkId,
    MessageId, MovementId, PersonId, RecordId, SourceId, TaskId, TenantId,
};

use crate::StoreError;
use crate::accounts::{AccountRow, BalanceRow};
use crate::answers::AnswerRow;
use crate::asking::{ReadingRow, SignInsRow};
use crate::audit::AnchorRow;
use crate::authorizations::{
    AuthorizationChange, AuthorizationRow, EnrolmentChange, EnrolmentRow, KnownPayee,
};
use crate::checkouts::{CheckoutChange, CheckoutRow};
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::imports::ImportRow;
use crate::instructions::{InstructionChange, InstructionRow};
use crate::jobs::{JobEnd, JobOrder, Standing};
use crate::matters::{MatterChange, MatterRow};
use crate::movements::{AliasRow, FeedChange, MovementRow, SourceRow};
use crate::outbox::{Attempt, DeliveryEnd, MessageOrder};
use crate::payments::{PaymentChange, PaymentRow};
use crate::payouts::PayoutRow;
use crate::people::{LinkRow, LinkSecretRow, PersonRow};
use crate::records::RecordRow;
use crate::sightings::SightingRow;
use crate::subjects::PersonClaim;
use crate::tasks::{TaskEnd, TaskRow};
use crate::tenancy::{CredentialRow, TenantRow};
use crate::vault::DataKeyRow;

/// What is to change for one tenant, whole or not at all.
#[derive(Debug, Clone)]
pub struct UnitOfWork {
    /// Whose.
    pub tenant: TenantId,
    /// When it was decided, by the business clock.
    pub at: Timestamp,
    /// The changes, applied in order.
    pub commands: Vec<Command>,
}

impl UnitOfWork {
    /// An empty one. The instant is cut to microseconds, which is what stores keep: the audit
    /// chain hashes it, and must find the same one again.
    pub fn new(tenant: TenantId, at: Timestamp) -> Self {
        let at = Timestamp::from_microsecond(at.as_microsecond())
            .expect("a whole microsecond of an instant lies in its range");
        Self { tenant, at, commands: Vec::new() }
    }

    /// One more change.
    #[must_use]
    pub fn with(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// Whether those who wait for jobs may find something new after it.
    pub fn moves_jobs(&self) -> bool {
        self.commands.iter().any(|command| {
            matches!(
                command,
                Command::EnqueueJob(_)
                    | Command::EndJob { .. }
                    | Command::CancelJob { .. }
                    | Command::CancelJobsUnder { .. }
                    | Command::AddMessage(_)
                    | Command::EndDelivery { .. }
                    | Command::ReplayMessage(_)
            )
        })
    }

    /// One more change.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }
}

/// One change. A row that is added must be new by its id and by each column that its type calls
/// unique; otherwise the whole unit is a conflict.
#[derive(Debug, Clone)]
pub enum Command {
    /// A new tenant; the unit's tenant is the new one.
    AddTenant(TenantRow),
    /// A new credential.
    AddCredential(CredentialRow),
    /// Withdraws a credential that still holds.
    RevokeCredential(CredentialId),
    /// Ends every session of a device of the tenant's that still holds, be there any or not.
    EndSessions,
    /// Gives a credential that still holds another secret and another end, which may be later; a
    /// conflict when its secret is not the one that was expected.
    RenewCredential {
        /// Which.
        id: CredentialId,
        /// Keyed digest of the secret that it has.
        expected: Digest,
        /// Keyed digest of the one that it has from now on.
        digest: Digest,
        /// From then on it does not hold.
        until: Timestamp,
    },
    /// Says until when a credential holds; a conflict when it ends by then as it is.
    EndCredential {
        /// Which.
        id: CredentialId,
        /// Until when.
        at: Timestamp,
    },
    /// A new data key.
    AddDataKey(DataKeyRow),
    /// A new person.
    AddPerson(PersonRow),
    /// Changes nothing; a conflict when a person is not there in this version: what the unit adds of
    /// theirs was decided before a matter of theirs was, or is sealed under a key that is gone.
    ExpectPerson {
        /// Who.
        id: PersonId,
        /// The version the decision was made on.
        expected: u32,
    },
    /// Changes nothing; a conflict when somebody is found by this look-up by now: what the unit decides of
    /// whoever asked was decided of nobody in particular.
    ExpectNobody(Digest),
    /// Changes nothing; a conflict when whether a block of whoever is found by this look-up holds is
    /// another than was read: there is no person yet whose version would tell of it. The unit that adds
    /// them says so, and writes into the audit trail, as does whatever moves a matter: so one of the two
    /// comes first.
    ExpectBlocked {
        /// By which they are found.
        subject: Digest,
        /// Whether one was read that holds.
        is_blocked: bool,
    },
    /// Decides on a matter of a person's: raises their version. A conflict when they are not in the version
    /// that was expected, or something came to be of theirs, or ended, since.
    ClaimPerson(PersonClaim),
    /// A new link.
    AddLink(LinkRow),
    /// Moves a link on.
    ChangeLink {
        /// Which.
        id: LinkId,
        /// The version the decision was made on.
        expected: u32,
        /// Where it stands from now on.
        state: LinkState,
    },
    /// What a link signs in with from now on; what it signed in with before is gone.
    KeepLinkSecret(LinkSecretRow),
    /// Destroys what a link signs in with; a conflict when there is nothing.
    DestroyLinkSecret(LinkId),
    /// A new consent.
    AddConsent(ConsentRow),
    /// Moves a consent on.
    ChangeConsent {
        /// Which.
        id: ConsentId,
        /// The version the decision was made on.
        expected: u32,
        /// Where it stands from now on.
        state: ConsentState,
    },
    /// Lets a consent be about less data than before.
    NarrowConsent {
        /// Which.
        id: ConsentId,
        /// The version the decision was made on.
        expected: u32,
        /// What it is about from now on.
        data: ConsentData,
    },
    /// Changes nothing; a conflict when a consent is not in this version: what the unit does was
    /// decided on a consent that held.
    ExpectConsent {
        /// Which.
        id: ConsentId,
        /// The version the decision was made on.
        expected: u32,
    },
    /// New consent sets.
    AddConsentSets(Vec<ConsentSetRow>),
    /// A new account.
    AddAccount(AccountRow),
    /// Claims an account for this unit: raises its version, and sets what allows it to be shown.
    ClaimAccount {
        /// Which.
        id: AccountId,
        /// The version the decision was made on.
        expected: u32,
        /// What allows it to be shown from now on.
        consents: ConsentSetId,
    },
    /// A file of a link tells of an account; nothing where one has done so before.
    FeedAccount {
        /// The link.
        link: LinkId,
        /// The account.
        account: AccountId,
    },
    /// An institution lists these accounts for a link, and none but these: what it listed before
    /// is the link's no more.
    ListAccounts {
        /// The link.
        link: LinkId,
        /// The accounts.
        accounts: Vec<AccountId>,
    },
    /// New movements. Each gets a place in the feed as added.
    AddMovements(Vec<MovementRow>),
    /// Changes of movements.
    ChangeMovements(Vec<MovementChange>),
    /// New source records.
    AddSources(Vec<SourceRow>),
    /// Puts a source record under another movement.
    MoveSource {
        /// Which.
        id: SourceId,
        /// Where it is.
        from: MovementId,
        /// Where it goes; its reason becomes [`cartola_model::MergeReason::Split`].
        to: MovementId,
    },
    /// A new alias.
    AddAlias(AliasRow),
    /// New balances. Of one kind, day and consent, the one that was received last is kept; of two
    /// that were received at once, the later import's.
    AddBalances(Vec<BalanceRow>),
    /// A new import.
    AddImport(ImportRow),
    /// A sighting. Those that it supersedes are gone, and it is not kept where one supersedes it.
    KeepSighting(SightingRow),
    /// An entry of the audit trail. The store gives it its place and hash.
    Audit(AuditEvent),
    /// A new anchor of the audit trail, behind the last one; a conflict where its number is not the next.
    AddAnchor(AnchorRow),
    /// How the last reading of a link went; what was known of the one before is gone.
    KeepReading(ReadingRow),
    /// A new record.
    AddRecord(RecordRow),
    /// An institution told the same again; a conflict when there is no such record.
    ConfirmRecord {
        /// Which.
        id: RecordId,
        /// When it was asked.
        at: Timestamp,
    },
    /// A new task.
    AddTask(TaskRow),
    /// Ends a task; a conflict when it has ended, or is not there.
    EndTask {
        /// Which.
        id: TaskId,
        /// What came of it.
        end: TaskEnd,
    },
    /// A new payment.
    AddPayment(Box<PaymentRow>),
    /// Moves a payment on; a conflict when it is not in the version that was expected.
    ChangePayment(Box<PaymentChange>),
    /// A new checkout.
    AddCheckout(Box<CheckoutRow>),
    /// Moves a checkout on; a conflict when it is not in the version that was expected.
    ChangeCheckout(Box<CheckoutChange>),
    /// A new payout.
    AddPayout(Box<PayoutRow>),
    /// A new instruction.
    AddInstruction(Box<InstructionRow>),
    /// Moves an instruction on; a conflict when it is not in the version that was expected.
    ChangeInstruction(Box<InstructionChange>),
    /// A new phone.
    AddEnrolment(Box<EnrolmentRow>),
    /// Moves an enrolment on; a conflict when it is not in the version that was expected.
    ChangeEnrolment(Box<EnrolmentChange>),
    /// Changes nothing; a conflict when an enrolment is not in this version: what the unit does was
    /// decided on a phone that approves.
    ExpectEnrolment {
        /// Which.
        id: EnrolmentId,
        /// The version the decision was made on.
        expected: u32,
    },
    /// A new authorization.
    AddAuthorization(Box<AuthorizationRow>),
    /// Moves an authorization on; a conflict when it is not in the version that was expected.
    ChangeAuthorization(Box<AuthorizationChange>),
    /// Somebody was paid; changes nothing where that was so before.
    KeepPayee(KnownPayee),
    /// A new matter.
    AddMatter(Box<MatterRow>),
    /// Moves a matter on; a conflict when it is not in the version that was expected.
    ChangeMatter(Box<MatterChange>),
    /// Erases what is kept of a person but their payments, what they approved and who they are: accounts
    /// that are theirs, or that their links told of and that are nobody's, with all that belongs to them,
    /// and what links tell as a whole and sign in with. Links, consents and the audit trail stay: they
    /// hold ids.
    ForgetPerson(PersonId),
    /// Erases what was kept of a person because a law says so, but what has not ended: payments,
    /// instructions and authorizations that were asked for by an instant, and payouts that are sealed
    /// under their key, unless a payment from then has not ended. Who they are, their phones and key
    /// stay.
    ShredKept {
        /// Whose.
        person: PersonId,
        /// What was asked for at this instant or earlier.
        until: Timestamp,
    },
    /// Erases the rest, with the person's data key.
    ShredPerson(PersonId),
    /// What is known of a person's attempts at an institution; a conflict unless the version is the
    /// one after that which is kept, or 1 where there is none.
    KeepSignIns(SignInsRow),
    /// A new job. See [`crate::jobs::MAX_OPEN_JOBS`].
    EnqueueJob(JobOrder),
    /// Ends an attempt at a job that runs under this lease. If the job ends with it, its
    /// continuation is queued and its arguments are forgotten. A conflict when the job does not run under this lease, or not any more.
    EndJob {
        /// Which.
        id: JobId,
        /// The lease under which it runs.
        lease: LeaseId,
        /// What came of it.
        end: JobEnd,
    },
    /// Cancels a job of [`crate::jobs::Queue::Work`]. One that waits ends at once, as [`Self::EndJob`] ends one. One
    /// that runs is marked: its worker hears of it with its next heartbeat, and ends it unless it has
    /// done so. A conflict when the job does not stand so, or not any more.
    CancelJob {
        /// Which.
        id: JobId,
        /// Where it stands: [`Standing::Queued`] or [`Standing::Running`].
        expected: Standing,
        /// What whoever waits is told.
        failure: Failure,
    },
    /// Cancels likewise every job under a mandate, wherever each of them stands.
    CancelJobsUnder {
        /// Which mandate.
        mandate: ConsentId,
        /// What whoever waits is told.
        failure: Failure,
    },
    /// A new message, and the job that delivers it: due at once, or dead from the start where its
    /// destination is disabled.
    AddMessage(MessageOrder),
    /// Logs an attempt at a message, and ends the attempt of its job as [`Self::EndJob`] does.
    EndDelivery {
        /// Which.
        id: MessageId,
        /// The lease under which its job runs.
        lease: LeaseId,
        /// What was tried.
        attempt: Attempt,
        /// What came of it.
        end: DeliveryEnd,
    },
    /// Sends a message that is dead once more, as if it were new; a conflict when it is not dead.
    ReplayMessage(MessageId),
    /// Allows a destination that was disabled. What was given up stays so until it is replayed.
    AllowDestination(Digest),
    /// The answer of an idempotent call. Also forgets the tenant's answers that have expired.
    RecordAnswer(AnswerRow),
}

/// A change of one movement.
#[derive(Debug, Clone)]
pub struct MovementChange {
    /// The movement as it is from now on. Its account cannot change; its version is one higher
    /// where the feed has a word for the change, the same where it has none.
    pub row: MovementRow,
    /// The version the decision was made on.
    pub expected: u32,
    /// The feed's word for it; absent when a client sees no difference (consents alone).
    pub feed: Option<FeedChange>,
}

/// What a commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The tenant's last feed position after it, if it moved.
    pub feed_position: Option<u64>,
    /// The end of the tenant's audit chain after it, if it grew.
    pub audit_head: Option<(u64, ChainHash)>,
}

/// Commands in one unit of work that change many rows count each row; more than this is refused.
pub const MAX_ROWS_PER_UNIT: usize = 2_000_000;

/// Writes.
#[async_trait]
pub trait Committer: Send + Sync {
    /// Applies the unit atomically. When this returns `Ok`, the change is on disk. On
    /// [`crate::StoreErrorKind::Conflict`] nothing was changed: read again, decide again.
    async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError>;

    /// Whether the next unit can be expected to be committed.
    async fn ready(&self) -> Result<(), StoreError>;
}
