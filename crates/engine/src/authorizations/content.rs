//! What is sealed of phones and of what is approved on them, and how it is seen.

use cartola_crypto::device::NONCE_BYTES;
use cartola_crypto::{ContentHash, DataKey, DeviceJwk, DeviceKey, PinHash, Sealed};
use cartola_model::Operation;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, PersonId, TenantId};
use cartola_primitives::{Rut, Timestamp};
use cartola_store::StoreError;
use cartola_store::authorizations::{AuthorizationRow, EnrolmentRow};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::{Authorization, Enrolment, KeyOrigin, PhoneData, PhoneSignature};
use crate::accounts::{SealedPerson, person_place};
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// All that is sealed of a phone.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SealedPhone {
    pub name: String,
    pub fingerprint: Option<String>,
    pub key: DeviceJwk,
    pub thumbprint: String,
    pub origin: KeyOrigin,
    /// The phone whose place it took.
    pub before: Option<EnrolmentId>,
    /// Absent once the phone approves nothing any more.
    pub pin: Option<PinHash>,
}

/// All that is sealed of an authorization.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedContent {
    pub operation: Operation,
    /// As it was shown, whatever would be shown of it later.
    pub text: String,
}

/// All that is sealed of what a phone signed.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedSignature {
    signature: String,
    thumbprint: String,
    origin: KeyOrigin,
    on_page: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_followed: bool,
}

impl SealedSignature {
    pub fn of(signature: &[u8], phone: &SealedPhone, (on_page, is_followed): (bool, bool)) -> Self {
        Self {
            signature: BASE64URL_NOPAD.encode(signature),
            thumbprint: phone.thumbprint.clone(),
            origin: phone.origin,
            on_page,
            is_followed,
        }
    }

    fn shown(self) -> Result<PhoneSignature, EngineError> {
        let Self { signature, thumbprint, origin, on_page, is_followed } = self;
        let bytes = BASE64URL_NOPAD.decode(signature.as_bytes());
        let bytes = bytes.map_err(|_| StoreError::corrupt("a phone's signature is none"))?;
        Ok(PhoneSignature { bytes, thumbprint, origin, on_page, is_followed })
    }
}

impl SealedPhone {
    pub fn key(&self) -> Result<DeviceKey, EngineError> {
        DeviceKey::parse(&self.key).map_err(|_| StoreError::corrupt("a phone's key is none").into())
    }

    fn shown(self) -> PhoneData {
        let Self { name, fingerprint, key, thumbprint, origin, before, pin: _ } = self;
        PhoneData { name, fingerprint, key, thumbprint, origin, before }
    }
}

impl Engine {
    pub(super) async fn opened_phone(
        &self,
        tenant: TenantId,
        row: &EnrolmentRow,
    ) -> Result<Option<SealedPhone>, EngineError> {
        let Some(sealed) = &row.standing.phone else { return Ok(None) };
        let place = EnrolmentRow::phone_place(tenant, &row.id);
        self.vault().open_record(&place, sealed).await.map(Some)
    }

    pub(super) fn sealed_phone(
        &self,
        (tenant, id): (TenantId, EnrolmentId),
        key: &DataKey,
        phone: &SealedPhone,
    ) -> Result<Sealed, EngineError> {
        self.vault().seal_record(key, &EnrolmentRow::phone_place(tenant, &id), phone)
    }

    /// A phone as it is now.
    pub(super) async fn shown_enrolment(
        &self,
        tenant: TenantId,
        mut row: EnrolmentRow,
    ) -> Result<Enrolment, EngineError> {
        let phone = self.opened_phone(tenant, &row).await?.map(SealedPhone::shown);
        row.standing.state = row.standing.state.seen_at(self.now());
        Ok(Enrolment { row, phone })
    }

    /// An authorization as it is now.
    pub(super) async fn shown_authorization(
        &self,
        tenant: TenantId,
        mut row: AuthorizationRow,
    ) -> Result<Authorization, EngineError> {
        let place = AuthorizationRow::content_place(tenant, &row.id);
        let content: SealedContent = self.vault().open_record(&place, &row.content).await?;
        let signed = match &row.standing.signature {
            Some(sealed) => {
                let place = AuthorizationRow::signature_place(tenant, &row.id);
                let sealed: SealedSignature = self.vault().open_record(&place, sealed).await?;
                Some(sealed.shown()?)
            }
            None => None,
        };
        row.standing.state = row.standing.state.seen_at(self.now());
        let SealedContent { operation, text } = content;
        let shown = ContentHash::of(text.as_bytes());
        let nonce = self.nonce(tenant, &row.id);
        Ok(Authorization { row, operation, text, shown, nonce, signed })
    }

    /// Derived, so that nothing is stored that could be another: known to nobody before it is asked.
    fn nonce(&self, tenant: TenantId, id: &AuthorizationId) -> [u8; NONCE_BYTES] {
        let digest = self.vault().digest(purpose::AUTHORIZATION_NONCE, tenant, id.as_bytes());
        *digest.as_bytes().first_chunk().expect("a nonce is shorter than a digest")
    }

    /// The RUT of somebody who is known.
    pub(crate) async fn rut_of_person(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Rut, EngineError> {
        let row = self.store().person(tenant, id).await?;
        let row = row.ok_or_else(|| StoreError::corrupt("a person is not there"))?;
        let place = person_place(tenant, &id);
        let person: SealedPerson = self.vault().open_record(&place, &row.sealed).await?;
        Ok(person.rut)
    }

    /// An instant as stores keep it.
    pub(super) fn instant(&self, tenant: TenantId) -> Timestamp {
        cartola_store::UnitOfWork::new(tenant, self.now()).at
    }
}
