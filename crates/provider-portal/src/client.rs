//! The protocol as a connector.
//!
//! [`encode`] makes requests and [`decode`] understands answers, both without a network; the session in
//! between keeps the token. What each institution tells is [`offer::INSTITUTIONS`].

pub mod decode;
pub mod encode;
mod map;
pub mod offer;
mod refusal;
mod session;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cartola_connector::{
    Connector, ConnectorError, Context, CredentialField, CredentialForm, CredentialSchema,
    Endpoint, ErrorKind, FieldKind, Login, Manifest, Opener, Product, Served, Session,
};
use cartola_model::{Catalogue, InstitutionId, PasswordSchema};

/// Fewest and most characters of a password where the catalogue does not say what is taken.
const USUAL_PASSWORD: FieldKind = FieldKind::Printable { least: 4, most: 64 };

/// Institutions that speak the protocol, each at its endpoint.
#[derive(Debug)]
pub struct Portal {
    manifest: Manifest,
    endpoints: BTreeMap<InstitutionId, Endpoint>,
}

impl Portal {
    /// For the institutions of these endpoints. One that [`offer::INSTITUTIONS`] does not name offers
    /// nothing, and is passed over.
    pub fn new(endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let endpoints: BTreeMap<_, _> = endpoints
            .into_iter()
            .map(|endpoint| (endpoint.institution().clone(), endpoint))
            .filter(|(institution, _)| !offer::kinds(institution).is_empty())
            .collect();
        let manifest =
            Manifest::new("portal", "Institutions that are no banks, as the sandbox has them")
                .serving(endpoints.keys().map(served).collect());
        Self { manifest, endpoints }
    }
}

fn served(institution: &InstitutionId) -> Served {
    Served {
        institution: institution.clone(),
        products: offer::kinds(institution).iter().map(Product::Record).collect(),
        credentials: credentials(institution),
    }
}

/// A RUT with what the catalogue says that the institution takes as a password.
fn credentials(institution: &InstitutionId) -> CredentialSchema {
    let rut = CredentialField { name: "rut", label: "RUT", kind: FieldKind::Rut };
    let kind = Catalogue::bundled().password_schema(institution).map_or(USUAL_PASSWORD, field_kind);
    let password = CredentialField { name: "password", label: "Clave", kind };
    let fields = vec![rut, password];
    CredentialSchema {
        forms: vec![CredentialForm { id: "password", fields, signs_in_holder: true }],
    }
}

const fn field_kind(schema: &PasswordSchema) -> FieldKind {
    match schema {
        PasswordSchema::Digits { digits } => FieldKind::Digits(*digits),
        PasswordSchema::Letters { shortest, longest, .. } => {
            FieldKind::Printable { least: *shortest, most: *longest }
        }
    }
}

impl Connector for Portal {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn opener(&self) -> Option<&dyn Opener> {
        Some(self)
    }
}

#[async_trait]
impl Opener for Portal {
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
