//! The suite that every connector passes.

use cartola_connector::session::DayRange;
use cartola_connector::test_kit::Stage;
use cartola_connector::{BaseUrl, Credential, Endpoint, Policy, Registry, Transport};
use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Secret, date};
use cartola_provider_mibanco::client::MiBanco;

use crate::bank::{Bank, NAME, PASSWORD, PIN, RUT};

const WRONG_PASSWORD: &str = "otra-clave-2";

/// The connector before the small bank.
pub struct MiBancoStage {
    pub bank: Bank,
    pub registry: Registry,
}

impl MiBancoStage {
    pub async fn new() -> Self {
        Self::with_policy(&Policy { interval: std::time::Duration::ZERO, ..Policy::default() })
            .await
    }

    pub async fn with_policy(policy: &Policy) -> Self {
        let bank = Bank::open().await;
        let base = BaseUrl::parse(&format!("http://{}", bank.address)).unwrap();
        let endpoint = Endpoint::new(institution(), base, &Transport::new(), policy);
        let registry = Registry::default().with(std::sync::Arc::new(MiBanco::new([endpoint])));
        Self { bank, registry }
    }
}

pub fn institution() -> InstitutionId {
    InstitutionId::parse("banco-chile").unwrap()
}

pub fn credential(field: &str, value: &str) -> Credential {
    Credential::default().with("rut", RUT.to_owned()).with(field, value.to_owned())
}

impl Stage for MiBancoStage {
    fn registry(&self) -> &Registry {
        &self.registry
    }

    fn institution(&self) -> InstitutionId {
        institution()
    }

    fn credential(&self) -> Credential {
        credential("password", PASSWORD)
    }

    fn wrong_credential(&self) -> Credential {
        credential("password", WRONG_PASSWORD)
    }

    fn period(&self) -> DayRange {
        DayRange::months(date(2026, 4, 1), date(2026, 4, 1)).unwrap()
    }

    fn forbidden(&self) -> Vec<Secret<String>> {
        let rut = Rut::parse(RUT).unwrap();
        let mut forbidden = self.bank.state().secrets.clone();
        forbidden.extend([PASSWORD, WRONG_PASSWORD, PIN, NAME, "76.543.210"].map(str::to_owned));
        forbidden.extend([rut.dotted(), rut.compact(), rut.body().to_string()]);
        forbidden.into_iter().map(Secret::new).collect()
    }

    fn open_sessions(&self) -> usize {
        self.bank.state().sessions.len()
    }

    fn speak_unknown_words(&self) {
        self.bank.state().unknown_words = true;
    }
}

cartola_connector::conformance!(MiBancoStage::new);
