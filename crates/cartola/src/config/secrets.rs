//! Secrets in the configuration: inline or in a file, and never in a message.

mod command;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, anyhow};
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

/// The environment variable that may hold the master key.
const VARIABLE: &str = "CARTOLA_MASTER_KEY";

/// The one that may hold retired ones beside it, between blanks or commas.
const RETIRED_VARIABLE: &str = "CARTOLA_RETIRED_MASTER_KEYS";

/// Refuses a configuration that gives no master key, or more than one.
pub fn check_one_source(config: &Config) -> Result<(), String> {
    let given = [
        ("master_key", config.master_key.is_some()),
        ("master_key_file", config.master_key_file.is_some()),
        ("master_key_command", config.master_key_command.is_some()),
        ("CARTOLA_MASTER_KEY in the environment", variable(VARIABLE).is_some()),
    ];
    let given: Vec<_> = given.into_iter().filter(|(_, is_given)| *is_given).collect();
    match given[..] {
        [] => Err(
            "set master_key_file to a file that holds the master key (`openssl rand -base64 32` \
             makes one), or master_key to the key itself, or master_key_command to a program that \
             prints it, or CARTOLA_MASTER_KEY in the environment"
                .to_owned(),
        ),
        [_] => Ok(()),
        [(one, _), (other, _), ..] => Err(format!("set {one} or {other}, not both")),
    }
}

/// The master keys that the configuration gives or points to.
pub fn ring(config: &Config) -> anyhow::Result<KeyRing> {
    let mut retired = match (&config.retired_master_keys, &config.retired_master_keys_file) {
        (Some(list), _) => inline(list)?,
        (None, Some(path)) => one_a_line(path)?,
        (None, None) => Vec::new(),
    };
    let active = if let Some(text) = &config.master_key {
        MasterKey::from_base64(&text.0).context("master_key is wrong")?
    } else if let Some(path) = &config.master_key_file {
        keys::read(path)?
    } else if let Some(SecretList(command)) = &config.master_key_command {
        let mut printed = command::keys(command)?;
        retired.extend(printed.split_off(1));
        printed.remove(0)
    } else {
        let mut found = of_variable(VARIABLE)?;
        retired.extend(of_variable(RETIRED_VARIABLE)?);
        retired.extend(found.split_off(found.len().min(1)));
        found.pop().with_context(|| format!("{VARIABLE} in the environment is empty"))?
    };
    Ok(KeyRing::new(active, retired))
}

/// The one place where a setting comes from the environment: the key stores of containers hand over
/// secrets so.
#[allow(clippy::disallowed_methods, reason = "documented as a source of the configuration")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

fn of_variable(name: &str) -> anyhow::Result<Vec<MasterKey>> {
    let Some(text) = variable(name) else { return Ok(Vec::new()) };
    let text = text.into_string().map(Secret::new);
    let text = text.map_err(|_| anyhow!("{name} in the environment is no text"))?;
    let is_between = |sign: char| sign.is_whitespace() || sign == ',';
    let words = text.expose().split(is_between).filter(|word| !word.is_empty());
    let read = |word: &str| {
        MasterKey::from_base64(&Secret::new(word.to_owned()))
            .with_context(|| format!("{name} in the environment is wrong"))
    };
    words.map(read).collect()
}

fn inline(list: &SecretList) -> anyhow::Result<Vec<MasterKey>> {
    let read = |(number, text): (usize, &Secret<String>)| {
        MasterKey::from_base64(text)
            .with_context(|| format!("retired_master_keys, entry {}, is wrong", number + 1))
    };
    list.0.iter().enumerate().map(read).collect()
}

/// The keys of a file, one a line.
pub fn one_a_line(path: &Path) -> anyhow::Result<Vec<MasterKey>> {
    let text = keys::read_text(path)?;
    lines_of(&text, &path.display().to_string())
}

/// The keys of a text, one a line.
fn lines_of(text: &Secret<String>, name: &str) -> anyhow::Result<Vec<MasterKey>> {
    let lines = text.expose().lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line): (usize, &str)| {
        MasterKey::from_base64(&Secret::new(line.to_owned()))
            .with_context(|| format!("{name}, line {}, is no key", number + 1))
    };
    lines.map(read).collect()
}
