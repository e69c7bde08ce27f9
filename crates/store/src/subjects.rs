//! Data subjects: the people whose data is kept, and what is theirs.

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{
    AccountId, AuthorizationId, ConsentId, EnrolmentId, ImportId, InstructionId, LinkId, MatterId,
    MovementId, PaymentId, PersonId, RecordId, TaskId, TenantId,
};

use crate::StoreError;

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

/// Reads of what is whose.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// Whose it is, whether or not any consent allows it to be shown. Absent where it is nobody's, or
    /// is not there.
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError>;

    /// When the last thing was done for a person that a law says is to be kept: a payment, an
    /// authorization, an enrolment.
    async fn last_kept(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Option<Timestamp>, StoreError>;
}
