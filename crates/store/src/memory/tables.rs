use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use cartola_crypto::Digest;
use cartola_model::{BalanceKind, InstitutionId};
use cartola_primitives::id::{
    AccountId, AuthorizationId, CheckoutId, ConsentId, ConsentSetId, CredentialId, DataKeyId,
    EnrolmentId, ImportId, InstructionId, JobId, LinkId, MatterId, MessageId, MovementId,
    PaymentId, PayoutId, PersonId, RecordId, SourceId, TaskId,
};
use cartola_primitives::{Date, Timestamp};

use crate::accounts::{AccountRow, BalanceRow};
use crate::answers::AnswerRow;
use crate::asking::{ReadingRow, SignInsRow};
use crate::audit::{AnchorRow, AuditRow};
use crate::authorizations::{AuthorizationRow, EnrolmentRow, KnownPayee};
use crate::checkouts::CheckoutRow;
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::imports::ImportRow;
use crate::instructions::InstructionRow;
use crate::jobs::{JobRow, Queue};
use crate::matters::MatterRow;
use crate::movements::{AliasRow, FeedChange, MovementKey, MovementRow, SourceRow};
use crate::outbox::{Attempt, MessageOrder};
use crate::payments::PaymentRow;
use crate::payouts::PayoutRow;
use crate::people::{LinkRow, LinkSecretRow, PersonRow};
use crate::records::RecordRow;
use crate::sightings::SightingRow;
use crate::tasks::TaskRow;
use crate::tenancy::{CredentialRow, TenantRow};
use crate::vault::DataKeyRow;
use crate::{Page, StoreError, page_size};

/// Rows by their key, copied when written while somebody else still looks at them.
pub type Table<Key, Row> = Arc<BTreeMap<Key, Row>>;

/// Account, consent, first day, last day, and whether every line of them was there.
pub type SightingKey = (AccountId, ConsentId, Date, Date, bool);

/// All that one tenant has.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub tenant: Option<TenantRow>,
    pub credentials: Table<CredentialId, CredentialRow>,
    pub data_keys: Table<DataKeyId, DataKeyRow>,
    pub people: Table<PersonId, PersonRow>,
    pub links: Table<LinkId, LinkRow>,
    pub link_secrets: Table<LinkId, LinkSecretRow>,
    pub readings: Table<LinkId, ReadingRow>,
    pub sign_ins: Table<(InstitutionId, PersonId), SignInsRow>,
    pub records: Table<RecordId, RecordRow>,
    pub tasks: Table<TaskId, TaskRow>,
    pub payments: Table<PaymentId, PaymentRow>,
    pub checkouts: Table<CheckoutId, CheckoutRow>,
    pub payouts: Table<PayoutId, PayoutRow>,
    pub instructions: Table<InstructionId, InstructionRow>,
    pub enrolments: Table<EnrolmentId, EnrolmentRow>,
    pub authorizations: Table<AuthorizationId, AuthorizationRow>,
    pub matters: Table<MatterId, MatterRow>,
    pub known_payees: Table<(PersonId, Digest), KnownPayee>,
    /// Which links have told of which accounts.
    pub fed: Arc<BTreeSet<(LinkId, AccountId)>>,
    pub consents: Table<ConsentId, ConsentRow>,
    pub consent_sets: Table<ConsentSetId, ConsentSetRow>,
    pub accounts: Table<AccountId, AccountRow>,
    /// By what orders them.
    pub balances: Table<(AccountId, BalanceKind, Date, Timestamp, ImportId), BalanceRow>,
    pub movements: Table<MovementId, MovementRow>,
    /// All movements by day.
    pub days: Arc<BTreeSet<MovementKey>>,
    /// The movements of each account by day.
    pub statements: Arc<BTreeSet<(AccountId, MovementKey)>>,
    pub sources: Table<SourceId, SourceRow>,
    pub sources_of: Arc<BTreeSet<(MovementId, SourceId)>>,
    pub aliases: Arc<Vec<AliasRow>>,
    /// The entry of position n is the n-th, counted from 1.
    pub feed: Arc<Vec<(FeedChange, MovementId)>>,
    pub imports: Table<ImportId, ImportRow>,
    pub sightings: Table<SightingKey, SightingRow>,
    /// The entry of sequence n is the n-th, counted from 1.
    pub audit: Arc<Vec<AuditRow>>,
    /// The anchor of number n is the n-th, counted from 1.
    pub anchors: Arc<Vec<AnchorRow>>,
    pub answers: Table<Digest, AnswerRow>,
    pub jobs: Table<JobId, JobRow>,
    /// The number of the tenant's last turn in each queue.
    pub turns: Table<Queue, u64>,
    pub messages: Table<MessageId, MessageOrder>,
    /// By their place among the attempts at that message, from 1.
    pub attempts: Table<(MessageId, usize), Attempt>,
    pub disabled: Table<Digest, Timestamp>,
}

/// Adds a row whose key must be new.
pub fn add<Key: Ord + Clone, Row: Clone>(
    table: &mut Table<Key, Row>,
    key: Key,
    row: Row,
) -> Result<(), StoreError> {
    match Arc::make_mut(table).entry(key) {
        Entry::Vacant(place) => {
            place.insert(row);
            Ok(())
        }
        Entry::Occupied(_) => Err(StoreError::conflict("a row of that key exists")),
    }
}

/// Refuses a row of which another one already has a column that is to be unique.
pub fn refuse_if_any<Key, Row>(
    table: &Table<Key, Row>,
    same: impl Fn(&Row) -> bool,
) -> Result<(), StoreError> {
    if table.values().any(same) {
        return Err(StoreError::conflict("a row with that unique column exists"));
    }
    Ok(())
}

/// The row of that key, for a change that was decided on the version that `is_expected` knows.
pub fn expect<'a, Key: Ord + Clone, Row: Clone>(
    table: &'a mut Table<Key, Row>,
    key: &Key,
    is_expected: impl Fn(&Row) -> bool,
) -> Result<&'a mut Row, StoreError> {
    Arc::make_mut(table)
        .get_mut(key)
        .filter(|row| is_expected(row))
        .ok_or_else(|| StoreError::conflict("the row is not as it was expected"))
}

/// The page that follows `after`, of the rows that `shown` lets through.
pub fn page<Key: Ord + Copy, Row: Clone>(
    table: &Table<Key, Row>,
    after: Option<Key>,
    limit: usize,
    mut shown: impl FnMut(&Row) -> bool,
) -> Page<Row, Key> {
    let size = page_size(limit);
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut beyond = table.range((start, Bound::Unbounded)).filter(|&(_, row)| shown(row));
    let (keys, rows): (Vec<Key>, Vec<Row>) =
        beyond.by_ref().take(size).map(|(key, row)| (*key, row.clone())).unzip();
    let next = beyond.next().and_then(|_| keys.last().copied());
    Page { rows, next }
}
