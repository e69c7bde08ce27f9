//! When people must approve what they do.

use std::collections::{BTreeMap, BTreeSet};

use cartola_engine::authorizations::{OperationKind, Rules};
use cartola_engine::payments::MAX_PESOS;
use cartola_primitives::SignedDuration;
use cartola_primitives::id::TenantId;
use serde::Deserialize;

/// What may be done without asking.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorizations {
    required: Vec<String>,
    required_of: BTreeMap<TenantId, Vec<String>>,
    free_up_to: Option<i64>,
    cooling_off_hours: Option<u32>,
}

/// The longest that a new phone may be kept from what is high-risk, in hours: thirty days.
const MAX_COOLING_OFF_HOURS: u32 = 30 * 24;

impl Authorizations {
    /// The rules. The error names the key, and no value.
    pub fn rules(&self) -> Result<Rules, String> {
        let usual = Rules::default();
        let free_up_to = self.free_up_to.unwrap_or(usual.free_up_to);
        if !(0..=MAX_PESOS).contains(&free_up_to) {
            return Err(format!(
                "`free_up_to` of [authorizations] must be 0 to {MAX_PESOS} whole pesos"
            ));
        }
        let hours = self.cooling_off_hours;
        if hours.is_some_and(|hours| hours > MAX_COOLING_OFF_HOURS) {
            return Err(format!(
                "`cooling_off_hours` of [authorizations] must be 0 to {MAX_COOLING_OFF_HOURS}"
            ));
        }
        let cooling_off = hours.map(|hours| SignedDuration::from_hours(i64::from(hours)));
        let of_tenant = |(tenant, names): (&TenantId, &Vec<String>)| {
            Ok::<_, String>((*tenant, kinds("required_of", names)?))
        };
        Ok(Rules {
            required: kinds("required", &self.required)?,
            required_of: self.required_of.iter().map(of_tenant).collect::<Result<_, _>>()?,
            free_up_to,
            cooling_off: cooling_off.unwrap_or(usual.cooling_off),
            ..usual
        })
    }
}

fn kinds(key: &str, names: &[String]) -> Result<BTreeSet<OperationKind>, String> {
    let kind = |name: &String| {
        OperationKind::parse(name).ok_or_else(|| {
            let known = OperationKind::ALL.map(OperationKind::name).join(", ");
            format!("`{key}` of [authorizations] lists kinds of operations: {known}")
        })
    };
    names.iter().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use cartola_engine::authorizations::{COOLING_OFF, OperationKind, Rules};
    use cartola_primitives::SignedDuration;
    use cartola_primitives::id::TenantId;

    use super::Authorizations;

    fn rules(text: &str) -> Result<Rules, String> {
        toml::from_str::<Authorizations>(text).unwrap().rules()
    }

    #[test]
    fn what_is_required_of_whom_is_read() {
        let usual = rules("").unwrap();
        assert_eq!((usual.required.len(), usual.cooling_off), (0, COOLING_OFF));
        let (one, other) = (TenantId::from_bytes([1; 16]), TenantId::from_bytes([2; 16]));
        let text = format!(
            "required = [\"payout\"]\ncooling_off_hours = 0\nfree_up_to = 5\n\
             [required_of]\n{one} = [\"transfer\", \"withdrawal\"]"
        );
        let rules = rules(&text).unwrap();
        assert_eq!((rules.free_up_to, rules.cooling_off), (5, SignedDuration::ZERO));
        for (tenant, kind, expected) in [
            (one, OperationKind::Transfer, true),
            (one, OperationKind::Withdrawal, true),
            (one, OperationKind::Payout, true),
            (other, OperationKind::Transfer, false),
            (other, OperationKind::Payout, true),
        ] {
            assert_eq!(rules.requires(tenant, kind), expected, "{kind:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_key() {
        for (text, key) in [
            ("required = [\"Transfer\"]", "required"),
            ("[required_of]\nten_01010101010101010101010101010101 = [\"all\"]", "required_of"),
            ("free_up_to = -1", "free_up_to"),
            ("cooling_off_hours = 721", "cooling_off_hours"),
        ] {
            let said = rules(text).unwrap_err();
            assert!(said.starts_with(&format!("`{key}` of [authorizations]")), "{said}");
        }
    }
}
