//! The vault: data keys, what is sealed under them, and keyed look-ups.
//!
//! Each person of a tenant has a data key, and the tenant one for what is nobody's in particular.
//! A data key is stored wrapped by a master key and unwrapped here only.

mod masters;

use std::sync::Arc;

use cartola_crypto::jwe::{self, DecryptionKey};
use cartola_crypto::jws::{Algorithm, SigningKey};
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{
    DataKey, Digest, KeyRing, LookupKey, MasterKeyId, PinCost, PinHash, Place, Sealed, WrappedKey,
};
use cartola_primitives::id::{DataKeyId, ID_BYTES, IdMinter, PersonId, TenantId};
use cartola_primitives::randomness::jitter;
use cartola_primitives::{Randomness, Secret, SignedDuration, Timestamp};
use cartola_store::vault::DataKeyRow;
use cartola_store::{Command, Store, StoreError, UnitOfWork};
use data_encoding::HEXLOWER;
use quick_cache::sync::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;

use crate::EngineError;
use crate::retry::until_settled;

/// Unwrapped data keys that are kept in memory at most.
const MAX_KEYS_IN_MEMORY: usize = 4_096;

/// Version of the shapes that are sealed.
const SCHEMA: u16 = 1;

pub(crate) use self::masters::Masters;
pub use self::masters::{KeySource, KeysUnread};
pub use cartola_store::vault::LOOKUP_KEY;

/// Name of the key of session tokens among them.
pub const SESSION_KEY: &str = "session_key";

/// Name of the key that signs anchors and exports of audit trails among them.
pub const AUDIT_KEY: &str = "audit_key";

/// Purposes of keyed look-ups: equal values under two purposes have different digests.
pub mod purpose {
    /// What a session of a device is renewed with, from its id and a random part.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// Devices that sessions belong to.
    pub const SESSION_DEVICE: &str = "session_device";
    /// API keys and client secrets.
    pub const CREDENTIAL: &str = "credential";
    /// RUTs.
    pub const RUT: &str = "rut";
    /// Account identities.
    pub const ACCOUNT: &str = "account";
    /// Idempotency keys.
    pub const ANSWER: &str = "answer";
    /// Credentials that an institution refused.
    pub const SIGN_IN: &str = "sign_in";
    /// Ids of cases that payments are known by.
    pub const PAYMENT_CASE: &str = "payment_case";
    /// Ids of cases that instructions are known by.
    pub const INSTRUCTION_CASE: &str = "instruction_case";
    /// Whom instructions are about.
    pub const INSTRUCTION_ABOUT: &str = "instruction_about";
    /// Ids of cases that payouts are known by.
    pub const PAYOUT_CASE: &str = "payout_case";
    /// Tokens of pages, from what they are of.
    pub const PAYMENT_TOKEN: &str = "payment_token";
    /// Tokens of pages.
    pub const PAYMENT_PAGE: &str = "payment_page";
    /// Ids of cases that checkouts are known by.
    pub const CHECKOUT_CASE: &str = "checkout_case";
    /// Tokens of checkouts, from their ids.
    pub const CHECKOUT_TOKEN: &str = "checkout_token";
    /// Tokens of checkouts, to find them by.
    pub const CHECKOUT_PAGE: &str = "checkout_page";
    /// Codes of enrolments, from their ids.
    pub const ENROLMENT_CODE: &str = "enrolment_code";
    /// Codes of enrolments, to find them by.
    pub const ENROLMENT_FOUND: &str = "enrolment_found";
    /// Ids of cases that authorizations are known by.
    pub const AUTHORIZATION_CASE: &str = "authorization_case";
    /// Nonces of authorizations, from their ids.
    pub const AUTHORIZATION_NONCE: &str = "authorization_nonce";
    /// Tokens of approvals, from the ids of authorizations.
    pub const AUTHORIZATION_TOKEN: &str = "authorization_token";
    /// Whom somebody has paid.
    pub const PAYEE: &str = "payee";
    /// Devices of links that keep no credentials.
    pub const DEVICE: &str = "device";
    /// The last line of mandates.
    pub const MANDATE: &str = "mandate";
    /// Links as facades hand them out.
    pub const ACCOUNT_LINK: &str = "account_link";
    /// What an idempotent call asked.
    pub const FINGERPRINT: &str = "fingerprint";
    /// What institutions told as a whole.
    pub const RECORD: &str = "record";
    /// URLs that messages go to.
    pub const DESTINATION: &str = "destination";
    /// Hosts that messages go to.
    pub const RECEIVER: &str = "receiver";
}

