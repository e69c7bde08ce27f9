//! What a link signs in with, sealed.

use std::collections::BTreeMap;

use cartola_connector::{Credential, DeviceId};
use cartola_crypto::{DataKey, Place};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Secret;
use cartola_primitives::id::{LinkId, TenantId};
use cartola_store::consents::ConsentRow;
use cartola_store::people::LinkSecretRow;
use cartola_store::{Command, UnitOfWork};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Bytes of a digest that stand for a device.
const DEVICE_BYTES: usize = 16;

/// Bytes of a secret that nobody has.
const DECOY_BYTES: usize = 24;

/// At whose word money may be moved through a link. What is below is allowed too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaysFor {
    /// At nobody's: it is read with alone.
    #[default]
    Nobody,
    /// At its holder's, who is signed in and asks for each operation.
    Holder,
    /// At the tenant's too: payouts, and what it instructs of an account.
    Tenant,
}

impl PaysFor {
    /// For the tenant where it asks for payments, else for nobody.
    pub const fn tenant_where(asked: bool) -> Self {
        if asked { Self::Tenant } else { Self::Nobody }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_nobody(&self) -> bool {
        *self == Self::Nobody
    }
}

/// What is sealed. It exists in plain between the vault and the connector call that uses it.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedSecret {
    fields: BTreeMap<String, String>,
    device: String,
    /// Who may have them paid with. Secrets from before are read with alone.
    #[serde(default, skip_serializing_if = "PaysFor::is_nobody")]
    pays: PaysFor,
}

impl SealedSecret {
    pub fn of(fields: &BTreeMap<String, Secret<String>>, device: &DeviceId) -> Self {
        let fields = fields.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
        Self { fields: fields.collect(), device: device.expose().to_owned(), pays: PaysFor::Nobody }
    }

    /// The same, to be paid with by these too.
    #[must_use]
    pub const fn paying(mut self, pays: PaysFor) -> Self {
        self.pays = pays;
        self
    }

    /// Who may have them paid with.
    pub const fn pays(&self) -> PaysFor {
        self.pays
    }

    /// The device of the link: the same from its first session to its last, also where a session
    /// did not come about.
    pub fn device(&self) -> Option<DeviceId> {
        DeviceId::parse(&self.device).ok()
    }

    /// Whether these are the same credentials.
    pub fn has_fields(&self, fields: &BTreeMap<String, Secret<String>>) -> bool {
        self.fields.len() == fields.len()
            && self
                .fields
                .iter()
                .all(|(name, value)| fields.get(name).is_some_and(|given| given.expose() == value))
    }

    /// The credentials as bytes to be digested, the same for the same credentials.
    pub fn canonical(&self) -> Secret<Vec<u8>> {
        Secret::new(serde_json::to_vec(&self.fields).expect("texts by name are JSON"))
    }

    pub fn credential(&self) -> Credential {
        let empty = Credential::default();
        self.fields
            .iter()
            .fold(empty, |all, (name, value)| all.with(name.clone(), Secret::new(value.clone())))
    }
}

/// Nothing that was opened outlives its use.
impl Drop for SealedSecret {
    fn drop(&mut self) {
        self.fields.values_mut().for_each(zeroize::Zeroize::zeroize);
        zeroize::Zeroize::zeroize(&mut self.device);
    }
}

fn place(tenant: TenantId, link: &LinkId) -> Place<'_> {
    Place { table: "link_secret", column: "secret", row: link.as_bytes(), tenant }
}

impl Engine {
    /// The device of a link that keeps no credentials: the same for each call.
    pub(crate) fn device_of_calls(&self, who: &Principal, link: LinkId) -> DeviceId {
        let digest = self.vault().digest(purpose::DEVICE, who.tenant, link.as_bytes());
        let text = HEXLOWER.encode(&digest.as_bytes()[..DEVICE_BYTES]);
        DeviceId::parse(&text).expect("hexadecimal digits are a device id")
    }

    /// At whose word money may be moved through a link: what allows it says so, and its credentials are
    /// kept.
    pub async fn pays_through(
        &self,
        who: &Principal,
        link: LinkId,
    ) -> Result<PaysFor, EngineError> {
        match self.store().link_secret(who.tenant, link).await? {
            Some(row) => Ok(self.open_link_secret(who, &row).await?.pays()),
            None => Ok(PaysFor::Nobody),
        }
    }

    /// Adds to a unit that nothing is paid any more with what a link keeps, where it stands on that mandate
    /// and pays; whether it did. Credentials that cannot be opened are destroyed: a damage keeps nobody from
    /// taking back what they allowed. The link's version guards what was begun or refused meanwhile, which
    /// writes the whole of the secret too.
    pub(crate) async fn end_paying(
        &self,
        who: &Principal,
        mandate: &ConsentRow,
        work: &mut UnitOfWork,
    ) -> Result<bool, EngineError> {
        let Some(link) = self.store().link(who.tenant, mandate.link).await? else {
            return Ok(false);
        };
        let row = self.store().link_secret(who.tenant, link.id).await?;
        let Some(row) = row.filter(|row| row.mandate == mandate.id) else { return Ok(false) };
        let secret = match self.open_link_secret(who, &row).await {
            Err(error) if error.is_damage() => {
                let proof = AuditEvent::once("credentials.destroyed", who.actor, mandate.id);
                work.push(Command::Audit(proof.with("link", link.id).with("cause", "damaged")));
                return self.forget_secret_of(who, mandate, work).await;
            }
            opened => opened?,
        };
        if secret.pays() == PaysFor::Nobody {
            return Ok(false);
        }
        let key = self.vault().key_of(who.tenant, mandate.person, self.minter(), work.at).await?;
        let sealed = self.seal_link_secret(who, &key, row.link, &secret.paying(PaysFor::Nobody))?;
        let (id, expected, state) = (link.id, link.version, link.state);
        work.push(Command::ChangeLink { id, expected, state });
        work.push(Command::KeepLinkSecret(LinkSecretRow { sealed, ..row }));
        Ok(true)
    }

    pub(super) fn seal_link_secret(
        &self,
        who: &Principal,
        key: &DataKey,
        link: LinkId,
        secret: &SealedSecret,
    ) -> Result<cartola_crypto::Sealed, EngineError> {
        self.vault().seal_record(key, &place(who.tenant, &link), secret)
    }

    /// What a link that is not there could sign in with, once it was sealed and opened.
    pub(crate) fn open_decoy(
        &self,
        tenant: TenantId,
        link: LinkId,
        field: &str,
    ) -> Result<SealedSecret, EngineError> {
        let key = DataKey::generate(self.minter().mint(), &*self.vault().randomness());
        let text = HEXLOWER.encode(&self.vault().random::<DECOY_BYTES>());
        let fields = [(field.to_owned(), text)].into_iter().collect();
        let secret = SealedSecret { fields, device: String::new(), pays: PaysFor::Nobody };
        let place = place(tenant, &link);
        let opened = key.open(&place, &self.vault().seal_record(&key, &place, &secret)?)?;
        serde_json::from_slice(opened.expose()).map_err(EngineError::Content)
    }

    pub(crate) async fn open_link_secret(
        &self,
        who: &Principal,
        row: &LinkSecretRow,
    ) -> Result<SealedSecret, EngineError> {
        self.vault().open_record(&place(who.tenant, &row.link), &row.sealed).await
    }
}
