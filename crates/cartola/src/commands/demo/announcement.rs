//! How a demo says that it is ready.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_sandbox::{Listed, Merchant, Population, Scenario};
use serde::Serialize;
use serde_json::Value;

use super::keys::{self, DemoKeys};
use crate::{folder, output};

/// What the examples of the README read, within the demo's folder.
const ENVIRONMENT: &str = "env.sh";

/// The line of `--json`.
#[derive(Serialize)]
pub struct Announcement<'a> {
    gateway: String,
    sandbox: String,
    tenant: TenantId,
    api_key: &'a str,
    client_id: CredentialId,
    client_secret: &'a str,
    webhook_secret: &'a str,
    persons: Vec<Listed>,
    merchant: Merchant,
}

impl<'a> Announcement<'a> {
    pub fn new(gateway: &str, sandbox: &str, keys: &'a DemoKeys, population: Population) -> Self {
        Self {
            gateway: gateway.to_owned(),
            sandbox: sandbox.to_owned(),
            tenant: keys.tenant,
            api_key: keys.api_key.expose(),
            client_id: keys.client_id,
            client_secret: keys.client_secret.expose(),
            webhook_secret: keys.webhook_secret.expose(),
            persons: cartola_sandbox::listed(population),
            merchant: cartola_sandbox::merchant(population),
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

    fn variables(&self) -> [(&'static str, String); 7] {
        [
            ("CARTOLA_URL", self.gateway.clone()),
            ("CARTOLA_SANDBOX_URL", self.sandbox.clone()),
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
        let Self { gateway, sandbox, .. } = self;
        output::line(format_args!("Cartola is ready at {gateway}, the sandbox at {sandbox}\n"))?;
        for (name, value) in self.variables() {
            output::line(format_args!("  {name:<24}{value}"))?;
        }
        output::line("\nPeople of the sandbox, each at one of their banks:\n")?;
        output::table(&PERSON, &self.persons.iter().map(person).collect::<Vec<_>>())?;
        output::line(format_args!("\nTheir phones, on which they approve: {sandbox}/phone/RUT"))?;
        output::line(format_args!(
            "\nThe keys are kept in {}; a sample statement is imported. Try:\n\n  . {environment}\n  \
             curl -H \"Authorization: Bearer $CARTOLA_API_KEY\" \"$CARTOLA_URL/v1/movements?limit=5\"\n\n\
             Ctrl-C stops it. Run it again on the same folder: keys and data are the same.",
            data.join(keys::FILE).display()
        ))?;
        Ok(())
    }
}

const PERSON: [&str; 6] = ["SCENARIO", "RUT", "INSTITUTION", "PASSWORD", "PIN", "MI PASS"];

/// Somebody at their first bank.
fn person(person: &Listed) -> Vec<String> {
    let place = person.institutions.first();
    let shown = |text: Option<&String>| text.cloned().unwrap_or_default();
    vec![
        word(person.scenario),
        person.rut.clone(),
        shown(place.map(|place| &place.id)),
        shown(place.and_then(|place| place.password.as_ref())),
        shown(place.and_then(|place| place.mi_pin.as_ref())),
        person.mi_pass_pin.clone(),
    ]
}

/// A scenario as it is written on the wire.
fn word(scenario: Scenario) -> String {
    let word = serde_json::to_value(scenario).ok();
    word.as_ref().and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
}

/// A path as a shell takes it: in quotes where it has blanks or other signs that mean something there.
fn for_shell(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |sign: char| sign.is_alphanumeric() || "/._-+,:@%".contains(sign);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
