//! The bank's own gateway, as those describe it who have built on it. **Unverified**: no document of the
//! bank is public, so every name of it can be set in the configuration ([`Names`]).
//!
//! Every call has a client's id and secret as headers, and the token of the portal as bearer. Movements
//! come by the offset, payouts go out in lots. Balances have no shape that anybody has described, and
//! neither has where a lot stands: transfers are offered only where the operator names that path.

mod decode;
mod encode;
mod lots;
mod names;
mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_connector::{
    Connector, ConnectorError, Context, CredentialField, CredentialForm, CredentialSchema,
    Endpoint, ErrorKind, FieldKind, Layout, Login, Manifest, Opener, Product, Provenance, Served,
    Session,
};
use cartola_model::InstitutionId;

use super::{MAX_ACCOUNTS_TEXT, MAX_CLIENT_TEXT, NOTIFICATION_SECRETS, accounts};

pub use names::{NAMES, Names, NamesError};

/// The layout of what is read, for what is kept of it.
pub const STATEMENT_LAYOUT: &str = "apistore/movimientos-cuenta";

/// The field of a credential with the RUTs of whoever may act for the company, with commas between them.
pub const ATTORNEYS: &str = "attorneys";

/// The field of a credential with the token of the portal.
pub const TOKEN: &str = "token";

/// Longest token, in characters: one with many claims has some 2,000.
pub const MAX_TOKEN: usize = 8_192;

/// One institution that is reached through the bank's gateway.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Where.
    pub endpoint: Endpoint,
    /// What everything is called.
    pub names: Arc<Names>,
}

/// Institutions that are reached through the bank's gateway.
#[derive(Debug)]
pub struct BankGateway {
    manifest: Manifest,
    reached: BTreeMap<InstitutionId, Reached>,
}

impl BankGateway {
    /// For these institutions.
    pub fn new(reached: impl IntoIterator<Item = Reached>) -> Self {
        let reached: BTreeMap<_, _> =
            reached.into_iter().map(|each| (each.endpoint.institution().clone(), each)).collect();
        let manifest = Manifest::new("apistore-gateway", "the gateway of ApiStore, unverified")
            .decoding(vec![Layout {
                id: STATEMENT_LAYOUT,
                summary: "movements of an account, read in a session",
                provenance: Provenance::SecondHand,
            }])
            .serving(reached.values().map(served).collect());
        Self { manifest, reached }
    }
}

fn served(reached: &Reached) -> Served {
    let pays = reached.names.tells_of_lots().then_some(Product::Transfers);
    Served {
        institution: reached.endpoint.institution().clone(),
        products: [Product::Accounts, Product::Movements].into_iter().chain(pays).collect(),
        credentials: credentials(),
    }
}

/// What the gateway wants with every call, and which accounts.
fn credentials() -> CredentialSchema {
    let text = |most| FieldKind::Printable { least: 1, most };
    let field = |name, label, kind| CredentialField { name, label, kind };
    let fields = vec![
        field("rut", "RUT de la empresa", FieldKind::Rut),
        field("client_id", "Client ID", text(MAX_CLIENT_TEXT)),
        field("client_secret", "Client secret", text(MAX_CLIENT_TEXT)),
        field(TOKEN, "Token del portal", text(MAX_TOKEN)),
        field(ATTORNEYS, "RUT de los apoderados, separados por comas", text(MAX_CLIENT_TEXT)),
        field(accounts::FIELD, "Cuentas, separadas por comas", text(MAX_ACCOUNTS_TEXT)),
    ];
    let secrets = field(
        NOTIFICATION_SECRETS,
        "Secretos de notificaciones, separados por comas",
        text(MAX_CLIENT_TEXT),
    );
    let told = fields.iter().copied().chain([secrets]).collect();
    CredentialSchema {
        forms: vec![
            CredentialForm { id: "gateway", fields },
            CredentialForm { id: "gateway_told", fields: told },
        ],
    }
}

impl Connector for BankGateway {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn opener(&self) -> Option<&dyn Opener> {
        Some(self)
    }
}

#[async_trait]
impl Opener for BankGateway {
    async fn open(
        &self,
        login: &Login,
        context: &Context,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let reached = self.reached.get(&login.institution).ok_or_else(|| {
            let reason = "there is no endpoint for this institution";
            ConnectorError::new(ErrorKind::Unsupported, encode::OPEN, reason)
        })?;
        let session = session::open(reached.clone(), &login.credential, context).await?;
        Ok(Box::new(session))
    }
}
