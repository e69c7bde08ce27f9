//! `ApiStore` as a connector, for accounts of a company at institutions that are reached through it.
//!
//! [`encode`] makes requests and [`decode`] understands answers, both without a network; the session
//! in between keeps the token. [`accounts`] reads which accounts a link is for: the protocol lists
//! none. [`gateway`] is another profile: the bank's own gateway as integrators describe it.

pub mod accounts;
pub mod decode;
pub mod encode;
pub mod gateway;
mod gathered;
mod refusal;
mod session;
mod token;
pub mod transfer;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cartola_connector::{
    Connector, ConnectorError, Context, Credential, CredentialField, CredentialForm,
    CredentialRefusal, CredentialSchema, Endpoint, ErrorKind, FieldKind, Layout, Login, Manifest,
    Opener, Product, Provenance, Served, Session,
};
use cartola_model::InstitutionId;
use cartola_primitives::Secret;

use crate::signature;

pub use gathered::MAX_HELD_BYTES;
pub use transfer::PaysBy;

/// The layout of a month of movements, for what is kept of it.
pub const STATEMENT_LAYOUT: &str = "apistore/movimientos-saldos";

/// Longest id or secret of a client, in characters.
pub const MAX_CLIENT_TEXT: usize = 512;

/// The field of a credential with the client's id.
const CLIENT_ID: &str = "client_id";

/// The field of a credential with the client's secret.
const CLIENT_SECRET: &str = "client_secret";

/// Longest list of accounts, in characters.
pub const MAX_ACCOUNTS_TEXT: usize = 2_000;

/// The field of a credential that holds the secrets by which the institution signs notifications: the
/// present one, and the one before it while it is replaced. It is no secret that signs in.
pub const NOTIFICATION_SECRETS: &str = "notification_secrets";

/// One institution that is reached through `ApiStore`.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Where.
    pub endpoint: Endpoint,
    /// Which of its products makes transfers.
    pub pays_by: PaysBy,
}

/// Institutions that are reached through `ApiStore`.
#[derive(Debug)]
pub struct ApiStore {
    manifest: Manifest,
    reached: BTreeMap<InstitutionId, Reached>,
}

impl ApiStore {
    /// For these institutions.
    pub fn new(reached: impl IntoIterator<Item = Reached>) -> Self {
        let reached: BTreeMap<_, _> =
            reached.into_iter().map(|each| (each.endpoint.institution().clone(), each)).collect();
        let manifest = Manifest::new("apistore", "ApiStore, the platform of Banco de Chile")
            .decoding(vec![Layout {
                id: STATEMENT_LAYOUT,
                summary: "a month of movements of an account, read in a session",
                provenance: Provenance::SecondHand,
            }])
            .serving(reached.keys().map(served).collect());
        Self { manifest, reached }
    }
}

fn served(institution: &InstitutionId) -> Served {
    Served {
        institution: institution.clone(),
        products: vec![
            Product::Accounts,
            Product::Balances,
            Product::Movements,
            Product::Transfers,
        ],
        credentials: credentials(),
    }
}

/// A client's id and secret, the RUT of whoever has the accounts, and which accounts.
fn credentials() -> CredentialSchema {
    forms(["client", "client_told"], &[])
}

/// Two forms of a client's credentials, without the secrets of whoever posts notifications and with
/// them. Between the client and its accounts stand the fields that a profile has more.
fn forms([id, told_id]: [&'static str; 2], more: &[CredentialField]) -> CredentialSchema {
    let field = |name, label, kind| CredentialField { name, label, kind };
    let text = |most| FieldKind::Printable { least: 1, most };
    let client = [
        field("rut", "RUT de la empresa", FieldKind::Rut),
        field(CLIENT_ID, "Client ID", text(MAX_CLIENT_TEXT)),
        field(CLIENT_SECRET, "Client secret", text(MAX_CLIENT_TEXT)),
    ];
    let accounts = field(accounts::FIELD, "Cuentas, separadas por comas", text(MAX_ACCOUNTS_TEXT));
    let secrets = field(
        NOTIFICATION_SECRETS,
        "Secretos de notificaciones, separados por comas",
        text(MAX_CLIENT_TEXT),
    );
    let fields: Vec<_> = client.iter().chain(more).copied().chain([accounts]).collect();
    let told = fields.iter().copied().chain([secrets]).collect();
    let form = |id, fields| CredentialForm { id, fields, signs_in_holder: false };
    CredentialSchema { forms: vec![form(id, fields), form(told_id, told)] }
}

/// What a session goes on with: it may outlive the credentials that it was given.
fn kept(credential: &Credential, names: &[&'static str]) -> Credential {
    names.iter().fold(Credential::default(), |kept, name| match credential.field(name) {
        Some(value) => kept.with(*name, value.expose().clone()),
        None => kept,
    })
}

/// Where an institution is reached.
fn endpoint<'a, T>(
    reached: &'a BTreeMap<InstitutionId, T>,
    institution: &InstitutionId,
    operation: &'static str,
) -> Result<&'a T, ConnectorError> {
    reached.get(institution).ok_or_else(|| {
        let reason = "there is no endpoint for this institution";
        ConnectorError::new(ErrorKind::Unsupported, operation, reason)
    })
}

/// A cursor of somebody else's.
fn strange(operation: &'static str) -> ConnectorError {
    let reason = "the cursor is none that this connector gave";
    ConnectorError::new(ErrorKind::RequestInvalid, operation, reason)
}

/// Refuses lists of which an entry is none: the accounts, and the secrets that sign notifications.
fn check_lists(credential: &Credential) -> Result<(), CredentialRefusal> {
    let part = |field, reason: String| CredentialRefusal::Part { field, reason };
    if let Some(text) = credential.field(accounts::FIELD) {
        accounts::parse(text.expose()).map_err(|error| part(accounts::FIELD, error.to_string()))?;
    }
    if let Some(text) = credential.field(NOTIFICATION_SECRETS) {
        signature::secrets(text).map_err(|error| part(NOTIFICATION_SECRETS, error.to_string()))?;
    }
    Ok(())
}

/// By the client's id: its secret may be another one by now.
fn is_same_client(one: &Credential, other: &Credential) -> bool {
    let [one, other] = [one, other].map(|credential| credential.field(CLIENT_ID));
    one.map(Secret::expose) == other.map(Secret::expose)
}

impl Connector for ApiStore {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn opener(&self) -> Option<&dyn Opener> {
        Some(self)
    }
}

#[async_trait]
impl Opener for ApiStore {
    async fn open(
        &self,
        login: &Login,
        context: &Context,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let reached = endpoint(&self.reached, &login.institution, encode::TOKEN)?;
        let session = session::open(reached.clone(), &login.credential, context).await?;
        Ok(Box::new(session))
    }

    fn check(&self, credential: &Credential) -> Result<(), CredentialRefusal> {
        check_lists(credential)
    }

    fn is_same_client(&self, one: &Credential, other: &Credential) -> bool {
        is_same_client(one, other)
    }
}
