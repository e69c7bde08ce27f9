//! The connectors that this process has.

use std::collections::BTreeMap;
use std::sync::Arc;

use cartola_model::InstitutionId;

use crate::session::{Housekeeping, LiveSession, Login};
use crate::{
    Batch, Connector, ConnectorError, Context, Credential, CredentialForm, DecodeError,
    DecodeErrorKind, ErrorKind, Place, Quota, Recognition, Served, SourceFile,
};

/// All connectors, filled once by the binary.
#[derive(Clone, Default)]
pub struct Registry {
    connectors: Vec<Arc<dyn Connector>>,
    quotas: BTreeMap<InstitutionId, Quota>,
    housekeeping: Housekeeping,
}

impl Registry {
    /// One more connector.
    #[must_use]
    pub fn with(mut self, connector: Arc<dyn Connector>) -> Self {
        self.connectors.push(connector);
        self
    }

    /// With so many readings of these institutions at most, in the place of what was said before.
    #[must_use]
    pub fn with_quotas(mut self, quotas: BTreeMap<InstitutionId, Quota>) -> Self {
        self.quotas = quotas;
        self
    }

    /// How often an institution may be read; whoever reads keeps to it.
    pub fn quota(&self, institution: &InstitutionId) -> Quota {
        self.quotas.get(institution).copied().unwrap_or_default()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Connector> {
        self.connectors.iter().map(AsRef::as_ref)
    }

    /// Decodes a source by the connector that is surest of it.
    pub fn decode(&self, file: &SourceFile<'_>) -> Result<Vec<Batch>, DecodeError> {
        self.iter()
            .map(|connector| (connector.recognise(file), connector))
            .filter(|(recognition, _)| *recognition > Recognition::No)
            .max_by_key(|(recognition, _)| *recognition)
            .ok_or_else(unrecognised)
            .and_then(|(_, connector)| connector.decode(file))
    }

    /// What sessions at an institution take and offer; none where no connector opens any.
    pub fn served(&self, institution: &InstitutionId) -> Option<&Served> {
        self.iter().find_map(|connector| connector.manifest().served(institution))
    }

    /// The form in which the institution could take the credentials. It is not asked.
    pub fn check(
        &self,
        institution: &InstitutionId,
        credential: &Credential,
    ) -> Result<&CredentialForm, ConnectorError> {
        let refused = |kind, reason: String| ConnectorError::new(kind, "open", reason);
        let served = self.served(institution).ok_or_else(|| {
            let reason = format!("no connector opens sessions at {institution}");
            refused(ErrorKind::Unsupported, reason)
        })?;
        let opener = self.opening(institution).and_then(|connector| connector.opener());
        let form = served.credentials.form_of(credential).and_then(|form| {
            opener.map_or(Ok(()), |opener| opener.check(credential))?;
            Ok(form)
        });
        form.map_err(|refusal| refused(ErrorKind::RequestInvalid, refusal.to_string()))
    }

    /// Opens a session. Credentials that the institution could not take are refused before it is
    /// asked. The session is closed whatever becomes of the caller.
    pub async fn open(
        &self,
        institution: &InstitutionId,
        credential: Credential,
        context: Context,
    ) -> Result<LiveSession, ConnectorError> {
        self.check(institution, &credential)?;
        let connector = self.opening(institution).ok_or_else(|| {
            let reason = format!("no connector opens sessions at {institution}");
            ConnectorError::new(ErrorKind::Unsupported, "open", reason)
        })?;
        let login = Login { institution: institution.clone(), credential };
        LiveSession::open(Arc::clone(connector), login, context, &self.housekeeping).await
    }

    fn opening(&self, institution: &InstitutionId) -> Option<&Arc<dyn Connector>> {
        self.connectors.iter().find(|connector| {
            connector.opener().is_some() && connector.manifest().served(institution).is_some()
        })
    }

    /// Whether the institution takes whoever has the one for the same client as who has the other
    /// ([`crate::Opener::is_same_client`]). One that nobody asks here tells them apart for nobody.
    pub fn is_same_client(
        &self,
        institution: &InstitutionId,
        one: &Credential,
        other: &Credential,
    ) -> bool {
        let opener = self.opening(institution).and_then(|connector| connector.opener());
        opener.is_none_or(|opener| opener.is_same_client(one, other))
    }

    /// Waits until every session that was opened here, or by a clone, is closed.
    pub async fn settled(&self) {
        self.housekeeping.settled().await;
    }
}

pub(crate) fn unrecognised() -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Unrecognised,
        Place::File,
        "this is none of the statement formats that are known; export it again as XLS, XLSX, OFX or CSV",
    )
}