/// A data key in memory, and whose it is.
#[derive(Clone)]
struct Unwrapped {
    subject: Option<PersonId>,
    key: Arc<DataKey>,
}

/// The vault of this process.
pub struct Vault {
    store: Arc<dyn Store>,
    masters: Masters,
    lookup: LookupKey,
    session: SessionKey,
    randomness: Arc<dyn Randomness>,
    unwrapped: Cache<(TenantId, DataKeyId), Unwrapped>,
    of_subject: Cache<(TenantId, Option<PersonId>), Arc<DataKey>>,
    destroyed: Cache<(TenantId, DataKeyId), ()>,
}

impl Vault {
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        masters: Masters,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, EngineError> {
        let ring = masters.ring();
        let offered = LookupKey::generate(randomness.as_ref());
        let offered: WrappedKey = offered.wrap(&ring, randomness.as_ref());
        let kept = store.installation_secret(LOOKUP_KEY, offered).await?;
        let lookup = masters.opening(|ring| LookupKey::unwrap(ring, &kept)).await?;
        let ring = masters.ring().with_active(kept.master)?;
        let offered = SessionKey::generate(randomness.as_ref());
        let offered = offered.wrap(&ring, randomness.as_ref());
        let kept = store.installation_secret(SESSION_KEY, offered).await?;
        let session = masters.opening(|ring| SessionKey::unwrap(ring, &kept)).await?;
        if store.stored_secret(AUDIT_KEY).await?.is_none() {
            refuse_where_anchored(store.as_ref()).await?;
            let offered = SigningKey::generate(Algorithm::EdDsa, randomness.as_ref());
            let offered = offered.wrap(&ring, randomness.as_ref());
            store.installation_secret(AUDIT_KEY, offered).await?;
        }
        Ok(Self {
            store,
            masters,
            lookup,
            session,
            randomness,
            unwrapped: Cache::new(MAX_KEYS_IN_MEMORY),
            of_subject: Cache::new(MAX_KEYS_IN_MEMORY),
            destroyed: Cache::new(MAX_KEYS_IN_MEMORY),
        })
    }

    /// Keyed digest of a value, for finding it without keeping it.
    pub fn digest(&self, purpose: &'static str, tenant: TenantId, value: &[u8]) -> Digest {
        self.lookup.digest(purpose, tenant, value)
    }

    /// The same where it is to be found whichever tenant it is of.
    pub(crate) fn digest_for_all(&self, purpose: &'static str, value: &[u8]) -> Digest {
        self.digest(purpose, TenantId::from_bytes([0; ID_BYTES]), value)
    }

    /// The slow hash of a PIN; blocks.
    pub(crate) fn hash_pin(
        &self,
        of: (TenantId, &[u8; ID_BYTES]),
        pin: &str,
        cost: PinCost,
    ) -> Result<PinHash, EngineError> {
        Ok(self.lookup.hash_pin(of, pin, cost, self.randomness.as_ref())?)
    }

    /// Whether that is the PIN; blocks.
    pub(crate) fn is_pin(
        &self,
        of: (TenantId, &[u8; ID_BYTES]),
        pin: &str,
        kept: &PinHash,
    ) -> Result<bool, EngineError> {
        Ok(self.lookup.is_pin(of, pin, kept)?)
    }

    /// What signs anchors and exports of audit trails.
    pub(crate) async fn audit_key(&self) -> Result<SigningKey, EngineError> {
        let kept = self.store.stored_secret(AUDIT_KEY).await?;
        let kept =
            kept.ok_or_else(|| StoreError::corrupt("the audit key is not there any more"))?;
        self.open_signing_key(&kept).await
    }

    /// What signs session tokens.
    pub(crate) const fn session_key(&self) -> &SessionKey {
        &self.session
    }

    /// Where randomness comes from.
    pub(crate) fn randomness(&self) -> Arc<dyn Randomness> {
        self.randomness.clone()
    }

    /// What a wait is prolonged by, so that those who failed together do not come back together.
    pub(crate) fn jitter(&self, wait: SignedDuration) -> SignedDuration {
        jitter(wait, self.randomness.as_ref())
    }

