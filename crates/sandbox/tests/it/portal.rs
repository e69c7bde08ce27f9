//! The institutions that are no banks: their doors, and what they say against what banks do.

mod afc;
mod cmf;
mod doors;
mod registers;
mod sii;

use cartola_primitives::{Date, Rut};
use cartola_sandbox::Movement;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

/// Residents who are looked at; enough that every product is met.
const RESIDENTS: u32 = 60;

impl Server {
    /// A call of the protocol; `token` is a token or nothing.
    pub async fn portal(&self, call: (&str, &str, &str), token: &str, body: Value) -> Answer {
        let (institution, method, path) = call;
        let uri = format!("/{institution}/api/v1/{path}");
        let mut request = axum::http::Request::builder().method(method).uri(uri);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn enter(&self, rut: Rut, institution: &str) -> Answer {
        let known = self.world.population().credentials(rut, institution).unwrap();
        let body = json!({"user": known.username, "password": known.password});
        self.portal((institution, "POST", "session"), "", body).await
    }

    pub async fn portal_token(&self, rut: Rut, institution: &str) -> String {
        let (status, body) = self.enter(rut, institution).await;
        assert_eq!(status, 200, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    /// What an institution says of somebody.
    pub async fn told<T: DeserializeOwned>(&self, rut: Rut, institution: &str, path: &str) -> T {
        let token = self.portal_token(rut, institution).await;
        let (status, body) = self.portal((institution, "GET", path), &token, Value::Null).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }

    /// What banks show of somebody, on all their own accounts.
    pub fn moved(&self, rut: Rut, days: (Date, Date)) -> Vec<Movement> {
        let own = self.world.population().accounts(rut).into_iter();
        let own = own.filter(|each| each.key.owner == rut);
        own.flat_map(|each| self.world.statement(each.key, days)).collect()
    }

    /// People of the box, some at random and the named ones who can log in.
    pub fn people(&self) -> Vec<Rut> {
        let population = self.world.population();
        let all = (0..RESIDENTS).map(|place| population.somebody(place));
        all.filter(|rut| !population.identity(*rut).unwrap().is_company).collect()
    }
}

/// Companies of the box.
fn companies() -> Vec<Rut> {
    (0..12).map(|place| Rut::from_body(76_100_000 + 117_311 * place).unwrap()).collect()
}
