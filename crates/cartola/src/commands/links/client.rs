//! What `cartola links add` takes for an institution that is reached through `ApiStore`.

use std::path::PathBuf;

use anyhow::Context;
use cartola_primitives::id::{LinkId, TenantId};
use cartola_primitives::{Rut, Secret};
use cartola_provider_apistore::client::{NOTIFICATION_SECRETS, accounts, gateway};
use cartola_provider_apistore::{server, signature};
use clap::Args;

use crate::keys;
use crate::problem::wrong_use;

/// A client of `ApiStore`, beside its secret.
#[derive(Args)]
pub struct Access {
    /// Id of the client, for an institution that is reached through ApiStore
    #[arg(long, value_name = "ID", requires = "client")]
    client_id: Option<String>,
    /// Number of an account of the client, perhaps with its kind and currency behind it, such as
    /// 00-123-45678-90:sight:USD; one of each account
    #[arg(long, value_name = "NUMBER", requires = "client")]
    account: Vec<String>,
    /// RUT of somebody who may act for the company, for the bank's own gateway; one of each
    #[arg(long, value_name = "RUT", requires = "token_file")]
    attorney: Vec<String>,
    /// File whose first line is the token of the bank's portal, for the bank's own gateway
    #[arg(long, value_name = "FILE", requires_all = ["client", "attorney"])]
    token_file: Option<PathBuf>,
    /// File of the secrets by which the institution signs notifications, one a line: the present one,
    /// and the one before it while it is replaced
    #[arg(long, value_name = "FILE", requires = "client")]
    notification_secrets_file: Option<PathBuf>,
}

impl Access {
    /// The other fields of its credential; none where there is no client.
    pub fn read(&self) -> anyhow::Result<Vec<(String, Secret<String>)>> {
        let Some(id) = &self.client_id else { return Ok(Vec::new()) };
        let named = self.account.join(",");
        // Not by clap, whose message would quote it.
        accounts::parse(&named).map_err(|error| wrong_use(format!("--account: {error}")))?;
        let mut fields = vec![
            ("client_id".to_owned(), Secret::new(id.clone())),
            (accounts::FIELD.to_owned(), Secret::new(named)),
        ];
        if let Some(path) = &self.token_file {
            let token = keys::read_first_line(path).context("the token cannot be read")?;
            fields.push((gateway::TOKEN.to_owned(), token));
            fields.push((gateway::ATTORNEYS.to_owned(), self.attorneys()?));
        }
        if let Some(path) = &self.notification_secrets_file {
            let text = keys::read_text(path).context("the secrets cannot be read")?;
            let lines = text.expose().lines().map(str::trim).filter(|line| !line.is_empty());
            let secrets = Secret::new(lines.collect::<Vec<_>>().join(","));
            signature::secrets(&secrets)
                .map_err(|error| wrong_use(format!("{}: {error}", path.display())))?;
            fields.push((NOTIFICATION_SECRETS.to_owned(), secrets));
        }
        Ok(fields)
    }

    fn attorneys(&self) -> anyhow::Result<Secret<String>> {
        let ruts = self.attorney.iter().map(|text| Rut::parse(text).map(|rut| rut.compact()));
        let ruts: Vec<String> = ruts
            .collect::<Result<_, _>>()
            .map_err(|error| wrong_use(format!("--attorney: {error}")))?;
        Ok(Secret::new(ruts.join(",")))
    }

    /// Where notifications about a link are taken, once it keeps the secrets that sign them.
    pub fn notifications(&self, tenant: TenantId, link: LinkId) -> Option<String> {
        self.client_id.as_ref()?;
        Some(format!("{}/notificaciones/{tenant}/{link}", server::PREFIX))
    }
}
