//! Imports: which source was read when, what it covered and what came of it.

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::{BalanceGap, Coverage, SourceKind, StatementPeriod};
use cartola_primitives::id::{
    AccountId, ArchiveId, ConsentId, ID_BYTES, ImportId, MovementId, TenantId,
};
use cartola_primitives::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::sightings::SightingRow;
use crate::{Page, StoreError};

/// Stands where an import's file is not kept any more: somebody whose account it told of was erased.
pub const NO_ARCHIVE: ArchiveId = ArchiveId::from_bytes([0; ID_BYTES]);

/// One batch that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its id.
    pub id: ImportId,
    /// Into which account.
    pub account: AccountId,
    /// Under which consent.
    pub consent: ConsentId,
    /// The sealed source; [`NO_ARCHIVE`] where that is not kept any more.
    pub archive: ArchiveId,
    /// Hash of the source, and of the mapping it was read by if there was one.
    pub content: ContentHash,
    /// The layout it was read by.
    pub layout: String,
    /// How far it is trusted.
    pub source: SourceKind,
    /// The day on which the institution made it.
    pub as_of: Date,
    /// When we took it in; of what an institution was asked for, when it was asked.
    pub received_at: Timestamp,
    /// What it spoke for.
    pub coverage: Coverage,
    /// The period it declared.
    pub period: Option<StatementPeriod>,
    /// What came of it.
    pub outcome: ImportOutcome,
}

/// What came of an import. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportOutcome {
    /// Lines read.
    pub read: u64,
    /// Movements that nobody had told of before.
    pub new: u64,
    /// Lines that told of a movement that was known.
    pub duplicates: u64,
    /// Known movements that now say something else.
    pub amended: u64,
    /// Known movements that the bank no longer has.
    pub removed: u64,
    /// Removed movements that the bank has again; counted among the duplicates too.
    pub restored: u64,
    /// Where balances do not follow from one another.
    pub gaps: Vec<BalanceGap>,
    /// New movements that may be ones that were known, and stay apart until somebody decides.
    pub ambiguous: Vec<Ambiguity>,
    /// What was odd in the source.
    pub warnings: Vec<ImportWarning>,
}

/// A new movement and the known ones it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguity {
    /// The new one.
    pub movement: MovementId,
    /// The known ones.
    pub candidates: Vec<MovementId>,
}

/// Something odd in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportWarning {
    /// Where, if at one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub text: String,
}

/// Reads of imports.
#[async_trait]
pub trait Imports: Send + Sync {
    /// The import of that id.
    async fn import(&self, tenant: TenantId, id: ImportId)
    -> Result<Option<ImportRow>, StoreError>;

    /// The imports of a source with exactly this content, by id; one a batch of it each time.
    async fn imports_of_content(
        &self,
        tenant: TenantId,
        content: &ContentHash,
    ) -> Result<Vec<ImportRow>, StoreError>;

    /// The imports of an account that are complete and whose days overlap these, by id.
    async fn complete_imports(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<ImportRow>, StoreError>;

    /// The sightings of an account whose days overlap these, by consent and days.
    async fn sightings(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<SightingRow>, StoreError>;

    /// Imports, by id, which is by age; of one account if asked.
    async fn imports(
        &self,
        tenant: TenantId,
        account: Option<AccountId>,
        after: Option<ImportId>,
        limit: usize,
    ) -> Result<Page<ImportRow, ImportId>, StoreError>;
}
