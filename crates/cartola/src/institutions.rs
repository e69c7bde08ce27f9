//! Which institutions the gateway may ask, and where.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use cartola_connector::layer::{LocalPace, Pace};
use cartola_connector::{BaseUrl, Endpoint, Policy, Quota, Transport};
use cartola_engine::pacing::SharedPace;
use cartola_model::institution::InstitutionKind;
use cartola_model::{Catalogue, Institution, InstitutionId};
use cartola_provider_apistore::client::gateway::{self, BankGateway, Names};
use cartola_provider_apistore::client::{ApiStore, PaysBy, Reached};
use cartola_provider_mibanco::client::MiBanco;
use cartola_provider_portal::client::Portal;
use cartola_store::Pacing;
use serde::{Deserialize, Serialize};

use crate::folder;

/// What a demo's folder says of its institutions, for commands beside the demo.
const FILE: &str = "institutions.toml";

/// Which protocol an institution speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Protocol {
    /// See `docs/mibanco.md`.
    Mibanco,
    /// See `docs/portal.md`.
    Portal,
    /// See `docs/apistore.md`.
    Apistore,
    /// The same, as integrators describe it.
    ApistoreGateway,
}

impl Protocol {
    /// What institutions of a kind speak unless it is said otherwise: banks and their portals one, all
    /// others another.
    const fn of(kind: InstitutionKind) -> Self {
        Self::spoken(kind)[0]
    }

    /// What institutions of a kind may speak, the usual one first.
    const fn spoken(kind: InstitutionKind) -> &'static [Self] {
        if kind.is_bank() {
            &[Self::Mibanco, Self::Apistore, Self::ApistoreGateway]
        } else {
            &[Self::Portal]
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Mibanco => "mibanco",
            Self::Portal => "portal",
            Self::Apistore => "apistore",
            Self::ApistoreGateway => "apistore-gateway",
        }
    }
}

/// Which product of `ApiStore` pays.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pays {
    Pagos,
    AbonoEnLinea,
}

impl From<Pays> for PaysBy {
    fn from(pays: Pays) -> Self {
        match pays {
            Pays::Pagos => Self::Payments,
            Pays::AbonoEnLinea => Self::Deposits,
        }
    }
}

/// How one institution is configured.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    base_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pays_by: Option<Pays>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<BTreeMap<String, String>>,
    #[serde(default = "usual_calls")]
    calls_per_second: NonZeroU32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    readings_per_hour: Option<NonZeroU32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    readings_per_day: Option<NonZeroU32>,
}

/// Calls that an institution gets in a second unless said otherwise: as brisk as some people with
/// their apps, so that nobody there takes us for an attack.
const USUAL_CALLS: NonZeroU32 = NonZeroU32::new(20).expect("20 is not 0");

/// Calls that an institution of the sandbox gets in a second: no real person waits behind it.
const SANDBOX_CALLS: NonZeroU32 = NonZeroU32::new(2_000).expect("2,000 is not 0");

const fn usual_calls() -> NonZeroU32 {
    USUAL_CALLS
}

/// Tables `[institution.ID]`, as they are written.
pub type Written = BTreeMap<String, Settings>;

/// The whole of [`FILE`].
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    institution: Written,
}

/// What processes agree by on how often an institution is called; absent where one is alone.
pub type Shared<'a> = Option<&'a Arc<dyn Pacing>>;

/// Institutions that may be asked, each at its address.
#[derive(Clone, Default)]
pub struct Institutions {
    asked: BTreeMap<InstitutionId, Asked>,
}

#[derive(Clone)]
struct Asked {
    protocol: Protocol,
    pays_by: PaysBy,
    names: Arc<Names>,
    url: BaseUrl,
    calls_per_second: NonZeroU32,
    quota: Quota,
}

impl Institutions {
    /// Reads what was configured. The error names no value: it may be a secret in the wrong place.
    pub fn read(written: &Written) -> Result<Self, String> {
        let mut asked = BTreeMap::new();
        for (name, settings) in written {
            let row = known(name)?;
            asked.insert(row.id.clone(), settings.read(row)?);
        }
        Ok(Self { asked })
    }

    /// What a data folder that keeps its own master key says.
    pub fn of_folder(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let wrong =
            || format!("{} cannot be read; start the demo again to renew it", path.display());
        let text = fs::read_to_string(&path).with_context(wrong)?;
        let document: Document = toml::from_str(&text).with_context(wrong)?;
        Self::read(&document.institution).map_err(anyhow::Error::msg).with_context(wrong)
    }

    /// Every institution of the catalogue, as one of the sandbox at that URL.
    pub fn of_sandbox(sandbox: &str) -> Written {
        let settings = |Institution { id, kind, .. }: &Institution| Settings {
            base_url: Some(if kind.is_bank() {
                format!("{sandbox}/banks/{id}")
            } else {
                format!("{sandbox}/{id}")
            }),
            protocol: None,
            pays_by: None,
            names: None,
            calls_per_second: SANDBOX_CALLS,
            readings_per_hour: None,
            readings_per_day: None,
        };
        Catalogue::bundled().iter().map(|row| (row.id.to_string(), settings(row))).collect()
    }

