//! Secrets in the configuration: inline or in a file, and never in a message.

use std::path::Path;

use anyhow::Context;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_primitives::Secret;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Value;

use super::Config;
use crate::keys;

/// Shortest path that may be a key in the wrong place, in characters: 32 bytes in base64 are 43, and
/// some may be lost in pasting.
const MIN_PASTED_KEY: usize = 40;

/// Whether a path looks like a key that was put in its place.
pub fn may_be_key(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "+/-_=".contains(sign);
    text.trim().len() >= MIN_PASTED_KEY && text.trim().chars().all(is_sign)
}

/// Whether a path looks like a URL that was put in its place.
pub fn may_be_url(path: &Path) -> bool {
    path.to_string_lossy().contains("://")
}

/// A secret written into the configuration.
pub struct SecretText(Secret<String>);

impl SecretText {
    /// The secret.
    pub fn secret(&self) -> Secret<String> {
        Secret::new(self.0.expose().clone())
    }
}

/// Several of them.
pub struct SecretList(Vec<Secret<String>>);

impl<'de> Deserialize<'de> for SecretText {
    // Not by the usual way, whose message would quote a value of another type.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(Secret::new(text))),
            _ => Err(D::Error::custom("a secret is a text in quotes")),
        }
    }
}

impl<'de> Deserialize<'de> for SecretList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("expected a list of secrets, each a text in quotes");
        let Value::Array(values) = Value::deserialize(deserializer)? else { return Err(wrong()) };
        let secret = |value| match value {
            Value::String(text) => Ok(Secret::new(text)),
            _ => Err(wrong()),
        };
        values.into_iter().map(secret).collect::<Result<_, _>>().map(Self)
    }
}

/// The master keys that the configuration gives or points to.
pub fn ring(config: &Config) -> anyhow::Result<KeyRing> {
    let active = match (&config.master_key, &config.master_key_file) {
        (Some(text), _) => MasterKey::from_base64(&text.0).context("master_key is wrong")?,
        (None, Some(path)) => keys::read(path)?,
        (None, None) => unreachable!("a configuration without a master key is refused when read"),
    };
    let retired = match (&config.retired_master_keys, &config.retired_master_keys_file) {
        (Some(list), _) => inline(list)?,
        (None, Some(path)) => one_a_line(path)?,
        (None, None) => Vec::new(),
    };
    Ok(KeyRing::new(active, retired))
}

fn inline(list: &SecretList) -> anyhow::Result<Vec<MasterKey>> {
    let read = |(number, text): (usize, &Secret<String>)| {
        MasterKey::from_base64(text)
            .with_context(|| format!("retired_master_keys, entry {}, is wrong", number + 1))
    };
    list.0.iter().enumerate().map(read).collect()
}

fn one_a_line(path: &Path) -> anyhow::Result<Vec<MasterKey>> {
    let text = keys::read_text(path)?;
    let lines = text.expose().lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line): (usize, &str)| {
        MasterKey::from_base64(&Secret::new(line.to_owned()))
            .with_context(|| format!("{}, line {}, is no key", path.display(), number + 1))
    };
    lines.map(read).collect()
}
