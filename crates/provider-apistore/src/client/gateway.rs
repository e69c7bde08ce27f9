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
    Connector, ConnectorError, Context, Credential, CredentialField, CredentialRefusal,
    CredentialSchema, Endpoint, FieldKind, Layout, Login, Manifest, Opener, Product, Provenance,
    Served, Session,
};
use cartola_model::InstitutionId;

use super::MAX_CLIENT_TEXT;

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
    let field = |name, label, most| CredentialField {
        name,
        label,
        kind: FieldKind::Printable { least: 1, most },
    };
    let more = [
        field(TOKEN, "Token del portal", MAX_TOKEN),
        field(ATTORNEYS, "RUT de los apoderados, separados por comas", MAX_CLIENT_TEXT),
    ];
    super::forms(["gateway", "gateway_told"], &more)
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
        let reached = super::endpoint(&self.reached, &login.institution, encode::OPEN)?;
        let session = session::open(reached.clone(), &login.credential, context).await?;
        Ok(Box::new(session))
    }

    fn check(&self, credential: &Credential) -> Result<(), CredentialRefusal> {
        super::check_lists(credential)?;
        let attorneys = credential.field(ATTORNEYS).map(|text| encode::attorneys(text.expose()));
        match attorneys {
            Some(Err(reason)) => {
                Err(CredentialRefusal::Part { field: ATTORNEYS, reason: reason.to_owned() })
            }
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn is_same_client(&self, one: &Credential, other: &Credential) -> bool {
        super::is_same_client(one, other)
    }
}
