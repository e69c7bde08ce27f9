//! What a bank tells beside accounts, held against the movements that it tells.

mod credits;
mod payments;
mod transfers;

use cartola_primitives::{Date, Rut, date};
use cartola_sandbox::{Movement, Product};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::server::{DEVICE, Server};

/// Residents whose products are read; enough that every product is met.
const RESIDENTS: u32 = 60;

/// Somebody at their main bank.
pub struct Customer<'a> {
    server: &'a Server,
    pub rut: Rut,
    bank: String,
    token: String,
}

impl<'a> Customer<'a> {
    pub async fn of(server: &'a Server, rut: Rut) -> Self {
        let population = server.world.population();
        let company = population.identity(rut).unwrap().is_company;
        let portal = if company { "-empresas" } else { "" };
        let bank = format!("{}{portal}", population.banks(rut)[0].id());
        let known = population.credentials(rut, &bank).unwrap();
        let body = serde_json::json!({"rut": known.username, "password": known.password,
            "device_fingerprint": "f"});
        let call = (bank.as_str(), "POST", "session");
        let (status, body) = server.bank(call, "", DEVICE, body).await;
        assert_eq!(status, 200, "{body}");
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { server, rut, bank, token }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let call = (self.bank.as_str(), "GET", path);
        let (status, body) = self.server.bank(call, &self.token, DEVICE, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_value(body).unwrap()
    }

    /// What happened on their accounts of that product at this bank.
    pub fn movements(&self, product: Option<Product>, days: (Date, Date)) -> Vec<Movement> {
        let population = self.server.world.population();
        let main = population.banks(self.rut)[0];
        let own = population.accounts(self.rut).into_iter();
        let own = own.filter(|each| each.key.bank == main && each.key.owner == self.rut);
        own.filter(|each| product.is_none_or(|product| each.key.product == product))
            .flat_map(|each| self.server.world.statement(each.key, days))
            .collect()
    }

    fn amounts(&self, glosa: &str, days: (Date, Date)) -> Vec<(Date, i64)> {
        let all = self.movements(None, days);
        let of = all.iter().filter(|each| each.glosa.contains(glosa));
        of.map(|each| (each.booked.date(), each.amount.minor())).collect()
    }
}

fn october() -> (Date, Date) {
    (date(2026, 10, 1), date(2026, 10, 31))
}

pub async fn each_resident(server: &Server, look: impl AsyncFn(&Customer<'_>) -> bool) -> u32 {
    let population = server.world.population();
    let mut seen = 0;
    for place in 0..RESIDENTS {
        let customer = Customer::of(server, population.somebody(place)).await;
        seen += u32::from(look(&customer).await);
    }
    seen
}
