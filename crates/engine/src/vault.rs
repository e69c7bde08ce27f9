//! The vault: data keys, what is sealed under them, and keyed look-ups.
//!
//! Each person of a tenant has a data key, and the tenant one for what is nobody's in particular.
//! A data key is stored wrapped by a master key and unwrapped here only.

use std::sync::Arc;

use cartola_crypto::jws::{Algorithm, SigningKey};
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{
    DataKey, Digest, KeyRing, LookupKey, PinCost, PinHash, Place, Sealed, WrappedKey,
};
use cartola_primitives::id::{DataKeyId, ID_BYTES, IdMinter, PersonId, TenantId};
use cartola_primitives::randomness::jitter;
use cartola_primitives::{Randomness, Secret, SignedDuration, Timestamp};
use cartola_store::vault::DataKeyRow;
use cartola_store::{Command, Store, UnitOfWork};
use quick_cache::sync::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::EngineError;
use crate::retry::until_settled;

/// Unwrapped data keys that are kept in memory at most.
const MAX_KEYS_IN_MEMORY: usize = 4_096;

/// Version of the shapes that are sealed.
const SCHEMA: u16 = 1;

/// Name of the look-up key among the installation's secrets.
pub const LOOKUP_KEY: &str = "lookup_key";

/// Name of the key of session tokens among them.
pub const SESSION_KEY: &str = "session_key";

/// Purposes of keyed look-ups: equal values under two purposes have different digests.
pub mod purpose {
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

/// The vault of this process.
pub struct Vault {
    store: Arc<dyn Store>,
    ring: KeyRing,
    lookup: LookupKey,
    session: SessionKey,
    randomness: Arc<dyn Randomness>,
    unwrapped: Cache<(TenantId, DataKeyId), Arc<DataKey>>,
    of_subject: Cache<(TenantId, Option<PersonId>), Arc<DataKey>>,
}

impl Vault {
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        ring: KeyRing,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, EngineError> {
        let offered = LookupKey::generate(randomness.as_ref());
        let offered: WrappedKey = offered.wrap(&ring, randomness.as_ref());
        let kept = store.installation_secret(LOOKUP_KEY, offered).await?;
        let lookup = LookupKey::unwrap(&ring, &kept)?;
        let offered = SessionKey::generate(randomness.as_ref());
        let offered = offered.wrap(&ring, randomness.as_ref());
        let kept = store.installation_secret(SESSION_KEY, offered).await?;
        let session = SessionKey::unwrap(&ring, &kept)?;
        Ok(Self {
            store,
            ring,
            lookup,
            session,
            randomness,
            unwrapped: Cache::new(MAX_KEYS_IN_MEMORY),
            of_subject: Cache::new(MAX_KEYS_IN_MEMORY),
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
                Some(row) => self.unwrap(tenant, &row),
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
        let (key, row) = self.new_key(tenant, subject, minter, now);
        let work = UnitOfWork::new(tenant, now).with(Command::AddDataKey(row));
        self.store.commit(work).await?;
        Ok(key)
    }

    /// A new data key, and its row for the unit of work that makes its subject.
    pub(crate) fn new_key(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
        minter: &IdMinter,
        now: Timestamp,
    ) -> (Arc<DataKey>, DataKeyRow) {
        let randomness = self.randomness.as_ref();
        let key = DataKey::generate(minter.mint(), randomness);
        let wrapped = self.ring.wrap(&key, tenant, &subject_bytes(subject), randomness);
        let row = DataKeyRow { id: key.id(), subject, wrapped, created_at: now };
        (Arc::new(key), row)
    }

    /// A new key that signs tokens, and what is stored of it.
    pub(crate) fn new_signing_key(&self, algorithm: Algorithm) -> (SigningKey, WrappedKey) {
        let randomness = self.randomness.as_ref();
        let key = SigningKey::generate(algorithm, randomness);
        let wrapped = key.wrap(&self.ring, randomness);
        (key, wrapped)
    }

    /// A key that signs tokens.
    pub(crate) fn open_signing_key(&self, wrapped: &WrappedKey) -> Result<SigningKey, EngineError> {
        Ok(SigningKey::unwrap(&self.ring, wrapped)?)
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
        Ok(key.open(place, sealed)?)
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

    async fn key_by_id(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Arc<DataKey>, EngineError> {
        if let Some(key) = self.unwrapped.get(&(tenant, id)) {
            return Ok(key);
        }
        let row = self.store.data_key(tenant, id).await?.ok_or_else(|| {
            cartola_store::StoreError::corrupt("a sealed value names a key that is not there")
        })?;
        let key = self.unwrap(tenant, &row)?;
        self.unwrapped.insert((tenant, id), key.clone());
        Ok(key)
    }

    fn unwrap(&self, tenant: TenantId, row: &DataKeyRow) -> Result<Arc<DataKey>, EngineError> {
        let subject = subject_bytes(row.subject);
        Ok(Arc::new(self.ring.unwrap(row.id, tenant, &subject, &row.wrapped)?))
    }
}

fn subject_bytes(subject: Option<PersonId>) -> Vec<u8> {
    subject.map(|person| person.as_bytes().to_vec()).unwrap_or_default()
}
