//! How a demo says that it is ready.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, TenantId};
use serde::Serialize;

use super::keys::{self, DemoKeys};
use crate::{folder, output};

/// What the examples of the README read, within the demo's folder.
const ENVIRONMENT: &str = "env.sh";

/// The line of `--json`. What this build does not have is `null` or empty: a sandbox, the persons
/// who are its customers, and the merchant who is paid there.
#[derive(Serialize)]
pub struct Announcement<'a> {
    gateway: String,
    sandbox: Option<String>,
    tenant: TenantId,
    api_key: &'a str,
    client_id: CredentialId,
    client_secret: &'a str,
    webhook_secret: &'a str,
    persons: [(); 0],
    merchant: Option<()>,
}

impl<'a> Announcement<'a> {
    pub fn new(address: SocketAddr, keys: &'a DemoKeys) -> Self {
        Self {
            gateway: format!("http://{address}"),
            sandbox: None,
            tenant: keys.tenant,
            api_key: keys.api_key.expose(),
            client_id: keys.client_id,
            client_secret: keys.client_secret.expose(),
            webhook_secret: keys.webhook_secret.expose(),
            persons: [],
            merchant: None,
        }
    }

    /// Writes what a shell reads to have address and keys at hand.
    pub fn write_environment(&self, data: &Path) -> anyhow::Result<()> {
        let path = data.join(ENVIRONMENT);
        let mut text = String::from("# Written by `cartola demo` each time it starts.\n");
        for (name, value) in self.variables() {
            writeln!(text, "export {name}='{value}'")?;
        }
        let text = Secret::new(text);
        folder::write_private(&path, text.expose().as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn variables(&self) -> [(&'static str, String); 6] {
        [
            ("CARTOLA_URL", self.gateway.clone()),
            ("CARTOLA_TENANT", self.tenant.to_string()),
            ("CARTOLA_API_KEY", self.api_key.to_owned()),
            ("CARTOLA_CLIENT_ID", self.client_id.to_string()),
            ("CARTOLA_CLIENT_SECRET", self.client_secret.to_owned()),
            ("CARTOLA_WEBHOOK_SECRET", self.webhook_secret.to_owned()),
        ]
    }

    /// Says that the gateway is ready, for a program or for people.
    pub fn print(&self, data: &Path, json: bool) -> anyhow::Result<()> {
        if json {
            return output::json(self);
        }
        let environment = data.join(ENVIRONMENT);
        let environment = for_shell(&environment);
        output::line(format_args!("Cartola is ready at {}\n", self.gateway))?;
        for (name, value) in self.variables() {
            output::line(format_args!("  {name:<24}{value}"))?;
        }
        output::line(format_args!(
            "\nThe keys are kept in {}; a sample statement is imported. Try:\n\n  . {environment}\n  \
             curl -H \"Authorization: Bearer $CARTOLA_API_KEY\" \"$CARTOLA_URL/v1/movements?limit=5\"\n\n\
             Ctrl-C stops it. Run it again on the same folder: keys and data are the same.",
            data.join(keys::FILE).display()
        ))?;
        Ok(())
    }
}

/// A path as a shell takes it: in quotes where it has blanks or other signs that mean something there.
fn for_shell(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |sign: char| sign.is_alphanumeric() || "/._-+,:@%".contains(sign);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
