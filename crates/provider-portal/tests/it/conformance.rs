//! The suite that every connector passes.

use std::sync::Arc;
use std::time::Duration;

use cartola_connector::session::DayRange;
use cartola_connector::test_kit::Stage;
use cartola_connector::{BaseUrl, Credential, Endpoint, Policy, Registry, Transport};
use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Secret, date};
use cartola_provider_portal::client::Portal;

use crate::server::{NAME, PASSWORD, RUT, Server};

const WRONG_PASSWORD: &str = "otra12345";

/// The connector before the small server.
pub struct PortalStage {
    pub server: Server,
    pub registry: Registry,
    institution: &'static str,
}

impl PortalStage {
    pub async fn of(institution: &'static str) -> Self {
        let server = Server::open().await;
        let base = BaseUrl::parse(&format!("http://{}", server.address)).unwrap();
        let policy = Policy {
            attempt: Duration::from_millis(200),
            backoff: Duration::from_millis(1),
            interval: Duration::ZERO,
            ..Policy::default()
        };
        let id = InstitutionId::parse(institution).unwrap();
        let endpoint = Endpoint::new(id, base, &Transport::new(), &policy);
        let registry = Registry::default().with(Arc::new(Portal::new([endpoint])));
        Self { server, registry, institution }
    }

    pub async fn afc() -> Self {
        Self::of("afc").await
    }

    pub async fn cmf() -> Self {
        Self::of("cmf").await
    }

    pub async fn clave_unica() -> Self {
        Self::of("clave-unica").await
    }
}

impl Stage for PortalStage {
    fn registry(&self) -> &Registry {
        &self.registry
    }

    fn institution(&self) -> InstitutionId {
        InstitutionId::parse(self.institution).unwrap()
    }

    fn credential(&self) -> Credential {
        credential(PASSWORD)
    }

    fn wrong_credential(&self) -> Credential {
        credential(WRONG_PASSWORD)
    }

    fn period(&self) -> DayRange {
        DayRange::months(date(2026, 4, 1), date(2026, 4, 1)).unwrap()
    }

    fn forbidden(&self) -> Vec<Secret<String>> {
        let rut = Rut::parse(RUT).unwrap();
        let mut forbidden = self.server.state().secrets.clone();
        forbidden.extend([PASSWORD, WRONG_PASSWORD, NAME, "77.777.777"].map(str::to_owned));
        forbidden.extend([rut.dotted(), rut.compact(), rut.body().to_string()]);
        forbidden.into_iter().map(Secret::new).collect()
    }

    fn open_sessions(&self) -> usize {
        self.server.state().sessions.len()
    }

    fn speak_unknown_words(&self) {
        let words = [
            ("Cotiz. Trabajador", "Cotiz. Lunar"),
            ("PLAZO FIJO", "POR OBRA"),
            ("Consumo", "Estudios"),
            (r#""sex":"F""#, r#""sex":"X""#),
        ];
        self.server.state().replaced.extend(words);
    }
}

pub fn credential(password: &str) -> Credential {
    Credential::default().with("rut", RUT.to_owned()).with("password", password.to_owned())
}

mod afc {
    cartola_connector::conformance!(super::PortalStage::afc);
}

mod cmf {
    cartola_connector::conformance!(super::PortalStage::cmf);
}

mod clave_unica {
    cartola_connector::conformance!(super::PortalStage::clave_unica);
}
