//! Khipu's API as its clients call it.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use cartola_connector::session::DayRange;
use cartola_model::Scope;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::bank;
use crate::customer::Customer;
use crate::http::{self, Answer};
use crate::installation::Installation;
use crate::lab::Lab;
use crate::server::Server;
use crate::site::Site;

/// A gateway that asks the banks of a sandbox, and a client with a token.
pub struct Khipu {
    /// The gateway.
    pub gateway: Server,
    token: String,
}

impl Khipu {
    /// Makes an installation in an empty folder and starts the gateway on it, for the banks of
    /// these customers.
    pub async fn start(
        lab: &Lab,
        site: &Site,
        (sandbox, customers): (SocketAddr, &[Customer]),
    ) -> anyhow::Result<Self> {
        let installation = Installation::make(site).await?;
        let keys = installation.engine.issue(installation.tenant.clone(), &Scope::ALL).await?;
        drop(installation);
        let gateway = Server::gateway_with(lab, site, &bank::tables(sandbox, customers)).await?;
        let (id, secret) = (keys.client_id, keys.client_secret.expose());
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let typed = "application/x-www-form-urlencoded";
        let path = "/khipu/oauth/token";
        let answer = http::post(gateway.address, path, None, typed, form.as_bytes()).await?;
        let told: Value = serde_json::from_slice(&answer.success()?)?;
        let token = told["access_token"].as_str().context("there is a token")?.to_owned();
        Ok(Self { gateway, token })
    }

    /// Asks for the movements of a customer's account, as the one whom the credential stands for.
    pub async fn ask(
        &self,
        (customer, credential): (&Customer, &Value),
        days: DayRange,
    ) -> anyhow::Result<Answer> {
        let body = json!({"RequestData": {
            "AccountNumber": customer.account,
            "BookingDateStart": days.from().to_string(),
            "BookingDateEnd": days.to().to_string(),
            "AccountCredential": credential,
        }});
        self.post(customer, "transactions", &body).await
    }

    /// The same, which must go well. Gives how many movements the answer has.
    pub async fn movements(
        &self,
        who: (&Customer, &Value),
        days: DayRange,
    ) -> anyhow::Result<usize> {
        let told: Told = serde_json::from_slice(&self.ask(who, days).await?.success()?)?;
        ensure!(told.status == "OK", "a call came to {}: {}", told.status, told.error);
        Ok(told.data.map_or(0, |data| data.transactions.len()))
    }

    /// A link of a customer's, as a credential.
    pub async fn link(&self, customer: &Customer) -> anyhow::Result<Value> {
        let told = data(&self.post(customer, "token", &customer.login()).await?.success()?)?;
        Ok(json!({"AccountLink": told["AccountLink"]}))
    }

    async fn post(
        &self,
        customer: &Customer,
        operation: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let path = customer.khipu_path().context("Khipu knows the bank")?;
        let path = format!("/khipu/v1/cl/banking/{path}/{operation}");
        let (body, token) = (body.to_string(), Some(self.token.as_str()));
        let address = self.gateway.address;
        http::post(address, &path, token, "application/json", body.as_bytes()).await
    }
}

/// An answer with movements, read no further than it takes to count them: the client shares the cores with
/// what is measured.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "Status")]
    status: String,
    #[serde(rename = "Data")]
    data: Option<Movements>,
    #[serde(rename = "Error", default)]
    error: Value,
}

#[derive(Deserialize)]
struct Movements {
    #[serde(rename = "Transaction", default)]
    transactions: Vec<IgnoredAny>,
}

/// What an answer brings that went well.
fn data(body: &[u8]) -> anyhow::Result<Value> {
    let mut told: Value = serde_json::from_slice(body)?;
    ensure!(told["Status"] == "OK", "a call came to {}", told["Error"]);
    Ok(told["Data"].take())
}
