//! The suite that every connector passes.

use cartola_connector::session::DayRange;
use cartola_connector::test_kit::Stage;
use cartola_connector::{BaseUrl, Credential, Endpoint, Policy, Registry, Transport};
use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Secret, date};
use cartola_provider_apistore::client::{ApiStore, PaysBy, Reached};

use crate::bank::{ACCOUNTS, Bank, CLIENT, DOLLARS, PESOS, SECRET};

pub const RUT: &str = "76.543.210-3";
const WRONG_SECRET: &str = "otro-secreto";

/// The connector before the small bank.
pub struct ApiStoreStage {
    pub bank: Bank,
    pub registry: Registry,
}

impl ApiStoreStage {
    pub async fn new() -> Self {
        Self::with_policy(&Policy { interval: std::time::Duration::ZERO, ..Policy::default() })
            .await
    }

    pub async fn with_policy(policy: &Policy) -> Self {
        let bank = Bank::open().await;
        let base = BaseUrl::parse(&format!("http://{}", bank.address)).unwrap();
        let endpoint = Endpoint::new(institution(), base, &Transport::new(), policy);
        let connector = ApiStore::new([Reached { endpoint, pays_by: PaysBy::default() }]);
        let registry = Registry::default().with(std::sync::Arc::new(connector));
        Self { bank, registry }
    }
}

pub fn institution() -> InstitutionId {
    InstitutionId::parse("banco-chile").unwrap()
}

pub fn credential(secret: &str, accounts: &str) -> Credential {
    Credential::default()
        .with("rut", RUT.to_owned())
        .with("client_id", CLIENT.to_owned())
        .with("client_secret", secret.to_owned())
        .with("accounts", accounts.to_owned())
}

impl Stage for ApiStoreStage {
    fn registry(&self) -> &Registry {
        &self.registry
    }

    fn institution(&self) -> InstitutionId {
        institution()
    }

    fn credential(&self) -> Credential {
        credential(SECRET, ACCOUNTS)
    }

    fn wrong_credential(&self) -> Credential {
        credential(WRONG_SECRET, ACCOUNTS)
    }

    fn period(&self) -> DayRange {
        DayRange::months(date(2026, 3, 1), date(2026, 4, 1)).unwrap()
    }

    fn forbidden(&self) -> Vec<Secret<String>> {
        let rut = Rut::parse(RUT).unwrap();
        let mut forbidden = self.bank.state().given.clone();
        forbidden.extend([SECRET, WRONG_SECRET, PESOS, DOLLARS, "ANA SOTO"].map(str::to_owned));
        forbidden.extend([rut.dotted(), rut.compact(), rut.body().to_string()]);
        forbidden.into_iter().map(Secret::new).collect()
    }

    fn open_sessions(&self) -> usize {
        self.bank.state().under_way
    }

    fn speak_unknown_words(&self) {
        self.bank.state().unknown_words = true;
    }
}

cartola_connector::conformance!(ApiStoreStage::new);