    /// Fresh randomness.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }

    /// The data key of a subject, made the first time. A new key is stored at once, in a unit of
    /// its own: one that nothing uses yet does no harm.
    pub(crate) async fn key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
        minter: &IdMinter,
        now: Timestamp,
    ) -> Result<Arc<DataKey>, EngineError> {
        if let Some(key) = self.of_subject.get(&(tenant, subject)) {
            return Ok(key);
        }
        let key = until_settled(|| async move {
            match self.store.data_key_of(tenant, subject).await? {
                Some(row) => self.unwrap(tenant, &row).await,
                None => self.make_key(tenant, subject, minter, now).await,
            }
        })
        .await?;
        self.of_subject.insert((tenant, subject), key.clone());
        Ok(key)
    }

    async fn make_key(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
        minter: &IdMinter,
        now: Timestamp,
    ) -> Result<Arc<DataKey>, EngineError> {
        let (key, row) = self.new_key(tenant, subject, minter, now).await?;
        let work = UnitOfWork::new(tenant, now).with(Command::AddDataKey(row));
        self.store.commit(work).await?;
        Ok(key)
    }

    /// The keys at hand, of which that one wraps that is the active one by the store. Read each time that a
    /// key is made, which is rare: whoever was too slow is told by a conflict, and asks again.
    async fn wrapping(&self) -> Result<KeyRing, EngineError> {
        let active = self.active_master().await?;
        self.masters.opening(|ring| ring.with_active(active)).await
    }

    /// The master key that wraps what is added.
    pub(crate) async fn active_master(&self) -> Result<MasterKeyId, EngineError> {
        Ok(self.wrapped_lookup_key().await?.master)
    }

    /// The look-up key as it is stored.
    pub(crate) async fn wrapped_lookup_key(&self) -> Result<WrappedKey, EngineError> {
        let lookup = self.store.stored_secret(LOOKUP_KEY).await?;
        Ok(lookup.ok_or_else(|| StoreError::corrupt("the look-up key is not there any more"))?)
    }

    /// The master keys of this process.
    pub(crate) const fn masters(&self) -> &Masters {
        &self.masters
    }

    /// A new data key, and its row for the unit of work that makes its subject.
    pub(crate) async fn new_key(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
        minter: &IdMinter,
        now: Timestamp,
    ) -> Result<(Arc<DataKey>, DataKeyRow), EngineError> {
        let ring = self.wrapping().await?;
        let randomness = self.randomness.as_ref();
        let key = DataKey::generate(minter.mint(), randomness);
        let wrapped = ring.wrap(&key, tenant, &subject_bytes(subject), randomness);
        let row = DataKeyRow { id: key.id(), subject, wrapped, created_at: now };
        Ok((Arc::new(key), row))
    }

    /// A new key that signs tokens, and what is stored of it.
    pub(crate) async fn new_signing_key(
        &self,
        algorithm: Algorithm,
    ) -> Result<(SigningKey, WrappedKey), EngineError> {
        let ring = self.wrapping().await?;
        let randomness = self.randomness.as_ref();
        let key = SigningKey::generate(algorithm, randomness);
        let wrapped = key.wrap(&ring, randomness);
        Ok((key, wrapped))
    }

    /// A key that signs tokens.
    pub(crate) async fn open_signing_key(
        &self,
        wrapped: &WrappedKey,
    ) -> Result<SigningKey, EngineError> {
        self.masters.opening(|ring| SigningKey::unwrap(ring, wrapped)).await
    }

    /// A new key that opens messages, and what is stored of it. Making one takes a second or so.
    pub(crate) async fn new_decryption_key(
        &self,
        algorithm: jwe::Algorithm,
    ) -> Result<(DecryptionKey, WrappedKey), EngineError> {
        let ring = self.wrapping().await?;
        let randomness = Arc::clone(&self.randomness);
        let made = spawn_blocking(move || {
            let key = DecryptionKey::generate(algorithm, randomness.as_ref());
            let wrapped = key.wrap(&ring, randomness.as_ref());
            (key, wrapped)
        });
        made.await.map_err(|_| EngineError::Interrupted)
    }

    /// A key that opens messages.
    pub(crate) async fn open_decryption_key(
        &self,
        wrapped: &WrappedKey,
    ) -> Result<DecryptionKey, EngineError> {
        self.masters.opening(|ring| DecryptionKey::unwrap(ring, wrapped)).await
    }

    /// Lets go of a person's data key, which was destroyed. Other processes let go of it when they have
    /// no room for it, or end: it opens nothing that is still stored.
    pub(crate) fn forget_key_of(&self, tenant: TenantId, person: PersonId) {
        self.of_subject.remove(&(tenant, Some(person)));
        self.unwrapped.retain(|(of, _), known| *of != tenant || known.subject != Some(person));
    }

    /// Seals bytes at their place.
    pub(crate) fn seal(
        &self,
        key: &DataKey,
        place: &Place<'_>,
        plain: &[u8],
    ) -> Result<Sealed, EngineError> {
        Ok(key.seal(place, SCHEMA, plain, self.randomness.as_ref())?)
    }

    /// Seals a record at its place.
    pub(crate) fn seal_record<T: Serialize>(
        &self,
        key: &DataKey,
        place: &Place<'_>,
        record: &T,
    ) -> Result<Sealed, EngineError> {
        let plain = Secret::new(serde_json::to_vec(record).map_err(EngineError::Content)?);
        self.seal(key, place, plain.expose())
    }

    /// Opens bytes.
    pub(crate) async fn open_sealed(
        &self,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, EngineError> {
        let key = self.key_by_id(place.tenant, sealed.key).await?;
        Ok(key.open(place, sealed).inspect_err(|error| {
            // The answer says no more than that it failed: which row it was is for the operator.
            tracing::error!(
                tenant = %place.tenant,
                table = place.table,
                column = place.column,
                row = %HEXLOWER.encode(place.row),
                error = error as &dyn std::error::Error,
                "engine.vault.not_opened"
            );
        })?)
    }

    /// Opens a record.
    pub(crate) async fn open_record<T: DeserializeOwned>(
        &self,
        place: &Place<'_>,
        sealed: &Sealed,
    ) -> Result<T, EngineError> {
        let plain = self.open_sealed(place, sealed).await?;
        serde_json::from_slice(plain.expose()).map_err(EngineError::Content)
    }

    /// Whether somebody has found that an erasure destroyed a key. It never comes back.
    pub(crate) fn is_known_destroyed(&self, tenant: TenantId, id: DataKeyId) -> bool {
        self.destroyed.get(&(tenant, id)).is_some()
    }

    /// Remembers that.
    pub(crate) fn note_destroyed(&self, tenant: TenantId, id: DataKeyId) {
        self.destroyed.insert((tenant, id), ());
    }

    async fn key_by_id(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Arc<DataKey>, EngineError> {
        if let Some(known) = self.unwrapped.get(&(tenant, id)) {
            return Ok(known.key);
        }
        let row = self.store.data_key(tenant, id).await?.ok_or_else(|| {
            cartola_store::StoreError::corrupt("a sealed value names a key that is not there")
        })?;
        let key = self.unwrap(tenant, &row).await?;
        let known = Unwrapped { subject: row.subject, key: key.clone() };
        self.unwrapped.insert((tenant, id), known);
        Ok(key)
    }

    async fn unwrap(
        &self,
        tenant: TenantId,
        row: &DataKeyRow,
    ) -> Result<Arc<DataKey>, EngineError> {
        let subject = subject_bytes(row.subject);
        let opening = |ring: &KeyRing| ring.unwrap(row.id, tenant, &subject, &row.wrapped);
        Ok(Arc::new(self.masters.opening(opening).await?))
    }
}

/// No other key takes the place of one that has signed: whoever could have it made anew could have what
/// they have rewritten signed.
async fn refuse_where_anchored(store: &dyn Store) -> Result<(), StoreError> {
    for tenant in store.tenants().await? {
        if store.last_anchor(tenant.id).await?.is_some() {
            return Err(StoreError::corrupt(
                "the key that signed the anchors of audit trails is not there any more, and no other \
                 takes its place; put `audit_key` of installation_secret back from a backup",
            ));
        }
    }
    Ok(())
}

/// A subject as it is bound into its data key.
pub(crate) fn subject_bytes(subject: Option<PersonId>) -> Vec<u8> {
    subject.map(|person| person.as_bytes().to_vec()).unwrap_or_default()
}
