//! Data subjects: the people whose data is kept, and what is theirs.

use async_trait::async_trait;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{
    AccountId, AuthorizationId, ConsentId, DataKeyId, EnrolmentId, ImportId, InstructionId, LinkId,
    MatterId, MovementId, PaymentId, PersonId, RecordId, TaskId, TenantId,
};

use crate::accounts::{AccountRow, BalanceKey, BalanceRow};
use crate::records::RecordRow;
use crate::{Page, StoreError};

/// The entry of the trail by which somebody is erased for good.
pub const PERSON_ERASED: &str = "person.erased";

/// Its detail that names the data key which was destroyed with them.
pub const DESTROYED_KEY: &str = "destroyed_key";

/// The key that an entry of the trail says was destroyed, if it is of somebody's erasure.
pub fn destroyed_key(body: &str) -> Option<DataKeyId> {
    // Most entries are of something else.
    if !body.contains(PERSON_ERASED) {
        return None;
    }
    let event: AuditEvent = serde_json::from_str(body).ok()?;
    if event.action != PERSON_ERASED {
        return None;
    }
    let (_, key) = event.details.iter().find(|(name, _)| name == DESTROYED_KEY)?;
    key.parse().ok()
}

/// Something that may be a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Belonging {
    /// A link to an institution.
    Link(LinkId),
    /// A consent.
    Consent(ConsentId),
    /// An account; whose it is, not through whose link it was told.
    Account(AccountId),
    /// A movement of an account.
    Movement(MovementId),
    /// An import of a file or reading.
    Import(ImportId),
    /// A record.
    Record(RecordId),
    /// A payment.
    Payment(PaymentId),
    /// A phone.
    Enrolment(EnrolmentId),
    /// What somebody is asked to approve.
    Authorization(AuthorizationId),
    /// A reading that was asked for as a task.
    Task(TaskId),
    /// Cash put aside, a bill that is paid, a beneficiary that is added or removed.
    Instruction(InstructionId),
    /// What somebody asked for under the law.
    Matter(MatterId),
}

/// What is there of a person that decisions on matters rest on. Where it is another than was read, the
/// decision is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Consents, however they stand. None is ever removed.
    pub consents: u64,
    /// What a law says is to be kept: payments, instructions, authorizations, phones.
    pub kept: u64,
    /// Payments and instructions among them that have not ended.
    pub pending: u64,
    /// When the last of what is kept was asked for, a code that no phone took left aside.
    pub last_kept_at: Option<Timestamp>,
}

/// A decision on a matter of a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonClaim {
    /// Whose.
    pub id: PersonId,
    /// The version the decision was made on.
    pub expected: u32,
    /// What there was of them then.
    pub holdings: Holdings,
}

/// Reads of what is whose.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// Whose it is, whether or not any consent allows it to be shown. Absent where it is nobody's, or
    /// is not there.
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError>;

    /// What there is of a person; nothing of somebody who is not there.
    async fn holdings(&self, tenant: TenantId, person: PersonId) -> Result<Holdings, StoreError>;

    /// Accounts of a person's, by id, whatever may be shown: those that are theirs, and those that are
    /// nobody's of which a link of theirs told first. For whoever answers them what is kept of them.
    async fn kept_accounts(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountRow, AccountId>, StoreError>;

    /// Every balance of an account that is kept, by kind, day and consent, whatever may be shown.
    async fn kept_balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        after: Option<BalanceKey>,
        limit: usize,
    ) -> Result<Page<BalanceRow, BalanceKey>, StoreError>;

    /// Every record of a link, by id, whatever may be shown.
    async fn kept_records(
        &self,
        tenant: TenantId,
        link: LinkId,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError>;
}