    /// Writes down, for commands beside it, where a demo asks.
    pub fn keep(data: &Path, institution: Written) -> anyhow::Result<()> {
        let path = data.join(FILE);
        let writing = || format!("{} cannot be written", path.display());
        let text = toml::to_string(&Document { institution }).with_context(writing)?;
        let text = format!("# Written by `cartola demo` each time it starts.\n{text}");
        folder::write_private(&path, text.as_bytes()).with_context(writing)
    }

    /// What asks those that speak Mi Banco, at a pace that is shared where there is something to
    /// share it by.
    pub fn mibanco(&self, shared: Shared<'_>) -> MiBanco {
        MiBanco::new(self.endpoints(Protocol::Mibanco, shared))
    }

    /// What asks those that are reached through `ApiStore`.
    pub fn apistore(&self, shared: Shared<'_>) -> ApiStore {
        ApiStore::new(self.endpoints(Protocol::Apistore, shared).map(|endpoint| {
            let pays_by = self.asked[endpoint.institution()].pays_by;
            Reached { endpoint, pays_by }
        }))
    }

    /// What asks those that are reached through the bank's own gateway.
    pub fn bank_gateway(&self, shared: Shared<'_>) -> BankGateway {
        BankGateway::new(self.endpoints(Protocol::ApistoreGateway, shared).map(|endpoint| {
            let names = self.asked[endpoint.institution()].names.clone();
            gateway::Reached { endpoint, names }
        }))
    }

    /// What asks those that are no banks.
    pub fn portal(&self, shared: Shared<'_>) -> Portal {
        Portal::new(self.endpoints(Protocol::Portal, shared))
    }

    /// How often each of them may be read.
    pub fn quotas(&self) -> BTreeMap<InstitutionId, Quota> {
        self.asked.iter().map(|(id, asked)| (id.clone(), asked.quota)).collect()
    }

    fn endpoints(&self, protocol: Protocol, shared: Shared<'_>) -> impl Iterator<Item = Endpoint> {
        let transport = Transport::new();
        let spoken = self.asked.iter().filter(move |(_, asked)| asked.protocol == protocol);
        spoken.map(move |(id, asked)| {
            let policy = policy(asked.calls_per_second);
            let pace: Arc<dyn Pace> = match shared {
                Some(store) => Arc::new(SharedPace::new(store.clone(), id.clone(), &policy)),
                None => LocalPace::of(&policy),
            };
            Endpoint::paced(id.clone(), asked.url.clone(), &transport, &policy, pace)
        })
    }
}

impl Settings {
    fn read(&self, institution: &Institution) -> Result<Asked, String> {
        let wrong = |key: &str, problem: &str| {
            format!("`{key}` of [institution.{}] {problem}", institution.id)
        };
        let url = self.base_url.as_deref().ok_or_else(|| {
            wrong("base_url", "must be set: the URL that its paths are appended to, in quotes")
        })?;
        let url = BaseUrl::parse(url)
            .map_err(|error| wrong("base_url", &format!("is wrong: {error}")))?;
        let protocol = self.protocol.unwrap_or(Protocol::of(institution.kind));
        let spoken = Protocol::spoken(institution.kind);
        if !spoken.contains(&protocol) {
            let names = spoken.iter().map(|protocol| format!("\"{}\"", protocol.name()));
            let problem = format!("is wrong: it speaks {}", names.collect::<Vec<_>>().join(" or "));
            return Err(wrong("protocol", &problem));
        }
        if self.pays_by.is_some() && protocol != Protocol::Apistore {
            return Err(wrong("pays_by", "goes with protocol = \"apistore\" alone"));
        }
        if self.names.is_some() && protocol != Protocol::ApistoreGateway {
            return Err(wrong("names", "goes with protocol = \"apistore-gateway\" alone"));
        }
        let names = self.names.as_ref().map(Names::read).transpose();
        let names = names.map_err(|error| wrong("names", &format!("is wrong: {error}")))?;
        let names = Arc::new(names.unwrap_or_default());
        let pays_by = self.pays_by.map(PaysBy::from).unwrap_or_default();
        let quota = Quota { per_hour: self.readings_per_hour, per_day: self.readings_per_day };
        Ok(Asked { protocol, pays_by, names, url, calls_per_second: self.calls_per_second, quota })
    }
}

fn policy(calls_per_second: NonZeroU32) -> Policy {
    let interval = Duration::from_secs(1) / calls_per_second.get();
    Policy { interval, burst: calls_per_second.get(), ..Policy::default() }
}

fn known(name: &str) -> Result<&'static Institution, String> {
    let id = InstitutionId::parse(name).ok();
    id.and_then(|id| Catalogue::bundled().find(&id)).ok_or_else(|| {
        let ids: Vec<_> = Catalogue::bundled().iter().map(|row| row.id.as_str()).collect();
        format!("[institution.…] names none that is known; there are: {}", ids.join(", "))
    })
}
