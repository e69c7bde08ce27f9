//! The rows that use cases take and give, for rooms that answer with them and must not know where
//! they are kept.

pub use cartola_connector::{DecodeError, DecodeErrorKind};
pub use cartola_store::accounts::{AccountRow, BalanceRow};
pub use cartola_store::audit::AuditRow;
pub use cartola_store::consents::ConsentRow;
pub use cartola_store::imports::{Ambiguity, ImportOutcome, ImportRow, ImportWarning};
pub use cartola_store::movements::{
    AliasRow, Attested, FeedChange, FeedEntry, MovementKey, MovementList, MovementPage,
    MovementQuery, MovementRow, Order, SourceRow,
};
pub use cartola_store::people::LinkRow;
pub use cartola_store::tenancy::{CredentialKind, CredentialRow, TenantRow};
pub use cartola_store::{Page, StoreError, StoreErrorKind};
