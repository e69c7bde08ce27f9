//! Synaptic's API as its clients call it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::bank;
use crate::customer::Customer;
use crate::http;
use crate::installation::Installation;
use crate::lab::Lab;
use crate::server::Server;
use crate::site::Site;

/// How often a client looks where its task stands.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a task that has not ended says.
const UNDER_WAY: u64 = 202;

const TYPED: &str = "application/json";

/// A gateway that asks the banks of a sandbox, and a client with a session.
pub struct Synaptic {
    /// The gateway.
    pub gateway: Server,
    token: String,
}

impl Synaptic {
    /// Makes an installation in an empty place and starts the gateway on it, for the banks of these
    /// customers.
    pub async fn start(
        lab: &Lab,
        site: &Site,
        (sandbox, customers): (SocketAddr, &[Customer]),
    ) -> anyhow::Result<Self> {
        let key = Installation::make(site).await?.api_key;
        let gateway = Server::gateway_with(lab, site, &bank::tables(sandbox, customers)).await?;
        let path = "/synaptic/api/v1/auth/login";
        let answer = http::post_with_api_key(gateway.address, path, key.expose()).await?;
        let told: Value = serde_json::from_slice(&answer.success()?)?;
        let token = told["token"].as_str().context("there is a token")?.to_owned();
        Ok(Self { gateway, token })
    }

    /// A task from its beginning to its success; gives how many results it has.
    pub async fn run(&self, customer: &Customer, action: &str) -> anyhow::Result<usize> {
        let entity = customer.synaptic_name().context("Synaptic knows the bank")?;
        let body = json!({
            "action": format!("{entity}:{action}"),
            "args": {"username": customer.rut, "password": customer.password},
        });
        let (address, token) = (self.gateway.address, Some(self.token.as_str()));
        let path = "/synaptic/api/v1/tasks";
        let body = body.to_string();
        let answer = http::post(address, path, token, TYPED, body.as_bytes()).await?;
        let told: Value = serde_json::from_slice(&answer.success()?)?;
        let task = told["taskId"].as_str().context("a task has an id")?;
        let path = format!("{path}/{task}");
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let answer = http::ask(address, &path, token).await?;
            let told: Value = serde_json::from_slice(&answer.success()?)?;
            match told["taskStatusCode"].as_u64() {
                Some(UNDER_WAY) => {}
                Some(200) => return results(&told),
                other => bail!("a task came to {other:?}"),
            }
        }
    }
}

fn results(told: &Value) -> anyhow::Result<usize> {
    let results = told["results"].as_array().map_or(0, Vec::len);
    ensure!(results > 0, "a task has no results");
    Ok(results)
}
