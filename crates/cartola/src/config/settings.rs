//! The settings that are no secrets, with their defaults.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use cartola_crypto::jws::Algorithm;
use cartola_engine::work;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::logging::{self, LogFormat};

/// Port that is listened on unless said otherwise.
pub const DEFAULT_PORT: u16 = 8080;

/// Where the gateway listens unless said otherwise: on loopback, behind a proxy that speaks TLS.
pub fn default_listen() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into()
}

/// Whether `/metrics` is served unless said otherwise.
pub const fn default_metrics() -> bool {
    true
}

/// The audit trail.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// What anchors are appended to as they are made.
    pub anchors_file: Option<PathBuf>,
}

/// Limits of the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests of one API key in a second, in the long run.
    pub requests_per_second: NonZeroU32,
    /// Requests of one API key at once.
    pub requests_at_once: NonZeroU32,
    /// Connections that are open at a time; the next waits.
    pub connections: NonZeroU32,
    /// How long a request may take.
    pub request_seconds: NonZeroU32,
    /// How long a client may take to send the head of a request, and to begin the next one.
    pub header_seconds: NonZeroU32,
    /// How long requests may take to end when the gateway is stopped.
    pub drain_seconds: NonZeroU32,
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("defaults are not zero")
}

/// A number of seconds as a duration.
pub fn seconds(number: NonZeroU32) -> Duration {
    Duration::from_secs(u64::from(number.get()))
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: at_least_one(100),
            requests_at_once: at_least_one(200),
            connections: at_least_one(1_024),
            request_seconds: at_least_one(60),
            header_seconds: at_least_one(15),
            drain_seconds: at_least_one(20),
        }
    }
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// Level or directives.
    #[serde(deserialize_with = "level")]
    pub level: String,
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let level = String::deserialize(deserializer)?;
    logging::filter(&level).map(|_| level).ok_or_else(|| D::Error::custom("no level"))
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// The gateway's own access tokens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// How they are signed.
    #[serde(deserialize_with = "algorithm")]
    pub algorithm: Algorithm,
}

fn algorithm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Algorithm, D::Error> {
    let name = String::deserialize(deserializer)?;
    Algorithm::parse(&name).ok_or_else(|| D::Error::custom("no algorithm"))
}

/// Background work: jobs, deliveries, retention.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// Whether `serve` does it beside the requests.
    pub serve: bool,
    /// Jobs that one process runs at once.
    at_once: Option<NonZeroU32>,
    /// Jobs that ask one institution at once, over all processes.
    of_institution: Option<NonZeroU32>,
    /// Jobs of one tenant at once, over all processes.
    of_tenant: Option<NonZeroU32>,
}

impl Jobs {
    /// Jobs that one process runs at once, where others run them too or none does, and the limits over
    /// all processes.
    pub fn places(&self, is_shared: bool) -> (usize, work::Limits) {
        let at_once = self.at_once.map_or(work::usual_running(is_shared), NonZeroU32::get);
        let usual = work::usual_limits(at_once);
        let told = |told: Option<NonZeroU32>| told.map(NonZeroU32::get);
        let limits = work::Limits {
            of_lane: told(self.of_institution).or(usual.of_lane),
            of_tenant: told(self.of_tenant).or(usual.of_tenant),
        };
        (usize::try_from(at_once).unwrap_or(usize::MAX), limits)
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self { serve: true, at_once: None, of_institution: None, of_tenant: None }
    }
}
