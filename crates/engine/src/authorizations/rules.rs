//! When somebody must be asked.

use std::collections::{BTreeMap, BTreeSet};

use cartola_crypto::PinCost;
use cartola_model::{Operation, OperationKind, Principal};
use cartola_primitives::id::TenantId;
use cartola_primitives::{Currency, Money, Rut, SignedDuration, santiago};

use super::errors::AskError;
use super::{COOLING_OFF, PAYEE_KNOWN};
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What an installation decides of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The kinds of operations that the gateway does for nobody without their approval, where there is
    /// a [`Reason`] to ask.
    pub required: BTreeSet<OperationKind>,
    /// The same of single tenants, beside those.
    pub required_of: BTreeMap<TenantId, BTreeSet<OperationKind>>,
    /// Up to so many pesos may move without asking, to whom money went before; 0 where everything is
    /// asked.
    pub free_up_to: i64,
    /// For how long a phone that came after another one is asked nothing that is high-risk; zero where
    /// it may be at once.
    pub cooling_off: SignedDuration,
    /// What a try at a PIN costs.
    pub pin_cost: PinCost,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            required: BTreeSet::new(),
            required_of: BTreeMap::new(),
            free_up_to: 0,
            cooling_off: COOLING_OFF,
            pin_cost: PinCost::RECOMMENDED,
        }
    }
}

/// Why somebody must be asked. "High-risk actions" are asked always, and none is ever let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Those whom one pays often change.
    Beneficiary,
    /// Money goes to somebody for the first time.
    FirstTime,
    /// It is more than may move without asking, or in another currency than pesos.
    Amount,
    /// It is a signature.
    Signature,
}

impl Reason {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beneficiary => "beneficiary",
            Self::FirstTime => "first_time",
            Self::Amount => "amount",
            Self::Signature => "signature",
        }
    }

    /// Whether money may be lost by it.
    pub const fn is_high_risk(self) -> bool {
        matches!(self, Self::Beneficiary | Self::FirstTime | Self::Amount)
    }
}

impl Rules {
    /// Whether such operations of a tenant are done with an approval alone.
    pub fn requires(&self, tenant: TenantId, kind: OperationKind) -> bool {
        let of_tenant = self.required_of.get(&tenant);
        self.required.contains(&kind) || of_tenant.is_some_and(|kinds| kinds.contains(&kind))
    }

    fn is_free(&self, amount: Money) -> bool {
        amount.currency() == Currency::CLP && (1..=self.free_up_to).contains(&amount.minor())
    }
}

impl Engine {
    /// Why an operation of a person must be approved by them; empty where it need not be.
    pub async fn must_authorize(
        &self,
        who: &Principal,
        rut: Rut,
        operation: &Operation,
    ) -> Result<Vec<Reason>, AskError> {
        operation.check_on(santiago::today(self.now()))?;
        Ok(self.reasons_to_ask(who, rut, operation).await?)
    }

    /// Whether the gateway refuses such operations of a tenant without an approval.
    pub fn requires_approval(&self, tenant: TenantId, kind: OperationKind) -> bool {
        self.inner.rules.requires(tenant, kind)
    }

    pub(super) async fn reasons_to_ask(
        &self,
        who: &Principal,
        rut: Rut,
        operation: &Operation,
    ) -> Result<Vec<Reason>, EngineError> {
        let mut reasons = match operation.kind() {
            OperationKind::Beneficiary => vec![Reason::Beneficiary],
            OperationKind::Consent | OperationKind::Document => vec![Reason::Signature],
            _ => Vec::new(),
        };
        if !self.knows_all_payees(who, rut, operation).await? {
            reasons.push(Reason::FirstTime);
        }
        if operation.amount().is_some_and(|amount| !self.inner.rules.is_free(amount)) {
            reasons.push(Reason::Amount);
        }
        Ok(reasons)
    }

    async fn knows_all_payees(
        &self,
        who: &Principal,
        rut: Rut,
        operation: &Operation,
    ) -> Result<bool, EngineError> {
        let payees = operation.payees();
        if payees.is_empty() {
            return Ok(true);
        }
        let Some(person) = self.person_by_rut(who.tenant, rut).await? else { return Ok(false) };
        for payee in payees {
            let digest = self.vault().digest(purpose::PAYEE, who.tenant, payee.as_bytes());
            let since = self.now() - PAYEE_KNOWN;
            if !self.store().knows_payee(who.tenant, person, &digest, since).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
