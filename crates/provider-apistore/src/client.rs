//! `ApiStore` as a connector, for accounts of a company at institutions that are reached through it.
//!
//! [`encode`] makes requests and [`decode`] understands answers, both without a network; the session
//! in between keeps the token. [`accounts`] reads which accounts a link is for: the protocol lists
//! none. [`gateway`] is another profile: the bank's own gateway as integrators describe it.

pub mod accounts;
pub mod decode;
pub mod encode;
pub mod gateway;
mod refusal;
mod session;
mod token;
pub mod transfer;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cartola_connector::{
    Connector, ConnectorError, Context, CredentialField, CredentialForm, CredentialSchema,
    Endpoint, ErrorKind, FieldKind, Layout, Login, Manifest, Opener, Product, Provenance, Served,
    Session,
};
use cartola_model::InstitutionId;

pub use transfer::PaysBy;

/// The layout of a month of movements, for what is kept of it.
pub const STATEMENT_LAYOUT: &str = "apistore/movimientos-saldos";

/// Longest id or secret of a client, in characters.
pub const MAX_CLIENT_TEXT: usize = 512;

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
    let text = |most| FieldKind::Printable { least: 1, most };
    let fields = vec![
        CredentialField { name: "rut", label: "RUT de la empresa", kind: FieldKind::Rut },
        CredentialField { name: "client_id", label: "Client ID", kind: text(MAX_CLIENT_TEXT) },
        CredentialField {
            name: "client_secret",
            label: "Client secret",
            kind: text(MAX_CLIENT_TEXT),
        },
        CredentialField {
            name: accounts::FIELD,
            label: "Cuentas, separadas por comas",
            kind: text(MAX_ACCOUNTS_TEXT),
        },
    ];
    let secrets = CredentialField {
        name: NOTIFICATION_SECRETS,
        label: "Secretos de notificaciones, separados por comas",
        kind: text(MAX_CLIENT_TEXT),
    };
    let told = fields.iter().copied().chain([secrets]).collect();
    CredentialSchema {
        forms: vec![
            CredentialForm { id: "client", fields },
            CredentialForm { id: "client_told", fields: told },
        ],
    }
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
        let reached = self.reached.get(&login.institution).ok_or_else(|| {
            let reason = "there is no endpoint for this institution";
            ConnectorError::new(ErrorKind::Unsupported, encode::TOKEN, reason)
        })?;
        let session = session::open(reached.clone(), &login.credential, context).await?;
        Ok(Box::new(session))
    }
}
