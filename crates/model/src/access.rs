//! Who asks, and what they may do.

use cartola_primitives::id::{CredentialId, TenantId};
use serde::{Deserialize, Serialize};

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read accounts, balances, movements, consents and imports.
    Read,
    /// Import statement files.
    Import,
    /// Change what the tenant decides: revoke consents, split merges.
    Manage,
    /// Read the audit trail.
    Audit,
    /// Say who somebody is, and enrol their phone. Apart from [`Scope::Manage`], so that no one key both
    /// enrols a phone and asks what is approved on it.
    Enrol,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Read, Self::Import, Self::Manage, Self::Audit, Self::Enrol];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Import => "import",
            Self::Manage => "manage",
            Self::Audit => "audit",
            Self::Enrol => "enrol",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// The party on whose behalf a use case runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Whose data.
    pub tenant: TenantId,
    /// Through what.
    pub actor: Actor,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Through what a principal acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// An API key.
    Credential(CredentialId),
    /// The operator at the command line, who owns the data folder.
    Operator,
}

impl Principal {
    /// The operator of this installation, who may do everything to a tenant.
    pub fn operator(tenant: TenantId) -> Self {
        Self { tenant, actor: Actor::Operator, scopes: Scope::ALL.to_vec() }
    }

    /// Whoever asked for what is done later: through a credential, or as the operator. It may do
    /// nothing by itself but be named.
    pub fn named(tenant: TenantId, credential: Option<CredentialId>) -> Self {
        let actor = credential.map_or(Actor::Operator, Actor::Credential);
        Self { tenant, actor, scopes: Vec::new() }
    }

    /// Whether the principal holds the scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl Actor {
    /// The credential; the operator has none.
    pub const fn credential(self) -> Option<CredentialId> {
        match self {
            Self::Credential(id) => Some(id),
            Self::Operator => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Credential(id) => write!(f, "{id}"),
            Self::Operator => f.write_str("operator"),
        }
    }
}
