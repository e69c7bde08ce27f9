//! Mi Banco as a connector.
//!
//! [`encode`] makes requests and [`decode`] understands answers, both without a network; the
//! session in between keeps the tokens.

pub mod decode;
pub mod encode;
pub mod instruct;
mod map;
pub mod offer;
mod refusal;
mod session;
pub mod transfer;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cartola_connector::{
    Connector, ConnectorError, Context, CredentialField, CredentialForm, CredentialSchema,
    Endpoint, ErrorKind, FieldKind, Layout, Login, Manifest, Opener, Product, Provenance, Served,
    Session,
};
use cartola_model::{Catalogue, InstitutionId};

/// The layout of a page of a statement, for what is kept of it.
pub const STATEMENT_LAYOUT: &str = "mibanco/statement";

/// Digits of a MI PIN.
pub const MI_PIN_DIGITS: usize = 5;

/// Most pages of transfers of one reading, each of 500 at most. A bank that has more is not believed.
pub const MAX_TRANSFER_PAGES: u32 = 200;

/// Banks that speak the protocol, each at its endpoint.
#[derive(Debug)]
pub struct MiBanco {
    manifest: Manifest,
    endpoints: BTreeMap<InstitutionId, Endpoint>,
}

impl MiBanco {
    /// For the banks of these endpoints.
    pub fn new(endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let endpoints: BTreeMap<_, _> = endpoints
            .into_iter()
            .map(|endpoint| (endpoint.institution().clone(), endpoint))
            .collect();
        let manifest = Manifest::new("mibanco", "Mi Banco, the mobile channel of Banco de Chile")
            .decoding(vec![Layout {
                id: STATEMENT_LAYOUT,
                summary: "a page of a statement, read in a session",
                provenance: Provenance::SecondHand,
            }])
            .serving(endpoints.keys().map(served).collect());
        Self { manifest, endpoints }
    }
}

fn served(institution: &InstitutionId) -> Served {
    let instructions = Catalogue::bundled().instructions(institution);
    Served {
        institution: institution.clone(),
        products: [Product::Accounts, Product::Balances, Product::Movements, Product::Transfers]
            .into_iter()
            .chain(instructions.iter().copied().map(Product::Instruction))
            .chain(offer::KINDS.iter().map(Product::Record))
            .collect(),
        credentials: credentials(),
    }
}

/// A RUT with a password, or with a MI PIN.
fn credentials() -> CredentialSchema {
    let rut = CredentialField { name: "rut", label: "RUT", kind: FieldKind::Rut };
    let kind = FieldKind::Printable { least: 4, most: 64 };
    let password = CredentialField { name: "password", label: "Clave de internet", kind };
    let kind = FieldKind::Digits(MI_PIN_DIGITS);
    let pin = CredentialField { name: "mi_pin", label: "MI PIN", kind };
    CredentialSchema {
        forms: vec![
            CredentialForm { id: "password", fields: vec![rut, password], signs_in_holder: true },
            CredentialForm { id: "mi_pin", fields: vec![rut, pin], signs_in_holder: true },
        ],
    }
}

impl Connector for MiBanco {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn opener(&self) -> Option<&dyn Opener> {
        Some(self)
    }
}

#[async_trait]
impl Opener for MiBanco {
    async fn open(
        &self,
        login: &Login,
        context: &Context,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let endpoint = self.endpoints.get(&login.institution).ok_or_else(|| {
            let reason = "there is no endpoint for this institution";
            ConnectorError::new(ErrorKind::Unsupported, encode::OPEN, reason)
        })?;
        let session = session::open(endpoint.clone(), &login.credential, context).await?;
        Ok(Box::new(session))
    }
}
